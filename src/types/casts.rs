//! Stand-in until the types branch is merged: the ways from one kind to another.
use super::function::Function;

/// How a value of one kind becomes one of another.
#[derive(Debug, Clone, PartialEq)]
pub enum CastPath {
    /// The representation is the same.
    Relabel,
    /// A function of the value.
    Function(&'static Function),
    /// Through the text form.
    ViaText {
        /// From.
        source: super::Kind,
        /// To.
        target: super::Kind,
    },
    /// Each element of an array.
    ArrayElements(Box<CastPath>),
}
