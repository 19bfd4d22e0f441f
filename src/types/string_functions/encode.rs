//! Characters and numbers, digests, and bytes as text: `encode` and `decode`.

use sha2::Digest;

use super::check_length;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::{Datum, Env, bytea};

/// The number of the first character; 0 where there is none.
pub(super) fn ascii(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let first = args[0].as_str()?.chars().next();
    Ok(Datum::Int4(first.map_or(0, |c| c as i32)))
}

pub(super) fn chr(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let refuse = |message: String| Err(Error::new(SqlState::ProgramLimitExceeded, message));
    let n = match u32::try_from(args[0].as_i32()?) {
        Err(_) => {
            return Err(Error::new(
                SqlState::InvalidParameterValue,
                "character number must be positive",
            ));
        }
        Ok(0) => return refuse("null character not permitted".into()),
        Ok(n) if n > u32::from(char::MAX) => {
            return refuse(format!("requested character too large for encoding: {n}"));
        }
        Ok(n) => n,
    };
    match char::from_u32(n) {
        Some(c) => Ok(Datum::text(c.encode_utf8(&mut [0; 4]))),
        None => refuse(format!("requested character not valid for encoding: {n}")),
    }
}

/// In two's complement of the argument's size.
pub(super) fn to_hex(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(match &args[0] {
        Datum::Int4(n) => format!("{n:x}"),
        other => format!("{:x}", other.as_int()?),
    }))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Of the bytes of a text, or of bytes.
pub(super) fn md5(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let bytes = match &args[0] {
        Datum::Text(s) => s.as_bytes(),
        other => other.as_bytes()?,
    };
    Ok(Datum::text(hex(&md5::Md5::digest(bytes))))
}

pub(super) fn sha<D: Digest>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let digest = D::digest(args[0].as_bytes()?);
    Ok(Datum::Bytea(digest.as_slice().into()))
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(SqlState::InvalidParameterValue, message)
}

fn unrecognized(format: &str) -> Error {
    invalid(format!("unrecognized encoding: \"{format}\""))
}

pub(super) fn encode(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (bytes, format) = (args[0].as_bytes()?, args[1].as_str()?);
    // No format makes more than this of a byte.
    check_length(bytes.len() * 4)?;
    Ok(Datum::text(match format.to_ascii_lowercase().as_str() {
        "hex" => hex(bytes),
        "base64" => base64(bytes),
        "escape" => escape(bytes),
        _ => return Err(unrecognized(format)),
    }))
}

pub(super) fn decode(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (text, format) = (args[0].as_str()?, args[1].as_str()?);
    Ok(Datum::Bytea(match format.to_ascii_lowercase().as_str() {
        "hex" => bytea::parse_hex(text)?,
        "base64" => from_base64(text)?.into(),
        "escape" => bytea::parse_escaped(text.as_bytes())?,
        _ => return Err(unrecognized(format)),
    }))
}

/// Zero bytes and those beyond ASCII in octal; this is less than `bytea_output` escapes.
fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for b in bytes {
        match b {
            b'\\' => text.push_str("\\\\"),
            1..0x80 => text.push(char::from(*b)),
            _ => text.push_str(&format!("\\{b:03o}")),
        }
    }
    text
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// In lines of 76 characters, as mail has them (RFC 2045).
fn base64(bytes: &[u8]) -> String {
    /// The bytes of a line.
    const LINE: usize = 57;
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for bytes in bytes.chunks(LINE) {
        for group in bytes.chunks(3) {
            let at = |i: usize| group.get(i).map_or(0, |b| u32::from(*b));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            for i in 0..4 {
                let digit = BASE64[(bits >> (18 - 6 * i) & 63) as usize];
                // A group of n bytes has n + 1 digits.
                text.push(if i <= group.len() {
                    char::from(digit)
                } else {
                    '='
                });
            }
        }
        // A line that is full ends, even the last.
        if bytes.len() == LINE {
            text.push('\n');
        }
    }
    text
}

/// Reads digits in groups of four, with white space anywhere. As in PostgreSQL, more may follow a
/// group that was padded; it is read with the padding's length.
fn from_base64(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut digits) = (0u32, 0);
    // How many bytes a group has.
    let mut length = 3;
    for c in text.chars() {
        let digit = match c {
            ' ' | '\t' | '\n' | '\r' => continue,
            '=' => {
                if length == 3 {
                    length = match digits {
                        2 | 3 => digits - 1,
                        _ => {
                            return Err(invalid("unexpected \"=\" while decoding base64 sequence"));
                        }
                    };
                }
                0
            }
            c => base64_digit(c)?,
        };
        group = group << 6 | digit;
        digits += 1;
        if digits == 4 {
            bytes.extend_from_slice(&group.to_be_bytes()[1..=length]);
            (group, digits) = (0, 0);
        }
    }
    if digits != 0 {
        return Err(invalid("invalid base64 end sequence")
            .with_hint("Input data is missing padding, is truncated, or is otherwise corrupted."));
    }
    Ok(bytes)
}

fn base64_digit(c: char) -> Result<u32> {
    Ok(match c {
        'A'..='Z' => c as u32 - 'A' as u32,
        'a'..='z' => c as u32 - 'a' as u32 + 26,
        '0'..='9' => c as u32 - '0' as u32 + 52,
        '+' => 62,
        '/' => 63,
        _ => {
            return Err(invalid(format!(
                "invalid symbol \"{c}\" found while decoding base64 sequence"
            )));
        }
    })
}
