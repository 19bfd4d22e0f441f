//! A snapshot of three layers, and who puts them on top of each other.
//!
//! ```text
//! active   memtable: receives the commits
//! frozen   memtable: is being written to the base; at most one
//! base     the B-tree as it was at the last checkpoint
//! ```
//!
//! A read takes the first layer that has a word on its key, unless the cache of rows knows the
//! answer; a scan merges the layers as it goes. A
//! published snapshot is immutable: the memtables below it grow, but only by versions that are
//! later than its own number.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;

use super::committer::Stamp;
use super::contract::{Direction, KeyRange, Scan, Snapshot, SpaceId};
use super::memtable::{Cover, Found, Layer, Memtable};
use super::ordered::Merge;
use super::redb::RedbSnapshot;
use super::row_cache::RowCache;
use crate::error::{Error, Result};

/// The layers, shared by the thread that commits and the one that checkpoints.
pub(super) struct Layers {
    stack: Mutex<Stack>,
    /// The stack has changed.
    changed: Condvar,
    published: ArcSwap<LayeredSnapshot>,
    /// Rows that were read lately.
    rows: Arc<RowCache>,
}

/// What a new snapshot is made of.
struct Stack {
    stamp: Stamp,
    /// The last commit in `active`, as the log counts.
    through: u64,
    active: Arc<Memtable>,
    frozen: Option<Frozen>,
    base: Arc<RedbSnapshot>,
    /// Why the last attempt of a checkpoint failed.
    failing: Option<Error>,
    closing: bool,
}

/// A memtable that receives nothing any more.
#[derive(Debug, Clone)]
pub(super) struct Frozen {
    pub(super) table: Arc<Memtable>,
    /// The last commit in it.
    pub(super) through: u64,
}

impl Layers {
    /// What was opened: a base, and what the log has over it, up to a commit.
    pub(super) fn new(base: RedbSnapshot, rows: RowCache, active: Memtable, through: u64) -> Self {
        let stack = Stack {
            stamp: Stamp::default(),
            through,
            active: Arc::new(active),
            frozen: None,
            base: Arc::new(base),
            failing: None,
            closing: false,
        };
        let rows = Arc::new(rows);
        Self {
            published: ArcSwap::from_pointee(stack.snapshot(&rows)),
            rows,
            stack: Mutex::new(stack),
            changed: Condvar::new(),
        }
    }

    /// The published snapshot.
    pub(super) fn current(&self) -> Arc<LayeredSnapshot> {
        self.published.load_full()
    }

    /// The memtable that receives the commits.
    pub(super) fn active(&self) -> Arc<Memtable> {
        self.stack().active.clone()
    }

    /// Publishes what was added to the active memtable.
    pub(super) fn publish(&self, stamp: Stamp, through: u64) {
        let mut stack = self.stack();
        (stack.stamp, stack.through) = (stamp, through);
        self.published.store(Arc::new(stack.snapshot(&self.rows)));
    }

    /// Freezes the active memtable, if none is frozen; returns the new one.
    pub(super) fn freeze(&self) -> Option<Arc<Memtable>> {
        let mut stack = self.stack();
        if stack.frozen.is_some() {
            return None;
        }
        let table = std::mem::take(&mut stack.active);
        let through = stack.through;
        stack.frozen = Some(Frozen { table, through });
        self.published.store(Arc::new(stack.snapshot(&self.rows)));
        self.changed.notify_all();
        Some(stack.active.clone())
    }

    /// Whether a memtable is frozen.
    pub(super) fn is_frozen(&self) -> bool {
        self.stack().frozen.is_some()
    }

