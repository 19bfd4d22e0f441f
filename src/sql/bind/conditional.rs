//! CASE, COALESCE, NULLIF, GREATEST, LEAST and ARRAY: several expressions, one type.

use sqlparser::ast;
use sqlparser::tokenizer::Location;

use super::{Binder, Typed};
use crate::error::Result;
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Type};

impl Binder<'_> {
    pub(super) fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
        at: Location,
    ) -> Result<Typed> {
        // PostgreSQL evaluates the operand once and takes an untyped one for text.
        let operand = match operand {
            Some(operand) => {
                let typed = self.expr(operand)?;
                Some((self.unknown_as_text(typed)?, operand))
            }
            None => None,
        };
        let mut whens = Vec::with_capacity(conditions.len());
        let mut results = Vec::with_capacity(conditions.len() + 1);
        for ast::CaseWhen { condition, result } in conditions {
            let condition_bound = match &operand {
                Some((typed, syntax)) => {
                    let left = self.copy(typed)?;
                    let right = self.expr(condition)?;
                    let at = right.at;
                    self.binary("=", left, right, syntax)
                        .map_err(|e| e.at(self.position(self.keyword_before(at, "WHEN"))))?
                }
                None => self.expr(condition)?,
            };
            whens.push(self.condition(condition_bound, "CASE/WHEN")?);
            results.push(self.expr(result)?);
        }
        // ELSE comes first in the search for the common type, as in PostgreSQL.
        let last = match otherwise {
            Some(otherwise) => self.expr(otherwise)?,
            None => Typed::new(Expr::null(Kind::Unknown), Kind::Unknown, at),
        };
        results.insert(0, last);
        let (exprs, kind) = self.common(results, "CASE")?;
        let mut exprs = exprs.into_iter();
        let otherwise = exprs.next().unwrap_or(Expr::null(kind));
        let expr = Expr::Case {
            branches: whens.into_iter().zip(exprs).collect(),
            otherwise: Box::new(otherwise),
        };
        Ok(Typed::new(expr, kind, at))
    }

    /// Binds each of several expressions.
    pub(super) fn exprs(&mut self, exprs: &[&ast::Expr]) -> Result<Vec<Typed>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn coalesce(&mut self, args: &[&ast::Expr], at: Location) -> Result<Typed> {
        let args = self.exprs(args)?;
        let (args, kind) = self.common(args, "COALESCE")?;
        Ok(Typed::new(Expr::Coalesce(args), kind, at))
    }

    pub(super) fn extreme(
        &mut self,
        greatest: bool,
        args: &[&ast::Expr],
        at: Location,
    ) -> Result<Typed> {
        let args = self.exprs(args)?;
        let what = if greatest { "GREATEST" } else { "LEAST" };
        let (args, kind) = self.common(args, what)?;
        Ok(Typed::new(Expr::Extreme { greatest, args }, kind, at))
    }

    /// `NULLIF(a, b)`: of the type that `a = b` makes of `a`.
    pub(super) fn nullif(&mut self, a: &ast::Expr, b: &ast::Expr, at: Location) -> Result<Typed> {
        let left = self.expr(a)?;
        let right = self.expr(b)?;
        let (actual, compared) = (left.kind(), left.at);
        let Ok(chosen) = self.find_binary("=", left.kind(), right.kind()) else {
            return self
                .binary("=", left, right, a)
                .map_err(|e| e.at(self.position(at)));
        };
        let target = match chosen.args.first() {
            Some(Kind::AnyArray | Kind::AnyElement) | None => actual,
            Some(kind) => *kind,
        };
        let left = self.coerce(left, Type::of(target), CastContext::Implicit)?;
        let value = self.copy(&left)?;
        let condition = self.apply_binary(chosen, left, right)?;
        let at = if at.line == 0 { compared } else { at };
        let expr = Expr::NullIf {
            value: Box::new(value.expr),
            condition: Box::new(condition.expr),
        };
        Ok(Typed::new(expr, target, at))
    }

    /// `ARRAY[...]`, whose elements are cast if a cast around it says to what.
    pub(super) fn array_literal(
        &mut self,
        array: &ast::Array,
        target: Option<Kind>,
    ) -> Result<Typed> {
        let ast::Array { elem, named: _ } = array;
        let at = elem.first().map_or(Location::empty(), super::expr::start);
        let mut items = Vec::with_capacity(elem.len());
        for item in elem {
            items.push(match item {
                ast::Expr::Array(inner) => self.array_literal(inner, target)?,
                item => self.expr(item)?,
            });
        }
        if let Some(element) = target {
            return self.typed_array(items, element, at);
        }
        if items.is_empty() {
            let at = self.keyword_after(self.start, "ARRAY");
            return Err(self
                .error(
                    SqlState::IndeterminateDatatype,
                    "cannot determine type of empty array",
                    at,
                )
                .with_hint(
                    "Explicitly cast to the desired type, for example ARRAY[]::integer[].",
                ));
        }
        let (items, kind) = self.common(items, "ARRAY")?;
        let element = kind.element().unwrap_or(kind);
        let Some(array) = element.array() else {
            return Err(self.error(
                SqlState::UndefinedObject,
                format!("could not find array type for data type {element}"),
                at,
            ));
        };
        Ok(Typed::new(Expr::Array { element, items }, array, at))
    }

    fn typed_array(&mut self, items: Vec<Typed>, element: Kind, at: Location) -> Result<Typed> {
        let mut exprs = Vec::with_capacity(items.len());
        for item in items {
            exprs.push(match item.kind() {
                Kind::Array(of) if *of == element => item.expr,
                _ => self.cast(item, Type::of(element), None)?.expr,
            });
        }
        let array = element.array().unwrap_or(Kind::AnyArray);
        let expr = Expr::Array {
            element,
            items: exprs,
        };
        Ok(Typed::new(expr, array, at))
    }
}
