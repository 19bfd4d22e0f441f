//! Arrays: `ARRAY[...]` and subscripts.

use super::{EvalContext, eval_all};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::{Array, Datum, Kind};

/// `ARRAY[...]`. Items that are arrays become one more dimension.
pub(super) fn array(
    element: Kind,
    items: &[Expr],
    row: &[Datum],
    ctx: &EvalContext<'_>,
) -> Result<Datum> {
    let items = eval_all(items, row, ctx)?;
    let nested = items.iter().any(|item| matches!(item, Datum::Array(_)));
    let array = if nested {
        stack(element, &items)?
    } else {
        let dimensions = match items.len() {
            0 => Vec::new(),
            length => vec![(dimension(length)?, 1)],
        };
        Array {
            element,
            dimensions,
            items,
        }
    };
    Ok(Datum::Array(array.into()))
}

/// Puts arrays of the same dimensions into one that has a dimension more. Empty ones and NULLs
/// make an empty array, but only among themselves.
fn stack(element: Kind, arrays: &[Datum]) -> Result<Array> {
    let mismatch = || {
        Error::new(
            SqlState::ArraySubscriptError,
            "multidimensional arrays must have array expressions with matching dimensions",
        )
    };
    let filled: Vec<&Array> = arrays
        .iter()
        .filter_map(|item| item.as_array().ok())
        .filter(|array| !array.dimensions.is_empty())
        .collect();
    let Some(first) = filled.first() else {
        return Ok(Array {
            element,
            dimensions: Vec::new(),
            items: Vec::new(),
        });
    };
    if filled.len() != arrays.len() || filled.iter().any(|a| a.dimensions != first.dimensions) {
        return Err(mismatch());
    }
    let mut dimensions = vec![(dimension(filled.len())?, 1)];
    dimensions.extend(&first.dimensions);
    Ok(Array {
        element,
        dimensions,
        items: filled
            .iter()
            .flat_map(|a| a.items.iter().cloned())
            .collect(),
    })
}

fn dimension(length: usize) -> Result<i32> {
    i32::try_from(length).map_err(|_| {
        Error::new(
            SqlState::ProgramLimitExceeded,
            "array size exceeds the maximum allowed",
        )
    })
}

/// `a[i][j]...`: NULL where an index is NULL or out of range, or their number is not that of the
/// array's dimensions.
pub(super) fn subscript(expr: &Expr, row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    let mut indexes = Vec::new();
    let mut base = expr;
    while let Expr::Subscript { array, index } = base {
        indexes.push(index.eval(row, ctx)?);
        base = array;
    }
    let array = base.eval(row, ctx)?;
    if array.is_null() {
        return Ok(Datum::Null);
    }
    let array = array.as_array()?;
    if indexes.len() != array.dimensions.len() {
        return Ok(Datum::Null);
    }
    let mut place = 0usize;
    for (index, (length, lower)) in indexes.iter().rev().zip(&array.dimensions) {
        let Datum::Int4(index) = index else {
            return Ok(Datum::Null);
        };
        let offset = i64::from(*index) - i64::from(*lower);
        if !(0..i64::from(*length)).contains(&offset) {
            return Ok(Datum::Null);
        }
        place = place * *length as usize + offset as usize;
    }
    Ok(array.items.get(place).cloned().unwrap_or(Datum::Null))
}
