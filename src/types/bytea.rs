//! `bytea`.

use std::sync::Arc;

use bytes::BufMut;

use super::compare;
use super::datum::Datum;
use super::declare::{functions, operators};
use super::env::{ByteaOutput, Env};
use super::like;
use super::uuid::hex_digit;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// Reads `\x` and hexadecimal digits, or characters with `\ooo` and `\\` among them.
pub fn parse(s: &str) -> Result<Arc<[u8]>> {
    match s.strip_prefix("\\x") {
        Some(digits) => parse_hex(digits),
        None => parse_escaped(s.as_bytes()),
    }
}

/// White space may stand between the pairs of digits.
pub(super) fn parse_hex(digits: &str) -> Result<Arc<[u8]>> {
    let error = |message| Error::new(SqlState::InvalidParameterValue, message);
    let digit = |c: char| {
        u8::try_from(c)
            .ok()
            .and_then(hex_digit)
            .ok_or_else(|| error(format!("invalid hexadecimal digit: \"{c}\"")))
    };
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut rest = digits.chars();
    while let Some(c) = rest.next() {
        if matches!(c, ' ' | '\n' | '\t' | '\r') {
            continue;
        }
        let high = digit(c)?;
        let low = rest
            .next()
            .ok_or_else(|| error("invalid hexadecimal data: odd number of digits".into()))?;
        bytes.push(high << 4 | digit(low)?);
    }
    Ok(bytes.into())
}

pub(super) fn parse_escaped(mut rest: &[u8]) -> Result<Arc<[u8]>> {
    let mut bytes = Vec::with_capacity(rest.len());
    loop {
        rest = match rest {
            [] => return Ok(bytes.into()),
            [b'\\', b'\\', tail @ ..] => {
                bytes.push(b'\\');
                tail
            }
            [
                b'\\',
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                tail @ ..,
            ] => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                tail
            }
            [b'\\', ..] => {
                return Err(Error::new(
                    SqlState::InvalidTextRepresentation,
                    "invalid input syntax for type bytea",
                ));
            }
            [plain, tail @ ..] => {
                bytes.push(*plain);
                tail
            }
        };
    }
}

/// Prints as `bytea_output` says.
pub fn print(bytes: &[u8], output: ByteaOutput, out: &mut impl BufMut) {
    match output {
        ByteaOutput::Hex => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            out.put_slice(b"\\x");
            for b in bytes {
                out.put_u8(DIGITS[usize::from(b >> 4)]);
                out.put_u8(DIGITS[usize::from(b & 15)]);
            }
        }
        ByteaOutput::Escape => {
            for b in bytes {
                match b {
                    b'\\' => out.put_slice(b"\\\\"),
                    b' '..=b'~' => out.put_u8(*b),
                    _ => {
                        let octal = [b'\\', b'0' + (b >> 6), b'0' + (b >> 3 & 7), b'0' + (b & 7)];
                        out.put_slice(&octal);
                    }
                }
            }
        }
    }
}

operators! { pub(super) OPERATORS:
    "=" 1948 byteaeq(Bytea, Bytea) -> Bool, Immutable, compare::eq;
    "<" 1949 bytealt(Bytea, Bytea) -> Bool, Immutable, compare::lt;
    "<=" 1950 byteale(Bytea, Bytea) -> Bool, Immutable, compare::le;
    ">" 1951 byteagt(Bytea, Bytea) -> Bool, Immutable, compare::gt;
    ">=" 1952 byteage(Bytea, Bytea) -> Bool, Immutable, compare::ge;
    "<>" 1953 byteane(Bytea, Bytea) -> Bool, Immutable, compare::ne;
    "~~" 2005 bytealike(Bytea, Bytea) -> Bool, Immutable, like::like;
    "!~~" 2006 byteanlike(Bytea, Bytea) -> Bool, Immutable, like::not_like;
    "||" 2011 byteacat(Bytea, Bytea) -> Bytea, Immutable, concatenate;
}

