//! An engine in memory, for tests: it commits at once and keeps nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use imbl::OrdMap;

use super::committer::closed;
use super::contract::{
    Batch, Committed, Direction, Durability, Engine, KeyRange, Scan, Snapshot, SpaceId,
};
use super::ordered::Walk;
use super::recent::Recent;
use super::view::{View, WriteBuffer};
use crate::error::Result;

/// The engine.
#[derive(Default)]
pub(super) struct Memory {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Arc<MemorySnapshot>,
    recent: Recent,
    closed: bool,
}

/// The data as it was after some commit.
#[derive(Clone, Default)]
struct MemorySnapshot {
    sequence: u64,
    catalog_version: u64,
    spaces: OrdMap<SpaceId, OrdMap<Bytes, Bytes>>,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Engine for Memory {
    fn snapshot(&self) -> Arc<dyn Snapshot> {
        self.state().current.clone()
    }

    async fn commit(&self, batch: Batch, _durability: Durability) -> Result<Committed> {
        let mut state = self.state();
        if state.closed {
            return Err(closed());
        }
        let now = View::new(state.current.clone(), WriteBuffer::default());
        if let Some(conflict) = state.recent.check(&batch.conditions, &now)? {
            return Ok(conflict);
        }
        if batch.is_empty() {
            return Ok(Committed::At(state.current.sequence));
        }
        let next = state.current.after(&batch);
        state.recent.record(next.sequence, &batch);
        state.current = Arc::new(next);
        Ok(Committed::At(state.current.sequence))
    }

    async fn close(&self) -> Result<()> {
        self.state().closed = true;
        Ok(())
    }
}

impl MemorySnapshot {
    fn after(&self, batch: &Batch) -> Self {
        let mut next = self.clone();
        next.sequence += 1;
        next.catalog_version += u64::from(batch.touches_catalog());
        for space in &batch.cleared {
            next.spaces.remove(space);
        }
        for write in &batch.writes {
            let space = next.spaces.entry(write.space).or_default();
            match &write.value {
                Some(value) => space.insert(write.key.clone(), value.clone()),
                None => space.remove(&write.key),
            };
        }
        next
    }
}

impl Snapshot for MemorySnapshot {
    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn catalog_version(&self) -> u64 {
        self.catalog_version
    }

    fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        Ok(self
            .spaces
            .get(&space)
            .and_then(|space| space.get(key))
            .cloned())
    }

    fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan> {
        let entries = self.spaces.get(&space).cloned().unwrap_or_default();
        Ok(Box::new(Walk::new(entries, range, direction).map(Ok)))
    }
}
