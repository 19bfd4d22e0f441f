//! A snapshot with a transaction's own writes over it.
//!
//! A read that names a space the transaction has not written goes straight to the snapshot. Others
//! look at the own writes first: a write hides the snapshot's value, a delete hides the key, and
//! in a space that was emptied the snapshot is not asked at all. A scan merges both sides as it
//! goes and reads no further than its reader does.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;

use super::contract::{Batch, Direction, KeyRange, Scan, Snapshot, SpaceId, Write};
use super::ordered::{Merge, Walk};
use crate::error::Result;

/// The writes of a transaction that are not committed: a persistent map, so that a savepoint and a
/// statement's view are clones of it.
#[derive(Debug, Clone, Default)]
pub struct WriteBuffer {
    /// The spaces that were written or emptied. There are few of them.
    spaces: OrdMap<SpaceId, SpaceWrites>,
    /// Bytes of keys and values, for the limit on a transaction's size.
    bytes: usize,
    /// The number of the running statement in the transaction.
    statement: u32,
}

/// What was done to one space.
#[derive(Debug, Clone, Default)]
struct SpaceWrites {
    /// It was emptied before `writes`.
    cleared: bool,
    /// The last write to each key.
    writes: OrdMap<Bytes, OwnWrite>,
}

/// A write.
#[derive(Debug, Clone)]
struct OwnWrite {
    /// None deletes.
    value: Option<Bytes>,
    /// The statement that wrote it.
    statement: u32,
}

/// What a transaction has written to one space, kept to be compared with what it has written later.
#[derive(Debug, Clone)]
pub struct OwnWrites(SpaceWrites);

impl OwnWrites {
    /// Whether nothing was written in between. Writing leaves a map that someone keeps as it is
    /// and makes another one.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.cleared == other.0.cleared && self.0.writes.ptr_eq(&other.0.writes)
    }
}

/// What the own writes say of a key.
enum Own {
    /// They gave it this value, or none.
    Written(Option<Bytes>),
    /// Nothing: the snapshot has it.
    Untouched,
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
        self.bytes += size(&key, &value);
        let writes = &mut self.spaces.entry(space).or_default().writes;
        let key_size = key.len();
        if let Some(replaced) = writes.insert(
            key,
            OwnWrite {
                value,
                statement: self.statement,
            },
        ) {
            self.bytes -= key_size + replaced.value.map_or(0, |value| value.len());
        }
    }

    /// The value that the transaction has given a key, if it has written it. A key of a space that
    /// was emptied counts as deleted.
    pub fn get(&self, space: SpaceId, key: &[u8]) -> Option<Option<Bytes>> {
        match self.own(space, key) {
            Own::Written(value) => Some(value),
            Own::Untouched => None,
        }
    }

    fn own(&self, space: SpaceId, key: &[u8]) -> Own {
        match self.spaces.get(&space) {
            None => Own::Untouched,
            Some(own) => match own.writes.get(key) {
                Some(own) => Own::Written(own.value.clone()),
                None if own.cleared => Own::Written(None),
                None => Own::Untouched,
            },
        }
    }

    /// Empties a space: forgets the writes to it, and hides what the snapshot has in it.
    pub fn clear_space(&mut self, space: SpaceId) {
        let emptied = SpaceWrites {
            cleared: true,
            writes: OrdMap::new(),
        };
        if let Some(forgotten) = self.spaces.insert(space, emptied) {
            self.bytes -= forgotten
                .writes
                .iter()
                .map(|(key, own)| size(key, &own.value))
                .sum::<usize>();
        }
    }

    /// Whether nothing was written or emptied.
    pub fn is_empty(&self) -> bool {
        self.spaces.is_empty()
    }

    /// Whether a space was written or emptied.
    pub fn touches(&self, space: SpaceId) -> bool {
        self.spaces.contains_key(&space)
    }

    /// A statement starts: what is written from now on is its own.
    pub fn start_statement(&mut self) {
        self.statement = self.statement.wrapping_add(1);
    }

    /// Whether the running statement itself has written a key.
    pub fn written_by_statement(&self, space: SpaceId, key: &[u8]) -> bool {
        let own = self.spaces.get(&space).and_then(|own| own.writes.get(key));
        own.is_some_and(|own| own.statement == self.statement)
    }

    /// Bytes of the keys and values in it.
    pub fn size(&self) -> usize {
        self.bytes
    }

    /// The changes, by space and key. The spaces that were emptied are not among them: see
    /// [`WriteBuffer::into_batch`].
    pub fn into_writes(self) -> Vec<Write> {
        let count = self.spaces.values().map(|own| own.writes.len()).sum();
        let mut writes = Vec::with_capacity(count);
        for (space, own) in &self.spaces {
            writes.extend(own.writes.iter().map(|(key, own)| Write {
                space: *space,
                key: key.clone(),
                value: own.value.clone(),
            }));
        }
        writes
    }

    /// All of it as a batch without conditions, its writes sorted by space and key.
    pub fn into_batch(self) -> Batch {
        let cleared = self
            .spaces
            .iter()
            .filter(|(_, own)| own.cleared)
            .map(|(space, _)| *space);
        Batch {
            conditions: Vec::new(),
            cleared: cleared.collect(),
            writes: self.into_writes(),
        }
    }

    /// Adds a batch over it.
    pub fn apply(&mut self, batch: &Batch) {
        for space in &batch.cleared {
            self.clear_space(*space);
        }
        for write in &batch.writes {
            self.put(write.space, write.key.clone(), write.value.clone());
        }
    }
}

fn size(key: &Bytes, value: &Option<Bytes>) -> usize {
    key.len() + value.as_ref().map_or(0, Bytes::len)
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

    /// The transaction's writes to a space as they are now; none if it has not written there.
    pub fn own_writes(&self, space: SpaceId) -> Option<OwnWrites> {
        self.writes.spaces.get(&space).cloned().map(OwnWrites)
    }

    /// The value of a key.
    pub fn get(&self, space: SpaceId, key: &[u8]) -> Result<Option<Bytes>> {
        match self.writes.own(space, key) {
            Own::Written(value) => Ok(value),
            Own::Untouched => self.snapshot.get(space, key),
        }
    }

    /// The values of several keys, in their order.
    pub fn multi_get(&self, space: SpaceId, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>> {
        if !self.writes.touches(space) {
            return self.snapshot.multi_get(space, keys);
        }
        let mut values = vec![None; keys.len()];
        let (mut places, mut below) = (Vec::new(), Vec::new());
        for (place, key) in keys.iter().enumerate() {
            match self.writes.own(space, key) {
                Own::Written(value) => values[place] = value,
                Own::Untouched => {
                    places.push(place);
                    below.push(key.clone());
                }
            }
        }
        if !below.is_empty() {
            for (place, value) in places
                .into_iter()
                .zip(self.snapshot.multi_get(space, &below)?)
            {
                values[place] = value;
            }
        }
        Ok(values)
    }

    /// The entries of a range, in order, the transaction's own among them.
    pub fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> Result<Scan> {
        let Some(own) = self.writes.spaces.get(&space) else {
            return self.snapshot.scan(space, range, direction);
        };
        let below: Scan = if own.cleared {
            Box::new(std::iter::empty())
        } else {
            self.snapshot.scan(space, range.clone(), direction)?
        };
        let own = Walk::new(own.writes.clone(), range, direction);
        let own = own.map(|(key, own)| (key, own.value));
        Ok(Box::new(Merge::new(below, own, direction)))
    }
}
