//! Values as bytes in storage: keys whose byte order is SQL's order, and rows.
//!
//! - [`key`]: the key codec; [`key_numeric`], its most intricate part.
//! - [`row`]: the row format.
//! - [`dump`]: both as prose, for golden tests and for whoever looks into a data folder.
//!
//! A table's entry is its key columns as a key, and the other columns as a row. A key column whose
//! value the key does not give back in full ([`key::key_is_lossless`]) stands in the row as well.
//!
//! # Keys
//! The columns follow each other, each in a form that ends where it ends, so that comparing the
//! bytes compares the columns in turn. A descending column has all of its bytes complemented.
//!
//! | kind | form |
//! |---|---|
//! | boolean | one byte, 0 or 1 |
//! | smallint, integer, bigint, timestamptz | big-endian, sign bit flipped |
//! | oid | big-endian |
//! | double precision | IEEE 754, big-endian; a positive number with its sign bit flipped, a negative one complemented; -0 as 0, one NaN, which is greatest |
//! | numeric | see [`key_numeric`] |
//! | text, varchar, name | UTF-8, then 00 (text holds no NUL) |
//! | bytea | 00 as 00 FF, then 00 00 |
//! | uuid | 16 bytes |
//! | array | each element after a byte 01, or 02 alone for NULL; 00; how many dimensions; their lengths; their lower bounds |
//! | jsonb | refused |
//!
//! NULL is no part of a primary key and has no form. A nullable column of an index will have one
//! byte before it: 01 before a value, and for NULL alone 00 or 02, as it comes first or last.
//!
//! # Rows
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | flags: bit 0, it expires; the others are 0 |
//! | 8 if it expires | when: microseconds since 2000-01-01 UTC, big-endian |
//! | 1 to 5 | how many columns, as LEB128 |
//! | columns / 8, rounded up | bit `i % 8` of byte `i / 8`: column `i` is NULL |
//! | the rest | the values that are not NULL, in order |
//!
//! A value of fixed width is PostgreSQL's binary form. One of variable width has its length in
//! bytes before it, as LEB128; text is UTF-8, jsonb the text that is sent, and the others are
//! PostgreSQL's binary form again. So values are sent as they are stored. A row with fewer columns
//! than its table is older than the others of them.

pub mod dump;
pub mod key;
pub mod key_numeric;
pub mod row;

#[cfg(test)]
mod tests;

pub use key::{
    Order, decode_key, encode_key, encode_prefix, encode_text_prefix, key_is_lossless, prefix_end,
};
pub use row::{RawValue, RowLayout, expiry};

use crate::error::Error;
use crate::sqlstate::SqlState;

/// Bytes that no version of keywire has written.
#[cold]
fn corrupted(what: &str) -> Error {
    Error::new(SqlState::DataCorrupted, format!("corrupted {what}"))
}
