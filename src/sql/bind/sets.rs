//! IN, BETWEEN, LIKE, ANY and ALL, IS DISTINCT FROM.

use sqlparser::ast::{self, BinaryOperator};

use super::expr::{start, unnested};
use super::operators::operator_name;
use super::{Binder, Typed, generic, rows, walk};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::expr::Elements;
use crate::sql::parse::SYMMETRIC;
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Type};

impl Binder<'_> {
    /// `x IN (a, b)`: what needs no row is compared as one list of one type, the rest one by one.
    pub(super) fn in_list(
        &mut self,
        left: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
    ) -> Result<Typed> {
        let result = match super::expr::is_row(left) {
            true => self.in_rows(left, list, negated),
            false => self.in_values(left, list, negated),
        };
        result.map_err(|e| {
            let keyword = if negated { "NOT" } else { "IN" };
            e.at(self.position(self.keyword_after(start(left), keyword)))
        })
    }

    fn in_values(&mut self, left: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Typed> {
        let operator = if negated { "<>" } else { "=" };
        let bound = self.expr(left)?;
        let at = bound.at;
        let (mut together, mut single) = (Vec::new(), Vec::new());
        for item in list {
            let item = self.expr(item)?;
            match walk::has_columns(&item.expr) {
                true => single.push(item),
                false => together.push(item),
            }
        }
        let mut terms = Vec::new();
        if together.len() > 1 {
            match self.list_kind(&bound, &together)? {
                Some(kind) => {
                    let left_copy = self.copy(&bound)?;
                    terms.push(self.in_array(left_copy, together, kind, negated)?);
                }
                None => single.splice(0..0, together).for_each(drop),
            }
        } else {
            single.splice(0..0, together).for_each(drop);
        }
        for item in single {
            let left_copy = self.copy(&bound)?;
            terms.push(self.binary(operator, left_copy, item, left)?.expr);
        }
        let expr = match terms.len() {
            1 => terms.swap_remove(0),
            _ if negated => Expr::And(terms),
            _ => Expr::Or(terms),
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    /// The common type of the left side and the list, if it makes an array.
    fn list_kind(&self, left: &Typed, list: &[Typed]) -> Result<Option<Kind>> {
        let mut all = Vec::with_capacity(list.len() + 1);
        all.push(Typed::new(Expr::null(left.kind()), left.ty, left.at));
        all.extend(
            list.iter()
                .map(|t| Typed::new(Expr::null(t.kind()), t.ty, t.at)),
        );
        let common = self.find_common_kind(&all).ok();
        Ok(common.filter(|kind| kind.array().is_some()))
    }

    fn in_array(
        &mut self,
        left: Typed,
        list: Vec<Typed>,
        kind: Kind,
        negated: bool,
    ) -> Result<Expr> {
        let operator = if negated { "<>" } else { "=" };
        let chosen = match self.find_binary(operator, left.kind(), kind) {
            Ok(chosen) => chosen,
            Err(why) => {
                let at = sqlparser::tokenizer::Location::empty();
                return Err(self.no_operator(why, operator, Some(left.kind()), kind, at));
            }
        };
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let item = self.coerce_common(item, kind, "IN")?;
            let item = Typed::new(item, kind, left.at);
            let target = Type::of(generic_target(chosen.args[1], kind));
            items.push(self.coerce(item, target, CastContext::Implicit)?.expr);
        }
        let target = Type::of(generic_target(chosen.args[0], left.kind()));
        let left = self.coerce(left, target, CastContext::Implicit)?;
        Ok(Expr::Quantified {
            function: chosen.item.function,
            operator: chosen.item.name,
            all: negated,
            left: Box::new(left.expr),
            right: Elements::List(items),
        })
    }

    /// `(a, b) IN ((1, 2), (3, 4))`
    fn in_rows(&mut self, left: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Typed> {
        let operator = if negated { "<>" } else { "=" };
        let mut terms = Vec::with_capacity(list.len());
        for item in list {
            terms.push(self.compare_rows(operator, left, item)?.expr);
        }
        let expr = match terms.len() {
            1 => terms.swap_remove(0),
            _ if negated => Expr::And(terms),
            _ => Expr::Or(terms),
        };
        Ok(Typed::new(expr, Kind::Bool, start(left)))
    }

    /// `x BETWEEN a AND b`; PostgreSQL writes it out as two comparisons, too.
    pub(super) fn between(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Result<Typed> {
        if matches!(value, ast::Expr::Between { .. }) {
            let at = self.token_after(value, "BETWEEN");
            return Err(self.error(
                SqlState::SyntaxError,
                "syntax error at or near \"BETWEEN\"",
                at,
            ));
        }
        let (low, symmetric) = match symmetric_bound(low) {
            Some(low) => (low, true),
            None => (low, false),
        };
        let first = self.range(value, negated, low, high)?;
        if !symmetric {
            return Ok(first);
        }
        let at = first.at;
        let second = self.range(value, negated, high, low)?;
        let both = vec![first.expr, second.expr];
        let expr = if negated {
            Expr::And(both)
        } else {
            Expr::Or(both)
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    fn range(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        low: &ast::Expr,
        high: &ast::Expr,
    ) -> Result<Typed> {
        let (above, below) = if negated { ("<", ">") } else { (">=", "<=") };
        if super::expr::is_row(value) {
            let first = self.compare_rows(above, value, low)?;
            let second = self.compare_rows(below, value, high)?;
            return Ok(both(first, second, negated));
        }
        let bound = self.expr(value)?;
        let again = self.copy(&bound)?;
        let low = self.expr(low)?;
        let first = self.binary(above, bound, low, value)?;
        // A parameter on the left may have got its type by now.
        let again = match again.expr {
            Expr::Param { .. } => self.expr(value)?,
            _ => again,
        };
        let high = self.expr(high)?;
        let second = self.binary(below, again, high, value)?;
        Ok(both(first, second, negated))
    }

    pub(super) fn like(
        &mut self,
        operator: &str,
        any: bool,
        value: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
    ) -> Result<Typed> {
        if any {
            return self.quantified_by(value, operator, pattern, false);
        }
        if let Some(array) = all_call(pattern) {
            return self.quantified_by(value, operator, array, true);
        }
        let left = self.expr(value)?;
        let mut right = self.expr(pattern)?;
        if let Some(escape) = escape {
            let escape = self.expr(escape)?;
            let at = right.at;
            right = self.call_named("like_escape", vec![right, escape], at)?;
        }
        self.binary(operator, left, right, value).map_err(|e| {
            let keyword = match operator {
                "~~" => "LIKE",
                "~~*" => "ILIKE",
                _ => "NOT",
            };
            let at = self.keyword_after(start(value), keyword);
            e.at(self.position(at))
        })
    }

    /// `x = ANY (array)`, `x = ALL (array)`
    pub(super) fn quantified(
        &mut self,
        left: &ast::Expr,
        op: &BinaryOperator,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Typed> {
        let name = operator_name(op)?;
        self.quantified_by(left, &name, right, all)
    }

    fn quantified_by(
        &mut self,
        left: &ast::Expr,
        name: &str,
        right: &ast::Expr,
        all: bool,
    ) -> Result<Typed> {
        let what = if all { "ALL" } else { "ANY" };
        if matches!(unnested(right), ast::Expr::Subquery(_)) {
            return Err(self.refuse(format!("{what} of a subquery"), start(right)));
        }
        let syntax = left;
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let operator_at = || self.token_after(syntax, name);
        let element = match right.kind() {
            Kind::Unknown => Kind::Unknown,
            Kind::Array(element) => *element,
            _ => {
                let message = "op ANY/ALL (array) requires array on right side";
                return Err(self.error(SqlState::WrongObjectType, message, operator_at()));
            }
        };
        let chosen = match self.find_binary(name, left.kind(), element) {
            Ok(chosen) => chosen,
            Err(why) => {
                return Err(self.no_operator(why, name, Some(left.kind()), element, operator_at()));
            }
        };
        if chosen.item.function.result != Kind::Bool {
            let message = "op ANY/ALL (array) requires operator to yield boolean";
            return Err(self.error(SqlState::WrongObjectType, message, operator_at()));
        }
        let at = left.at;
        let target = generic_target(chosen.args[1], element);
        let Some(array) = target.array() else {
            return Err(Error::internal(format!("no array of {target}")));
        };
        let right = self.coerce(right, Type::of(array), CastContext::Implicit)?;
        let target = Type::of(generic_target(chosen.args[0], left.kind()));
        let left = self.coerce(left, target, CastContext::Implicit)?;
        let expr = Expr::Quantified {
            function: chosen.item.function,
            operator: chosen.item.name,
            all,
            left: Box::new(left.expr),
            right: Elements::Array(Box::new(right.expr)),
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    pub(super) fn is_distinct(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        negated: bool,
    ) -> Result<Typed> {
        if let (Some(lefts), Some(rights)) = (rows::row_items(left), rows::row_items(right)) {
            return self.rows_distinct(&lefts, &rights, negated, start(left));
        }
        let syntax = left;
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let at = left.at;
        let chosen = match self.find_binary("=", left.kind(), right.kind()) {
            Ok(chosen) => chosen,
            Err(_) => return self.binary("=", left, right, syntax),
        };
        let (args, _) = self.coerce_args(&chosen.args, vec![left, right])?;
        let mut args = args.into_iter();
        let (Some(left), Some(right)) = (args.next(), args.next()) else {
            return Err(Error::internal("= has two operands"));
        };
        let expr = Expr::IsDistinct {
            equal: chosen.item.function,
            left: Box::new(left),
            right: Box::new(right),
            negated,
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    fn rows_distinct(
        &mut self,
        lefts: &[&ast::Expr],
        rights: &[&ast::Expr],
        negated: bool,
        at: sqlparser::tokenizer::Location,
    ) -> Result<Typed> {
        self.check_row_lengths(lefts.len(), rights.len(), at)?;
        let mut terms = Vec::with_capacity(lefts.len());
        for (left, right) in lefts.iter().zip(rights) {
            terms.push(self.is_distinct(left, right, negated)?.expr);
        }
        let expr = if negated {
            Expr::And(terms)
        } else {
            Expr::Or(terms)
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }
}

/// `LIKE ALL (array)`, which sqlparser reads as a call.
fn all_call(pattern: &ast::Expr) -> Option<&ast::Expr> {
    let ast::Expr::Function(function) = pattern else {
        return None;
    };
    match function.name.0.as_slice() {
        [name] => {
            let ident = name.as_ident()?;
            let is_all = ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("all");
            is_all.then(|| rows::row_call(function))??.first().copied()
        }
        _ => None,
    }
}

/// What stands behind SYMMETRIC: the parser's rewriting made a call of it.
fn symmetric_bound(low: &ast::Expr) -> Option<&ast::Expr> {
    let ast::Expr::Function(function) = low else {
        return None;
    };
    match function.name.0.as_slice() {
        [name] if name.as_ident().is_some_and(|n| n.value == SYMMETRIC) => {}
        _ => return None,
    }
    rows::row_call(function)?.first().copied()
}

/// Both sides of BETWEEN, or one of them for NOT BETWEEN.
fn both(first: Typed, second: Typed, negated: bool) -> Typed {
    let at = first.at;
    let terms = vec![first.expr, second.expr];
    let expr = if negated {
        Expr::Or(terms)
    } else {
        Expr::And(terms)
    };
    Typed::new(expr, Kind::Bool, at)
}

/// What a signature's kind means for an operand of this kind.
fn generic_target(declared: Kind, actual: Kind) -> Kind {
    let element = generic::element(&[declared], &[actual]).unwrap_or(None);
    generic::concrete(declared, element).unwrap_or(actual)
}