functions! { pub(super) FUNCTIONS:
    720 octet_length(Bytea) -> Int4, Immutable, length;
    721 get_byte(Bytea, Int4) -> Int4, Immutable, get_byte;
    722 set_byte(Bytea, Int4, Int4) -> Bytea, Immutable, set_byte;
    2007 like(Bytea, Bytea) -> Bool, Immutable, like::like;
    2008 notlike(Bytea, Bytea) -> Bool, Immutable, like::not_like;
    2010 length(Bytea) -> Int4, Immutable, length;
    2012 substring(Bytea, Int4, Int4) -> Bytea, Immutable, substring;
    2013 substring(Bytea, Int4) -> Bytea, Immutable, substring;
    2014 position(Bytea, Bytea) -> Int4, Immutable, position;
    2085 substr(Bytea, Int4, Int4) -> Bytea, Immutable, substring;
    2086 substr(Bytea, Int4) -> Bytea, Immutable, substring;
}

fn concatenate(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let joined = [args[0].as_bytes()?, args[1].as_bytes()?].concat();
    Ok(Datum::Bytea(joined.into()))
}

fn length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    // A value is far from 2 GB long.
    Ok(Datum::Int4(args[0].as_bytes()?.len() as i32))
}

/// The place of a byte that a client has numbered from 0.
fn byte_index(bytes: &[u8], index: &Datum) -> Result<usize> {
    let index = index.as_i32()?;
    usize::try_from(index)
        .ok()
        .filter(|i| *i < bytes.len())
        .ok_or_else(|| {
            let last = bytes.len() as i64 - 1;
            Error::new(
                SqlState::ArraySubscriptError,
                format!("index {index} out of valid range, 0..{last}"),
            )
        })
}

fn get_byte(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let bytes = args[0].as_bytes()?;
    Ok(Datum::Int4(i32::from(bytes[byte_index(bytes, &args[1])?])))
}

fn set_byte(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let mut bytes = args[0].as_bytes()?.to_vec();
    let index = byte_index(&bytes, &args[1])?;
    bytes[index] = args[2].as_i32()? as u8;
    Ok(Datum::Bytea(bytes.into()))
}

/// From the 1-based start; positions before it count towards the length but hold nothing.
fn substring(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let bytes = args[0].as_bytes()?;
    let start = i64::from(args[1].as_i32()?);
    let end = match args.get(2) {
        Some(length) => match i64::from(length.as_i32()?) {
            ..0 => {
                return Err(Error::new(
                    SqlState::SubstringError,
                    "negative substring length not allowed",
                ));
            }
            length => start + length,
        },
        None => i64::MAX,
    };
    let place = |position: i64| (position - 1).clamp(0, bytes.len() as i64) as usize;
    let (start, end) = (place(start), place(end));
    Ok(Datum::Bytea(bytes[start..end.max(start)].into()))
}

fn position(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (bytes, part) = (args[0].as_bytes()?, args[1].as_bytes()?);
    let found = match part.len() {
        0 => Some(0),
        n => bytes.windows(n).position(|w| w == part),
    };
    Ok(Datum::Int4(found.map_or(0, |at| at as i32 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(s: &str) -> Vec<u8> {
        parse(s).expect("bytes").to_vec()
    }

    fn message(s: &str) -> String {
        parse(s).expect_err(s).message().to_owned()
    }

    #[test]
    fn both_forms_are_read() {
        assert_eq!(read("\\xDEad bE\nef"), [0xde, 0xad, 0xbe, 0xef]);
        assert_eq!(read("\\x"), Vec::<u8>::new());
        assert_eq!(read("a\\000\\377\\\\ä"), [b'a', 0, 255, b'\\', 0xc3, 0xa4]);
        assert_eq!(
            message("\\xd"),
            "invalid hexadecimal data: odd number of digits"
        );
        assert_eq!(message("\\xä0"), "invalid hexadecimal digit: \"ä\"");
        assert_eq!(message("\\x1 2"), "invalid hexadecimal digit: \" \"");
        assert_eq!(message("a\\400"), "invalid input syntax for type bytea");
    }

    #[test]
    fn both_forms_are_printed() {
        let printed = |output| {
            let mut out = Vec::new();
            print(b"a\0\\\xff~\x7f", output, &mut out);
            String::from_utf8(out).expect("text")
        };
        assert_eq!(printed(ByteaOutput::Hex), "\\x61005cff7e7f");
        assert_eq!(printed(ByteaOutput::Escape), "a\\000\\\\\\377~\\177");
    }
}
