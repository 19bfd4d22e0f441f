//! Arrays: how they are read, printed and compared. Their operators and functions are in
//! `array_functions`.

use std::cmp::Ordering;

use bytes::BufMut;

use super::array_literal;
use super::compare;
use super::datum::{Array, Datum};
use super::env::{Env, Formats};
use super::io;
use super::kind::Kind;
use super::parse::{BinaryReader, is_space};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The most dimensions an array has.
pub const MAX_DIMENSIONS: usize = 6;
/// The most elements an array has (PostgreSQL's `MaxArraySize`).
const MAX_ELEMENTS: usize = 134_217_727;

impl Array {
    /// An array of one dimension that starts at 1; of none when it is empty.
    pub fn new(element: Kind, items: Vec<Datum>) -> Self {
        let dimensions = match items.len() {
            0 => Vec::new(),
            n => vec![(i32::try_from(n).unwrap_or(i32::MAX), 1)],
        };
        Self {
            element,
            dimensions,
            items,
        }
    }

    /// Whether the dimensions are what arrays have and say how many elements there are.
    pub fn is_consistent(&self) -> bool {
        let has_place =
            |(length, lower): &(i32, i32)| *length > 0 && lower.checked_add(*length).is_some();
        self.dimensions.len() <= MAX_DIMENSIONS
            && self.dimensions.iter().all(has_place)
            && count(&self.dimensions).is_ok_and(|n| n == self.items.len())
    }

    /// The element at a subscript of an array of one dimension; NULL where there is none.
    pub fn get(&self, subscript: i32) -> Datum {
        let place = match self.dimensions[..] {
            [(_, lower)] => i64::from(subscript) - i64::from(lower),
            _ => -1,
        };
        let item = usize::try_from(place)
            .ok()
            .and_then(|at| self.items.get(at));
        item.cloned().unwrap_or(Datum::Null)
    }
}

/// Reads `{a,"b",NULL}`, with dimensions before it or none.
pub fn parse(element: Kind, s: &str, env: &dyn Env) -> Result<Array> {
    let literal = array_literal::parse(s)?;
    let items = literal.items.iter().map(|item| match item {
        Some(text) => io::parse_text(element, text, env),
        None => Ok(Datum::Null),
    });
    Ok(Array {
        element,
        dimensions: literal.dimensions,
        items: items.collect::<Result<_>>()?,
    })
}

/// More dimensions than there may be.
pub(super) fn too_many_dimensions(n: usize) -> Error {
    Error::new(
        SqlState::ProgramLimitExceeded,
        format!("number of array dimensions ({n}) exceeds the maximum allowed ({MAX_DIMENSIONS})"),
    )
}

/// How many elements an array of these dimensions has.
pub(super) fn count(dimensions: &[(i32, i32)]) -> Result<usize> {
    if dimensions.is_empty() {
        return Ok(0);
    }
    dimensions
        .iter()
        .try_fold(1usize, |n, (length, _)| {
            n.checked_mul(usize::try_from(*length).ok()?)
        })
        .filter(|n| *n <= MAX_ELEMENTS)
        .ok_or_else(too_large)
}

/// A lower bound from which the elements reach beyond the greatest subscript.
pub(super) fn bound_too_large(lower: i32) -> Error {
    Error::new(
        SqlState::ProgramLimitExceeded,
        format!("array lower bound is too large: {lower}"),
    )
}

/// More elements than there may be.
pub(super) fn too_large() -> Error {
    Error::new(
        SqlState::ProgramLimitExceeded,
        format!("array size exceeds the maximum allowed ({MAX_ELEMENTS})"),
    )
}

/// Prints braces around each dimension; the bounds before it where one does not start at 1.
pub fn print(array: &Array, formats: &Formats, out: &mut impl BufMut) {
    if array.items.is_empty() {
        return out.put_slice(b"{}");
    }
    if array.dimensions.iter().any(|(_, lower)| *lower != 1) {
        for (length, lower) in &array.dimensions {
            let upper = i64::from(*lower) + i64::from(*length) - 1;
            out.put_slice(format!("[{lower}:{upper}]").as_bytes());
        }
        out.put_u8(b'=');
    }
    // How many elements one brace of each dimension encloses, the outermost first.
    let mut spans: Vec<usize> = array.dimensions.iter().map(|(n, _)| *n as usize).collect();
    for outer in (1..spans.len()).rev() {
        spans[outer - 1] *= spans[outer];
    }
    let mut text = Vec::new();
    for (i, item) in array.items.iter().enumerate() {
        if i > 0 {
            out.put_u8(b',');
        }
        spans
            .iter()
            .filter(|span| i % **span == 0)
            .for_each(|_| out.put_u8(b'{'));
        if item.is_null() {
            out.put_slice(b"NULL");
        } else {
            text.clear();
            io::print_text(array.element, item, formats, &mut text);
            print_quoted(&text, out);
        }
        let closes = spans.iter().filter(|span| (i + 1) % **span == 0);
        closes.for_each(|_| out.put_u8(b'}'));
    }
}

