//! Grouping: what SELECT, HAVING and ORDER BY see of it. Before it, aggregates are columns from
//! [`BASE`] on; after it, every expression is over the groups' values and the aggregates'.

use std::ops::Range;

use super::targets::Target;
use super::{Binder, walk};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sqlstate::SqlState;

/// The columns from here on are aggregates: no table has as many.
pub(super) const BASE: usize = 1 << 24;

/// GROUP BY of one SELECT.
pub(super) struct Grouping {
    pub groups: Vec<Expr>,
    /// The references to columns in HAVING.
    pub having_references: Range<usize>,
    /// Whether there is one: GROUP BY, an aggregate, or HAVING alone.
    pub grouped: bool,
}

/// Whether the expression has an aggregate in it.
pub(super) fn has_aggregates(expr: &Expr) -> bool {
    walk::any(
        expr,
        &|e| matches!(e, Expr::Column { index, kind: _ } if *index >= BASE),
    )
}

/// Which columns of a table a scan must fill for these expressions.
pub(super) fn needed<'e>(
    table: &Table,
    filter: Option<&'e Expr>,
    exprs: impl Iterator<Item = &'e Expr>,
) -> Vec<bool> {
    let mut needed = vec![false; table.columns.len()];
    for expr in exprs.chain(filter) {
        walk::each(expr, &mut |e| {
            if let Expr::Column { index, kind: _ } = e
                && let Some(column) = needed.get_mut(*index)
            {
                *column = true;
            }
        });
    }
    needed
}

impl Binder<'_> {
    /// Rewrites what is above the grouping; the expressions to group by.
    pub(super) fn apply_grouping(
        &self,
        grouping: &Grouping,
        table: Option<&Table>,
        targets: &mut [Target],
        having: &mut Option<Expr>,
    ) -> Result<Vec<Expr>> {
        let mut rewriter = Rewriter {
            groups: grouping.groups.clone(),
            written: grouping.groups.len(),
            determined: table.is_some_and(|table| is_determined(table, &grouping.groups)),
        };
        for target in targets.iter_mut() {
            rewriter
                .rewrite(&mut target.typed.expr)
                .map_err(|column| self.ungrouped(column, &target.references, table))?;
        }
        if let Some(having) = having {
            rewriter
                .rewrite(having)
                .map_err(|column| self.ungrouped(column, &grouping.having_references, table))?;
        }
        // The aggregates come behind the groups, whose number is only known now.
        let groups = rewriter.groups.len();
        let place = |expr: &mut Expr| place_aggregates(expr, groups);
        targets
            .iter_mut()
            .map(|t| &mut t.typed.expr)
            .for_each(place);
        having.iter_mut().for_each(place);
        Ok(rewriter.groups)
    }

    fn ungrouped(&self, column: usize, references: &Range<usize>, table: Option<&Table>) -> Error {
        let references = self.references.get(references.clone()).unwrap_or_default();
        let at = references.iter().find(|(index, _)| *index == column);
        let at = at.map_or(sqlparser::tokenizer::Location::empty(), |(_, at)| *at);
        let relation = self.names.relations.first();
        let relation_name = relation.map_or("", |r| r.name.as_str());
        let name = match (relation, table) {
            (Some(relation), _) => relation.columns.get(column).map_or("", String::as_str),
            (None, _) => "",
        };
        self.error(
            SqlState::GroupingError,
            format!(
                "column \"{relation_name}.{name}\" must appear in the GROUP BY clause \
                 or be used in an aggregate function"
            ),
            at,
        )
    }
}

/// Whether the groups have the whole key in them, so that each group is one row of the table.
fn is_determined(table: &Table, groups: &[Expr]) -> bool {
    let keys = table.key_columns();
    !keys.is_empty()
        && keys.iter().all(|key| {
            groups
                .iter()
                .any(|g| matches!(g, Expr::Column { index, kind: _ } if *index == key.column))
        })
}

struct Rewriter {
    groups: Vec<Expr>,
    /// How many of them GROUP BY has; columns that these determine are added.
    written: usize,
    determined: bool,
}

impl Rewriter {
    /// Makes an expression one over the groups; the column that is in none is the error.
    fn rewrite(&mut self, expr: &mut Expr) -> Result<(), usize> {
        if matches!(expr, Expr::Column { index, kind: _ } if *index >= BASE) {
            return Ok(());
        }
        let known = self.groups[..self.written].iter().position(|g| g == expr);
        if let Some(index) = known {
            *expr = Expr::Column {
                index,
                kind: walk::kind(expr),
            };
            return Ok(());
        }
        if let Expr::Column { index, kind } = expr {
            if !self.determined {
                return Err(*index);
            }
            let (kind, column) = (
                *kind,
                Expr::Column {
                    index: *index,
                    kind: *kind,
                },
            );
            let known = self.groups.iter().position(|g| *g == column);
            let index = known.unwrap_or_else(|| {
                self.groups.push(column);
                self.groups.len() - 1
            });
            *expr = Expr::Column { index, kind };
            return Ok(());
        }
        let mut result = Ok(());
        walk::children_mut(expr, &mut |child| {
            if result.is_ok() {
                result = self.rewrite(child);
            }
        });
        result
    }
}

fn place_aggregates(expr: &mut Expr, groups: usize) {
    if let Expr::Column { index, kind: _ } = expr
        && *index >= BASE
    {
        *index = *index - BASE + groups;
    }
    walk::children_mut(expr, &mut |child| place_aggregates(child, groups));
}
