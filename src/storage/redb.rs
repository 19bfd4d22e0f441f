//! The durable engine: a redb B-tree behind a group commit.
//!
//! # Bytes on disk
//!
//! `keywire.redb` is a redb file (its format version 3) with one table, `entries`, of bytes to
//! bytes. An entry's key is its space as 4 bytes, big-endian, then the key's own bytes; its value
//! is the value's bytes and nothing else. So the entries of a space are neighbours, and their
//! order is the order of their keys. What keys and values mean is up to `codec`.
//!
//! # Reads
//!
//! After each commit the committer opens a read transaction and its table once and publishes both;
//! a read takes them as they are. Old pages stay on disk until the last snapshot that needs them is
//! dropped.

use std::fmt;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::Bytes;
use redb::backends::FileBackend;
use redb::{Builder, Database, ReadOnlyTable, ReadableDatabase, StorageBackend, TableDefinition};

use super::Options;
use super::committer::{Base, Committer, Stamp, closed};
use super::contract::{
    Batch, Committed, Direction, Durability, Engine, KeyRange, Scan, Snapshot, SpaceId,
};
use super::folder::{Folder, io_state};
use super::ordered::{as_slices, is_empty};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

const ENTRIES: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("entries");

/// The engine.
pub(super) struct RedbEngine {
    published: Arc<ArcSwap<RedbSnapshot>>,
    committer: Committer,
}

impl RedbEngine {
    /// Opens a data folder, and sets it up if it is empty or absent.
    pub(super) fn open(dir: &Path, options: &Options) -> Result<Self> {
        let folder = Folder::open(dir, |path| Store::create(path, options))?;
        let store = Store::open(folder, options)?;
        let published = Arc::new(ArcSwap::from_pointee(store.read(Stamp::default())?));
        let committer = Committer::start(store, published.clone())?;
        Ok(Self {
            published,
            committer,
        })
    }
}

#[async_trait]
impl Engine for RedbEngine {
    fn snapshot(&self) -> Arc<dyn Snapshot> {
        self.published.load_full()
    }

    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Committed> {
        self.committer.commit(batch, durability).await
    }

    async fn close(&self) -> Result<()> {
        self.committer.close()
    }
}

/// The data as it was after some commit.
struct RedbSnapshot {
    stamp: Stamp,
    /// It holds its read transaction open.
    table: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

impl Snapshot for RedbSnapshot {
    fn sequence(&self) -> u64 {
        self.stamp.sequence
    }

    fn catalog_version(&self) -> u64 {
        self.stamp.catalog_version
    }

    fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        let found = with_prefix(space, key, |key| self.table.get(key)).map_err(error)?;
        Ok(found.map(|value| Bytes::copy_from_slice(value.value())))
    }

    fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan> {
        if is_empty(&range) {
            return Ok(Box::new(std::iter::empty()));
        }
        let (least, greatest) = prefixed_range(space, &range);
        let bounds = (
            least.as_ref().map(|key| key.as_slice()),
            greatest.as_ref().map(|key| key.as_slice()),
        );
        let mut entries = self.table.range_owned::<&[u8]>(bounds).map_err(error)?;
        let mut next = move || match direction {
            Direction::Forward => entries.next(),
            Direction::Reverse => entries.next_back(),
        };
        Ok(Box::new(std::iter::from_fn(move || {
            Some(next()?.map_err(error).map(|(key, value)| {
                let key = Bytes::copy_from_slice(&key.value()[PREFIX..]);
                (key, Bytes::copy_from_slice(value.value()))
            }))
        })))
    }
}

/// Bytes of the space before a key.
const PREFIX: usize = 4;

/// Keys up to this length are put behind their space on the stack.
const SHORT_KEY: usize = 124;

/// Calls `f` with a key behind its space.
fn with_prefix<R>(space: SpaceId, key: &[u8], f: impl FnOnce(&[u8]) -> R) -> R {
    if key.len() > SHORT_KEY {
        return f(&prefixed(space, key));
    }
    let mut short = [0; PREFIX + SHORT_KEY];
    short[..PREFIX].copy_from_slice(&space.0.to_be_bytes());
    short[PREFIX..PREFIX + key.len()].copy_from_slice(key);
    f(&short[..PREFIX + key.len()])
}

fn prefixed(space: SpaceId, key: &[u8]) -> Vec<u8> {
    let mut prefixed = Vec::with_capacity(PREFIX + key.len());
    prefixed.extend_from_slice(&space.0.to_be_bytes());
    prefixed.extend_from_slice(key);
    prefixed
}

/// A range of a space as a range of the table.
fn prefixed_range(space: SpaceId, range: &KeyRange) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let (least, greatest) = as_slices(range);
    let least = match least {
        Bound::Unbounded => Bound::Included(prefixed(space, b"")),
        bound => bound.map(|key| prefixed(space, key)),
    };
    let greatest = match (greatest, space.0.checked_add(1)) {
        (Bound::Unbounded, Some(next)) => Bound::Excluded(prefixed(SpaceId(next), b"")),
        (bound, _) => bound.map(|key| prefixed(space, key)),
    };
    (least, greatest)
}

/// The file as its only writer sees it.
struct Store {
    database: Database,
    health: Arc<Health>,
    /// Given back after the database is closed.
    _folder: Folder,
}

