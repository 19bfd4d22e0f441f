//! Mutated conversations: whatever bytes come, the server lives, serves others, and keeps its memory.
//!
//! Valid conversations (startup, simple, extended, portals, refusals) are cut, repeated, reordered and bent at random for
//! `KEYWIRE_FUZZ_SECONDS`. A failure prints the seed; `KEYWIRE_SEED` repeats it.

mod mutate;

use crate::support::client::Client;
use crate::support::message::{self, Bind, PROTOCOL_3, frame, of_named};
use crate::support::number_from_env;
use crate::support::random::Random;
use crate::support::rows;
use crate::support::server::Server;
use std::time::{Duration, Instant};

/// More than a fresh server and a hundred connections need; less than one message that claims its maximum length.
const MOST_MEMORY: u64 = 400 << 20;

/// Conversations that a server understands, as lists of messages.
fn conversations() -> Vec<Vec<Vec<u8>>> {
    let two = [Some(b"1".to_vec()), Some(b"two".to_vec())];
    let bound = Bind {
        formats: &[0, 1],
        values: &two,
        results: &[1],
    };
    let numbers = Bind {
        formats: &[1],
        values: &[Some(7_i32.to_be_bytes().to_vec())],
        results: &[0],
    };
    let upsert =
        "INSERT INTO kv VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v RETURNING *";
    vec![
        vec![
            message::query("SELECT 1"),
            message::query("SELECT * FROM kv WHERE k < 5 ORDER BY k; SELECT 2"),
        ],
        vec![
            message::query("BEGIN"),
            message::query("INSERT INTO kv VALUES (100, 'x')"),
            message::query("SAVEPOINT s"),
            message::query("SELECT 1/0"),
            message::query("ROLLBACK TO s"),
            message::query("COMMIT"),
        ],
        vec![
            message::parse("s", upsert, &[23, 25]),
            of_named(b'D', b'S', "s"),
            message::bind("p", "s", &bound),
            of_named(b'D', b'P', "p"),
            message::execute("p", 0),
            message::sync(),
            of_named(b'C', b'S', "s"),
            message::sync(),
        ],
        vec![
            message::parse("", "SELECT $1::int4 + n FROM numbers ORDER BY n", &[]),
            message::bind("", "", &numbers),
            message::execute("", 3),
            message::flush(),
            message::execute("", 3),
            message::sync(),
        ],
        vec![
            message::query("COPY kv FROM STDIN"),
            frame(b'd', b"200\tcopied\n201\t\\N\n"),
            frame(b'c', b""),
            message::query("COPY kv TO STDOUT WITH (FORMAT csv)"),
        ],
        vec![
            message::query("SET application_name = 'fuzz'; SET TimeZone = 'Asia/Tokyo'"),
            message::query("LISTEN fuzz; NOTIFY fuzz, 'x'"),
            message::query("DECLARE c CURSOR FOR SELECT interval '1 day'; FETCH ALL FROM c"),
            message::query(
                "PREPARE q AS SELECT '{\"a\": [1]}'::jsonb -> 'a', $1::text[], $2 BETWEEN 1 AND 2",
            ),
            message::query("EXECUTE q('{a,b}', 1)"),
            message::query(
                "SELECT E'\\\\x', $$q$$, 1.5e3, '2024-02-29 12:34+02'::timestamptz, ARRAY[1,NULL]",
            ),
            message::query("DISCARD ALL"),
        ],
        vec![message::request(message::SSL_REQUEST)],
        vec![message::cancel(1, &[1, 2, 3, 4])],
    ]
}

#[test]
fn any_bytes_are_survived() {
    let seconds = number_from_env("KEYWIRE_FUZZ_SECONDS", 20);
    let mut random = Random::from_env("fuzz");
    // Mutated statements are statements: one that runs for long must not use up the test's time.
    let server = Server::start(&["--statement-timeout", "1s"]);
    let mut witness = server.connect();
    witness.query(
        "CREATE TABLE kv (k int4 PRIMARY KEY, v text); CREATE TABLE mine (k int4 PRIMARY KEY)",
    );
    let numbers = rows(1..=20, |n| n.to_string());
    witness.query(&format!(
        "CREATE TABLE numbers (n int4 PRIMARY KEY); INSERT INTO numbers VALUES {numbers}"
    ));
    let conversations = conversations();
    let (start, mut rounds) = (Instant::now(), 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        play(&server, &mut random, &conversations);
        rounds += 1;
        if rounds.is_multiple_of(20) {
            assert_well(&server, &mut witness, rounds);
        }
    }
    assert_well(&server, &mut witness, rounds);
    assert!(
        rounds > 20 * seconds / 10,
        "only {rounds} conversations in {seconds} s: something hangs"
    );
    println!(
        "{rounds} conversations, {} MB of memory",
        server.memory() >> 20
    );
}

/// One mutated conversation on a connection of its own.
fn play(server: &Server, random: &mut Random, conversations: &[Vec<Vec<u8>>]) {
    let parameters = [
        ("user", "postgres"),
        ("database", "postgres"),
        ("application_name", "fuzz"),
    ];
    let mut messages = vec![message::startup(PROTOCOL_3, &parameters)];
    for _ in 0..=random.below(3) {
        messages.extend(random.pick(conversations).clone());
    }
    // Mostly a valid startup, else nothing behind it would ever be reached.
    let startup = if random.one_in(8) {
        None
    } else {
        Some(messages.remove(0))
    };
    mutate::mutate(random, &mut messages);
    let bytes = startup
        .into_iter()
        .chain(messages)
        .collect::<Vec<_>>()
        .concat();
    let Ok(mut client) = Client::raw(&server.address()) else {
        panic!("the server accepts nobody")
    };
    // A server that has closed already does not take the rest.
    let _ = client.send(&bytes);
    if random.one_in(3) {
        return;
    }
    client.end_of_input();
    client.set_patience(Duration::from_secs(5));
    while let Ok(Some(_)) = client.receive() {}
}

/// The process lives, old and new connections are served, nothing of theirs is lost, memory is bounded.
fn assert_well(server: &Server, witness: &mut Client, round: u64) {
    witness.query(&format!(
        "INSERT INTO mine VALUES ({round}) ON CONFLICT DO NOTHING"
    ));
    assert_eq!(witness.value("SELECT max(k) FROM mine"), round.to_string());
    assert_eq!(server.connect().value("SELECT 1"), "1");
    let memory = server.memory();
    assert!(
        memory < MOST_MEMORY,
        "round {round}: {} MB of memory",
        memory >> 20
    );
}
