//! Operators: chosen by the types of their operands (manual, 10.2).

use std::borrow::Cow;

use sqlparser::ast::{self, BinaryOperator};
use sqlparser::tokenizer::Location;

use super::resolve::{Candidate, NoChoice, choose};
use super::{Binder, Typed, generic};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Operator, Type, registry};

/// An operator and the kinds that it takes in one call.
pub(super) type Chosen = Candidate<&'static Operator>;

/// Operators that PostgreSQL has also for types that keywire has not (intervals, geometry, json),
/// so that untyped operands leave it no choice; here they would.
fn is_overloaded_elsewhere(name: &str) -> bool {
    const NAMES: [&str; 13] = [
        "+", "-", "*", "/", "&", "|", "#", "~", "<<", ">>", "->", "->>", "#>",
    ];
    NAMES.contains(&name) || name == "#>>"
}

/// How SQL writes an operator.
pub(super) fn operator_name(op: &BinaryOperator) -> Result<Cow<'static, str>> {
    use BinaryOperator as B;
    Ok(match op {
        B::Plus => "+".into(),
        B::Minus => "-".into(),
        B::Multiply => "*".into(),
        B::Divide => "/".into(),
        B::Modulo => "%".into(),
        B::Eq => "=".into(),
        B::NotEq => "<>".into(),
        B::Lt => "<".into(),
        B::LtEq => "<=".into(),
        B::Gt => ">".into(),
        B::GtEq => ">=".into(),
        B::StringConcat => "||".into(),
        B::PGCustomBinaryOperator(parts) => match parts.as_slice() {
            [name] => name.clone().into(),
            [schema, name] if schema.eq_ignore_ascii_case("pg_catalog") => name.clone().into(),
            _ => return Err(Error::unsupported("an operator of another schema")),
        },
        B::Overlaps => return Err(Error::unsupported("OVERLAPS")),
        B::And | B::Or => return Err(Error::internal("no operator")),
        other => other.to_string().into(),
    })
}

impl Binder<'_> {
    /// `left name right`. `syntax` is the left operand's, for the position of an error.
    pub(super) fn binary(
        &mut self,
        name: &str,
        left: Typed,
        right: Typed,
        syntax: &ast::Expr,
    ) -> Result<Typed> {
        let chosen = match self.find_binary(name, left.kind(), right.kind()) {
            Ok(chosen) => chosen,
            Err(why) => {
                let at = self.token_after(syntax, name);
                return Err(self.no_operator(why, name, Some(left.kind()), right.kind(), at));
            }
        };
        self.apply_binary(chosen, left, right)
    }

    /// The operator for two operands.
    pub(super) fn find_binary(
        &self,
        name: &str,
        left: Kind,
        right: Kind,
    ) -> Result<Chosen, NoChoice> {
        let all = registry::operators(name);
        // An unknown operand is first assumed to be as the other one.
        let exact = match (left, right) {
            (Kind::Unknown, kind) | (kind, Kind::Unknown) => (kind, kind),
            both => both,
        };
        let found = all
            .iter()
            .find(|o| o.left == Some(exact.0) && o.right == exact.1);
        if let Some(item) = found {
            return Ok(Candidate {
                item: *item,
                args: vec![exact.0, exact.1],
            });
        }
        if exact.0 == Kind::Unknown && is_overloaded_elsewhere(name) {
            return Err(NoChoice::Ambiguous);
        }
        let candidates = all.iter().filter_map(|o| {
            Some(Candidate {
                item: *o,
                args: vec![o.left?, o.right],
            })
        });
        choose(candidates.collect(), &[left, right])
    }

    /// Applies an operator that was chosen.
    pub(super) fn apply_binary(
        &mut self,
        chosen: Chosen,
        left: Typed,
        right: Typed,
    ) -> Result<Typed> {
        let at = left.at;
        let (args, element) = self.coerce_args(&chosen.args, vec![left, right])?;
        let operator = chosen.item;
        let result = generic::concrete(operator.function.result, element);
        let expr = Expr::Call {
            function: operator.function,
            operator: Some(operator.name),
            args,
        };
        Ok(Typed::new(expr, result.unwrap_or(Kind::Unknown), at))
    }

    /// Converts arguments to what a signature takes; also what its `anyelement` is.
    pub(super) fn coerce_args(
        &mut self,
        declared: &[Kind],
        args: Vec<Typed>,
    ) -> Result<(Vec<Expr>, Option<Kind>)> {
        let actual: Vec<Kind> = args.iter().map(Typed::kind).collect();
        let mut element = None;
        if generic::is_generic(declared) {
            element = generic::element(declared, &actual).unwrap_or(None);
            if element.is_none() {
                let at = args.first().map_or(Location::empty(), |a| a.at);
                return Err(self.error(
                    SqlState::DatatypeMismatch,
                    "could not determine polymorphic type because input has type unknown",
                    at,
                ));
            }
        }
        let mut exprs = Vec::with_capacity(args.len());
        for (arg, declared) in args.into_iter().zip(declared) {
            let kind = generic::concrete(*declared, element).unwrap_or(*declared);
            let arg = self.coerce(arg, Type::of(kind), CastContext::Implicit)?;
            exprs.push(arg.expr);
        }
        Ok((exprs, element))
    }

    /// `- x`
    pub(super) fn unary_operator(
        &mut self,
        name: &str,
        operand: &ast::Expr,
        at: Location,
    ) -> Result<Typed> {
        let operand = self.expr(operand)?;
        let kind = operand.kind();
        let all = registry::operators(name);
        let exact = all.iter().find(|o| o.left.is_none() && o.right == kind);
        let chosen = match exact {
            Some(item) => Ok(Candidate {
                item: *item,
                args: vec![kind],
            }),
            None if kind == Kind::Unknown && is_overloaded_elsewhere(name) => {
                Err(NoChoice::Ambiguous)
            }
            None => {
                let candidates = all.iter().filter(|o| o.left.is_none()).map(|o| Candidate {
                    item: *o,
                    args: vec![o.right],
                });
                choose(candidates.collect(), &[kind])
            }
        };
        let chosen = chosen.map_err(|why| self.no_operator(why, name, None, kind, at))?;
        let (args, element) = self.coerce_args(&chosen.args, vec![operand])?;
        let operator = chosen.item;
        let result = generic::concrete(operator.function.result, element);
        let expr = Expr::Call {
            function: operator.function,
            operator: Some(operator.name),
            args,
        };
        Ok(Typed::new(expr, result.unwrap_or(Kind::Unknown), at))
    }

    pub(super) fn no_operator(
        &self,
        why: NoChoice,
        name: &str,
        left: Option<Kind>,
        right: Kind,
        at: Location,
    ) -> Error {
        let signature = match left {
            Some(left) => format!("{left} {name} {right}"),
            None => format!("{name} {right}"),
        };
        match why {
            NoChoice::Ambiguous => self
                .error(
                    SqlState::AmbiguousFunction,
                    format!("operator is not unique: {signature}"),
                    at,
                )
                .with_hint(
                    "Could not choose a best candidate operator. \
                     You might need to add explicit type casts.",
                ),
            NoChoice::None => self
                .error(
                    SqlState::UndefinedFunction,
                    format!("operator does not exist: {signature}"),
                    at,
                )
                .with_hint(match left {
                    Some(_) => {
                        "No operator matches the given name and argument types. \
                         You might need to add explicit type casts."
                    }
                    None => {
                        "No operator matches the given name and argument type. \
                         You might need to add an explicit type cast."
                    }
                }),
        }
    }
}
