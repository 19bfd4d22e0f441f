//! The contract of an engine.
//!
//! `snapshot()` is O(1). A commit is atomic and durable before it is acknowledged, and nobody sees
//! it before it is durable ([`Durability::Deferred`] gives up both). Engines are compared by one shared test suite.

use std::ops::Bound;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::Result;

/// A numbered space of keys. Numbers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpaceId(pub u32);

/// The space of the catalog's records.
pub const CATALOG: SpaceId = SpaceId(0);

/// A key and its value.
pub type Entry = (Bytes, Bytes);

/// A range of keys.
pub type KeyRange = (Bound<Bytes>, Bound<Bytes>);

/// The entries of a range, in order; reads ahead of nothing and stops when it is dropped.
pub type Scan = Box<dyn Iterator<Item = Result<Entry>> + Send>;

/// Which way a scan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the least key.
    Forward,
    /// From the greatest key.
    Reverse,
}

/// An immutable view of everything that was committed before it was taken.
pub trait Snapshot: Send + Sync {
    /// The sequence number of the last commit in it, counted since the engine was opened; 0 before
    /// the first.
    fn sequence(&self) -> u64;

    /// How many commits in it have written to [`CATALOG`] since the engine was opened: whoever
    /// keeps something derived from the catalog compares this and reads anew when it has changed.
    fn catalog_version(&self) -> u64;

    /// The value of a key.
    fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>>;

    /// The values of several keys, in their order.
    fn multi_get(&self, space: SpaceId, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>> {
        keys.iter().map(|key| self.get(space, key)).collect()
    }

    /// The entries whose keys are in a range.
    fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan>;
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The space.
    pub space: SpaceId,
    /// The key.
    pub key: Bytes,
    /// The new value; none deletes the key.
    pub value: Option<Bytes>,
}

/// What must still hold when a batch is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The key has this value.
    Value {
        /// The space.
        space: SpaceId,
        /// The key.
        key: Bytes,
        /// The value as it was read; none if there was none.
        value: Option<Bytes>,
    },
    /// No key of the range was written by a commit later than this sequence number.
    Unchanged {
        /// The space.
        space: SpaceId,
        /// The range.
        range: KeyRange,
        /// The sequence number of the snapshot in which the range was read.
        since: u64,
    },
}

/// What a transaction commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// All of them must hold, or nothing is written.
    pub conditions: Vec<Condition>,
    /// Spaces that are emptied first (TRUNCATE, DROP).
    pub cleared: Vec<SpaceId>,
    /// The changes, each key at most once.
    pub writes: Vec<Write>,
}

impl Batch {
    /// Whether it changes [`Snapshot::catalog_version`].
    pub fn touches_catalog(&self) -> bool {
        self.cleared.contains(&CATALOG) || self.writes.iter().any(|write| write.space == CATALOG)
    }

    /// Whether it changes nothing, whatever its conditions.
    pub fn is_empty(&self) -> bool {
        self.cleared.is_empty() && self.writes.is_empty()
    }

    /// Bytes of the keys and values that it writes.
    pub fn size(&self) -> usize {
        self.writes
            .iter()
            .map(|w| w.key.len() + w.value.as_ref().map_or(0, Bytes::len))
            .sum()
    }
}

/// When a commit is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// After it is on disk.
    #[default]
    Sync,
    /// Before it is on disk (`synchronous_commit = off`).
    Deferred,
}

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is in every later snapshot, under this sequence number. A batch that changes nothing
    /// gets the number of the commit before it.
    At(u64),
    /// The condition with this index no longer holds; nothing was written.
    Conflict(usize),
}

/// An engine.
#[async_trait]
pub trait Engine: Send + Sync {
    /// A view of everything that is committed now.
    fn snapshot(&self) -> Arc<dyn Snapshot>;

    /// Commits a batch. An error says that nothing of it will ever be visible, unless its SQLSTATE
    /// is 58030 or 53100 on the very write that failed: then it is unknown, and the engine refuses
    /// further writes with 25006 until it has recovered. Reads go on.
    ///
    /// A batch that was handed over is committed even if the future is dropped.
    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Committed>;

    /// Makes everything durable and stops the engine's own tasks. Later commits fail.
    async fn close(&self) -> Result<()>;
}
