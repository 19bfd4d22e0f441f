//! keywire: a durable key-value store that speaks PostgreSQL.
pub mod error;
pub mod sqlstate;
pub mod storage;
pub mod txn;
pub mod types;
