//! Reading: one cursor for each operator of a plan.
//!
//! A [`Cursor`] is the state of an operator that runs. The plan stays where it is and is passed
//! beside it, operator by operator, so that nothing of it is copied when a query starts; rows are
//! pulled from above, one at a time.
//!
//! - [`keys`]: from an access to keys.
//! - [`scan`]: rows of a table.
//! - [`sort`], [`limit`], [`group`] (aggregates and DISTINCT): the operators with a state.
//! - [`output`]: what the client gets, decoded as little as possible.

pub(super) mod group;
pub(super) mod keys;
pub(super) mod limit;
pub(super) mod output;
pub(super) mod scan;
pub(super) mod sort;

use std::sync::Arc;

use super::Context;
use super::eval::eval_all;
use super::plan::Node;
use crate::error::{Error, Result};
use crate::types::Row;
use group::{DistinctCursor, GroupCursor};
use limit::LimitCursor;
use scan::ScanCursor;
use sort::SortCursor;

/// An operator that runs. Each variant belongs to the plan's node of the same name.
pub(super) enum Cursor {
    /// The number of the next row.
    Values(usize),
    Scan(ScanCursor),
    Filter(Box<Cursor>),
    Project {
        input: Box<Cursor>,
        /// The columns, when they are all that is taken from a scan without a filter: its entries
        /// can then be sent as they are.
        stored: Option<Arc<[usize]>>,
    },
    Sort(Box<SortCursor>),
    Limit(Box<LimitCursor>),
    Distinct(Box<DistinctCursor>),
    Aggregate(Box<GroupCursor>),
    Trim(Box<Cursor>),
}

impl Cursor {
    /// Starts an operator and what is below it. No row is read yet.
    pub(super) fn open(node: &Node, ctx: &Context) -> Result<Self> {
        Self::open_bounded(node, ctx, None)
    }

    /// As [`Cursor::open`], for a reader that will take no more than `bound` rows: a sort keeps
    /// only these.
    fn open_bounded(node: &Node, ctx: &Context, bound: Option<usize>) -> Result<Self> {
        let open = |input: &Node| Self::open(input, ctx).map(Box::new);
        let pass_on = |input: &Node| Self::open_bounded(input, ctx, bound).map(Box::new);
        Ok(match node {
            Node::Values { .. } => Self::Values(0),
            Node::Scan(scan) => Self::Scan(ScanCursor::open(scan, ctx)?),
            Node::Filter { input, .. } => Self::Filter(open(input)?),
            Node::Project { input, exprs } => Self::Project {
                stored: output::stored_columns(input, exprs),
                input: pass_on(input)?,
            },
            Node::Sort { input, .. } => Self::Sort(Box::new(SortCursor::new(*open(input)?, bound))),
            Node::Limit {
                input,
                limit,
                offset,
            } => {
                let window = limit::Window::of(limit.as_ref(), offset.as_ref(), &ctx.eval())?;
                let input = Self::open_bounded(input, ctx, window.reach())?;
                Self::Limit(Box::new(LimitCursor::new(input, window)))
            }
            Node::Distinct { input, .. } => {
                Self::Distinct(Box::new(DistinctCursor::new(*open(input)?)))
            }
            Node::Aggregate { input, .. } => {
                Self::Aggregate(Box::new(GroupCursor::new(*open(input)?)))
            }
            Node::Trim { input, .. } => Self::Trim(pass_on(input)?),
        })
    }

    /// The next row. `node` is the one that the cursor was opened with.
    pub(super) fn next(&mut self, node: &Node, ctx: &Context) -> Result<Option<Row>> {
        match (self, node) {
            (Self::Values(next), Node::Values { rows }) => {
                let Some(exprs) = rows.get(*next) else {
                    return Ok(None);
                };
                ctx.env.interrupt().check()?;
                *next += 1;
                eval_all(exprs, &[], &ctx.eval()).map(Some)
            }
            (Self::Scan(cursor), Node::Scan(scan)) => {
                Ok(cursor.next(scan, ctx)?.map(|found| found.row))
            }
            (Self::Filter(cursor), Node::Filter { input, predicate }) => {
                while let Some(row) = cursor.next(input, ctx)? {
                    if predicate.holds(&row, &ctx.eval())? {
                        return Ok(Some(row));
                    }
                }
                Ok(None)
            }
            (Self::Project { input: cursor, .. }, Node::Project { input, exprs }) => cursor
                .next(input, ctx)?
                .map(|row| eval_all(exprs, &row, &ctx.eval()))
                .transpose(),
            (Self::Sort(cursor), Node::Sort { input, keys }) => cursor.next(input, keys, ctx),
            (Self::Limit(cursor), Node::Limit { input, .. }) => {
                cursor.next(|below| below.next(input, ctx))
            }
            (Self::Distinct(cursor), Node::Distinct { input, columns }) => {
                cursor.next(input, *columns, ctx)
            }
            (
                Self::Aggregate(cursor),
                Node::Aggregate {
                    input,
                    groups,
                    calls,
                },
            ) => cursor.next(input, groups, calls, ctx),
            (Self::Trim(cursor), Node::Trim { input, columns }) => {
                Ok(cursor.next(input, ctx)?.map(|mut row| {
                    row.truncate(*columns);
                    row
                }))
            }
            (
                Self::Values(_)
                | Self::Scan(_)
                | Self::Filter(_)
                | Self::Project { .. }
                | Self::Sort(_)
                | Self::Limit(_)
                | Self::Distinct(_)
                | Self::Aggregate(_)
                | Self::Trim(_),
                _,
            ) => Err(Error::internal("a cursor was given another's plan")),
        }
    }
}

#[cfg(test)]
mod tests;
