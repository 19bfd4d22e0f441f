//! Queries: SELECT and VALUES to relational operators.

use std::sync::Arc;

use sqlparser::ast::{
    self, Distinct, Fetch, GroupByExpr, LimitClause, Offset, Query, Select, SelectFlavor, SetExpr,
    Values,
};

use sqlparser::tokenizer::Location;

use super::group::Grouping;
use super::targets::Target;
use super::{Binder, Clause, Typed, walk};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::{self, Node, OutputColumn, Plan, SortKey};
use crate::sql::plan::choose;
use crate::sqlstate::SqlState;
use crate::types::{Kind, Type};

/// A bound query: its rows have one value for each target.
pub(super) struct BoundQuery {
    pub root: Node,
    pub columns: Vec<OutputColumn>,
    /// Where each column's expression starts.
    pub starts: Vec<Location>,
}

/// The clauses of one SELECT, bound.
struct Bound {
    table: Option<Arc<Table>>,
    targets: Vec<Target>,
    filter: Option<Expr>,
    having: Option<Expr>,
    grouping: Grouping,
    order: Vec<SortKey>,
    distinct: bool,
}

impl Binder<'_> {
    pub(super) fn query_plan(&mut self, query: &Query) -> Result<Plan> {
        let BoundQuery {
            root,
            columns,
            starts: _,
        } = self.query(query, &[])?;
        Ok(Plan::Query(plan::Query { root, columns }))
    }

    /// Binds a query. What has no type of its own becomes what is `wanted` of it, or else text.
    pub(super) fn query(&mut self, query: &Query, wanted: &[Type]) -> Result<BoundQuery> {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        self.refuse_some(with.as_ref(), "WITH")?;
        if let Some(lock) = locks.first() {
            return Err(Error::unsupported(format!("FOR {}", lock.lock_type)));
        }
        self.reject(&[
            (for_clause.is_some(), "FOR"),
            (settings.is_some(), "SETTINGS"),
            (format_clause.is_some(), "FORMAT"),
            (!pipe_operators.is_empty(), "|>"),
        ])?;
        let order_by = self.order_items(order_by.as_ref())?;
        let mut bound = match &**body {
            SetExpr::Select(select) => self.select(select, order_by, wanted)?,
            SetExpr::Values(values) => self.values(values, order_by)?,
            SetExpr::Query(inner) if order_by.is_empty() => self.query(inner, wanted)?,
            SetExpr::Query(_) => {
                return Err(Error::unsupported("ORDER BY over a query in parentheses"));
            }
            SetExpr::SetOperation {
                left: _,
                op,
                set_quantifier: _,
                right: _,
            } => {
                return Err(Error::unsupported(op));
            }
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                return Err(Error::unsupported("a data-modifying statement in a query"));
            }
            SetExpr::Table(_) => return Err(Error::unsupported("TABLE")),
        };
        self.limit(&mut bound, limit_clause.as_ref(), fetch.as_ref())?;
        Ok(bound)
    }

    fn select(
        &mut self,
        select: &Select,
        order_by: &[ast::OrderByExpr],
        wanted: &[Type],
    ) -> Result<BoundQuery> {
        let Select {
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        self.refuse_any(&[
            (into.is_some(), "SELECT INTO"),
            (!named_window.is_empty(), "WINDOW"),
        ])?;
        self.reject(&[
            (select_modifiers.is_some(), "SELECT"),
            (top.is_some(), "TOP"),
            (exclude.is_some(), "EXCLUDE"),
            (!lateral_views.is_empty(), "VIEW"),
            (prewhere.is_some(), "PREWHERE"),
            (!connect_by.is_empty(), "CONNECT"),
            (!cluster_by.is_empty(), "CLUSTER"),
            (!distribute_by.is_empty(), "DISTRIBUTE"),
            (!sort_by.is_empty(), "SORT"),
            (qualify.is_some(), "QUALIFY"),
            (value_table_mode.is_some(), "AS"),
            (*flavor != SelectFlavor::Standard, "FROM"),
        ])?;
        let distinct = match distinct {
            None | Some(Distinct::All) => false,
            Some(Distinct::Distinct) => true,
            Some(Distinct::On(_)) => return Err(Error::unsupported("DISTINCT ON")),
        };
        // The order of PostgreSQL's analysis: it decides which context types a parameter.
        let table = self.bind_from(from)?;
        let mut targets = self.targets(projection, Clause::Select)?;
        let filter = match selection {
            Some(filter) => Some(self.predicate(filter, Clause::Where)?),
            None => None,
        };
        let filter = filter.map(|filter| self.fold(filter));
        let having_from = self.references.len();
        let having = match having {
            Some(having) => Some(self.predicate(having, Clause::Having)?),
            None => None,
        };
        let having_references = having_from..self.references.len();
        self.decide_targets(&mut targets, wanted)?;
        let shown = targets.len();
        let order = self.order_by(order_by, &mut targets, distinct)?;
        let groups = self.group_by(group_by, &targets)?;
        for target in &mut targets {
            self.fold_in_place(&mut target.typed.expr);
        }
        let grouped = !groups.is_empty() || !self.aggregates.is_empty() || having.is_some();
        let bound = Bound {
            table,
            targets,
            filter,
            having: having.map(|having| self.fold(having)),
            grouping: Grouping {
                groups,
                having_references,
                grouped,
            },
            order,
            distinct,
        };
        self.assemble(bound, shown)
    }

    fn group_by(&mut self, group_by: &GroupByExpr, targets: &[Target]) -> Result<Vec<Expr>> {
        match group_by {
            GroupByExpr::All(_) => Err(Error::unsupported("GROUP BY ALL")),
            GroupByExpr::Expressions(_, modifiers) if !modifiers.is_empty() => {
                Err(Error::unsupported("GROUP BY with a modifier"))
            }
            GroupByExpr::Expressions(exprs, _) => {
                let mut groups = Vec::with_capacity(exprs.len());
                for expr in exprs {
                    self.group_item(expr, targets, &mut groups)?;
                }
                Ok(groups)
            }
        }
    }

    /// Puts the operators together: the first `shown` targets come out, the others are for ORDER
    /// BY.
    fn assemble(&mut self, bound: Bound, shown: usize) -> Result<BoundQuery> {
        let Bound {
            table,
            mut targets,
            filter,
            mut having,
            grouping,
            order,
            distinct,
        } = bound;
        let columns = targets[..shown].iter().map(Target::column).collect();
        let starts = targets[..shown]
            .iter()
            .map(|target| target.typed.at)
            .collect();
        let mut groups = Vec::new();
        if grouping.grouped {
            groups = self.apply_grouping(&grouping, table.as_deref(), &mut targets, &mut having)?;
        }
        // The order of the scan can only be that of ORDER BY where its rows come out one by one.
        let scan_order = match grouping.grouped || distinct {
            true => Some(Vec::new()),
            false => scan_order(&order, &targets),
        };
        let (mut node, mut ordered) = match &table {
            Some(table) => {
                let wanted = scan_order.as_deref().unwrap_or_default();
                let mut chosen = choose(table, filter, wanted);
                let used = groups.iter().chain(targets.iter().map(|t| &t.typed.expr));
                chosen.scan.needed = match grouping.grouped {
                    false => super::group::needed(table, chosen.scan.filter.as_ref(), used),
                    true => {
                        let calls = self.aggregates.iter();
                        let inner = calls.flat_map(|c| c.args.iter().chain(&c.filter));
                        let used = groups.iter().chain(inner);
                        super::group::needed(table, chosen.scan.filter.as_ref(), used)
                    }
                };
                (Node::Scan(chosen.scan), chosen.ordered)
            }
            None => (one_row(filter), false),
        };
        ordered &= scan_order.is_some() && !grouping.grouped && !distinct;
        if grouping.grouped {
            node = Node::Aggregate {
                input: Box::new(node),
                groups,
                calls: std::mem::take(&mut self.aggregates),
            };
            if let Some(predicate) = having {
                node = Node::Filter {
                    input: Box::new(node),
                    predicate,
                };
            }
        }
        let sorted = !order.is_empty() && !ordered;
        if !sorted {
            targets.truncate(shown);
        }
        let width = targets.len();
        let exprs = targets
            .into_iter()
            .map(|target| target.typed.expr)
            .collect();
        node = project(node, exprs);
        if distinct {
            node = Node::Distinct {
                input: Box::new(node),
                columns: shown,
            };
        }
        if sorted {
            node = Node::Sort {
                input: Box::new(node),
                keys: order,
            };
        }
        if width > shown {
            node = Node::Trim {
                input: Box::new(node),
                columns: shown,
            };
        }
        Ok(BoundQuery {
            root: node,
            columns,
            starts,
        })
    }

    fn values(&mut self, values: &Values, order_by: &[ast::OrderByExpr]) -> Result<BoundQuery> {
        let Values {
            explicit_row,
            value_keyword,
            rows,
        } = values;
        self.reject(&[(*explicit_row, "ROW"), (*value_keyword, "VALUE")])?;
        let width = rows.first().map_or(0, |row| row.len());
        let mut columns: Vec<Vec<Typed>> = (0..width).map(|_| Vec::new()).collect();
        for row in rows {
            if row.len() != width {
                let at = row.first().map_or(Location::empty(), super::expr::start);
                let message = "VALUES lists must all be the same length";
                return Err(self.error(SqlState::SyntaxError, message, at));
            }
            for (column, expr) in columns.iter_mut().zip(row.iter()) {
                column.push(self.within(Clause::Values, |binder| binder.expr(expr))?);
            }
        }
        let mut targets = Vec::with_capacity(width);
        let mut out: Vec<Vec<Expr>> = rows.iter().map(|_| Vec::with_capacity(width)).collect();
        for (number, column) in columns.into_iter().enumerate() {
            let at = column.first().map_or(Location::empty(), |t| t.at);
            let same = column.first().map(|first| first.ty);
            let same = same.filter(|ty| column.iter().all(|typed| typed.ty == *ty));
            let (exprs, kind) = self.common(column, "VALUES")?;
            for (row, expr) in out.iter_mut().zip(exprs) {
                row.push(self.fold(expr));
            }
            let ty = same.filter(|ty| ty.kind == kind).unwrap_or(kind.into());
            targets.push(Target {
                name: format!("column{}", number + 1),
                typed: Typed::new(
                    Expr::Column {
                        index: number,
                        kind,
                    },
                    ty,
                    at,
                ),
                origin: None,
                references: 0..0,
            });
        }
        let columns = targets.iter().map(Target::column).collect();
        let starts = targets.iter().map(|target| target.typed.at).collect();
        let order = self.order_by(order_by, &mut targets, false)?;
        let mut root = Node::Values { rows: out };
        if targets.len() > width {
            let exprs = targets
                .into_iter()
                .map(|target| target.typed.expr)
                .collect();
            root = project(root, exprs);
        }
        if !order.is_empty() {
            root = Node::Sort {
                input: Box::new(root),
                keys: order,
            };
        }
        Ok(BoundQuery {
            root,
            columns,
            starts,
        })
    }

    fn limit(
        &mut self,
        bound: &mut BoundQuery,
        clause: Option<&LimitClause>,
        fetch: Option<&Fetch>,
    ) -> Result<()> {
        let (mut limit, offset) = match clause {
            None => (None, None),
            Some(LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            }) => {
                if !limit_by.is_empty() {
                    return Err(self.near_keyword("BY"));
                }
                let offset = offset.as_ref().map(|Offset { value, rows: _ }| value);
                (limit.as_ref(), offset)
            }
            Some(LimitClause::OffsetCommaLimit { offset: _, limit }) => {
                return Err(self
                    .error(
                        SqlState::SyntaxError,
                        "LIMIT #,# syntax is not supported",
                        super::expr::start(limit),
                    )
                    .with_hint("Use separate LIMIT and OFFSET clauses."));
            }
        };
        // Offset first, as PostgreSQL does: it may type a parameter of both.
        let offset = self.limit_argument(offset, Clause::Offset)?;
        let one = ast::Expr::value(ast::Value::Number("1".to_owned(), false));
        if let Some(Fetch {
            with_ties,
            percent,
            quantity,
        }) = fetch
        {
            self.refuse_any(&[(*with_ties, "WITH TIES"), (*percent, "FETCH PERCENT")])?;
            limit = Some(quantity.as_ref().unwrap_or(&one));
        }
        let limit = self.limit_argument(limit, Clause::Limit)?;
        if limit.is_none() && offset.is_none() {
            return Ok(());
        }
        let nothing = Node::Values { rows: Vec::new() };
        bound.root = Node::Limit {
            input: Box::new(std::mem::replace(&mut bound.root, nothing)),
            limit,
            offset,
        };
        Ok(())
    }

    fn limit_argument(
        &mut self,
        argument: Option<&ast::Expr>,
        clause: Clause,
    ) -> Result<Option<Expr>> {
        let Some(argument) = argument else {
            return Ok(None);
        };
        let from = self.references.len();
        let typed = self.within(clause, |binder| binder.expr(argument))?;
        if let Some((_, at)) = self.references.get(from) {
            let message = format!("argument of {} must not contain variables", clause.name());
            return Err(self.error(SqlState::InvalidColumnReference, message, *at));
        }
        let expr = self.coerce_argument(typed, Kind::Int8, clause.name())?;
        let expr = self.fold(expr);
        let unlimited = matches!(&expr, Expr::Const { value, kind: _ } if value.is_null());
        Ok((!unlimited).then_some(expr))
    }
}

/// The expressions over the input; over one row of nothing they are that row.
fn project(input: Node, exprs: Vec<Expr>) -> Node {
    match input {
        Node::Values { rows } if matches!(rows.as_slice(), [row] if row.is_empty()) => {
            Node::Values { rows: vec![exprs] }
        }
        input => Node::Project {
            input: Box::new(input),
            exprs,
        },
    }
}

/// What a SELECT without FROM selects from.
fn one_row(filter: Option<Expr>) -> Node {
    let row = Node::Values {
        rows: vec![Vec::new()],
    };
    match filter {
        Some(predicate) => Node::Filter {
            input: Box::new(row),
            predicate,
        },
        None => row,
    }
}

/// ORDER BY in terms of the table's row, if that says it all.
fn scan_order(order: &[SortKey], targets: &[Target]) -> Option<Vec<SortKey>> {
    order
        .iter()
        .map(|key| match &key.expr {
            Expr::Column { index, kind: _ } => {
                let expr = &targets.get(*index)?.typed.expr;
                (!walk::is_volatile(expr)).then(|| SortKey {
                    expr: expr.clone(),
                    ..key.clone()
                })
            }
            _ => None,
        })
        .collect()
}
