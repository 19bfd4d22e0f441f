//! Limits that protect a server from its clients: each is set low by its flag, and reaching it is an ordinary error.
//!
//! What a limit refuses leaves the session usable and the others undisturbed, and names itself in the message, so
//! that whoever reaches it knows what to set.

mod time;

use crate::support::client::{Client, Failure};
use crate::support::message;
use crate::support::server::Server;
use crate::support::subject::Subject;
use std::time::Duration;

/// The failure of a statement; a success is a test that failed.
fn refused(client: &mut Client, sql: &str) -> Failure {
    match client.try_query(sql) {
        Ok(reply) => panic!(
            "{}... succeeded: {:?}",
            &sql[..sql.len().min(80)],
            reply.tags
        ),
        Err(failure) => failure,
    }
}

#[test]
fn connections() {
    let server = Server::start(&["--max-connections", "5"]);
    let mut open: Vec<Client> = (0..5).map(|_| server.connect()).collect();
    let sixth = Client::try_connect(&server.address(), "postgres")
        .err()
        .expect("a sixth connection is refused");
    assert_eq!(sixth.sqlstate, "53300", "{sixth:?}");
    open[0].query("SELECT 1");
    open.pop();
    let mut again = None;
    crate::support::wait_until("a place is free again", Duration::from_secs(5), || {
        again = Client::try_connect(&server.address(), "postgres").ok();
        again.is_some()
    });
    assert_eq!(again.unwrap().value("SELECT 1"), "1");
}

/// A cancel must come through when all places are taken: that is when it is needed.
#[test]
fn cancel_needs_no_place() {
    let server = Server::start(&["--max-connections", "2"]);
    let (mut sleeper, _other) = (server.connect(), server.connect());
    sleeper
        .send(&message::query("SELECT pg_sleep(20)"))
        .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    sleeper.cancel(&sleeper.secret.clone());
    let failure = sleeper.try_reply().expect_err("it was cancelled");
    assert_eq!(failure.sqlstate, "57014");
}

/// A message above the limit is not read into memory; the connection ends with a reason.
#[test]
fn message_size() {
    let server = Server::start(&["--max-message-size", "1MB"]);
    let mut client = server.connect();
    client.query(&format!("SELECT length('{}')", "x".repeat(900_000)));
    let _ = client.send(&message::query(format!(
        "SELECT length('{}')",
        "x".repeat(1_200_000)
    )));
    let said = crate::support::client::conversation(&client.receive_until_closed());
    assert!(
        said.is_empty() || said.starts_with("ErrorResponse FATAL"),
        "{said}"
    );
    assert_eq!(server.connect().value("SELECT 1"), "1");
}

#[test]
fn statement_size() {
    let server = Server::start(&["--max-statement-size", "64kB"]);
    let mut client = server.connect();
    assert_eq!(
        refused(&mut client, &format!("SELECT '{}'", "x".repeat(70_000))).sqlstate,
        "54000"
    );
    let long = message::parse("", format!("SELECT '{}'", "x".repeat(70_000)), &[]);
    let said = client.ask(&[long, message::sync()].concat());
    assert_eq!(said, "ErrorResponse ERROR 54000\nReadyForQuery I\n");
    // A value is not a statement: parameters may be larger.
    client.query("CREATE TABLE kv (k int4 PRIMARY KEY, v text)");
    client
        .try_execute("INSERT INTO kv VALUES (1, $1)", &[Some("x".repeat(70_000))])
        .unwrap();
    assert_eq!(client.value("SELECT length(v) FROM kv"), "70000");
}

/// An expression nested deeper than the stack allows is an error in every place where a tree is walked.
#[test]
fn depth() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let nested = |open: &str, close: &str, n: usize| {
        format!("SELECT {}1{}", open.repeat(n), close.repeat(n))
    };
    let ones = vec!["1"; 100_000].join("+");
    let deep = [
        nested("(", ")", 100_000),
        nested("- ", "", 100_000),
        nested("NOT (", " = 1)", 50_000),
        nested("(SELECT ", ")", 50_000),
        nested("abs(", ")", 50_000),
        nested("ARRAY[", "]", 50_000),
        nested("CASE WHEN true THEN ", " END", 50_000),
        format!("SELECT {ones}"),
        format!("SELECT 1 WHERE {}true", "true AND ".repeat(100_000)),
        format!("SELECT {}", vec!["1"; 50_000].join(", ")),
        format!("VALUES ({})", vec!["1"; 50_000].join("), (")),
        format!("SELECT 1 IN ({})", vec!["1"; 50_000].join(", ")),
        format!("SELECT 'x'{}", "::text".repeat(50_000)),
        format!("SELECT '{{}}'::jsonb{}", "->'a'".repeat(50_000)),
        format!(
            "SELECT '{}{}'::jsonb",
            "[".repeat(100_000),
            "]".repeat(100_000)
        ),
    ];
    for sql in deep {
        let start = &sql[..40];
        match client.try_query(&sql) {
            Ok(_) => {}
            Err(failure) => assert!(
                ["54001", "54000"].contains(&failure.sqlstate.as_str()),
                "{start}: {failure:?}"
            ),
        }
        assert_eq!(client.value("SELECT 1"), "1", "after {start}");
    }
}

