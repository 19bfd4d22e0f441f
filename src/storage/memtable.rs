//! What was committed since the B-tree was last brought up to date, in memory and in order.
//!
//! A memtable keeps every version of a key with the sequence number of its commit, so a snapshot of
//! it is a number ([`Layer`]), and taking one costs nothing. One thread adds versions, with larger
//! numbers than any that was handed out; nobody sees them until a snapshot with their number is
//! published. Versions are not taken away: the table as a whole is dropped after a checkpoint, and
//! the limit on its size counts every one of them.
//!
//! It is a B-tree under a lock that is held for one insertion, one lookup or one chunk of a scan.
//! Measured with half a million inserts in groups of 16 and random lookups afterwards, beside a
//! persistent map whose root each snapshot clones, and a lock-free skip list:
//!
//! | structure | insert | get |
//! |---|---|---|
//! | `std` B-tree of versions | 1.3 us | 0.8 us |
//! | `imbl::OrdMap` | 5.1 us | 1.5 us |
//! | `crossbeam_skiplist` | 2.4 us | 4.5 us |
//!
//! The persistent map copies a leaf of 64 entries for every key of a group, and counts a reference
//! for each of them; the skip list misses the cache at every step.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use bytes::Bytes;

use super::contract::{Batch, Direction, KeyRange, SpaceId, Write};
use super::ordered::{as_slices, is_empty};

/// What a version takes beside the bytes of its log record: its place in a tree whose nodes are two
/// thirds full.
const VERSION_BYTES: usize = 140;

/// How many entries a scan reads first; each time it comes back it reads twice as many.
const FIRST_CHUNK: usize = 4;

/// How many entries a scan reads at most while it holds the lock, about 10 us.
const LAST_CHUNK: usize = 128;

/// The table.
#[derive(Debug, Default)]
pub(super) struct Memtable {
    spaces: RwLock<BTreeMap<SpaceId, Space>>,
    bytes: AtomicUsize,
}

#[derive(Debug, Default)]
struct Space {
    /// The commits that emptied it, ascending.
    cleared: Vec<u64>,
    entries: BTreeMap<Bytes, Versions>,
}

/// The versions of a key. Most keys have one.
#[derive(Debug)]
struct Versions {
    newest: Version,
    /// Ascending.
    older: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    sequence: u64,
    /// None deletes.
    value: Option<Bytes>,
}

/// A memtable as it was after some commit.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    table: Arc<Memtable>,
    /// The last commit in it.
    through: u64,
}

/// What a table changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change<'a> {
    /// It empties a space.
    Clear(SpaceId),
    /// It gives a key a value, or none.
    Write(SpaceId, &'a [u8], Option<&'a [u8]>),
}

/// What a layer says of a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It has this value, or none.
    Written(Option<Bytes>),
    /// Nothing: what is below has it.
    Untouched,
}

impl Memtable {
    /// Adds a commit, which takes `bytes` in the log.
    pub(super) fn insert(&self, sequence: u64, changes: Batch, bytes: usize) {
        let versions = changes.cleared.len() + changes.writes.len();
        for space in changes.cleared {
            let mut spaces = self.spaces.write().unwrap_or_else(PoisonError::into_inner);
            spaces.entry(space).or_default().cleared.push(sequence);
        }
        for Write { space, key, value } in changes.writes {
            let version = Version { sequence, value };
            // One at a time: readers wait no longer than for one insertion.
            let mut spaces = self.spaces.write().unwrap_or_else(PoisonError::into_inner);
            spaces.entry(space).or_default().put(key, version);
        }
        self.bytes
            .fetch_add(bytes + versions * VERSION_BYTES, Ordering::Relaxed);
    }