    /// Waits until nothing is frozen, the checkpoint of it has failed (the error) or the time is
    /// over.
    pub(super) fn wait_for_checkpoint(&self, time: Duration) -> Result<()> {
        let waiting = |stack: &mut Stack| stack.frozen.is_some() && stack.failing.is_none();
        let waited = self.changed.wait_timeout_while(self.stack(), time, waiting);
        let (stack, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &stack.failing {
            Some(error) if stack.frozen.is_some() => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Waits until a memtable is frozen; none when it is time to end.
    pub(super) fn next_frozen(&self) -> Option<Frozen> {
        let waiting = |stack: &mut Stack| stack.frozen.is_none() && !stack.closing;
        let waited = self.changed.wait_while(self.stack(), waiting);
        let stack = waited.unwrap_or_else(PoisonError::into_inner);
        stack.frozen.clone()
    }

    /// The frozen memtable is in the base.
    pub(super) fn install(&self, base: RedbSnapshot) {
        let mut stack = self.stack();
        stack.base = Arc::new(base);
        stack.failing = None;
        let frozen = stack.frozen.take();
        self.published.store(Arc::new(stack.snapshot(&self.rows)));
        self.changed.notify_all();
        drop(stack);
        // Dropping a memtable takes a while, and nobody should wait for it.
        drop(frozen);
    }

    /// The rows that need no look into the layers.
    pub(super) fn rows(&self) -> &RowCache {
        &self.rows
    }

    /// A checkpoint has failed. Waits before the next attempt; returns whether there is to be one.
    pub(super) fn failed(&self, error: Error, retry: Duration) -> bool {
        let mut stack = self.stack();
        stack.failing = Some(error);
        self.changed.notify_all();
        let closing = |stack: &mut Stack| !stack.closing;
        let waited = self.changed.wait_timeout_while(stack, retry, closing);
        let (stack, _) = waited.unwrap_or_else(PoisonError::into_inner);
        !stack.closing
    }

    /// Ends the waiting of the thread that checkpoints.
    pub(super) fn close(&self) {
        self.stack().closing = true;
        self.changed.notify_all();
    }

    fn stack(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stack {
    fn snapshot(&self, rows: &Arc<RowCache>) -> LayeredSnapshot {
        let frozen = self.frozen.as_ref();
        LayeredSnapshot {
            stamp: self.stamp,
            active: Layer::new(&self.active, self.through),
            frozen: frozen.and_then(|frozen| Layer::new(&frozen.table, frozen.through)),
            base: self.base.clone(),
            rows: rows.clone(),
        }
    }
}

/// The data as it was after some commit.
pub(super) struct LayeredSnapshot {
    stamp: Stamp,
    active: Option<Layer>,
    frozen: Option<Layer>,
    base: Arc<RedbSnapshot>,
    rows: Arc<RowCache>,
}

impl LayeredSnapshot {
    /// What the layers have of a key.
    fn find(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        for layer in self.layers() {
            if let Found::Written(value) = layer.get(space, key) {
                return Ok(value);
            }
        }
        self.base.get(space, key)
    }

    /// The memtables, the newer first.
    fn layers(&self) -> impl DoubleEndedIterator<Item = &Layer> {
        [&self.active, &self.frozen].into_iter().flatten()
    }
}

impl Snapshot for LayeredSnapshot {
    fn sequence(&self) -> u64 {
        self.stamp.sequence
    }

    fn catalog_version(&self) -> u64 {
        self.stamp.catalog_version
    }

    fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        if let Some(known) = self.rows.get(self.stamp.sequence, space, key) {
            return Ok(known);
        }
        let value = self.find(space, key)?;
        self.rows
            .insert(self.stamp.sequence, space, key, value.as_ref());
        Ok(value)
    }

    fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan> {
        let mut above = Vec::new();
        let mut hidden = false;
        for layer in self.layers() {
            let cover = layer.covers(space);
            if cover != Cover::Nothing {
                above.push(layer.scan(space, range.clone(), direction));
            }
            if cover == Cover::Everything {
                hidden = true;
                break;
            }
        }
        let mut scan: Scan = match hidden {
            true => Box::new(std::iter::empty()),
            false => self.base.scan(space, range, direction)?,
        };
        for layer in above.into_iter().rev() {
            scan = Box::new(Merge::new(scan, layer, direction));
        }
        Ok(scan)
    }
}
