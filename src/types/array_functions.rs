//! The operators and functions of arrays.

use std::sync::Arc;

use super::array::too_large;
use super::compare;
use super::datum::{Array, Datum};
use super::declare::{functions, operators};
use super::env::Env;
use super::io;
use super::kind::Kind;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

operators! { pub(super) OPERATORS:
    "||" 378 array_append(AnyArray, AnyElement) -> AnyArray, Immutable called_on_null, append;
    "||" 379 array_prepend(AnyElement, AnyArray) -> AnyArray, Immutable called_on_null, prepend;
    "||" 383 array_cat(AnyArray, AnyArray) -> AnyArray, Immutable called_on_null, concatenate;
    "<>" 390 array_ne(AnyArray, AnyArray) -> Bool, Immutable, compare::ne;
    "<" 391 array_lt(AnyArray, AnyArray) -> Bool, Immutable, compare::lt;
    ">" 392 array_gt(AnyArray, AnyArray) -> Bool, Immutable, compare::gt;
    "<=" 393 array_le(AnyArray, AnyArray) -> Bool, Immutable, compare::le;
    ">=" 396 array_ge(AnyArray, AnyArray) -> Bool, Immutable, compare::ge;
    "=" 744 array_eq(AnyArray, AnyArray) -> Bool, Immutable, compare::eq;
    "&&" 2747 arrayoverlap(AnyArray, AnyArray) -> Bool, Immutable, overlap;
    "@>" 2748 arraycontains(AnyArray, AnyArray) -> Bool, Immutable, contains;
    "<@" 2749 arraycontained(AnyArray, AnyArray) -> Bool, Immutable, contained;
}

functions! { pub(super) FUNCTIONS:
    376 string_to_array(Text, Text, Text) -> Array(&Text), Immutable called_on_null, string_to_array;
    384 array_to_string(AnyArray, Text, Text) -> Text, Stable called_on_null, array_to_string;
    394 string_to_array(Text, Text) -> Array(&Text), Immutable called_on_null, string_to_array;
    395 array_to_string(AnyArray, Text) -> Text, Stable, array_to_string;
    747 array_dims(AnyArray) -> Text, Immutable, dims;
    748 array_ndims(AnyArray) -> Int4, Immutable, ndims;
    2091 array_lower(AnyArray, Int4) -> Int4, Immutable, lower;
    2092 array_upper(AnyArray, Int4) -> Int4, Immutable, upper;
    2176 array_length(AnyArray, Int4) -> Int4, Immutable, length;
    3167 array_remove(AnyArray, AnyElement) -> AnyArray, Immutable called_on_null, remove;
    3168 array_replace(AnyArray, AnyElement, AnyElement) -> AnyArray, Immutable called_on_null, replace;
    3179 cardinality(AnyArray) -> Int4, Immutable, cardinality;
    3277 array_position(AnyArray, AnyElement) -> Int4, Immutable called_on_null, position;
    3278 array_position(AnyArray, AnyElement, Int4) -> Int4, Immutable called_on_null, position;
    3279 array_positions(AnyArray, AnyElement) -> Array(&Int4), Immutable called_on_null, positions;
}

fn datum(array: Array) -> Datum {
    Datum::Array(Arc::new(array))
}

/// The array, or an empty one for NULL, whose elements' kind is seen from `element`.
fn or_empty(array: &Datum, element: &Datum) -> Result<Array> {
    if array.is_null() {
        return Ok(Array::new(io::kind_of(element), Vec::new()));
    }
    Ok(array.as_array()?.clone())
}

/// The array with an element more, put in by `insert`. Its lower bound stays.
fn extended(mut array: Array, insert: impl FnOnce(&mut Vec<Datum>)) -> Result<Datum> {
    if array.dimensions.len() > 1 {
        return Err(Error::new(
            SqlState::DataException,
            "argument must be empty or one-dimensional array",
        ));
    }
    let lower = array.dimensions.first().map_or(1, |(_, lower)| *lower);
    insert(&mut array.items);
    let length = i32::try_from(array.items.len()).ok();
    let length = length
        .filter(|n| lower.checked_add(*n).is_some())
        .ok_or_else(|| Error::new(SqlState::NumericValueOutOfRange, "integer out of range"))?;
    array.dimensions = vec![(length, lower)];
    Ok(datum(array))
}

