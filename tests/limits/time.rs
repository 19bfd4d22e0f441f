//! Limits of time: statements, locks, idle transactions, idle sessions.

use super::refused;
use crate::support::client::conversation;
use crate::support::server::Server;
use crate::support::subject::Subject;
use std::time::{Duration, Instant};

/// The flag is the default of the setting of the same name, which a session may change.
#[test]
fn statement_timeout_by_flag() {
    let server = Server::start(&["--statement-timeout", "200ms"]);
    let mut client = server.connect();
    assert_eq!(client.value("SHOW statement_timeout"), "200ms");
    let start = Instant::now();
    assert_eq!(
        refused(&mut client, "SELECT pg_sleep(10)").sqlstate,
        "57014"
    );
    assert!(start.elapsed() < Duration::from_secs(5));
    client.query("SET statement_timeout = 0; SELECT pg_sleep(0.3)");
}

/// A statement that computes must look up now and then, one that waits is woken.
#[test]
fn statement_timeout_ends_work_and_waiting() {
    let subject = Subject::start();
    let mut client = subject.connect();
    client.query("CREATE TABLE kv (k int4 PRIMARY KEY, v int4)");
    let rows: Vec<String> = (1..=2000).map(|k| format!("({k}, 0)")).collect();
    client.query(&format!("INSERT INTO kv VALUES {}", rows.join(", ")));
    let mut holder = subject.connect();
    holder.query("BEGIN; UPDATE kv SET v = 1 WHERE k = 1");
    client.query("SET statement_timeout = '300ms'");
    for sql in [
        "SELECT count(*) FROM kv WHERE md5(repeat('x', 10000000 + k)) = ''",
        "SELECT max(md5(repeat('x', 10000000 + k))) FROM kv",
        "INSERT INTO kv SELECT 10000 + k, length(md5(repeat('x', 10000000 + k))) FROM kv",
        "UPDATE kv SET v = length(md5(repeat('x', 10000000 + k))) WHERE k > 1",
        "UPDATE kv SET v = 2",
        "DELETE FROM kv WHERE k = 1",
        "INSERT INTO kv VALUES (1, 1) ON CONFLICT (k) DO UPDATE SET v = 3",
        "TRUNCATE kv",
        "DROP TABLE kv",
        "SELECT pg_sleep(10)",
    ] {
        let start = Instant::now();
        assert_eq!(refused(&mut client, sql).sqlstate, "57014", "{sql}");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{sql} ended after {:?}",
            start.elapsed()
        );
    }
    assert_eq!(client.value("SELECT count(*) FROM kv"), "2000");
}

#[test]
fn an_idle_transaction_is_ended() {
    let subject = Subject::start();
    let (mut idle, mut other) = (subject.connect(), subject.connect());
    other.query("CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 0)");
    idle.query("SET idle_in_transaction_session_timeout = '300ms'");
    idle.query("BEGIN; UPDATE kv SET v = 1");
    other.query("UPDATE kv SET v = 2");
    assert_eq!(
        conversation(&idle.receive_until_closed()),
        "ErrorResponse FATAL 25P03\n"
    );
}

#[test]
fn an_idle_session_is_ended() {
    let subject = Subject::start();
    let mut idle = subject.connect();
    idle.query("SET idle_session_timeout = '300ms'");
    assert_eq!(
        conversation(&idle.receive_until_closed()),
        "ErrorResponse FATAL 57P05\n"
    );
}

#[test]
fn lock_timeout_is_for_waiting_only() {
    let subject = Subject::start();
    let (mut holder, mut client) = (subject.connect(), subject.connect());
    holder.query(
        "CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 0), (2, 0)",
    );
    holder.query("BEGIN; UPDATE kv SET v = 5 WHERE k = 1");
    client.query("SET lock_timeout = '200ms'");
    client.query("SELECT pg_sleep(0.4)");
    for sql in [
        "UPDATE kv SET v = 1",
        "DELETE FROM kv WHERE k = 1",
        "INSERT INTO kv VALUES (1, 1) ON CONFLICT (k) DO NOTHING",
        "INSERT INTO kv VALUES (1, 1) ON CONFLICT (k) DO UPDATE SET v = 3",
        "TRUNCATE kv",
        "DROP TABLE kv",
    ] {
        assert_eq!(refused(&mut client, sql).sqlstate, "55P03", "{sql}");
    }
    // Who only reads waits for nobody.
    assert_eq!(client.value("SELECT v FROM kv WHERE k = 1"), "0");
    client.query("UPDATE kv SET v = 1 WHERE k = 2");
}
