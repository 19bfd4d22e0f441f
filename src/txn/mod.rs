//! Transactions: a snapshot, buffered writes and locks.
//!
//! It stands between storage and the executor (DESIGN had it in `session/`), because writes lock
//! rows while they run; the state machine of BEGIN and COMMIT is `session`'s.
//!
//! - [`locks`]: the table of key locks that all transactions share.
//! - [`Transaction`]: one transaction's reads and writes.
//!
//! READ COMMITTED: each statement has a new snapshot ([`Transaction::start_statement`]); a write
//! waits for its row's lock, then looks at the row's latest version. REPEATABLE READ: one snapshot;
//! a row that has changed since is an error 40001.

pub mod locks;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::storage::{Engine, SpaceId, View, WriteBuffer};
use crate::types::Interrupt;
use locks::{LockMode, LockTable, Resource};

/// How much a transaction sees of others (PostgreSQL manual, 13.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// As READ COMMITTED: there is nothing weaker here, as in PostgreSQL.
    ReadUncommitted,
    /// Each statement sees what was committed before it.
    #[default]
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
    /// Refused for now.
    Serializable,
}

/// A point to go back to: the writes as they were.
#[derive(Clone)]
pub struct Savepoint(#[allow(dead_code)] WriteBuffer);

/// One transaction. Dropping it gives its locks back and forgets its writes.
pub struct Transaction {
    // engine, locks, isolation, snapshot, writes, cleared spaces, held locks, limits ...
}

/// What the owner of a row lock found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locked {
    /// The row is as the statement's view showed it.
    Same,
    /// The row was changed meanwhile (READ COMMITTED only): this is its latest value.
    Changed(Option<Bytes>),
}

impl Transaction {
    /// Starts a transaction. No snapshot is taken before the first statement.
    pub fn new(engine: Arc<dyn Engine>, locks: Arc<LockTable>, isolation: Isolation) -> Self {
        let _ = (engine, locks, isolation);
        Self {}
    }
    /// Limits the bytes that are buffered; beyond it 53400.
    pub fn with_size_limit(self, bytes: usize) -> Self {
        let _ = bytes;
        self
    }
    /// A statement starts: takes its snapshot (READ COMMITTED), or keeps the first one.
    pub fn start_statement(&mut self) {}
    /// What the current statement reads. Its own writes are not in it, those of earlier ones are.
    pub fn view(&self) -> View {
        unreachable!("replaced by the storage helper")
    }
    /// Waits for a lock and keeps it to the transaction's end. `timeout` is `lock_timeout`
    /// (55P03); an interrupt ends the wait as well; a deadlock is 40P01.
    pub async fn lock(
        &mut self,
        resource: Resource,
        mode: LockMode,
        timeout: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let _ = (resource, mode, timeout, interrupt);
        Err(Error::internal("not built"))
    }
    /// Locks a row for writing and compares its latest committed version (under the transaction's
    /// own writes, those of the running statement included) with `seen`, the value in the
    /// statement's view. In REPEATABLE READ a version that others changed is 40001.
    pub async fn lock_row(
        &mut self,
        space: SpaceId,
        key: &Bytes,
        seen: Option<&Bytes>,
        timeout: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<Locked> {
        let _ = (space, key, seen, timeout, interrupt);
        Err(Error::internal("not built"))
    }
    /// The row's latest version: the transaction's own write, or what is committed now.
    pub fn latest(&self, space: SpaceId, key: &Bytes) -> Result<Option<Bytes>> {
        let _ = (space, key);
        Err(Error::internal("not built"))
    }
    /// Whether the running statement itself has written the key (a second change by ON CONFLICT
    /// is 21000; UPDATE and DELETE skip it).
    pub fn written_by_statement(&self, space: SpaceId, key: &Bytes) -> bool {
        let _ = (space, key);
        false
    }
    /// Buffers a change to a row that is locked. 53400 over the limit of a transaction's size.
    pub fn write(&mut self, space: SpaceId, key: Bytes, value: Option<Bytes>) -> Result<()> {
        let _ = (space, key, value);
        Err(Error::internal("not built"))
    }
    /// Empties a space.
    pub fn clear_space(&mut self, space: SpaceId) {
        let _ = space;
    }
    /// Marks a point to go back to.
    pub fn savepoint(&self) -> Savepoint {
        Savepoint(WriteBuffer::default())
    }
    /// Forgets what was written since. Locks are kept.
    pub fn rollback_to(&mut self, savepoint: &Savepoint) {
        let _ = savepoint;
    }
    /// Whether it has written anything.
    pub fn has_writes(&self) -> bool {
        false
    }
    /// Commits: durable and visible when this returns; the locks are given back then.
    pub async fn commit(self) -> Result<()> {
        Ok(())
    }
    /// Forgets everything.
    pub fn rollback(self) {}
}
