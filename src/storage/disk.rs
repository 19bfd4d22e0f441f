//! The data file, as one that stays readable when it can no longer be written.
//!
//! redb answers nothing more, not even reads, once a write has failed. But the pages of the
//! published snapshot are on disk and whole, and nothing will overwrite them. So redb is not told:
//! the write that fails and all that follow go to memory, over the file and never into it, and the
//! engine asks [`Health`] before it believes a commit. What is kept in memory is the rest of one
//! transaction, which was there already.
//!
//! Later the engine may try to write to the file what was kept ([`Health::heal`]), unless it was a
//! sync that failed: nobody knows then which of the writes before it the system has given up.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::folder::io_state;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The unit in which writes are kept in memory: redb's page, though nothing depends on that.
const BLOCK: usize = 4096;

/// The data file.
#[derive(Debug)]
pub(super) struct Disk {
    file: Arc<File>,
    path: PathBuf,
    health: Arc<Health>,
}

/// Whether the file still takes writes.
#[derive(Debug, Default)]
pub(super) struct Health {
    failed: AtomicBool,
    overlay: Mutex<Option<Overlay>>,
    #[cfg(test)]
    fault: fault::Fault,
}

/// What was written since a write failed.
#[derive(Debug)]
struct Overlay {
    cause: Error,
    file: Arc<File>,
    path: PathBuf,
    /// Whether writes before the failed one may be lost as well.
    lost: bool,
    len: u64,
    blocks: HashMap<u64, Box<[u8; BLOCK]>>,
}

impl Health {
    /// The error of the write that failed, if one has.
    pub(super) fn check(&self) -> Result<()> {
        match &*self.overlay() {
            None => Ok(()),
            Some(overlay) => Err(overlay.cause.clone()),
        }
    }

    /// Writes what was kept in memory to the file, durably; then the file takes writes again. In a
    /// process that was stopped in between, the file's first block still has the old state's root,
    /// and the others were written where the old state has nothing.
    pub(super) fn heal(&self) -> Result<()> {
        let mut overlay = self.overlay();
        let Some(kept) = &mut *overlay else {
            return Ok(());
        };
        if kept.lost {
            return Err(kept.cause.clone());
        }
        let healed = kept.write_back(|| {
            #[cfg(test)]
            self.fault.strike()?;
            Ok(())
        });
        if let Err(e) = healed {
            kept.cause = write_error(&kept.path, &e);
            return Err(kept.cause.clone());
        }
        self.failed.store(false, Ordering::Release);
        *overlay = None;
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn with(fault: fault::Fault) -> Self {
        Self {
            fault,
            ..Self::default()
        }
    }

    /// How many writes and syncs there were.
    #[cfg(test)]
    pub(super) fn writes(&self) -> usize {
        self.fault.count.load(Ordering::Relaxed)
    }

    fn overlay(&self) -> MutexGuard<'_, Option<Overlay>> {
        self.overlay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    /// Opens a file, or creates it.
    pub(super) fn open(path: &Path, health: Arc<Health>) -> Result<Self> {
        let failed = |e: &dyn std::fmt::Display, state| {
            Error::new(state, format!("could not open {path:?}: {e}"))
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|e| failed(&e, io_state(&e)))?;
        // The folder is locked; this keeps redb's own tools away.
        file.try_lock()
            .map_err(|e| failed(&e, SqlState::ObjectInUse))?;
        Ok(Self {
            file: Arc::new(file),
            path: path.to_owned(),
            health,
        })
    }

    /// Does a write, or keeps it in memory if one has failed; `keep` says how. If it fails, writes
    /// before it may be `lost`.
    fn write_or(
        &self,
        lost: bool,
        write: impl FnOnce() -> io::Result<()>,
        keep: impl FnOnce(&mut Overlay) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut overlay = self.health.overlay();
        if overlay.is_none() {
            #[cfg(test)]
            let write = || self.health.fault.strike().and_then(|()| write());
            let Err(e) = write() else { return Ok(()) };
            *overlay = Some(Overlay {
                cause: write_error(&self.path, &e),
                file: self.file.clone(),
                path: self.path.clone(),
                lost,
                len: self.file.metadata()?.len(),
                blocks: HashMap::new(),
            });
            self.health.failed.store(true, Ordering::Release);
        }
        match &mut *overlay {
            Some(overlay) => keep(overlay),
            None => Ok(()),
        }
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        match &*self.health.overlay() {
            Some(overlay) => Ok(overlay.len),
            None => Ok(self.file.metadata()?.len()),
        }
    }

    pub(super) fn set_len(&self, len: u64) -> io::Result<()> {
        self.write_or(
            false,
            || self.file.set_len(len),
            |overlay| {
                overlay.len = len;
                Ok(())
            },
        )
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.write_or(true, || self.file.sync_data(), |_| Ok(()))
    }

    pub(super) fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.write_or(
            false,
            || self.file.write_all_at(data, offset),
            |overlay| overlay.write(offset, data),
        )
    }

