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
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::{
    CATALOG, Committed, Durability, Engine, Snapshot, SpaceId, View, WriteBuffer,
};
use crate::types::Interrupt;
use locks::{Held, LockMode, LockTable, Resource};

/// `max_transaction_size` unless set, in bytes: the writes of a transaction wait in memory for its
/// commit, and this is what one client may take of it.
pub const DEFAULT_MAX_TRANSACTION_SIZE: usize = 256 << 20;

/// What a lock counts for in a transaction's size, beside its key: its entries in the table of
/// locks and in the transaction's list.
const LOCK_BYTES: usize = 128;

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

impl Isolation {
    /// Whether all statements share one snapshot.
    pub fn keeps_snapshot(self) -> bool {
        matches!(self, Self::RepeatableRead | Self::Serializable)
    }
}

/// A point to go back to: the writes as they were.
#[derive(Clone)]
pub struct Savepoint {
    writes: WriteBuffer,
    /// How many locks there were.
    locks: usize,
}

/// One transaction. Dropping it gives its locks back and forgets its writes.
pub struct Transaction {
    engine: Arc<dyn Engine>,
    held: Held,
    isolation: Isolation,
    durability: Durability,
    max_size: usize,
    /// None before the first statement.
    snapshot: Option<Arc<dyn Snapshot>>,
    writes: WriteBuffer,
    /// The writes as they were when the running statement started.
    before: WriteBuffer,
}

/// What the owner of a row lock found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locked {
    /// The row is as the statement's view showed it.
    Same,
    /// The row was changed meanwhile: this is its latest value. In REPEATABLE READ only the
    /// transaction itself can have changed it.
    Changed(Option<Bytes>),
}

impl Transaction {
    /// Starts a transaction. No snapshot is taken before the first statement.
    pub fn new(engine: Arc<dyn Engine>, locks: Arc<LockTable>, isolation: Isolation) -> Self {
        Self {
            engine,
            held: locks.owner(),
            isolation,
            durability: Durability::default(),
            max_size: DEFAULT_MAX_TRANSACTION_SIZE,
            snapshot: None,
            writes: WriteBuffer::default(),
            before: WriteBuffer::default(),
        }
    }

    /// Sets `max_transaction_size`, in bytes.
    pub fn set_max_size(&mut self, bytes: usize) {
        self.max_size = bytes;
    }

    /// Sets when the commit is acknowledged (`synchronous_commit`).
    pub fn set_durability(&mut self, durability: Durability) {
        self.durability = durability;
    }

    /// Sets the isolation (`SET TRANSACTION`), before the first statement.
    pub fn set_isolation(&mut self, isolation: Isolation) {
        self.isolation = isolation;
    }

    /// The isolation.
    pub fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// A statement starts: takes its snapshot (READ COMMITTED), or keeps the first one.
    pub fn start_statement(&mut self) {
        if self.snapshot.is_none() || !self.isolation.keeps_snapshot() {
            self.snapshot = Some(self.engine.snapshot());
        }
        self.before = self.writes.clone();
        self.writes.start_statement();
    }

    /// Takes the statement's snapshot anew (READ COMMITTED), because it has waited for a lock that
    /// changes what it would see: after DDL's lock on a table, the table may be another one.
    pub fn refresh_snapshot(&mut self) {
        if !self.isolation.keeps_snapshot() {
            self.snapshot = Some(self.engine.snapshot());
        }
    }

    /// What the current statement reads. Its own writes are not in it, those of earlier ones are.
    pub fn view(&self) -> View {
        View::new(self.snapshot(), self.before.clone())
    }

    /// What the transaction would read now: the statement's snapshot and all own writes, those of
    /// the running statement included.
    pub fn own_view(&self) -> View {
        View::new(self.snapshot(), self.writes.clone())
    }

    /// What is committed now under all own writes, whatever the isolation: DDL checks names in it,
    /// and writers that their table is still there, under their locks.
    pub fn latest_view(&self) -> View {
        View::new(self.engine.snapshot(), self.writes.clone())
    }

    /// The snapshot of the current statement.
    pub fn snapshot(&self) -> Arc<dyn Snapshot> {
        self.snapshot
            .clone()
            .unwrap_or_else(|| self.engine.snapshot())
    }

    /// Whether a snapshot was taken: the isolation can no longer be changed.
    pub fn has_snapshot(&self) -> bool {
        self.snapshot.is_some()
    }

    /// [`Snapshot::catalog_version`] of the current statement's snapshot. What the transaction
    /// itself has written to the catalog is not counted: see [`Transaction::has_catalog_writes`].
    pub fn catalog_version(&self) -> u64 {
        self.snapshot().catalog_version()
    }

    /// Whether the transaction has written to the catalog.
    pub fn has_catalog_writes(&self) -> bool {
        self.writes.touches(CATALOG)
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
        self.held.lock(resource, mode, timeout, interrupt).await?;
        self.check_size()
    }

    /// Takes a lock if that needs no wait (NOWAIT, SKIP LOCKED). Whether it was taken.
    pub fn try_lock(&mut self, resource: Resource, mode: LockMode) -> Result<bool> {
        let taken = self.held.try_lock(resource, mode);
        self.check_size()?;
        Ok(taken)
    }

    /// How many locks it holds.
    pub fn locks_held(&self) -> usize {
        self.held.count()
    }

