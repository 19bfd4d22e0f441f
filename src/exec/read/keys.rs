//! From an access to keys: which entries of a table's space a scan reads.

use std::ops::Bound;

use bytes::Bytes;

use crate::catalog::Table;
use crate::codec::prefix_end;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::eval::{EvalContext, eval_all};
use crate::exec::limits::MAX_KEYS;
use crate::exec::plan::{Access, KeyBound, KeySource};
use crate::sqlstate::SqlState;
use crate::storage::{Direction, KeyRange};
use crate::types::Datum;

/// What a scan reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exec) enum Keys {
    /// These keys, which are in order.
    Gets(Vec<Bytes>),
    /// These ranges, one after another.
    Ranges(Vec<KeyRange>, Direction),
}

/// A key with one value for each of its columns; none when one of the values is NULL.
pub(in crate::exec) fn point(
    table: &Table,
    values: &[Expr],
    ctx: &EvalContext<'_>,
) -> Result<Option<Bytes>> {
    let mut key = Vec::with_capacity(64);
    for (position, expr) in values.iter().enumerate() {
        let value = expr.eval(&[], ctx)?;
        if value.is_null() {
            return Ok(None);
        }
        table.put_key_part(position, &value, &mut key)?;
    }
    Ok(Some(key.into()))
}

/// What an access reads.
pub(in crate::exec) fn of(table: &Table, access: &Access, ctx: &EvalContext<'_>) -> Result<Keys> {
    Ok(match access {
        Access::Nothing => Keys::Gets(Vec::new()),
        Access::Point(values) => Keys::Gets(point(table, values, ctx)?.into_iter().collect()),
        Access::Multi(sources) => {
            let keys = product(table, sources, ctx)?;
            Keys::Gets(keys.into_iter().map(Bytes::from).collect())
        }
        Access::Range {
            prefix,
            lower,
            upper,
            like,
            reverse,
        } => {
            let position = prefix.len();
            let ends = Ends {
                lower: bound(lower.as_ref(), ctx)?,
                upper: bound(upper.as_ref(), ctx)?,
                like: like_prefix(like.as_ref(), ctx)?,
            };
            let mut ranges = Vec::new();
            if !ends.selects_nothing() {
                for prefix in product(table, prefix, ctx)? {
                    ranges.extend(ends.range(table, position, prefix)?);
                }
            }
            if *reverse {
                ranges.reverse();
                Keys::Ranges(ranges, Direction::Reverse)
            } else {
                Keys::Ranges(ranges, Direction::Forward)
            }
        }
    })
}

/// Every combination of the sources' values as the start of a key, in order and once.
fn product(table: &Table, sources: &[KeySource], ctx: &EvalContext<'_>) -> Result<Vec<Vec<u8>>> {
    let mut keys = vec![Vec::new()];
    for (position, source) in sources.iter().enumerate() {
        let values = values(source, ctx)?;
        if keys.len().saturating_mul(values.len()) > MAX_KEYS {
            return Err(Error::new(
                SqlState::ProgramLimitExceeded,
                format!("the statement names more than {MAX_KEYS} keys"),
            )
            .with_hint("Split its lists over several statements."));
        }
        let mut longer = Vec::with_capacity(keys.len() * values.len());
        for key in &keys {
            for value in &values {
                let mut key = key.clone();
                table.put_key_part(position, value, &mut key)?;
                longer.push(key);
            }
        }
        keys = longer;
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// The values of a source, without NULLs.
fn values(source: &KeySource, ctx: &EvalContext<'_>) -> Result<Vec<Datum>> {
    let mut values = match source {
        KeySource::One(expr) => vec![expr.eval(&[], ctx)?],
        KeySource::List(exprs) => eval_all(exprs, &[], ctx)?,
        KeySource::Array(expr) => {
            let array = expr.eval(&[], ctx)?;
            match array.is_null() {
                true => Vec::new(),
                false => array.as_array()?.items.clone(),
            }
        }
    };
    values.retain(|value| !value.is_null());
    Ok(values)
}

/// The ends of a range, in terms of values.
struct Ends {
    lower: End,
    upper: End,
    like: Like,
}

/// One end.
enum End {
    /// There is none.
    Open,
    /// Values of the columns after the prefix, and whether they belong to the range.
    At(Vec<Datum>, bool),
    /// It is NULL, so that no row is within it.
    Null,
}

/// What a LIKE says of the range.
enum Like {
    /// Nothing.
    Open,
    /// How the text starts.
    StartsWith(String),
    /// The pattern is NULL, so that no row matches.
    Null,
}

fn bound(bound: Option<&KeyBound>, ctx: &EvalContext<'_>) -> Result<End> {
    let Some(bound) = bound else {
        return Ok(End::Open);
    };
    let mut values = Vec::with_capacity(bound.values.len());
    for expr in &bound.values {
        let value = expr.eval(&[], ctx)?;
        if value.is_null() {
            // A row comparison that is not decided before its NULL is unknown: what is left is the
            // strict comparison of the values before it.
            return Ok(match values.is_empty() {
                true => End::Null,
                false => End::At(values, false),
            });
        }
        values.push(value);
    }
    Ok(End::At(values, bound.inclusive))
}

fn like_prefix(pattern: Option<&Expr>, ctx: &EvalContext<'_>) -> Result<Like> {
    let Some(pattern) = pattern else {
        return Ok(Like::Open);
    };
    let pattern = pattern.eval(&[], ctx)?;
    Ok(match pattern.is_null() {
        true => Like::Null,
        false => Like::StartsWith(literal_prefix(pattern.as_str()?)),
    })
}

/// The text before the first wildcard of a pattern, without its escapes.
fn literal_prefix(pattern: &str) -> String {
    let mut prefix = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '%' | '_' => break,
            '\\' => prefix.extend(rest.next()),
            c => prefix.push(c),
        }
    }
    prefix
}

