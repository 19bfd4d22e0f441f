//! Keys and rows as prose: `'user1.name', 42`.

use super::key::{Decoder, Order};
use super::row::{RowLayout, expiry};
use crate::types::{Datum, Formats, Kind, io};

/// A key, or the start of one: `…` stands where a text is not complete, and bytes that are no value
/// of their column are printed as they are.
pub fn key(columns: &[(Kind, Order)], key: &[u8]) -> String {
    let mut decoder = Decoder::new(key);
    let mut parts = Vec::new();
    for (kind, order) in columns {
        let rest = decoder.rest();
        if rest.is_empty() {
            break;
        }
        match decoder.value(*kind, *order) {
            Ok(value) => parts.push(literal(*kind, &value)),
            Err(_) => {
                parts.push(incomplete(*kind, *order, rest));
                return parts.join(", ");
            }
        }
    }
    if !decoder.rest().is_empty() {
        parts.push(hex(decoder.rest()));
    }
    parts.join(", ")
}

/// A row: its stored values in parentheses, `absent` where it is older than the column, and when it
/// expires.
pub fn row(layout: &RowLayout, kinds: &[Kind], row: &[u8]) -> String {
    let (values, expiry) = match (layout.decode(row), expiry(row)) {
        (Ok(values), Ok(expiry)) => (values, expiry),
        _ => return format!("corrupted {}", hex(row)),
    };
    let values = kinds.iter().zip(values).map(|(kind, value)| match value {
        Some(value) => literal(*kind, &value),
        None => "absent".to_owned(),
    });
    let mut text = format!("({})", values.collect::<Vec<_>>().join(", "));
    if let Some(expiry) = expiry {
        let at = Datum::Timestamptz(expiry);
        text.push_str(&format!(" expires {}", literal(Kind::Timestamptz, &at)));
    }
    text
}

/// A value as SQL writes it, without its type.
pub fn literal(kind: Kind, value: &Datum) -> String {
    let text = || io::to_string(kind, value, &Formats::default());
    match value {
        Datum::Null => "NULL".to_owned(),
        Datum::Bool(b) => b.to_string(),
        Datum::Int2(_)
        | Datum::Int4(_)
        | Datum::Int8(_)
        | Datum::Oid(_)
        | Datum::Float8(_)
        | Datum::Numeric(_) => text(),
        Datum::Text(_)
        | Datum::Bytea(_)
        | Datum::Timestamptz(_)
        | Datum::Uuid(_)
        | Datum::Jsonb(_)
        | Datum::Array(_)
        | Datum::Record(_) => format!("'{}'", text().replace('\'', "''")),
    }
}

/// The start of a value.
fn incomplete(kind: Kind, order: Order, bytes: &[u8]) -> String {
    let plain: Vec<u8> = match order {
        Order::Ascending => bytes.to_vec(),
        Order::Descending => bytes.iter().map(|b| !b).collect(),
    };
    match (kind, std::str::from_utf8(&plain)) {
        (Kind::Text | Kind::Varchar | Kind::Name, Ok(text)) if !text.contains('\0') => {
            format!("'{}…", text.replace('\'', "''"))
        }
        _ => hex(bytes),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("\\x{digits}")
}
