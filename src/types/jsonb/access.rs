//! What SQL reads from documents: fields and elements, containment, comparison, casts.

use super::compare::contains;
use super::{parse, scan};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::datum::Datum;
use crate::types::declare::{casts, functions, operators};
use crate::types::env::Env;
use crate::types::kind::Kind;
use crate::types::{compare, numeric, registry};

operators! { pub(in crate::types) OPERATORS:
    "->>" 3214 jsonb_object_field_text(Jsonb, Text) -> Text, Immutable, field_text;
    "->" 3215 jsonb_array_element(Jsonb, Int4) -> Jsonb, Immutable, element;
    "->>" 3216 jsonb_array_element_text(Jsonb, Int4) -> Text, Immutable, element_text;
    "#>" 3217 jsonb_extract_path(Jsonb, Array(&Text)) -> Jsonb, Immutable, at_path;
    "->" 3478 jsonb_object_field(Jsonb, Text) -> Jsonb, Immutable, field;
    "#>>" 3940 jsonb_extract_path_text(Jsonb, Array(&Text)) -> Text, Immutable, text_at_path;
    "<>" 4038 jsonb_ne(Jsonb, Jsonb) -> Bool, Immutable, compare::ne;
    "<" 4039 jsonb_lt(Jsonb, Jsonb) -> Bool, Immutable, compare::lt;
    ">" 4040 jsonb_gt(Jsonb, Jsonb) -> Bool, Immutable, compare::gt;
    "<=" 4041 jsonb_le(Jsonb, Jsonb) -> Bool, Immutable, compare::le;
    ">=" 4042 jsonb_ge(Jsonb, Jsonb) -> Bool, Immutable, compare::ge;
    "=" 4043 jsonb_eq(Jsonb, Jsonb) -> Bool, Immutable, compare::eq;
    "@>" 4046 jsonb_contains(Jsonb, Jsonb) -> Bool, Immutable, document_contains;
    "?" 4047 jsonb_exists(Jsonb, Text) -> Bool, Immutable, exists;
    "?|" 4048 jsonb_exists_any(Jsonb, Array(&Text)) -> Bool, Immutable, exists_any;
    "?&" 4049 jsonb_exists_all(Jsonb, Array(&Text)) -> Bool, Immutable, exists_all;
    "<@" 4050 jsonb_contained(Jsonb, Jsonb) -> Bool, Immutable, document_contained;
}

functions! { pub(in crate::types) FUNCTIONS:
    3207 jsonb_array_length(Jsonb) -> Int4, Immutable, array_length;
    3210 jsonb_typeof(Jsonb) -> Text, Immutable, type_of;
    3217 jsonb_extract_path(Jsonb, Text) -> Jsonb, Immutable variadic_strict, at_path;
    3940 jsonb_extract_path_text(Jsonb, Text) -> Text, Immutable variadic_strict, text_at_path;
    4044 jsonb_cmp(Jsonb, Jsonb) -> Int4, Immutable, cmp;
}

casts! { pub(in crate::types) CASTS:
    Jsonb => Float8, Explicit, 2580 float8 to_float8;
    Jsonb => Numeric, Explicit, 3449 numeric to_numeric;
    Jsonb => Int2, Explicit, 3450 int2 to_int2;
    Jsonb => Int4, Explicit, 3451 int4 to_int4;
    Jsonb => Int8, Explicit, 3452 int8 to_int8;
    Jsonb => Bool, Explicit, 3556 bool to_bool;
}

/// The steps of a path, of which there may be NULLs.
pub(super) fn steps(items: &[Datum]) -> Result<Vec<Option<&str>>> {
    items
        .iter()
        .map(|item| {
            if item.is_null() {
                Ok(None)
            } else {
                item.as_str().map(Some)
            }
        })
        .collect()
}

fn json(found: Option<&str>) -> Datum {
    found.map_or(Datum::Null, |text| Datum::Jsonb(text.into()))
}

/// The text of a value: a string without its quotes, and NULL for null.
fn text(found: Option<&str>) -> Result<Datum> {
    Ok(match found {
        None | Some("null") => Datum::Null,
        Some(value) => match unquoted(value)? {
            Some(string) => Datum::text(string),
            None => Datum::text(value),
        },
    })
}

/// What a string says; none where the value is no string.
fn unquoted(value: &str) -> Result<Option<String>> {
    let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return Ok(None);
    };
    if !inner.contains('\\') {
        return Ok(Some(inner.to_owned()));
    }
    match parse::document(value)? {
        super::Json::String(s) => Ok(Some(s)),
        _ => Ok(None),
    }
}

