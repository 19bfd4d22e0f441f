//! The key codec: byte order is SQL order. The forms are described in [`super`].

use std::sync::Arc;

use super::corrupted;
use super::key_numeric;
use crate::error::{Error, Result};
use crate::types::{Array, Datum, Kind, float8, timestamptz};

/// How the values of a key column are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smaller values first.
    Ascending,
    /// Greater values first.
    Descending,
}

impl Order {
    /// The order of a column that is declared `DESC` or not.
    pub fn new(descending: bool) -> Self {
        if descending {
            Self::Descending
        } else {
            Self::Ascending
        }
    }

    /// What each byte is xored with.
    fn mask(self) -> u8 {
        match self {
            Self::Ascending => 0x00,
            Self::Descending => 0xFF,
        }
    }
}

/// Whether the key gives a value of this kind back in full. Of numeric the scale is lost, of
/// double precision the sign of -0.
pub fn key_is_lossless(kind: Kind) -> bool {
    match kind {
        Kind::Bool
        | Kind::Bytea
        | Kind::Name
        | Kind::Int8
        | Kind::Int2
        | Kind::Int4
        | Kind::Text
        | Kind::Oid
        | Kind::Unknown
        | Kind::Varchar
        | Kind::Timestamptz
        | Kind::Uuid => true,
        Kind::Array(element) => key_is_lossless(*element),
        Kind::Float8
        | Kind::Numeric
        | Kind::Jsonb
        | Kind::Void
        | Kind::Record
        | Kind::Any
        | Kind::AnyElement
        | Kind::AnyArray => false,
    }
}

/// Whether a column of this kind can be a part of a key.
pub fn check_key_kind(kind: Kind) -> Result<()> {
    match kind {
        Kind::Bool
        | Kind::Bytea
        | Kind::Name
        | Kind::Int8
        | Kind::Int2
        | Kind::Int4
        | Kind::Text
        | Kind::Oid
        | Kind::Float8
        | Kind::Unknown
        | Kind::Varchar
        | Kind::Timestamptz
        | Kind::Numeric
        | Kind::Uuid => Ok(()),
        Kind::Array(element) => check_key_kind(*element),
        Kind::Jsonb | Kind::Void | Kind::Record | Kind::Any | Kind::AnyElement | Kind::AnyArray => {
            Err(Error::unsupported(format!("a key column of type {kind}")))
        }
    }
}

/// Appends the key of the values, one of each column.
pub fn encode_key(columns: &[(Kind, Order)], values: &[Datum], out: &mut Vec<u8>) -> Result<()> {
    if values.len() != columns.len() {
        let (want, got) = (columns.len(), values.len());
        return Err(Error::internal(format!(
            "a key of {want} columns, {got} values"
        )));
    }
    encode_prefix(columns, values, out)
}

/// Appends what all keys start with whose first columns have the values.
pub fn encode_prefix(columns: &[(Kind, Order)], values: &[Datum], out: &mut Vec<u8>) -> Result<()> {
    for ((kind, order), value) in columns.iter().zip(values) {
        let start = out.len();
        encode(*kind, value, out)?;
        complement(*order, &mut out[start..]);
    }
    Ok(())
}

/// Appends what all keys start with whose first columns have the values and whose next column, a
/// text, starts with `text`.
pub fn encode_text_prefix(
    columns: &[(Kind, Order)],
    values: &[Datum],
    text: &str,
    out: &mut Vec<u8>,
) -> Result<()> {
    encode_prefix(columns, values, out)?;
    match columns.get(values.len()) {
        Some((Kind::Text | Kind::Varchar | Kind::Name, order)) => {
            let start = out.len();
            out.extend_from_slice(text.as_bytes());
            complement(*order, &mut out[start..]);
            Ok(())
        }
        other => Err(Error::internal(format!("a text prefix of {other:?}"))),
    }
}

/// The first key after all that start with the prefix; none when they are the last keys there are.
pub fn prefix_end(mut prefix: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = prefix.last_mut() {
        if *last < 0xFF {
            *last += 1;
            return Some(prefix);
        }
        prefix.pop();
    }
    None
}

fn complement(order: Order, bytes: &mut [u8]) {
    if order == Order::Descending {
        bytes.iter_mut().for_each(|b| *b = !*b);
    }
}

fn encode(kind: Kind, value: &Datum, out: &mut Vec<u8>) -> Result<()> {
    match value {
        Datum::Text(s) => {
            out.extend_from_slice(s.as_bytes());
            out.push(0);
        }
        Datum::Bool(b) => out.push(u8::from(*b)),
        Datum::Int2(i) => out.extend_from_slice(&(*i ^ i16::MIN).to_be_bytes()),
        Datum::Int4(i) => out.extend_from_slice(&(*i ^ i32::MIN).to_be_bytes()),
        Datum::Int8(i) | Datum::Timestamptz(i) => {
            out.extend_from_slice(&(*i ^ i64::MIN).to_be_bytes());
        }
        Datum::Oid(i) => out.extend_from_slice(&i.to_be_bytes()),
        Datum::Float8(f) => out.extend_from_slice(&ordered_bits(*f).to_be_bytes()),
        Datum::Numeric(n) => key_numeric::encode(n, out),
        Datum::Bytea(bytes) => {
            for b in bytes.iter() {
                out.push(*b);
                if *b == 0 {
                    out.push(0xFF);
                }
            }
            out.extend_from_slice(&[0, 0]);
        }
        Datum::Uuid(u) => out.extend_from_slice(u),
        Datum::Array(a) => encode_array(a, out)?,
        Datum::Jsonb(_) | Datum::Record(_) => return check_key_kind(kind),
        Datum::Null => return Err(Error::internal("NULL in a key")),
    }
    Ok(())
}

