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
use crate::types::{Datum, Kind};

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
        let Fit::Is(value) = fit(table, position, value) else {
            return Ok(None);
        };
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
                lower: bound(table, position, lower.as_ref(), Fit::Below, ctx)?,
                upper: bound(table, position, upper.as_ref(), Fit::Above, ctx)?,
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
        let values = values(table, position, source, ctx)?;
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

/// A value as one of a key column's.
#[derive(Debug, Clone, PartialEq)]
enum Fit {
    Is(Datum),
    /// It is less than all that the column can have.
    Below,
    /// It is greater.
    Above,
    Null,
}

/// Makes an integer one of the column's size.
fn fit(table: &Table, position: usize, value: Datum) -> Fit {
    let number = match value {
        Datum::Null => return Fit::Null,
        Datum::Int2(n) => i64::from(n),
        Datum::Int4(n) => i64::from(n),
        Datum::Int8(n) => n,
        other => return Fit::Is(other),
    };
    let part = table.key_columns().get(position);
    let column = part.and_then(|part| table.columns.get(part.column));
    let narrowed = match column.map(|column| column.ty.kind) {
        Some(Kind::Int2) => i16::try_from(number).map(Datum::Int2),
        Some(Kind::Int4) => i32::try_from(number).map(Datum::Int4),
        _ => Ok(Datum::Int8(number)),
    };
    match narrowed {
        Ok(value) => Fit::Is(value),
        Err(_) if number < 0 => Fit::Below,
        Err(_) => Fit::Above,
    }
}

/// The values of a source that the column can have.
fn values(
    table: &Table,
    position: usize,
    source: &KeySource,
    ctx: &EvalContext<'_>,
) -> Result<Vec<Datum>> {
    let values = match source {
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
    let fits = |value| match fit(table, position, value) {
        Fit::Is(value) => Some(value),
        Fit::Below | Fit::Above | Fit::Null => None,
    };
    Ok(values.into_iter().filter_map(fits).collect())
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
    /// It is NULL, or beyond all keys, so that no row is within it.
    Nowhere,
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

/// An end, of which a value that is `outside` excludes nothing: [`Fit::Below`] for the lower one.
fn bound(
    table: &Table,
    position: usize,
    bound: Option<&KeyBound>,
    outside: Fit,
    ctx: &EvalContext<'_>,
) -> Result<End> {
    let Some(bound) = bound else {
        return Ok(End::Open);
    };
    let mut values = Vec::with_capacity(bound.values.len());
    for expr in &bound.values {
        // A row comparison ends before a value that the column cannot have. One that is not
        // decided before a NULL is unknown, and one that is not decided before a value beyond the
        // column's is by that.
        let inclusive = match fit(table, position + values.len(), expr.eval(&[], ctx)?) {
            Fit::Is(value) => {
                values.push(value);
                continue;
            }
            beyond => beyond == outside,
        };
        return Ok(match (values.is_empty(), inclusive) {
            (true, true) => End::Open,
            (true, false) => End::Nowhere,
            (false, inclusive) => End::At(values, inclusive),
        });
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
        matches!(self.lower, End::Nowhere)
            || matches!(self.upper, End::Nowhere)
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
