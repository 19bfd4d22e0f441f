//! A cache of single rows in front of the B-tree.
//!
//! Finding a row in the B-tree takes a search in a page of each level, and a look-up of each page:
//! about 1.3 us at a million rows, most of it waiting for memory, against a quarter of that for one
//! look-up in a hash table. It holds what [`get`] found, and that there was nothing.
//!
//! # Why what it says is right
//! The base is a sequence of generations, one for each checkpoint, and rows differ between two of
//! them only if the checkpoint has written them. An entry carries the generation in which it was
//! read. [`advance`] runs before a new generation is published and removes what it has changed, and
//! nothing is inserted meanwhile; afterwards only what was read in the new generation is. So an
//! entry is right for its own generation and for every later one up to the current, and a reader
//! takes it unless it is younger than the reader's own snapshot.
//!
//! [`get`]: RowCache::get
//! [`advance`]: RowCache::advance

use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use super::contract::SpaceId;
use super::memtable::{Change, Memtable};

/// Bytes of a row that is still cached: larger ones would push out many small ones, and reading
/// them costs more than finding them.
const LARGEST: usize = 4 << 10;

/// Bytes that an entry costs beside its key and value: allocations, and its places in the table.
const OVERHEAD: usize = 112;

/// Bytes of a usual entry, from which the size of the table is guessed.
const USUAL: usize = 256;

/// The cache.
#[derive(Debug)]
pub(super) struct RowCache {
    rows: Cache<Key, Entry, Weigh>,
    /// The generation whose rows are inserted; held while entries are inserted, and alone while
    /// others are removed.
    current: RwLock<u64>,
}

#[derive(Debug, Clone)]
struct Entry {
    generation: u64,
    value: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    space: SpaceId,
    key: Box<[u8]>,
}

/// A [`Key`] that is only looked for.
struct Wanted<'a> {
    space: SpaceId,
    key: &'a [u8],
}

#[derive(Debug, Clone)]
struct Weigh;

impl RowCache {
    /// A cache of so many bytes; none at all with 0.
    pub(super) fn new(bytes: usize) -> Self {
        let rows = Cache::with_weighter(bytes / USUAL, bytes as u64, Weigh);
        Self {
            rows,
            current: RwLock::new(0),
        }
    }

    /// What is known of a row in a generation: its value, or that there is none.
    pub(super) fn get(&self, generation: u64, space: SpaceId, key: &[u8]) -> Option<Option<Bytes>> {
        let entry = self.rows.get(&Wanted { space, key })?;
        (entry.generation <= generation).then_some(entry.value)
    }

    /// Remembers what a reader of a generation has found. Nobody waits for it: while entries are
    /// removed, nothing is remembered.
    pub(super) fn insert(
        &self,
        generation: u64,
        space: SpaceId,
        key: &[u8],
        value: Option<&Bytes>,
    ) {
        if key.len() + value.map_or(0, Bytes::len) > LARGEST {
            return;
        }
        let Ok(current) = self.current.try_read() else {
            return;
        };
        if *current == generation {
            let value = value.cloned();
            self.rows.insert(
                Key {
                    space,
                    key: key.into(),
                },
                Entry { generation, value },
            );
        }
    }

    /// Forgets the rows that the next generation has changed: those of a memtable. It is called
    /// before that generation is published. None: anything may have changed.
    pub(super) fn advance(&self, generation: u64, changed: Option<&Memtable>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let forgotten = changed.ok_or(Everything).and_then(|changed| {
            changed.newest(|change| match change {
                Change::Clear(_) => Err(Everything),
                Change::Write(space, key, _) => {
                    self.rows.remove(&Wanted { space, key });
                    Ok(())
                }
            })
        });
        if let Err(Everything) = forgotten {
            self.rows.clear();
        }
        *current = generation;
    }
}

/// All rows must be forgotten: a space was emptied, which does not happen often.
struct Everything;

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Wanted {
            space: self.space,
            key: &self.key,
        }
        .hash(state);
    }
}

