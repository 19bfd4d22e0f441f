//! kill -9 under concurrent writers, again and again on the same folder: what was acknowledged is there.
//!
//! Each writer owns its keys and knows, for each, the last value that was acknowledged and the last that was sent. A
//! crash may lose what was sent and not acknowledged, never what was; a transaction is there whole or not at all; and
//! what another client has read was durable when it read it. `KEYWIRE_CRASH_CYCLES` says how many times.

use crate::support::client::{Client, Failure};
use crate::support::number_from_env;
use crate::support::random::Random;
use crate::support::server::Server;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

const UPSERTERS: u64 = 4;
const TRANSFERERS: u64 = 3;
const COUNTERS: u64 = 3;
const KEYS_PER_WRITER: u64 = 50;

/// What one writer knows of one of its values.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    acknowledged: u64,
    sent: u64,
}

/// A writer's keys over all cycles.
type Diary = HashMap<String, Known>;

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let cycles = number_from_env("KEYWIRE_CRASH_CYCLES", 20);
    let mut random = Random::from_env("crash");
    let mut server = Server::start(&[]);
    server.connect().query(
        "CREATE TABLE kv (k text PRIMARY KEY, v int8); CREATE TABLE pairs (k text PRIMARY KEY, v int8); \
         CREATE TABLE counters (k text PRIMARY KEY, n int8)",
    );
    let mut diaries = vec![Diary::new(); (UPSERTERS + TRANSFERERS) as usize];
    let counted = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let seen = Arc::new(AtomicU64::new(0));
    for cycle in 0..cycles {
        let stop = Arc::new(AtomicBool::new(false));
        let address = server.address();
        let writers = start_writers(&address, &stop, std::mem::take(&mut diaries));
        let counters = start_counters(&address, &stop, &counted, &seen);
        std::thread::sleep(Duration::from_millis(50 + random.below(400) as u64));
        server.kill_9();
        stop.store(true, Ordering::Relaxed);
        diaries = writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect();
        counters
            .into_iter()
            .for_each(|counter| counter.join().unwrap());
        server.restart();
        verify(
            &mut server.connect(),
            cycle,
            &mut diaries,
            &counted,
            seen.load(Ordering::Relaxed),
        );
    }
    let acknowledged: u64 = diaries
        .iter()
        .flat_map(HashMap::values)
        .map(|known| known.acknowledged)
        .sum();
    assert!(acknowledged > cycles, "the writers wrote nothing");
    println!(
        "{cycles} crashes, {} increments acknowledged",
        counted.0.load(Ordering::Relaxed)
    );
}

/// Runs one step after the other until the server dies or the test says stop.
fn until_the_crash(
    address: &str,
    stop: &AtomicBool,
    mut step: impl FnMut(&mut Client) -> Result<(), Failure>,
) {
    let Ok(mut client) = Client::try_connect(address, "postgres") else {
        return;
    };
    while !stop.load(Ordering::Relaxed) {
        match step(&mut client) {
            Ok(()) => {}
            // A process that is several may still say goodbye.
            Err(failure) if ["connection", "57P01"].contains(&failure.sqlstate.as_str()) => return,
            Err(failure) => panic!("a writer was refused: {failure:?}"),
        }
    }
}

fn start_writers(
    address: &str,
    stop: &Arc<AtomicBool>,
    diaries: Vec<Diary>,
) -> Vec<JoinHandle<Diary>> {
    let start = |(number, mut diary): (usize, Diary)| {
        let (address, stop) = (address.to_string(), stop.clone());
        spawn(move || {
            let mut turn = diary.values().map(|known| known.sent).max().unwrap_or(0);
            until_the_crash(&address, &stop, |client| {
                turn += 1;
                let key = format!("w{number}-{}", turn % KEYS_PER_WRITER);
                let known = diary.entry(key.clone()).or_default();
                known.sent = turn;
                if number < UPSERTERS as usize {
                    upsert(client, "kv", &key, turn)?;
                } else {
                    write_pair(client, &key, turn)?;
                }
                known.acknowledged = turn;
                Ok(())
            });
            diary
        })
    };
    diaries.into_iter().enumerate().map(start).collect()
}

fn upsert(client: &mut Client, table: &str, key: &str, value: u64) -> Result<(), Failure> {
    let sql =
        format!("INSERT INTO {table} VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v");
    client
        .try_execute(&sql, &[Some(key.into()), Some(value.to_string())])
        .map(drop)
}

