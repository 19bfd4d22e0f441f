//! What the last commits wrote, so that [`Condition::Unchanged`] can be checked.

use std::collections::VecDeque;

use bytes::Bytes;

use super::contract::{Batch, Committed, Condition, KeyRange, SpaceId};
use super::ordered::contains;
use super::view::View;
use crate::error::Result;

/// How many keys are remembered. A range that was read before the oldest of them counts as changed,
/// which costs its transaction a retry; at 30,000 writes a second this is two seconds of commits
/// and, at 100 bytes a key, 6 MiB.
const MAX_KEYS: usize = 64 * 1024;

/// The keys that recent commits wrote.
#[derive(Debug, Default)]
pub(super) struct Recent {
    commits: VecDeque<Footprint>,
    keys: usize,
    /// The last commit that is forgotten.
    forgotten: u64,
}

/// What one commit wrote.
#[derive(Debug)]
struct Footprint {
    sequence: u64,
    cleared: Vec<SpaceId>,
    keys: Vec<(SpaceId, Bytes)>,
}

impl Recent {
    /// Remembers what a commit wrote.
    pub(super) fn record(&mut self, sequence: u64, batch: &Batch) {
        if batch.writes.len() > MAX_KEYS {
            self.commits.clear();
            self.keys = 0;
            self.forgotten = sequence;
            return;
        }
        let keys: Vec<_> = batch
            .writes
            .iter()
            .map(|w| (w.space, w.key.clone()))
            .collect();
        // A commit that only empties spaces takes room as well.
        self.keys += keys.len().max(1);
        self.commits.push_back(Footprint {
            sequence,
            cleared: batch.cleared.clone(),
            keys,
        });
        while self.keys > MAX_KEYS {
            let Some(oldest) = self.commits.pop_front() else {
                break;
            };
            self.keys -= oldest.keys.len().max(1);
            self.forgotten = oldest.sequence;
        }
    }

    /// The first condition that does not hold in `now`, the state after the last recorded commit.
    pub(super) fn check(&self, conditions: &[Condition], now: &View) -> Result<Option<Committed>> {
        for (index, condition) in conditions.iter().enumerate() {
            let holds = match condition {
                Condition::Value { space, key, value } => now.get(*space, key)? == *value,
                Condition::Unchanged {
                    space,
                    range,
                    since,
                } => self.unchanged(*space, range, *since),
            };
            if !holds {
                return Ok(Some(Committed::Conflict(index)));
            }
        }
        Ok(None)
    }

    fn unchanged(&self, space: SpaceId, range: &KeyRange, since: u64) -> bool {
        since >= self.forgotten
            && self
                .commits
                .iter()
                .rev()
                .take_while(|commit| commit.sequence > since)
                .all(|commit| {
                    !commit.cleared.contains(&space)
                        && !commit
                            .keys
                            .iter()
                            .any(|(at, key)| *at == space && contains(range, key))
                })
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Bound::{Excluded, Unbounded};

    use super::super::Write;
    use super::*;

    fn batch(keys: std::ops::Range<usize>) -> Batch {
        let write = |i: usize| Write {
            space: SpaceId(1),
            key: Bytes::from(format!("{i:08}")),
            value: None,
        };
        Batch {
            writes: keys.map(write).collect(),
            ..Batch::default()
        }
    }

    #[test]
    fn what_is_forgotten_counts_as_changed() {
        let mut recent = Recent::default();
        let range = (Unbounded, Excluded(Bytes::from_static(b"0")));
        let unchanged = |recent: &Recent, since| recent.unchanged(SpaceId(1), &range, since);
        assert!(unchanged(&recent, 0));
        recent.record(1, &batch(0..1));
        recent.record(2, &batch(0..MAX_KEYS - 1));
        assert!(unchanged(&recent, 0), "both fit");
        recent.record(3, &batch(0..1));
        assert!(!unchanged(&recent, 0), "the first is forgotten");
        assert!(unchanged(&recent, 1));
        recent.record(4, &batch(0..MAX_KEYS + 1));
        assert!(!unchanged(&recent, 3), "it is too large to be remembered");
        assert!(unchanged(&recent, 4));
        assert_eq!((recent.commits.len(), recent.keys), (0, 0));
    }
}
