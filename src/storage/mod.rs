//! Storage: ordered byte keys in numbered spaces, behind a contract that says all that the SQL
//! above it knows.
//!
//! - [`Engine`] hands out snapshots and commits batches.
//! - [`Snapshot`] is an immutable view of everything that was committed before it was taken.
//! - [`Batch`] is what a transaction writes, with the conditions under which it may.
//! - [`View`] is a snapshot with a transaction's own, uncommitted writes over it.
//!
//! A space is a table, an index or the catalog. Within one, keys are ordered by their bytes.

pub mod contract;
pub mod view;

pub use contract::{
    Batch, CATALOG, Committed, Condition, Direction, Durability, Engine, Entry, KeyRange, Scan,
    Snapshot, SpaceId, Write,
};
pub use view::{View, WriteBuffer};
