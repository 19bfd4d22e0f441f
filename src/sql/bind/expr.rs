//! Expressions: what each form of syntax means. Chains that sqlparser nests to the left are walked
//! by loops, so that a long one needs no deep stack.

use sqlparser::ast::{self, BinaryOperator, Spanned, UnaryOperator};
use sqlparser::tokenizer::Location;

use super::operators::operator_name;
use super::{Binder, Typed, walk};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sql::parse::{self, too_complex};
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Type};

/// How many nodes BETWEEN and CASE may repeat in one statement: nested, they double.
const MAX_COPIED: usize = 100_000;

impl Binder<'_> {
    /// Binds an expression.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Result<Typed> {
        use ast::Expr as E;
        match expr {
            E::Identifier(ident) => self.column(std::slice::from_ref(ident)),
            E::CompoundIdentifier(parts) => self.column(parts),
            E::Value(value) => self.literal(value),
            E::Nested(inner) => self.expr(inner),
            E::BinaryOp {
                left: _,
                op,
                right: _,
            } => match op {
                BinaryOperator::And | BinaryOperator::Or => self.junction(expr, op),
                _ => self.binary_chain(expr),
            },
            E::UnaryOp { op, expr } => self.unary(op, expr),
            E::Cast { .. } => self.cast_chain(expr),
            E::TypedString(typed) => self.typed_string(typed),
            E::Function(function) => self.call(function),
            E::IsNull(input) => self.is_null(input, false),
            E::IsNotNull(input) => self.is_null(input, true),
            E::IsTrue(input) => self.is_truth(input, Some(true), false, "IS TRUE"),
            E::IsNotTrue(input) => self.is_truth(input, Some(true), true, "IS NOT TRUE"),
            E::IsFalse(input) => self.is_truth(input, Some(false), false, "IS FALSE"),
            E::IsNotFalse(input) => self.is_truth(input, Some(false), true, "IS NOT FALSE"),
            E::IsUnknown(input) => self.is_truth(input, None, false, "IS UNKNOWN"),
            E::IsNotUnknown(input) => self.is_truth(input, None, true, "IS NOT UNKNOWN"),
            E::IsDistinctFrom(left, right) => self.is_distinct(left, right, false),
            E::IsNotDistinctFrom(left, right) => self.is_distinct(left, right, true),
            E::InList {
                expr,
                list,
                negated,
            } => self.in_list(expr, list, *negated),
            E::Between {
                expr,
                negated,
                low,
                high,
            } => self.between(expr, *negated, low, high),
            E::Like {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => {
                let operator = if *negated { "!~~" } else { "~~" };
                self.like(operator, *any, expr, pattern, escape_char.as_deref())
            }
            E::ILike {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => {
                let operator = if *negated { "!~~*" } else { "~~*" };
                self.like(operator, *any, expr, pattern, escape_char.as_deref())
            }
            E::AnyOp {
                left,
                compare_op,
                right,
                is_some: _,
            } => self.quantified(left, compare_op, right, false),
            E::AllOp {
                left,
                compare_op,
                right,
            } => self.quantified(left, compare_op, right, true),
            E::Case {
                case_token,
                end_token: _,
                operand,
                conditions,
                else_result,
            } => {
                let at = case_token.0.span.start;
                self.case(operand.as_deref(), conditions, else_result.as_deref(), at)
            }
            E::Array(array) => self.array_literal(array, None),
            E::Tuple(items) => {
                let at = self.token_before(expr, "(");
                self.record(items, at)
            }
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            E::Collate { expr, collation } => self.collate(expr, collation),
            other => self.special(other),
        }
    }

    /// Binds a condition: WHERE, HAVING, FILTER...
    pub(super) fn predicate(&mut self, expr: &ast::Expr, clause: super::Clause) -> Result<Expr> {
        self.within(clause, |binder| {
            let typed = binder.expr(expr)?;
            binder.condition(typed, clause.name())
        })
    }

    /// `a AND b AND c`
    fn junction(&mut self, expr: &ast::Expr, junction: &BinaryOperator) -> Result<Typed> {
        let mut rights = Vec::new();
        let mut left = expr;
        while let ast::Expr::BinaryOp { left: l, op, right } = left
            && op == junction
        {
            rights.push(&**right);
            left = l;
        }
        let is_and = *junction == BinaryOperator::And;
        let what = if is_and { "AND" } else { "OR" };
        let first = self.expr(left)?;
        let at = first.at;
        let mut items = vec![self.condition(first, what)?];
        for right in rights.into_iter().rev() {
            let typed = self.expr(right)?;
            items.push(self.condition(typed, what)?);
        }
        let expr = if is_and {
            Expr::And(items)
        } else {
            Expr::Or(items)
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    /// `a + b - c`
    fn binary_chain(&mut self, expr: &ast::Expr) -> Result<Typed> {
        let mut steps = Vec::new();
        let mut first = expr;
        while let ast::Expr::BinaryOp { left, op, right } = first
            && !matches!(op, BinaryOperator::And | BinaryOperator::Or)
        {
            steps.push((&**left, op, &**right));
            first = left;
        }
        let mut bound: Option<Typed> = None;
        for (left, op, right) in steps.into_iter().rev() {
            self.check_nonassociative(left, op)?;
            let name = operator_name(op)?;
            let next = match bound {
                None if is_row(left) || is_row(right) => self.compare_rows(&name, left, right)?,
                None => {
                    let left_bound = self.expr(left)?;
                    let right_bound = self.expr(right)?;
                    self.binary(&name, left_bound, right_bound, left)?
                }
                Some(left_bound) => {
                    let right_bound = self.expr(right)?;
                    self.binary(&name, left_bound, right_bound, left)?
                }
            };
            bound = Some(next);
        }
        bound.ok_or_else(|| Error::internal("an operator without operands"))
    }

    /// Comparisons do not associate: `a < b < c` is no SQL.
    fn check_nonassociative(&self, left: &ast::Expr, op: &BinaryOperator) -> Result<()> {
        let compares = |op: &BinaryOperator| {
            use BinaryOperator as B;
            matches!(op, B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq)
        };
        match left {
            ast::Expr::BinaryOp {
                left: _,
                op: inner,
                right,
            } if compares(inner) && compares(op) => {
                let at = self.token_after(right, &op.to_string());
                Err(self.error(
                    SqlState::SyntaxError,
                    format!("syntax error at or near \"{op}\""),
                    at,
                ))
            }
            _ => Ok(()),
        }
    }

    fn unary(&mut self, op: &UnaryOperator, operand: &ast::Expr) -> Result<Typed> {
        let at = self.sign_before(operand);
        match (op, operand) {
            // PostgreSQL has had no factorial since 14.
            (UnaryOperator::PGPostfixFactorial, _) => {
                Err(parse::near(self.source, Location::empty()))
            }
            (UnaryOperator::Not, _) => {
                let typed = self.expr(operand)?;
                let at = typed.at;
                let input = Box::new(self.condition(typed, "NOT")?);
                Ok(Typed::new(Expr::Not(input), Kind::Bool, at))
            }
            // A number's sign is part of it: -2147483648 is an integer.
            (UnaryOperator::Minus, ast::Expr::Value(value)) => match &value.value {
                ast::Value::Number(digits, _) => self.number(&format!("-{digits}"), at),
                _ => self.unary_operator("-", operand, at),
            },
            // The sign binds tighter than the power, which sqlparser takes for the other way round.
            (UnaryOperator::Minus, ast::Expr::BinaryOp { .. }) => match power_with_sign(operand) {
                Some(signed) => self.expr(&signed),
                None => self.unary_operator("-", operand, at),
            },
            _ => self.unary_operator(&op.to_string(), operand, at),
        }
    }

    /// `x::int::text`
    fn cast_chain(&mut self, expr: &ast::Expr) -> Result<Typed> {
        let mut targets = Vec::new();
        let mut input = expr;
        while let ast::Expr::Cast {
            kind,
            expr,
            data_type,
            format,
        } = input
        {
            self.refuse_some(format.as_ref(), "CAST FORMAT")?;
            if !matches!(kind, ast::CastKind::Cast | ast::CastKind::DoubleColon) {
                return Err(Error::unsupported("TRY_CAST"));
            }
            targets.push((data_type, &**expr));
            input = expr;
        }
        let mut bound: Option<Typed> = None;
        for (data_type, input) in targets.into_iter().rev() {
            let target = self.data_type(data_type)?;
            let typed = match (bound, unnested(input)) {
                (Some(typed), _) => typed,
                (None, ast::Expr::Array(array)) if target.kind.element().is_some() => {
                    self.array_literal(array, target.kind.element())?
                }
                (None, _) => self.expr(input)?,
            };
            bound = Some(self.cast(typed, target, Some(input))?);
        }
        bound.ok_or_else(|| Error::internal("a cast of nothing"))
    }

    /// An explicit cast. `input` is its syntax, for the position of an error.
    pub(super) fn cast(
        &mut self,
        typed: Typed,
        target: Type,
        input: Option<&ast::Expr>,
    ) -> Result<Typed> {
        let (actual, at) = (typed.kind(), typed.at);
        match self.try_coerce(typed, target, CastContext::Explicit)? {
            Some(typed) => Ok(typed),
            None => {
                let colons = input.map(|input| self.colons_after(input));
                let at = colons.filter(|at| at.line > 0).unwrap_or(at);
                Err(self.error(
                    SqlState::CannotCoerce,
                    format!("cannot cast type {actual} to {}", target.kind),
                    at,
                ))
            }
        }
    }

    /// `timestamptz '2026-01-01'`
    fn typed_string(&mut self, typed: &ast::TypedString) -> Result<Typed> {
        let ast::TypedString {
            data_type,
            value,
            uses_odbc_syntax: _,
        } = typed;
        if matches!(data_type, ast::DataType::Array(_)) {
            return Err(self.near_keyword("]"));
        }
        let target = self.data_type(data_type)?;
        if super::literal::string(&value.value).is_none() {
            return Err(self.near(value.span.start));
        }
        let literal = self.literal(value)?;
        self.cast(literal, target, None)
    }

    fn is_null(&mut self, input: &ast::Expr, negated: bool) -> Result<Typed> {
        let typed = self.expr(input)?;
        let at = typed.at;
        let expr = Expr::IsNull {
            input: Box::new(typed.expr),
            negated,
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    fn is_truth(
        &mut self,
        input: &ast::Expr,
        value: Option<bool>,
        negated: bool,
        what: &str,
    ) -> Result<Typed> {
        let typed = self.expr(input)?;
        let at = typed.at;
        let expr = Expr::IsTruth {
            input: Box::new(self.condition(typed, what)?),
            value,
            negated,
        };
        Ok(Typed::new(expr, Kind::Bool, at))
    }

    /// Collations other than by byte are refused.
    fn collate(&mut self, input: &ast::Expr, collation: &ast::ObjectName) -> Result<Typed> {
        let typed = self.expr(input)?;
        let typed = self.unknown_as_text(typed)?;
        self.check_collation(collation)?;
        let kind = typed.kind();
        let element = kind.element().unwrap_or(kind);
        if element.category() != crate::types::Category::String {
            return Err(self.error(
                SqlState::DatatypeMismatch,
                format!("collations are not supported by type {kind}"),
                typed.at,
            ));
        }
        Ok(typed)
    }

    /// An expression once more.
    pub(super) fn copy(&mut self, typed: &Typed) -> Result<Typed> {
        self.copied += walk::size(&typed.expr);
        if self.copied > MAX_COPIED {
            return Err(too_complex());
        }
        Ok(typed.clone())
    }

    /// Where the `::` behind an expression stands, which may have others in it.
    fn colons_after(&self, mut input: &ast::Expr) -> Location {
        let mut skipped = 0;
        while let ast::Expr::Cast {
            kind: ast::CastKind::DoubleColon,
            expr,
            ..
        } = input
        {
            skipped += 1;
            input = expr;
        }
        let mut at = self.token_after(input, "::");
        for _ in 0..skipped {
            at = self.keyword_after(Location::new(at.line, at.column + 2), "::");
        }
        at
    }

    /// Where the operator that follows an expression stands.
    pub(super) fn token_after(&self, expr: &ast::Expr, token: &str) -> Location {
        let end = expr.span().end;
        if end.line == 0 {
            return Location::empty();
        }
        let from = super::position::byte(self.source, end);
        match self.source.get(from..).and_then(|rest| rest.find(token)) {
            Some(offset) => super::position::location(self.source, from + offset),
            None => Location::empty(),
        }
    }

    /// Where the parenthesis before an expression stands.
    fn token_before(&self, expr: &ast::Expr, token: &str) -> Location {
        let start = start(expr);
        if start.line == 0 {
            return start;
        }
        let byte = super::position::byte(self.source, start);
        let found = self
            .source
            .get(..byte)
            .and_then(|before| before.rfind(token));
        found.map_or(start, |byte| super::position::location(self.source, byte))
    }

    /// Where the sign before an expression stands.
    fn sign_before(&self, expr: &ast::Expr) -> Location {
        let start = start(expr);
        if start.line == 0 {
            return start;
        }
        let byte = super::position::byte(self.source, start);
        let before = self.source.get(..byte).unwrap_or_default();
        let sign = before.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
        match sign.char_indices().next_back() {
            Some((byte, _)) => super::position::location(self.source, byte),
            None => start,
        }
    }
}

/// Where an expression starts.
pub(super) fn start(expr: &ast::Expr) -> Location {
    expr.span().start
}

/// The expression within its parentheses.
pub(super) fn unnested(mut expr: &ast::Expr) -> &ast::Expr {
    while let ast::Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// Whether an operand is a row: `(a, b)`, `ROW(a)`.
pub(super) fn is_row(expr: &ast::Expr) -> bool {
    super::rows::row_items(expr).is_some()
}

/// `-(a ^ b)` as sqlparser reads it, as PostgreSQL does: `(-a) ^ b`.
fn power_with_sign(operand: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BinaryOp { left, op, right } = operand else {
        return None;
    };
    if *op != BinaryOperator::PGExp {
        return None;
    }
    let left = power_with_sign(left).unwrap_or_else(|| ast::Expr::UnaryOp {
        op: UnaryOperator::Minus,
        expr: left.clone(),
    });
    Some(ast::Expr::BinaryOp {
        left: Box::new(left),
        op: op.clone(),
        right: right.clone(),
    })
}