fn find_field(args: &[Datum]) -> Result<Option<&str>> {
    Ok(scan::field(args[0].as_json()?, args[1].as_str()?))
}

fn find_element(args: &[Datum]) -> Result<Option<&str>> {
    let (json, index) = (args[0].as_json()?, i64::from(args[1].as_i32()?));
    if json.starts_with(['[', '{']) {
        return Ok(scan::element(json, index));
    }
    // PostgreSQL stores a scalar as an array of one element, and here it shows.
    Ok(matches!(index, 0 | -1).then_some(json))
}

/// The steps are an array, or the arguments after the first.
fn find_path(args: &[Datum]) -> Result<Option<&str>> {
    let path = match &args[1] {
        Datum::Array(array) => steps(&array.items)?,
        _ => steps(&args[1..])?,
    };
    Ok(scan::at_path(args[0].as_json()?, &path))
}

fn field(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(json(find_field(args)?))
}

fn field_text(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    text(find_field(args)?)
}

fn element(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(json(find_element(args)?))
}

fn element_text(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    text(find_element(args)?)
}

fn at_path(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(json(find_path(args)?))
}

fn text_at_path(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    text(find_path(args)?)
}

fn document_contains(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(contains(
        &args[0].as_tree()?,
        &args[1].as_tree()?,
    )))
}

fn document_contained(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(contains(
        &args[1].as_tree()?,
        &args[0].as_tree()?,
    )))
}

/// Whether a text is a key of an object, an element of an array, or the string itself.
fn has(json: &str, text: &str) -> bool {
    match json.as_bytes().first() {
        Some(b'{') => scan::field(json, text).is_some(),
        Some(b'[') => {
            let quoted = scan::quoted(text);
            scan::items(json).any(|item| item == quoted)
        }
        _ => json == scan::quoted(text),
    }
}

fn exists(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(has(args[0].as_json()?, args[1].as_str()?)))
}

fn exists_any(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let json = args[0].as_json()?;
    let texts = steps(&args[1].as_array()?.items)?;
    Ok(Datum::Bool(
        texts.iter().flatten().any(|text| has(json, text)),
    ))
}

fn exists_all(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let json = args[0].as_json()?;
    let texts = steps(&args[1].as_array()?.items)?;
    Ok(Datum::Bool(
        texts.iter().flatten().all(|text| has(json, text)),
    ))
}

fn array_length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let json = args[0].as_json()?;
    let refuse = |what| Err(Error::new(SqlState::InvalidParameterValue, what));
    match json.as_bytes().first() {
        Some(b'[') => Ok(Datum::Int4(scan::items(json).count() as i32)),
        Some(b'{') => refuse("cannot get array length of a non-array"),
        _ => refuse("cannot get array length of a scalar"),
    }
}

/// The type of a value, which its first byte tells.
fn type_name(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

fn type_of(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(type_name(args[0].as_json()?)))
}

fn cmp(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Int4(compare::compare(&args[0], &args[1]) as i32))
}

#[cold]
fn cannot_cast(json: &str, target: Kind) -> Error {
    let source = match type_name(json) {
        "number" => "numeric",
        name => name,
    };
    Error::new(
        SqlState::InvalidParameterValue,
        format!("cannot cast jsonb {source} to type {target}"),
    )
}

fn to_bool(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    match args[0].as_json()? {
        "true" => Ok(Datum::Bool(true)),
        "false" => Ok(Datum::Bool(false)),
        other => Err(cannot_cast(other, Kind::Bool)),
    }
}

/// The number, cast on as `numeric` is.
fn number(env: &dyn Env, args: &[Datum], target: Kind) -> Result<Datum> {
    let json = args[0].as_json()?;
    if type_name(json) != "number" {
        return Err(cannot_cast(json, target));
    }
    let number = Datum::Numeric(numeric::parse(json)?.into());
    match registry::cast(Kind::Numeric, target).and_then(|cast| cast.function) {
        Some(function) => (function.eval)(env, &[number]),
        None => Ok(number),
    }
}

fn to_numeric(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    number(env, args, Kind::Numeric)
}

fn to_float8(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    number(env, args, Kind::Float8)
}

fn to_int2(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    number(env, args, Kind::Int2)
}

fn to_int4(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    number(env, args, Kind::Int4)
}

fn to_int8(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    number(env, args, Kind::Int8)
}
