//! Documents made of SQL values.

use super::tree::Json;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::datum::{Array, Datum};
use crate::types::declare::functions;
use crate::types::env::Env;
use crate::types::numeric::{self, Numeric};
use crate::types::{io, timestamptz};

functions! { pub(in crate::types) FUNCTIONS:
    3263 jsonb_object(Array(&Text)) -> Jsonb, Immutable, object_of_texts;
    3264 jsonb_object(Array(&Text), Array(&Text)) -> Jsonb, Immutable, object_of_keys_and_values;
    3271 jsonb_build_array(Any) -> Jsonb, Stable variadic, build_array;
    3272 jsonb_build_array() -> Jsonb, Stable called_on_null, build_array;
    3273 jsonb_build_object(Any) -> Jsonb, Stable variadic, build_object;
    3274 jsonb_build_object() -> Jsonb, Stable called_on_null, build_object;
    3787 to_jsonb(AnyElement) -> Jsonb, Stable, to_jsonb;
    3787 to_jsonb(AnyArray) -> Jsonb, Stable, to_jsonb;
}

#[cold]
fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(SqlState::InvalidParameterValue, message)
}

/// The document that a value of any type becomes: numbers, booleans and documents stay what they
/// are, arrays and rows become arrays and objects, all else is a string.
pub fn from_datum(env: &dyn Env, d: &Datum) -> Result<Json> {
    Ok(match d {
        Datum::Null => Json::Null,
        Datum::Bool(b) => Json::Bool(*b),
        Datum::Int2(i) => Json::Number(i.to_string()),
        Datum::Int4(i) => Json::Number(i.to_string()),
        Datum::Int8(i) => Json::Number(i.to_string()),
        Datum::Float8(f) if f.is_finite() => {
            Json::Number(numeric::parse(&text(env, d))?.to_string())
        }
        Datum::Numeric(n) if matches!(**n, Numeric::Finite(_)) => Json::Number(n.to_string()),
        Datum::Jsonb(_) => d.as_tree()?,
        Datum::Array(array) => from_array(env, array)?,
        Datum::Record(fields) => {
            let pairs: Result<Vec<_>> = (1..)
                .zip(fields.iter())
                .map(|(n, field)| Ok((format!("f{n}"), from_datum(env, field)?)))
                .collect();
            Json::object(pairs?)
        }
        other => Json::String(text(env, other)),
    })
}

/// The text that a scalar becomes as a string or a key.
fn text(env: &dyn Env, d: &Datum) -> String {
    match d {
        Datum::Bool(b) => b.to_string(),
        Datum::Timestamptz(micros) => {
            let mut out = String::new();
            timestamptz::print_json(*micros, env.formats(), &mut out);
            out
        }
        other => io::to_string(io::kind_of(other), other, env.formats()),
    }
}

fn from_array(env: &dyn Env, array: &Array) -> Result<Json> {
    let items: Result<Vec<Json>> = array
        .items
        .iter()
        .map(|item| from_datum(env, item))
        .collect();
    let mut items = items?;
    // The inner dimensions are folded into arrays first; what is left is the outermost.
    for (length, _) in array.dimensions.iter().skip(1).rev() {
        let length = usize::try_from(*length).unwrap_or(0).max(1);
        let mut folded = Vec::with_capacity(items.len() / length);
        let mut rest = items.into_iter();
        loop {
            let row: Vec<Json> = rest.by_ref().take(length).collect();
            if row.is_empty() {
                break;
            }
            folded.push(Json::Array(row));
        }
        items = folded;
    }
    Ok(Json::Array(items))
}

/// The key that a value becomes, unless it is NULL.
pub fn key(env: &dyn Env, d: &Datum) -> Result<String> {
    match d {
        Datum::Array(_) | Datum::Record(_) | Datum::Jsonb(_) => Err(refused(
            "key value must be scalar, not array, composite, or json",
        )),
        scalar => Ok(text(env, scalar)),
    }
}

fn to_jsonb(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(from_datum(env, &args[0])?.into())
}

fn build_array(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let items: Result<Vec<Json>> = args.iter().map(|arg| from_datum(env, arg)).collect();
    Ok(Json::Array(items?).into())
}

fn build_object(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if !args.len().is_multiple_of(2) {
        return Err(refused("argument list must have even number of elements").with_hint(
            "The arguments of jsonb_build_object() must consist of alternating keys and values.",
        ));
    }
    let mut pairs = Vec::with_capacity(args.len() / 2);
    for (i, pair) in args.chunks_exact(2).enumerate() {
        if pair[0].is_null() {
            return Err(refused(format!(
                "argument {}: key must not be null",
                i * 2 + 1
            )));
        }
        pairs.push((key(env, &pair[0])?, from_datum(env, &pair[1])?));
    }
    Ok(Json::object(pairs).into())
}

/// `{k1,v1,k2,v2}` or `{{k1,v1},{k2,v2}}`.
fn object_of_texts(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let array = args[0].as_array()?;
    match array.dimensions.as_slice() {
        [] => {}
        [(length, _)] if length % 2 == 0 => {}
        [_] => return Err(subscript("array must have even number of elements")),
        [_, (2, _)] => {}
        [_, _] => return Err(subscript("array must have two columns")),
        _ => return Err(subscript("wrong number of array subscripts")),
    }
    object_of(array.items.chunks_exact(2).map(|pair| (&pair[0], &pair[1])))
}

fn object_of_keys_and_values(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (keys, values) = (args[0].as_array()?, args[1].as_array()?);
    if keys.dimensions.len() > 1 || keys.dimensions.len() != values.dimensions.len() {
        return Err(subscript("wrong number of array subscripts"));
    }
    if keys.items.len() != values.items.len() {
        return Err(subscript("mismatched array dimensions"));
    }
    object_of(keys.items.iter().zip(&values.items))
}

fn object_of<'a>(pairs: impl Iterator<Item = (&'a Datum, &'a Datum)>) -> Result<Datum> {
    let pairs: Result<Vec<_>> = pairs
        .map(|(key, value)| {
            if key.is_null() {
                return Err(Error::new(
                    SqlState::NullValueNotAllowed,
                    "null value not allowed for object key",
                ));
            }
            let value = match value {
                Datum::Null => Json::Null,
                text => Json::String(text.as_str()?.to_owned()),
            };
            Ok((key.as_str()?.to_owned(), value))
        })
        .collect();
    Ok(Json::object(pairs?).into())
}

#[cold]
fn subscript(message: &'static str) -> Error {
    Error::new(SqlState::ArraySubscriptError, message)
}
