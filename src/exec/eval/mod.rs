//! The one evaluator of expressions.
//!
//! - `compare`: what compares several values, or knows NULL: rows, `ANY`, `IS DISTINCT FROM`.
//! - `array`: arrays and their elements.
//!
//! A strict function is not called when an argument is NULL. Conditions have three values:
//! [`Expr::truth`] is true, false or none. Evaluation is as deep as the expression is
//! nested, which the binder has bounded.

mod array;
mod compare;

use super::Context;
use super::expr::Expr;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::{Datum, Env, Function, casts};
use array::{array, subscript};
use compare::{extreme, is_distinct, quantified, row_compare};

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
    if value.is_null() {
        return Ok(None);
    }
    value.as_bool().map(Some)
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

fn coalesce(args: &[Expr], row: &[Datum], ctx: &EvalContext<'_>) -> Result<Datum> {
    for arg in args {
        let value = arg.eval(row, ctx)?;
        if !value.is_null() {
            return Ok(value);
        }
    }
    Ok(Datum::Null)
}

#[cfg(test)]
mod tests;
