//! Storage: ordered byte keys in numbered spaces, behind a contract that says all that the SQL
//! above it knows.
//!
//! - [`Engine`] hands out snapshots and commits batches.
//! - [`Snapshot`] is an immutable view of everything that was committed before it was taken.
//! - [`Batch`] is what a transaction writes, with the conditions under which it may.
//! - [`View`] is a snapshot with a transaction's own, uncommitted writes over it.
//!
//! A space is a table, an index or the catalog. Within one, keys are ordered by their bytes.
//!
//! [`open`] gives the durable engine, [`memory()`] one for tests, and [`traced`] records what is asked
//! of either. The rest of this page is about the durable one.
//!
//! # Why there is a log in front of the B-tree
//!
//! A copy-on-write B-tree writes a page for every random key, and the pages above it. A group of 8
//! commits wrote 28 pages, all over the file; a disk that syncs an append in 0.14 ms takes 0.9 ms
//! for those. An append is the same few kilobytes in one place, whatever the keys. So commits are
//! appended to a log and kept in memory, in order, and the B-tree is written in the background: a
//! quarter of a million rows at a time, each page once.
//!
//! With a million rows of 96 bytes and clients that each upsert a random one at a time, on 2 cores:
//!
//! | | B-tree alone | with log and memtable | ratio |
//! |---|---|---|---|
//! | commits per second, 16 clients | 12,500 to 16,000 | 55,000 to 66,000 | 4 |
//! | commits per second, 64 clients | up to 30,000 | 130,000 to 166,000 | 5 |
//! | processor per commit, 16 clients | 57 us | 14 to 20 us | 0.3 |
//! | get by key, nothing in the memtable | 1.4 to 1.9 us | 1.4 to 1.7 us | 1 |
//!
//! (The same machine was never idle; the rates are from runs that it left alone.) While it was
//! loaded, a start after a kill, with 10 million rows and 54 MB of log, took 0.7 to 1.5 s.
//!
//! # The life of a commit
//!
//! ```text
//!             client         committer: one thread               checkpointer: one thread
//! commit ───► queue ───► conditions hold?
//!                        log: append, sync      log/*.log
//!                        active memtable ──────────── frozen ───► one B-tree transaction
//!                        publish the snapshot                     publish the snapshot
//! answer ◄────────────── wake the client                          remove old segments
//! ```
//!
//! 1. [`Engine::commit`] queues the batch (`committer`). The committer takes all that wait: the
//!    group shares one append and one sync.
//! 2. If the active memtable is full it is frozen, and an empty one takes its place (`logged`). If
//!    the one frozen before is still being written, commits are slowed down, the more the fuller
//!    the active one is, and at twice its size they wait.
//! 3. Room is made in the log; a full disk is noticed here, before anything was written, so the
//!    group is refused with 53100 and the next may succeed.
//! 4. Each batch whose conditions hold (`recent`) becomes a record (`log`). One write, one sync.
//! 5. The records' changes go to the active memtable (`memtable`), as slices of the bytes that were
//!    written. Nobody sees them yet.
//! 6. A new snapshot is published (`layers`), and the clients are answered.
//!
//! A read takes the published snapshot and looks in the active memtable, the frozen one and the
//! B-tree (`redb`), in this order; a scan merges the three as it goes (`ordered`).
//!
//! # Bytes on disk
//!
//! - `folder`: the files of a data folder, and how one is set up.
//! - `log`: the format of segments and records, and where a log ends.
//! - `redb`: what is in the B-tree.
//!
//! # Invariants
//!
//! Commits are numbered without gaps; the numbers go on over restarts.
//!
//! 1. **The log is a prefix.** What can be read of it after a crash is all records up to some
//!    number, and none after it.
//! 2. **The B-tree is a prefix.** It holds all commits up to the number `checkpointed`, which is
//!    written in the same transaction, and nothing of later ones.
//! 3. **They meet.** The log starts at `checkpointed + 1` or before: a segment is removed only when
//!    the B-tree durably has all of it. And the B-tree is never ahead of the log: a memtable is
//!    frozen only after the log is synced.
//! 4. **Durable before visible, visible before acknowledged.** A snapshot with a commit is published
//!    after the sync of its record, and its client is answered after that.
//!    ([`Durability::Deferred`] gives up the first: its record is synced up to 200 ms later. It is
//!    still in its place in the log, so what is lost is an end of the history, never its middle.)
//! 5. **Snapshots do not change.** A memtable only grows, by versions with larger numbers than any
//!    published snapshot's; the B-tree keeps pages that a read transaction may need.
//! 6. **Memory is bounded.** At most one memtable is frozen, and the active one never exceeds twice
//!    [`Options::memtable_bytes`] by more than a group.
//!
//! # Why nothing is lost
//!
//! Opening reads `checkpointed` from the B-tree, skips the records up to it, and applies the others
//! to an empty memtable in order. By 1, 2 and 3 the outcome is a prefix of the history, whole
//! commits in their order, however often this is interrupted and done again: applying changes
//! nothing on disk, and a record is applied or skipped by its number alone. By 4 the prefix has
//! every acknowledged commit. It remains to see that the invariants survive a stop at any point:
//!
//! - *During an append or its sync.* Any part of the group may be on disk. The log ends at the first
//!   record that is not whole; the rest is cut, durably, before anything is written after it. It
//!   was never acknowledged.
//! - *While a segment is created.* It is synced, name and all, before its first record. One whose
//!   header is not whole has no records, and is removed.
//! - *During a checkpoint.* redb shows the state before it or the state after it. The log still has
//!   all of it.
//! - *While segments are removed.* They go oldest first; whichever are left, those that the B-tree
//!   has are recognised by their numbers, and removed.
//! - *During recovery.* It writes nothing but the cut and the removals above.
//!
//! A bad sector is not a stop: a record that was on disk once and is damaged now is an error
//! (XX001) that names the file and the offset, and nothing is opened. The log tells the two apart
//! as its docs explain.
//!
//! # When the disk fails
//!
//! - A group that finds no room in the log is refused with 53100, and nothing else happens.
//! - An append or a sync that fails leaves its group in doubt: its clients get 58030 or 53100, and
//!   every later commit 25006, until the next start has found out. Reads go on.
//! - A checkpoint that fails is tried again every second (`checkpoint`, `disk`). Meanwhile commits
//!   go on into the log and the active memtable, and when that is full they are refused with the
//!   error of the checkpoint. If it was a sync that failed, only the next start can tell what is on
//!   disk; the log has it all.
//!
//! # Tests
//!
//! `suite` runs against every engine, and against this one with a checkpoint every few commits;
//! `plain` is the B-tree without a log, for comparison. `log/tests` takes the power from a
//! simulated disk, which keeps any sectors of what was not synced, thousands of times, and damages
//! every byte of a small log. `crash` does the same to the engine, and lets every operation of the
//! log and every write of a checkpoint fail, or be the last.