fn append(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let array = or_empty(&args[0], &args[1])?;
    extended(array, |items| items.push(args[1].clone()))
}

fn prepend(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let array = or_empty(&args[1], &args[0])?;
    extended(array, |items| items.insert(0, args[0].clone()))
}

/// Arrays of as many dimensions are put behind each other; one of a dimension less is an element of
/// the other.
fn concatenate(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() || args[1].is_null() {
        return Ok(if args[0].is_null() {
            args[1].clone()
        } else {
            args[0].clone()
        });
    }
    let (a, b) = (args[0].as_array()?, args[1].as_array()?);
    if a.items.is_empty() || b.items.is_empty() {
        return Ok(if a.items.is_empty() {
            args[1].clone()
        } else {
            args[0].clone()
        });
    }
    let dimensions = joined_dimensions(&a.dimensions, &b.dimensions)?;
    let items = a.items.iter().chain(&b.items).cloned().collect();
    Ok(datum(Array {
        element: a.element,
        dimensions,
        items,
    }))
}

fn joined_dimensions(a: &[(i32, i32)], b: &[(i32, i32)]) -> Result<Vec<(i32, i32)>> {
    let incompatible = |detail: String| {
        Error::new(
            SqlState::ArraySubscriptError,
            "cannot concatenate incompatible arrays",
        )
        .with_detail(format!(
            "Arrays {detail} are not compatible for concatenation."
        ))
    };
    let same = |a: &[(i32, i32)], b: &[(i32, i32)]| a.iter().map(|d| d.0).eq(b.iter().map(|d| d.0));
    let (mut joined, added) = if a.len() == b.len() {
        if !same(&a[1..], &b[1..]) {
            return Err(incompatible("with differing element dimensions".into()));
        }
        (a.to_vec(), b[0].0)
    } else if a.len() + 1 == b.len() || a.len() == b.len() + 1 {
        let (whole, element) = if a.len() < b.len() { (b, a) } else { (a, b) };
        if !same(&whole[1..], element) {
            return Err(incompatible("with differing dimensions".into()));
        }
        (whole.to_vec(), 1)
    } else {
        let (a, b) = (a.len(), b.len());
        return Err(incompatible(format!("of {a} and {b} dimensions")));
    };
    joined[0].0 = joined[0].0.checked_add(added).ok_or_else(too_large)?;
    Ok(joined)
}

/// Whether the array has an element that equals the value; NULL equals nothing.
fn has(array: &Array, value: &Datum) -> bool {
    !value.is_null()
        && array
            .items
            .iter()
            .any(|item| compare::compare(item, value).is_eq())
}

fn overlap(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = (args[0].as_array()?, args[1].as_array()?);
    Ok(Datum::Bool(a.items.iter().any(|item| has(b, item))))
}

fn contains(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = (args[0].as_array()?, args[1].as_array()?);
    Ok(Datum::Bool(b.items.iter().all(|item| has(a, item))))
}

fn contained(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = (args[0].as_array()?, args[1].as_array()?);
    Ok(Datum::Bool(a.items.iter().all(|item| has(b, item))))
}

/// Length and lower bound of the dimension that the second argument numbers from 1.
fn dimension(args: &[Datum]) -> Result<Option<(i32, i32)>> {
    let index = usize::try_from(args[1].as_i32()?)
        .ok()
        .and_then(|n| n.checked_sub(1));
    let dimensions = &args[0].as_array()?.dimensions;
    Ok(index.and_then(|index| dimensions.get(index)).copied())
}

fn length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(dimension(args)?.map_or(Datum::Null, |(length, _)| Datum::Int4(length)))
}

fn lower(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(dimension(args)?.map_or(Datum::Null, |(_, lower)| Datum::Int4(lower)))
}

fn upper(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let upper = |(length, lower): (i32, i32)| Datum::Int4(lower.wrapping_add(length - 1));
    Ok(dimension(args)?.map_or(Datum::Null, upper))
}

fn cardinality(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Int4(args[0].as_array()?.items.len() as i32))
}

fn ndims(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(match args[0].as_array()?.dimensions.len() {
        0 => Datum::Null,
        n => Datum::Int4(n as i32),
    })
}

