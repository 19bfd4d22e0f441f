//! Subscripts: `array[1]`, `document['field']`.

use sqlparser::ast::{self, AccessExpr, Subscript};

use super::{Binder, Typed};
use crate::error::Result;
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Type};

impl Binder<'_> {
    pub(super) fn access(&mut self, root: &ast::Expr, chain: &[AccessExpr]) -> Result<Typed> {
        let mut typed = self.expr(root)?;
        let array = typed.kind();
        for access in chain {
            let index = match access {
                AccessExpr::Subscript(Subscript::Index { index }) => index,
                AccessExpr::Subscript(Subscript::Slice { .. }) => {
                    return Err(self.refuse("an array slice", typed.at));
                }
                AccessExpr::Dot(_) => {
                    return Err(self.refuse("a field of a composite value", typed.at));
                }
            };
            typed = match array {
                Kind::Jsonb => self.jsonb_subscript(typed, index, root)?,
                _ => self.array_subscript(typed, array, index)?,
            };
        }
        Ok(typed)
    }

    /// Each subscript of a chain goes one dimension deeper, and the type stays the element's.
    fn array_subscript(&mut self, typed: Typed, array: Kind, index: &ast::Expr) -> Result<Typed> {
        let at = typed.at;
        let Some(element) = array.element() else {
            return Err(self.error(
                SqlState::DatatypeMismatch,
                format!("cannot subscript type {array} because it does not support subscripting"),
                at,
            ));
        };
        let index = self.expr(index)?;
        let index_at = index.at;
        let index = self.try_coerce(index, Type::of(Kind::Int4), CastContext::Assignment)?;
        let Some(index) = index else {
            return Err(self.error(
                SqlState::DatatypeMismatch,
                "array subscript must have type integer",
                index_at,
            ));
        };
        let expr = Expr::Subscript {
            array: Box::new(typed.expr),
            index: Box::new(index.expr),
        };
        Ok(Typed::new(expr, element, at))
    }

    /// `document['field']` reads as `document -> 'field'` does.
    fn jsonb_subscript(
        &mut self,
        typed: Typed,
        index: &ast::Expr,
        root: &ast::Expr,
    ) -> Result<Typed> {
        let index = self.expr(index)?;
        let index = self.unknown_as_text(index)?;
        self.binary("->", typed, index, root)
    }
}
