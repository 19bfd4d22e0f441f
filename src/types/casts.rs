//! How a value of one kind becomes one of another: the declared casts, the text form, element by
//! element, and the modifiers of the target.

use std::sync::Arc;

use super::datum::{Array, Datum};
use super::env::Env;
use super::function::{CastContext, Function};
use super::kind::{Category, Kind, Type};
use super::{io, numeric, registry, text};
use crate::error::Result;

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
        source: Kind,
        /// To.
        target: Kind,
    },
    /// Each element of an array.
    ArrayElements(Box<CastPath>),
}

/// The way from one kind to another, if there is one in this context.
pub fn find_cast(source: Kind, target: Kind, context: CastContext) -> Option<CastPath> {
    if source == target {
        return Some(CastPath::Relabel);
    }
    match (source, target) {
        (_, Kind::Any | Kind::AnyElement) | (Kind::Array(_), Kind::AnyArray) => {
            return Some(CastPath::Relabel);
        }
        // A literal without a type takes any type that can be read.
        (Kind::Unknown, _) => return Some(CastPath::ViaText { source, target }),
        _ => {}
    }
    if let Some(cast) = registry::cast(source, target) {
        let path = || cast.function.map_or(CastPath::Relabel, CastPath::Function);
        return (cast.context >= context).then(path);
    }
    if let (Kind::Array(from), Kind::Array(to)) = (source, target) {
        let path = find_cast(*from, *to, context)?;
        return Some(CastPath::ArrayElements(Box::new(path)));
    }
    find_text_cast(source, target, context)
}

/// Everything becomes a string where it is stored; a string becomes anything where that is written.
fn find_text_cast(source: Kind, target: Kind, context: CastContext) -> Option<CastPath> {
    let is_allowed = if target.category() == Category::String {
        context <= CastContext::Assignment
    } else {
        context == CastContext::Explicit && source.category() == Category::String
    };
    is_allowed.then_some(CastPath::ViaText { source, target })
}

/// Casts a value and fits it to the target's modifier.
pub fn apply(
    path: &CastPath,
    env: &dyn Env,
    d: Datum,
    target: Type,
    explicit: bool,
) -> Result<Datum> {
    coerce_length(convert(path, env, d)?, target, explicit)
}

fn convert(path: &CastPath, env: &dyn Env, d: Datum) -> Result<Datum> {
    if d.is_null() {
        return Ok(d);
    }
    match path {
        CastPath::Relabel => Ok(d),
        CastPath::Function(function) => (function.eval)(env, &[d]),
        CastPath::ViaText { source, target } => match &d {
            Datum::Text(s) => match target {
                Kind::Text | Kind::Varchar => Ok(d),
                _ => io::parse_text(*target, s, env),
            },
            other => {
                let text = io::to_string(*source, other, env.formats());
                io::parse_text(*target, &text, env)
            }
        },
        CastPath::ArrayElements(path) => convert_elements(path, env, d.as_array()?),
    }
}

fn convert_elements(path: &CastPath, env: &dyn Env, array: &Array) -> Result<Datum> {
    // The kind of the elements follows in `coerce_length`, which knows the target.
    let items = array
        .items
        .iter()
        .map(|item| convert(path, env, item.clone()));
    let items = items.collect::<Result<_>>()?;
    Ok(Datum::Array(Arc::new(Array {
        items,
        ..array.clone()
    })))
}

