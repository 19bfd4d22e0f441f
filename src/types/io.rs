//! The text and the binary form of values of any type: what clients send and receive.
//!
//! The input functions are told the kind; the output functions see it from the representation, so
//! that a kind is passed to them for the caller's assurance only. NULL has no form: callers handle
//! it, as its place is around the value (a length of -1, an unquoted word).

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::BufMut;

use super::datum::Datum;
use super::env::{Env, Formats};
use super::kind::Kind;
use super::parse::BinaryReader;
use super::{
    array, boolean, bytea, float8, integer, jsonb, numeric, record, text, timestamptz, uuid,
};
use crate::error::{Error, Result};

/// Reads a value from its text form, as a literal or a parameter has it.
pub fn parse_text(kind: Kind, s: &str, env: &dyn Env) -> Result<Datum> {
    Ok(match kind {
        Kind::Text | Kind::Varchar | Kind::Unknown => Datum::text(s),
        Kind::Name => Datum::text(text::name(s)),
        Kind::Bool => Datum::Bool(boolean::parse(s)?),
        Kind::Int2 => Datum::Int2(integer::parse(s)?),
        Kind::Int4 => Datum::Int4(integer::parse(s)?),
        Kind::Int8 => Datum::Int8(integer::parse(s)?),
        Kind::Oid => Datum::Oid(integer::parse_oid(s)?),
        Kind::Float8 => Datum::Float8(float8::parse(s)?),
        Kind::Numeric => Datum::Numeric(Arc::new(numeric::parse(s)?)),
        Kind::Bytea => Datum::Bytea(bytea::parse(s)?),
        Kind::Uuid => Datum::Uuid(uuid::parse(s)?),
        Kind::Timestamptz => Datum::Timestamptz(timestamptz::parse(s, env)?),
        Kind::Jsonb => Datum::Jsonb(jsonb::parse(s)?),
        Kind::Array(element) => Datum::Array(Arc::new(array::parse(*element, s, env)?)),
        Kind::Void => Datum::text(""),
        Kind::Record => {
            return Err(Error::unsupported("input of anonymous composite types"));
        }
        Kind::Any | Kind::AnyElement | Kind::AnyArray => return Err(pseudo_type(kind)),
    })
}

/// Appends the text form of a value.
pub fn print_text(kind: Kind, d: &Datum, formats: &Formats, out: &mut impl BufMut) {
    debug_assert!(is_represented(kind, d), "{d:?} is no {kind}");
    match d {
        Datum::Null => {}
        Datum::Text(s) | Datum::Jsonb(s) => out.put_slice(s.as_bytes()),
        Datum::Bool(b) => out.put_slice(boolean::print(*b).as_bytes()),
        Datum::Int2(i) => print_display(i, out),
        Datum::Int4(i) => print_display(i, out),
        Datum::Int8(i) => print_display(i, out),
        Datum::Oid(i) => print_display(i, out),
        Datum::Float8(f) => {
            // Writing to a buffer does not fail.
            let _ = float8::print(*f, formats.extra_float_digits, &mut Sink(out));
        }
        Datum::Numeric(n) => print_display(&**n, out),
        Datum::Bytea(b) => bytea::print(b, formats.bytea_output, out),
        Datum::Uuid(u) => out.put_slice(&uuid::print(u)),
        Datum::Timestamptz(t) => {
            let mut text = String::new();
            timestamptz::print(*t, formats, &mut text);
            out.put_slice(text.as_bytes());
        }
        Datum::Array(a) => array::print(a, formats, out),
        Datum::Record(fields) => record::print(fields, formats, out),
    }
}

