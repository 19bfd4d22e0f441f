//! SIGTERM and SIGINT: what runs ends, what waits is told, nothing acknowledged is lost, exit code 0 within 10 s.

use crate::support::client::{Client, conversation};
use crate::support::message;
use crate::support::server::Server;
use std::process::Command;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(10);

/// Waits for the end and asserts that it was an orderly one.
fn assert_ends(server: &mut Server) {
    let start = Instant::now();
    let status = server.wait(LIMIT).expect("the server ends within 10 s");
    assert_eq!(status.code(), Some(0), "after {:?}", start.elapsed());
}

#[test]
fn a_running_statement_ends_and_is_answered() {
    let mut server = Server::start(&[]);
    let mut client = server.connect();
    client.query("CREATE TABLE kv (k int4 PRIMARY KEY)");
    client
        .send(&message::query(
            "SELECT pg_sleep(1); INSERT INTO kv VALUES (1)",
        ))
        .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.sigterm();
    let reply = client
        .try_reply()
        .expect("the running statement is answered");
    assert_eq!(reply.tags, ["SELECT 1", "INSERT 0 1"]);
    assert_eq!(
        conversation(&client.receive_until_closed()),
        "ErrorResponse FATAL 57P01\n"
    );
    assert_ends(&mut server);
    server.restart();
    assert_eq!(server.connect().value("SELECT count(*) FROM kv"), "1");
}

#[test]
fn idle_sessions_are_told_and_new_ones_refused() {
    let mut server = Server::start(&[]);
    let (mut idle, mut in_block, mut busy) = (server.connect(), server.connect(), server.connect());
    in_block.query("BEGIN");
    busy.send(&message::query("SELECT pg_sleep(2)")).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    server.sigterm();
    for client in [&mut idle, &mut in_block] {
        assert_eq!(
            conversation(&client.receive_until_closed()),
            "ErrorResponse FATAL 57P01\n"
        );
    }
    assert!(
        Client::try_connect(&server.address(), "postgres").is_err(),
        "a draining server takes nobody new"
    );
    busy.try_reply().expect("the running statement is answered");
    assert_ends(&mut server);
}

/// A statement that would run for ever does not keep the server from ending.
#[test]
fn an_endless_statement_is_ended() {
    let mut server = Server::start(&[]);
    let mut client = server.connect();
    client
        .send(&message::query("SELECT pg_sleep(3600)"))
        .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    server.sigterm();
    assert_ends(&mut server);
}

#[test]
fn nothing_acknowledged_is_lost() {
    let mut server = Server::start(&[]);
    server.connect().query("CREATE TABLE counters (k text PRIMARY KEY, n int8); INSERT INTO counters VALUES ('hits', 0)");
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let mut client = server.connect();
            std::thread::spawn(move || {
                let mut done = 0;
                while client.try_query("UPDATE counters SET n = n + 1").is_ok() {
                    done += 1;
                }
                done
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    server.sigterm();
    let done: u64 = writers
        .into_iter()
        .map(|writer| writer.join().unwrap())
        .sum();
    assert_ends(&mut server);
    server.restart();
    let stored: u64 = server
        .connect()
        .value("SELECT n FROM counters")
        .parse()
        .unwrap();
    // A statement may have ended without its client having heard.
    assert!(
        (done..=done + 4).contains(&stored),
        "{done} acknowledged, {stored} stored"
    );
    assert!(done > 0);
}

#[test]
fn ctrl_c_is_an_orderly_end_too() {
    let mut server = Server::start(&[]);
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("kill -INT {}", server.pid()))
        .status()
        .unwrap();
    assert!(status.success());
    assert_ends(&mut server);
}
