//! UPDATE and DELETE.

use super::{Writer, assign};
use crate::error::Result;
use crate::exec::plan::{Delete, Scan, Update};
use crate::exec::read::scan::{Found, ScanCursor};
use crate::exec::{Context, Written};
use crate::txn::{Locked, Transaction};
use crate::types::Row;

pub(super) async fn update(plan: &Update, ctx: &Context, txn: &mut Transaction) -> Result<Written> {
    let table = &plan.scan.table;
    let mut writer = Writer::open(table, plan.returning.as_ref(), ctx, txn).await?;
    let mut scan = ScanCursor::open(&plan.scan, ctx)?;
    while let Some(found) = scan.next(&plan.scan, ctx)? {
        let key = found.entry.0.clone();
        if let Some(row) = writer.claim(&plan.scan, &mut scan, found).await? {
            let new = assign(row.clone(), &plan.assignments, &row, ctx)?;
            writer.replace(key, new).await?;
        }
    }
    Ok(writer.written)
}

pub(super) async fn delete(plan: &Delete, ctx: &Context, txn: &mut Transaction) -> Result<Written> {
    let table = &plan.scan.table;
    let mut writer = Writer::open(table, plan.returning.as_ref(), ctx, txn).await?;
    let mut scan = ScanCursor::open(&plan.scan, ctx)?;
    while let Some(found) = scan.next(&plan.scan, ctx)? {
        let key = found.entry.0.clone();
        if let Some(row) = writer.claim(&plan.scan, &mut scan, found).await? {
            writer.txn.write(plan.scan.table.space, key, None)?;
            writer.wrote(&row)?;
        }
    }
    Ok(writer.written)
}

impl Writer<'_> {
    /// Locks a row that the scan found. None when it is no longer to be changed: it is gone, or
    /// its latest version does not match, or this statement has written it already. The key of the
    /// latest version is the same, so that only the filter is looked at again.
    async fn claim(
        &mut self,
        scan: &Scan,
        cursor: &mut ScanCursor,
        found: Found,
    ) -> Result<Option<Row>> {
        let space = scan.table.space;
        let (key, value) = found.entry;
        if self.txn.written_by_statement(space, &key) {
            return Ok(None);
        }
        let (timeout, interrupt) = (self.ctx.lock_timeout, self.ctx.env.interrupt());
        let locked = self
            .txn
            .lock_row(space, &key, Some(&value), timeout, interrupt)
            .await?;
        match locked {
            Locked::Same => Ok(Some(found.row)),
            Locked::Changed(None) => Ok(None),
            Locked::Changed(Some(latest)) => cursor.matching(scan, &key, &latest, self.ctx),
        }
    }
}