const SIGN: u64 = 1 << 63;

/// Bits that compare as the numbers do.
fn ordered_bits(f: f64) -> u64 {
    match float8::canonical_bits(f) {
        bits if bits & SIGN == 0 => bits | SIGN,
        bits => !bits,
    }
}

/// The bytes around an array's elements.
mod array_mark {
    pub const END: u8 = 0;
    pub const ITEM: u8 = 1;
    pub const NULL: u8 = 2;
}

fn encode_array(array: &Array, out: &mut Vec<u8>) -> Result<()> {
    for item in &array.items {
        if item.is_null() {
            out.push(array_mark::NULL);
        } else {
            out.push(array_mark::ITEM);
            encode(array.element, item, out)?;
        }
    }
    out.push(array_mark::END);
    out.push(array.dimensions.len() as u8);
    let lengths = array.dimensions.iter().map(|(length, _)| length);
    let lowers = array.dimensions.iter().map(|(_, lower)| lower);
    for n in lengths.chain(lowers) {
        out.extend_from_slice(&(n ^ i32::MIN).to_be_bytes());
    }
    Ok(())
}

/// Reads the values of a key.
pub fn decode_key(columns: &[(Kind, Order)], key: &[u8]) -> Result<Vec<Datum>> {
    let mut decoder = Decoder::new(key);
    let values = columns
        .iter()
        .map(|(kind, order)| decoder.value(*kind, *order));
    let values = values.collect::<Result<Vec<_>>>()?;
    if decoder.rest().is_empty() {
        Ok(values)
    } else {
        Err(corrupted("key"))
    }
}

/// Reads a key from its start.
pub struct Decoder<'a> {
    rest: &'a [u8],
    mask: u8,
}

impl<'a> Decoder<'a> {
    /// At the start of a key.
    pub fn new(key: &'a [u8]) -> Self {
        Self { rest: key, mask: 0 }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The value of the next column.
    pub fn value(&mut self, kind: Kind, order: Order) -> Result<Datum> {
        self.mask = order.mask();
        self.decode(kind)
    }

    fn decode(&mut self, kind: Kind) -> Result<Datum> {
        Ok(match kind {
            Kind::Text | Kind::Varchar | Kind::Name | Kind::Unknown => {
                let bytes = self.text()?;
                Datum::Text(
                    String::from_utf8(bytes)
                        .map_err(|_| corrupted("key"))?
                        .into(),
                )
            }
            Kind::Bool => match self.array()? {
                [0] => Datum::Bool(false),
                [1] => Datum::Bool(true),
                [_] => return Err(corrupted("key")),
            },
            Kind::Int2 => Datum::Int2(i16::from_be_bytes(self.array()?) ^ i16::MIN),
            Kind::Int4 => Datum::Int4(self.i32()?),
            Kind::Int8 => Datum::Int8(self.i64()?),
            Kind::Timestamptz => {
                let micros = timestamptz::check(self.i64()?).map_err(|_| corrupted("key"))?;
                Datum::Timestamptz(micros)
            }
            Kind::Oid => Datum::Oid(u32::from_be_bytes(self.array()?)),
            Kind::Float8 => {
                let bits = u64::from_be_bytes(self.array()?);
                let bits = if bits & SIGN == 0 { !bits } else { bits ^ SIGN };
                Datum::Float8(f64::from_bits(bits))
            }
            Kind::Numeric => Datum::Numeric(Arc::new(key_numeric::decode(self)?)),
            Kind::Bytea => Datum::Bytea(self.bytea()?.into()),
            Kind::Uuid => Datum::Uuid(self.array()?),
            Kind::Array(element) => Datum::Array(Arc::new(self.decode_array(*element)?)),
            Kind::Jsonb
            | Kind::Void
            | Kind::Record
            | Kind::Any
            | Kind::AnyElement
            | Kind::AnyArray => {
                check_key_kind(kind)?;
                Datum::Null
            }
        })
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| corrupted("key"))?;
        self.rest = rest;
        Ok(head.map(|b| b ^ self.mask))
    }

    fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.array()?) ^ i32::MIN)
    }

    fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.array()?) ^ i64::MIN)
    }

    fn text(&mut self) -> Result<Vec<u8>> {
        let end = self.rest.iter().position(|b| *b == self.mask);
        let end = end.ok_or_else(|| corrupted("key"))?;
        let bytes = self.rest[..end].iter().map(|b| b ^ self.mask).collect();
        self.rest = &self.rest[end + 1..];
        Ok(bytes)
    }

    fn bytea(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            match self.array()? {
                [0] => match self.array()? {
                    [0] => return Ok(bytes),
                    [0xFF] => bytes.push(0),
                    [_] => return Err(corrupted("key")),
                },
                [b] => bytes.push(b),
            }
        }
    }

    fn decode_array(&mut self, element: Kind) -> Result<Array> {
        let mut items = Vec::new();
        loop {
            match self.array()? {
                [array_mark::END] => break,
                [array_mark::ITEM] => items.push(self.decode(element)?),
                [array_mark::NULL] => items.push(Datum::Null),
                [_] => return Err(corrupted("key")),
            }
        }
        let [count] = self.array()?;
        let lengths = (0..count).map(|_| self.i32()).collect::<Result<Vec<_>>>()?;
        let lowers = (0..count).map(|_| self.i32()).collect::<Result<Vec<_>>>()?;
        let dimensions = lengths.into_iter().zip(lowers).collect();
        let array = Array {
            element,
            dimensions,
            items,
        };
        if array.is_consistent() {
            Ok(array)
        } else {
            Err(corrupted("key"))
        }
    }
}
