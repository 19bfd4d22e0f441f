//! What a statement may take, and what it is told when it wants more.

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::Datum;

/// Limits on what is stored, from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an encoded key; beyond it 54000. A B-tree whose keys are as large as its pages is
    /// a list.
    pub key_size: usize,
    /// Bytes of an encoded row without its key; beyond it 54000. A row is in memory several times
    /// on its way.
    pub row_size: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            key_size: 2 << 10,
            row_size: 64 << 20,
        }
    }
}

/// Bytes that the rows held by one operator (a sort, groups, distinct rows) or collected by
/// RETURNING may take: a statement shares its server with others.
pub const WORK_MEMORY: usize = 256 << 20;

/// Keys that one access may name (`IN` lists multiply): they are sorted in memory before the first
/// is read.
pub const MAX_KEYS: usize = 1 << 20;

/// Counts the bytes of the rows that an operator holds.
#[derive(Debug)]
pub struct Budget {
    used: usize,
    limit: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(WORK_MEMORY)
    }
}

impl Budget {
    /// Room for so many bytes.
    pub fn new(limit: usize) -> Self {
        Self { used: 0, limit }
    }

    /// Takes room for a row.
    pub fn take(&mut self, row: &[Datum]) -> Result<()> {
        self.take_bytes(size_of::<Vec<Datum>>() + row.iter().map(Datum::size).sum::<usize>())
    }

    /// Takes room for so many bytes.
    pub fn take_bytes(&mut self, bytes: usize) -> Result<()> {
        self.used = self.used.saturating_add(bytes);
        if self.used <= self.limit {
            return Ok(());
        }
        Err(Error::new(SqlState::OutOfMemory, "out of memory")
            .with_detail(format!(
                "The rows that the statement sorts, groups or returns take more than {} bytes.",
                self.limit
            ))
            .with_hint("Select fewer rows, or order them by the key."))
    }

    /// Gives so many bytes back.
    pub fn give_back(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
    }

    /// Gives all of it back.
    pub fn reset(&mut self) {
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_with_an_error() {
        let mut budget = Budget::new(1000);
        let row = [Datum::text("x".repeat(300))];
        for _ in 0..2 {
            budget.take(&row).unwrap();
        }
        let error = budget.take(&row).unwrap_err();
        assert_eq!(error.state(), SqlState::OutOfMemory);
        assert!(error.hint().is_some());
        budget.reset();
        budget.take(&row).unwrap();
    }
}
