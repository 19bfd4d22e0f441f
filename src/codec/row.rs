//! The row format. It is described in [`super`].

use bytes::BufMut;

use super::corrupted;
use crate::error::Result;
use crate::types::{Datum, Kind, io, timestamptz};

/// The version that is written.
const VERSION: u8 = 1;
/// The flag of a row that expires.
const EXPIRES: u8 = 1;

/// The columns of a table's rows: those that are stored beside the key, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct RowLayout {
    columns: Vec<Stored>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Stored {
    kind: Kind,
    /// How many bytes a value has, if all have the same number.
    width: Option<usize>,
}

/// A value as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawValue<'a> {
    /// NULL.
    Null,
    /// The row is older than the column: the value is the column's default.
    Absent,
    /// The bytes: PostgreSQL's binary form, of jsonb the text form.
    Bytes(&'a [u8]),
}

impl RowLayout {
    /// The layout of columns of these kinds.
    pub fn new(kinds: &[Kind]) -> Self {
        let stored = |kind: &Kind| Stored {
            kind: *kind,
            width: width(*kind),
        };
        Self {
            columns: kinds.iter().map(stored).collect(),
        }
    }

    /// A row of one value a column.
    pub fn encode(&self, values: &[Datum], expiry: Option<i64>) -> Vec<u8> {
        debug_assert_eq!(values.len(), self.columns.len());
        let mut out = Vec::with_capacity(16 + 8 * values.len());
        out.put_u8(VERSION);
        out.put_u8(if expiry.is_some() { EXPIRES } else { 0 });
        if let Some(expiry) = expiry {
            out.put_i64(expiry);
        }
        put_varint(values.len(), &mut out);
        for eight in values.chunks(8) {
            let nulls = eight
                .iter()
                .enumerate()
                .filter(|(_, value)| value.is_null());
            out.put_u8(nulls.fold(0, |bits, (i, _)| bits | 1 << i));
        }
        for (column, value) in self.columns.iter().zip(values) {
            column.encode(value, &mut out);
        }
        out
    }

    /// The values of a row; none where the row is older than the column.
    pub fn decode(&self, row: &[u8]) -> Result<Vec<Option<Datum>>> {
        let mut reader = self.reader(row)?;
        let values = self
            .columns
            .iter()
            .map(|column| column.decode(reader.next(column)?));
        let values = values.collect::<Result<_>>()?;
        if reader.rest.is_empty() {
            Ok(values)
        } else {
            Err(corrupted("row"))
        }
    }

    /// The value of one column; none where the row is older than it.
    pub fn decode_one(&self, row: &[u8], index: usize) -> Result<Option<Datum>> {
        match self.columns.get(index) {
            Some(column) => column.decode(self.raw(row, index)?),
            None => Ok(None),
        }
    }

    /// The value of a column of which the stored form is at hand; none where the row is older.
    pub fn decode_raw(&self, index: usize, raw: RawValue<'_>) -> Result<Option<Datum>> {
        match self.columns.get(index) {
            Some(column) => column.decode(raw),
            None => Ok(None),
        }
    }

    /// The value of one column as it is stored.
    pub fn raw<'a>(&self, row: &'a [u8], index: usize) -> Result<RawValue<'a>> {
        let mut reader = self.reader(row)?;
        let mut value = RawValue::Absent;
        for column in self.columns.iter().take(index + 1) {
            value = reader.next(column)?;
        }
        Ok(value)
    }

    /// The values of a row as they are stored, in order.
    pub fn raw_values<'a>(
        &'a self,
        row: &'a [u8],
    ) -> Result<impl Iterator<Item = Result<RawValue<'a>>>> {
        let mut reader = self.reader(row)?;
        Ok(self.columns.iter().map(move |column| reader.next(column)))
    }

    fn reader<'a>(&self, row: &'a [u8]) -> Result<Reader<'a>> {
        let mut reader = Reader {
            nulls: &[],
            rest: row,
            index: 0,
            count: 0,
        };
        reader.header()?;
        reader.count = reader.varint()?;
        if reader.count > self.columns.len() {
            return Err(corrupted("row"));
        }
        reader.nulls = reader.take(reader.count.div_ceil(8))?;
        Ok(reader)
    }
}