    /// Locks a row for writing and compares its latest committed version (under the transaction's
    /// own writes, those of the running statement included) with `seen`, the value in the
    /// statement's view. In REPEATABLE READ a version that others changed is 40001.
    ///
    /// Versions are compared by their bytes: a row that others changed and changed back is the same.
    pub async fn lock_row(
        &mut self,
        space: SpaceId,
        key: &Bytes,
        seen: Option<&Bytes>,
        timeout: Option<Duration>,
        interrupt: &Interrupt,
    ) -> Result<Locked> {
        self.lock(
            Resource::Row(space, key.clone()),
            LockMode::Exclusive,
            timeout,
            interrupt,
        )
        .await?;
        self.compare(space, key, seen)
    }

    /// Compares the latest version of a row that is locked with `seen`, as
    /// [`Transaction::lock_row`] does.
    pub fn compare(&self, space: SpaceId, key: &Bytes, seen: Option<&Bytes>) -> Result<Locked> {
        if let Some(own) = self.writes.get(space, key) {
            return Ok(if own.as_ref() == seen {
                Locked::Same
            } else {
                Locked::Changed(own)
            });
        }
        let now = self.engine.snapshot();
        // Nothing at all was committed since the statement looked.
        if self
            .snapshot
            .as_ref()
            .is_some_and(|then| then.sequence() == now.sequence())
        {
            return Ok(Locked::Same);
        }
        let latest = now.get(space, key)?;
        if latest.as_ref() == seen {
            Ok(Locked::Same)
        } else if self.isolation.keeps_snapshot() {
            Err(Error::new(
                SqlState::SerializationFailure,
                "could not serialize access due to concurrent update",
            ))
        } else {
            Ok(Locked::Changed(latest))
        }
    }

    /// The row's latest version: the transaction's own write, or what is committed now.
    pub fn latest(&self, space: SpaceId, key: &Bytes) -> Result<Option<Bytes>> {
        match self.writes.get(space, key) {
            Some(own) => Ok(own),
            None => self.engine.snapshot().get(space, key),
        }
    }

    /// Whether the running statement itself has written the key (a second change by ON CONFLICT
    /// is 21000; UPDATE and DELETE skip it).
    pub fn written_by_statement(&self, space: SpaceId, key: &Bytes) -> bool {
        self.writes.written_by_statement(space, key)
    }

    /// Buffers a change to a row that is locked. 53400 over the limit of a transaction's size.
    pub fn write(&mut self, space: SpaceId, key: Bytes, value: Option<Bytes>) -> Result<()> {
        self.writes.put(space, key, value);
        self.check_size()
    }

    /// Empties a space.
    pub fn clear_space(&mut self, space: SpaceId) {
        self.writes.clear_space(space);
    }

    fn check_size(&self) -> Result<()> {
        let size = self.writes.size() + self.held.bytes() + self.held.count() * LOCK_BYTES;
        if size <= self.max_size {
            return Ok(());
        }
        Err(Error::new(
            SqlState::ConfigurationLimitExceeded,
            format!(
                "transaction exceeds max_transaction_size of {} bytes",
                self.max_size
            ),
        )
        .with_hint("Commit more often, or raise max_transaction_size."))
    }

    /// Marks a point to go back to.
    pub fn savepoint(&self) -> Savepoint {
        Savepoint {
            writes: self.writes.clone(),
            locks: self.held.count(),
        }
    }

    /// Forgets what was written since, and gives the locks back that were taken for it.
    pub fn rollback_to(&mut self, savepoint: &Savepoint) {
        self.writes = savepoint.writes.clone();
        self.before = savepoint.writes.clone();
        self.held.release_since(savepoint.locks);
    }

    /// Whether it has written anything.
    pub fn has_writes(&self) -> bool {
        !self.writes.is_empty()
    }

    /// Commits: durable and visible when this returns; the locks are given back then.
    ///
    /// A commit that has started goes through even if this future is dropped, and the locks are
    /// kept until it has: otherwise the next owner of a row would not see its latest version.
    pub async fn commit(self) -> Result<()> {
        if !self.has_writes() {
            return Ok(());
        }
        let Self {
            engine,
            held,
            durability,
            writes,
            ..
        } = self;
        let commit = async move { engine.commit(writes.into_batch(), durability).await };
        let committed = InFlight {
            commit: Some((Box::pin(commit), held)),
        }
        .await?;
        match committed {
            Committed::At(_) => Ok(()),
            Committed::Conflict(_) => Err(Error::new(
                SqlState::SerializationFailure,
                "could not serialize access due to read/write dependencies among transactions",
            )),
        }
    }

    /// Forgets everything.
    pub fn rollback(self) {}
}

type Commit = Pin<Box<dyn Future<Output = Result<Committed>> + Send>>;

/// A commit under way and the locks that it must hold to its end.
struct InFlight {
    /// None when it has ended.
    commit: Option<(Commit, Held)>,
}

impl Future for InFlight {
    type Output = Result<Committed>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        let Some((commit, _)) = &mut self.commit else {
            return std::task::Poll::Ready(Err(Error::internal("a commit was awaited twice")));
        };
        let outcome = std::task::ready!(commit.as_mut().poll(context));
        self.commit = None;
        std::task::Poll::Ready(outcome)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some((commit, held)) = self.commit.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                // Nobody is left to be told how it ended.
                let _ = commit.await;
                drop(held);
            });
        }
    }
}
