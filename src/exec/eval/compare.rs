//! Comparisons of more than two values, and those that know NULL.

use super::{EvalContext, invoke, three_valued, truth};
use crate::error::Result;
use crate::exec::Expr;
use crate::exec::expr::{Elements, RowPair};
use crate::types::compare::compare;
use crate::types::{Datum, Function};

pub(super) fn is_distinct(
    equal: &Function,
    pair: &[Datum; 2],
    ctx: &EvalContext<'_>,
) -> Result<bool> {
    match (pair[0].is_null(), pair[1].is_null()) {
        (true, true) => Ok(false),
        (true, false) | (false, true) => Ok(true),
        (false, false) => Ok(truth(&(equal.eval)(ctx.env, pair)?)? != Some(true)),
    }
}

/// `ANY` is OR over the elements, `ALL` is AND.
pub(super) fn quantified(
    function: &Function,
    all: bool,
    left: &Expr,
    right: &Elements,
    row: &[Datum],
    ctx: &EvalContext<'_>,
) -> Result<Datum> {
    let mut pair = [left.eval(row, ctx)?, Datum::Null];
    let mut unknown = false;
    let mut decided = |element: Datum| -> Result<bool> {
        pair[1] = element;
        match truth(&invoke(function, &pair, ctx)?)? {
            Some(value) => Ok(value != all),
            None => {
                unknown = true;
                Ok(false)
            }
        }
    };
    match right {
        Elements::List(items) => {
            for item in items {
                if decided(item.eval(row, ctx)?)? {
                    return Ok(Datum::Bool(!all));
                }
            }
        }
        Elements::Array(array) => {
            let array = array.eval(row, ctx)?;
            if array.is_null() {
                return Ok(Datum::Null);
            }
            for item in &array.as_array()?.items {
                if decided(item.clone())? {
                    return Ok(Datum::Bool(!all));
                }
            }
        }
    }
    Ok(three_valued((!unknown).then_some(all)))
}

/// Compares rows pair by pair. The first pair that differs decides an ordering; a NULL met before
/// it leaves it unknown. `=` and `<>` look at all pairs, as one that differs decides them even
/// after a NULL.
pub(super) fn row_compare(
    operator: &str,
    pairs: &[RowPair],
    row: &[Datum],
    ctx: &EvalContext<'_>,
) -> Result<Datum> {
    let equality = matches!(operator, "=" | "<>");
    let mut unknown = false;
    for pair in pairs {
        let values = [pair.left.eval(row, ctx)?, pair.right.eval(row, ctx)?];
        match truth(&invoke(pair.equal, &values, ctx)?)? {
            Some(true) => {}
            Some(false) if equality => return Ok(Datum::Bool(operator == "<>")),
            Some(false) => return invoke(pair.ordered, &values, ctx),
            None if equality => unknown = true,
            None => return Ok(Datum::Null),
        }
    }
    let equal = matches!(operator, "=" | "<=" | ">=");
    Ok(three_valued((!unknown).then_some(equal)))
}

pub(super) fn extreme(
    greatest: bool,
    args: &[Expr],
    row: &[Datum],
    ctx: &EvalContext<'_>,
) -> Result<Datum> {
    let mut best = Datum::Null;
    for arg in args {
        let value = arg.eval(row, ctx)?;
        let better = best.is_null()
            || (!value.is_null() && {
                let order = compare(&value, &best);
                if greatest {
                    order.is_gt()
                } else {
                    order.is_lt()
                }
            });
        if better {
            best = value;
        }
    }
    Ok(best)
}
