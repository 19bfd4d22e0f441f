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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::ops::Bound::{Excluded, Included, Unbounded};

    use super::super::{View, Write, WriteBuffer, memory};
    use super::*;

    const SPACE: SpaceId = SpaceId(1);

    #[tokio::test]
    async fn operations_are_recorded_in_order() {
        let engine = Traced::new(memory());
        let key = |name: &'static str| Bytes::from_static(name.as_bytes());
        let write = |name| Write {
            space: SPACE,
            key: key(name),
            value: Some(key("v")),
        };
        let batch = Batch {
            writes: vec![write("a"), write("b"), write("c")],
            ..Batch::default()
        };
        engine
            .commit(batch.clone(), Durability::Deferred)
            .await
            .unwrap();
        let snapshot = engine.snapshot();
        snapshot.get(SPACE, b"a").unwrap();
        snapshot.get(SPACE, b"x").unwrap();
        snapshot.multi_get(SPACE, &[key("x"), key("b")]).unwrap();
        let range = (Included(key("a")), Unbounded);
        let scan = snapshot
            .scan(SPACE, range.clone(), Direction::Reverse)
            .unwrap();
        assert_eq!(scan.take(2).count(), 2);
        let get = |key, found| Event::Get {
            space: SPACE,
            key,
            found,
        };
        assert_eq!(
            engine.drain(),
            [
                Event::Commit {
                    batch,
                    durability: Durability::Deferred
                },
                get(key("a"), true),
                get(key("x"), false),
                Event::MultiGet {
                    space: SPACE,
                    keys: vec![key("x"), key("b")],
                    found: 1
                },
                Event::Scan {
                    space: SPACE,
                    range,
                    direction: Direction::Reverse,
                    read: 2
                },
            ]
        );
        assert_eq!(engine.drain(), []);
    }

    #[tokio::test]
    async fn a_view_reads_no_more_than_it_must() {
        let engine = Traced::new(memory());
        let key = |i: u8| Bytes::copy_from_slice(&[i]);
        let write = |i| Write {
            space: SPACE,
            key: key(i),
            value: Some(key(i)),
        };
        let batch = Batch {
            writes: (0..100).map(write).collect(),
            ..Batch::default()
        };
        engine.commit(batch, Durability::Sync).await.unwrap();
        let mut own = WriteBuffer::default();
        own.put(SPACE, key(0), None);
        own.put(SPACE, key(7), Some(key(1)));
        engine.drain();
        let view = View::new(engine.snapshot(), own.clone());
        assert_eq!(view.get(SPACE, &[7]).unwrap(), Some(key(1)));
        assert_eq!(view.get(SPACE, &[0]).unwrap(), None);
        assert_eq!(
            engine.drain(),
            [],
            "own writes are not looked for in the snapshot"
        );
        let all = (Unbounded, Excluded(key(200)));
        let mut scan = view.scan(SPACE, all.clone(), Direction::Forward).unwrap();
        assert_eq!(scan.next().unwrap().unwrap().0, key(1));
        let read = |events: &[Event]| match events {
            [Event::Scan { read, .. }] => *read,
            other => panic!("{other:?}"),
        };
        assert_eq!(read(&engine.drain()), 2);
        own.clear_space(SPACE);
        let view = View::new(engine.snapshot(), own);
        assert_eq!(
            view.scan(SPACE, all, Direction::Forward).unwrap().count(),
            0
        );
        assert_eq!(engine.drain(), [], "a cleared space is not read");
    }
}
