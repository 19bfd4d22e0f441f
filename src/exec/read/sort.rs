//! ORDER BY, where the order of the keys does not give it.

use std::cmp::Ordering;

use super::Cursor;
use crate::error::Result;
use crate::exec::Context;
use crate::exec::limits::Budget;
use crate::exec::plan::{Node, SortKey};
use crate::types::compare::compare;
use crate::types::{Datum, Row};

/// A sort with a bound drops what is beyond it whenever it holds twice as many rows and this many.
const SLACK: usize = 1024;

/// A sort that runs: it reads all of its input before its first row.
pub(in crate::exec) struct SortCursor {
    input: Cursor,
    /// How many rows are wanted at most.
    bound: Option<usize>,
    sorted: Option<std::vec::IntoIter<Keyed>>,
}

/// A row and the values that it is ordered by.
struct Keyed {
    key: Row,
    row: Row,
}

impl SortCursor {
    pub(super) fn new(input: Cursor, bound: Option<usize>) -> Self {
        Self {
            input,
            bound,
            sorted: None,
        }
    }

    pub(super) fn next(
        &mut self,
        input: &Node,
        keys: &[SortKey],
        ctx: &Context,
    ) -> Result<Option<Row>> {
        if self.sorted.is_none() {
            self.sorted = Some(self.sort(input, keys, ctx)?.into_iter());
        }
        let next = self.sorted.as_mut().and_then(Iterator::next);
        Ok(next.map(|keyed| keyed.row))
    }

    fn sort(&mut self, input: &Node, keys: &[SortKey], ctx: &Context) -> Result<Vec<Keyed>> {
        let mut rows = Vec::new();
        let mut budget = Budget::default();
        let full = self
            .bound
            .map(|n| n.saturating_mul(2).saturating_add(SLACK));
        while let Some(row) = self.input.next(input, ctx)? {
            let key = keys
                .iter()
                .map(|key| key.expr.eval(&row, &ctx.eval()))
                .collect::<Result<Row>>()?;
            budget.take(&row)?;
            budget.take(&key)?;
            rows.push(Keyed { key, row });
            if full == Some(rows.len()) {
                self.settle(&mut rows, keys);
                budget.reset();
                for Keyed { key, row } in &rows {
                    budget.take(key)?;
                    budget.take(row)?;
                }
            }
        }
        ctx.env.interrupt().check()?;
        self.settle(&mut rows, keys);
        Ok(rows)
    }

    /// Orders the rows, equal ones as they came, and drops those beyond the bound.
    fn settle(&self, rows: &mut Vec<Keyed>, keys: &[SortKey]) {
        rows.sort_by(|a, b| order(&a.key, &b.key, keys));
        rows.truncate(self.bound.unwrap_or(usize::MAX));
    }
}

fn order(a: &[Datum], b: &[Datum], keys: &[SortKey]) -> Ordering {
    let mut pairs = a.iter().zip(b).zip(keys);
    pairs
        .find_map(|((a, b), key)| Some(order_by(a, b, key)).filter(|order| order.is_ne()))
        .unwrap_or(Ordering::Equal)
}

fn order_by(a: &Datum, b: &Datum, key: &SortKey) -> Ordering {
    let nulls = match key.nulls_first {
        true => Ordering::Less,
        false => Ordering::Greater,
    };
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => nulls,
        (false, true) => nulls.reverse(),
        (false, false) if key.descending => compare(b, a),
        (false, false) => compare(a, b),
    }
}
