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
use crate::sqlstate::SqlState;

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
        Kind::Record => return Err(anonymous_composite()),
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
        Kind::Timestamptz => {
            let micros = i64::from_be_bytes(reader.array()?);
            Datum::Timestamptz(timestamptz::check(micros)?)
        }
        Kind::Jsonb => Datum::Jsonb(read_jsonb(&mut reader)?),
        Kind::Array(element) => Datum::Array(Arc::new(array::read_binary(*element, &mut reader)?)),
        Kind::Void => Datum::text(""),
        Kind::Record => return Err(anonymous_composite()),
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
        [version] => Err(Error::new(
            SqlState::InvalidBinaryRepresentation,
            format!("unsupported jsonb version number {version}"),
        )),
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

fn anonymous_composite() -> Error {
    Error::new(
        SqlState::FeatureNotSupported,
        "input of anonymous composite types is not implemented",
    )
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

#[cfg(test)]
mod tests {
    use super::super::testing::TestEnv;
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn arrays_have_postgresqls_binary_form() {
        let env = TestEnv::default();
        for (element, text, expected) in [
            (
                &Kind::Int4,
                "{1,NULL}",
                "00000001 00000001 00000017 00000002 00000001 00000004 00000001 ffffffff",
            ),
            (
                &Kind::Text,
                "[0:1][2:2]={{a},{b}}",
                "00000002 00000000 00000019 00000002 00000000 00000001 00000002 00000001 61 00000001 62",
            ),
            (&Kind::Int8, "{}", "00000000 00000000 00000014"),
        ] {
            let kind = Kind::Array(element);
            let array = parse_text(kind, text, &env).expect(text);
            let mut bytes = Vec::new();
            write_binary(kind, &array, &mut bytes);
            assert_eq!(hex(&bytes), expected.replace(' ', ""));
            assert_eq!(read_binary(kind, &bytes), Ok(array));
        }
    }

    #[test]
    fn malformed_binary_values() {
        let error = |kind, bytes: &[u8]| {
            let error = read_binary(kind, bytes).expect_err("malformed");
            format!("{} {}", error.state().code(), error.message())
        };
        assert_eq!(
            error(Kind::Int4, &[0; 5]),
            "22P03 incorrect binary data format"
        );
        assert_eq!(
            error(Kind::Int4, &[0; 3]),
            "08P01 insufficient data left in message"
        );
        assert_eq!(
            error(Kind::Text, b"\xff"),
            "22021 invalid byte sequence for encoding \"UTF8\": 0xff"
        );
        assert_eq!(
            error(Kind::Timestamptz, &(i64::MAX - 1).to_be_bytes()),
            "22008 timestamp out of range"
        );
        assert_eq!(
            error(Kind::Jsonb, &[2]),
            "22P03 unsupported jsonb version number 2"
        );
        assert_eq!(
            error(Kind::Numeric, &[0, 0, 0, 0, 1, 0, 0, 0]),
            "22P03 invalid sign in external \"numeric\" value"
        );
        assert_eq!(
            error(
                Kind::Array(&Kind::Int4),
                &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25]
            ),
            "42804 binary data has array element type 25 (text) instead of expected 23 (integer)"
        );
    }

    #[test]
    fn records_are_printed_with_quotes_where_they_need_them() {
        let fields = [
            Datum::Int4(1),
            Datum::text("a b"),
            Datum::text(""),
            Datum::Null,
            Datum::text("x\"y\\z"),
            Datum::Bool(true),
            Datum::text("("),
        ];
        let record = Datum::Record(fields.into());
        let text = to_string(Kind::Record, &record, &Formats::default());
        assert_eq!(text, r#"(1,"a b","",,"x""y\\z",t,"(")"#);
        let fields = [Datum::Int4(1), Datum::text("a"), Datum::Null];
        let mut bytes = Vec::new();
        write_binary(Kind::Record, &Datum::Record(fields.into()), &mut bytes);
        let expected = "00000003 00000017 00000004 00000001 00000019 00000001 61 000002c1 ffffffff";
        assert_eq!(hex(&bytes), expected.replace(' ', ""));
    }
}
