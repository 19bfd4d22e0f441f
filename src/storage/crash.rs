//! The durable engine on disks that fail, and after its process was killed or the power was lost.

use std::io::ErrorKind;
use std::ops::Bound::Unbounded;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;

use super::contract::*;
use super::disk::Health;
use super::disk::fault::Fault;
use super::log::files::Dir;
use super::log::simulated;
use super::logged::LoggedEngine;
use super::plain::RedbEngine;
use super::{Options, open};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

const SPACE: SpaceId = SpaceId(1);

/// So little that every few commits are a checkpoint.
fn restless() -> Options {
    Options {
        memtable_bytes: 2000,
        checkpoint_after: Duration::from_millis(20),
        ..Options::default()
    }
}

/// So much that there is none.
fn calm() -> Options {
    Options {
        checkpoint_after: Duration::from_secs(3600),
        ..Options::default()
    }
}

/// What the log of an engine is on.
#[derive(Clone, Default)]
enum LogDisk {
    #[default]
    Real,
    Simulated(simulated::Disk),
}

fn start(dir: &Path, options: Options, health: Arc<Health>, log: &LogDisk) -> Result<LoggedEngine> {
    LoggedEngine::open_with(dir, &options, health, |path| {
        Ok(match log {
            LogDisk::Real => Box::new(Dir::open(path).unwrap()),
            LogDisk::Simulated(disk) => Box::new(disk.clone()),
        })
    })
}

/// Commit `number` writes its own key, and the last number, and empties a space now and then.
fn batch(number: u32) -> Batch {
    let write = |key: Bytes| Write {
        space: SPACE,
        key,
        value: Some(Bytes::copy_from_slice(&number.to_be_bytes())),
    };
    let key = Bytes::copy_from_slice(&number.to_be_bytes());
    let other = Write {
        space: SpaceId(2),
        key: key.clone(),
        value: Some(vec![7; 400].into()),
    };
    Batch {
        conditions: Vec::new(),
        cleared: match number.is_multiple_of(5) {
            true => vec![SpaceId(2)],
            false => Vec::new(),
        },
        writes: vec![write(key), write(Bytes::from_static(b"last")), other],
    }
}

/// How many commits there are in an engine; all of each, and in order.
fn commits(engine: &dyn Engine) -> u32 {
    let snapshot = engine.snapshot();
    let keys = |space| -> Vec<u32> {
        let all = (Unbounded, Unbounded);
        let scan = snapshot.scan(space, all, Direction::Forward).unwrap();
        scan.map(|entry| entry.unwrap().0)
            .filter(|key| key != "last")
            .map(|key| u32::from_be_bytes(key[..].try_into().unwrap()))
            .collect()
    };
    let numbers = keys(SPACE);
    let count = numbers.len() as u32;
    assert_eq!(numbers, (0..count).collect::<Vec<_>>());
    let last = snapshot.get(SPACE, b"last").unwrap();
    let expected = count.checked_sub(1).map(|last| last.to_be_bytes());
    assert_eq!(last.as_deref(), expected.as_ref().map(|last| &last[..]));
    let since_clear = (count.saturating_sub(1) / 5 * 5)..count;
    assert_eq!(keys(SpaceId(2)), since_clear.collect::<Vec<_>>());
    count
}

/// Commits up to a number, one after the other; returns the first error.
async fn fill(engine: &dyn Engine, numbers: std::ops::Range<u32>) -> (u32, Option<Error>) {
    for number in numbers.clone() {
        if let Err(error) = engine.commit(batch(number), Durability::Sync).await {
            return (number, Some(error));
        }
    }
    (numbers.end, None)
}

/// A copy of a data folder: what is left if its process is killed now.
pub(super) fn copy(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("log")).unwrap();
    let mut names = vec!["FORMAT".into(), "keywire.redb".into()];
    if let Ok(log) = std::fs::read_dir(dir.join("log")) {
        names.extend(log.map(|entry| Path::new("log").join(entry.unwrap().file_name())));
    }
    for name in names {
        std::fs::copy(dir.join(&name), copy.path().join(&name)).unwrap();
    }
    copy
}

#[tokio::test]
async fn a_killed_process_loses_nothing() {
    let mut dir = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let engine = open(dir.path(), calm()).unwrap();
        assert_eq!(commits(&*engine), round * 13);
        let number = round * 13;
        assert_eq!(fill(&*engine, number..number + 13).await.1, None);
        dir = copy(dir.path());
    }
    let engine = open(dir.path(), calm()).unwrap();
    engine.close().await.unwrap();
    drop(engine);
    let log = std::fs::read_dir(dir.path().join("log")).unwrap();
    assert_eq!(log.count(), 0, "a clean start replays nothing");
    assert_eq!(commits(&*open(dir.path(), calm()).unwrap()), 65);
}

/// Every write, sync, creation and removal of the log fails in turn, or is the last before the
/// power is lost.
#[tokio::test]
async fn every_operation_of_the_log_can_fail() {
    for forever in [false, true] {
        let mut at = 0;
        loop {
            at += 1;
            let disk = simulated::Disk::default();
            if log_fails(&disk, at, forever).await {
                break;
            }
        }
        assert!(at > 40, "only {at} operations were tried");
    }
}

