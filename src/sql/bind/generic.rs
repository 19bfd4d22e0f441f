//! Polymorphic signatures: `anyelement` and `anyarray` (manual, 38.2.5).

use crate::types::Kind;

/// What `anyelement` stands for in one call: none if no argument says, an error if they differ.
pub(super) fn element(declared: &[Kind], actual: &[Kind]) -> Result<Option<Kind>, ()> {
    let mut element = None;
    for (declared, actual) in declared.iter().zip(actual) {
        let found = match (declared, actual) {
            (_, Kind::Unknown) => continue,
            (Kind::AnyElement, kind) => *kind,
            (Kind::AnyArray, Kind::Array(of)) => **of,
            (Kind::AnyArray, _) => return Err(()),
            _ => continue,
        };
        if element.is_some_and(|element| element != found) {
            return Err(());
        }
        element = Some(found);
    }
    Ok(element)
}

/// A signature's kind with `anyelement` put in; none if that makes no type.
pub(super) fn concrete(declared: Kind, element: Option<Kind>) -> Option<Kind> {
    match declared {
        Kind::AnyElement => element,
        Kind::AnyArray => element.and_then(Kind::array),
        kind => Some(kind),
    }
}

/// Whether the signature has `anyelement` or `anyarray` in it.
pub(super) fn is_generic(declared: &[Kind]) -> bool {
    declared
        .iter()
        .any(|kind| matches!(kind, Kind::AnyElement | Kind::AnyArray))
}
