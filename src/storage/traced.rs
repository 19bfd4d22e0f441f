//! An engine that records what is asked of another one, in order.
//!
//! Golden tests show these operations beside each statement: that SQL lowers to point operations is
//! keywire's promise, and this is where it is seen.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::contract::{
    Batch, Committed, Direction, Durability, Engine, KeyRange, Scan, Snapshot, SpaceId,
};
use crate::error::Result;

/// An operation on storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A key was read.
    Get {
        /// The space.
        space: SpaceId,
        /// The key.
        key: Bytes,
        /// Whether it has a value.
        found: bool,
    },
    /// Several keys were read at once.
    MultiGet {
        /// The space.
        space: SpaceId,
        /// The keys.
        keys: Vec<Bytes>,
        /// How many of them have a value.
        found: usize,
    },
    /// A range was read, or its start.
    Scan {
        /// The space.
        space: SpaceId,
        /// The range.
        range: KeyRange,
        /// Where it was read from.
        direction: Direction,
        /// How many entries were read before the scan was dropped, or so far.
        read: usize,
    },
    /// A batch was handed over for commit.
    Commit {
        /// The batch.
        batch: Batch,
        /// When it was to be acknowledged.
        durability: Durability,
    },
}

/// The engine.
pub struct Traced {
    inner: Arc<dyn Engine>,
    log: Log,
}

/// The events so far. A scan's count goes on while it is in the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Counted>>>);

/// An event, and how many entries its scan has read.
type Counted = (Event, Arc<AtomicUsize>);

impl Log {
    /// Adds an event and returns the counter of its scan.
    fn add(&self, event: Event) -> Arc<AtomicUsize> {
        let count = Arc::new(AtomicUsize::new(0));
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.push((event, count.clone()));
        count
    }
}

impl Traced {
    /// Records what is asked of `inner`.
    pub fn new(inner: Arc<dyn Engine>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            log: Log::default(),
        })
    }

    /// Takes the events out, in the order in which the operations started.
    pub fn drain(&self) -> Vec<Event> {
        let mut events = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = |(mut event, count): Counted| {
            if let Event::Scan { read, .. } = &mut event {
                *read = count.load(Ordering::Relaxed);
            }
            event
        };
        events.drain(..).map(counted).collect()
    }
}

#[async_trait]
impl Engine for Traced {
    fn snapshot(&self) -> Arc<dyn Snapshot> {
        Arc::new(TracedSnapshot {
            inner: self.inner.snapshot(),
            log: self.log.clone(),
        })
    }

    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Committed> {
        self.log.add(Event::Commit {
            batch: batch.clone(),
            durability,
        });
        self.inner.commit(batch, durability).await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}

struct TracedSnapshot {
    inner: Arc<dyn Snapshot>,
    log: Log,
}

impl Snapshot for TracedSnapshot {
    fn sequence(&self) -> u64 {
        self.inner.sequence()
    }

    fn catalog_version(&self) -> u64 {
        self.inner.catalog_version()
    }

    fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        let value = self.inner.get(space, key)?;
        let key = Bytes::copy_from_slice(key);
        self.log.add(Event::Get {
            space,
            key,
            found: value.is_some(),
        });
        Ok(value)
    }

    fn multi_get(&self, space: SpaceId, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>> {
        let values = self.inner.multi_get(space, keys)?;
        let found = values.iter().flatten().count();
        self.log.add(Event::MultiGet {
            space,
            keys: keys.to_vec(),
            found,
        });
        Ok(values)
    }

    fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan> {
        let entries = self.inner.scan(space, range.clone(), direction)?;
        let count = self.log.add(Event::Scan {
            space,
            range,
            direction,
            read: 0,
        });
        Ok(Box::new(entries.inspect(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        })))
    }
}
