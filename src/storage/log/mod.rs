//! The commit log: what was committed since the B-tree was last brought up to date.
//!
//! # Bytes on disk
//!
//! The folder `log/` holds segments. A segment's name is the sequence number of its first record in
//! 20 decimal digits, then `.log`; so names sort as their records do. Numbers are little-endian.
//! A segment starts with a header:
//!
//! ```text
//!  0  8  "KEYWLOG" and a line feed
//!  8  4  version of this format: 1
//! 12  4  salt: a random number
//! 16  8  sequence number of the first record, as in the name
//! 24  4  zero
//! 28  4  CRC32C of the 28 bytes before
//! ```
//!
//! Records follow without gaps, and zeros follow the last. A record is a commit:
//!
//! ```text
//!  0  4  CRC32C of all that follows, padding included, continued from the salt
//!  4  4  length of the payload
//!  8  8  sequence number: that of the record before plus one
//! 16  8  synced: the last record that was known to be on disk when this one was written
//! 24     payload, then zeros up to a multiple of 8
//! ```
//!
//! A payload is a number of emptied spaces (4), their numbers (4 each), a number of writes (4), and
//! the writes: space (4), length of the key (4), length of the value or 0xFFFFFFFF for a deletion
//! (4), key, value. The spaces are emptied before the writes.
//!
//! Sequence numbers start at 1 in a new data folder and go on for ever. (Those of
//! [`Snapshot::sequence`](super::Snapshot::sequence) start at 0 whenever the engine is opened.)
//!
//! # Where the log ends
//!
//! A disk that loses power while it writes keeps any part of what was not synced: the first half of
//! a group of records, or the second. So the log ends at the first record that is not whole, and
//! what follows is cut, unless it proves that the record *was* whole once. The proof is `synced`:
//! if a later record says that this one was on disk, or a later segment exists (a segment is
//! created after all before it is synced), then the disk has lost what it had promised to keep,
//! and opening fails with `XX001`, the file and the offset. A later record that does not say so was
//! written together with the one that is not whole, and was never acknowledged.
//!
//! Damage to the very last group looks like an interrupted write, and is cut: nothing in the log
//! can tell them apart. The salt keeps bytes that a client has stored from passing for a record
//! while the rest of a segment is searched for proof.
//!
//! After a cut, the next record has the number of the first that was cut, and opens a new segment:
//! the segment before it ends where that one's name says.
//!
//! # Room
//!
//! A write that makes a file longer makes its sync commit the file system's journal as well:
//! fdatasync took 171 us where one over zeros that were there before took 117 us (medians on a
//! machine that others used too). So zeros are written ahead, [`ZEROED_BYTES`] at a time. Writing
//! over an old segment in place of zeros measured the same, so none is kept for it.

pub(super) mod files;
mod record;
mod replay;
#[cfg(test)]
pub(super) mod simulated;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use files::{Files, LogFile};
use record::{HEADER, Header};

use super::committer::Ready;
use super::contract::Batch;
use super::folder::io_state;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// A segment is closed when it is longer than this. Log is given back in such pieces, and one is
/// read into memory at a time when the engine is opened.
const SEGMENT_BYTES: u64 = if cfg!(test) { 6 << 10 } else { 16 << 20 };

/// How many zeros are written ahead of the records: at 60,000 small commits a second this happens
/// ten times a second and takes about 2 ms.
const ZEROED_BYTES: u64 = if cfg!(test) { 1 << 10 } else { 1 << 20 };

/// The largest record: 1 GiB, a quarter of what its length can say. Transactions are limited to
/// less before they get here.
const MAX_RECORD_BYTES: usize = 1 << 30;

/// A commit as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logged {
    /// Its number.
    pub(super) sequence: u64,
    /// What it changes. Keys and values are slices of the log's bytes.
    pub(super) changes: Batch,
    /// Bytes in the log.
    pub(super) bytes: usize,
}

/// The log as its only writer sees it.
pub(super) struct Log {
    segments: Arc<Segments>,
    current: Option<Segment>,
    /// The number of the next record.
    next: u64,
    /// The last record that is on disk.
    synced: u64,
}

