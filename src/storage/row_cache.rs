//! A cache of single rows in front of all layers.
//!
//! Finding a row in the B-tree takes a search in a page of each level, and a look-up of each page:
//! about 1.3 us at a million rows, most of it waiting for memory; finding it in a memtable takes
//! 0.8 us. One look-up in a hash table takes a quarter of that. The cache holds what reads found,
//! and that there was nothing.
//!
//! # Why what it says is right
//! An entry carries the sequence number of the snapshot in which it was read. Before a commit is
//! published, [`advance`] removes the rows that it writes, and nothing is inserted meanwhile;
//! afterwards only what was read in the snapshot of that commit is. So from its own number up to
//! the current one nobody has written the row of an entry, and a reader takes it unless its own
//! snapshot is older. A checkpoint changes nothing of what a snapshot shows, and so nothing here.
//!
//! [`advance`]: RowCache::advance

use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use super::contract::{Batch, SpaceId, Write};

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
    /// The snapshot whose rows are inserted; held while an entry is inserted, and alone while others
    /// are removed.
    current: RwLock<u64>,
}

#[derive(Debug, Clone)]
struct Entry {
    sequence: u64,
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

    /// What is known of a row in a snapshot: its value, or that there is none.
    pub(super) fn get(&self, sequence: u64, space: SpaceId, key: &[u8]) -> Option<Option<Bytes>> {
        let entry = self.rows.get(&Wanted { space, key })?;
        (entry.sequence <= sequence).then_some(entry.value)
    }

    /// Remembers what a reader of a snapshot has found. Nobody waits for it: while entries are
    /// removed, nothing is remembered.
    pub(super) fn insert(&self, sequence: u64, space: SpaceId, key: &[u8], value: Option<&Bytes>) {
        if key.len() + value.map_or(0, Bytes::len) > LARGEST {
            return;
        }
        let Ok(current) = self.current.try_read() else {
            return;
        };
        if *current == sequence {
            let value = value.cloned();
            self.rows.insert(
                Key {
                    space,
                    key: key.into(),
                },
                Entry { sequence, value },
            );
        }
    }

    /// Forgets the rows that commits write, before the snapshot with them is published.
    pub(super) fn advance<'a>(&self, sequence: u64, commits: impl IntoIterator<Item = &'a Batch>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        for Batch {
            conditions: _,
            cleared,
            writes,
        } in commits
        {
            if !cleared.is_empty() {
                self.rows.clear();
            }
            for Write {
                space,
                key,
                value: _,
            } in writes
            {
                self.rows.remove(&Wanted { space: *space, key });
            }
        }
        *current = sequence;
    }
}

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

    const SPACE: SpaceId = SpaceId(7);

    fn bytes(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    fn get(cache: &RowCache, sequence: u64, key: &str) -> Option<Option<Bytes>> {
        cache.get(sequence, SPACE, key.as_bytes())
    }

    fn insert(cache: &RowCache, sequence: u64, key: &str, value: Option<&'static str>) {
        cache.insert(sequence, SPACE, key.as_bytes(), value.map(bytes).as_ref());
    }

    fn advance(cache: &RowCache, sequence: u64, changed: &[&'static str]) {
        let write = |key: &&'static str| Write {
            space: SPACE,
            key: bytes(key),
            value: None,
        };
        let writes = changed.iter().map(write).collect();
        cache.advance(
            sequence,
            [&Batch {
                writes,
                ..Batch::default()
            }],
        );
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
    fn a_space_that_is_emptied_takes_all_with_it() {
        let cache = RowCache::new(1 << 20);
        insert(&cache, 0, "a", Some("1"));
        cache.advance(
            1,
            [&Batch {
                cleared: vec![SPACE],
                ..Batch::default()
            }],
        );
        assert_eq!(get(&cache, 1, "a"), None);
    }
}