/// When a row expires, in microseconds since 2000-01-01 UTC.
pub fn expiry(row: &[u8]) -> Result<Option<i64>> {
    Reader {
        nulls: &[],
        rest: row,
        index: 0,
        count: 0,
    }
    .header()
}

/// How many bytes every value of a kind has.
fn width(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Bool => Some(1),
        Kind::Int2 => Some(2),
        Kind::Int4 | Kind::Oid => Some(4),
        Kind::Int8 | Kind::Float8 | Kind::Timestamptz => Some(8),
        Kind::Uuid => Some(16),
        Kind::Bytea
        | Kind::Name
        | Kind::Text
        | Kind::Unknown
        | Kind::Varchar
        | Kind::Numeric
        | Kind::Jsonb
        | Kind::Void
        | Kind::Record
        | Kind::Array(_)
        | Kind::Any
        | Kind::AnyElement
        | Kind::AnyArray => None,
    }
}

impl Stored {
    fn encode(&self, value: &Datum, out: &mut Vec<u8>) {
        match value {
            Datum::Null => {}
            Datum::Text(s) | Datum::Jsonb(s) => put_bytes(s.as_bytes(), out),
            Datum::Bytea(bytes) => put_bytes(bytes, out),
            value if self.width.is_some() => io::write_binary(self.kind, value, out),
            value => {
                let mut bytes = Vec::new();
                io::write_binary(self.kind, value, &mut bytes);
                put_bytes(&bytes, out);
            }
        }
    }

    fn decode(&self, raw: RawValue) -> Result<Option<Datum>> {
        let bytes = match raw {
            RawValue::Null => return Ok(Some(Datum::Null)),
            RawValue::Absent => return Ok(None),
            RawValue::Bytes(bytes) => bytes,
        };
        let value = match self.kind {
            // It was brought into its canonical form when it was written.
            Kind::Jsonb => std::str::from_utf8(bytes)
                .ok()
                .map(|s| Datum::Jsonb(s.into())),
            kind => io::read_binary(kind, bytes).ok(),
        };
        value.map(Some).ok_or_else(|| corrupted("row"))
    }
}

/// Appends a number in groups of seven bits, the least significant first; all but the last have
/// their high bit set.
fn put_varint(mut n: usize, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put_varint(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// Reads a row from its start.
struct Reader<'a> {
    nulls: &'a [u8],
    rest: &'a [u8],
    /// Of the next column.
    index: usize,
    /// How many columns the row has.
    count: usize,
}

impl<'a> Reader<'a> {
    /// Reads up to the number of columns and returns when the row expires.
    fn header(&mut self) -> Result<Option<i64>> {
        match self.take(2)? {
            [VERSION, 0] => Ok(None),
            [VERSION, EXPIRES] => {
                let (bytes, rest) = self
                    .rest
                    .split_first_chunk()
                    .ok_or_else(|| corrupted("row"))?;
                self.rest = rest;
                let expiry = timestamptz::check(i64::from_be_bytes(*bytes));
                expiry.map(Some).map_err(|_| corrupted("row"))
            }
            _ => Err(corrupted("row")),
        }
    }

    fn next(&mut self, column: &Stored) -> Result<RawValue<'a>> {
        let index = self.index;
        self.index += 1;
        if index >= self.count {
            return Ok(RawValue::Absent);
        }
        if self.nulls[index / 8] & 1 << (index % 8) != 0 {
            return Ok(RawValue::Null);
        }
        let length = match column.width {
            Some(width) => width,
            None => self.varint()?,
        };
        self.take(length).map(RawValue::Bytes)
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, rest) = self
            .rest
            .split_at_checked(n)
            .ok_or_else(|| corrupted("row"))?;
        self.rest = rest;
        Ok(head)
    }

    fn varint(&mut self) -> Result<usize> {
        /// Where the last group of a 32-bit number starts.
        const LAST_SHIFT: u32 = 28;
        let mut n = 0;
        for shift in (0..=LAST_SHIFT).step_by(7) {
            let byte = self.take(1)?[0];
            n |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(corrupted("row"))
    }
}