/// The segments that there are. They are shared with whoever removes those that are done with.
pub(super) struct Segments {
    files: Box<dyn Files>,
    /// The first sequence number of each.
    firsts: Mutex<BTreeSet<u64>>,
}

/// The segment that is being written.
struct Segment {
    file: Box<dyn LogFile>,
    name: String,
    salt: u32,
    /// Where the next record goes.
    position: u64,
    /// Up to where there are zeros.
    zeroed: u64,
}

impl Log {
    /// Opens the log in a folder that may be empty, and hands every record after `checkpointed`,
    /// in order, to `replay`.
    pub(super) fn open(
        files: Box<dyn Files>,
        checkpointed: u64,
        replay: impl FnMut(Logged),
    ) -> Result<Self> {
        let (last, firsts) = replay::replay(&*files, checkpointed, replay)?;
        Ok(Self {
            segments: Arc::new(Segments {
                files,
                firsts: Mutex::new(firsts),
            }),
            current: None,
            next: last + 1,
            synced: last,
        })
    }

    /// The segments.
    pub(super) fn segments(&self) -> &Arc<Segments> {
        &self.segments
    }

    /// The last record.
    pub(super) fn last(&self) -> u64 {
        self.next - 1
    }

    /// Makes room for a record of each batch: afterwards the disk cannot be too full for them. An
    /// error says that the log has failed.
    pub(super) fn reserve(&mut self, batches: &mut dyn Iterator<Item = &Batch>) -> Result<Ready> {
        let size = batches.map(record::size).sum::<usize>() as u64;
        let full = |segment: &Segment| segment.position + size > SEGMENT_BYTES;
        if self.current.as_ref().is_some_and(full) {
            self.end_segment()?;
        }
        let reserved = match &mut self.current {
            Some(segment) => {
                let reserved = segment.reserve(size);
                reserved.map_err(|e| self.segments.failed("write", &segment.name, &e))
            }
            None => self.start_segment(size),
        };
        Ok(reserved.map_or_else(Ready::No, |()| Ready::Yes))
    }

    /// Writes a record for each batch, all in one write, and returns them as [`Log::open`] will.
    /// There must be room. After an error the log must not be written any more.
    pub(super) fn append(&mut self, batches: &[Batch]) -> Result<Vec<Logged>> {
        let Some(segment) = &mut self.current else {
            return Err(Error::internal("no room was made in the log"));
        };
        let mut buffer = Vec::with_capacity(batches.iter().map(record::size).sum());
        let mut ends = Vec::with_capacity(batches.len());
        for (batch, sequence) in batches.iter().zip(self.next..) {
            record::encode(batch, sequence, self.synced, segment.salt, &mut buffer);
            ends.push(buffer.len());
        }
        let buffer = Bytes::from(buffer);
        let written = segment.file.write(segment.position, &buffer);
        written.map_err(|e| self.segments.failed("write", &segment.name, &e))?;
        segment.position += buffer.len() as u64;
        let records = read_back(&buffer, &ends, self.next)?;
        self.next += batches.len() as u64;
        Ok(records)
    }

    /// Makes everything that was written durable.
    pub(super) fn sync(&mut self) -> Result<()> {
        if self.synced == self.last() {
            return Ok(());
        }
        if let Some(segment) = &self.current {
            let synced = segment.file.sync();
            synced.map_err(|e| self.segments.failed("sync", &segment.name, &e))?;
        }
        self.synced = self.last();
        Ok(())
    }

    /// Makes everything durable, and lets the next record start a segment.
    pub(super) fn end_segment(&mut self) -> Result<()> {
        self.sync()?;
        // An empty one goes on: it has the next record's number already.
        self.current
            .take_if(|segment| segment.position > HEADER as u64);
        Ok(())
    }

