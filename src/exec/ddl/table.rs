//! CREATE and DROP TABLE, TRUNCATE.

use std::sync::Arc;

use super::Change;
use crate::catalog::records::Record;
use crate::catalog::{Catalog, Form, PrimaryKey, Schema, SchemaId, Table, TableId};
use crate::codec::key::check_key_kind;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::SpaceId;
use crate::txn::locks::LockMode;

/// PostgreSQL's limit of a table's columns (`MaxHeapAttributeNumber`).
const MAX_COLUMNS: usize = 1600;

/// PostgreSQL's limit of a key's columns (`INDEX_MAX_KEYS`).
const MAX_KEY_COLUMNS: usize = 32;

/// PostgreSQL's limit of a name, in bytes (`NAMEDATALEN` - 1).
const MAX_NAME: usize = 63;

impl Change<'_> {
    pub(super) async fn create_table(
        &mut self,
        schema: SchemaId,
        table: &Table,
        if_not_exists: bool,
    ) -> Result<()> {
        check_columns(table)?;
        let schema = self.lock_schema(schema, &table.schema_name).await?;
        self.lock_name(schema.id.0, &table.name, LockMode::Exclusive)
            .await?;
        if has_relation(&*self.catalog()?, schema.id, &table.name) {
            return self.exists(
                SqlState::DuplicateTable,
                already_exists(&table.name),
                if_not_exists,
            );
        }
        let key = self.name_key(&schema, table).await?;
        let mut columns = table.columns.clone();
        for part in table.key_columns() {
            if let Some(column) = columns.get_mut(part.column) {
                column.not_null = true;
            }
        }
        let table = Table {
            id: TableId(self.catalogs.allocate().await?),
            database: schema.database,
            schema: schema.id,
            schema_name: schema.name.clone(),
            name: table.name.clone(),
            space: SpaceId(self.catalogs.allocate().await?),
            columns,
            key,
            form: Form::default(),
        };
        self.put(&Record::Table(table))
    }

    /// Keeps a schema, and its database, from being dropped. `name` is what the schema was called
    /// when the statement was bound.
    async fn lock_schema(&mut self, id: SchemaId, name: &str) -> Result<Arc<Schema>> {
        self.lock_database().await?;
        if let Some(schema) = self.catalog()?.schema_by_id(id) {
            self.lock_name(schema.database.0, &schema.name, LockMode::Shared)
                .await?;
            if let Some(schema) = self.catalog()?.schema_by_id(id) {
                return Ok(schema.clone());
            }
        }
        Err(Error::new(
            SqlState::InvalidSchemaName,
            format!("schema \"{name}\" does not exist"),
        ))
    }

    /// The key with its constraint's name, which is one of a relation too: the one that was asked
    /// for, or the first that is free.
    async fn name_key(&mut self, schema: &Schema, table: &Table) -> Result<PrimaryKey> {
        let PrimaryKey::Columns { name, columns } = &table.key else {
            return Ok(PrimaryKey::RowId);
        };
        let default = constraint_name(&table.name, "pkey");
        let asked = !name.is_empty() && *name != default;
        let mut name = if asked { name.clone() } else { default };
        for number in 1.. {
            self.lock_name(schema.id.0, &name, LockMode::Exclusive)
                .await?;
            if name != table.name && !has_relation(&*self.catalog()?, schema.id, &name) {
                break;
            }
            if asked {
                return Err(Error::new(SqlState::DuplicateTable, already_exists(&name)));
            }
            name = constraint_name(&table.name, &format!("pkey{number}"));
        }
        Ok(PrimaryKey::Columns {
            name,
            columns: columns.clone(),
        })
    }

    pub(super) async fn drop_tables(
        &mut self,
        tables: &[std::result::Result<Arc<Table>, String>],
    ) -> Result<()> {
        let mut dropped = Vec::new();
        for table in tables {
            match table {
                Err(name) => self.notice(
                    SqlState::SuccessfulCompletion,
                    format!("table \"{name}\" does not exist, skipping"),
                ),
                Ok(table) if dropped.contains(&table.id) => {}
                Ok(table) => {
                    dropped.push(table.id);
                    self.lock_table(table).await?;
                    let catalog = self.catalog()?;
                    let now = catalog.table_by_id(table.id).ok_or_else(|| {
                        Error::new(
                            SqlState::UndefinedTable,
                            format!("table \"{}\" does not exist", table.name),
                        )
                    })?;
                    self.remove_table(now)?;
                }
            }
        }
        Ok(())
    }

    /// Gives each table an empty space. Snapshots go on reading the old one.
    pub(super) async fn truncate(&mut self, tables: &[Arc<Table>]) -> Result<()> {
        let mut truncated = Vec::new();
        for table in tables {
            if truncated.contains(&table.id) {
                continue;
            }
            truncated.push(table.id);
            self.lock_table(table).await?;
            let catalog = self.catalog()?;
            let now = catalog.table_by_id(table.id).ok_or_else(|| {
                Error::new(
                    SqlState::UndefinedTable,
                    format!("relation \"{}\" does not exist", table.name),
                )
            })?;
            let mut empty = Table::clone(now);
            empty.space = SpaceId(self.catalogs.allocate().await?);
            self.put(&Record::Table(empty))?;
            self.txn.clear_space(now.space);
        }
        Ok(())
    }
}

/// Whether a schema has a table, or a table's key, of this name: they share one namespace.
fn has_relation(catalog: &Catalog, schema: SchemaId, name: &str) -> bool {
    catalog.table(schema, name).is_some()
        || catalog.tables(schema).any(|table| match &table.key {
            PrimaryKey::Columns { name: key, .. } => key == name,
            PrimaryKey::RowId => false,
        })
}

fn already_exists(name: &str) -> String {
    format!("relation \"{name}\" already exists")
}

/// The name of a constraint that was given none: of the table's name so much that it fits.
fn constraint_name(table: &str, suffix: &str) -> String {
    let room = MAX_NAME.saturating_sub(suffix.len() + 1);
    let start = table
        .get(..table.floor_char_boundary(room))
        .unwrap_or(table);
    format!("{start}_{suffix}")
}

/// What the binder leaves to the execution: limits, and which types can be keys.
fn check_columns(table: &Table) -> Result<()> {
    if table.columns.len() > MAX_COLUMNS {
        return Err(Error::new(
            SqlState::TooManyColumns,
            format!("tables can have at most {MAX_COLUMNS} columns"),
        ));
    }
    let key = table.key_columns();
    if key.len() > MAX_KEY_COLUMNS {
        return Err(Error::new(
            SqlState::TooManyColumns,
            format!("cannot use more than {MAX_KEY_COLUMNS} columns in an index"),
        ));
    }
    let columns = key.iter().filter_map(|part| table.columns.get(part.column));
    for column in columns {
        check_key_kind(column.ty.kind)?;
    }
    Ok(())
}
