//! The catalog in memory, and who gives out oids.
//!
//! A catalog is read in full from the records that a view shows. The one of the latest snapshot is
//! kept and shared; a transaction that has changed the catalog reads its own.
//!
//! Oids and the numbers of spaces come from one counter and are never given twice: they are taken
//! from blocks that are committed on their own, before any of their numbers is used and whatever
//! becomes of the transaction that wanted one.

use std::collections::HashMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arc_swap::ArcSwapOption;

use super::form::{Form, RowIds};
use super::records::Record;
use super::{Catalog, Database, DatabaseId, FIRST_USER_OID, Schema, SchemaId, TableId};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::{
    Batch, CATALOG, Committed, Direction, Durability, Engine, OwnWrites, View, Write, WriteBuffer,
};

/// How many oids are set aside by one commit. A start of the server loses what is left of a block.
const OID_BLOCK: u32 = 256;

/// PostgreSQL's oid of the database `postgres`.
const POSTGRES_DATABASE: DatabaseId = DatabaseId(5);

/// PostgreSQL's oid of the schema `public`; those of further databases get oids of their own, as
/// the oids of all schemas are in one catalog here.
const POSTGRES_PUBLIC: SchemaId = SchemaId(2200);

/// The role and the database that always exist.
const POSTGRES: &str = "postgres";

/// Marks the version of a catalog that one transaction has for itself.
const PRIVATE_VERSION: u64 = 1 << 63;

/// Reads catalogs from snapshots and remembers the latest; gives out oids.
pub struct CatalogStore {
    engine: Arc<dyn Engine>,
    latest: ArcSwapOption<Catalog>,
    last_private: ArcSwapOption<Private>,
    private_versions: AtomicU64,
    oids: tokio::sync::Mutex<std::ops::Range<u32>>,
    /// The counters of hidden row ids, for as long as a catalog or a plan has the table: a new
    /// catalog goes on counting where the last one was, and so does a table after TRUNCATE.
    row_ids: Mutex<HashMap<TableId, Weak<RowIds>>>,
}

/// A catalog with a transaction's own changes.
struct Private {
    /// The version of the committed one below.
    below: u64,
    /// The changes.
    writes: OwnWrites,
    catalog: Arc<Catalog>,
}

impl CatalogStore {
    /// Opens the catalog of an engine. An empty engine gets its first records: the databases
    /// `postgres` and that of each role, the schemas `public`, and the roles.
    pub async fn open(engine: &Arc<dyn Engine>, roles: &[String]) -> Result<Self> {
        let store = Self {
            engine: engine.clone(),
            latest: ArcSwapOption::empty(),
            last_private: ArcSwapOption::empty(),
            private_versions: AtomicU64::new(0),
            oids: tokio::sync::Mutex::new(0..0),
            row_ids: Mutex::default(),
        };
        let (catalog, next_oid) =
            store.read(&View::new(engine.snapshot(), WriteBuffer::default()))?;
        *store.oids.lock().await = next_oid..next_oid;
        if catalog.databases.is_empty() {
            store.bootstrap(roles).await?;
        }
        Ok(store)
    }

    /// The catalog that a view shows. Cheap when it is the one shown last, which it nearly always
    /// is: a comparison of [`crate::storage::Snapshot::catalog_version`]. A view with its own
    /// writes to the catalog has a catalog of its own, under a version that no other has.
    pub fn at(&self, view: &View) -> Result<Arc<Catalog>> {
        if let Some(writes) = view.own_writes(CATALOG) {
            return self.private(view, writes);
        }
        let version = view.snapshot().catalog_version();
        let latest = self.latest.load();
        if let Some(catalog) = latest.as_ref().filter(|catalog| catalog.version == version) {
            return Ok(catalog.clone());
        }
        let (mut catalog, _) = self.read(view)?;
        catalog.version = version;
        let catalog = Arc::new(catalog);
        if latest
            .as_ref()
            .is_none_or(|latest| latest.version < version)
        {
            self.latest.store(Some(catalog.clone()));
        }
        Ok(catalog)
    }

