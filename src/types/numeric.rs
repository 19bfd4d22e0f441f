//! `numeric`: exact decimals of any size, with NaN and the infinities.

use bigdecimal::BigDecimal;

/// A `numeric` value. The scale of a finite one is its display scale and is never negative.
#[derive(Debug, Clone, PartialEq)]
pub enum Numeric {
    /// A decimal.
    Finite(BigDecimal),
    /// `NaN`, equal to itself and greater than everything.
    NaN,
    /// `Infinity`
    Infinity,
    /// `-Infinity`
    NegInfinity,
}
