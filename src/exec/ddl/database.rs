//! CREATE and DROP DATABASE.

use super::{CLUSTER, Change};
use crate::catalog::store::new_database;
use crate::catalog::{DatabaseId, SchemaId};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::txn::locks::LockMode;

impl Change<'_> {
    pub(super) async fn create_database(&mut self, name: &str) -> Result<()> {
        self.lock_name(CLUSTER, name, LockMode::Exclusive).await?;
        if self.catalog()?.database(name).is_some() {
            return Err(Error::new(
                SqlState::DuplicateDatabase,
                format!("database \"{name}\" already exists"),
            ));
        }
        let database = DatabaseId(self.catalogs.allocate().await?);
        let public = SchemaId(self.catalogs.allocate().await?);
        for record in new_database(database, name, public) {
            self.put(&record)?;
        }
        Ok(())
    }

    pub(super) async fn drop_database(&mut self, name: &str, if_exists: bool) -> Result<()> {
        if name == self.ctx.env.database() {
            return Err(Error::new(
                SqlState::ObjectInUse,
                "cannot drop the currently open database",
            ));
        }
        self.lock_name(CLUSTER, name, LockMode::Exclusive).await?;
        let catalog = self.catalog()?;
        let Some(database) = catalog.database(name) else {
            return self.missing(
                SqlState::InvalidCatalogName,
                format!("database \"{name}\" does not exist"),
                if_exists,
            );
        };
        for schema in catalog.schemas(database.id) {
            self.drop_contents(schema).await?;
            self.remove_schema(schema.id)?;
        }
        self.remove_database(database.id)
    }

    /// Keeps the connection's database from being dropped.
    pub(super) async fn lock_database(&mut self) -> Result<()> {
        let name = self.ctx.env.database();
        self.lock_name(CLUSTER, name, LockMode::Shared).await?;
        match self.catalog()?.database(name) {
            Some(_) => Ok(()),
            None => Err(Error::new(
                SqlState::InvalidCatalogName,
                format!("database \"{name}\" does not exist"),
            )),
        }
    }
}