    /// Gives the lock back: snapshots may keep the file open for longer.
    pub(super) fn close(&self) -> io::Result<()> {
        self.file.unlock()
    }

    pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if self.health.failed.load(Ordering::Acquire)
            && let Some(overlay) = &*self.health.overlay()
        {
            return overlay.read(offset, out);
        }
        self.file.read_exact_at(out, offset)
    }
}

impl Overlay {
    /// Writes what was kept to the file; `before` is called before each write and sync.
    fn write_back(&mut self, before: impl Fn() -> io::Result<()>) -> io::Result<()> {
        before()?;
        if self.len > self.file.metadata()?.len() {
            self.file.set_len(self.len)?;
        }
        let write = |number: &u64, block: &[u8; BLOCK]| {
            before()?;
            let start = number * BLOCK as u64;
            let end = self.len.saturating_sub(start).min(BLOCK as u64) as usize;
            self.file.write_all_at(&block[..end], start)
        };
        let sync = || {
            before()?;
            self.file.sync_data()
        };
        for (number, block) in self.blocks.iter().filter(|(number, _)| **number != 0) {
            write(number, block)?;
        }
        let mut synced = sync();
        if synced.is_ok()
            && let Some(block) = self.blocks.get(&0)
        {
            write(&0, block)?;
            synced = sync();
        }
        if let Err(e) = synced {
            self.lost = true;
            return Err(e);
        }
        self.file.set_len(self.len)
    }

    fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        for (number, within, part) in blocks(offset, data.len()) {
            let block = match self.blocks.remove(&number) {
                Some(block) => block,
                None => Self::load(&self.file, number)?,
            };
            let block = self.blocks.entry(number).or_insert(block);
            block[within.clone()].copy_from_slice(&data[part]);
        }
        self.len = self.len.max(offset + data.len() as u64);
        Ok(())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        for (number, within, part) in blocks(offset, out.len()) {
            match self.blocks.get(&number) {
                Some(block) => out[part].copy_from_slice(&block[within]),
                None => out[part].copy_from_slice(&Self::load(&self.file, number)?[within]),
            }
        }
        Ok(())
    }

    /// A block of the file, zeros beyond its end.
    fn load(file: &File, number: u64) -> io::Result<Box<[u8; BLOCK]>> {
        let mut block = Box::new([0; BLOCK]);
        let mut have = 0;
        while have < BLOCK {
            match file.read_at(&mut block[have..], number * BLOCK as u64 + have as u64)? {
                0 => break,
                more => have += more,
            }
        }
        Ok(block)
    }
}

fn write_error(path: &Path, error: &io::Error) -> Error {
    let message = format!("could not write {path:?}: {error}");
    Error::new(io_state(error), message)
}

/// The blocks of a range of bytes: their numbers, the bytes of each that are in the range, and
/// where those are in the range.
fn blocks(
    offset: u64,
    len: usize,
) -> impl Iterator<Item = (u64, std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = (at % BLOCK as u64) as usize;
        let size = (BLOCK - within).min(len - done);
        let part = done..done + size;
        done += size;
        (size > 0).then_some((at / BLOCK as u64, within..within + size, part))
    })
}

#[cfg(test)]
pub(super) mod fault {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Makes the disk fail at one write or sync.
    #[derive(Debug, Default)]
    pub(in super::super) struct Fault {
        /// How many writes and syncs there were.
        pub(in super::super) count: AtomicUsize,
        /// Which of them fails, from 1; none if 0.
        pub(in super::super) at: usize,
        /// Whether it fails because the disk is full.
        pub(in super::super) full: bool,
        /// Whether all after it fail as well.
        pub(in super::super) forever: bool,
        /// Which one fails as well; none if 0.
        pub(in super::super) again: usize,
    }

