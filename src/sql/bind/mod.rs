//! Names and types: a syntax tree becomes a plan or a command.
//!
//! - [`names`]: identifiers, tables, the columns in scope.
//! - [`params`]: `$n` and what is known of their types.
//! - [`types`]: type names.
//! - [`coerce`], [`generic`], [`resolve`]: PostgreSQL's conversions and overload resolution
//!   (manual, chapter 10).
//! - [`expr`]: expressions; beside it [`literal`], [`operators`], [`calls`], [`special`],
//!   [`conditional`], [`sets`] (IN, ANY), [`rows`], [`access`] (subscripts).
//! - [`walk`]: visiting bound expressions.
//! - [`fold`]: constants are calculated once.
//! - [`from`], [`targets`], [`select`], [`order`], [`group`]: queries.
//! - [`insert`], [`conflict`], [`change`] (UPDATE, DELETE), [`create`] with [`create_key`] and
//!   [`create_clauses`], [`utility`].

mod access;
mod calls;
mod change;
mod coerce;
mod conditional;
mod conflict;
mod create;
mod create_clauses;
mod create_key;
mod expr;
mod fold;
mod from;
mod generic;
mod group;
mod insert;
mod literal;
pub(in crate::sql) mod names;
mod operators;
mod order;
mod params;
mod resolve;
mod rows;
mod select;
mod sets;
mod special;
mod targets;
mod types;
mod utility;
pub(in crate::sql) mod walk;

use std::sync::Arc;

use sqlparser::ast::{Spanned, Statement};
use sqlparser::tokenizer::Location;

use super::parse::{self, Syntax, position};
use super::{Action, Arguments, Bound, Command, Parsed, Scope};
use crate::error::{Error, Result};
use crate::exec::plan::AggregateCall;
use crate::exec::{Expr, Plan};
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Type};
use names::Names;
use params::Params;

/// A bound expression, its type, and where its text starts.
#[derive(Debug, Clone)]
pub(in crate::sql) struct Typed {
    pub expr: Expr,
    pub ty: Type,
    pub at: Location,
}

impl Typed {
    pub fn new(expr: Expr, ty: impl Into<Type>, at: Location) -> Self {
        Self {
            expr,
            ty: ty.into(),
            at,
        }
    }

    pub fn kind(&self) -> Kind {
        self.ty.kind
    }
}

/// Where an expression stands: it decides what is allowed in it, and how errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql) enum Clause {
    Select,
    Where,
    Having,
    GroupBy,
    OrderBy,
    Limit,
    Offset,
    Values,
    Update,
    Returning,
    Default,
    Filter,
    Execute,
}

impl Clause {
    /// How PostgreSQL's messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Clause::Select => "SELECT",
            Clause::Where => "WHERE",
            Clause::Having => "HAVING",
            Clause::GroupBy => "GROUP BY",
            Clause::OrderBy => "ORDER BY",
            Clause::Limit => "LIMIT",
            Clause::Offset => "OFFSET",
            Clause::Values => "VALUES",
            Clause::Update => "UPDATE",
            Clause::Returning => "RETURNING",
            Clause::Default => "DEFAULT expressions",
            Clause::Filter => "FILTER",
            Clause::Execute => "EXECUTE parameters",
        }
    }

    fn allows_aggregates(self) -> bool {
        matches!(self, Clause::Select | Clause::Having | Clause::OrderBy)
    }
}

/// The state of binding one statement.
pub(in crate::sql) struct Binder<'a> {
    pub scope: &'a Scope<'a>,
    /// The text that positions count in.
    source: &'a str,
    /// Where the statement starts in it.
    start: Location,
    params: Params,
    names: Names,
    clause: Clause,
    /// The aggregates of the query; expressions refer to them by columns from [`group::BASE`].
    aggregates: Vec<AggregateCall>,
    /// Inside of an aggregate's arguments.
    in_aggregate: bool,
    /// Every reference to a column, in the order of the text: grouping errors point to them.
    references: Vec<(usize, Location)>,
    /// How many nodes were copied: BETWEEN and CASE repeat an operand.
    copied: usize,
}

