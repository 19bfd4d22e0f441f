//! Rows: `(a, b) < (c, d)`, `ROW(a, b)`.

use sqlparser::ast::{self, Expr as Syntax, FunctionArg, FunctionArgExpr, FunctionArguments};
use sqlparser::tokenizer::Location;

use super::expr::{start, unnested};
use super::{Binder, Typed};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::expr::RowPair;
use crate::sqlstate::SqlState;
use crate::types::Kind;

/// The fields of a row, if that is what an operand is.
pub(super) fn row_items(expr: &Syntax) -> Option<Vec<&Syntax>> {
    match unnested(expr) {
        Syntax::Tuple(items) => Some(items.iter().collect()),
        Syntax::Function(function) => match function.name.0.as_slice() {
            [name] => {
                let ident = name.as_ident()?;
                let is_row = ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("row");
                is_row.then(|| row_call(function))?
            }
            _ => None,
        },
        _ => None,
    }
}

/// The arguments of `ROW(a, b)`.
pub(super) fn row_call(function: &ast::Function) -> Option<Vec<&Syntax>> {
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    list.args
        .iter()
        .map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect()
}

impl Binder<'_> {
    /// `(a, b)` as a value.
    pub(super) fn record(&mut self, items: &[Syntax], at: Location) -> Result<Typed> {
        let items: Vec<&Syntax> = items.iter().collect();
        self.record_of(&items, at)
    }

    pub(super) fn record_of(&mut self, items: &[&Syntax], at: Location) -> Result<Typed> {
        let mut exprs = Vec::with_capacity(items.len());
        for item in items {
            let typed = self.expr(item)?;
            exprs.push(self.unknown_as_text(typed)?.expr);
        }
        Ok(Typed::new(Expr::Record(exprs), Kind::Record, at))
    }

    pub(super) fn check_row_lengths(&self, left: usize, right: usize, at: Location) -> Result<()> {
        if left == right {
            return Ok(());
        }
        Err(self.error(
            SqlState::SyntaxError,
            "unequal number of entries in row expressions",
            at,
        ))
    }

    /// `(a, b) op (c, d)`
    pub(super) fn compare_rows(
        &mut self,
        name: &str,
        left: &Syntax,
        right: &Syntax,
    ) -> Result<Typed> {
        let (Some(lefts), Some(rights)) = (row_items(left), row_items(right)) else {
            // A row and something that is none.
            let l = self.expr(left)?;
            let r = self.expr(right)?;
            return self.binary(name, l, r, left);
        };
        let at = start(left);
        let operator_at = self.token_after(left, name);
        self.check_row_lengths(lefts.len(), rights.len(), operator_at)?;
        let strict = match name {
            "=" | "<>" => "=",
            "<" | "<=" => "<",
            ">" | ">=" => ">",
            _ => {
                let message =
                    format!("could not determine interpretation of row comparison operator {name}");
                return Err(self.error(SqlState::FeatureNotSupported, message, at));
            }
        };
        let mut pairs = Vec::with_capacity(lefts.len());
        for (left, right) in lefts.into_iter().zip(rights) {
            pairs.push(self.row_pair(strict, name, left, right)?);
        }
        let operator = ["=", "<>", "<", "<=", ">", ">="]
            .into_iter()
            .find(|o| *o == name)
            .ok_or_else(|| Error::internal("no comparison"))?;
        Ok(Typed::new(
            Expr::RowCompare { operator, pairs },
            Kind::Bool,
            at,
        ))
    }

    /// One pair, with the operators that decide it. Both must take the same types.
    fn row_pair(
        &mut self,
        strict: &str,
        name: &str,
        left: &Syntax,
        right: &Syntax,
    ) -> Result<RowPair> {
        let syntax = left;
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let (l, r) = (left.kind(), right.kind());
        let ordered = match self.find_binary(strict, l, r) {
            Ok(chosen) => chosen,
            Err(why) => {
                let at = self.token_after(syntax, name);
                return Err(self.no_operator(why, name, Some(l), r, at));
            }
        };
        let [first, second] = ordered.args.as_slice() else {
            return Err(Error::internal("a comparison has two operands"));
        };
        let equal = match self.find_binary("=", *first, *second) {
            Ok(chosen) => chosen.item.function,
            Err(why) => return Err(self.no_operator(why, "=", Some(l), r, left.at)),
        };
        let (args, _) = self.coerce_args(&ordered.args, vec![left, right])?;
        let mut args = args.into_iter();
        let (Some(left), Some(right)) = (args.next(), args.next()) else {
            return Err(Error::internal("a comparison has two operands"));
        };
        Ok(RowPair {
            left,
            right,
            equal,
            ordered: ordered.item.function,
        })
    }
}
