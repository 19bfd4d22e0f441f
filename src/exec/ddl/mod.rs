//! CREATE, DROP and TRUNCATE.
//!
//! A name is locked before it is looked up, and a table before it is changed, so that what was
//! checked holds until the transaction ends; the check looks at what is committed by then, whatever
//! the isolation. Locks go from the outside in: database, schema, table. Records are written into
//! the transaction like rows, and its own statements see them through their views.
//!
//! A statement that fails midway leaves what it has written so far; as with rows, the session goes
//! back to the mark it set before the statement.
//!
//! - [`database`], [`schema`], [`table`]: the statements, by what they are about.

mod database;
mod schema;
mod table;

use std::sync::Arc;

use bytes::Bytes;

use super::plan::Ddl;
use super::{Context, DdlDone};
use crate::catalog::records::{self, Record};
use crate::catalog::{Catalog, CatalogStore, DatabaseId, SchemaId, Table};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::CATALOG;
use crate::txn::Transaction;
use crate::txn::locks::{LockMode, Resource};

/// The owner of the names of databases.
const CLUSTER: u32 = 0;

/// Runs DDL.
pub(super) async fn ddl(
    plan: &Ddl,
    ctx: &Context,
    txn: &mut Transaction,
    catalogs: &CatalogStore,
) -> Result<DdlDone> {
    let mut change = Change {
        ctx,
        txn,
        catalogs,
        done: DdlDone::default(),
    };
    match plan {
        Ddl::CreateDatabase { name } => change.create_database(name).await?,
        // Nobody else's connection is closed for it: the session has looked whether there is one.
        Ddl::DropDatabase {
            name,
            if_exists,
            force: _,
        } => change.drop_database(name, *if_exists).await?,
        Ddl::CreateSchema {
            database,
            name,
            if_not_exists,
        } => {
            change
                .create_schema(*database, name, *if_not_exists)
                .await?
        }
        Ddl::DropSchema {
            database,
            names,
            if_exists,
            cascade,
        } => {
            change
                .drop_schemas(*database, names, *if_exists, *cascade)
                .await?
        }
        Ddl::CreateTable {
            schema,
            table,
            if_not_exists,
        } => change.create_table(*schema, table, *if_not_exists).await?,
        Ddl::DropTable { tables } => change.drop_tables(tables).await?,
        Ddl::Truncate { tables } => change.truncate(tables).await?,
    }
    Ok(change.done)
}

/// A statement that changes the catalog.
struct Change<'a> {
    ctx: &'a Context,
    txn: &'a mut Transaction,
    catalogs: &'a CatalogStore,
    done: DdlDone,
}

impl Change<'_> {
    /// The catalog as it is now, with what the transaction has done to it.
    fn catalog(&self) -> Result<Arc<Catalog>> {
        self.catalogs.at(&self.txn.latest_view())
    }

    async fn lock(&mut self, resource: Resource, mode: LockMode) -> Result<()> {
        let (timeout, interrupt) = (self.ctx.lock_timeout, self.ctx.env.interrupt());
        self.txn.lock(resource, mode, timeout, interrupt).await
    }

    /// Locks a name among those of its owner: [`CLUSTER`], a database or a schema.
    async fn lock_name(&mut self, owner: u32, name: &str, mode: LockMode) -> Result<()> {
        let name = Bytes::copy_from_slice(name.as_bytes());
        self.lock(Resource::Name(owner, name), mode).await
    }

    /// Locks a table and its name alone.
    async fn lock_table(&mut self, table: &Table) -> Result<()> {
        self.lock_name(table.schema.0, &table.name, LockMode::Exclusive)
            .await?;
        self.lock(Resource::Table(table.id.0), LockMode::Exclusive)
            .await
    }

    fn put(&mut self, record: &Record) -> Result<()> {
        let (key, value) = record.encode();
        self.txn.write(CATALOG, key, Some(value))
    }

    fn remove_database(&mut self, id: DatabaseId) -> Result<()> {
        self.txn.write(CATALOG, records::database_key(id), None)
    }

    fn remove_schema(&mut self, id: SchemaId) -> Result<()> {
        self.txn.write(CATALOG, records::schema_key(id), None)
    }

    fn remove_table(&mut self, table: &Table) -> Result<()> {
        self.txn
            .write(CATALOG, records::table_key(table.id), None)?;
        self.txn.clear_space(table.space);
        Ok(())
    }

    fn notice(&mut self, state: SqlState, message: String) {
        self.done.notices.push((state, message));
    }

    /// What is asked for is there already: an error, or a notice with IF NOT EXISTS.
    fn exists(&mut self, state: SqlState, message: String, skip: bool) -> Result<()> {
        if !skip {
            return Err(Error::new(state, message));
        }
        self.notice(state, format!("{message}, skipping"));
        Ok(())
    }

    /// What is to be dropped is not there: an error, or a notice with IF EXISTS.
    fn missing(&mut self, state: SqlState, message: String, skip: bool) -> Result<()> {
        if !skip {
            return Err(Error::new(state, message));
        }
        self.notice(
            SqlState::SuccessfulCompletion,
            format!("{message}, skipping"),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests;
