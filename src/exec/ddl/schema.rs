//! CREATE and DROP SCHEMA.

use std::sync::Arc;

use super::Change;
use crate::catalog::records::Record;
use crate::catalog::{DatabaseId, Schema, SchemaId, Table};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::txn::locks::LockMode;

/// Schemas that are there without a record.
const BUILT_IN: [&str; 2] = ["pg_catalog", "information_schema"];

impl Change<'_> {
    pub(super) async fn create_schema(
        &mut self,
        database: DatabaseId,
        name: &str,
        if_not_exists: bool,
    ) -> Result<()> {
        if name.starts_with("pg_") {
            return Err(Error::new(
                SqlState::ReservedName,
                format!("unacceptable schema name \"{name}\""),
            )
            .with_detail("The prefix \"pg_\" is reserved for system schemas."));
        }
        self.lock_database().await?;
        self.lock_name(database.0, name, LockMode::Exclusive)
            .await?;
        if BUILT_IN.contains(&name) || self.catalog()?.schema(database, name).is_some() {
            return self.exists(
                SqlState::DuplicateSchema,
                format!("schema \"{name}\" already exists"),
                if_not_exists,
            );
        }
        let id = SchemaId(self.catalogs.allocate().await?);
        self.put(&Record::Schema(Schema {
            id,
            database,
            name: name.to_owned(),
        }))
    }

    pub(super) async fn drop_schemas(
        &mut self,
        database: DatabaseId,
        names: &[String],
        if_exists: bool,
        cascade: bool,
    ) -> Result<()> {
        let mut schemas: Vec<Arc<Schema>> = Vec::new();
        for name in names {
            if BUILT_IN.contains(&name.as_str()) {
                return Err(Error::new(
                    SqlState::DependentObjectsStillExist,
                    format!(
                        "cannot drop schema {name} because it is required by the database system"
                    ),
                ));
            }
            self.lock_name(database.0, name, LockMode::Exclusive)
                .await?;
            match self.catalog()?.schema(database, name) {
                Some(schema) if schemas.contains(schema) => {}
                Some(schema) => schemas.push(schema.clone()),
                None => self.missing(
                    SqlState::InvalidSchemaName,
                    format!("schema \"{name}\" does not exist"),
                    if_exists,
                )?,
            }
        }
        self.check_dependents(&schemas, cascade)?;
        for schema in &schemas {
            self.drop_contents(schema).await?;
            self.remove_schema(schema.id)?;
        }
        Ok(())
    }

    /// Refuses to drop schemas that have tables; CASCADE says instead what goes with them.
    fn check_dependents(&mut self, schemas: &[Arc<Schema>], cascade: bool) -> Result<()> {
        let catalog = self.catalog()?;
        let mut tables: Vec<&Arc<Table>> = Vec::new();
        // PostgreSQL lists them in this order: the last schema first, in each the oldest first.
        for schema in schemas.iter().rev() {
            let first = tables.len();
            tables.extend(catalog.tables(schema.id));
            tables[first..].sort_by_key(|table| table.id);
        }
        let path = self.ctx.env.search_path(true);
        let names: Vec<String> = tables.iter().map(|table| shown(table, &path)).collect();
        match names.as_slice() {
            [] => Ok(()),
            names if !cascade => Err(has_dependents(schemas, &tables, names)),
            [name] => {
                let message = format!("drop cascades to table {name}");
                self.notice(SqlState::SuccessfulCompletion, message);
                Ok(())
            }
            names => {
                let message = format!("drop cascades to {} other objects", names.len());
                self.notice(SqlState::SuccessfulCompletion, message);
                Ok(())
            }
        }
    }

    /// Drops the tables of a schema whose name is locked.
    pub(super) async fn drop_contents(&mut self, schema: &Schema) -> Result<()> {
        for table in self.catalog()?.tables(schema.id) {
            self.lock_table(table).await?;
        }
        // Those that others dropped while their locks were waited for are gone by now.
        for table in self.catalog()?.tables(schema.id) {
            self.remove_table(table)?;
        }
        Ok(())
    }
}

/// A table as PostgreSQL names one in messages about dependencies: with its schema, where that is
/// not searched.
fn shown(table: &Table, search_path: &[String]) -> String {
    match search_path.contains(&table.schema_name) {
        true => table.name.clone(),
        false => format!("{}.{}", table.schema_name, table.name),
    }
}

fn has_dependents(schemas: &[Arc<Schema>], tables: &[&Arc<Table>], names: &[String]) -> Error {
    let message = match schemas {
        [schema] => format!(
            "cannot drop schema {} because other objects depend on it",
            schema.name
        ),
        _ => "cannot drop desired object(s) because other objects depend on them".to_owned(),
    };
    let details: Vec<String> = tables
        .iter()
        .zip(names)
        .map(|(table, name)| format!("table {name} depends on schema {}", table.schema_name))
        .collect();
    Error::new(SqlState::DependentObjectsStillExist, message)
        .with_detail(details.join("\n"))
        .with_hint("Use DROP ... CASCADE to drop the dependent objects too.")
}
