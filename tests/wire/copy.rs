//! COPY is refused by name, in both protocols, and the session goes on; whatever the client had sent for it is dropped.

use crate::support::message::{self, frame};
use crate::support::server::Server;

const STATEMENTS: [&str; 4] = [
    "COPY kv FROM STDIN",
    "COPY kv TO STDOUT",
    "COPY (SELECT k FROM kv) TO STDOUT WITH (FORMAT csv, HEADER)",
    "COPY kv FROM '/etc/passwd'",
];

#[test]
fn copy_is_refused_by_name() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k text PRIMARY KEY, v int4)");
    for sql in STATEMENTS {
        let failure = client.try_query(sql).expect_err("COPY is refused");
        assert_eq!(failure.sqlstate, "0A000", "{sql}: {failure:?}");
        assert!(failure.message.contains("COPY"), "{sql}: {failure:?}");
        let prepared = [message::parse("", sql, &[]), message::sync()].concat();
        let said = client.ask(&prepared);
        assert_eq!(
            said, "ErrorResponse ERROR 0A000\nReadyForQuery I\n",
            "{sql}"
        );
    }
}

#[test]
fn data_that_was_sent_at_once_is_dropped() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k text PRIMARY KEY, v int4)");
    let copy = message::query("COPY kv FROM STDIN");
    let sent = [copy, frame(b'd', b"a\t1\n"), frame(b'c', b"")].concat();
    assert_eq!(
        client.ask(&sent),
        "ErrorResponse ERROR 0A000\nReadyForQuery I\n"
    );
    assert_eq!(client.value("SELECT count(*) FROM kv"), "0");
}
