//! The thread that writes frozen memtables to the B-tree.
//!
//! Each step leaves a state from which the next start recovers: before the transaction is durable
//! the log has everything that the memtable has; from then on the B-tree says so, and the log's
//! records up to there are skipped whether their segments are still there or not.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::committer::{Stamp, no_thread};
use super::layers::{Frozen, Layers};
use super::log::Segments;
use super::redb::{RedbSnapshot, Store};
use crate::error::Result;

/// How long a failed checkpoint waits before it tries again: the disk may have room by then.
const RETRY: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 1000 });

/// Starts the thread. It ends when the layers are closed.
pub(super) fn start(
    store: Arc<Store>,
    layers: Arc<Layers>,
    segments: Arc<Segments>,
) -> Result<JoinHandle<()>> {
    let run = move || {
        while let Some(frozen) = layers.next_frozen() {
            if !checkpoint(&store, &layers, &segments, &frozen) {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name("checkpointer".into());
    thread.spawn(run).map_err(|e| no_thread(&e))
}

/// Writes one memtable; tries until it succeeds. Returns whether there is anything more to do.
fn checkpoint(store: &Store, layers: &Layers, segments: &Segments, frozen: &Frozen) -> bool {
    let start = Instant::now();
    let base = loop {
        match attempt(store, frozen) {
            Ok(base) => break base,
            Err(error) => {
                tracing::warn!(%error, "a checkpoint failed and will be tried again");
                if !layers.failed(error, RETRY) {
                    return false;
                }
            }
        }
    };
    layers.install(base);
    let (bytes, time) = (frozen.table.bytes(), start.elapsed());
    tracing::debug!(bytes, ?time, through = frozen.through, "checkpoint");
    if let Err(error) = segments.remove_through(frozen.through) {
        tracing::warn!(%error, "the log takes more room than it needs");
    }
    true
}

fn attempt(store: &Store, frozen: &Frozen) -> Result<RedbSnapshot> {
    // What an earlier attempt has committed may have been waiting for the disk.
    store.heal()?;
    if store.checkpointed()? < frozen.through {
        store.checkpoint(&frozen.table, frozen.through)?;
    }
    store.read(Stamp::default())
}
