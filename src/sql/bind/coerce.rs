//! Conversions: where one type becomes another (manual, 10.4 and 10.5).

use super::{Binder, Clause, Typed};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::casts::{CastPath, find_cast};
use crate::types::{CastContext, Datum, Kind, Type, io};

/// Whether a value of one kind can become one of another.
pub(super) fn can_coerce(source: Kind, target: Kind, context: CastContext) -> bool {
    if source == target {
        return true;
    }
    match (source, target) {
        (_, Kind::Any | Kind::AnyElement) => true,
        (Kind::Unknown, Kind::Void) => false,
        (Kind::Unknown, _) => true,
        (Kind::Array(_), Kind::AnyArray) => true,
        (_, Kind::AnyArray) => false,
        _ => find_cast(source, target, context).is_some(),
    }
}

/// Whether values of one kind are represented as those of another, so that an implicit cast does
/// nothing.
pub(super) fn is_binary_coercible(source: Kind, target: Kind) -> bool {
    source == target || find_cast(source, target, CastContext::Implicit) == Some(CastPath::Relabel)
}

impl Binder<'_> {
    /// Converts a value in a context, if there is a way.
    pub(super) fn try_coerce(
        &mut self,
        typed: Typed,
        target: Type,
        context: CastContext,
    ) -> Result<Option<Typed>> {
        if !can_coerce(typed.kind(), target.kind, context) {
            return Ok(None);
        }
        self.coerce(typed, target, context).map(Some)
    }

    /// Converts a value in a context; there must be a way.
    pub(super) fn coerce(
        &mut self,
        typed: Typed,
        target: Type,
        context: CastContext,
    ) -> Result<Typed> {
        let Typed { expr, ty, at } = typed;
        if matches!(target.kind, Kind::Any | Kind::AnyElement | Kind::AnyArray) {
            return Ok(Typed { expr, ty, at });
        }
        if target.kind == Kind::Unknown {
            return Ok(Typed { expr, ty, at });
        }
        let explicit = context == CastContext::Explicit;
        let (expr, actual) = match (expr, ty.kind) {
            (Expr::Const { value, .. }, Kind::Unknown) => (
                self.read_literal(value, target.kind, at)?,
                Type::of(target.kind),
            ),
            (Expr::Param { index, .. }, Kind::Unknown) => (
                self.decide_param(index, target.kind, at)?,
                Type::of(target.kind),
            ),
            (expr, _) if ty.kind == target.kind => (expr, ty),
            (expr, kind) => {
                let path = find_cast(kind, target.kind, context)
                    .ok_or_else(|| Error::internal(format!("no cast from {kind} to {target}")))?;
                let cast = Expr::Cast {
                    input: Box::new(expr),
                    path,
                    target,
                    explicit,
                };
                return Ok(Typed {
                    expr: cast,
                    ty: target,
                    at,
                });
            }
        };
        if target.modifier < 0 || actual.modifier == target.modifier {
            return Ok(Typed {
                expr,
                ty: actual,
                at,
            });
        }
        let fitted = Expr::Cast {
            input: Box::new(expr),
            path: CastPath::Relabel,
            target,
            explicit,
        };
        Ok(Typed {
            expr: fitted,
            ty: target,
            at,
        })
    }

    /// Reads a quoted literal as a value of its type.
    fn read_literal(
        &self,
        value: Datum,
        kind: Kind,
        at: sqlparser::tokenizer::Location,
    ) -> Result<Expr> {
        let value = match &value {
            Datum::Text(text) if kind != Kind::Text && kind != Kind::Varchar => {
                io::parse_text(kind, text, self.scope.env).map_err(|e| e.at(self.position(at)))?
            }
            _ => value,
        };
        Ok(Expr::Const { value, kind })
    }

    /// Converts the argument of a clause that wants one type: WHERE, LIMIT...
    pub(super) fn coerce_argument(&mut self, typed: Typed, kind: Kind, what: &str) -> Result<Expr> {
        let (actual, at) = (typed.kind(), typed.at);
        match self.try_coerce(typed, Type::of(kind), CastContext::Assignment)? {
            Some(typed) => Ok(typed.expr),
            None => Err(self.error(
                SqlState::DatatypeMismatch,
                format!("argument of {what} must be type {kind}, not type {actual}"),
                at,
            )),
        }
    }

    /// Converts a condition.
    pub(super) fn condition(&mut self, typed: Typed, what: &str) -> Result<Expr> {
        self.coerce_argument(typed, Kind::Bool, what)
    }

    /// A quoted literal or parameter that nothing has given a type is text.
    pub(super) fn unknown_as_text(&mut self, typed: Typed) -> Result<Typed> {
        match typed.kind() {
            Kind::Unknown => self.coerce(typed, Type::of(Kind::Text), CastContext::Implicit),
            _ => Ok(typed),
        }
    }

    /// The type that several expressions have in common (manual, 10.5), or none.
    pub(super) fn find_common_kind(&self, items: &[Typed]) -> Result<Kind, Mismatch> {
        let mut common = Kind::Unknown;
        for (index, item) in items.iter().enumerate() {
            let kind = item.kind();
            if kind == Kind::Unknown || kind == common {
                continue;
            }
            if common == Kind::Unknown {
                common = kind;
            } else if kind.category() != common.category() {
                return Err(Mismatch { common, index });
            } else if !common.is_preferred()
                && can_coerce(common, kind, CastContext::Implicit)
                && !can_coerce(kind, common, CastContext::Implicit)
            {
                common = kind;
            }
        }
        Ok(match common {
            Kind::Unknown => Kind::Text,
            kind => kind,
        })
    }

    /// The type that several expressions have in common; `what` names the construct.
    pub(super) fn common_kind(&self, items: &[Typed], what: &str) -> Result<Kind> {
        self.find_common_kind(items).map_err(|mismatch| {
            let item = &items[mismatch.index];
            self.error(
                SqlState::DatatypeMismatch,
                format!(
                    "{what} types {} and {} cannot be matched",
                    mismatch.common,
                    item.kind()
                ),
                item.at,
            )
        })
    }

    /// Converts to the common type.
    pub(super) fn coerce_common(&mut self, typed: Typed, kind: Kind, what: &str) -> Result<Expr> {
        let (actual, at) = (typed.kind(), typed.at);
        match self.try_coerce(typed, Type::of(kind), CastContext::Implicit)? {
            Some(typed) => Ok(typed.expr),
            None => Err(self.error(
                SqlState::CannotCoerce,
                format!("{what} could not convert type {actual} to {kind}"),
                at,
            )),
        }
    }

    /// Binds expressions and converts them to their common type.
    pub(super) fn common(&mut self, items: Vec<Typed>, what: &str) -> Result<(Vec<Expr>, Kind)> {
        let kind = self.common_kind(&items, what)?;
        let exprs = items
            .into_iter()
            .map(|item| self.coerce_common(item, kind, what))
            .collect::<Result<_>>()?;
        Ok((exprs, kind))
    }

    /// Converts a value that is stored in a column.
    pub(super) fn assign(&mut self, typed: Typed, name: &str, target: Type) -> Result<Expr> {
        let (actual, at) = (typed.kind(), typed.at);
        // PostgreSQL has forgotten where a default stood when it finds that out.
        let (default, at) = match self.clause {
            Clause::Default => ("default ", sqlparser::tokenizer::Location::empty()),
            _ => ("", at),
        };
        match self.try_coerce(typed, target, CastContext::Assignment)? {
            Some(typed) => Ok(typed.expr),
            None => Err(self
                .error(
                    SqlState::DatatypeMismatch,
                    format!(
                        "column \"{name}\" is of type {} but {default}expression is of type {actual}",
                        target.kind
                    ),
                    at,
                )
                .with_hint("You will need to rewrite or cast the expression.")),
        }
    }
}

/// Two types without a common one.
#[derive(Debug)]
pub(super) struct Mismatch {
    pub common: Kind,
    /// The expression that does not fit.
    pub index: usize,
}