fn dims(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let dimensions = &args[0].as_array()?.dimensions;
    let bounds = dimensions.iter().map(|(length, lower)| {
        let upper = i64::from(*lower) + i64::from(*length) - 1;
        format!("[{lower}:{upper}]")
    });
    Ok(match bounds.collect::<String>() {
        bounds if bounds.is_empty() => Datum::Null,
        bounds => Datum::text(bounds),
    })
}

/// Whether two values are the same, NULL included.
fn is_same(a: &Datum, b: &Datum) -> bool {
    compare::compare(a, b).is_eq()
}

/// The array, unless it has several dimensions.
fn one_dimensional<'a>(array: &'a Datum, what: &str) -> Result<&'a Array> {
    let array = array.as_array()?;
    if array.dimensions.len() > 1 {
        let message = format!("{what} multidimensional arrays is not supported");
        return Err(Error::new(SqlState::FeatureNotSupported, message));
    }
    Ok(array)
}

/// The subscripts of the elements that are the second argument.
fn subscripts(args: &[Datum]) -> Result<impl Iterator<Item = i32>> {
    let array = one_dimensional(&args[0], "searching for elements in")?;
    let lower = array.dimensions.first().map_or(1, |(_, lower)| *lower);
    let found = array
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| is_same(item, &args[1]));
    Ok(found.map(move |(i, _)| lower.wrapping_add(i as i32)))
}

fn position(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Ok(Datum::Null);
    }
    let start = match args.get(2) {
        Some(Datum::Null) => {
            return Err(Error::new(
                SqlState::NullValueNotAllowed,
                "initial position must not be null",
            ));
        }
        Some(start) => start.as_i32()?,
        None => i32::MIN,
    };
    let found = subscripts(args)?.find(|subscript| *subscript >= start);
    Ok(found.map_or(Datum::Null, Datum::Int4))
}

fn positions(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Ok(Datum::Null);
    }
    let found = subscripts(args)?.map(Datum::Int4).collect();
    Ok(datum(Array::new(Kind::Int4, found)))
}

fn remove(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Ok(Datum::Null);
    }
    let array = one_dimensional(&args[0], "removing elements from")?;
    let kept = array.items.iter().filter(|item| !is_same(item, &args[1]));
    let items: Vec<Datum> = kept.cloned().collect();
    let dimensions = match (&array.dimensions[..], items.len()) {
        (_, 0) | ([], _) => Vec::new(),
        ([(_, lower), ..], n) => vec![(n as i32, *lower)],
    };
    Ok(datum(Array {
        element: array.element,
        dimensions,
        items,
    }))
}

fn replace(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Ok(Datum::Null);
    }
    let mut array = args[0].as_array()?.clone();
    for item in array
        .items
        .iter_mut()
        .filter(|item| is_same(item, &args[1]))
    {
        *item = args[2].clone();
    }
    Ok(datum(array))
}

/// The elements with a separator between them; NULLs are skipped unless there is a text for them.
fn array_to_string(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() || args[1].is_null() {
        return Ok(Datum::Null);
    }
    let (array, separator) = (args[0].as_array()?, args[1].as_str()?);
    let null = match args.get(2) {
        Some(Datum::Null) | None => None,
        Some(text) => Some(text.as_str()?.to_owned()),
    };
    let texts = array.items.iter().filter_map(|item| match item {
        Datum::Null => null.clone(),
        item => Some(io::to_string(array.element, item, env.formats())),
    });
    Ok(Datum::text(texts.collect::<Vec<_>>().join(separator)))
}

/// The parts between separators; without one the characters. A part that is the third argument is
/// NULL.
fn string_to_array(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Ok(Datum::Null);
    }
    let text = args[0].as_str()?;
    let null = match args.get(2) {
        Some(Datum::Null) | None => None,
        Some(text) => Some(text.as_str()?),
    };
    let part = |part: &str| {
        if Some(part) == null {
            Datum::Null
        } else {
            Datum::text(part)
        }
    };
    let items = match &args[1] {
        _ if text.is_empty() => Vec::new(),
        Datum::Null => text
            .chars()
            .map(|c| part(c.encode_utf8(&mut [0; 4])))
            .collect(),
        separator => match separator.as_str()? {
            "" => vec![part(text)],
            separator => text.split(separator).map(part).collect(),
        },
    };
    Ok(datum(Array::new(Kind::Text, items)))
}
