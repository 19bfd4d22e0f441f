//! What every engine must do: one suite, run against each.
//!
//! - [`model`]: random transactions against a `BTreeMap`.

mod model;

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::traced::Traced;
use super::*;
use crate::sqlstate::SqlState;

/// The space that most tests use; its neighbours must stay out of it.
const SPACE: SpaceId = SpaceId(7);

/// An engine under test, and how to open its data again where it has any.
struct Fixture {
    engine: Arc<dyn Engine>,
    dir: Option<tempfile::TempDir>,
    open: Open,
}

/// How an engine's data is opened.
type Open = fn(&Path) -> Arc<dyn Engine>;

impl Fixture {
    fn on_disk(open: Open) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            engine: open(dir.path()),
            dir: Some(dir),
            open,
        }
    }

    /// What [`open`] gives.
    fn logged() -> Self {
        Self::on_disk(|dir| open(dir, Options::default()).unwrap())
    }

    /// The same, with a checkpoint after every few commits.
    fn restless() -> Self {
        Self::on_disk(|dir| {
            let options = Options {
                memtable_bytes: 500,
                checkpoint_after: Duration::from_millis(5),
                ..Options::default()
            };
            open(dir, options).unwrap()
        })
    }

    fn redb() -> Self {
        Self::on_disk(|dir| Arc::new(plain::RedbEngine::open(dir, &Options::default()).unwrap()))
    }

    fn in_memory(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            dir: None,
            open: |_| panic!("it has no data"),
        }
    }

    fn memory() -> Self {
        Self::in_memory(memory())
    }

    fn traced() -> Self {
        Self::in_memory(Traced::new(memory()))
    }

    async fn reopen(mut self) -> Self {
        self.engine.close().await.unwrap();
        if let Some(dir) = &self.dir {
            self.engine = (self.open)(dir.path());
        }
        self
    }
}

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        mod memory_engine { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(super::Fixture::memory()).await })* }
        mod logged_engine { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(super::Fixture::logged()).await })* }
        mod restless_engine { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(super::Fixture::restless()).await })* }
        mod redb_engine { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(super::Fixture::redb()).await })* }
        mod traced_engine { $(#[tokio::test(flavor = "multi_thread")] async fn $name() { super::$name(super::Fixture::traced()).await })* }
    };
}

suite!(
    an_empty_engine_has_nothing,
    a_commit_is_seen_by_later_snapshots_only,
    keys_of_any_bytes_and_lengths,
    scans_of_every_bound_and_direction,
    scans_read_their_own_snapshot,
    bounds_in_the_wrong_order_are_empty,
    a_batch_is_atomic_and_the_last_word,
    a_value_condition,
    an_unchanged_condition,
    a_failed_condition_writes_nothing,
    a_cleared_space_is_empty,
    the_catalog_version_counts_its_commits,
    an_empty_batch_is_no_commit,
    concurrent_committers,
    conditions_among_concurrent_committers,
    deferred_commits_are_seen_and_kept,
    everything_is_there_after_reopening,
    a_closed_engine_refuses_commits,
);

fn bytes(text: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(text.as_ref())
}

