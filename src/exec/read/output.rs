//! What the client gets of a query, decoded as little as possible.
//!
//! Where a query only takes columns of a scan, its rows are the stored entries themselves: the
//! encoder asks for a [`Field`] at a time, and gets the stored bytes where these are the wire's.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::{Context, OutputRow, Rows};
use super::Cursor;
use super::keys;
use crate::catalog::Field;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::{Access, Node, Plan, Query, Scan};
use crate::types::Datum;

impl OutputRow {
    /// The number of its values.
    pub fn len(&self) -> usize {
        match self {
            OutputRow::Values(row) => row.len(),
            OutputRow::Stored { columns, .. } => columns.len(),
        }
    }

    /// Whether it has no values at all (`SELECT FROM t`).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A value. An error means that the stored row is damaged.
    pub fn field(&self, index: usize) -> Result<Field<'_>> {
        let beyond = || Error::internal(format!("column {index} of a result of {}", self.len()));
        match self {
            OutputRow::Values(row) => Ok(match row.get(index).ok_or_else(beyond)? {
                Datum::Null => Field::Null,
                value => Field::Datum(Cow::Borrowed(value)),
            }),
            OutputRow::Stored {
                table,
                key,
                value,
                columns,
            } => table.field(key, value, *columns.get(index).ok_or_else(beyond)?),
        }
    }
}

/// Starts a query. A single key is read at once, anything else as its rows are asked for.
pub(in crate::exec) fn query(plan: &Arc<Plan>, ctx: Context) -> Result<Box<dyn Rows>> {
    match &**plan {
        Plan::Query(Query { root, .. }) => match point(root, &ctx)? {
            Some(row) => Ok(row),
            None => Ok(Box::new(QueryRows {
                cursor: Cursor::open(root, &ctx)?,
                plan: plan.clone(),
                ctx,
            })),
        },
        Plan::Explain { lines } => {
            let lines: Vec<_> = lines.iter().map(|line| vec![Datum::text(line)]).collect();
            Ok(Box::new(Lines(lines.into_iter())))
        }
        Plan::Insert(_) | Plan::Update(_) | Plan::Delete(_) | Plan::Ddl(_) => {
            Err(Error::internal("a write was run as a query"))
        }
    }
}

/// The columns that a projection takes from a scan without a filter, if it does nothing else.
pub(super) fn stored_columns(input: &Node, exprs: &[Expr]) -> Option<Arc<[usize]>> {
    let Node::Scan(Scan { filter: None, .. }) = input else {
        return None;
    };
    let column = |expr: &Expr| {
        let Expr::Column { index, .. } = expr else {
            return None;
        };
        Some(*index)
    };
    exprs.iter().map(column).collect()
}

/// The rows of `SELECT columns FROM t WHERE key = value`: the plan of every GET, for which no
/// cursor is made. None for any other plan.
fn point(root: &Node, ctx: &Context) -> Result<Option<Box<dyn Rows>>> {
    let Node::Project { input, exprs } = root else {
        return Ok(None);
    };
    let Node::Scan(scan) = &**input else {
        return Ok(None);
    };
    let Access::Point(values) = &scan.access else {
        return Ok(None);
    };
    let Some(columns) = stored_columns(input, exprs) else {
        return Ok(None);
    };
    let row = match keys::point(&scan.table, values, &ctx.eval())? {
        Some(key) => ctx
            .view
            .get(scan.table.space, &key)?
            .map(|value| OutputRow::Stored {
                table: scan.table.clone(),
                key,
                value,
                columns,
            }),
        None => None,
    };
    Ok(Some(Box::new(OneRow(row))))
}

struct OneRow(Option<OutputRow>);

impl Rows for OneRow {
    fn next(&mut self) -> Result<Option<OutputRow>> {
        Ok(self.0.take())
    }
}

struct Lines(std::vec::IntoIter<Vec<Datum>>);

impl Rows for Lines {
    fn next(&mut self) -> Result<Option<OutputRow>> {
        Ok(self.0.next().map(OutputRow::Values))
    }
}

struct QueryRows {
    plan: Arc<Plan>,
    ctx: Context,
    cursor: Cursor,
}

impl Rows for QueryRows {
    fn next(&mut self) -> Result<Option<OutputRow>> {
        match &*self.plan {
            Plan::Query(query) => self.cursor.next_output(&query.root, &self.ctx),
            Plan::Insert(_)
            | Plan::Update(_)
            | Plan::Delete(_)
            | Plan::Ddl(_)
            | Plan::Explain { .. } => Err(Error::internal("the rows are those of a query")),
        }
    }
}

impl Cursor {
    /// The next row for the client: as it is stored, where nothing is done to it.
    fn next_output(&mut self, node: &Node, ctx: &Context) -> Result<Option<OutputRow>> {
        if let (Cursor::Limit(cursor), Node::Limit { input, .. }) = (&mut *self, node) {
            return cursor.next(|below| below.next_output(input, ctx));
        }
        if let Cursor::Project {
            input: cursor,
            stored: Some(columns),
        } = self
            && let Node::Project { input, .. } = node
            && let (Cursor::Scan(cursor), Node::Scan(scan)) = (&mut **cursor, &**input)
        {
            let entry = cursor.next_entry(scan, ctx)?;
            return Ok(entry.map(|(key, value)| OutputRow::Stored {
                table: scan.table.clone(),
                key,
                value,
                columns: columns.clone(),
            }));
        }
        Ok(self.next(node, ctx)?.map(OutputRow::Values))
    }
}