/// Prints an element, in quotes where it would be read as something else without.
fn print_quoted(text: &[u8], out: &mut impl BufMut) {
    let special =
        |b: &u8| matches!(b, b'"' | b'\\' | b'{' | b'}' | b',') || is_space(char::from(*b));
    if !text.is_empty() && !text.iter().any(special) && !text.eq_ignore_ascii_case(b"null") {
        return out.put_slice(text);
    }
    out.put_u8(b'"');
    for b in text {
        if matches!(b, b'"' | b'\\') {
            out.put_u8(b'\\');
        }
        out.put_u8(*b);
    }
    out.put_u8(b'"');
}

/// Writes how many dimensions, whether there are NULLs, the oid of the elements, each dimension's
/// length and lower bound, and the elements, each with its length before it.
pub fn write_binary(array: &Array, out: &mut impl BufMut) {
    out.put_i32(array.dimensions.len() as i32);
    out.put_i32(i32::from(array.items.iter().any(Datum::is_null)));
    out.put_u32(array.element.oid());
    for (length, lower) in &array.dimensions {
        out.put_i32(*length);
        out.put_i32(*lower);
    }
    let mut value = Vec::new();
    for item in &array.items {
        if item.is_null() {
            out.put_i32(-1);
            continue;
        }
        value.clear();
        io::write_binary(array.element, item, &mut value);
        out.put_i32(value.len() as i32);
        out.put_slice(&value);
    }
}

/// Reads the binary form.
pub fn read_binary(element: Kind, reader: &mut BinaryReader) -> Result<Array> {
    let malformed = |message| Error::new(SqlState::InvalidBinaryRepresentation, message);
    let dimensions = match reader.i32()? {
        n @ ..0 => return Err(malformed(format!("invalid number of dimensions: {n}"))),
        n => n as usize,
    };
    if dimensions > MAX_DIMENSIONS {
        return Err(too_many_dimensions(dimensions));
    }
    if !matches!(reader.i32()?, 0 | 1) {
        return Err(malformed("invalid array flags".into()));
    }
    check_element(element, reader.i32()? as u32)?;
    let dimensions = (0..dimensions)
        .map(|_| Ok((reader.i32()?, reader.i32()?)))
        .collect::<Result<Vec<_>>>()?;
    let count = count(&dimensions)?;
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(match reader.i32()? {
            -1 => Datum::Null,
            length => {
                let bytes = usize::try_from(length)
                    .ok()
                    .and_then(|n| reader.take(n).ok());
                let bytes =
                    bytes.ok_or_else(|| malformed("insufficient data left in message".into()))?;
                io::read_binary(element, bytes)?
            }
        });
    }
    let dimensions = if items.is_empty() {
        Vec::new()
    } else {
        dimensions
    };
    let array = Array {
        element,
        dimensions,
        items,
    };
    match array
        .dimensions
        .iter()
        .find(|(n, lower)| lower.checked_add(*n).is_none())
    {
        Some((_, lower)) => Err(bound_too_large(*lower)),
        None => Ok(array),
    }
}

fn check_element(expected: Kind, oid: u32) -> Result<()> {
    if oid == expected.oid() {
        return Ok(());
    }
    let name = Kind::from_oid(oid).map_or("???", Kind::name);
    Err(Error::new(
        SqlState::DatatypeMismatch,
        format!(
            "binary data has array element type {oid} ({name}) instead of expected {} ({expected})",
            expected.oid()
        ),
    ))
}

/// By the elements, then by how many there are, then by the dimensions.
pub fn compare(a: &Array, b: &Array) -> Ordering {
    let lengths = |array: &Array| array.dimensions.iter().map(|d| d.0).collect::<Vec<_>>();
    let lowers = |array: &Array| array.dimensions.iter().map(|d| d.1).collect::<Vec<_>>();
    compare::compare_lists(&a.items, &b.items)
        .then_with(|| a.dimensions.len().cmp(&b.dimensions.len()))
        .then_with(|| lengths(a).cmp(&lengths(b)))
        .then_with(|| lowers(a).cmp(&lowers(b)))
}
