//! Rows of a table, read as they are asked for.

use bytes::Bytes;

use super::keys::{self, Keys};
use crate::error::Result;
use crate::exec::Context;
use crate::exec::plan::Scan;
use crate::storage::{self, Direction, Entry, KeyRange};
use crate::types::Row;

/// How many keys are got at once: enough to share the way down the tree, few enough that a LIMIT
/// wastes little.
const GETS_AT_ONCE: usize = 64;

/// Where a scan is.
pub(in crate::exec) struct ScanCursor {
    source: Source,
    /// The columns that are needed above, and those that the filter looks at.
    needed: Vec<bool>,
}

enum Source {
    Gets {
        keys: std::vec::IntoIter<Bytes>,
        found: std::vec::IntoIter<Entry>,
    },
    Ranges {
        ranges: std::vec::IntoIter<KeyRange>,
        direction: Direction,
        current: Option<storage::Scan>,
    },
}

/// A row and where it is stored.
pub(in crate::exec) struct Found {
    /// The entry.
    pub(in crate::exec) entry: Entry,
    /// The row, with the columns that are needed.
    pub(in crate::exec) row: Row,
}

impl ScanCursor {
    /// Starts a scan: works out its keys and reads nothing.
    pub(in crate::exec) fn open(scan: &Scan, ctx: &Context) -> Result<Self> {
        let source = match keys::of(&scan.table, &scan.access, &ctx.eval())? {
            Keys::Gets(keys) => Source::Gets {
                keys: keys.into_iter(),
                found: Vec::new().into_iter(),
            },
            Keys::Ranges(ranges, direction) => Source::Ranges {
                ranges: ranges.into_iter(),
                direction,
                current: None,
            },
        };
        let mut needed = scan.needed.clone();
        if let Some(filter) = &scan.filter {
            filter.mark_columns(&mut needed);
        }
        Ok(Self { source, needed })
    }

    /// The next entry, whatever the filter says.
    pub(in crate::exec) fn next_entry(
        &mut self,
        scan: &Scan,
        ctx: &Context,
    ) -> Result<Option<Entry>> {
        ctx.env.interrupt().check()?;
        let space = scan.table.space;
        match &mut self.source {
            Source::Gets { keys, found } => loop {
                if let Some(entry) = found.next() {
                    return Ok(Some(entry));
                }
                let wanted: Vec<Bytes> = keys.by_ref().take(GETS_AT_ONCE).collect();
                if wanted.is_empty() {
                    return Ok(None);
                }
                let values = match wanted.as_slice() {
                    [key] => vec![ctx.view.get(space, key)?],
                    keys => ctx.view.multi_get(space, keys)?,
                };
                let entries = wanted.into_iter().zip(values);
                *found = entries
                    .filter_map(|(key, value)| Some((key, value?)))
                    .collect::<Vec<_>>()
                    .into_iter();
                ctx.env.interrupt().check()?;
            },
            Source::Ranges {
                ranges,
                direction,
                current,
            } => loop {
                if let Some(entry) = current.as_mut().and_then(Iterator::next) {
                    return entry.map(Some);
                }
                let Some(range) = ranges.next() else {
                    *current = None;
                    return Ok(None);
                };
                *current = Some(ctx.view.scan(space, range, *direction)?);
                ctx.env.interrupt().check()?;
            },
        }
    }

    /// The next row for which the filter holds.
    pub(in crate::exec) fn next(&mut self, scan: &Scan, ctx: &Context) -> Result<Option<Found>> {
        while let Some(entry) = self.next_entry(scan, ctx)? {
            if let Some(row) = self.matching(scan, &entry.0, &entry.1, ctx)? {
                return Ok(Some(Found { entry, row }));
            }
        }
        Ok(None)
    }

    /// The row of an entry, if the filter holds for it.
    pub(in crate::exec) fn matching(
        &self,
        scan: &Scan,
        key: &[u8],
        value: &[u8],
        ctx: &Context,
    ) -> Result<Option<Row>> {
        let row = scan.table.decode(key, value, &self.needed)?;
        let holds = match &scan.filter {
            Some(filter) => filter.holds(&row, &ctx.eval())?,
            None => true,
        };
        Ok(holds.then_some(row))
    }
}
