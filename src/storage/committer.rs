//! Group commit: one thread writes for all.
//!
//! Commits queue to a thread. It takes everything that waits, checks the conditions of each batch
//! in their order against the state that the batches before it leave, and hands those that hold to
//! the [`Base`], which makes them durable together and publishes the snapshot after them. Then it
//! answers, so whoever has been answered sees its writes.
//!
//! While one group is being written the next one gathers. That alone makes groups large under
//! load, and a lone client never waits for company. With 16 clients groups are of 8, the
//! other half being under way; waiting 50, 100 or 200 us for those that were answered last made no
//! difference beyond the noise of a shared machine, so there is no such wait.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::contract::{Batch, Committed, Durability, Snapshot};
use super::recent::Recent;
use super::view::{View, WriteBuffer};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// How many commits share one write at most. Far more than there are clients: it only keeps the
/// last of a flood of commits from waiting for all of them.
const MAX_GROUP_COMMITS: usize = 1024;

/// How many bytes of keys and values a group gathers before it is written. It bounds the memory
/// of a write beside that of its largest transaction.
const MAX_GROUP_BYTES: usize = 8 << 20;

/// How long a commit that asked not to wait may stay off the disk: `wal_writer_delay`'s default.
const FLUSH_DELAY: Duration = Duration::from_millis(200);

/// What the committer writes to.
pub(super) trait Base: Send + 'static {
    /// The published state.
    fn current(&self) -> Arc<dyn Snapshot>;

    /// Gets ready to write a group. An error stops all writing.
    fn ready(&mut self, _batches: &mut dyn Iterator<Item = &Batch>) -> Result<Ready> {
        Ok(Ready::Yes)
    }

    /// Writes a group, durably if `durability` says so, and publishes the state after it, which
    /// `stamp` numbers. No batch of it is empty. After an error nothing more is written.
    fn apply(&mut self, group: Vec<Batch>, stamp: Stamp, durability: Durability) -> Result<()>;

    /// Makes what was written without durability durable.
    fn flush(&mut self) -> Result<()>;

    /// When it wants [`Base::tick`] to be called, if no commit comes before.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// Does what was due. An error stops all writing.
    fn tick(&mut self) -> Result<()> {
        Ok(())
    }

    /// Everything is flushed, unless a write has failed; nothing more will be asked.
    fn close(&mut self) {}
}

/// Whether a base can write a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// It can.
    Yes,
    /// Not now, and nothing of it was written.
    No(Error),
}

/// How a state is numbered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stamp {
    /// [`Snapshot::sequence`].
    pub(super) sequence: u64,
    /// [`Snapshot::catalog_version`].
    pub(super) catalog_version: u64,
}

/// The queue to the thread, and the thread.
#[derive(Debug)]
pub(super) struct Committer {
    queue: Sender<Request>,
    closing: AtomicBool,
    thread: std::sync::Mutex<Option<JoinHandle<Result<()>>>>,
}

enum Request {
    Commit(Commit),
    Close,
}

struct Commit {
    batch: Batch,
    durability: Durability,
    reply: oneshot::Sender<Result<Committed>>,
}

impl Committer {
    /// Starts the thread over a base.
    pub(super) fn start<B: Base>(base: B) -> Result<Self> {
        let (queue, requests) = channel();
        let current = base.current();
        let stamp = Stamp {
            sequence: current.sequence(),
            catalog_version: current.catalog_version(),
        };
        let worker = Worker {
            base,
            requests,
            stamp,
            recent: Recent::default(),
            failed: None,
            flush_at: None,
        };
        let thread = thread::Builder::new()
            .name("committer".into())
            .spawn(move || worker.run())
            .map_err(|e| no_thread(&e))?;
        Ok(Self {
            queue,
            closing: AtomicBool::new(false),
            thread: std::sync::Mutex::new(Some(thread)),
        })
    }

