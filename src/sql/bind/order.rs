//! ORDER BY and GROUP BY items: names of what comes out, positions, or expressions.

use sqlparser::ast::{self, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort};
use sqlparser::tokenizer::Location;

use super::expr::{start, unnested};
use super::names::identifier;
use super::targets::{Target, column_name};
use super::{Binder, Clause};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::SortKey;
use crate::sqlstate::SqlState;

impl Binder<'_> {
    /// The items of ORDER BY.
    pub(super) fn order_items<'e>(&self, order: Option<&'e OrderBy>) -> Result<&'e [OrderByExpr]> {
        let Some(OrderBy { kind, interpolate }) = order else {
            return Ok(&[]);
        };
        self.refuse_some(interpolate.as_ref(), "INTERPOLATE")?;
        match kind {
            OrderByKind::Expressions(items) => Ok(items),
            OrderByKind::All(_) => Err(Error::unsupported("ORDER BY ALL")),
        }
    }

    /// Binds ORDER BY. The keys refer to targets; those that are not selected are added.
    pub(super) fn order_by(
        &mut self,
        items: &[OrderByExpr],
        targets: &mut Vec<Target>,
        distinct: bool,
    ) -> Result<Vec<SortKey>> {
        let mut keys: Vec<SortKey> = Vec::with_capacity(items.len());
        let shown = targets.len();
        for OrderByExpr {
            expr,
            options,
            with_fill,
        } in items
        {
            self.refuse_some(with_fill.as_ref(), "WITH FILL")?;
            let OrderByOptions { sort, nulls_first } = options;
            let descending = match sort {
                None | Some(OrderBySort::Asc) => false,
                Some(OrderBySort::Desc) => true,
                Some(OrderBySort::Using(_)) => {
                    return Err(self.refuse("ORDER BY USING", start(expr)));
                }
            };
            let index = self.order_item(expr, targets)?;
            if distinct && index >= shown {
                return Err(self.error(
                    SqlState::InvalidColumnReference,
                    "for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                    start(expr),
                ));
            }
            let kind = targets[index].typed.kind();
            let key = SortKey {
                expr: Expr::Column { index, kind },
                descending,
                nulls_first: nulls_first.unwrap_or(descending),
            };
            // What is sorted by once needs no second time.
            if !keys.iter().any(|known| known.expr == key.expr) {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// The target that an item of ORDER BY means.
    fn order_item(&mut self, expr: &ast::Expr, targets: &mut Vec<Target>) -> Result<usize> {
        if let Some(index) = self.named_target(expr, targets, "ORDER BY")? {
            return Ok(index);
        }
        if let Some(index) = self.numbered_target(expr, targets, "ORDER BY")? {
            return Ok(index);
        }
        let from = self.references.len();
        let typed = self.within(Clause::OrderBy, |binder| binder.expr(expr))?;
        let mut typed = self.unknown_as_text(typed)?;
        let found = targets.iter().position(|t| t.typed.expr == typed.expr);
        if let Some(index) = found {
            return Ok(index);
        }
        self.fold_in_place(&mut typed.expr);
        targets.push(Target {
            name: column_name(expr),
            typed,
            origin: None,
            references: from..self.references.len(),
        });
        Ok(targets.len() - 1)
    }

    /// The target of this name, if the item is just a name.
    fn named_target(
        &self,
        expr: &ast::Expr,
        targets: &[Target],
        what: &str,
    ) -> Result<Option<usize>> {
        let ast::Expr::Identifier(ident) = expr else {
            return Ok(None);
        };
        let name = identifier(ident);
        let mut found: Option<usize> = None;
        for (index, target) in targets.iter().enumerate().filter(|(_, t)| t.name == name) {
            match found {
                Some(first) if targets[first].typed.expr != target.typed.expr => {
                    return Err(self.error(
                        SqlState::AmbiguousColumn,
                        format!("{what} \"{name}\" is ambiguous"),
                        ident.span.start,
                    ));
                }
                Some(_) => {}
                None => found = Some(index),
            }
        }
        Ok(found)
    }

    /// The target at this position, if the item is a number.
    fn numbered_target(
        &self,
        expr: &ast::Expr,
        targets: &[Target],
        what: &str,
    ) -> Result<Option<usize>> {
        let (sign, value) = match unnested(expr) {
            ast::Expr::Value(value) => ("", value),
            ast::Expr::UnaryOp {
                op: ast::UnaryOperator::Minus,
                expr,
            } => match &**expr {
                ast::Expr::Value(value) => ("-", value),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        let mut at = value.span.start;
        if !sign.is_empty() {
            at = self.keyword_before(at, "-");
        }
        let digits = match &value.value {
            ast::Value::Placeholder(_) => return Ok(None),
            ast::Value::Number(digits, _) => format!("{sign}{digits}"),
            _ => String::new(),
        };
        let Ok(position) = digits.parse::<i32>() else {
            return Err(self.error(
                SqlState::SyntaxError,
                format!("non-integer constant in {what}"),
                at,
            ));
        };
        let index = usize::try_from(position)
            .ok()
            .and_then(|p| p.checked_sub(1));
        match index.filter(|index| *index < targets.len()) {
            Some(index) => Ok(Some(index)),
            None => Err(self.error(
                SqlState::InvalidColumnReference,
                format!("{what} position {position} is not in select list"),
                at,
            )),
        }
    }

    /// Binds an item of GROUP BY: an input column comes before an output column of its name.
    pub(super) fn group_item(
        &mut self,
        expr: &ast::Expr,
        targets: &[Target],
        groups: &mut Vec<Expr>,
    ) -> Result<()> {
        let what = "GROUP BY";
        if let ast::Expr::Tuple(items) = expr {
            return items
                .iter()
                .try_for_each(|item| self.group_item(item, targets, groups));
        }
        let is_input = match expr {
            ast::Expr::Identifier(ident) => self
                .find_column(&identifier(ident), ident.span.start)?
                .is_some(),
            _ => false,
        };
        let mut index = None;
        if !is_input {
            index = self.named_target(expr, targets, what)?;
            if index.is_none() {
                index = self.numbered_target(expr, targets, what)?;
            }
        }
        let group = match index {
            Some(index) => {
                let expr = &targets[index].typed.expr;
                if super::group::has_aggregates(expr) {
                    return Err(self.aggregate_in_group(start_of(targets, index)));
                }
                expr.clone()
            }
            None => {
                let typed = self.within(Clause::GroupBy, |binder| binder.expr(expr))?;
                self.unknown_as_text(typed)?.expr
            }
        };
        let group = self.fold(group);
        if !groups.contains(&group) {
            groups.push(group);
        }
        Ok(())
    }

    fn aggregate_in_group(&self, at: Location) -> Error {
        let message = "aggregate functions are not allowed in GROUP BY";
        self.error(SqlState::GroupingError, message, at)
    }
}

fn start_of(targets: &[Target], index: usize) -> Location {
    targets[index].typed.at
}
