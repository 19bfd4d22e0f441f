//! What drivers send and keywire does not have yet is refused by name, in both protocols: no driver is left waiting for
//! a cursor's rows, a notification or a lock that will never come.

use crate::support::message;
use crate::support::server::Server;

/// Statements, each with a word that its refusal names.
const STATEMENTS: [(&str, &str); 23] = [
    ("DECLARE c CURSOR FOR SELECT k FROM kv", "DECLARE"),
    ("FETCH 1 FROM c", "FETCH"),
    ("MOVE 1 FROM c", "MOVE"),
    ("LISTEN news", "LISTEN"),
    ("NOTIFY news, 'hello'", "NOTIFY"),
    ("SELECT k FROM kv FOR UPDATE", "FOR UPDATE"),
    ("SELECT k FROM kv FOR SHARE SKIP LOCKED", "FOR SHARE"),
    ("LOCK TABLE kv", "LOCK"),
    ("SELECT relname FROM pg_class", "system catalog"),
    ("SELECT * FROM information_schema.tables", "system catalog"),
    ("BEGIN ISOLATION LEVEL SERIALIZABLE", "SERIALIZABLE"),
    (
        "SET default_transaction_isolation = 'serializable'",
        "serializable",
    ),
    ("SELECT * FROM generate_series(1, 3)", "function in FROM"),
    ("SELECT a.k FROM kv a JOIN kv b ON a.k = b.k", "JOIN"),
    ("SELECT 1 UNION ALL SELECT 2", "UNION"),
    ("ALTER TABLE kv ADD COLUMN w text", "ALTER TABLE"),
    ("CREATE INDEX ON kv (v)", "CREATE INDEX"),
    ("CREATE TEMP TABLE mine (k int4)", "TEMP"),
    ("CREATE TABLE two AS SELECT 1 AS n", "AS"),
    ("SELECT '2024-02-29'::date", "date"),
    ("SELECT '1 day'::interval", "interval"),
    ("SET DateStyle = 'German'", "DateStyle"),
    (
        "SET standard_conforming_strings = off",
        "standard_conforming_strings",
    ),
];

#[test]
fn statements_are_refused_by_name() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 1)");
    let mut wrong = Vec::new();
    for (sql, word) in STATEMENTS {
        match client.try_query(sql) {
            Err(refusal) if refusal.sqlstate == "0A000" && refusal.message.contains(word) => {}
            answer => wrong.push(format!("{sql}: {answer:?}")),
        }
        let pipeline = [message::unnamed(sql, &[]), message::sync()].concat();
        let said = client.ask(&pipeline);
        if !said.ends_with("ErrorResponse ERROR 0A000\nReadyForQuery I\n") {
            wrong.push(format!("{sql}, in the extended protocol: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(client.value("SELECT v FROM kv"), "1");
}
