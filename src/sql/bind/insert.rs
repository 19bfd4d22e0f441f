//! INSERT.

use std::sync::Arc;

use sqlparser::ast::{self, ObjectName, Query, SetExpr, TableAliasWithoutColumns, TableObject};
use sqlparser::tokenizer::Location;

use super::names::{Relation, identifier, parts};
use super::params::Params;
use super::{Binder, Clause, Typed};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::{Insert, Node};
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Type};

/// A column that values go into, and where the statement names it.
type Target = (usize, Location);

impl Binder<'_> {
    pub(super) fn insert(&mut self, insert: &ast::Insert) -> Result<Insert> {
        let ast::Insert {
            insert_token: _,
            optimizer_hints: _,
            or,
            ignore,
            into,
            table,
            table_alias,
            columns,
            overwrite,
            source,
            assignments,
            partitioned,
            after_columns,
            has_table_keyword,
            on,
            returning,
            output,
            replace_into,
            priority,
            insert_alias,
            settings,
            format_clause,
            multi_table_insert_type,
            multi_table_into_clauses,
            multi_table_when_clauses,
            multi_table_else_clause,
        } = insert;
        self.reject(&[
            (or.is_some(), "OR"),
            (*ignore, "IGNORE"),
            (*overwrite, "OVERWRITE"),
            (!assignments.is_empty(), "SET"),
            (
                partitioned.is_some() || !after_columns.is_empty(),
                "PARTITION",
            ),
            (*has_table_keyword, "TABLE"),
            (output.is_some(), "OUTPUT"),
            (*replace_into, "REPLACE"),
            (priority.is_some(), "PRIORITY"),
            (insert_alias.is_some(), "AS"),
            (settings.is_some(), "SETTINGS"),
            (format_clause.is_some(), "FORMAT"),
            (multi_table_insert_type.is_some(), "ALL"),
            (!multi_table_into_clauses.is_empty(), "ALL"),
            (!multi_table_when_clauses.is_empty(), "ALL"),
            (multi_table_else_clause.is_some(), "ALL"),
        ])?;
        let TableObject::TableName(name) = table else {
            return Err(Error::unsupported("INSERT INTO a function or a query"));
        };
        if !*into {
            let at = parts(name)?.first().map(|p| p.span.start);
            return Err(self.near(at.unwrap_or(Location::empty())));
        }
        let table = self.table(name)?;
        let mut relation = Relation::new(Arc::clone(&table), 0);
        if let Some(TableAliasWithoutColumns { explicit: _, alias }) = table_alias {
            relation = relation.with_alias(self.name(alias)?);
        }
        let targets = self.insert_columns(&table, columns)?;
        let source =
            self.insert_source(&table, &targets, !columns.is_empty(), source.as_deref())?;
        self.names.relations = vec![relation];
        let conflict = match on {
            Some(on) => Some(self.on_conflict(&table, on)?),
            None => None,
        };
        self.names.relations.truncate(1);
        let returning = self.returning(returning.as_deref())?;
        Ok(Insert {
            table,
            source,
            conflict,
            returning,
        })
    }

    /// The columns that the statement names, or all.
    fn insert_columns(&self, table: &Table, columns: &[ObjectName]) -> Result<Vec<Target>> {
        if columns.is_empty() {
            return Ok((0..table.columns.len())
                .map(|number| (number, Location::empty()))
                .collect());
        }
        let mut targets = Vec::with_capacity(columns.len());
        for column in columns {
            let parts = parts(column)?;
            let Some(ident) = parts.first() else {
                return Err(Error::internal("a column without a name"));
            };
            let number = self.target_column(table, ident)?;
            if let Some(field) = parts.get(1) {
                return Err(self.no_composite(table, number, field, ident.span.start));
            }
            if targets.iter().any(|(known, _)| *known == number) {
                return Err(self.error(
                    SqlState::DuplicateColumn,
                    format!("column \"{}\" specified more than once", identifier(ident)),
                    ident.span.start,
                ));
            }
            targets.push((number, ident.span.start));
        }
        Ok(targets)
    }

    fn insert_source(
        &mut self,
        table: &Table,
        targets: &[Target],
        named: bool,
        source: Option<&Query>,
    ) -> Result<Node> {
        let Some(query) = source else {
            // DEFAULT VALUES
            return Ok(Node::Values {
                rows: vec![self.complete(table, Vec::new())?],
            });
        };
        if let SetExpr::Values(values) = &*query.body
            && is_plain_values(query)
        {
            let ast::Values {
                explicit_row,
                value_keyword,
                rows,
            } = values;
            self.reject(&[(*explicit_row, "ROW"), (*value_keyword, "VALUE")])?;
            let width = rows.first().map_or(0, |row| row.len());
            let mut out = Vec::with_capacity(rows.len());
            for row in rows {
                if row.len() != width {
                    let at = row.first().map_or(Location::empty(), super::expr::start);
                    let message = "VALUES lists must all be the same length";
                    return Err(self.error(SqlState::SyntaxError, message, at));
                }
                self.check_width(targets, row.len(), named, |i| super::expr::start(&row[i]))?;
                out.push(self.insert_row(table, targets, row)?);
            }
            return Ok(Node::Values { rows: out });
        }
        self.insert_query(table, targets, named, query)
    }

    /// As many values as columns; fewer are allowed where no columns are named.
    fn check_width(
        &self,
        targets: &[Target],
        width: usize,
        named: bool,
        at: impl Fn(usize) -> Location,
    ) -> Result<()> {
        if width > targets.len() {
            let message = "INSERT has more expressions than target columns";
            return Err(self.error(SqlState::SyntaxError, message, at(targets.len())));
        }
        if named && width < targets.len() {
            let message = "INSERT has more target columns than expressions";
            let at = targets[width].1;
            return Err(self.error(SqlState::SyntaxError, message, at));
        }
        Ok(())
    }

    /// One row of VALUES, with the defaults of the columns that it leaves out.
    fn insert_row(
        &mut self,
        table: &Table,
        targets: &[Target],
        row: &[ast::Expr],
    ) -> Result<Vec<Expr>> {
        // All are bound before the first is converted, as in PostgreSQL: `($1, $1)` into columns
        // of two types is an error.
        let mut bound = Vec::with_capacity(row.len());
        for ((number, _), expr) in targets.iter().zip(row) {
            if !is_default(expr) {
                let typed = self.within(Clause::Values, |binder| binder.expr(expr))?;
                bound.push((number, typed));
            }
        }
        let mut given = Vec::with_capacity(row.len());
        for (number, typed) in bound {
            let column = &table.columns[*number];
            let value = self.assign(typed, &column.name, column.ty)?;
            given.push((*number, self.fold(value)));
        }
        self.complete(table, given)
    }

    /// A value for every column.
    fn complete(&self, table: &Table, given: Vec<(usize, Expr)>) -> Result<Vec<Expr>> {
        let mut row: Vec<Option<Expr>> = vec![None; table.columns.len()];
        for (number, expr) in given {
            row[number] = Some(expr);
        }
        row.into_iter()
            .enumerate()
            .map(|(number, expr)| match expr {
                Some(expr) => Ok(expr),
                None => self.default_of(table, number),
            })
            .collect()
    }

    /// `INSERT INTO t SELECT ...`: the query's columns, cast, with defaults beside them.
    fn insert_query(
        &mut self,
        table: &Table,
        targets: &[Target],
        named: bool,
        query: &Query,
    ) -> Result<Node> {
        let wanted: Vec<Type> = targets.iter().map(|(t, _)| table.columns[*t].ty).collect();
        let bound = self.query(query, &wanted)?;
        let width = bound.columns.len();
        self.check_width(targets, width, named, |i| bound.starts[i])?;
        let mut given = Vec::with_capacity(width);
        for (index, (column, (number, _))) in bound.columns.iter().zip(targets).enumerate() {
            let target = &table.columns[*number];
            let kind = column.ty.kind;
            let at = bound.starts[index];
            let typed = Typed::new(Expr::Column { index, kind }, column.ty, at);
            given.push((*number, self.assign(typed, &target.name, target.ty)?));
        }
        Ok(Node::Project {
            input: Box::new(bound.root),
            exprs: self.complete(table, given)?,
        })
    }

    /// The default of a column, or NULL.
    pub(super) fn default_of(&self, table: &Table, number: usize) -> Result<Expr> {
        let column = &table.columns[number];
        let Some(text) = &column.default else {
            return Ok(Expr::null(column.ty.kind));
        };
        let expr = crate::sql::parse::expression(text)?;
        let mut binder = Binder::new(self.scope, text, Params::refused());
        binder.clause = Clause::Default;
        let typed = binder.expr(&expr)?;
        let value = binder
            .try_coerce(typed, column.ty, CastContext::Assignment)?
            .ok_or_else(|| Error::internal("a default that does not fit its column"))?;
        Ok(binder.fold(value.expr))
    }
}

/// VALUES with nothing around it; otherwise it is a query as any other.
fn is_plain_values(query: &Query) -> bool {
    query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && query.locks.is_empty()
}

/// `DEFAULT` in the place of an expression: sqlparser takes it for a name.
pub(super) fn is_default(expr: &ast::Expr) -> bool {
    matches!(super::expr::unnested(expr), ast::Expr::Identifier(ident)
        if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default"))
}
