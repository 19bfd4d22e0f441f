//! UPDATE and DELETE, and the assignments of SET.

use sqlparser::ast::{self, AssignmentTarget, FromTable, Ident, TableWithJoins};
use sqlparser::tokenizer::Location;

use super::insert::is_default;
use super::names::{identifier, parts};
use super::{Binder, Clause, Typed};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::{Delete, Update};
use crate::sql::plan::choose;
use crate::sqlstate::SqlState;

/// What SET assigns to, and the value; none is DEFAULT.
type Assigned<'e> = (Vec<&'e Ident>, Option<Typed>);

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
        self.reject(&[
            (output.is_some(), "OUTPUT"),
            (or.is_some(), "OR"),
            (!order_by.is_empty(), "ORDER"),
            (limit.is_some(), "LIMIT"),
        ])?;
        self.refuse_some(from.as_ref(), "UPDATE FROM")?;
        let table = self.one_table(table)?;
        let filter = self.filter(selection.as_ref())?;
        let returning = self.returning(returning.as_deref())?;
        // Last, as in PostgreSQL: WHERE comes first in giving parameters their types.
        let assignments = self.assignments(&table, assignments)?;
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
        if let Some(table) = tables.first() {
            return Err(self.near(start_of(parts(table)?)));
        }
        self.reject(&[
            (output.is_some(), "OUTPUT"),
            (!order_by.is_empty(), "ORDER"),
            (limit.is_some(), "LIMIT"),
        ])?;
        self.refuse_some(using.as_ref(), "DELETE USING")?;
        let item: &TableWithJoins = match from {
            FromTable::WithFromKeyword(items) => match items.as_slice() {
                [item] => item,
                _ => return Err(self.near_keyword(",")),
            },
            FromTable::WithoutKeyword(_) => return Err(self.near_keyword("DELETE")),
        };
        let table = self.one_table(item)?;
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
        let assigned = self.assigned(assignments)?;
        self.convert(table, assigned)
    }

    /// The targets of SET, each with its value; none is DEFAULT.
    fn assigned<'e>(&mut self, assignments: &'e [ast::Assignment]) -> Result<Vec<Assigned<'e>>> {
        let mut bound = Vec::with_capacity(assignments.len());
        for ast::Assignment { target, value } in assignments {
            match target {
                AssignmentTarget::ColumnName(name) => {
                    bound.push((parts(name)?, self.assigned_value(value)?));
                }
                AssignmentTarget::Tuple(names) => {
                    let values = self.row_of(value, names.len())?;
                    for (name, value) in names.iter().zip(values) {
                        bound.push((parts(name)?, self.assigned_value(value)?));
                    }
                }
            }
        }
        Ok(bound)
    }

    fn assigned_value(&mut self, value: &ast::Expr) -> Result<Option<Typed>> {
        if is_default(value) {
            return Ok(None);
        }
        self.within(Clause::Update, |binder| binder.expr(value))
            .map(Some)
    }

    /// Finds the columns that are assigned to, and casts the values to their types.
    fn convert(
        &mut self,
        table: &Table,
        assigned: Vec<Assigned<'_>>,
    ) -> Result<Vec<(usize, Expr)>> {
        let mut converted: Vec<(usize, Expr)> = Vec::with_capacity(assigned.len());
        for (target, typed) in assigned {
            let number = self.assigned_column(table, &target)?;
            let column = &table.columns[number];
            if converted.iter().any(|(known, _)| *known == number) {
                return Err(Error::syntax(format!(
                    "multiple assignments to same column \"{}\"",
                    column.name
                )));
            }
            let expr = match typed {
                Some(typed) => {
                    let value = self.assign(typed, &column.name, column.ty)?;
                    self.fold(value)
                }
                None => self.default_of(table, number)?,
            };
            converted.push((number, expr));
        }
        Ok(converted)
    }

    fn assigned_column(&self, table: &Table, target: &[&Ident]) -> Result<usize> {
        let Some(first) = target.first() else {
            return Err(Error::internal("an assignment to nothing"));
        };
        let number = self.target_column(table, first)?;
        match target.get(1) {
            Some(field) => Err(self.no_composite(table, number, field, first.span.start)),
            None => Ok(number),
        }
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
            let at = self.keyword_before(super::expr::start(value), "(");
            let message = "number of columns does not match number of values";
            return Err(self.error(SqlState::SyntaxError, message, at));
        }
        Ok(values)
    }

    /// A field of a column is written to; no column has fields.
    pub(super) fn no_composite(
        &self,
        table: &Table,
        number: usize,
        field: &Ident,
        at: Location,
    ) -> Error {
        let column = &table.columns[number];
        self.error(
            SqlState::DatatypeMismatch,
            format!(
                "cannot assign to field \"{}\" of column \"{}\" because its type {} is not a composite type",
                identifier(field),
                column.name,
                column.ty.kind
            ),
            at,
        )
    }
}

fn start_of(parts: Vec<&Ident>) -> Location {
    parts.first().map_or(Location::empty(), |p| p.span.start)
}

fn is_row_call(call: &ast::Function) -> bool {
    match call.name.0.as_slice() {
        [name] => name
            .as_ident()
            .is_some_and(|ident| identifier(ident) == "row"),
        _ => false,
    }
}
