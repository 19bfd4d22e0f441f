//! Functions of text, and of bytes where they are the same.

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The most bytes a value has (PostgreSQL's `MaxAllocSize`).
const MAX_BYTES: usize = 0x3FFF_FFFF;

/// Refuses a length that no value has, before the memory for it is asked for.
pub(super) fn check_length(bytes: usize) -> Result<()> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::new(
        SqlState::ProgramLimitExceeded,
        "requested length too large",
    ))
}