    impl Fault {
        pub(super) fn strike(&self) -> io::Result<()> {
            let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
            let later = self.forever && self.at > 0 && number > self.at;
            let now = number == self.at || number == self.again;
            match (now || later, self.full) {
                (false, _) => Ok(()),
                (true, true) => Err(io::ErrorKind::StorageFull.into()),
                (true, false) => Err(io::Error::other("the disk is broken")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::fault::Fault;
    use super::*;

    /// Writes of all alignments before and after a failure read back as in a plain file.
    #[test]
    fn it_reads_as_if_no_write_had_failed_and_the_file_stays_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        for at in 1..=12 {
            let path = dir.path().join(at.to_string());
            let fault = Fault {
                at,
                ..Fault::default()
            };
            let disk = Disk::open(&path, Arc::new(Health::with(fault))).unwrap();
            let (mut model, mut left) = (vec![0; 20_000], 0);
            disk.set_len(model.len() as u64).unwrap();
            for (i, (offset, len)) in [
                (0, 20_000),
                (4096, 4096),
                (100, 50),
                (4000, 200),
                (8191, 4098),
                (19_000, 1000),
            ]
            .into_iter()
            .enumerate()
            {
                disk.write(offset as u64, &vec![i as u8 + 1; len]).unwrap();
                model[offset..offset + len].fill(i as u8 + 1);
                left += usize::from(disk.health.check().is_ok());
                let mut all = vec![0; model.len()];
                disk.read(0, &mut all).unwrap();
                assert_eq!(all, model, "failed at {at}");
                let mut part = [0; 300];
                disk.read(3900, &mut part).unwrap();
                assert_eq!(part, model[3900..4200], "failed at {at}");
                disk.sync().unwrap();
            }
            let file = std::fs::read(&path).unwrap();
            disk.set_len(30_000).unwrap();
            assert_eq!(disk.len().unwrap(), 30_000);
            assert_eq!(std::fs::read(&path).unwrap(), file);
            // One write to set the length, then one and a sync for each step.
            assert_eq!(left, (at.saturating_sub(1)) / 2);
            assert_eq!(disk.health.check().unwrap_err().state(), SqlState::IoError);
        }
    }

    /// Fails at one write, and then at each of those that write back what was kept.
    #[test]
    fn a_healed_file_has_everything() {
        let dir = tempfile::tempdir().unwrap();
        for later in 0..8 {
            let path = dir.path().join(later.to_string());
            let fault = Fault {
                at: 3,
                again: 3 + later,
                ..Fault::default()
            };
            let disk = Disk::open(&path, Arc::new(Health::with(fault))).unwrap();
            disk.set_len(20_000).unwrap();
            disk.write(0, &[1; 20_000]).unwrap();
            disk.write(100, &[2; 50]).unwrap();
            disk.write(19_000, &[3; 3000]).unwrap();
            disk.sync().unwrap();
            assert!(disk.health.check().is_err());
            let first = disk.health.heal();
            let left = std::fs::read(&path).unwrap();
            let second = disk.health.heal();
            let early = first.is_err() && second.is_ok();
            assert!(!early || left[100] == 1, "the first block is the last");
            match second {
                Ok(()) => {
                    let mut model = [vec![1; 19_000], vec![3; 3000]].concat();
                    model[100..150].fill(2);
                    assert_eq!(std::fs::read(&path).unwrap(), model);
                    assert!(disk.health.check().is_ok());
                    // This write may be the one that fails as well.
                    disk.write(5, &[4]).unwrap();
                    let mut written = [0];
                    disk.read(5, &mut written).unwrap();
                    assert_eq!(written, [4]);
                }
                // A sync: what was written before it may be lost.
                Err(_) => assert!(first.is_err() && disk.health.check().is_err()),
            }
        }
    }

    #[test]
    fn a_file_in_use_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let disk = Disk::open(&path, Arc::default()).unwrap();
        let error = Disk::open(&path, Arc::default()).unwrap_err();
        assert_eq!(error.state(), SqlState::ObjectInUse);
        disk.close().unwrap();
        Disk::open(&path, Arc::default()).unwrap();
    }
}