fn put(space: SpaceId, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Write {
    Write {
        space,
        key: bytes(key),
        value: Some(bytes(value)),
    }
}

fn delete(key: impl AsRef<[u8]>) -> Write {
    Write {
        space: SPACE,
        key: bytes(key),
        value: None,
    }
}

fn writes(writes: Vec<Write>) -> Batch {
    Batch {
        writes,
        ..Batch::default()
    }
}

async fn commit(engine: &dyn Engine, batch: Batch) -> Committed {
    engine.commit(batch, Durability::Sync).await.unwrap()
}

fn all(snapshot: &dyn Snapshot, space: SpaceId) -> Vec<Entry> {
    let scan = snapshot
        .scan(space, (Unbounded, Unbounded), Direction::Forward)
        .unwrap();
    scan.map(Result::unwrap).collect()
}

fn keys(scan: Scan) -> Vec<String> {
    scan.map(|entry| String::from_utf8(entry.unwrap().0.to_vec()).unwrap())
        .collect()
}

async fn an_empty_engine_has_nothing(f: Fixture) {
    let snapshot = f.engine.snapshot();
    assert_eq!((snapshot.sequence(), snapshot.catalog_version()), (0, 0));
    assert_eq!(snapshot.get(SPACE, b"a").unwrap(), None);
    assert_eq!(all(&*snapshot, SPACE), []);
}

async fn a_commit_is_seen_by_later_snapshots_only(f: Fixture) {
    let before = f.engine.snapshot();
    let batch = writes(vec![put(SPACE, "a", "1")]);
    assert_eq!(commit(&*f.engine, batch).await, Committed::At(1));
    let between = f.engine.snapshot();
    let batch = writes(vec![put(SPACE, "a", "2"), put(SPACE, "b", "")]);
    assert_eq!(commit(&*f.engine, batch).await, Committed::At(2));
    let after = f.engine.snapshot();
    assert_eq!(
        [before.sequence(), between.sequence(), after.sequence()],
        [0, 1, 2]
    );
    let wanted = [bytes("a"), bytes("b"), bytes("c")];
    let read = |s: &Arc<dyn Snapshot>| s.multi_get(SPACE, &wanted).unwrap();
    assert_eq!(read(&before), [None, None, None]);
    assert_eq!(read(&between), [Some(bytes("1")), None, None]);
    assert_eq!(read(&after), [Some(bytes("2")), Some(bytes("")), None]);
    assert_eq!(all(&*between, SPACE), [(bytes("a"), bytes("1"))]);
}

async fn keys_of_any_bytes_and_lengths(f: Fixture) {
    let keys: Vec<_> = [0, 1, 123, 124, 125, 128, 5000]
        .map(|n| vec![0xff_u8; n])
        .into();
    let spaces = [0, 6, 7, 8, 255, 256, u32::MAX - 1, u32::MAX].map(SpaceId);
    for space in spaces {
        let tag = |key: &Vec<u8>| format!("{} {}", space.0, key.len());
        let batch = writes(keys.iter().map(|key| put(space, key, tag(key))).collect());
        commit(&*f.engine, batch).await;
    }
    let snapshot = f.engine.snapshot();
    for space in spaces {
        let tag = |key: &Vec<u8>| bytes(format!("{} {}", space.0, key.len()));
        for key in &keys {
            assert_eq!(snapshot.get(space, key).unwrap(), Some(tag(key)));
        }
        let expected: Vec<_> = keys.iter().map(|key| (bytes(key), tag(key))).collect();
        assert_eq!(all(&*snapshot, space), expected);
    }
    assert_eq!(snapshot.get(SPACE, &[0xff; 2]).unwrap(), None);
}

async fn scans_of_every_bound_and_direction(f: Fixture) {
    let names = ["b", "d", "f"];
    let mut batch = writes(names.iter().map(|key| put(SPACE, key, key)).collect());
    batch.writes.push(put(SpaceId(6), "c", "other"));
    batch.writes.push(put(SpaceId(8), "c", "other"));
    commit(&*f.engine, batch).await;
    let snapshot = f.engine.snapshot();
    let model: BTreeMap<Bytes, ()> = names.iter().map(|key| (bytes(key), ())).collect();
    let mut bounds = vec![Unbounded];
    for key in ["", "a", "b", "c", "d", "e", "f", "g"].map(bytes) {
        bounds.extend([Included(key.clone()), Excluded(key)]);
    }
    for range in bounds
        .iter()
        .flat_map(|l| bounds.iter().map(|g| (l.clone(), g.clone())))
    {
        if ordered::is_empty(&range) {
            continue;
        }
        let mut expected: Vec<_> = model
            .keys()
            .filter(|key| ordered::contains(&range, key))
            .map(|key| String::from_utf8(key.to_vec()).unwrap())
            .collect();
        let scan = |direction| keys(snapshot.scan(SPACE, range.clone(), direction).unwrap());
        assert_eq!(scan(Direction::Forward), expected, "{range:?}");
        expected.reverse();
        assert_eq!(scan(Direction::Reverse), expected, "{range:?}");
    }
}

async fn scans_read_their_own_snapshot(f: Fixture) {
    commit(
        &*f.engine,
        writes(vec![put(SPACE, "a", "1"), put(SPACE, "b", "1")]),
    )
    .await;
    let range = (Unbounded, Unbounded);
    let mut scan = f
        .engine
        .snapshot()
        .scan(SPACE, range, Direction::Forward)
        .unwrap();
    assert_eq!(scan.next().unwrap().unwrap().0, "a");
    commit(&*f.engine, writes(vec![delete("b"), put(SPACE, "c", "1")])).await;
    assert_eq!(keys(scan), ["b"]);
}

async fn bounds_in_the_wrong_order_are_empty(f: Fixture) {
    commit(
        &*f.engine,
        writes(vec![put(SPACE, "a", "1"), put(SPACE, "b", "1")]),
    )
    .await;
    let (a, b) = (bytes("a"), bytes("b"));
    for range in [
        (Included(b.clone()), Included(a.clone())),
        (Excluded(b.clone()), Excluded(a.clone())),
        (Excluded(a.clone()), Excluded(a.clone())),
        (Included(a.clone()), Excluded(a.clone())),
        (Excluded(a.clone()), Included(a.clone())),
    ] {
        for direction in [Direction::Forward, Direction::Reverse] {
            let scan = f
                .engine
                .snapshot()
                .scan(SPACE, range.clone(), direction)
                .unwrap();
            assert!(keys(scan).is_empty(), "{range:?}");
        }
    }
}

async fn a_batch_is_atomic_and_the_last_word(f: Fixture) {
    commit(
        &*f.engine,
        writes(vec![put(SPACE, "a", "1"), put(SPACE, "b", "1")]),
    )
    .await;
    // Not sorted: an engine does not rely on it.
    let batch = writes(vec![
        put(SPACE, "c", "2"),
        delete("b"),
        delete("x"),
        put(SPACE, "a", "2"),
    ]);
    commit(&*f.engine, batch).await;
    let left = all(&*f.engine.snapshot(), SPACE);
    assert_eq!(left, [(bytes("a"), bytes("2")), (bytes("c"), bytes("2"))]);
}

fn value_is(key: &str, value: Option<&str>) -> Condition {
    Condition::Value {
        space: SPACE,
        key: bytes(key),
        value: value.map(bytes),
    }
}

fn unchanged(least: &str, greatest: &str, since: u64) -> Condition {
    let range = (Included(bytes(least)), Excluded(bytes(greatest)));
    Condition::Unchanged {
        space: SPACE,
        range,
        since,
    }
}

async fn a_value_condition(f: Fixture) {
    commit(&*f.engine, writes(vec![put(SPACE, "a", "1")])).await;
    let attempt = async |conditions| {
        let batch = Batch {
            conditions,
            ..writes(vec![put(SPACE, "z", "1")])
        };
        commit(&*f.engine, batch).await
    };
    assert_eq!(
        attempt(vec![value_is("a", None)]).await,
        Committed::Conflict(0)
    );
    assert_eq!(
        attempt(vec![value_is("a", Some("2"))]).await,
        Committed::Conflict(0)
    );
    assert_eq!(
        attempt(vec![value_is("a", Some("1")), value_is("b", Some("1"))]).await,
        Committed::Conflict(1)
    );
    assert_eq!(
        attempt(vec![value_is("a", Some("1")), value_is("b", None)]).await,
        Committed::At(2)
    );
}

async fn an_unchanged_condition(f: Fixture) {
    commit(&*f.engine, writes(vec![put(SPACE, "a", "1")])).await;
    let since = f.engine.snapshot().sequence();
    commit(
        &*f.engine,
        writes(vec![put(SPACE, "m", "1"), put(SpaceId(8), "b", "1")]),
    )
    .await;
    let attempt = async |condition| {
        let batch = Batch {
            conditions: vec![condition],
            ..writes(vec![put(SPACE, "z", "1")])
        };
        commit(&*f.engine, batch).await
    };
    assert_eq!(
        attempt(unchanged("a", "n", since)).await,
        Committed::Conflict(0)
    );
    assert_eq!(
        attempt(unchanged("m", "n", since)).await,
        Committed::Conflict(0)
    );
    assert_eq!(attempt(unchanged("a", "m", since)).await, Committed::At(3));
    assert_eq!(
        attempt(unchanged("a", "n", since + 1)).await,
        Committed::At(4)
    );
    commit(
        &*f.engine,
        Batch {
            cleared: vec![SPACE],
            ..Batch::default()
        },
    )
    .await;
    assert_eq!(
        attempt(unchanged("a", "b", 4)).await,
        Committed::Conflict(0)
    );
    assert_eq!(attempt(unchanged("a", "b", 5)).await, Committed::At(6));
}

async fn a_failed_condition_writes_nothing(f: Fixture) {
    commit(&*f.engine, writes(vec![put(SPACE, "a", "1")])).await;
    let batch = Batch {
        conditions: vec![value_is("a", None)],
        cleared: vec![SPACE],
        writes: vec![put(SPACE, "b", "1")],
    };
    assert_eq!(commit(&*f.engine, batch).await, Committed::Conflict(0));
    let snapshot = f.engine.snapshot();
    assert_eq!(snapshot.sequence(), 1);
    assert_eq!(all(&*snapshot, SPACE), [(bytes("a"), bytes("1"))]);
}

async fn a_cleared_space_is_empty(f: Fixture) {
    let neighbours = [SpaceId(6), SpaceId(8), SpaceId(u32::MAX)];
    for space in neighbours.into_iter().chain([SPACE]) {
        let batch = writes(
            (0..2000)
                .map(|i| put(space, format!("{i:05}"), "x"))
                .collect(),
        );
        commit(&*f.engine, batch).await;
    }
    let before = f.engine.snapshot();
    let batch = Batch {
        cleared: vec![SPACE],
        ..writes(vec![put(SPACE, "new", "1")])
    };
    commit(&*f.engine, batch).await;
    let after = f.engine.snapshot();
    assert_eq!(all(&*after, SPACE), [(bytes("new"), bytes("1"))]);
    assert_eq!(all(&*before, SPACE).len(), 2000);
    assert!(
        neighbours
            .iter()
            .all(|space| all(&*after, *space).len() == 2000)
    );
    let batch = Batch {
        cleared: vec![SpaceId(u32::MAX), SpaceId(99)],
        ..Batch::default()
    };
    commit(&*f.engine, batch).await;
    assert_eq!(all(&*f.engine.snapshot(), SpaceId(u32::MAX)), []);
}

async fn the_catalog_version_counts_its_commits(f: Fixture) {
    commit(&*f.engine, writes(vec![put(SPACE, "a", "1")])).await;
    assert_eq!(f.engine.snapshot().catalog_version(), 0);
    commit(
        &*f.engine,
        writes(vec![put(CATALOG, "a", "1"), put(CATALOG, "b", "1")]),
    )
    .await;
    assert_eq!(f.engine.snapshot().catalog_version(), 1);
    commit(
        &*f.engine,
        Batch {
            cleared: vec![CATALOG],
            ..Batch::default()
        },
    )
    .await;
    assert_eq!(f.engine.snapshot().catalog_version(), 2);
}

async fn an_empty_batch_is_no_commit(f: Fixture) {
    commit(&*f.engine, writes(vec![put(SPACE, "a", "1")])).await;
    assert_eq!(commit(&*f.engine, Batch::default()).await, Committed::At(1));
    assert_eq!(f.engine.snapshot().sequence(), 1);
}

async fn concurrent_committers(f: Fixture) {
    const TASKS: usize = 16;
    const COMMITS: usize = 20;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let engine = f.engine.clone();
            tokio::spawn(async move {
                for i in 0..COMMITS {
                    let own = format!("{task:02} {i:03}");
                    let batch = writes(vec![put(SPACE, &own, "x"), put(SPACE, "shared", &own)]);
                    let Committed::At(sequence) = commit(&*engine, batch).await else {
                        panic!()
                    };
                    // Whoever has been answered sees its writes.
                    let snapshot = engine.snapshot();
                    assert!(snapshot.sequence() >= sequence);
                    assert_eq!(
                        snapshot.get(SPACE, own.as_bytes()).unwrap(),
                        Some(bytes("x"))
                    );
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let snapshot = f.engine.snapshot();
    assert_eq!(snapshot.sequence(), (TASKS * COMMITS) as u64);
    assert_eq!(all(&*snapshot, SPACE).len(), TASKS * COMMITS + 1);
}

async fn conditions_among_concurrent_committers(f: Fixture) {
    const TASKS: u64 = 8;
    const INCREMENTS: u64 = 10;
    let increment = |value: Option<Bytes>| {
        let number = value.map_or(0, |v| {
            std::str::from_utf8(&v).unwrap().parse::<u64>().unwrap()
        });
        (number + 1).to_string()
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let engine = f.engine.clone();
            tokio::spawn(async move {
                let mut done = 0;
                while done < INCREMENTS {
                    let value = engine.snapshot().get(SPACE, b"n").unwrap();
                    let batch = Batch {
                        conditions: vec![Condition::Value {
                            space: SPACE,
                            key: bytes("n"),
                            value: value.clone(),
                        }],
                        ..writes(vec![put(SPACE, "n", increment(value))])
                    };
                    done += u64::from(matches!(commit(&*engine, batch).await, Committed::At(_)));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let total = f.engine.snapshot().get(SPACE, b"n").unwrap();
    assert_eq!(total, Some(bytes((TASKS * INCREMENTS).to_string())));
}

async fn deferred_commits_are_seen_and_kept(f: Fixture) {
    for i in 0..10 {
        let batch = writes(vec![put(SPACE, format!("{i}"), "x")]);
        f.engine.commit(batch, Durability::Deferred).await.unwrap();
    }
    assert_eq!(all(&*f.engine.snapshot(), SPACE).len(), 10);
    let f = f.reopen().await;
    assert_eq!(all(&*f.engine.snapshot(), SPACE).len(), 10);
}

async fn everything_is_there_after_reopening(f: Fixture) {
    commit(
        &*f.engine,
        writes(vec![put(SPACE, "a", "1"), put(CATALOG, "t", "2")]),
    )
    .await;
    let f = f.reopen().await;
    let snapshot = f.engine.snapshot();
    assert_eq!(all(&*snapshot, SPACE), [(bytes("a"), bytes("1"))]);
    assert_eq!(all(&*snapshot, CATALOG), [(bytes("t"), bytes("2"))]);
}

async fn a_closed_engine_refuses_commits(f: Fixture) {
    commit(&*f.engine, writes(vec![put(SPACE, "a", "1")])).await;
    f.engine.close().await.unwrap();
    f.engine.close().await.unwrap();
    let batch = writes(vec![put(SPACE, "b", "1")]);
    let error = f.engine.commit(batch, Durability::Sync).await.unwrap_err();
    assert_eq!(error.state(), SqlState::AdminShutdown);
}
