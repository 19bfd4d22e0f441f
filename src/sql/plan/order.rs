//! Whether the order of the keys is the one that ORDER BY asks for.

use super::terms::column;
use crate::catalog::Table;
use crate::exec::plan::{Access, KeySource, SortKey};

/// Makes the access yield its rows in this order, if key order or its reverse is that order.
///
/// Every access yields rows in key order. A column that is fixed to one value is in any order, and
/// so is everything behind the whole key, because keys are unique.
pub(super) fn satisfy(table: &Table, access: &mut Access, order: &[SortKey]) -> bool {
    let fixed = match access {
        Access::Point(_) | Access::Nothing => return true,
        Access::Multi(sources) => fixed_columns(table, sources),
        Access::Range { prefix, .. } => fixed_columns(table, prefix),
    };
    let Some(reverse) = direction(table, &fixed, order) else {
        return false;
    };
    match access {
        Access::Range {
            reverse: backward, ..
        } => {
            *backward = reverse;
            true
        }
        Access::Multi(_) => !reverse,
        Access::Point(_) | Access::Nothing => true,
    }
}

/// The columns of the table that have one value only.
fn fixed_columns(table: &Table, sources: &[KeySource]) -> Vec<usize> {
    let keys = table.key_columns().iter();
    keys.zip(sources)
        .filter(|(_, source)| matches!(source, KeySource::One(_)))
        .map(|(key, _)| key.column)
        .collect()
}

/// Whether the keys must be read backward for this order; none if neither way gives it.
fn direction(table: &Table, fixed: &[usize], order: &[SortKey]) -> Option<bool> {
    let mut keys = table
        .key_columns()
        .iter()
        .filter(|key| !fixed.contains(&key.column));
    let mut sorted = Vec::new();
    let mut reverse = None;
    let mut is_unique = false;
    for SortKey {
        expr,
        descending,
        nulls_first: _,
    } in order
    {
        // Keys are never null, so where nulls would go does not matter.
        if is_unique {
            break;
        }
        let column = column(expr)?;
        if fixed.contains(&column) || sorted.contains(&column) {
            continue;
        }
        let key = keys.next().filter(|key| key.column == column)?;
        let backward = key.descending != *descending;
        if *reverse.get_or_insert(backward) != backward {
            return None;
        }
        sorted.push(column);
        is_unique = sorted.len() + fixed.len() >= table.key_columns().len();
    }
    Some(reverse.unwrap_or(false))
}
