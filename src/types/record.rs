//! Row values: how they are printed. They are not read, as PostgreSQL does not read them either.

use bytes::BufMut;

use super::datum::Datum;
use super::env::Formats;
use super::io;
use super::parse::is_space;

/// Prints `(a,"b c",)`; NULL is nothing at all.
pub fn print(fields: &[Datum], formats: &Formats, out: &mut impl BufMut) {
    out.put_u8(b'(');
    let mut text = Vec::new();
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            out.put_u8(b',');
        }
        if !field.is_null() {
            text.clear();
            io::print_text(io::kind_of(field), field, formats, &mut text);
            print_quoted(&text, out);
        }
    }
    out.put_u8(b')');
}

/// Prints a field, in quotes where it would be read as something else without.
fn print_quoted(text: &[u8], out: &mut impl BufMut) {
    let special =
        |b: &u8| matches!(b, b'"' | b'\\' | b'(' | b')' | b',') || is_space(char::from(*b));
    if !text.is_empty() && !text.iter().any(special) {
        return out.put_slice(text);
    }
    out.put_u8(b'"');
    for b in text {
        if matches!(b, b'"' | b'\\') {
            out.put_u8(*b);
        }
        out.put_u8(*b);
    }
    out.put_u8(b'"');
}

/// Writes how many fields, and of each its type's oid, its length and its value.
pub fn write_binary(fields: &[Datum], out: &mut impl BufMut) {
    out.put_i32(fields.len() as i32);
    let mut value = Vec::new();
    for field in fields {
        let kind = io::kind_of(field);
        out.put_u32(kind.oid());
        if field.is_null() {
            out.put_i32(-1);
            continue;
        }
        value.clear();
        io::write_binary(kind, field, &mut value);
        out.put_i32(value.len() as i32);
        out.put_slice(&value);
    }
}