impl<'a> Binder<'a> {
    fn new(scope: &'a Scope<'a>, source: &'a str, params: Params) -> Self {
        Self {
            scope,
            source,
            start: Location::new(1, 1),
            params,
            names: Names::default(),
            clause: Clause::Select,
            aggregates: Vec::new(),
            in_aggregate: false,
            references: Vec::new(),
            copied: 0,
        }
    }

    /// The character of a location, for an error.
    pub fn position(&self, at: Location) -> Option<u32> {
        position::character(self.source, at)
    }

    /// An error at a location.
    pub fn error(
        &self,
        state: SqlState,
        message: impl Into<std::borrow::Cow<'static, str>>,
        at: Location,
    ) -> Error {
        Error::new(state, message).at(self.position(at))
    }

    /// A refusal at a location.
    pub fn refuse(&self, what: impl std::fmt::Display, at: Location) -> Error {
        Error::unsupported(what).at(self.position(at))
    }

    /// Refuses a clause that is there.
    pub fn refuse_some<T>(&self, clause: Option<&T>, what: &str) -> Result<()> {
        match clause {
            Some(_) => Err(Error::unsupported(what)),
            None => Ok(()),
        }
    }

    /// A syntax error at a token.
    pub fn near(&self, at: Location) -> Error {
        parse::near(self.source, at)
    }

    /// Clauses that sqlparser knows and PostgreSQL does not are syntax errors at their keyword.
    pub fn reject(&self, clauses: &[(bool, &str)]) -> Result<()> {
        match clauses.iter().find(|(present, _)| *present) {
            Some((_, keyword)) => Err(self.near_keyword(keyword)),
            None => Ok(()),
        }
    }

    /// A syntax error at a keyword, wherever it stands.
    fn near_keyword(&self, keyword: &str) -> Error {
        match self.keyword_after(self.start, keyword) {
            Location { line: 0, .. } => {
                Error::syntax(format!("syntax error at or near \"{keyword}\""))
            }
            at => self.near(at),
        }
    }

    /// Where a keyword stands first from a location on.
    fn keyword_after(&self, from: Location, keyword: &str) -> Location {
        let tokens = parse::tokens(self.source).unwrap_or_default();
        let found = tokens
            .iter()
            .find(|t| t.span.start >= from && t.token.to_string().eq_ignore_ascii_case(keyword));
        found.map_or(Location::empty(), |t| t.span.start)
    }

    /// Where a keyword stands last before a location.
    fn keyword_before(&self, to: Location, keyword: &str) -> Location {
        let tokens = parse::tokens(self.source).unwrap_or_default();
        let found = tokens
            .iter()
            .rfind(|t| t.span.start < to && t.token.to_string().eq_ignore_ascii_case(keyword));
        found.map_or(Location::empty(), |t| t.span.start)
    }

    /// Refuses clauses that are there.
    pub fn refuse_any(&self, clauses: &[(bool, &str)]) -> Result<()> {
        match clauses.iter().find(|(present, _)| *present) {
            Some((_, what)) => Err(Error::unsupported(what)),
            None => Ok(()),
        }
    }

    /// Binds something in another clause.
    fn within<T>(
        &mut self,
        clause: Clause,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let outer = std::mem::replace(&mut self.clause, clause);
        let result = bind(self);
        self.clause = outer;
        result
    }
}

/// See [`super::bind()`].
pub(super) fn bind(
    statement: &Parsed,
    scope: &Scope<'_>,
    declared: &[Option<Kind>],
) -> Result<Bound> {
    bind_with(statement, scope, Params::new(declared))
}

/// See [`super::bind_simple`].
pub(super) fn bind_simple(statement: &Parsed, scope: &Scope<'_>) -> Result<Bound> {
    bind_with(statement, scope, Params::refused())
}

