//! RowDescription and DataRow: the messages of the hot path, written in place.

use bytes::{BufMut, BytesMut};

use crate::error::{Error, Result};
use crate::exec::plan::OutputColumn;
use crate::exec::{Field, OutputRow};
use crate::session::{Format, Status};
use crate::sqlstate::SqlState;
use crate::types::{Formats, Kind, io};

/// PostgreSQL's limit on the length of a message, in bytes: what its clients can take.
const MAX_MESSAGE: usize = 0x3fff_ffff;

/// Appends a RowDescription. `formats` has one for each column, or is empty for text.
pub(super) fn row_description(columns: &[OutputColumn], formats: &[Format], out: &mut BytesMut) {
    message(b'T', out, |out| {
        out.put_u16(columns.len() as u16);
        for (index, column) in columns.iter().enumerate() {
            let (table, attribute) = column.origin.map_or((0, 0), |(table, at)| (table.0, at));
            out.put_slice(column.name.as_bytes());
            out.put_u8(0);
            out.put_u32(table);
            out.put_i16(attribute);
            out.put_u32(column.ty.kind.oid());
            out.put_i16(column.ty.kind.length());
            out.put_i32(column.ty.modifier);
            out.put_i16(code(format(formats, index)));
        }
    });
}

/// Appends a DataRow.
pub(super) fn data_row(
    row: &OutputRow,
    columns: &[OutputColumn],
    formats: &[Format],
    print: &Formats,
    out: &mut BytesMut,
) -> Result<()> {
    let start = out.len();
    out.put_u8(b'D');
    out.put_u32(0);
    out.put_u16(columns.len() as u16);
    for (index, column) in columns.iter().enumerate() {
        if let Err(e) = field(
            row,
            index,
            column.ty.kind,
            format(formats, index),
            print,
            out,
        ) {
            out.truncate(start);
            return Err(e);
        }
    }
    let length = out.len() - start - 1;
    if length > MAX_MESSAGE {
        out.truncate(start);
        return Err(Error::new(
            SqlState::ProgramLimitExceeded,
            format!(
                "a row of {length} bytes is longer than a message can be ({MAX_MESSAGE} bytes)"
            ),
        ));
    }
    set_length(out, start + 1, length);
    Ok(())
}

fn field(
    row: &OutputRow,
    index: usize,
    kind: Kind,
    format: Format,
    print: &Formats,
    out: &mut BytesMut,
) -> Result<()> {
    let at = out.len();
    match row.field(index)? {
        Field::Null => {
            out.put_i32(-1);
            return Ok(());
        }
        Field::Wire(bytes) => {
            out.put_u32(bytes.len() as u32);
            out.put_slice(bytes);
            return Ok(());
        }
        Field::Datum(datum) => {
            out.put_u32(0);
            match format {
                Format::Text => io::print_text(kind, &datum, print, out),
                Format::Binary => io::write_binary(kind, &datum, out),
            }
        }
    }
    set_length(out, at, out.len() - at - 4);
    Ok(())
}

/// Appends a message whose length is known when its body is written.
pub(super) fn message(kind: u8, out: &mut BytesMut, body: impl FnOnce(&mut BytesMut)) {
    let start = out.len();
    out.put_u8(kind);
    out.put_u32(0);
    body(out);
    set_length(out, start + 1, out.len() - start - 1);
}

fn set_length(out: &mut BytesMut, at: usize, length: usize) {
    out[at..at + 4].copy_from_slice(&(length as u32).to_be_bytes());
}

fn format(formats: &[Format], index: usize) -> Format {
    formats.get(index).copied().unwrap_or_default()
}

fn code(format: Format) -> i16 {
    match format {
        Format::Text => 0,
        Format::Binary => 1,
    }
}

/// Appends the body of a ParameterDescription.
pub(super) fn parameter_types(kinds: &[Kind], out: &mut BytesMut) {
    out.put_u16(kinds.len() as u16);
    for kind in kinds {
        out.put_u32(kind.oid());
    }
}

/// Appends a ParameterStatus.
pub(super) fn parameter_status(name: &str, value: &str, out: &mut BytesMut) {
    message(b'S', out, |out| {
        for text in [name, value] {
            out.put_slice(text.as_bytes());
            out.put_u8(0);
        }
    });
}

/// Appends a ReadyForQuery.
pub(super) fn ready(status: Status, out: &mut BytesMut) {
    out.put_u8(b'Z');
    out.put_u32(5);
    out.put_u8(match status {
        Status::Idle => b'I',
        Status::InBlock => b'T',
        Status::Failed => b'E',
    });
}