    /// Makes a new segment, which is empty and durable, with room for records of a size.
    fn start_segment(&mut self, size: u64) -> Result<()> {
        let name = name_of(self.next);
        let header = Header {
            salt: getrandom::u32().map_err(|e| Error::internal(format!("no randomness: {e}")))?,
            first: self.next,
        };
        let files = &self.segments.files;
        let create = || -> io::Result<Segment> {
            let mut segment = Segment {
                file: files.create(&name)?,
                name: name.clone(),
                salt: header.salt,
                position: HEADER as u64,
                zeroed: 0,
            };
            segment.reserve(size)?;
            segment.file.write(0, &header.encode())?;
            segment.file.sync()?;
            files.sync()?;
            Ok(segment)
        };
        match create() {
            Ok(segment) => {
                self.segments.firsts().insert(self.next);
                self.current = Some(segment);
                Ok(())
            }
            Err(e) => {
                // It is in the way of the next attempt, and if it stays, that one will say so.
                let _ = files.remove(&name);
                Err(self.segments.failed("create", &name, &e))
            }
        }
    }
}

impl Segment {
    /// Writes zeros where records of a size will be.
    fn reserve(&mut self, size: u64) -> io::Result<()> {
        let end = self.position + size;
        if end > self.zeroed {
            let zeroed = end.next_multiple_of(ZEROED_BYTES);
            self.file
                .write(self.zeroed, &vec![0; (zeroed - self.zeroed) as usize])?;
            self.zeroed = zeroed;
        }
        Ok(())
    }
}

impl Segments {
    /// Removes the segments whose records are all in the B-tree, up to `checkpointed`. The one that
    /// is being written stays, for it has no segment after it.
    pub(super) fn remove_through(&self, checkpointed: u64) -> Result<()> {
        loop {
            let first = {
                let firsts = self.firsts();
                let mut firsts = firsts.iter();
                match (firsts.next(), firsts.next()) {
                    (Some(first), Some(next)) if *next <= checkpointed + 1 => *first,
                    _ => return Ok(()),
                }
            };
            self.remove(first)?;
        }
    }

    /// Removes all of them, when all records are in the B-tree and none is being written.
    pub(super) fn remove_all(&self) -> Result<()> {
        loop {
            // The condition must not hold the lock while the body takes it.
            let first = self.firsts().first().copied();
            match first {
                Some(first) => self.remove(first)?,
                None => return Ok(()),
            }
        }
    }

    fn remove(&self, first: u64) -> Result<()> {
        let name = name_of(first);
        let removed = self.files.remove(&name);
        removed.map_err(|e| self.failed("remove", &name, &e))?;
        self.firsts().remove(&first);
        Ok(())
    }

    fn firsts(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.firsts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, what: &str, name: &str, error: &io::Error) -> Error {
        failed(what, &self.files.path(name), error)
    }
}

/// What was written, from the bytes that were written: the same code reads the log when the engine
/// is opened.
fn read_back(buffer: &Bytes, ends: &[usize], first: u64) -> Result<Vec<Logged>> {
    let mut start = 0;
    let mut records = Vec::with_capacity(ends.len());
    for (end, sequence) in ends.iter().zip(first..) {
        records.push(logged(buffer, start, *end, sequence)?);
        start = *end;
    }
    Ok(records)
}

fn logged(bytes: &Bytes, start: usize, end: usize, sequence: u64) -> Result<Logged> {
    let payload = record::payload(bytes, start);
    let changes = payload.and_then(|payload| record::changes(&bytes.slice(payload)));
    Ok(Logged {
        sequence,
        changes: changes.ok_or_else(|| Error::internal("a log record is not what was written"))?,
        bytes: end - start,
    })
}

/// Whether a batch fits into a record.
pub(super) fn check_size(batch: &Batch) -> Result<()> {
    let size = record::size(batch);
    if size <= MAX_RECORD_BYTES {
        return Ok(());
    }
    Err(Error::new(
        SqlState::ProgramLimitExceeded,
        format!("a transaction of {size} bytes is longer than a log record may be"),
    ))
}

fn name_of(first: u64) -> String {
    format!("{first:020}.log")
}

/// The first sequence number of a segment by its name; none if it is the name of something else.
fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}

pub(super) fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(
        io_state(error),
        format!("could not {what} {path:?}: {error}"),
    )
}