    /// Queues a batch and waits for the answer.
    pub(super) async fn commit(&self, batch: Batch, durability: Durability) -> Result<Committed> {
        let (reply, answer) = oneshot::channel();
        let request = Request::Commit(Commit {
            batch,
            durability,
            reply,
        });
        if self.queue.send(request).is_err() {
            return Err(self.gone());
        }
        answer.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Writes what is queued and ends the thread, and the base with it.
    pub(super) fn close(&self) -> Result<()> {
        self.closing.store(true, Ordering::Release);
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        let Some(thread) = thread else { return Ok(()) };
        // The queue is gone only if the thread is, and joining it tells why.
        let _ = self.queue.send(Request::Close);
        thread.join().unwrap_or_else(|_| Err(self.gone()))
    }

    fn gone(&self) -> Error {
        if self.closing.load(Ordering::Acquire) {
            closed()
        } else {
            Error::internal("the thread that writes commits has stopped")
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the last commits may not be on disk");
        }
    }
}

/// What is said when a thread does not start.
pub(super) fn no_thread(error: &io::Error) -> Error {
    Error::new(
        SqlState::OutOfMemory,
        format!("could not start a thread: {error}"),
    )
}

/// What a commit is told after the engine was closed.
pub(super) fn closed() -> Error {
    Error::new(
        SqlState::AdminShutdown,
        "the database system is shutting down",
    )
}

/// The thread.
struct Worker<B: Base> {
    base: B,
    requests: Receiver<Request>,
    stamp: Stamp,
    recent: Recent,
    /// Why nothing is written any more.
    failed: Option<Error>,
    /// When commits that are not durable yet must be.
    flush_at: Option<Instant>,
}

impl<B: Base> Worker<B> {
    fn run(mut self) -> Result<()> {
        loop {
            let close = match self.next() {
                None => {
                    self.tick();
                    false
                }
                Some(Request::Commit(first)) => {
                    let (group, close) = self.gather(first);
                    self.write(group);
                    close
                }
                Some(Request::Close) => true,
            };
            if close {
                let flushed = self.flush();
                self.base.close();
                return flushed;
            }
        }
    }

    /// The next request; none when something is due.
    fn next(&self) -> Option<Request> {
        let due = [self.flush_at, self.base.due()];
        let Some(at) = due.into_iter().flatten().min() else {
            return Some(self.requests.recv().unwrap_or(Request::Close));
        };
        match self
            .requests
            .recv_timeout(at.saturating_duration_since(Instant::now()))
        {
            Ok(request) => Some(request),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Request::Close),
        }
    }

    /// Does what is due. Its errors are told to those who commit later.
    fn tick(&mut self) {
        let now = Instant::now();
        if self.flush_at.is_some_and(|at| at <= now) {
            let _ = self.flush();
        }
        if self.failed.is_none() && self.base.due().is_some_and(|at| at <= now) {
            let done = self.base.tick();
            let _ = done.inspect_err(|error| self.fail(error));
        }
    }

    /// All that waits, and whether the engine is to close after it.
    fn gather(&self, first: Commit) -> (Vec<Commit>, bool) {
        let mut bytes = first.batch.size();
        let mut group = vec![first];
        while group.len() < MAX_GROUP_COMMITS && bytes < MAX_GROUP_BYTES {
            match self.requests.try_recv() {
                Ok(Request::Commit(commit)) => {
                    bytes += commit.batch.size();
                    group.push(commit);
                }
                Ok(Request::Close) => return (group, true),
                Err(_) => break,
            }
        }
        (group, false)
    }

    /// Writes a group and answers it.
    fn write(&mut self, group: Vec<Commit>) {
        let durability = match group.iter().any(|c| c.durability == Durability::Sync) {
            true => Durability::Sync,
            false => Durability::Deferred,
        };
        let refused = self.refusal(&group);
        let mut admitted = Group::default();
        let mut answers = Vec::with_capacity(group.len());
        for commit in group {
            let outcome = match &refused {
                Some(error) => Err(error.clone()),
                None => self.admit(commit.batch, &mut admitted),
            };
            answers.push((commit.reply, outcome));
        }
        let written = self.apply(admitted, durability);
        for (reply, outcome) in answers {
            let outcome = match (&written, outcome) {
                (Err(error), Ok(Committed::At(_))) => Err(error.clone()),
                (_, outcome) => outcome,
            };
            // A client that went away does not want to know.
            let _ = reply.send(outcome);
        }
    }

