//! What a row is refused with, in PostgreSQL's words.

use crate::catalog::{PrimaryKey, Table};
use crate::error::{Error, Object, Result};
use crate::exec::Context;
use crate::sqlstate::SqlState;
use crate::types::quote::quoted;
use crate::types::{Datum, Kind, io};

/// How much of each value the detail of an error shows, in bytes.
const SHOWN_BYTES: usize = 64;

/// 23502 when a column that refuses NULL has it.
pub(super) fn check_not_null(table: &Table, row: &[Datum], ctx: &Context) -> Result<()> {
    let mut columns = table.columns.iter().zip(row);
    let Some((column, _)) = columns.find(|(column, value)| column.not_null && value.is_null())
    else {
        return Ok(());
    };
    Err(Error::new(
        SqlState::NotNullViolation,
        format!(
            "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
            column.name, table.name
        ),
    )
    .with_detail(failing_row(table, row, ctx))
    .about(Object {
        column: Some(column.name.clone()),
        ..about(table)
    }))
}

/// 23505: there is a row with this key.
pub(super) fn duplicate_key(table: &Table, row: &[Datum], ctx: &Context) -> Error {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for part in table.key_columns() {
        if let (Some(column), Some(value)) = (table.columns.get(part.column), row.get(part.column))
        {
            names.push(quoted(&column.name));
            values.push(shown(column.ty.kind, value, ctx));
        }
    }
    let name = constraint_name(table);
    Error::new(
        SqlState::UniqueViolation,
        format!("duplicate key value violates unique constraint \"{name}\""),
    )
    .with_detail(format!(
        "Key ({})=({}) already exists.",
        names.join(", "),
        values.join(", ")
    ))
    .about(Object {
        constraint: Some(name.to_owned()),
        ..about(table)
    })
}

/// 54000: the encoded key is longer than a key may be.
pub(super) fn key_too_large(table: &Table, size: usize, ctx: &Context) -> Error {
    Error::new(
        SqlState::ProgramLimitExceeded,
        format!(
            "index row size {size} exceeds maximum {} for index \"{}\"",
            ctx.limits.key_size,
            constraint_name(table)
        ),
    )
    .with_hint("Use a shorter key, for example a hash of the value, or raise max_key_size.")
    .about(about(table))
}

/// 54000: the encoded row is longer than a row may be.
pub(super) fn row_too_big(size: usize, ctx: &Context) -> Error {
    Error::new(
        SqlState::ProgramLimitExceeded,
        format!(
            "row is too big: size {size}, maximum size {}",
            ctx.limits.row_size
        ),
    )
    .with_hint("Split the row over several, or raise max_row_size.")
}

fn about(table: &Table) -> Object {
    Object {
        schema: Some(table.schema_name.clone()),
        table: Some(table.name.clone()),
        ..Object::default()
    }
}

fn constraint_name(table: &Table) -> &str {
    match &table.key {
        PrimaryKey::Columns { name, .. } => name,
        PrimaryKey::RowId => "",
    }
}

fn failing_row(table: &Table, row: &[Datum], ctx: &Context) -> String {
    let values: Vec<String> = table
        .columns
        .iter()
        .zip(row)
        .map(|(column, value)| clipped(shown(column.ty.kind, value, ctx)))
        .collect();
    format!("Failing row contains ({}).", values.join(", "))
}

/// A value as text.
fn shown(kind: Kind, value: &Datum, ctx: &Context) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    let mut text = Vec::new();
    io::print_text(kind, value, ctx.env.formats(), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn clipped(mut text: String) -> String {
    if text.len() > SHOWN_BYTES {
        text.truncate(text.floor_char_boundary(SHOWN_BYTES));
        text.push_str("...");
    }
    text
}
