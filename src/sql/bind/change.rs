//! UPDATE and DELETE, and the assignments of SET.

use sqlparser::ast::{self, AssignmentTarget, FromTable, Ident, TableWithJoins};

use super::insert::is_default;
use super::names::{identifier, parts};
use super::{Binder, Clause};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::{Delete, Update};
use crate::sql::plan::choose;
use crate::sqlstate::SqlState;

impl Binder<'_> {
    pub(super) fn update(&mut self, update: &ast::Update) -> Result<Update> {
        let ast::Update {
            update_token: _,
            optimizer_hints: _,
            table,
            assignments,
            from,
            selection,
            returning,
            output,
            or,
            order_by,
            limit,
        } = update;
        self.refuse_foreign(&[
            (from.is_some(), "UPDATE FROM"),
            (output.is_some(), "OUTPUT"),
            (or.is_some(), "UPDATE OR"),
            (!order_by.is_empty(), "ORDER BY in UPDATE"),
            (limit.is_some(), "LIMIT in UPDATE"),
        ])?;
        let table = self.from_item(table)?;
        let assignments = self.assignments(&table, assignments)?;
        let filter = self.filter(selection.as_ref())?;
        let returning = self.returning(returning.as_deref())?;
        Ok(Update {
            scan: choose(&table, filter, &[]).scan,
            assignments,
            returning,
        })
    }

    pub(super) fn delete(&mut self, delete: &ast::Delete) -> Result<Delete> {
        let ast::Delete {
            delete_token: _,
            optimizer_hints: _,
            tables,
            from,
            using,
            selection,
            returning,
            output,
            order_by,
            limit,
        } = delete;
        self.refuse_foreign(&[
            (!tables.is_empty(), "DELETE of several tables"),
            (using.is_some(), "DELETE USING"),
            (output.is_some(), "OUTPUT"),
            (!order_by.is_empty(), "ORDER BY in DELETE"),
            (limit.is_some(), "LIMIT in DELETE"),
        ])?;
        let item: &TableWithJoins = match from {
            FromTable::WithFromKeyword(items) => match items.as_slice() {
                [item] => item,
                _ => return Err(Error::unsupported("DELETE of several tables")),
            },
            FromTable::WithoutKeyword(_) => return Err(Error::unsupported("DELETE without FROM")),
        };
        let table = self.from_item(item)?;
        let filter = self.filter(selection.as_ref())?;
        let returning = self.returning(returning.as_deref())?;
        Ok(Delete {
            scan: choose(&table, filter, &[]).scan,
            returning,
        })
    }

    fn filter(&mut self, selection: Option<&ast::Expr>) -> Result<Option<Expr>> {
        match selection {
            Some(filter) => {
                let filter = self.predicate(filter, Clause::Where)?;
                Ok(Some(self.fold(filter)))
            }
            None => Ok(None),
        }
    }

    /// `SET a = 1, (b, c) = (2, DEFAULT)`
    pub(super) fn assignments(
        &mut self,
        table: &Table,
        assignments: &[ast::Assignment],
    ) -> Result<Vec<(usize, Expr)>> {
        let mut bound: Vec<(usize, Expr)> = Vec::with_capacity(assignments.len());
        for ast::Assignment { target, value } in assignments {
            match target {
                AssignmentTarget::ColumnName(name) => {
                    let parts = parts(name)?;
                    self.assignment(table, &parts, value, &mut bound)?;
                }
                AssignmentTarget::Tuple(names) => {
                    let values = self.row_of(value, names.len())?;
                    for (name, value) in names.iter().zip(values) {
                        let parts = parts(name)?;
                        self.assignment(table, &parts, value, &mut bound)?;
                    }
                }
            }
        }
        Ok(bound)
    }

    /// The values of `(a, b) = (1, 2)` and `(a, b) = ROW(1, 2)`.
    fn row_of<'e>(&self, value: &'e ast::Expr, count: usize) -> Result<Vec<&'e ast::Expr>> {
        let values: Vec<&ast::Expr> = match value {
            ast::Expr::Tuple(items) => items.iter().collect(),
            ast::Expr::Nested(inner) if count == 1 => vec![&**inner],
            ast::Expr::Function(call) if is_row_call(call) => {
                super::rows::row_call(call).unwrap_or_default()
            }
            ast::Expr::Subquery(_) => return Err(Error::unsupported("a subquery")),
            _ => {
                let message = "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression";
                let at = super::expr::start(value);
                return Err(self.error(SqlState::FeatureNotSupported, message, at));
            }
        };
        if values.len() != count {
            let at = super::expr::start(value);
            let message = "number of columns does not match number of values";
            return Err(self.error(SqlState::SyntaxError, message, at));
        }
        Ok(values)
    }

    fn assignment(
        &mut self,
        table: &Table,
        target: &[&Ident],
        value: &ast::Expr,
        bound: &mut Vec<(usize, Expr)>,
    ) -> Result<()> {
        let Some(first) = target.first() else {
            return Err(Error::internal("an assignment to nothing"));
        };
        let number = self.target_column(table, first)?;
        let column = &table.columns[number];
        if target.len() > 1 {
            return Err(self.error(
                SqlState::DatatypeMismatch,
                format!(
                    "cannot assign to field \"{}\" of column \"{}\" because its type {} is not a composite type",
                    identifier(target[1]),
                    column.name,
                    column.ty.kind
                ),
                first.span.start,
            ));
        }
        if bound.iter().any(|(known, _)| *known == number) {
            return Err(self.error(
                SqlState::SyntaxError,
                format!("multiple assignments to same column \"{}\"", column.name),
                first.span.start,
            ));
        }
        let expr = if is_default(value) {
            self.default_of(table, number)?
        } else {
            let typed = self.within(Clause::Update, |binder| binder.expr(value))?;
            let value = self.assign(typed, &column.name, column.ty)?;
            self.fold(value)
        };
        bound.push((number, expr));
        Ok(())
    }
}

fn is_row_call(call: &ast::Function) -> bool {
    match call.name.0.as_slice() {
        [name] => name
            .as_ident()
            .is_some_and(|ident| identifier(ident) == "row"),
        _ => false,
    }
}
