//! Functions of text, and those of bytes that are like them.
//!
//! - [`pieces`]: lengths, and parts of a text by their place or by what is around them.
//! - [`shape`]: case, padding, repetition, and other texts made of one.
//! - [`join`]: `concat` and `concat_ws`.
//! - [`format`](mod@format): `format`.
//! - [`quote`]: names and values as SQL has to write them.
//! - [`encode`]: characters and numbers, digests, bytes as text.
//! - [`bytes`]: of bytes alone.
//!
//! Characters are Unicode's; letters have case and are letters in ASCII only (locale C).

mod bytes;
mod encode;
mod format;
mod join;
mod pieces;
pub mod quote;
mod shape;

use super::declare::functions;
use super::{Datum, Env, io};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

functions! { pub(super) FUNCTIONS:
    749 overlay(Bytea, Bytea, Int4, Int4) -> Bytea, Immutable, bytes::overlay;
    752 overlay(Bytea, Bytea, Int4) -> Bytea, Immutable, bytes::overlay;
    849 position(Text, Text) -> Int4, Immutable, pieces::position;
    868 strpos(Text, Text) -> Int4, Immutable, pieces::position;
    870 lower(Text) -> Text, Immutable, shape::lower;
    871 upper(Text) -> Text, Immutable, shape::upper;
    872 initcap(Text) -> Text, Immutable, shape::initcap;
    873 lpad(Text, Int4, Text) -> Text, Immutable, shape::lpad;
    874 rpad(Text, Int4, Text) -> Text, Immutable, shape::rpad;
    875 ltrim(Text, Text) -> Text, Immutable, pieces::ltrim;
    876 rtrim(Text, Text) -> Text, Immutable, pieces::rtrim;
    877 substr(Text, Int4, Int4) -> Text, Immutable, pieces::substring;
    878 translate(Text, Text, Text) -> Text, Immutable, shape::translate;
    879 lpad(Text, Int4) -> Text, Immutable, shape::lpad;
    880 rpad(Text, Int4) -> Text, Immutable, shape::rpad;
    881 ltrim(Text) -> Text, Immutable, pieces::ltrim;
    882 rtrim(Text) -> Text, Immutable, pieces::rtrim;
    883 substr(Text, Int4) -> Text, Immutable, pieces::substring;
    884 btrim(Text, Text) -> Text, Immutable, pieces::btrim;
    885 btrim(Text) -> Text, Immutable, pieces::btrim;
    936 substring(Text, Int4, Int4) -> Text, Immutable, pieces::substring;
    937 substring(Text, Int4) -> Text, Immutable, pieces::substring;
    1282 quote_ident(Text) -> Text, Immutable, quote::quote_ident;
    1283 quote_literal(Text) -> Text, Immutable, quote::quote_literal;
    1285 quote_literal(AnyElement) -> Text, Stable, quote::quote_literal;
    1289 quote_nullable(Text) -> Text, Immutable called_on_null, quote::quote_nullable;
    1290 quote_nullable(AnyElement) -> Text, Stable called_on_null, quote::quote_nullable;
    1317 length(Text) -> Int4, Immutable, pieces::length;
    1369 character_length(Text) -> Int4, Immutable, pieces::length;
    1374 octet_length(Text) -> Int4, Immutable, pieces::octet_length;
    1381 char_length(Text) -> Int4, Immutable, pieces::length;
    1404 overlay(Text, Text, Int4, Int4) -> Text, Immutable, pieces::overlay;
    1405 overlay(Text, Text, Int4) -> Text, Immutable, pieces::overlay;
    1620 ascii(Text) -> Int4, Immutable, encode::ascii;
    1621 chr(Int4) -> Text, Immutable, encode::chr;
    1622 repeat(Text, Int4) -> Text, Immutable, shape::repeat;
    1810 bit_length(Bytea) -> Int4, Immutable, bytes::bit_length;
    1811 bit_length(Text) -> Int4, Immutable, pieces::bit_length;
    1946 encode(Bytea, Text) -> Text, Immutable, encode::encode;
    1947 decode(Text, Text) -> Bytea, Immutable, encode::decode;
    2015 btrim(Bytea, Bytea) -> Bytea, Immutable, bytes::btrim;
    2087 replace(Text, Text, Text) -> Text, Immutable, shape::replace;
    2088 split_part(Text, Text, Int4) -> Text, Immutable, pieces::split_part;
    2089 to_hex(Int4) -> Text, Immutable, encode::to_hex;
    2090 to_hex(Int8) -> Text, Immutable, encode::to_hex;
    2311 md5(Text) -> Text, Immutable, encode::md5;
    2321 md5(Bytea) -> Text, Immutable, encode::md5;
    3058 concat(Any) -> Text, Stable variadic, join::concat;
    3059 concat_ws(Text, Any) -> Text, Stable variadic, join::concat_ws;
    3060 left(Text, Int4) -> Text, Immutable, pieces::left;
    3061 right(Text, Int4) -> Text, Immutable, pieces::right;
    3062 reverse(Text) -> Text, Immutable, shape::reverse;
    3419 sha224(Bytea) -> Bytea, Immutable, encode::sha::<sha2::Sha224>;
    3420 sha256(Bytea) -> Bytea, Immutable, encode::sha::<sha2::Sha256>;
    3421 sha384(Bytea) -> Bytea, Immutable, encode::sha::<sha2::Sha384>;
    3422 sha512(Bytea) -> Bytea, Immutable, encode::sha::<sha2::Sha512>;
    3539 format(Text, Any) -> Text, Stable variadic, format::format;
    3540 format(Text) -> Text, Stable called_on_null, format::format;
    6163 bit_count(Bytea) -> Int8, Immutable, bytes::bit_count;
    6195 ltrim(Bytea, Bytea) -> Bytea, Immutable, bytes::ltrim;
    6196 rtrim(Bytea, Bytea) -> Bytea, Immutable, bytes::rtrim;
}

/// The most bytes a value has (PostgreSQL's `MaxAllocSize`).
const MAX_BYTES: usize = 0x3FFF_FFFF;

/// Refuses a length that no value has, before the memory for it is asked for.
fn check_length(bytes: usize) -> Result<()> {
    /// What PostgreSQL keeps before the bytes of a value.
    const HEADER: usize = 4;
    if bytes <= MAX_BYTES - HEADER {
        return Ok(());
    }
    Err(Error::new(
        SqlState::ProgramLimitExceeded,
        "requested length too large",
    ))
}

/// Refuses to make what has been put together so far longer than a value is.
pub(super) fn check_room(length: usize, more: usize) -> Result<()> {
    if length.saturating_add(more) < MAX_BYTES {
        return Ok(());
    }
    Err(
        Error::new(SqlState::ProgramLimitExceeded, "out of memory").with_detail(format!(
            "Cannot enlarge string buffer containing {length} bytes by {more} more bytes."
        )),
    )
}

/// Appends to a text as long as there is room.
pub(super) fn append(out: &mut String, s: &str) -> Result<()> {
    check_room(out.len(), s.len())?;
    out.push_str(s);
    Ok(())
}

/// Appends a value as its output function prints it; nothing for NULL.
fn append_printed(env: &dyn Env, out: &mut String, d: &Datum) -> Result<()> {
    match d {
        Datum::Null => Ok(()),
        Datum::Text(s) => append(out, s),
        other => append(
            out,
            &io::to_string(io::kind_of(other), other, env.formats()),
        ),
    }
}
