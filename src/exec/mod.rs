//! The executor: runs a plan on a transaction's view.
//!
//! - [`expr`]: [`Expr`], a bound expression, and its evaluator.
//! - [`plan`]: [`Plan`], what a statement lowers to.

pub mod expr;
pub mod plan;

pub use expr::Expr;
pub use plan::Plan;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::catalog::{CatalogStore, Table};
use crate::error::{Error, Result};
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
    /// Limits on what is stored.
    pub limits: Limits,
}

/// Limits on what is stored, from the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of an encoded key; beyond it 54000.
    pub key_size: usize,
    /// Bytes of an encoded row; beyond it 54000.
    pub row_size: usize,
}

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub struct EvalContext<'a> {
    /// The parameters.
    pub params: &'a [Datum],
    /// The session.
    pub env: &'a dyn Env,
}

impl Expr {
    /// The value over an input row.
    pub fn eval(&self, row: &[Datum], context: &EvalContext<'_>) -> Result<Datum> {
        let _ = (row, context.params, context.env);
        Err(Error::internal("not built"))
    }
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
    let _ = (plan, context);
    Err(Error::internal("not built"))
}

/// What a write did.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// How many rows were inserted, updated or deleted.
    pub count: u64,
    /// RETURNING.
    pub rows: Vec<Row>,
}

/// Runs an INSERT, UPDATE or DELETE: find, lock, check again, buffer.
pub async fn write(plan: &Plan, context: &Context, txn: &mut Transaction) -> Result<Written> {
    let _ = (plan, context, txn);
    Err(Error::internal("not built"))
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
    let _ = (plan, context, txn, catalogs);
    Err(Error::internal("not built"))
}

/// A value of a result's row, in the form in which it is at hand.
pub enum Field<'a> {
    /// NULL
    Null,
    /// A value.
    Datum(std::borrow::Cow<'a, Datum>),
    /// The bytes of both wire forms.
    Wire(&'a [u8]),
}

impl OutputRow {
    /// One of its values.
    pub fn field(&self, index: usize) -> Result<Field<'_>> {
        let _ = index;
        Err(Error::internal("not built"))
    }
}
