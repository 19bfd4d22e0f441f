//! The one evaluator of expressions.
//!
//! A strict function is not called when an argument is NULL. Conditions have three values:
//! [`truth`] makes true, false or none of a datum. Evaluation is as deep as the expression is
//! nested, which the binder has bounded.

use super::Context;
use super::expr::{Elements, Expr, RowPair};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::compare::compare;
use crate::types::{Array, Datum, Env, Function, Kind, casts};

/// What an expression sees beside its input row.
#[derive(Clone, Copy)]
pub struct EvalContext<'a> {
    /// The values of `$1` and so on.
    pub params: &'a [Datum],
    /// The session.
    pub env: &'a dyn Env,
}

impl Context {
    /// What the expressions of the statement see.
    pub fn eval(&self) -> EvalContext<'_> {
        EvalContext {
            params: &self.params,
            env: &*self.env,
        }
    }
}

/// Calls with this many arguments or fewer need no allocation.
const ARGS_ON_STACK: usize = 4;

impl Expr {
    /// The value of the expression over a row.
    pub fn eval(&self, row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
        Ok(match self {
            Expr::Const { value, .. } => value.clone(),
            Expr::Param { index, .. } => param(*index, ctx)?,
            Expr::Column { index, .. } => column(*index, row)?,
            Expr::Call { function, args, .. } => return call(function, args, row, ctx),
            Expr::Cast {
                input,
                path,
                target,
                explicit,
            } => {
                let value = input.eval(row, ctx)?;
                return casts::apply(path, ctx.env, value, *target, *explicit);
            }
            Expr::And(terms) => return junction(terms, false, row, ctx),
            Expr::Or(terms) => return junction(terms, true, row, ctx),
            Expr::Not(input) => three_valued(input.truth(row, ctx)?.map(|value| !value)),
            Expr::IsNull { input, negated } => {
                Datum::Bool(is_null(&input.eval(row, ctx)?, *negated))
            }
            Expr::IsTruth {
                input,
                value,
                negated,
            } => Datum::Bool((input.truth(row, ctx)? == *value) != *negated),
            Expr::IsDistinct {
                equal,
                left,
                right,
                negated,
            } => {
                let pair = [left.eval(row, ctx)?, right.eval(row, ctx)?];
                Datum::Bool(is_distinct(equal, &pair, ctx)? != *negated)
            }
            Expr::Quantified {
                function,
                all,
                left,
                right,
                ..
            } => return quantified(function, *all, left, right, row, ctx),
            Expr::RowCompare { operator, pairs } => {
                return row_compare(operator, pairs, row, ctx);
            }
            Expr::Coalesce(args) => return coalesce(args, row, ctx),
            Expr::NullIf { value, condition } => match condition.truth(row, ctx)? {
                Some(true) => Datum::Null,
                Some(false) | None => value.eval(row, ctx)?,
            },
            Expr::Extreme { greatest, args } => return extreme(*greatest, args, row, ctx),
            Expr::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    if condition.truth(row, ctx)? == Some(true) {
                        return result.eval(row, ctx);
                    }
                }
                otherwise.eval(row, ctx)?
            }
            Expr::Array { element, items } => return array(*element, items, row, ctx),
            Expr::Subscript { .. } => return subscript(self, row, ctx),
            Expr::Record(items) => Datum::Record(eval_all(items, row, ctx)?.into()),
        })
    }

    /// The value of a condition: none is unknown.
    pub fn truth(&self, row: &[Datum], ctx: &EvalContext<'_>) -> Result<Option<bool>> {
        truth(&self.eval(row, ctx)?)
    }

    /// Whether a condition holds; unknown does not.
    pub fn holds(&self, row: &[Datum], ctx: &EvalContext<'_>) -> Result<bool> {
        Ok(self.truth(row, ctx)? == Some(true))
    }
}

/// The values of several expressions over one row.
pub fn eval_all(exprs: &[Expr], row: &[Datum], ctx: &EvalContext<'_>) -> Result<Vec<Datum>> {
    exprs.iter().map(|expr| expr.eval(row, ctx)).collect()
}

fn param(index: usize, ctx: &EvalContext<'_>) -> Result<Datum> {
    ctx.params.get(index).cloned().ok_or_else(|| {
        Error::new(
            SqlState::UndefinedParameter,
            format!("there is no parameter ${}", index + 1),
        )
    })
}