/// Two keys in one transaction; every third is a block of several messages, the others one Query.
fn write_pair(client: &mut Client, key: &str, value: u64) -> Result<(), Failure> {
    if value.is_multiple_of(3) {
        client.try_query("BEGIN")?;
        upsert(client, "pairs", &format!("{key}-left"), value)?;
        upsert(client, "pairs", &format!("{key}-right"), value)?;
        return client.try_query("COMMIT").map(drop);
    }
    let sql = format!(
        "INSERT INTO pairs VALUES ('{key}-left', {value}), ('{key}-right', {value}) \
         ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v"
    );
    client.try_query(&sql).map(drop)
}

/// Increments of one key that all want, and a reader of it: `counted` is (acknowledged, sent).
fn start_counters(
    address: &str,
    stop: &Arc<AtomicBool>,
    counted: &Arc<(AtomicU64, AtomicU64)>,
    seen: &Arc<AtomicU64>,
) -> Vec<JoinHandle<()>> {
    let count = |_| {
        let (address, stop, counted) = (address.to_string(), stop.clone(), counted.clone());
        spawn(move || {
            until_the_crash(&address, &stop, |client| {
                counted.1.fetch_add(1, Ordering::SeqCst);
                let sql = "INSERT INTO counters VALUES ('hits', 1) ON CONFLICT (k) DO UPDATE SET n = counters.n + 1";
                client.try_query(sql)?;
                counted.0.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
        })
    };
    let mut threads: Vec<_> = (0..COUNTERS).map(count).collect();
    let (address, stop, seen) = (address.to_string(), stop.clone(), seen.clone());
    threads.push(spawn(move || {
        until_the_crash(&address, &stop, |client| {
            let reply = client.try_query("SELECT n FROM counters WHERE k = 'hits'")?;
            seen.fetch_max(number(&reply.rows), Ordering::SeqCst);
            Ok(())
        })
    }));
    threads
}

/// The number in the only row, 0 when there is none.
fn number(rows: &[Vec<Option<String>>]) -> u64 {
    rows.first()
        .map_or(0, |row| row[0].as_deref().unwrap_or("0").parse().unwrap())
}

fn verify(
    client: &mut Client,
    cycle: u64,
    diaries: &mut [Diary],
    counted: &(AtomicU64, AtomicU64),
    seen: u64,
) {
    let stored = |client: &mut Client, table: &str| -> HashMap<String, u64> {
        let rows = client.query(&format!("SELECT k, v FROM {table}")).rows;
        let value = |value: &Option<String>| value.clone().unwrap();
        rows.iter()
            .map(|row| (value(&row[0]), value(&row[1]).parse().unwrap()))
            .collect()
    };
    let (singles, pairs) = (stored(client, "kv"), stored(client, "pairs"));
    for (number, diary) in diaries.iter_mut().enumerate() {
        for (key, known) in diary {
            let value = if number < UPSERTERS as usize {
                singles.get(key)
            } else {
                let [left, right] =
                    ["left", "right"].map(|side| pairs.get(&format!("{key}-{side}")));
                assert_eq!(
                    left, right,
                    "cycle {cycle}: half of the transaction on {key} is there"
                );
                left
            };
            let value = value.copied().unwrap_or(0);
            let expected = known.acknowledged..=known.sent;
            assert!(
                expected.contains(&value),
                "cycle {cycle}: {key} is {value}, not in {expected:?}"
            );
            *known = Known {
                acknowledged: value,
                sent: value,
            };
        }
    }
    for key in pairs.keys() {
        let found = client.query(&format!("SELECT v FROM pairs WHERE k = '{key}'"));
        assert_eq!(
            number(&found.rows),
            pairs[key],
            "cycle {cycle}: {key} by itself and in a scan differ"
        );
    }
    let hits = number(&client.query("SELECT n FROM counters WHERE k = 'hits'").rows);
    let expected = counted.0.load(Ordering::SeqCst).max(seen)..=counted.1.load(Ordering::SeqCst);
    assert!(
        expected.contains(&hits),
        "cycle {cycle}: {hits} increments, not in {expected:?}; seen by a reader: {seen}"
    );
    counted.0.store(hits, Ordering::SeqCst);
    counted.1.store(hits, Ordering::SeqCst);
}
