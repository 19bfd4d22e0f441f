//! The one integration crate: what keywire promises, seen from outside, through its binary and its sockets.
//!
//! Reading order: `support` starts servers and speaks the protocol byte by byte; `wire` holds conversations recorded
//! from PostgreSQL; `oracle` runs every script of sql/suite on PostgreSQL and on keywire and lists the differences;
//! `driver` and `clients` are real programs; `model`, `crash` and `fuzz` make up their own input; `limits` and `cli`
//! are what an operator relies on; `tidy` reads the source.
//!
//! A test that needs a thing which is absent fails: `make test` installs what is needed. With
//! `KEYWIRE_TEST_SUBJECT=postgres` (or `host:port`) the tests that only talk to a server talk to that one, so that
//! each of them can be checked against PostgreSQL itself before it is believed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod cli;
mod clients;
mod crash;
mod driver;
mod fuzz;
mod golden;
mod limits;
mod model;
mod oracle;
mod support;
mod tidy;
mod wire;
