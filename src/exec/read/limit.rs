//! LIMIT and OFFSET.

use super::Cursor;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::eval::EvalContext;
use crate::sqlstate::SqlState;

/// How many rows are skipped, and how many are taken then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    offset: u64,
    limit: Option<u64>,
}

impl Window {
    /// OFFSET is looked at first, as in PostgreSQL. NULL is as if the clause were not there.
    pub(super) fn of(
        limit: Option<&Expr>,
        offset: Option<&Expr>,
        ctx: &EvalContext<'_>,
    ) -> Result<Self> {
        let offset = count(offset, ctx)?.map_err(|()| {
            Error::new(
                SqlState::InvalidRowCountInResultOffsetClause,
                "OFFSET must not be negative",
            )
        })?;
        let limit = count(limit, ctx)?.map_err(|()| {
            Error::new(
                SqlState::InvalidRowCountInLimitClause,
                "LIMIT must not be negative",
            )
        })?;
        Ok(Self {
            offset: offset.unwrap_or(0),
            limit,
        })
    }

    /// How many rows of the input are looked at at most.
    pub(super) fn reach(&self) -> Option<usize> {
        let rows = self.limit?.checked_add(self.offset)?;
        usize::try_from(rows).ok()
    }
}

/// None if there is no count, an error if it is negative.
fn count(expr: Option<&Expr>, ctx: &EvalContext<'_>) -> Result<Result<Option<u64>, ()>> {
    let Some(expr) = expr else {
        return Ok(Ok(None));
    };
    let count = expr.eval(&[], ctx)?;
    if count.is_null() {
        return Ok(Ok(None));
    }
    Ok(u64::try_from(count.as_int()?).map(Some).map_err(|_| ()))
}

/// LIMIT that runs. When it has its rows it asks for no more.
pub(in crate::exec) struct LimitCursor {
    input: Cursor,
    window: Window,
}

impl LimitCursor {
    pub(super) fn new(input: Cursor, window: Window) -> Self {
        Self { input, window }
    }

    /// The next row that `pull` takes from the input, within the window.
    pub(super) fn next<T>(
        &mut self,
        mut pull: impl FnMut(&mut Cursor) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        if self.window.limit == Some(0) {
            return Ok(None);
        }
        while self.window.offset > 0 {
            if pull(&mut self.input)?.is_none() {
                self.window.limit = Some(0);
                return Ok(None);
            }
            self.window.offset -= 1;
        }
        let row = pull(&mut self.input)?;
        match (&row, &mut self.window.limit) {
            (None, limit) => *limit = Some(0),
            (Some(_), Some(limit)) => *limit -= 1,
            (Some(_), None) => {}
        }
        Ok(row)
    }
}