    /// The catalog of a transaction that has changed it. The one read last is kept, as a
    /// transaction that creates a table often goes on to use it.
    fn private(&self, view: &View, writes: OwnWrites) -> Result<Arc<Catalog>> {
        let below = view.snapshot().catalog_version();
        let last = self.last_private.load();
        if let Some(last) = &*last
            && last.below == below
            && last.writes.is_same(&writes)
        {
            return Ok(last.catalog.clone());
        }
        let (mut catalog, _) = self.read(view)?;
        catalog.version = PRIVATE_VERSION | self.private_versions.fetch_add(1, Ordering::Relaxed);
        let catalog = Arc::new(catalog);
        self.last_private.store(Some(Arc::new(Private {
            below,
            writes,
            catalog: catalog.clone(),
        })));
        Ok(catalog)
    }

    /// A number that was never given before, for an object or a space.
    pub async fn allocate(&self) -> Result<u32> {
        let mut oids = self.oids.lock().await;
        if oids.is_empty() {
            let end = oids.start.checked_add(OID_BLOCK).ok_or_else(|| {
                Error::new(SqlState::ProgramLimitExceeded, "all oids have been used")
            })?;
            self.commit(&[Record::NextOid(end)]).await?;
            oids.end = end;
        }
        let oid = oids.start;
        oids.start += 1;
        Ok(oid)
    }

    async fn bootstrap(&self, roles: &[String]) -> Result<()> {
        let mut names = vec![POSTGRES];
        for role in roles {
            if !names.contains(&role.as_str()) {
                names.push(role);
            }
        }
        let mut first = Vec::new();
        for name in names {
            let (database, public) = match name {
                POSTGRES => (POSTGRES_DATABASE, POSTGRES_PUBLIC),
                _ => (
                    DatabaseId(self.allocate().await?),
                    SchemaId(self.allocate().await?),
                ),
            };
            first.push(Record::Role(name.to_owned()));
            first.extend(new_database(database, name, public));
        }
        self.commit(&first).await
    }

    async fn commit(&self, records: &[Record]) -> Result<()> {
        let writes = records.iter().map(|record| {
            let (key, value) = record.encode();
            Write {
                space: CATALOG,
                key,
                value: Some(value),
            }
        });
        let batch = Batch {
            writes: writes.collect(),
            ..Batch::default()
        };
        match self.engine.commit(batch, Durability::Sync).await? {
            Committed::At(_) => Ok(()),
            Committed::Conflict(_) => Err(Error::internal("a commit without conditions failed")),
        }
    }

    /// The catalog of a view, without a version, and where the next block of oids starts.
    fn read(&self, view: &View) -> Result<(Catalog, u32)> {
        let mut catalog = Catalog::default();
        let mut next_oid = FIRST_USER_OID;
        let mut tables = Vec::new();
        let everything = (Bound::Unbounded, Bound::Unbounded);
        for entry in view.scan(CATALOG, everything, Direction::Forward)? {
            let (key, value) = entry?;
            match Record::decode(&key, &value)? {
                Record::Database(database) => catalog.add_database(database),
                Record::NextOid(next) => next_oid = next,
                Record::Role(name) => catalog.add_role(name),
                Record::Schema(schema) => catalog.add_schema(schema),
                Record::Table(table) => tables.push(table),
            }
        }
        let names: HashMap<SchemaId, String> = catalog
            .schemas
            .values()
            .map(|schema| (schema.id, schema.name.clone()))
            .collect();
        for mut table in tables {
            table.schema_name = names.get(&table.schema).cloned().ok_or_else(|| {
                Error::new(
                    SqlState::DataCorrupted,
                    format!("table \"{}\" has no schema {}", table.name, table.schema.0),
                )
            })?;
            table.form = Form::new(self.row_ids(table.id));
            catalog.add_table(table);
        }
        self.forget_row_ids();
        Ok((catalog, next_oid))
    }

    fn row_ids(&self, table: TableId) -> Arc<RowIds> {
        let mut counters = self.row_ids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.get(&table).and_then(Weak::upgrade) {
            return counter;
        }
        let counter = Arc::default();
        counters.insert(table, Arc::downgrade(&counter));
        counter
    }

