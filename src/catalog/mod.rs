//! The catalog: what exists, by name and by oid.
//!
//! It is stored as records in the space [`crate::storage::CATALOG`] and read as a whole into an
//! immutable [`Catalog`] that statements share. DDL writes records into its transaction; a
//! transaction that has done so reads its own catalog through its view, so that DDL is
//! transactional without further ado.
//!
//! - [`table`]: [`Table`], its columns and its key.
//! - [`form`]: how a row of a table becomes an entry of its space, and back.
//! - [`store`]: [`CatalogStore`], the catalog in memory, and who gives out oids.
//! - [`records`]: the bytes of the records.

pub mod form;
pub mod records;
pub mod store;
pub mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use form::{Field, Form};
pub use store::CatalogStore;
pub use table::{Column, KeyColumn, PrimaryKey, Table};

/// An oid of a user's object. PostgreSQL gives these from 16384 up, and so does keywire.
pub const FIRST_USER_OID: u32 = 16384;

/// The oid of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseId(pub u32);

/// The oid of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub u32);

/// The oid of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// A database: a set of schemas that one connection sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its oid.
    pub id: DatabaseId,
    /// Its name.
    pub name: String,
}

/// A schema: a namespace of tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Its oid.
    pub id: SchemaId,
    /// The database it is in.
    pub database: DatabaseId,
    /// Its name.
    pub name: String,
}

/// Everything that exists, as one snapshot shows it.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Differs between any two catalogs that differ: a plan bound on another version is bound anew.
    pub version: u64,
    roles: Vec<String>,
    databases: BTreeMap<String, Arc<Database>>,
    schemas: BTreeMap<(DatabaseId, String), Arc<Schema>>,
    tables: BTreeMap<(SchemaId, String), Arc<Table>>,
}

impl Catalog {
    /// Whether there is a role of this name.
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role == name)
    }

    /// The database of this name.
    pub fn database(&self, name: &str) -> Option<&Arc<Database>> {
        self.databases.get(name)
    }

    /// The schema of this name.
    pub fn schema(&self, database: DatabaseId, name: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(&(database, name.to_owned()))
    }

    /// The table of this name.
    pub fn table(&self, schema: SchemaId, name: &str) -> Option<&Arc<Table>> {
        self.tables.get(&(schema, name.to_owned()))
    }

    /// The databases, by name.
    pub fn databases(&self) -> impl Iterator<Item = &Arc<Database>> {
        self.databases.values()
    }

    /// The roles, in the order of their making.
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// The schema with this oid.
    pub fn schema_by_id(&self, id: SchemaId) -> Option<&Arc<Schema>> {
        self.schemas.values().find(|schema| schema.id == id)
    }

    /// The table with this oid.
    pub fn table_by_id(&self, id: TableId) -> Option<&Arc<Table>> {
        self.tables.values().find(|table| table.id == id)
    }

    /// The schemas of a database, by name.
    pub fn schemas(&self, database: DatabaseId) -> impl Iterator<Item = &Arc<Schema>> {
        self.schemas
            .range((database, String::new())..)
            .map(|(_, s)| s)
            .take_while(move |s| s.database == database)
    }

    /// The tables of a schema, by name.
    pub fn tables(&self, schema: SchemaId) -> impl Iterator<Item = &Arc<Table>> {
        self.tables
            .range((schema, String::new())..)
            .map(|(_, t)| t)
            .take_while(move |t| t.schema == schema)
    }

    /// Adds a role.
    pub fn add_role(&mut self, name: String) {
        self.roles.push(name);
    }

    /// Adds a database.
    pub fn add_database(&mut self, database: Database) {
        self.databases
            .insert(database.name.clone(), Arc::new(database));
    }

    /// Adds a schema.
    pub fn add_schema(&mut self, schema: Schema) {
        self.schemas
            .insert((schema.database, schema.name.clone()), Arc::new(schema));
    }

    /// Adds a table.
    pub fn add_table(&mut self, table: Table) {
        self.tables
            .insert((table.schema, table.name.clone()), Arc::new(table));
    }
}
