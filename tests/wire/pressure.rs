//! A client that reads slowly must cost the server a bounded amount of memory, not the size of its result.

use crate::support::client::Client;
use crate::support::message;
use crate::support::server::Server;
use crate::support::{rows, wait_until};
use std::time::Duration;

const MEGABYTE: u64 = 1 << 20;
/// What an unread result may cost; the result itself is 50 MB.
const ALLOWANCE: u64 = 24 * MEGABYTE;

/// Sends a query with a large result and reads none of it, then all of it.
fn read_late(server: &Server, client: &mut Client, bytes: &[u8]) {
    wait_until("the server is at rest", Duration::from_secs(10), || {
        at_rest(server)
    });
    let before = server.memory();
    client.send(bytes).unwrap();
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        let grown = server.memory().saturating_sub(before);
        assert!(
            grown < ALLOWANCE,
            "an unread result costs {} MB",
            grown / MEGABYTE
        );
    }
    let size: usize = client
        .receive_until_ready(1)
        .iter()
        .map(|message| message.body.len())
        .sum();
    assert!(size > 50_000_000, "only {size} bytes came");
}

/// A table of numbers, from which larger results are made.
fn create_numbers(client: &mut Client) {
    client.query("CREATE TABLE numbers (n int4 PRIMARY KEY)");
    let numbers = rows(1..=50_000, |n| n.to_string());
    client.query(&format!("INSERT INTO numbers VALUES {numbers}"));
}

fn at_rest(server: &Server) -> bool {
    let before = server.memory();
    std::thread::sleep(Duration::from_millis(200));
    server.memory().abs_diff(before) < MEGABYTE / 4
}

#[test]
fn an_unread_result_waits_in_the_database() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    create_numbers(&mut client);
    let sql = "SELECT n, repeat('x', 1000) AS payload FROM numbers";
    read_late(&server, &mut client, &message::query(sql));
    read_late(
        &server,
        &mut client,
        &[message::unnamed(sql, &[]), message::sync()].concat(),
    );
}

#[test]
fn an_unread_table_waits_in_the_database() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.query("CREATE TABLE big (k int4 PRIMARY KEY, payload text)");
    create_numbers(&mut client);
    client.query("INSERT INTO big SELECT n, repeat('x', 1000) FROM numbers");
    for sql in [
        "SELECT * FROM big ORDER BY k",
        "SELECT * FROM big ORDER BY k DESC",
    ] {
        read_late(&server, &mut client, &message::query(sql));
    }
}

/// Others are served while one does not read.
#[test]
fn a_client_that_does_not_read_stops_nobody_else() {
    let server = Server::start(&[]);
    let mut slow = server.connect();
    create_numbers(&mut slow);
    slow.send(&message::query("SELECT repeat('x', 1000) FROM numbers"))
        .unwrap();
    let mut other = server.connect();
    for n in 0..100 {
        assert_eq!(other.value(&format!("SELECT {n}")), n.to_string());
    }
}