fn column(index: usize, row: &[Datum]) -> Result<Datum> {
    row.get(index)
        .cloned()
        .ok_or_else(|| Error::internal(format!("column {index} of a row of {}", row.len())))
}

fn truth(value: &Datum) -> Result<Option<bool>> {
    match value {
        Datum::Bool(value) => Ok(Some(*value)),
        Datum::Null => Ok(None),
        other => Err(Error::internal(format!(
            "a condition has the value {other:?}"
        ))),
    }
}

fn three_valued(value: Option<bool>) -> Datum {
    value.map_or(Datum::Null, Datum::Bool)
}

/// `IS NULL`. A row is NULL when all of its fields are, and not NULL when none is: for a mixed
/// row both answers are false.
fn is_null(value: &Datum, negated: bool) -> bool {
    match value {
        Datum::Record(fields) => fields.iter().all(|field| field.is_null() != negated),
        value => value.is_null() != negated,
    }
}

fn call(function: &Function, args: &[Expr], row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    if args.len() > ARGS_ON_STACK {
        return invoke(function, &eval_all(args, row, ctx)?, ctx);
    }
    let mut values = [const { Datum::Null }; ARGS_ON_STACK];
    for (value, arg) in values.iter_mut().zip(args) {
        *value = arg.eval(row, ctx)?;
    }
    invoke(function, &values[..args.len()], ctx)
}

/// Calls a function, unless it is strict and an argument is NULL.
pub(super) fn invoke(function: &Function, args: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    if function.strict && args.iter().any(Datum::is_null) {
        return Ok(Datum::Null);
    }
    (function.eval)(ctx.env, args)
}

/// AND (`decisive` is false) and OR (true): the first decisive term ends it, as in PostgreSQL.
fn junction(terms: &[Expr], decisive: bool, row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    let mut unknown = false;
    for term in terms {
        match term.truth(row, ctx)? {
            Some(value) if value == decisive => return Ok(Datum::Bool(decisive)),
            Some(_) => {}
            None => unknown = true,
        }
    }
    Ok(three_valued((!unknown).then_some(!decisive)))
}

fn is_distinct(equal: &Function, pair: &[Datum; 2], ctx: &EvalContext<'_>) -> Result<bool> {
    match (pair[0].is_null(), pair[1].is_null()) {
        (true, true) => Ok(false),
        (true, false) | (false, true) => Ok(true),
        (false, false) => Ok(truth(&(equal.eval)(ctx.env, pair)?)? != Some(true)),
    }
}

/// `ANY` is OR over the elements, `ALL` is AND.
fn quantified(
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
        Elements::Array(array) => match array.eval(row, ctx)? {
            Datum::Array(array) => {
                for item in &array.items {
                    if decided(item.clone())? {
                        return Ok(Datum::Bool(!all));
                    }
                }
            }
            Datum::Null => return Ok(Datum::Null),
            other => return Err(not_an_array(&other)),
        },
    }
    Ok(three_valued((!unknown).then_some(all)))
}

/// Compares rows pair by pair. The first pair that differs decides an ordering; a NULL met before
/// it leaves it unknown. `=` and `<>` look at all pairs, as one that differs decides them even
/// after a NULL.
fn row_compare(
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

fn coalesce(args: &[Expr], row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    for arg in args {
        let value = arg.eval(row, ctx)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Datum::Null)
}

fn extreme(greatest: bool, args: &[Expr], row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
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

/// `ARRAY[...]`. Items that are arrays become one more dimension.
fn array(element: Kind, items: &[Expr], row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
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
        .filter_map(|item| match item {
            Datum::Array(array) if !array.dimensions.is_empty() => Some(&**array),
            _ => None,
        })
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
fn subscript(expr: &Expr, row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    let mut indexes = Vec::new();
    let mut base = expr;
    while let Expr::Subscript { array, index } = base {
        indexes.push(index.eval(row, ctx)?);
        base = array;
    }
    let array = match base.eval(row, ctx)? {
        Datum::Array(array) => array,
        Datum::Null => return Ok(Datum::Null),
        other => return Err(not_an_array(&other)),
    };
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

fn not_an_array(value: &Datum) -> Error {
    Error::internal(format!("an array has the value {value:?}"))
}

#[cfg(test)]
mod tests;