    /// Forgets the counters of tables that nobody has any more.
    fn forget_row_ids(&self) {
        let mut counters = self.row_ids.lock().unwrap_or_else(PoisonError::into_inner);
        counters.retain(|_, counter| counter.strong_count() > 0);
    }
}

/// The records of a new database: itself and its schema `public`.
pub fn new_database(id: DatabaseId, name: &str, public: SchemaId) -> [Record; 2] {
    [
        Record::Database(Database {
            id,
            name: name.to_owned(),
        }),
        Record::Schema(Schema {
            id: public,
            database: id,
            name: "public".to_owned(),
        }),
    ]
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::storage::{self, SpaceId};

    async fn store() -> (Arc<dyn Engine>, CatalogStore) {
        let engine = storage::memory();
        let store = CatalogStore::open(&engine, &[]).await.unwrap();
        (engine, store)
    }

    fn schema(id: u32, name: &str) -> Record {
        Record::Schema(Schema {
            id: SchemaId(id),
            database: POSTGRES_DATABASE,
            name: name.to_owned(),
        })
    }

    #[tokio::test]
    async fn a_catalog_is_shared_until_it_changes() {
        let (engine, store) = store().await;
        let view = || View::new(engine.snapshot(), WriteBuffer::default());
        let before = view();
        let first = store.at(&before).unwrap();
        assert!(Arc::ptr_eq(&first, &store.at(&before).unwrap()));
        store.commit(&[schema(20000, "s")]).await.unwrap();
        let second = store.at(&view()).unwrap();
        assert!(second.schema(POSTGRES_DATABASE, "s").is_some());
        assert!(second.version > first.version);
        // Whoever still reads an old snapshot sees its catalog, and the new one stays at hand.
        let old = store.at(&before).unwrap();
        assert_eq!(old.version, first.version);
        assert!(old.schema(POSTGRES_DATABASE, "s").is_none());
        assert!(Arc::ptr_eq(&second, &store.at(&view()).unwrap()));
    }

    #[tokio::test]
    async fn own_writes_make_a_catalog_of_its_own() {
        let (engine, store) = store().await;
        let mut writes = WriteBuffer::default();
        let (key, value) = schema(20000, "s").encode();
        writes.put(CATALOG, key, Some(value));
        let view = |writes: &WriteBuffer| View::new(engine.snapshot(), writes.clone());
        let a = store.at(&view(&writes)).unwrap();
        assert!(a.schema(POSTGRES_DATABASE, "s").is_some());
        writes.put(SpaceId(7), Bytes::from_static(b"k"), None);
        assert!(Arc::ptr_eq(&a, &store.at(&view(&writes)).unwrap()));
        let (key, value) = schema(20001, "r").encode();
        writes.put(CATALOG, key, Some(value));
        let b = store.at(&view(&writes)).unwrap();
        assert!(b.schema(POSTGRES_DATABASE, "r").is_some());
        assert_ne!(a.version, b.version);
        // A change of the same key, and one below, make another as well.
        let (key, _) = schema(20001, "r").encode();
        writes.put(CATALOG, key, None);
        let c = store.at(&view(&writes)).unwrap();
        assert!(c.schema(POSTGRES_DATABASE, "r").is_none());
        store.commit(&[schema(20002, "q")]).await.unwrap();
        let d = store.at(&view(&writes)).unwrap();
        assert!(d.schema(POSTGRES_DATABASE, "q").is_some());
    }

    #[tokio::test]
    async fn oids_are_given_once() {
        let (engine, store) = store().await;
        let mut given = Vec::new();
        for _ in 0..2 * OID_BLOCK {
            given.push(store.allocate().await.unwrap());
        }
        let reopened = CatalogStore::open(&engine, &[]).await.unwrap();
        given.push(reopened.allocate().await.unwrap());
        assert!(given.is_sorted_by(|a, b| a < b));
        assert_eq!(given[0], FIRST_USER_OID);
    }
}