fn bind_with(statement: &Parsed, scope: &Scope<'_>, params: Params) -> Result<Bound> {
    let tree = &*statement.tree;
    let mut binder = Binder::new(scope, &tree.source, params);
    binder.start = position::location(&tree.source, tree.range.start);
    let action = match &tree.syntax {
        Syntax::Command(command) => Action::Command(command.clone()),
        Syntax::Prepare { name, types, body } => Action::Command(Command::Prepare {
            name: name.clone(),
            params: types
                .iter()
                .map(|ty| binder.data_type(ty).map(|ty| ty.kind))
                .collect::<Result<_>>()?,
            statement: body.clone(),
        }),
        Syntax::Execute { name, arguments } => Action::Command(Command::Execute {
            name: name.clone(),
            arguments: arguments.clone(),
        }),
        syntax => Action::Plan(Arc::new(binder.plan(syntax)?)),
    };
    let params = binder
        .params
        .finish(|at| position::character(&tree.source, at))?;
    Ok(Bound { action, params })
}

impl Binder<'_> {
    fn plan(&mut self, syntax: &Syntax) -> Result<Plan> {
        match syntax {
            Syntax::Sql(statement) => self.statement(statement),
            Syntax::Explain { options, body } => self.explain(options, body),
            Syntax::Command(_) | Syntax::Prepare { .. } | Syntax::Execute { .. } => {
                Err(Error::internal("a command has no plan"))
            }
            utility => self.utility(utility).map(Plan::Ddl),
        }
    }

    fn statement(&mut self, statement: &Statement) -> Result<Plan> {
        match statement {
            Statement::Query(query) => self.query_plan(query),
            Statement::Insert(insert) => self.insert(insert).map(Plan::Insert),
            Statement::Update(update) => self.update(update).map(Plan::Update),
            Statement::Delete(delete) => self.delete(delete).map(Plan::Delete),
            Statement::CreateTable(create) => self.create_table(create).map(Plan::Ddl),
            other => {
                let text = other.to_string();
                let name: Vec<&str> = text.split_whitespace().take(2).collect();
                Err(self.refuse(name.join(" "), other.span().start))
            }
        }
    }
}

/// See [`super::bind_arguments`].
pub(super) fn bind_arguments(
    arguments: &Arguments,
    kinds: &[Kind],
    name: &str,
    scope: &Scope<'_>,
) -> Result<Vec<Expr>> {
    if kinds.is_empty() {
        // PostgreSQL does not look at the arguments then.
        return Ok(Vec::new());
    }
    if arguments.exprs.len() != kinds.len() {
        return Err(Error::syntax(format!(
            "wrong number of parameters for prepared statement \"{name}\""
        ))
        .with_detail(format!(
            "Expected {} parameters but got {}.",
            kinds.len(),
            arguments.exprs.len()
        )));
    }
    let mut binder = Binder::new(scope, &arguments.source, Params::refused());
    binder.clause = Clause::Execute;
    let mut exprs = Vec::with_capacity(kinds.len());
    for (i, (argument, kind)) in arguments.exprs.iter().zip(kinds).enumerate() {
        let typed = binder.expr(argument)?;
        let actual = typed.kind();
        let at = typed.at;
        let cast = binder.try_coerce(typed, Type::of(*kind), CastContext::Assignment)?;
        let Some(cast) = cast else {
            return Err(binder
                .error(
                    SqlState::DatatypeMismatch,
                    format!(
                        "parameter ${} of type {actual} cannot be coerced to the expected type {kind}",
                        i + 1
                    ),
                    at,
                )
                .with_hint("You will need to rewrite or cast the expression."));
        };
        exprs.push(binder.fold(cast.expr));
    }
    binder
        .params
        .finish(|at| position::character(&arguments.source, at))?;
    Ok(exprs)
}
