//! SQL: text to plans. Nothing outside this folder knows sqlparser.
//!
//! [`parse()`] makes statements of a text, [`bind()`] makes a plan or a command of a statement.
//!
//! - `parse`: text to syntax trees, with limits.
//! - `bind`: names and types.
//! - `plan`: which keys are read.
//! - `explain`: plans as text.

mod bind;
mod explain;
mod parse;
mod plan;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::catalog::{Catalog, DatabaseId, Schema};
use crate::error::Result;
use crate::exec::{Expr, Plan};
use crate::txn::Isolation;
use crate::types::{Env, Kind};
use parse::Syntax;

/// A statement's syntax tree, with the text it came from. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Parsed {
    tree: Arc<parse::Tree>,
}

/// Limits on what is parsed.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nesting of expressions and queries; beyond it 54001.
    pub depth: usize,
    /// Bytes of one query text; beyond it 54000.
    pub size: usize,
}

/// Splits a text into its statements. None at all is an empty query.
pub fn parse(text: &str, limits: Limits) -> Result<Vec<Parsed>> {
    parse::parse(text, limits)
}

/// What names are looked up in.
pub struct Scope<'a> {
    /// The catalog of the statement's snapshot.
    pub catalog: &'a Catalog,
    /// The connection's database.
    pub database: DatabaseId,
    /// The schemas of search_path that exist, in order. The first one is where CREATE creates.
    pub search_path: &'a [Arc<Schema>],
    /// Settings that literals depend on.
    pub env: &'a dyn Env,
}

/// A bound statement.
#[derive(Debug, Clone)]
pub struct Bound {
    /// What is to be done.
    pub action: Action,
    /// The kinds of the parameters.
    pub params: Vec<Kind>,
}

/// What a statement asks for.
#[derive(Debug, Clone)]
pub enum Action {
    /// To run a plan.
    Plan(Arc<Plan>),
    /// Something that the session does itself.
    Command(Command),
}

/// What the session does itself.
#[derive(Debug, Clone)]
pub enum Command {
    /// BEGIN, START TRANSACTION
    Begin {
        /// The command tag: BEGIN or START TRANSACTION.
        start: bool,
        /// ISOLATION LEVEL, READ ONLY...
        modes: TransactionModes,
    },
    /// COMMIT, END
    Commit {
        /// AND CHAIN
        chain: bool,
    },
    /// ROLLBACK, ABORT
    Rollback {
        /// AND CHAIN
        chain: bool,
    },
    /// SAVEPOINT
    Savepoint(String),
    /// RELEASE
    Release(String),
    /// ROLLBACK TO
    RollbackTo(String),
    /// SET TRANSACTION
    SetTransaction(TransactionModes),
    /// SET SESSION CHARACTERISTICS AS TRANSACTION
    SetSessionCharacteristics(TransactionModes),
    /// SET, SET LOCAL
    Set {
        /// The setting, lower case.
        name: String,
        /// Its new value (a list is joined by ", " with its items quoted as needed); none for
        /// DEFAULT.
        value: Option<String>,
        /// LOCAL
        local: bool,
    },
    /// SHOW; `all` for SHOW ALL.
    Show(String),
    /// RESET; none for ALL.
    Reset(Option<String>),
    /// DISCARD
    Discard(Discard),
    /// PREPARE
    Prepare {
        /// Its name.
        name: String,
        /// The declared types of the parameters.
        params: Vec<Kind>,
        /// The statement.
        statement: Parsed,
    },
    /// EXECUTE
    Execute {
        /// The prepared statement.
        name: String,
        /// The arguments: bound by [`bind_arguments`] when the parameters' kinds are known.
        arguments: Arguments,
    },
    /// DEALLOCATE; none for ALL.
    Deallocate(Option<String>),
    /// CLOSE; none for ALL.
    Close(Option<String>),
    /// UNLISTEN *: there is nothing to listen to yet, so it does nothing.
    UnlistenAll,
    /// SET CONSTRAINTS ALL: no constraint is deferrable yet, so it does nothing.
    SetConstraintsAll,
}

/// The arguments of EXECUTE.
#[derive(Debug, Clone)]
pub struct Arguments {
    exprs: Arc<[sqlparser::ast::Expr]>,
    /// The text that they stand in.
    source: Arc<str>,
}

/// What BEGIN and SET TRANSACTION say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TransactionModes {
    /// ISOLATION LEVEL
    pub isolation: Option<Isolation>,
    /// READ ONLY, READ WRITE
    pub read_only: Option<bool>,
    /// DEFERRABLE, NOT DEFERRABLE
    pub deferrable: Option<bool>,
}

/// What DISCARD forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// Everything.
    All,
    /// Cached plans: does nothing, as plans are bound anew when they must be.
    Plans,
    /// Sequences' last values: there are none.
    Sequences,
    /// Temporary tables: there are none.
    Temp,
}

impl Parsed {
    /// The statement's own text, without the ones beside it.
    pub fn text(&self) -> &str {
        let parse::Tree { source, range, .. } = &*self.tree;
        source.get(range.clone()).unwrap_or_default()
    }

    /// Whether it may run in a failed transaction block (COMMIT, ROLLBACK, ROLLBACK TO...).
    pub fn ends_failed_block(&self) -> bool {
        match &self.tree.syntax {
            Syntax::Command(
                Command::Commit { .. } | Command::Rollback { .. } | Command::RollbackTo(_),
            ) => true,
            Syntax::Refused(name) => name == "PREPARE TRANSACTION",
            _ => false,
        }
    }

    /// Whether its plan depends on the catalog or settings (then it is bound when it is parsed by
    /// the extended protocol); commands need no snapshot.
    pub fn needs_snapshot(&self) -> bool {
        !matches!(
            self.tree.syntax,
            Syntax::Command(_) | Syntax::Prepare { .. } | Syntax::Execute { .. }
        )
    }
}

/// Binds a statement. `declared` are the types that the client gave its parameters.
pub fn bind(statement: &Parsed, scope: &Scope<'_>, declared: &[Option<Kind>]) -> Result<Bound> {
    bind::bind(statement, scope, declared)
}

/// Binds a statement of the simple protocol, where a parameter is an error: 42P02.
pub fn bind_simple(statement: &Parsed, scope: &Scope<'_>) -> Result<Bound> {
    bind::bind_simple(statement, scope)
}

/// Binds the arguments of EXECUTE to the kinds of the statement's parameters.
pub fn bind_arguments(
    arguments: &Arguments,
    kinds: &[Kind],
    name: &str,
    scope: &Scope<'_>,
) -> Result<Vec<Expr>> {
    bind::bind_arguments(arguments, kinds, name, scope)
}