impl Store {
    /// Makes an empty file with its table.
    fn create(path: &Path, options: &Options) -> Result<()> {
        let health = Arc::new(Health::default());
        let database = open(path, options, &health)?;
        let commit = || -> Result<(), redb::Error> {
            let transaction = database.begin_write()?;
            transaction.open_table(ENTRIES)?;
            Ok(transaction.commit()?)
        };
        commit().map_err(error)?;
        drop(database);
        health.check()
    }

    fn open(folder: Folder, options: &Options) -> Result<Self> {
        let health = Arc::new(Health::default());
        let database = open(&folder.data(), options, &health)?;
        health.check()?;
        Ok(Self {
            database,
            health,
            _folder: folder,
        })
    }

    /// The current state.
    fn read(&self, stamp: Stamp) -> Result<RedbSnapshot> {
        let transaction = self.database.begin_read().map_err(error)?;
        let table = transaction.open_table(ENTRIES).map_err(error)?;
        Ok(RedbSnapshot { stamp, table })
    }

    fn write(&self, batch: &Batch, durability: Durability) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(match durability {
            Durability::Sync => redb::Durability::Immediate,
            Durability::Deferred => redb::Durability::None,
        })?;
        {
            let mut table = transaction.open_table(ENTRIES)?;
            for space in &batch.cleared {
                let (least, greatest) =
                    prefixed_range(*space, &(Bound::Unbounded, Bound::Unbounded));
                let all = (
                    least.as_ref().map(|key| key.as_slice()),
                    greatest.as_ref().map(|key| key.as_slice()),
                );
                table.retain_in::<&[u8], _>(all, |_, _| false)?;
            }
            for write in &batch.writes {
                with_prefix(write.space, &write.key, |key| match &write.value {
                    Some(value) => table.insert(key, &value[..]).map(drop),
                    None => table.remove(key).map(drop),
                })?;
            }
        }
        Ok(transaction.commit()?)
    }
}

impl Base for Store {
    type Snapshot = RedbSnapshot;

    fn apply(
        &mut self,
        batch: &Batch,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<RedbSnapshot> {
        let written = self.write(batch, durability);
        self.health.check()?;
        written.map_err(error)?;
        self.read(stamp)
    }

    fn flush(&mut self) -> Result<()> {
        let flushed = self.write(&Batch::default(), Durability::Sync);
        self.health.check()?;
        flushed.map_err(error)
    }
}

fn open(path: &Path, options: &Options, health: &Arc<Health>) -> Result<Database> {
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| Error::new(io_state(&e), format!("could not open {path:?}: {e}")))?;
    let disk = Disk {
        file: FileBackend::new(file).map_err(error)?,
        health: health.clone(),
    };
    let name = path.to_owned();
    Builder::new()
        .set_cache_size(options.cache_bytes)
        .set_repair_callback(move |repair| {
            let percent = (repair.progress() * 100.0) as u32;
            tracing::info!(path = ?name, percent, "checking the data after an unclean stop");
        })
        .create_with_backend(disk)
        .map_err(error)
}

/// Whether the disk still takes writes.
#[derive(Debug, Default)]
struct Health {
    failure: Mutex<Option<Error>>,
}

impl Health {
    fn check(&self) -> Result<()> {
        match &*self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(error) => Err(error.clone()),
        }
    }

    /// Does a write, unless one has failed; remembers if it fails.
    fn write(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if failure.is_none()
            && let Err(e) = write()
        {
            let message = format!("could not write to the data folder: {e}");
            *failure = Some(Error::new(io_state(&e), message));
        }
        Ok(())
    }
}

/// The file below redb. redb answers nothing more, reads neither, once a write has failed; but the
/// pages of the published snapshot are on disk and intact, and nothing overwrites them. So a failed
/// write and all after it are kept from redb and from the file, and [`Store`] asks [`Health`]
/// before it believes a commit.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    health: Arc<Health>,
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.health.write(|| self.file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.health.write(|| self.file.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.health.write(|| self.file.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<(), redb::BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        self.file.query_lock_range(start, end)
    }
}

/// redb's errors in PostgreSQL's terms.
fn error(error: impl Into<redb::Error>) -> Error {
    match error.into() {
        redb::Error::Io(e) => Error::new(io_state(&e), format!("could not access the data: {e}")),
        redb::Error::PreviousIo => Error::new(
            SqlState::IoError,
            "could not access the data since an earlier access failed",
        ),
        redb::Error::Corrupted(what) => Error::new(
            SqlState::DataCorrupted,
            format!("the data is corrupted: {what}"),
        ),
        redb::Error::UpgradeRequired(version) => Error::new(
            SqlState::ObjectNotInPrerequisiteState,
            format!("the data file has redb's format {version}, which this keywire does not read"),
        ),
        redb::Error::DatabaseAlreadyOpen => Error::new(
            SqlState::ObjectInUse,
            "the data file is in use by another process",
        ),
        redb::Error::DatabaseClosed => closed(),
        other => Error::internal(format!("redb: {other}")),
    }
}

impl fmt::Debug for RedbSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbSnapshot")
            .field("stamp", &self.stamp)
            .finish()
    }
}