impl Ends {
    fn selects_nothing(&self) -> bool {
        matches!(self.lower, End::Null)
            || matches!(self.upper, End::Null)
            || matches!(self.like, Like::Null)
    }

    /// The range of keys that start with `prefix`, which are those of the key columns before
    /// `position`. None if it is empty.
    fn range(&self, table: &Table, position: usize, prefix: Vec<u8>) -> Result<Option<KeyRange>> {
        let descending = table
            .key_columns()
            .get(position)
            .is_some_and(|column| column.descending);
        let (first, last) = match descending {
            false => (&self.lower, &self.upper),
            true => (&self.upper, &self.lower),
        };
        let mut range = Range::starting_with(&prefix);
        if let Like::StartsWith(text) = &self.like {
            let mut start = prefix.clone();
            table.put_key_text_prefix(position, text, &mut start)?;
            range.narrow(Range::starting_with(&start));
        }
        if let End::At(values, inclusive) = first {
            let key = with_values(table, position, &prefix, values)?;
            range.start_at(match inclusive {
                true => Some(key),
                false => prefix_end(key),
            });
        }
        if let End::At(values, inclusive) = last {
            let key = with_values(table, position, &prefix, values)?;
            range.end_before(match inclusive {
                true => prefix_end(key),
                false => Some(key),
            });
        }
        Ok(range.into_bounds())
    }
}

fn with_values(table: &Table, position: usize, prefix: &[u8], values: &[Datum]) -> Result<Vec<u8>> {
    let mut key = prefix.to_vec();
    for (i, value) in values.iter().enumerate() {
        table.put_key_part(position + i, value, &mut key)?;
    }
    Ok(key)
}

/// Keys from `start` to before `end`; no end is the end of all keys.
struct Range {
    start: Vec<u8>,
    end: Option<Vec<u8>>,
    empty: bool,
}

impl Range {
    fn starting_with(prefix: &[u8]) -> Self {
        Self {
            start: prefix.to_vec(),
            end: prefix_end(prefix.to_vec()),
            empty: false,
        }
    }

    /// `start` none is after all keys.
    fn start_at(&mut self, start: Option<Vec<u8>>) {
        match start {
            Some(start) => self.start = std::mem::take(&mut self.start).max(start),
            None => self.empty = true,
        }
    }

    fn end_before(&mut self, end: Option<Vec<u8>>) {
        self.end = match (self.end.take(), end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn narrow(&mut self, other: Self) {
        self.start_at(Some(other.start));
        self.end_before(other.end);
    }

    fn into_bounds(self) -> Option<KeyRange> {
        if self.empty || self.end.as_ref().is_some_and(|end| *end <= self.start) {
            return None;
        }
        let start = match self.start.is_empty() {
            true => Bound::Unbounded,
            false => Bound::Included(self.start.into()),
        };
        let end = match self.end {
            Some(end) => Bound::Excluded(end.into()),
            None => Bound::Unbounded,
        };
        Some((start, end))
    }
}
