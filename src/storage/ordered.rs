//! Walking a range of a persistent map that the walker owns, and merging two walks.
//!
//! Scans outlive the call that starts them, and an iterator of the map would borrow it. A clone of
//! the map's root is free, and a step looks its next key up from the last one.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::ops::Bound;

use bytes::Bytes;
use imbl::OrdMap;

use super::contract::{Direction, Entry, KeyRange, Scan};
use crate::error::Result;

/// The entries of a range of a map, in order.
pub(super) struct Walk<V> {
    map: OrdMap<Bytes, V>,
    range: KeyRange,
    direction: Direction,
}

impl<V: Clone> Walk<V> {
    pub(super) fn new(map: OrdMap<Bytes, V>, range: KeyRange, direction: Direction) -> Self {
        let map = if is_empty(&range) { OrdMap::new() } else { map };
        Self {
            map,
            range,
            direction,
        }
    }
}

impl<V: Clone> Iterator for Walk<V> {
    type Item = (Bytes, V);

    fn next(&mut self) -> Option<(Bytes, V)> {
        if is_empty(&self.range) {
            return None;
        }
        let mut rest = self.map.range::<_, [u8]>(as_slices(&self.range));
        let (key, value) = match self.direction {
            Direction::Forward => rest.next(),
            Direction::Reverse => rest.next_back(),
        }
        .map(|(key, value)| (key.clone(), value.clone()))?;
        match self.direction {
            Direction::Forward => self.range.0 = Bound::Excluded(key.clone()),
            Direction::Reverse => self.range.1 = Bound::Excluded(key.clone()),
        }
        Some((key, value))
    }
}

/// Newer writes over older entries, as one scan: a write hides the entry of its key, and a deletion
/// hides itself as well. It reads no further ahead than one of each.
pub(super) struct Merge<W: Iterator> {
    below: Peekable<Scan>,
    writes: Peekable<W>,
    direction: Direction,
}

impl<W: Iterator<Item = (Bytes, Option<Bytes>)>> Merge<W> {
    /// Merges two iterators that both go in a direction.
    pub(super) fn new(below: Scan, writes: W, direction: Direction) -> Self {
        Self {
            below: below.peekable(),
            writes: writes.peekable(),
            direction,
        }
    }
}

impl<W: Iterator<Item = (Bytes, Option<Bytes>)>> Iterator for Merge<W> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        loop {
            let order = match (self.below.peek(), self.writes.peek()) {
                (None, None) => return None,
                (Some(Err(_)), _) | (Some(Ok(_)), None) => return self.below.next(),
                (None, Some(_)) => Ordering::Greater,
                (Some(Ok((below, _))), Some((written, _))) => match self.direction {
                    Direction::Forward => below.cmp(written),
                    Direction::Reverse => written.cmp(below),
                },
            };
            if order == Ordering::Less {
                return self.below.next();
            }
            if order == Ordering::Equal {
                self.below.next();
            }
            if let Some((key, Some(value))) = self.writes.next() {
                return Some(Ok((key, value)));
            }
        }
    }
}

/// The bounds as slices.
pub(super) fn as_slices(range: &KeyRange) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (
        range.0.as_ref().map(|key| &key[..]),
        range.1.as_ref().map(|key| &key[..]),
    )
}

/// Whether a range cannot have a key because its bounds are in the wrong order. The maps below
/// panic or answer nonsense on such a range, and SQL makes them freely: `k > 5 AND k < 3`.
pub(super) fn is_empty(range: &KeyRange) -> bool {
    match as_slices(range) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(least), Bound::Included(greatest)) => least > greatest,
        (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) => {
            a >= b
        }
    }
}

/// Whether a key is in a range.
pub(super) fn contains(range: &KeyRange, key: &[u8]) -> bool {
    use std::ops::RangeBounds;
    RangeBounds::<[u8]>::contains(&as_slices(range), key)
}