/// Fits a value to the modifier of its type: the length of `varchar(n)`, the precision and scale of
/// `numeric(p, s)`, and those of an array's elements.
pub fn coerce_length(d: Datum, ty: Type, explicit: bool) -> Result<Datum> {
    let d = relabel_array(d, ty.kind);
    if ty.modifier < 0 {
        return Ok(d);
    }
    let fitted = match (&d, ty.kind) {
        (Datum::Text(s), Kind::Varchar) => text::fit(s, ty, explicit)?.map(Datum::text),
        (Datum::Numeric(n), Kind::Numeric) => {
            numeric::fit(n, ty)?.map(|n| Datum::Numeric(Arc::new(n)))
        }
        (Datum::Array(a), Kind::Array(element)) => {
            let element = Type {
                kind: *element,
                modifier: ty.modifier,
            };
            let items = a
                .items
                .iter()
                .map(|item| coerce_length(item.clone(), element, explicit));
            let items = items.collect::<Result<_>>()?;
            Some(Datum::Array(Arc::new(Array {
                items,
                ..(**a).clone()
            })))
        }
        _ => None,
    };
    Ok(fitted.unwrap_or(d))
}

/// An array names the kind of its elements, which a cast may have changed without touching them.
fn relabel_array(d: Datum, kind: Kind) -> Datum {
    match (d, kind) {
        (Datum::Array(a), Kind::Array(element)) if a.element != *element => {
            Datum::Array(Arc::new(Array {
                element: *element,
                ..(*a).clone()
            }))
        }
        (d, _) => d,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::TestEnv;
    use super::*;

    /// Where a cast happens without being asked for.
    fn context(source: Kind, target: Kind) -> Option<CastContext> {
        [
            CastContext::Implicit,
            CastContext::Assignment,
            CastContext::Explicit,
        ]
        .into_iter()
        .find(|context| find_cast(source, target, *context).is_some())
    }

    #[test]
    fn each_cast_has_its_context() {
        let ints = Kind::Array(&Kind::Int4);
        let bigints = Kind::Array(&Kind::Int8);
        for (source, target, expected) in [
            (Kind::Int4, Kind::Int8, Some(CastContext::Implicit)),
            (Kind::Int8, Kind::Int4, Some(CastContext::Assignment)),
            (Kind::Bool, Kind::Int4, Some(CastContext::Explicit)),
            (Kind::Bool, Kind::Int8, None),
            (Kind::Int4, Kind::Text, Some(CastContext::Assignment)),
            (Kind::Text, Kind::Int4, Some(CastContext::Explicit)),
            (Kind::Unknown, Kind::Int4, Some(CastContext::Implicit)),
            (Kind::Varchar, Kind::Text, Some(CastContext::Implicit)),
            (Kind::Uuid, Kind::Bytea, None),
            (ints, bigints, Some(CastContext::Implicit)),
            (bigints, ints, Some(CastContext::Assignment)),
            (ints, Kind::Text, Some(CastContext::Assignment)),
            (ints, Kind::Int4, None),
        ] {
            assert_eq!(context(source, target), expected, "{source} to {target}");
        }
    }

    #[test]
    fn an_assignment_refuses_what_an_explicit_cast_cuts() {
        let target = Type::varchar(2).expect("a type");
        let path = find_cast(Kind::Int4, Kind::Varchar, CastContext::Assignment).expect("a cast");
        let cast = |explicit| {
            apply(
                &path,
                &TestEnv::default(),
                Datum::Int4(123),
                target,
                explicit,
            )
        };
        assert_eq!(cast(true), Ok(Datum::text("12")));
        let error = cast(false).expect_err("too long");
        assert_eq!(
            error.message(),
            "value too long for type character varying(2)"
        );
    }

    #[test]
    fn an_array_is_cast_element_by_element() {
        let (source, target) = (Kind::Array(&Kind::Int4), Kind::Array(&Kind::Varchar));
        let target = Type {
            kind: target,
            modifier: Type::varchar(1).expect("a type").modifier,
        };
        let path = find_cast(source, target.kind, CastContext::Explicit).expect("a cast");
        let array = Array::new(Kind::Int4, vec![Datum::Int4(12), Datum::Null]);
        let cast = apply(
            &path,
            &TestEnv::default(),
            Datum::Array(array.into()),
            target,
            true,
        );
        let expected = Array::new(Kind::Varchar, vec![Datum::text("1"), Datum::Null]);
        assert_eq!(cast, Ok(Datum::Array(expected.into())));
    }
}
