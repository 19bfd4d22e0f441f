//! Storage: ordered byte keys in numbered spaces, behind a contract that says all that the SQL
//! above it knows.
//!
//! - [`Engine`] hands out snapshots and commits batches.
//! - [`Snapshot`] is an immutable view of everything that was committed before it was taken.
//! - [`Batch`] is what a transaction writes, with the conditions under which it may.
//! - [`View`] is a snapshot with a transaction's own, uncommitted writes over it.
//!
//! A space is a table, an index or the catalog. Within one, keys are ordered by their bytes.
//!
//! [`open`] gives the durable engine: `folder` checks and locks the data folder, `redb` holds the
//! B-tree, `committer` gathers the commits that wait and writes them together. [`memory`] gives one
//! for tests, and [`traced`] records what is asked of either. `recent` remembers what the last commits wrote, for their conditions; `ordered` walks
//! persistent maps.

mod checkpoint;
mod committer;
pub mod contract;
#[cfg(test)]
mod crash;
mod disk;
mod folder;
mod layers;
mod log;
mod logged;
mod memory;
mod memtable;
mod ordered;
#[cfg(test)]
mod plain;
mod recent;
mod redb;
mod row_cache;
#[cfg(test)]
mod suite;
pub mod traced;
pub mod view;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use contract::{
    Batch, CATALOG, Committed, Condition, Direction, Durability, Engine, Entry, KeyRange, Scan,
    Snapshot, SpaceId, Write,
};
pub use view::{OwnWrites, View, WriteBuffer};

use crate::error::Result;

/// How an engine is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of memory for pages of the B-tree's file.
    pub cache_bytes: usize,
    /// Bytes of a memtable after which it is written to the B-tree. Memory holds two of them, and
    /// at most twice as much of the one that receives the commits.
    pub memtable_bytes: usize,
    /// How long commits stay out of the B-tree at most while nothing hinders.
    pub checkpoint_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: DEFAULT_CACHE_BYTES,
            memtable_bytes: DEFAULT_MEMTABLE_BYTES,
            checkpoint_after: DEFAULT_CHECKPOINT_AFTER,
        }
    }
}

/// [`Options::cache_bytes`] unless set: room for a million small rows, in a process that may be one
/// of many on its machine.
const DEFAULT_CACHE_BYTES: usize = 256 << 20;

/// [`Options::memtable_bytes`] unless set: about 250,000 small rows, which the next start after a
/// crash replays in a quarter of a second.
const DEFAULT_MEMTABLE_BYTES: usize = 64 << 20;

/// [`Options::checkpoint_after`] unless set. Reads are a little faster without a memtable, and
/// nothing is saved by waiting longer once the writes have ceased.
const DEFAULT_CHECKPOINT_AFTER: Duration = Duration::from_secs(30);

/// Opens a data folder; an empty or absent one is set up. An error says in one line which folder it
/// is about and what to do.
pub fn open(dir: &Path, options: Options) -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(logged::LoggedEngine::open(dir, &options)?))
}

/// An engine in memory, for tests.
pub fn memory() -> Arc<dyn Engine> {
    Arc::new(memory::Memory::default())
}