    /// Why nothing of a group can be written, if so.
    fn refusal(&mut self, group: &[Commit]) -> Option<Error> {
        if self.failed.is_some() {
            return self.failed.clone();
        }
        let batches = &mut group.iter().map(|commit| &commit.batch);
        match self.base.ready(batches) {
            Ok(Ready::Yes) => None,
            Ok(Ready::No(error)) => Some(error),
            Err(error) => {
                self.fail(&error);
                Some(error)
            }
        }
    }

    /// Checks a batch and adds it to those that will be written.
    fn admit(&mut self, batch: Batch, group: &mut Group) -> Result<Committed> {
        if !batch.conditions.is_empty() {
            let now = View::new(self.base.current(), group.merged().clone());
            if let Some(conflict) = self.recent.check(&batch.conditions, &now)? {
                return Ok(conflict);
            }
        }
        if !batch.is_empty() {
            self.stamp.sequence += 1;
            self.stamp.catalog_version += u64::from(batch.touches_catalog());
            self.recent.record(self.stamp.sequence, &batch);
            group.batches.push(batch);
        }
        Ok(Committed::At(self.stamp.sequence))
    }

    fn apply(&mut self, group: Group, durability: Durability) -> Result<()> {
        if group.batches.is_empty() {
            return Ok(());
        }
        let applied = self.base.apply(group.batches, self.stamp, durability);
        applied.inspect_err(|error| self.fail(error))?;
        self.flush_at = match durability {
            Durability::Sync => None,
            Durability::Deferred => self.flush_at.or(Some(Instant::now() + FLUSH_DELAY)),
        };
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.flush_at.take().is_none() || self.failed.is_some() {
            return Ok(());
        }
        let flushed = self.base.flush();
        flushed.inspect_err(|error| self.fail(error))
    }

    fn fail(&mut self, error: &Error) {
        tracing::error!(%error, "a write failed; nothing is written until the next start");
        self.failed = Some(refusal(error));
    }
}

/// What later commits are told when one has failed. It has a SQLSTATE of its own, because of these
/// it is certain that nothing was written.
fn refusal(cause: &Error) -> Error {
    Error::new(
        SqlState::ReadOnlySqlTransaction,
        format!(
            "keywire accepts no writes since one failed: {}",
            cause.message()
        ),
    )
    .with_hint("Remove the cause and restart keywire.")
}

/// The batches of a group that will be written.
#[derive(Default)]
struct Group {
    batches: Vec<Batch>,
    /// The first `covered` of them, merged.
    merged: WriteBuffer,
    covered: usize,
}

impl Group {
    /// All of them, merged.
    fn merged(&mut self) -> &WriteBuffer {
        for batch in &self.batches[self.covered..] {
            self.merged.apply(batch);
        }
        self.covered = self.batches.len();
        &self.merged
    }
}

/// The batches of a group as one, sorted by space and key. A lone batch, which may be large, is not
/// copied.
#[cfg(test)]
pub(super) fn merge(mut group: Vec<Batch>) -> Batch {
    let mut batch = match group.len() {
        1 => group.swap_remove(0),
        _ => {
            let mut merged = WriteBuffer::default();
            group.iter().for_each(|batch| merged.apply(batch));
            return merged.into_batch();
        }
    };
    if !batch
        .writes
        .is_sorted_by(|a, b| (a.space, &a.key) < (b.space, &b.key))
    {
        batch
            .writes
            .sort_by(|a, b| (a.space, &a.key).cmp(&(b.space, &b.key)));
    }
    batch
}