impl Hash for Wanted<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.space.0);
        state.write(self.key);
    }
}

impl Equivalent<Key> for Wanted<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.space == key.space && *self.key == *key.key
    }
}

impl Weighter<Key, Entry> for Weigh {
    fn weight(&self, key: &Key, entry: &Entry) -> u64 {
        (OVERHEAD + key.key.len() + entry.value.as_ref().map_or(0, Bytes::len)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Batch, Write};

    const SPACE: SpaceId = SpaceId(7);

    fn bytes(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    fn get(cache: &RowCache, generation: u64, key: &str) -> Option<Option<Bytes>> {
        cache.get(generation, SPACE, key.as_bytes())
    }

    fn insert(cache: &RowCache, generation: u64, key: &str, value: Option<&'static str>) {
        cache.insert(generation, SPACE, key.as_bytes(), value.map(bytes).as_ref());
    }

    fn advance(cache: &RowCache, generation: u64, changed: &[&'static str]) {
        let write = |key: &&'static str| Write {
            space: SPACE,
            key: bytes(key),
            value: None,
        };
        let table = Memtable::default();
        let writes = changed.iter().map(write).collect();
        table.insert(
            1,
            Batch {
                writes,
                ..Batch::default()
            },
            0,
        );
        cache.advance(generation, Some(&table));
    }

    #[test]
    fn what_was_found_is_known_and_so_is_what_was_not() {
        let cache = RowCache::new(1 << 20);
        assert_eq!(get(&cache, 0, "a"), None);
        insert(&cache, 0, "a", Some("1"));
        insert(&cache, 0, "b", None);
        assert_eq!(get(&cache, 0, "a"), Some(Some(bytes("1"))));
        assert_eq!(get(&cache, 0, "b"), Some(None));
        assert_eq!(cache.get(0, SpaceId(8), b"a"), None);
    }

    #[test]
    fn a_changed_row_is_forgotten_and_an_unchanged_one_stays() {
        let cache = RowCache::new(1 << 20);
        insert(&cache, 0, "a", Some("1"));
        insert(&cache, 0, "b", Some("1"));
        advance(&cache, 1, &["a"]);
        assert_eq!(get(&cache, 1, "a"), None);
        assert_eq!(get(&cache, 1, "b"), Some(Some(bytes("1"))));
    }

    #[test]
    fn an_old_reader_neither_brings_old_rows_in_nor_sees_new_ones() {
        let cache = RowCache::new(1 << 20);
        advance(&cache, 1, &["a"]);
        insert(&cache, 0, "a", Some("old"));
        assert_eq!(get(&cache, 1, "a"), None);
        insert(&cache, 1, "a", Some("new"));
        assert_eq!(get(&cache, 0, "a"), None);
        assert_eq!(get(&cache, 1, "a"), Some(Some(bytes("new"))));
    }

    #[test]
    fn it_stays_within_its_bytes_and_keeps_no_large_rows() {
        let cache = RowCache::new(64 << 10);
        for n in 0..10_000u32 {
            cache.insert(0, SPACE, &n.to_be_bytes(), Some(&bytes("some value")));
        }
        assert!(cache.rows.weight() <= 64 << 10);
        cache.insert(0, SPACE, b"large", Some(&Bytes::from(vec![0; LARGEST])));
        assert_eq!(get(&cache, 0, "large"), None);
    }

    #[test]
    fn anything_may_have_changed() {
        let cache = RowCache::new(1 << 20);
        insert(&cache, 0, "a", Some("1"));
        cache.advance(1, None);
        assert_eq!(get(&cache, 1, "a"), None);
        insert(&cache, 1, "a", Some("1"));
        let table = Memtable::default();
        table.insert(
            1,
            Batch {
                cleared: vec![SPACE],
                ..Batch::default()
            },
            0,
        );
        cache.advance(2, Some(&table));
        assert_eq!(get(&cache, 2, "a"), None);
    }
}
