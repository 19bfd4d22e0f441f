//! Input that no driver sends: the server answers what can be answered, closes what cannot, and lives on.

use crate::support::client::{Client, conversation};
use crate::support::message::{self, Bind, GSSENC_REQUEST, PROTOCOL_3, SSL_REQUEST, frame};
use crate::support::server::Server;
use crate::support::subject::Subject;
use std::time::Duration;

/// Sends bytes on an open session and returns what comes up to the end of the connection.
fn said_before_closing(subject: &Subject, bytes: &[u8]) -> String {
    let mut client = subject.connect();
    client.send(bytes).unwrap();
    let said = conversation(&client.receive_until_closed());
    assert_eq!(
        subject.connect().value("SELECT 1"),
        "1",
        "the server must live on"
    );
    said
}

#[test]
fn a_message_of_an_unknown_type_ends_the_session() {
    let subject = Subject::start();
    for kind in [b'y', b'Z', 0, 255] {
        let said = said_before_closing(&subject, &frame(kind, b"whatever"));
        assert_eq!(said, "ErrorResponse FATAL 08P01\n", "type {kind}");
    }
}

/// A length that cannot be right must not make the server wait for the rest or reserve memory for it.
#[test]
fn a_message_with_an_impossible_length_ends_the_session() {
    let subject = Subject::start();
    for length in [0_u32, 3, 0x7fff_ffff, 0xffff_ffff] {
        let bytes = [&b"Q"[..], &length.to_be_bytes(), b"SELECT 1\0"].concat();
        let said = said_before_closing(&subject, &bytes);
        assert!(
            said.is_empty() || said.starts_with("ErrorResponse FATAL"),
            "length {length}: {said}"
        );
    }
}

/// The fields of a message do not fit its length: an error, and the session goes on after the Sync.
#[test]
fn a_message_that_is_too_short_or_too_long_inside_is_an_error() {
    let subject = Subject::start();
    let bodies: [(u8, &[u8]); 8] = [
        (b'P', b"no end of this name"),
        (b'P', b"\0SELECT 1\0"),
        (b'P', b"\0SELECT 1\0\x00\x05\x00\x00"),
        (b'B', b"\0\0\x00\x00\x00\x01\x00\x00\x00\x09short"),
        (b'B', b"\0\0\x00\x00\xff\xff"),
        (b'E', b"\0\x00"),
        (b'D', b"Q\0"),
        (b'C', b""),
    ];
    for (kind, body) in bodies {
        let mut client = subject.connect();
        let statement = message::parse("", "SELECT $1::int4", &[]);
        client.ask(&[statement, message::sync()].concat());
        let said = client.ask(&[frame(kind, body), message::sync()].concat());
        assert_eq!(
            said, "ErrorResponse ERROR 08P01\nReadyForQuery I\n",
            "{} {body:?}",
            kind as char
        );
        assert_eq!(client.value("SELECT 1"), "1");
    }
}

/// PostgreSQL notices when it prints the first row; Bind may notice before.
#[test]
fn an_unknown_result_format_is_an_error() {
    let subject = Subject::start();
    let mut client = subject.connect();
    let bound = Bind {
        formats: &[],
        values: &[],
        results: &[7],
    };
    let messages = [
        message::parse("", "SELECT 1", &[]),
        message::bind("", "", &bound),
        message::execute("", 0),
        message::sync(),
    ];
    let said = client.ask(&messages.concat());
    assert_eq!(
        said.replace("BindComplete\n", ""),
        "ParseComplete\nErrorResponse ERROR 22023\nReadyForQuery I\n"
    );
    assert_eq!(client.value("SELECT 1"), "1");
}

#[test]
fn a_first_packet_of_any_size_or_kind_is_survived() {
    let subject = Subject::start();
    let cut = &message::startup(PROTOCOL_3, &[("user", "postgres")]);
    let unended = [
        &(12_u32).to_be_bytes()[..],
        &PROTOCOL_3.to_be_bytes(),
        b"user",
    ]
    .concat();
    let packets: [&[u8]; 7] = [
        b"\0\0\0\0",
        b"\0\0\0\x04",
        b"\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
        &cut[..cut.len() - 4],
        &unended,
        b"\0",
    ];
    for packet in packets {
        let mut client = Client::raw(&subject.address).unwrap();
        client.send(packet).unwrap();
        client.end_of_input();
        let said = conversation(&client.receive_until_closed());
        assert!(
            said.is_empty() || said.starts_with("ErrorResponse FATAL"),
            "{packet:?}: {said}"
        );
    }
    assert_eq!(subject.connect().value("SELECT 1"), "1");
}

/// Version 2 has a format of errors of its own; a newer server may answer in either.
#[test]
fn protocol_2_is_refused() {
    let subject = Subject::start();
    let mut client = Client::raw(&subject.address).unwrap();
    client
        .send(&message::startup(2 << 16, &[("user", "postgres")]))
        .unwrap();
    assert_eq!(client.receive_byte().unwrap(), b'E');
}

#[test]
fn encryption_requests_are_answered_in_any_order() {
    let server = Server::start(&[]);
    for requests in [[SSL_REQUEST, GSSENC_REQUEST], [GSSENC_REQUEST, SSL_REQUEST]] {
        let mut client = Client::raw(&server.address()).unwrap();
        for request in requests {
            client.send(&message::request(request)).unwrap();
            assert_eq!(client.receive_byte().unwrap(), b'N');
        }
        let parameters = [("user", "postgres"), ("database", "postgres")];
        client
            .send(&message::startup(PROTOCOL_3, &parameters))
            .unwrap();
        assert!(conversation(&client.receive_until_ready(1)).ends_with("ReadyForQuery I\n"));
    }
}

/// Bytes that come one at a time are the same conversation.
#[test]
fn messages_may_arrive_in_any_pieces() {
    let subject = Subject::start();
    let mut client = subject.connect();
    let bytes = [
        message::unnamed("SELECT $1::int4 + 1", &[Some(b"41".to_vec())]),
        message::sync(),
    ]
    .concat();
    for byte in &bytes {
        client.send(&[*byte]).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    let said = conversation(&client.receive_until_ready(1));
    assert!(
        said.contains("DataRow 42\nCommandComplete SELECT 1\nReadyForQuery I\n"),
        "{said}"
    );
}

/// A client that connects and says nothing, or half of something, does not keep its place for ever.
#[test]
fn a_startup_that_never_ends_is_timed_out() {
    let subject = Subject::start_with(&["--authentication-timeout", "2s"]);
    for half in [&b""[..], b"\0\0\0\x20\0\x03"] {
        let mut client = Client::raw(&subject.address).unwrap();
        client.send(half).unwrap();
        client.closed_within(Duration::from_secs(15));
    }
}

/// A client that disappears in the middle of a message, of a statement, of a transaction leaves nothing behind.
#[test]
fn clients_that_disappear_leave_no_locks() {
    let subject = Subject::start();
    let mut witness = subject.connect();
    witness.query("CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 0)");
    for rest in [
        &b""[..],
        b"Q\0\0\0\xffSELECT",
        &message::query("SELECT pg_sleep(0.2)"),
    ] {
        let mut client = subject.connect();
        client.query("BEGIN; UPDATE kv SET v = 1 WHERE k = 1");
        client.send(rest).unwrap();
        drop(client);
    }
    witness.query("SET lock_timeout = '10s'; UPDATE kv SET v = v + 10 WHERE k = 1");
    assert_eq!(witness.value("SELECT v FROM kv"), "10");
}
