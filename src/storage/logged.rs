//! The durable engine: the commit log and the memtables in front of the B-tree.
//!
//! The folder's docs say how they work together and why nothing is lost.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::Options;
use super::checkpoint;
use super::committer::{Base, Committer, Ready, Stamp};
use super::contract::{Batch, Committed, Durability, Engine, Snapshot};
use super::disk::Health;
use super::layers::Layers;
use super::log::files::{Dir, Files};
use super::log::{self, Log};
use super::memtable::Memtable;
use super::redb::Store;
use super::row_cache::RowCache;
use crate::error::Result;

/// How much longer a group waits at most while the active memtable is over its size and the frozen
/// one is not done with. It grows from nothing to this as the active one grows to twice its size;
/// there the group waits until it may be frozen.
const MAX_BRAKE: Duration = Duration::from_millis(20);

/// How long a clean stop waits for a checkpoint before it says that it waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// The engine.
pub(super) struct LoggedEngine {
    layers: Arc<Layers>,
    committer: Committer,
}

impl LoggedEngine {
    /// Opens a data folder, and sets it up if it is empty or absent.
    pub(super) fn open(dir: &Path, options: &Options) -> Result<Self> {
        Self::open_with(dir, options, Arc::default(), |dir| {
            let files = Dir::open(dir).map_err(|e| log::failed("create", dir, &e))?;
            Ok(Box::new(files))
        })
    }

    /// Opens a data folder on disks that a test may have prepared.
    pub(super) fn open_with(
        dir: &Path,
        options: &Options,
        health: Arc<Health>,
        files: impl FnOnce(&Path) -> Result<Box<dyn Files>>,
    ) -> Result<Self> {
        let store = Arc::new(Store::open(dir, options, health)?);
        let files = files(&store.folder().log())?;
        let (log, table) = recover(files, store.checkpointed()?)?;
        let rows = RowCache::new(options.cache_bytes / 4 * 3);
        let layers = Layers::new(store.read(Stamp::default())?, rows, table, log.last());
        let layers = Arc::new(layers);
        let checkpointer = checkpoint::start(store.clone(), layers.clone(), log.segments().clone());
        let committer = Committer::start(Writer {
            since: (log.last() > 0).then(Instant::now),
            log,
            active: layers.active(),
            layers: layers.clone(),
            checkpointer: Some(checkpointer?),
            options: options.clone(),
            _store: store,
        })?;
        Ok(Self { layers, committer })
    }
}

/// Opens the log and collects what it has over the B-tree.
fn recover(files: Box<dyn Files>, checkpointed: u64) -> Result<(Log, Memtable)> {
    let start = Instant::now();
    let table = Memtable::default();
    let log = Log::open(files, checkpointed, |record| {
        table.insert(record.sequence, record.changes, record.bytes);
    })?;
    if log.last() > checkpointed {
        let (commits, time) = (log.last() - checkpointed, start.elapsed());
        tracing::info!(commits, ?time, "replayed the log after an unclean stop");
    }
    Ok((log, table))
}

#[async_trait]
impl Engine for LoggedEngine {
    fn snapshot(&self) -> Arc<dyn Snapshot> {
        self.layers.current()
    }

    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Committed> {
        log::check_size(&batch)?;
        self.committer.commit(batch, durability).await
    }

    async fn close(&self) -> Result<()> {
        self.committer.close()
    }
}

/// What the thread of the committer writes with.
struct Writer {
    log: Log,
    layers: Arc<Layers>,
    /// The memtable that receives the commits.
    active: Arc<Memtable>,
    /// Since when there has been something in it.
    since: Option<Instant>,
    checkpointer: Option<JoinHandle<()>>,
    options: Options,
    /// It has locked the folder, which must outlive the log.
    _store: Arc<Store>,
}

impl Base for Writer {
    fn current(&self) -> Arc<dyn Snapshot> {
        self.layers.current()
    }

    fn ready(&mut self, batches: &mut dyn Iterator<Item = &Batch>) -> Result<Ready> {
        if let Err(error) = self.make_room()? {
            return Ok(Ready::No(error));
        }
        self.log.reserve(batches)
    }

    fn apply(&mut self, group: Vec<Batch>, stamp: Stamp, durability: Durability) -> Result<()> {
        let records = self.log.append(&group)?;
        if durability == Durability::Sync {
            self.log.sync()?;
        }
        self.layers.rows().advance(stamp.sequence, &group);
        for record in records {
            let (sequence, bytes) = (record.sequence, record.bytes);
            self.active.insert(sequence, record.changes, bytes);
        }
        self.layers.publish(stamp, self.log.last());
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.log.sync()
    }

    fn due(&self) -> Option<Instant> {
        self.since
            .map(|since| since + self.options.checkpoint_after)
    }

    fn tick(&mut self) -> Result<()> {
        if !self.freeze()? {
            // The one before is still being written: ask again later.
            self.since = Some(Instant::now());
        }
        Ok(())
    }

    fn close(&mut self) {
        let checkpointed = self.checkpoint_all();
        self.layers.close();
        if let Some(thread) = self.checkpointer.take() {
            // Whatever ended it, the log still has what it has not written.
            let _ = thread.join();
        }
        let removed = checkpointed.and_then(|()| self.log.segments().remove_all());
        if let Err(error) = removed {
            tracing::warn!(%error, "the next start will replay the log");
        }
    }
}

impl Writer {
    /// Freezes the active memtable when it is large, and slows down or refuses (the inner error)
    /// commits when that must wait.
    fn make_room(&mut self) -> Result<Result<()>> {
        let limit = self.options.memtable_bytes;
        loop {
            let over = self.active.bytes().saturating_sub(limit);
            if over == 0 || self.freeze()? {
                return Ok(Ok(()));
            }
            let waited = match over < limit {
                true => MAX_BRAKE.mul_f64(over as f64 / limit as f64),
                false => MAX_BRAKE,
            };
            let checkpoint = self.layers.wait_for_checkpoint(waited);
            if over < limit {
                return Ok(Ok(()));
            }
            if let Err(error) = checkpoint {
                return Ok(Err(error));
            }
        }
    }

    /// Freezes the active memtable, unless the one before is not done with.
    fn freeze(&mut self) -> Result<bool> {
        if self.layers.is_frozen() {
            return Ok(false);
        }
        // The B-tree must not get ahead of the log, and the segments must end where it will.
        self.log.end_segment()?;
        let Some(active) = self.layers.freeze() else {
            return Ok(false);
        };
        self.active = active;
        self.since = None;
        Ok(true)
    }

    /// Waits until everything is in the B-tree.
    fn checkpoint_all(&mut self) -> Result<()> {
        loop {
            while self.layers.is_frozen() {
                self.layers.wait_for_checkpoint(PATIENCE)?;
            }
            if self.active.bytes() == 0 {
                return Ok(());
            }
            self.freeze()?;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.layers.close();
    }
}
