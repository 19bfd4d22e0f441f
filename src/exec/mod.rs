//! The executor: runs a plan on a transaction's view.
//!
//! - [`expr`]: [`Expr`], a bound expression; [`eval`] gives its value over a row.
//! - [`plan`]: [`Plan`], what a statement lowers to.
//! - `read`: a query's operators, and the rows they make.
//! - `write`: INSERT, UPDATE, DELETE.
//! - `ddl`: CREATE, DROP, TRUNCATE.
//! - [`limits`]: what a statement may take.
//!
//! Reads are synchronous: [`query`] returns rows that are made as they are asked for. Writes wait
//! for locks, and for nothing else, so [`write()`] and [`ddl()`] are async.

mod ddl;
pub mod eval;
pub mod expr;
pub mod limits;
pub mod plan;
mod read;
mod write;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use crate::catalog::Field;
pub use eval::EvalContext;
pub use expr::Expr;
pub use limits::Limits;
pub use plan::Plan;

use crate::catalog::{CatalogStore, Table};
use crate::error::Result;
use crate::storage::View;
use crate::txn::Transaction;
use crate::types::{Datum, Env, Row};

/// What a plan runs in: the statement's view, its parameters and its session.
#[derive(Clone)]
pub struct Context {
    /// What is read.
    pub view: View,
    /// The parameters, each of its kind.
    pub params: Arc<[Datum]>,
    /// The session.
    pub env: Arc<dyn Env>,
    /// `lock_timeout`; none waits for ever.
    pub lock_timeout: Option<Duration>,
    /// What is stored may not be larger.
    pub limits: Limits,
}

/// A row of a result.
#[derive(Debug, Clone)]
pub enum OutputRow {
    /// Values.
    Values(Row),
    /// A row as it is stored, of which some columns are sent: the encoder takes the bytes from
    /// it where the stored form is the wire's, and nothing is decoded.
    Stored {
        /// The table.
        table: Arc<Table>,
        /// The entry's key.
        key: Bytes,
        /// The entry's value.
        value: Bytes,
        /// Which columns, in the order of the result.
        columns: Arc<[usize]>,
    },
}

/// The rows of a query, made one at a time: nothing is read before it is asked for.
pub trait Rows: Send {
    /// The next row.
    fn next(&mut self) -> Result<Option<OutputRow>>;
}

/// Starts a query. `plan` is a [`Plan::Query`] or a [`Plan::Explain`].
pub fn query(plan: &Arc<Plan>, context: Context) -> Result<Box<dyn Rows>> {
    read::output::query(plan, context)
}

/// What a write did.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// How many rows were inserted, updated or deleted.
    pub count: u64,
    /// RETURNING.
    pub rows: Vec<Row>,
}

/// Runs an INSERT, UPDATE or DELETE: find, lock, check again, buffer. After an error the session
/// takes back what was buffered so far.
pub async fn write(plan: &Plan, context: &Context, txn: &mut Transaction) -> Result<Written> {
    write::write(plan, context, txn).await
}

/// What DDL did.
#[derive(Debug, Clone, Default)]
pub struct DdlDone {
    /// NOTICEs, as in: relation "t" already exists, skipping. (SQLSTATE and message.)
    pub notices: Vec<(crate::sqlstate::SqlState, String)>,
}

/// Runs DDL: takes its locks, checks names against the latest catalog, writes catalog records
/// into the transaction.
pub async fn ddl(
    plan: &plan::Ddl,
    context: &Context,
    txn: &mut Transaction,
    catalogs: &CatalogStore,
) -> Result<DdlDone> {
    ddl::ddl(plan, context, txn, catalogs).await
}

#[cfg(test)]
mod testing;
