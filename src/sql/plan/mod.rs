//! Lowering: from a bound predicate to the keys that are read.
//!
//! - [`terms`]: what each conjunct of the predicate says about the key.
//! - [`order`]: whether the order of the keys is the one that ORDER BY asks for.
//!
//! [`choose`] takes equalities for the leading key columns (`=`, `IN`, `= ANY`), then bounds for
//! the column after them (ranges, row comparisons, `LIKE 'prefix%'`). What the key then decides
//! exactly is no longer checked; everything else stays in the filter.

mod order;
mod terms;

use std::sync::Arc;

use crate::catalog::Table;
use crate::exec::Expr;
use crate::exec::plan::{Access, KeyBound, KeySource, Scan, SortKey};
use terms::{Meaning, Term};

/// How a table is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chosen {
    /// The scan; all columns are marked as needed.
    pub scan: Scan,
    /// Whether its rows come in the order that was asked for.
    pub ordered: bool,
}

/// Chooses how the rows of a table for which `predicate` is true are read. `predicate` and `order`
/// are over the table's row.
pub(super) fn choose(table: &Arc<Table>, predicate: Option<Expr>, order: &[SortKey]) -> Chosen {
    let needed = vec![true; table.columns.len()];
    let terms: Option<Vec<Term>> = terms::split(table, predicate);
    let Some(mut terms) = terms else {
        let scan = Scan {
            table: Arc::clone(table),
            access: Access::Nothing,
            needed,
            filter: None,
        };
        return Chosen {
            scan,
            ordered: true,
        };
    };
    let mut access = access(table, &mut terms);
    let ordered = order::satisfy(table, &mut access, order);
    let filter = all_of(terms.into_iter().filter_map(|term| term.rest).collect());
    Chosen {
        scan: Scan {
            table: Arc::clone(table),
            access,
            needed,
            filter,
        },
        ordered,
    }
}

/// Makes an access of the terms; a term that it decides exactly loses what is left to check.
fn access(table: &Table, terms: &mut [Term]) -> Access {
    let keys = table.key_columns();
    let mut prefix = Vec::new();
    while prefix.len() < keys.len() {
        let Some(source) = take_source(terms, prefix.len()) else {
            break;
        };
        prefix.push(source);
    }
    if !keys.is_empty() && prefix.len() == keys.len() {
        return full_key(prefix);
    }
    let next = prefix.len();
    Access::Range {
        prefix,
        lower: take_bound(terms, next, true),
        upper: take_bound(terms, next, false),
        like: take_like(terms, next),
        reverse: false,
    }
}

fn full_key(sources: Vec<KeySource>) -> Access {
    if sources
        .iter()
        .any(|source| !matches!(source, KeySource::One(_)))
    {
        return Access::Multi(sources);
    }
    let one = |source| match source {
        KeySource::One(value) => Some(value),
        KeySource::List(_) | KeySource::Array(_) => None,
    };
    Access::Point(sources.into_iter().filter_map(one).collect())
}

/// The values of a key column: one, if there is an equality, or else those of a list.
fn take_source(terms: &mut [Term], position: usize) -> Option<KeySource> {
    let is_one = |term: &&mut Term| matches!(&term.meaning, Meaning::Among(at, KeySource::One(_)) if *at == position);
    let is_any =
        |term: &&mut Term| matches!(&term.meaning, Meaning::Among(at, _) if *at == position);
    let found = match terms.iter_mut().find(is_one) {
        Some(term) => term,
        None => terms.iter_mut().find(is_any)?,
    };
    match found.take() {
        Meaning::Among(_, source) => Some(source),
        Meaning::Bound { .. } | Meaning::Like { .. } | Meaning::Nothing => None,
    }
}

fn take_like(terms: &mut [Term], position: usize) -> Option<Expr> {
    let is_like =
        |term: &&mut Term| matches!(term.meaning, Meaning::Like { at, .. } if at == position);
    let found = terms.iter_mut().find(is_like)?;
    match found.take() {
        Meaning::Like { pattern, .. } => Some(pattern),
        Meaning::Among(..) | Meaning::Bound { .. } | Meaning::Nothing => None,
    }
}

/// The bound with the most columns: a row comparison says more than one of a column.
fn take_bound(terms: &mut [Term], position: usize, is_lower: bool) -> Option<KeyBound> {
    let size = |term: &Term| match &term.meaning {
        Meaning::Bound {
            at, lower, bound, ..
        } if *at == position && *lower == is_lower => bound.values.len(),
        Meaning::Bound { .. } | Meaning::Among(..) | Meaning::Like { .. } | Meaning::Nothing => 0,
    };
    let found = terms
        .iter_mut()
        .rev()
        .max_by_key(|term| size(term))
        .filter(|term| size(term) > 0)?;
    match found.take() {
        Meaning::Bound { bound, .. } => Some(bound),
        Meaning::Among(..) | Meaning::Like { .. } | Meaning::Nothing => None,
    }
}

fn all_of(mut conjuncts: Vec<Expr>) -> Option<Expr> {
    match conjuncts.len() {
        0 | 1 => conjuncts.pop(),
        _ => Some(Expr::And(conjuncts)),
    }
}

#[cfg(test)]
mod tests;