mod checkpoint;
mod committer;
pub mod contract;
#[cfg(test)]
mod crash;
mod disk;
mod folder;
mod layers;
mod log;
mod logged;
mod memory;
mod memtable;
mod ordered;
#[cfg(test)]
mod plain;
mod recent;
mod redb;
mod row_cache;
#[cfg(test)]
mod suite;
pub mod traced;
pub mod view;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use contract::{
    Batch, CATALOG, Committed, Condition, Direction, Durability, Engine, Entry, KeyRange, Scan,
    Snapshot, SpaceId, Write,
};
pub use view::{OwnWrites, View, WriteBuffer};

use crate::error::Result;

/// How an engine is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of memory for caches: a quarter for pages of the B-tree, the rest for rows.
    pub cache_bytes: usize,
    /// Bytes of a memtable after which it is written to the B-tree. Memory holds two of them, and
    /// at most twice as much of the one that receives the commits.
    pub memtable_bytes: usize,
    /// How long commits stay out of the B-tree at most while nothing hinders.
    pub checkpoint_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: DEFAULT_CACHE_BYTES,
            memtable_bytes: DEFAULT_MEMTABLE_BYTES,
            checkpoint_after: DEFAULT_CHECKPOINT_AFTER,
        }
    }
}

/// [`Options::cache_bytes`] unless set: room for a million and a half small rows.
const DEFAULT_CACHE_BYTES: usize = 512 << 20;

/// [`Options::memtable_bytes`] unless set: about 250,000 small rows, which the next start after a
/// crash replays in a quarter of a second.
const DEFAULT_MEMTABLE_BYTES: usize = 64 << 20;

/// [`Options::checkpoint_after`] unless set. Reads are a little faster without a memtable, and
/// nothing is saved by waiting longer once the writes have ceased.
const DEFAULT_CHECKPOINT_AFTER: Duration = Duration::from_secs(30);

/// Opens a data folder; an empty or absent one is set up. An error says in one line which folder it
/// is about and what to do.
pub fn open(dir: &Path, options: Options) -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(logged::LoggedEngine::open(dir, &options)?))
}

/// An engine in memory, for tests.
pub fn memory() -> Arc<dyn Engine> {
    Arc::new(memory::Memory::default())
}