/// The text form of a value.
pub fn to_string(kind: Kind, d: &Datum, formats: &Formats) -> String {
    let mut bytes = Vec::new();
    print_text(kind, d, formats, &mut bytes);
    // Everything that is printed is text; were it not, it would be shown as far as it is.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// Reads a value from its binary form.
pub fn read_binary(kind: Kind, bytes: &[u8]) -> Result<Datum> {
    let mut reader = BinaryReader::new(bytes);
    let d = match kind {
        Kind::Text | Kind::Varchar | Kind::Unknown => Datum::text(text::from_utf8(reader.rest())?),
        Kind::Name => Datum::text(text::read_name(reader.rest())?),
        Kind::Bool => Datum::Bool(reader.array::<1>()? != [0]),
        Kind::Int2 => Datum::Int2(reader.i16()?),
        Kind::Int4 => Datum::Int4(reader.i32()?),
        Kind::Int8 => Datum::Int8(i64::from_be_bytes(reader.array()?)),
        Kind::Oid => Datum::Oid(u32::from_be_bytes(reader.array()?)),
        Kind::Float8 => Datum::Float8(f64::from_be_bytes(reader.array()?)),
        Kind::Numeric => Datum::Numeric(Arc::new(numeric::read_binary(&mut reader)?)),
        Kind::Bytea => Datum::Bytea(reader.rest().into()),
        Kind::Uuid => Datum::Uuid(reader.array()?),
        Kind::Timestamptz => Datum::Timestamptz(i64::from_be_bytes(reader.array()?)),
        Kind::Jsonb => Datum::Jsonb(read_jsonb(&mut reader)?),
        Kind::Array(element) => Datum::Array(Arc::new(array::read_binary(*element, &mut reader)?)),
        Kind::Void => Datum::text(""),
        Kind::Record => {
            return Err(Error::unsupported("input of anonymous composite types"));
        }
        Kind::Any | Kind::AnyElement | Kind::AnyArray => return Err(pseudo_type(kind)),
    };
    reader.end()?;
    Ok(d)
}

/// The version of jsonb's binary form: the text follows it.
const JSONB_VERSION: u8 = 1;

fn read_jsonb(reader: &mut BinaryReader) -> Result<Arc<str>> {
    match reader.array::<1>()? {
        [JSONB_VERSION] => jsonb::parse(text::from_utf8(reader.rest())?),
        [version] => Err(Error::internal(format!(
            "unsupported jsonb version number {version}"
        ))),
    }
}

/// Appends the binary form of a value.
pub fn write_binary(kind: Kind, d: &Datum, out: &mut impl BufMut) {
    debug_assert!(is_represented(kind, d), "{d:?} is no {kind}");
    match d {
        Datum::Null => {}
        Datum::Text(s) => out.put_slice(s.as_bytes()),
        Datum::Bool(b) => out.put_u8(u8::from(*b)),
        Datum::Int2(i) => out.put_i16(*i),
        Datum::Int4(i) => out.put_i32(*i),
        Datum::Int8(i) | Datum::Timestamptz(i) => out.put_i64(*i),
        Datum::Oid(i) => out.put_u32(*i),
        Datum::Float8(f) => out.put_f64(*f),
        Datum::Numeric(n) => numeric::write_binary(n, out),
        Datum::Bytea(b) => out.put_slice(b),
        Datum::Uuid(u) => out.put_slice(u),
        Datum::Jsonb(j) => {
            out.put_u8(JSONB_VERSION);
            out.put_slice(j.as_bytes());
        }
        Datum::Array(a) => array::write_binary(a, out),
        Datum::Record(fields) => record::write_binary(fields, out),
    }
}

/// The kind that a representation belongs to on its own; `text` for all kinds of text.
pub fn kind_of(d: &Datum) -> Kind {
    match d {
        Datum::Null => Kind::Unknown,
        Datum::Bool(_) => Kind::Bool,
        Datum::Int2(_) => Kind::Int2,
        Datum::Int4(_) => Kind::Int4,
        Datum::Int8(_) => Kind::Int8,
        Datum::Oid(_) => Kind::Oid,
        Datum::Float8(_) => Kind::Float8,
        Datum::Numeric(_) => Kind::Numeric,
        Datum::Text(_) => Kind::Text,
        Datum::Bytea(_) => Kind::Bytea,
        Datum::Timestamptz(_) => Kind::Timestamptz,
        Datum::Uuid(_) => Kind::Uuid,
        Datum::Jsonb(_) => Kind::Jsonb,
        Datum::Array(a) => a.element.array().unwrap_or(Kind::AnyArray),
        Datum::Record(_) => Kind::Record,
    }
}

/// Whether values of the kind look like this one.
fn is_represented(kind: Kind, d: &Datum) -> bool {
    match kind {
        Kind::Any | Kind::AnyElement => true,
        Kind::Text | Kind::Varchar | Kind::Name | Kind::Unknown | Kind::Void => {
            matches!(d, Datum::Text(_) | Datum::Null)
        }
        Kind::Array(_) | Kind::AnyArray => matches!(d, Datum::Array(_) | Datum::Null),
        scalar => d.is_null() || kind_of(d) == scalar,
    }
}

fn pseudo_type(kind: Kind) -> Error {
    Error::unsupported(format!("a value of type {kind}"))
}

fn print_display(value: &impl std::fmt::Display, out: &mut impl BufMut) {
    // Writing to a buffer does not fail.
    let _ = write!(Sink(out), "{value}");
}

/// A buffer that text is written to.
struct Sink<'a, B>(&'a mut B);

impl<B: BufMut> std::fmt::Write for Sink<'_, B> {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.0.put_slice(s.as_bytes());
        Ok(())
    }
}