    /// Bytes of memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Hands the last version of everything to `each`, in order; a space is emptied before its keys
    /// are written. Nothing may be added meanwhile.
    pub(super) fn newest<E>(
        &self,
        mut each: impl FnMut(Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let spaces = self.read();
        for (id, space) in spaces.iter() {
            let cleared = space.cleared(u64::MAX);
            if cleared > 0 {
                each(Change::Clear(*id))?;
            }
            for (key, versions) in &space.entries {
                if versions.newest.sequence >= cleared {
                    each(Change::Write(*id, key, versions.newest.value.as_deref()))?;
                }
            }
        }
        Ok(())
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<SpaceId, Space>> {
        self.spaces.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Space {
    fn put(&mut self, key: Bytes, version: Version) {
        use std::collections::btree_map::Entry;
        match self.entries.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(Versions {
                    newest: version,
                    older: Vec::new(),
                });
            }
            Entry::Occupied(mut entry) => {
                let versions = entry.get_mut();
                let older = std::mem::replace(&mut versions.newest, version);
                versions.older.push(older);
            }
        }
    }

    /// The last commit up to `through` that emptied it; 0 if none did.
    fn cleared(&self, through: u64) -> u64 {
        let cleared = self.cleared.iter().rev();
        cleared.copied().find(|at| *at <= through).unwrap_or(0)
    }
}

impl Versions {
    /// The last version up to a commit.
    fn at(&self, through: u64) -> Option<&Version> {
        if self.newest.sequence <= through {
            return Some(&self.newest);
        }
        let count = self.older.partition_point(|old| old.sequence <= through);
        self.older[..count].last()
    }
}

impl Layer {
    /// A table up to a commit; none if there is nothing in it, which spares every read a look.
    pub(super) fn new(table: &Arc<Memtable>, through: u64) -> Option<Self> {
        (table.bytes() > 0).then(|| Self {
            table: table.clone(),
            through,
        })
    }

    /// What it says of a key.
    pub(super) fn get(&self, space: SpaceId, key: &[u8]) -> Found {
        let spaces = self.table.read();
        let Some(space) = spaces.get(&space) else {
            return Found::Untouched;
        };
        let cleared = space.cleared(self.through);
        let versions = space.entries.get(key);
        match versions.and_then(|versions| versions.at(self.through)) {
            Some(version) if version.sequence >= cleared => Found::Written(version.value.clone()),
            _ if cleared > 0 => Found::Written(None),
            _ => Found::Untouched,
        }
    }

    /// Whether what is below a space is hidden, and whether anything in it may be.
    pub(super) fn covers(&self, space: SpaceId) -> Cover {
        match self.table.read().get(&space) {
            None => Cover::Nothing,
            Some(space) if space.cleared(self.through) > 0 => Cover::Everything,
            Some(_) => Cover::Keys,
        }
    }

    /// The keys of a range that it has a word on, with their values.
    pub(super) fn scan(&self, space: SpaceId, range: KeyRange, direction: Direction) -> LayerScan {
        LayerScan {
            layer: self.clone(),
            space,
            ended: is_empty(&range),
            range,
            direction,
            chunk: FIRST_CHUNK,
            read: VecDeque::new(),
        }
    }
}

/// How much of a space a layer hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    /// Nothing.
    Nothing,
    /// Some keys.
    Keys,
    /// All of it: it was emptied.
    Everything,
}

/// A scan of a layer. It holds the lock only while it reads a chunk ahead.
pub(super) struct LayerScan {
    layer: Layer,
    space: SpaceId,
    /// What is still to be read.
    range: KeyRange,
    direction: Direction,
    chunk: usize,
    read: VecDeque<(Bytes, Option<Bytes>)>,
    ended: bool,
}

impl Iterator for LayerScan {
    type Item = (Bytes, Option<Bytes>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.read.is_empty() && !self.ended {
            self.read_chunk();
        }
        self.read.pop_front()
    }
}

impl LayerScan {
    fn read_chunk(&mut self) {
        let spaces = self.layer.table.read();
        let Some(space) = spaces.get(&self.space) else {
            self.ended = true;
            return;
        };
        let (through, cleared) = (self.layer.through, space.cleared(self.layer.through));
        let mut entries = space.entries.range::<[u8], _>(as_slices(&self.range));
        let mut last = None;
        for _ in 0..self.chunk {
            let entry = match self.direction {
                Direction::Forward => entries.next(),
                Direction::Reverse => entries.next_back(),
            };
            last = entry.map(|(key, _)| key);
            let Some((key, versions)) = entry else { break };
            if let Some(version) = versions.at(through).filter(|v| v.sequence >= cleared) {
                self.read.push_back((key.clone(), version.value.clone()));
            }
        }
        self.chunk = (self.chunk * 2).min(LAST_CHUNK);
        match (last, self.direction) {
            (None, _) => self.ended = true,
            (Some(key), Direction::Forward) => self.range.0 = Bound::Excluded(key.clone()),
            (Some(key), Direction::Reverse) => self.range.1 = Bound::Excluded(key.clone()),
        }
        // BTreeMap panics at a range of nothing between two excluded bounds.
        self.ended |= is_empty(&self.range);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SPACE: SpaceId = SpaceId(1);

    fn put(key: u8, value: Option<u8>) -> Batch {
        Batch {
            writes: vec![Write {
                space: SPACE,
                key: Bytes::copy_from_slice(&[key]),
                value: value.map(|value| Bytes::copy_from_slice(&[value])),
            }],
            ..Batch::default()
        }
    }

    #[test]
    fn each_layer_sees_its_own_versions() {
        let table = Arc::new(Memtable::default());
        assert!(Layer::new(&table, 0).is_none());
        let clear = Batch {
            cleared: vec![SPACE],
            ..put(9, Some(4))
        };
        for (sequence, changes) in [
            (1, put(5, Some(1))),
            (2, put(5, None)),
            (3, put(5, Some(3))),
            (4, clear),
            (5, put(5, Some(5))),
        ] {
            table.insert(sequence, changes, 1);
        }
        let written =
            |value: Option<u8>| Found::Written(value.map(|value| Bytes::copy_from_slice(&[value])));
        for (through, expected, keys) in [
            (0, Found::Untouched, 0),
            (1, written(Some(1)), 1),
            (2, written(None), 1),
            (3, written(Some(3)), 1),
            (4, written(None), 1),
            (5, written(Some(5)), 2),
        ] {
            let layer = Layer::new(&table, through).unwrap();
            assert_eq!(layer.get(SPACE, &[5]), expected, "{through}");
            assert_eq!(layer.get(SpaceId(2), &[5]), Found::Untouched);
            let everything = layer.covers(SPACE) == Cover::Everything;
            assert_eq!(everything, through >= 4);
            let all = (Bound::Unbounded, Bound::Unbounded);
            for direction in [Direction::Forward, Direction::Reverse] {
                let scan = layer.scan(SPACE, all.clone(), direction);
                assert_eq!(scan.count(), keys, "{through}");
            }
        }
        let mut newest = Vec::new();
        let each = |change: Change<'_>| {
            newest.push(match change {
                Change::Clear(_) => "clear".to_owned(),
                Change::Write(_, key, value) => format!("{key:?} {value:?}"),
            });
            Ok::<(), ()>(())
        };
        table.newest(each).unwrap();
        assert_eq!(newest, ["clear", "[5] Some([5])", "[9] Some([4])"]);
    }

    /// More entries than a chunk, half of them of no concern.
    #[test]
    fn a_long_scan_is_in_order() {
        let table = Arc::new(Memtable::default());
        for key in 0..250 {
            table.insert(u64::from(key % 2) + 1, put(key, Some(key)), 1);
        }
        let layer = Layer::new(&table, 1).unwrap();
        let range = (
            Bound::Included(Bytes::copy_from_slice(&[10])),
            Bound::Excluded(Bytes::copy_from_slice(&[240])),
        );
        let keys = |direction| -> Vec<u8> {
            let scan = layer.scan(SPACE, range.clone(), direction);
            scan.map(|(key, _)| key[0]).collect()
        };
        let mut expected: Vec<u8> = (10..240).step_by(2).collect();
        assert_eq!(keys(Direction::Forward), expected);
        expected.reverse();
        assert_eq!(keys(Direction::Reverse), expected);
    }
}
