//! INSERT, with ON CONFLICT.

use bytes::Bytes;

use super::{Writer, assign, violation};
use crate::catalog::PrimaryKey;
use crate::error::{Error, Result};
use crate::exec::plan::{Insert, OnConflict};
use crate::exec::read::Cursor;
use crate::exec::{Context, Expr, Written};
use crate::sqlstate::SqlState;
use crate::txn::Transaction;
use crate::types::Row;

pub(super) async fn insert(plan: &Insert, ctx: &Context, txn: &mut Transaction) -> Result<Written> {
    let mut writer = Writer::open(&plan.table, plan.returning.as_ref(), ctx, txn).await?;
    let mut source = Cursor::open(&plan.source, ctx)?;
    while let Some(row) = source.next(&plan.source, ctx)? {
        violation::check_not_null(&writer.table, &row, ctx)?;
        match writer.table.key {
            PrimaryKey::Columns { .. } => writer.insert(row, plan.conflict.as_ref()).await?,
            PrimaryKey::RowId => writer.append(&row)?,
        }
    }
    Ok(writer.written)
}

impl Writer<'_> {
    /// Inserts a row of a table without a key. Nobody else can have its number, so there is
    /// nothing to lock.
    fn append(&mut self, row: &Row) -> Result<()> {
        let key = self.table.next_row_key(&self.ctx.view)?;
        let value = self.encode_value(row)?;
        self.txn.write(self.table.space, key, Some(value))?;
        self.wrote(row)
    }

    async fn insert(&mut self, row: Row, conflict: Option<&OnConflict>) -> Result<()> {
        let key = self.encode_key(&row)?;
        self.lock(&key).await?;
        let Some(existing) = self.txn.latest(self.table.space, &key)? else {
            let value = self.encode_value(&row)?;
            self.txn.write(self.table.space, key, Some(value))?;
            return self.wrote(&row);
        };
        match conflict {
            None => Err(violation::duplicate_key(&self.table, &row, self.ctx)),
            Some(OnConflict::Nothing) => self.check_visible(&key, &existing),
            Some(OnConflict::Update {
                assignments,
                filter,
            }) => {
                if self.txn.written_by_statement(self.table.space, &key) {
                    return Err(twice());
                }
                self.check_visible(&key, &existing)?;
                self.update_existing(key, &existing, row, assignments, filter.as_ref())
                    .await
            }
        }
    }

    async fn update_existing(
        &mut self,
        key: Bytes,
        existing: &[u8],
        proposed: Row,
        assignments: &[(usize, Expr)],
        filter: Option<&Expr>,
    ) -> Result<()> {
        let everything = vec![true; self.table.columns.len()];
        let existing = self.table.decode(&key, existing, &everything)?;
        let mut both = existing.clone();
        both.extend(proposed);
        if let Some(filter) = filter
            && !filter.holds(&both, &self.ctx.eval())?
        {
            return Ok(());
        }
        let row = assign(existing, assignments, &both, self.ctx)?;
        self.replace(key, row).await
    }

    /// In REPEATABLE READ a row that the snapshot does not show, and that the transaction did not
    /// write itself, must not decide what happens.
    fn check_visible(&self, key: &Bytes, existing: &Bytes) -> Result<()> {
        let space = self.table.space;
        if self.txn.isolation().keeps_snapshot()
            && !self.txn.written_by_statement(space, key)
            && self.ctx.view.get(space, key)?.as_ref() != Some(existing)
        {
            return Err(Error::new(
                SqlState::SerializationFailure,
                "could not serialize access due to concurrent update",
            ));
        }
        Ok(())
    }
}

fn twice() -> Error {
    Error::new(
        SqlState::CardinalityViolation,
        "ON CONFLICT DO UPDATE command cannot affect row a second time",
    )
    .with_hint(
        "Ensure that no rows proposed for insertion within the same command have duplicate constrained values.",
    )
}