/// Returns whether everything was done before the disk failed.
async fn log_fails(disk: &simulated::Disk, at: usize, forever: bool) -> bool {
    let full = at.is_multiple_of(2);
    let (kind, state) = match full {
        true => (ErrorKind::StorageFull, SqlState::DiskFull),
        false => (ErrorKind::Other, SqlState::IoError),
    };
    disk.fail(simulated::Fault { at, forever, kind });
    let dir = tempfile::tempdir().unwrap();
    let log = LogDisk::Simulated(disk.clone());
    let engine = start(dir.path(), calm(), Arc::default(), &log).unwrap();
    let (acknowledged, error) = fill(&engine, 0..15).await;
    assert_eq!(commits(&engine), acknowledged, "reads go on");
    let done = disk.operations() < at;
    if let Some(error) = error {
        assert_eq!(error.state(), state, "{error}");
        let next = engine.commit(batch(acknowledged), Durability::Sync).await;
        match next {
            // Nothing had been written.
            Ok(_) => assert_eq!(fill(&engine, acknowledged + 1..15).await.1, None),
            Err(next) if forever => assert_ne!(next.state(), SqlState::InternalError),
            Err(next) => assert_eq!(next.state(), SqlState::ReadOnlySqlTransaction),
        }
    }
    let now = commits(&engine);
    let mut seed = at as u64;
    let random = || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        seed >> 40
    };
    let left = LogDisk::Simulated(disk.after_power_loss(random));
    let after = copy(dir.path());
    let engine = start(after.path(), calm(), Arc::default(), &left).unwrap();
    let found = commits(&engine);
    assert!(found == now || found == now + 1, "{found} of {now}, {at}");
    assert_eq!(fill(&engine, found..found + 3).await.1, None);
    done
}

/// Every write and sync of the B-tree fails in turn, once: the checkpoint is tried again, and if
/// it was a sync, by the next start.
#[tokio::test(flavor = "multi_thread")]
async fn every_write_of_a_checkpoint_can_fail() {
    checkpoints_fail(false).await;
}

/// Every write and sync of the B-tree is in turn the last before the process is killed.
#[tokio::test(flavor = "multi_thread")]
async fn every_write_of_a_checkpoint_can_be_the_last() {
    checkpoints_fail(true).await;
}

async fn checkpoints_fail(forever: bool) {
    let mut at = 0;
    loop {
        at += 1;
        let health = Arc::new(Health::with(Fault {
            at,
            forever,
            full: at.is_multiple_of(2),
            ..Fault::default()
        }));
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path(), calm()).unwrap());
        let Ok(engine) = start(dir.path(), restless(), health.clone(), &LogDisk::Real) else {
            assert!(commits(&*open(dir.path(), calm()).unwrap()) == 0);
            continue;
        };
        let (acknowledged, error) = fill(&engine, 0..12).await;
        assert_eq!(commits(&engine), acknowledged, "reads go on");
        if let Some(error) = error {
            // There was no room for more.
            assert!([SqlState::DiskFull, SqlState::IoError].contains(&error.state()));
            assert!(error.message().contains("keywire.redb"), "{error}");
        }
        let _ = engine.close().await;
        drop(engine);
        let engine = open(dir.path(), calm()).unwrap();
        assert_eq!(commits(&*engine), acknowledged, "failed at {at}");
        if health.writes() < at {
            break;
        }
    }
    assert!(at > 30, "only {at} writes were tried");
}

/// While checkpoints fail, memory is bounded: commits are refused, and taken again afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn commits_wait_for_checkpoints() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path(), calm()).unwrap());
    let health = Arc::new(Health::with(Fault {
        at: 10,
        forever: true,
        full: true,
        ..Fault::default()
    }));
    let engine = start(dir.path(), restless(), health, &LogDisk::Real).unwrap();
    let (acknowledged, error) = fill(&engine, 0..1000).await;
    assert!(acknowledged < 40, "{acknowledged} commits of 400 bytes");
    let error = error.unwrap();
    assert_eq!(error.state(), SqlState::DiskFull);
    assert_eq!(commits(&engine), acknowledged);
    let segments = std::fs::read_dir(dir.path().join("log")).unwrap().count();
    assert!(
        segments < 8,
        "{segments} segments: they do not end for nothing"
    );
    drop(engine);
    let engine = open(dir.path(), restless()).unwrap();
    assert_eq!(commits(&*engine), acknowledged);
    assert_eq!(
        fill(&*engine, acknowledged..acknowledged + 100).await.1,
        None
    );
}

#[tokio::test]
async fn a_folder_without_a_log_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let engine = RedbEngine::open(dir.path(), &Options::default()).unwrap();
    assert_eq!(fill(&engine, 0..7).await.1, None);
    drop(engine);
    let engine = open(dir.path(), calm()).unwrap();
    assert_eq!(fill(&*engine, 7..14).await.1, None);
    let engine = open(copy(dir.path()).path(), calm()).unwrap();
    assert_eq!(commits(&*engine), 14);
}

#[tokio::test]
async fn a_deferred_commit_reaches_the_disk_by_itself() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), simulated::Disk::default());
    let log = LogDisk::Simulated(disk.clone());
    let engine = start(dir.path(), calm(), Arc::default(), &log).unwrap();
    let before = std::time::Instant::now();
    engine.commit(batch(0), Durability::Deferred).await.unwrap();
    loop {
        // Zero: nothing survives that was not synced.
        let left = LogDisk::Simulated(disk.after_power_loss(|| 0));
        let after = copy(dir.path());
        let after = start(after.path(), calm(), Arc::default(), &left).unwrap();
        if commits(&after) == 1 {
            break;
        }
        assert!(before.elapsed().as_secs() < 10, "it was never flushed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_damaged_log_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), calm()).unwrap();
    assert_eq!(fill(&*engine, 0..5).await.1, None);
    let copy = copy(dir.path());
    let name = copy.path().join("log/00000000000000000001.log");
    let mut bytes = std::fs::read(&name).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&name, bytes).unwrap();
    let error = open(copy.path(), calm()).map(drop).unwrap_err();
    assert_eq!(error.state(), SqlState::DataCorrupted);
    assert!(
        error
            .message()
            .contains("00000000000000000001.log\" is damaged at offset 32"),
        "{error}"
    );
}
