//! Tables: columns and key. How a row becomes an entry is in [`super::form`].

use super::{DatabaseId, Form, SchemaId, TableId};
use crate::storage::SpaceId;
use crate::types::Type;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its oid.
    pub id: TableId,
    /// The database it is in.
    pub database: DatabaseId,
    /// The schema it is in.
    pub schema: SchemaId,
    /// The schema's name, for messages and EXPLAIN.
    pub schema_name: String,
    /// Its name.
    pub name: String,
    /// Where its rows are. TRUNCATE gives it a new one.
    pub space: SpaceId,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its key.
    pub key: PrimaryKey,
    /// How its rows are stored: made of the columns and the key when it is first asked for.
    pub form: Form,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether NULL is refused; key columns always refuse it.
    pub not_null: bool,
    /// The default as SQL text, bound when an INSERT is.
    pub default: Option<String>,
}

/// What identifies a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrimaryKey {
    /// Some of the columns.
    Columns {
        /// The constraint's name, as in `kvstore_pkey`.
        name: String,
        /// The columns, in the key's order.
        columns: Vec<KeyColumn>,
    },
    /// A hidden number, for a table without a key.
    RowId,
}

/// A column of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyColumn {
    /// Which column of the table.
    pub column: usize,
    /// Whether greater values come first.
    pub descending: bool,
}

impl Table {
    /// The key's columns; none for a hidden row id.
    pub fn key_columns(&self) -> &[KeyColumn] {
        match &self.key {
            PrimaryKey::Columns { columns, .. } => columns,
            PrimaryKey::RowId => &[],
        }
    }
}
