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

    /// About how many bytes it takes in memory.
    pub fn size(&self) -> usize {
        let behind = match self {
            Self::Text(s) | Self::Jsonb(s) => s.len(),
            Self::Bytea(b) => b.len(),
            Self::Array(array) => array.items.iter().map(Self::size).sum(),
            Self::Record(fields) => fields.iter().map(Self::size).sum(),
            Self::Numeric(_) => 32,
            Self::Null
            | Self::Bool(_)
            | Self::Int2(_)
            | Self::Int4(_)
            | Self::Int8(_)
            | Self::Oid(_)
            | Self::Float8(_)
            | Self::Timestamptz(_)
            | Self::Uuid(_) => 0,
        };
        size_of::<Self>() + behind
    }
}
