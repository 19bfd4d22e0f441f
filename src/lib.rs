//! keywire: a durable key-value store that speaks PostgreSQL.
//!
//! A table is a keyed map. A statement that names its key becomes point operations on a B-tree;
//! everything else is still SQL, and runs on ordered scans of the same snapshot.
//!
//! # The life of a statement
//!
//! What happens between the bytes of `SELECT value FROM kvstore WHERE key = $1` and its row:
//!
//! 1. `server.rs` accepts a socket and spawns one task for it: [`wire::serve`].
//! 2. `wire/startup.rs` reads the startup packet, takes one of the connection permits and opens a
//!    [`session::Session`]. `wire/connection.rs` then reads until the socket has no more, has
//!    `wire/frontend.rs` cut the input into messages, calls the session for each, and sends all
//!    replies in one write.
//! 3. Parse: `session/extended.rs` has [`sql::parse`] make a [`sql::Parsed`] of the text
//!    (`sql/parse.rs` and sqlparser), and [`sql::bind`] resolve its names and types against the
//!    [`catalog::Catalog`] of the moment (`sql/bind/`). `sql/plan/` lowers it to an
//!    [`exec::Plan`]: here a [`exec::plan::Access::Point`]. The result is kept as a prepared
//!    statement (`session/prepared.rs`) and bound anew only when the catalog has changed.
//! 4. Bind: the parameters become [`types::Datum`]s (`types/io.rs`, one file of `types/` for each
//!    type), and plan and parameters a portal.
//! 5. Execute: `session/transaction.rs`, the authority on what ReadyForQuery says, makes sure that
//!    a [`txn::Transaction`] runs; it takes the engine's current [`storage::Snapshot`], which is
//!    open already. `session/run.rs` starts the plan with [`exec::query`] on a [`storage::View`]:
//!    the snapshot under the transaction's own writes.
//! 6. `exec/read/` encodes the key (`codec/key.rs`), gets its value, and returns an
//!    [`exec::OutputRow`] that still holds the stored bytes.
//! 7. `wire/encode.rs` copies the column's bytes from there into the output buffer: a text is
//!    stored as it is sent. CommandComplete follows, and ReadyForQuery on Sync.
//!
//! A write goes find, lock, check again, buffer: `exec/write/` finds rows on the view, waits for
//! the lock of each (`txn/locks.rs`; the one place where a statement waits for another), looks at
//! the row's latest version, and buffers the change in the [`storage::WriteBuffer`]. COMMIT, or the
//! end of an implicit transaction, hands the buffer to [`storage::Engine::commit`], whose committer
//! (`storage/committer.rs`) makes all commits that wait durable together, in one append to the
//! commit log (`storage/log/`) and one sync, puts them in the memtable, publishes the new snapshot,
//! and wakes them. `storage/checkpoint.rs` brings the memtable into the B-tree in the background.
//!
//! # Invariants
//!
//! - Nothing is acknowledged before it is durable, and nobody sees it before it is durable.
//! - Nothing that a statement does not use is ignored: it is refused with 0A000, by name.
//! - What a client sends never panics the server: parsers check lengths, nesting has limits, and
//!   an error of our own making is XX000, in the log.
//! - Imports point down the list of modules below. Only `wire` knows pgwire, only `sql` knows
//!   sqlparser, only `storage/redb.rs` knows redb.
//!
//! # Modules, from the socket to the disk

pub mod config;
pub mod server;

pub mod wire;

pub mod session;

pub mod sql;

pub mod exec;

pub mod txn;

pub mod catalog;

pub mod types;

pub mod codec;

pub mod storage;

pub mod error;
pub mod sqlstate;
