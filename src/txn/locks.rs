//! The table of locks.

use bytes::Bytes;

use crate::storage::SpaceId;

/// What can be locked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A row, by its space and key. The row need not exist.
    Row(SpaceId, Bytes),
    /// A table, by its oid: statements that write it share it, DDL has it alone.
    Table(u32),
    /// A name that DDL is about to create or drop, by its owner (schema, database) and text.
    Name(u32, Bytes),
}

/// How it is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// With others.
    Shared,
    /// Alone.
    Exclusive,
}

/// All locks that are held or waited for.
#[derive(Debug, Default)]
pub struct LockTable {}
