//! Reading the log when the engine is opened: see the folder's docs for where it ends.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::files::Files;
use super::record::{self, ALIGN, HEADER, Header, Start};
use super::{Logged, failed, first_of, logged, name_of};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// Hands every record after `checkpointed` to `sink`, in order. Makes the log's end durable, and
/// removes the segments that have nothing new. Returns the last sequence number, and the first
/// ones of the segments that are left.
pub(super) fn replay(
    files: &dyn Files,
    checkpointed: u64,
    mut sink: impl FnMut(Logged),
) -> Result<(u64, BTreeSet<u64>)> {
    let names = files.list();
    let names = names.map_err(|e| failed("list", &files.path(""), &e))?;
    let firsts: BTreeSet<u64> = names.iter().filter_map(|name| first_of(name)).collect();
    let mut kept = BTreeSet::new();
    let mut last = checkpointed;
    if let Some(first) = firsts.first() {
        let start = firsts.range(..=checkpointed + 1).next_back();
        let start = *start.ok_or_else(|| gap(files, *first, checkpointed))?;
        for first in firsts.range(start..) {
            let next = firsts.range(first + 1..).next().copied();
            let end = Segment::read(files, *first, next)?.replay(checkpointed, &mut sink)?;
            if end > *first && end > checkpointed + 1 {
                kept.insert(*first);
                last = end - 1;
            }
        }
    }
    let obsolete: Vec<u64> = firsts.difference(&kept).copied().collect();
    for first in &obsolete {
        let name = name_of(*first);
        let removed = files.remove(&name);
        removed.map_err(|e| failed("remove", &files.path(&name), &e))?;
    }
    if !obsolete.is_empty() {
        // A segment that came back could say that one after it is missing.
        let synced = files.sync();
        synced.map_err(|e| failed("sync", &files.path(""), &e))?;
    }
    Ok((last, kept))
}

/// A segment in memory.
struct Segment<'a> {
    files: &'a dyn Files,
    first: u64,
    /// The first record of the segment after it.
    next: Option<u64>,
    bytes: Bytes,
}

impl<'a> Segment<'a> {
    fn read(files: &'a dyn Files, first: u64, next: Option<u64>) -> Result<Self> {
        let bytes = files.read(&name_of(first));
        let bytes = bytes.map_err(|e| failed("read", &files.path(&name_of(first)), &e))?;
        Ok(Self {
            files,
            first,
            next,
            bytes: bytes.into(),
        })
    }

    /// Hands its records to `sink` and returns the number after the last.
    fn replay(&self, checkpointed: u64, sink: &mut impl FnMut(Logged)) -> Result<u64> {
        let Some(salt) = self.salt()? else {
            return Ok(self.first);
        };
        let (mut at, mut sequence) = (HEADER, self.first);
        while self.next != Some(sequence) {
            let whole = record::decode(&self.bytes, at, salt);
            let Some(record) = whole.filter(|record| record.sequence == sequence) else {
                self.end(at, sequence, salt)?;
                break;
            };
            if sequence > checkpointed {
                sink(logged(&self.bytes, at, record.end, sequence)?);
            }
            (at, sequence) = (record.end, sequence + 1);
        }
        Ok(sequence)
    }

    /// The salt of its header; none if its creation was interrupted: records are written only
    /// after the header is durable.
    fn salt(&self) -> Result<Option<u32>> {
        match Header::decode(&self.bytes) {
            Start::Header(header) if header.first == self.first => Ok(Some(header.salt)),
            Start::Version(version) => Err(Error::new(
                SqlState::ObjectNotInPrerequisiteState,
                format!(
                    "{:?} has format {version} of the log, and this keywire reads format {}: \
                     start the version of keywire that wrote it",
                    self.files.path(&name_of(self.first)),
                    record::VERSION
                ),
            )),
            Start::Bad if self.next.is_none() && is_zero(&self.bytes, HEADER) => Ok(None),
            Start::Bad | Start::Header(_) => Err(self.corrupted(0)),
        }
    }

    /// The record that should be at an offset is not whole: the log ends there, durably, unless it
    /// is proved that it once was whole.
    fn end(&self, at: usize, sequence: u64, salt: u32) -> Result<()> {
        if self.next.is_some() || self.proves(at, sequence, salt) {
            return Err(self.corrupted(at));
        }
        let name = name_of(self.first);
        let path = self.files.path(&name);
        if !is_zero(&self.bytes, at) {
            let cut = self.bytes.len() - at;
            tracing::warn!(?path, at, cut, "the log ends with an interrupted write");
        }
        // What was read may be in the page cache alone, and what follows will build on it.
        let ended = self.files.truncate(&name, at as u64);
        ended.map_err(|e| failed("truncate", &path, &e))
    }

    /// Whether a record from an offset on says that a sequence number was on disk.
    fn proves(&self, at: usize, sequence: u64, salt: u32) -> bool {
        let proof = |at: &usize| {
            record::synced(&self.bytes, *at).is_some_and(|synced| synced >= sequence)
                && record::decode(&self.bytes, *at, salt).is_some()
        };
        (at..self.bytes.len()).step_by(ALIGN).any(|at| proof(&at))
    }

    fn corrupted(&self, at: usize) -> Error {
        let path = self.files.path(&name_of(self.first));
        Error::new(
            SqlState::DataCorrupted,
            format!("{path:?} is damaged at offset {at}: what was on disk there is lost"),
        )
        .with_hint("Restore the data folder from a backup.")
    }
}

fn is_zero(bytes: &[u8], from: usize) -> bool {
    bytes
        .get(from..)
        .unwrap_or_default()
        .iter()
        .all(|byte| *byte == 0)
}

/// Records are missing between the B-tree and the log.
fn gap(files: &dyn Files, first: u64, checkpointed: u64) -> Error {
    let path = files.path(&name_of(first));
    Error::new(
        SqlState::DataCorrupted,
        format!("{path:?} does not continue the data, which ends with commit {checkpointed}"),
    )
    .with_hint("Restore the data folder from a backup.")
}
