//! [`Datum`]: one value, and [`Row`]: several.

use std::sync::Arc;

use super::kind::Kind;
use super::numeric::Numeric;

/// One SQL value. Its kind is known from the plan; the variant is the representation, which
/// several kinds share (`text`, `varchar`, `name` and `unknown` are all [`Datum::Text`]).
///
/// A clone is cheap: whatever is large is behind an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// NULL, of any type.
    Null,
    /// `boolean`
    Bool(bool),
    /// `smallint`
    Int2(i16),
    /// `integer`
    Int4(i32),
    /// `bigint`
    Int8(i64),
    /// `oid`
    Oid(u32),
    /// `double precision`
    Float8(f64),
    /// `numeric`
    Numeric(Arc<Numeric>),
    /// `text`, `varchar`, `name`, `unknown`; never holds a NUL byte.
    Text(Arc<str>),
    /// `bytea`
    Bytea(Arc<[u8]>),
    /// `timestamptz`: microseconds since 2000-01-01 00:00:00 UTC; `i64::MIN` and `i64::MAX` are
    /// `-infinity` and `infinity`.
    Timestamptz(i64),
    /// `uuid`
    Uuid([u8; 16]),
    /// `jsonb`, as the canonical text that PostgreSQL prints (keys by length then bytes, no
    /// duplicates, `": "` and `", "` as separators): it is stored and sent without being decoded.
    Jsonb(Arc<str>),
    /// An array.
    Array(Arc<Array>),
    /// A row value.
    Record(Arc<[Datum]>),
}

/// An array: its elements in row-major order and its dimensions (none for `{}`).
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// The kind of the elements.
    pub element: Kind,
    /// (length, lower bound) of each dimension.
    pub dimensions: Vec<(i32, i32)>,
    /// The elements; their number is the product of the lengths.
    pub items: Vec<Datum>,
}

/// A row: one value a column.
pub type Row = Vec<Datum>;

impl Datum {
    /// A `text` value.
    pub fn text(s: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(s.as_ref()))
    }

    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
