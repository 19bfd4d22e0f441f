//! Writing: find, lock, check again, buffer.
//!
//! A statement reads its own view, which does not have what the statement itself writes, so a row
//! is never met twice. Each row is locked before it is judged, and judged by its latest version.
//! All changes go to the transaction's buffer; a statement that fails midway leaves those it has
//! made so far, and the session takes them back to the mark it set before the statement.
//!
//! - [`insert`], [`update`] (and DELETE): the statements.
//! - [`violation`]: what a row is refused with.

mod insert;
mod update;
pub(super) mod violation;

use std::sync::Arc;

use bytes::Bytes;

use super::eval::eval_all;
use super::limits::Budget;
use super::plan::{Plan, Returning};
use super::{Context, Expr, Written};
use crate::catalog::records::{self, Record};
use crate::catalog::{PrimaryKey, Table};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::CATALOG;
use crate::txn::Transaction;
use crate::txn::locks::{LockMode, Resource};
use crate::types::{Datum, Row};

/// Runs an INSERT, UPDATE or DELETE.
pub(super) async fn write(plan: &Plan, ctx: &Context, txn: &mut Transaction) -> Result<Written> {
    match plan {
        Plan::Insert(plan) => insert::insert(plan, ctx, txn).await,
        Plan::Update(plan) => update::update(plan, ctx, txn).await,
        Plan::Delete(plan) => update::delete(plan, ctx, txn).await,
        Plan::Query(_) | Plan::Ddl(_) | Plan::Explain { .. } => {
            Err(Error::internal("a query was run as a write"))
        }
    }
}

/// A statement that writes to one table.
struct Writer<'a> {
    /// The table, as it is now that the statement has its lock.
    table: Arc<Table>,
    ctx: &'a Context,
    txn: &'a mut Transaction,
    returning: Option<&'a Returning>,
    written: Written,
    budget: Budget,
}

impl<'a> Writer<'a> {
    /// Takes the table's lock, so that no DDL changes the table before the transaction ends, and
    /// looks whether one did before.
    async fn open(
        table: &Arc<Table>,
        returning: Option<&'a Returning>,
        ctx: &'a Context,
        txn: &'a mut Transaction,
    ) -> Result<Self> {
        let resource = Resource::Table(table.id.0);
        txn.lock(
            resource,
            LockMode::Shared,
            ctx.lock_timeout,
            ctx.env.interrupt(),
        )
        .await?;
        Ok(Self {
            table: current(table, ctx, txn)?,
            ctx,
            txn,
            returning,
            written: Written::default(),
            budget: Budget::default(),
        })
    }

    /// Waits until no other transaction can change a row.
    async fn lock(&mut self, key: &Bytes) -> Result<()> {
        self.txn
            .lock(
                Resource::Row(self.table.space, key.clone()),
                LockMode::Exclusive,
                self.ctx.lock_timeout,
                self.ctx.env.interrupt(),
            )
            .await
    }

    /// Replaces a row that is locked. Another key moves it, if no row is there.
    async fn replace(&mut self, key: Bytes, row: Row) -> Result<()> {
        violation::check_not_null(&self.table, &row, self.ctx)?;
        let space = self.table.space;
        let new_key = match self.table.key {
            PrimaryKey::Columns { .. } => self.encode_key(&row)?,
            PrimaryKey::RowId => key.clone(),
        };
        let value = self.encode_value(&row)?;
        if new_key != key {
            self.lock(&new_key).await?;
            if self.txn.latest(space, &new_key)?.is_some() {
                return Err(violation::duplicate_key(&self.table, &row, self.ctx));
            }
            self.txn.write(space, key, None)?;
        }
        self.txn.write(space, new_key, Some(value))?;
        self.wrote(&row)
    }

    /// Counts a row that was written, and keeps what RETURNING says of it.
    fn wrote(&mut self, row: &[Datum]) -> Result<()> {
        self.written.count += 1;
        if let Some(returning) = self.returning {
            let row = eval_all(&returning.exprs, row, &self.ctx.eval())?;
            self.budget.take(&row)?;
            self.written.rows.push(row);
        }
        Ok(())
    }

    fn encode_key(&self, row: &[Datum]) -> Result<Bytes> {
        let key = self.table.encode_key(row)?;
        if key.len() > self.ctx.limits.key_size {
            return Err(violation::key_too_large(&self.table, key.len(), self.ctx));
        }
        Ok(key)
    }

    fn encode_value(&self, row: &[Datum]) -> Result<Bytes> {
        let value = self.table.encode_value(row)?;
        if value.len() > self.ctx.limits.row_size {
            return Err(violation::row_too_big(value.len(), self.ctx));
        }
        Ok(value)
    }
}

/// The row with new values for some of its columns; `input` is what the expressions see.
fn assign(
    mut row: Row,
    assignments: &[(usize, Expr)],
    input: &[Datum],
    ctx: &Context,
) -> Result<Row> {
    for (column, expr) in assignments {
        let value = expr.eval(input, &ctx.eval())?;
        *row.get_mut(*column).ok_or_else(|| {
            Error::internal(format!("there is no column {column} to assign to"))
        })? = value;
    }
    Ok(row)
}

/// The table of a plan as it is now. It may have been dropped after the plan was made, and TRUNCATE
/// may have given it another space.
fn current(table: &Arc<Table>, ctx: &Context, txn: &Transaction) -> Result<Arc<Table>> {
    let latest = txn.latest_view();
    if latest.snapshot().catalog_version() == ctx.view.snapshot().catalog_version() {
        return Ok(table.clone());
    }
    let key = records::table_key(table.id);
    let record = latest
        .get(CATALOG, &key)?
        .map(|value| Record::decode(&key, &value))
        .transpose()?;
    let Some(Record::Table(now)) = record else {
        return Err(Error::new(
            SqlState::UndefinedTable,
            format!("relation \"{}\" does not exist", table.name),
        ));
    };
    if now.space == table.space {
        return Ok(table.clone());
    }
    Ok(Arc::new(Table {
        space: now.space,
        ..(**table).clone()
    }))
}

#[cfg(test)]
mod tests;