/// A long chain is not a deep one: filters of a thousand terms are what programs write.
#[test]
fn length_is_not_depth() {
    let subject = Subject::start();
    let mut client = subject.connect();
    client.query(
        "CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 1), (700, 2)",
    );
    let keys: Vec<String> = (0..1000).map(|k| format!("k = {k}")).collect();
    let list: Vec<String> = (0..1000).map(|k| k.to_string()).collect();
    for (filter, found) in [
        (keys.join(" OR "), "2"),
        (format!("k IN ({})", list.join(", ")), "2"),
        (vec!["v < 5"; 1000].join(" AND "), "2"),
        (format!("k < {}", vec!["1"; 1000].join(" + ")), "2"),
    ] {
        assert_eq!(
            client.value(&format!("SELECT count(*) FROM kv WHERE {filter}")),
            found
        );
    }
    let rows: Vec<String> = (1000..2000).map(|k| format!("({k}, 0)")).collect();
    client.query(&format!("INSERT INTO kv VALUES {}", rows.join(", ")));
    let sum = vec!["v"; 1000].join(" + ");
    let case: String = (0..1000)
        .map(|k| format!(" WHEN k = {k} THEN {k}"))
        .collect();
    for (value, found) in [
        (sum, "2000"),
        (format!("CASE{case} END"), "700"),
        (format!("coalesce({} v)", "NULL, ".repeat(1000)), "2"),
        (
            vec!["v::text"; 1000]
                .join(" || ")
                .replacen("v::text", "''", 999),
            "2",
        ),
    ] {
        assert_eq!(
            client.value(&format!("SELECT {value} FROM kv WHERE k = 700")),
            found
        );
    }
}

#[test]
fn transaction_size() {
    let server = Server::start(&["--max-transaction-size", "1MB"]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k int4 PRIMARY KEY, v text)");
    let rows = |count: i32| {
        let rows: Vec<String> = (0..count)
            .map(|k| format!("({k}, repeat('x', 1000))"))
            .collect();
        format!("INSERT INTO kv VALUES {}", rows.join(", "))
    };
    let failure = refused(&mut client, &rows(5000));
    assert_eq!(failure.sqlstate, "53400", "{failure:?}");
    assert!(
        failure.message.contains("max") || failure.message.contains("transaction"),
        "{failure:?}"
    );
    assert_eq!(client.value("SELECT count(*) FROM kv"), "0");
    client.query(&rows(500));
    assert_eq!(client.value("SELECT count(*) FROM kv"), "500");
}

#[test]
fn row_size() {
    let server = Server::start(&["--max-row-size", "64kB"]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k text PRIMARY KEY, v text)");
    let failure = refused(
        &mut client,
        "INSERT INTO kv VALUES ('a', repeat('x', 70000))",
    );
    assert_eq!(failure.sqlstate, "54000", "{failure:?}");
    client.query("INSERT INTO kv VALUES ('a', repeat('x', 60000))");
}

/// PostgreSQL refuses an index row above a third of a page; a key has a limit here as well, and says so.
#[test]
fn key_size() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k text PRIMARY KEY, v text)");
    let failure = refused(
        &mut client,
        "INSERT INTO kv VALUES (repeat('x', 10000000), 'a')",
    );
    assert_eq!(failure.sqlstate, "54000", "{failure:?}");
    client.query("INSERT INTO kv VALUES (repeat('x', 1500), 'a')");
}

/// Values that would be enormous are refused before they are made.
#[test]
fn values_from_nowhere() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let rows: Vec<String> = (0..2000).map(|k| format!("({k})")).collect();
    client.query("CREATE TABLE n (k int4 PRIMARY KEY)");
    client.query(&format!("INSERT INTO n VALUES {}", rows.join(", ")));
    let before = server.memory();
    for sql in [
        "SELECT repeat('x', 2000000000)",
        "SELECT length(repeat(repeat('x', 1000000), 1000000))",
        "SELECT lpad('x', 2000000000)",
        "SELECT 10::numeric ^ 1000000",
        "SELECT string_agg(repeat('x', 1000000 + k), '') FROM n",
        "SELECT array_agg(repeat('x', 1000000 + k)) FROM n",
        "SELECT repeat('x', 1000000 + k) AS x FROM n ORDER BY x",
        "SELECT DISTINCT repeat('x', 1000000 + k) FROM n",
        "SELECT count(DISTINCT repeat('x', 1000000 + k)) FROM n",
    ] {
        client.query("SET statement_timeout = '5s'");
        let failure = refused(&mut client, sql);
        assert!(
            ["54000", "53200", "22003", "57014"].contains(&failure.sqlstate.as_str()),
            "{sql}: {failure:?}"
        );
        let grown = server.memory().saturating_sub(before) >> 20;
        assert!(grown < 1024, "{sql}: {grown} MB");
    }
    assert_eq!(client.value("SELECT 1"), "1");
}
