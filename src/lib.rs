//! keywire: a durable key-value store that speaks PostgreSQL.
pub mod catalog;
pub mod codec;
pub mod error;
pub mod exec;
pub mod session;
pub mod sql;
pub mod sqlstate;
pub mod storage;
pub mod txn;
pub mod types;
pub mod wire;
