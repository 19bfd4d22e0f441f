//! What every test stands on: servers that start, die and end with the test, and a client that sends any bytes.
//!
//! - `subject` is the server under test as the black-box tests see it: an address and a database of their own.
//! - `server` is the keywire binary as a process: its folder, its exit code, its memory.
//! - `postgres` is the PostgreSQL to compare with, one per test process.
//! - `message` builds frontend messages and reads backend messages as text; `client` sends and receives them.
//! - `random` is the generator behind every made-up input, so that a printed seed repeats a failure.

pub mod client;
pub mod message;
pub mod postgres;
pub mod random;
pub mod server;
pub mod subject;

use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// A port that was free a moment ago: the system hands them out in turn, so a collision is unlikely, not impossible.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Asks again until the answer is yes, and fails with `what` after `patience`.
pub fn wait_until(what: &str, patience: Duration, mut ready: impl FnMut() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(
            start.elapsed() < patience,
            "not within {patience:?}: {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The rows of an `INSERT ... VALUES`, one for each number: what generate_series would make.
pub fn rows(numbers: RangeInclusive<u32>, row: impl Fn(u32) -> String) -> String {
    let rows: Vec<_> = numbers.map(|n| format!("({})", row(n))).collect();
    rows.join(", ")
}

/// A number from the environment: how long or how often a test of made-up input goes on.
pub fn number_from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number")),
        Err(_) => default,
    }
}

/// The folder of the repository, whatever the current one is.
pub fn repository() -> std::path::PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
