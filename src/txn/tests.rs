//! What transactions promise each other.

use std::future::Future;
use std::time::Instant;

use super::*;
use crate::storage::memory;
use crate::types::env::Reason;

const SPACE: SpaceId = SpaceId(1);
const SHORT: Option<Duration> = Some(Duration::from_millis(20));

/// An engine and its table of locks.
#[derive(Clone)]
struct World {
    engine: Arc<dyn Engine>,
    locks: Arc<LockTable>,
}

impl World {
    fn new() -> Self {
        Self {
            engine: memory(),
            locks: Arc::default(),
        }
    }

    fn begin(&self, isolation: Isolation) -> Transaction {
        let mut txn = Transaction::new(self.engine.clone(), self.locks.clone(), isolation);
        txn.start_statement();
        txn
    }

    async fn put(&self, key: &str, value: &str) {
        let mut txn = self.begin(Isolation::ReadCommitted);
        write(&mut txn, key, value).await.unwrap();
        txn.commit().await.unwrap();
    }

    fn get(&self, key: &str) -> Option<String> {
        text(self.engine.snapshot().get(SPACE, key.as_bytes()).unwrap())
    }
}

fn text(value: Option<Bytes>) -> Option<String> {
    value.map(|value| String::from_utf8(value.to_vec()).unwrap())
}

fn key(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

fn read(txn: &Transaction, name: &str) -> Option<String> {
    text(txn.view().get(SPACE, name.as_bytes()).unwrap())
}

/// Locks a row as a statement does and gives it a value, whatever it was.
async fn write(txn: &mut Transaction, name: &str, value: &str) -> Result<Locked> {
    let seen = txn.view().get(SPACE, name.as_bytes())?;
    let interrupt = Interrupt::default();
    let locked = txn
        .lock_row(SPACE, &key(name), seen.as_ref(), None, &interrupt)
        .await?;
    txn.write(SPACE, key(name), Some(key(value)))?;
    Ok(locked)
}

async fn lock_in(txn: &mut Transaction, name: &str, timeout: Option<Duration>) -> Result<()> {
    let resource = Resource::Row(SPACE, key(name));
    txn.lock(
        resource,
        LockMode::Exclusive,
        timeout,
        &Interrupt::default(),
    )
    .await
}

async fn table(txn: &mut Transaction, mode: LockMode, timeout: Option<Duration>) -> Result<()> {
    txn.lock(Resource::Table(5), mode, timeout, &Interrupt::default())
        .await
}

/// Lets other tasks reach their next wait.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

/// Polls a future once, for a wait that is given up.
async fn poll_once(future: impl Future) {
    assert!(
        tokio::time::timeout(Duration::from_millis(5), future)
            .await
            .is_err()
    );
}

async fn increment(world: World, times: usize, isolation: Isolation) -> usize {
    let (mut done, mut refused) = (0, 0);
    while done < times {
        let mut txn = world.begin(isolation);
        let seen = txn.view().get(SPACE, b"n").unwrap();
        let locked = txn
            .lock_row(SPACE, &key("n"), seen.as_ref(), None, &Interrupt::default())
            .await;
        let current = match locked {
            Ok(Locked::Same) => seen,
            Ok(Locked::Changed(latest)) => latest,
            Err(error) => {
                assert_eq!(error.state(), SqlState::SerializationFailure);
                refused += 1;
                continue;
            }
        };
        let next = text(current).map_or(0, |n| n.parse::<usize>().unwrap()) + 1;
        txn.write(SPACE, key("n"), Some(key(&next.to_string())))
            .unwrap();
        txn.commit().await.unwrap();
        done += 1;
    }
    refused
}

async fn count(world: &World, isolation: Isolation) {
    let tasks: Vec<_> = (0..32)
        .map(|_| tokio::spawn(increment(world.clone(), 50, isolation)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(world.get("n"), Some("1600".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_under_32_tasks_is_exact() {
    count(&World::new(), Isolation::ReadCommitted).await;
    count(&World::new(), Isolation::RepeatableRead).await;
    let dir = tempfile::tempdir().unwrap();
    let engine = crate::storage::open(dir.path(), Default::default()).unwrap();
    count(
        &World {
            engine,
            locks: Arc::default(),
        },
        Isolation::ReadCommitted,
    )
    .await;
}

#[tokio::test]
async fn read_committed_sees_each_statements_snapshot() {
    let world = World::new();
    world.put("a", "1").await;
    let mut txn = world.begin(Isolation::ReadCommitted);
    world.put("a", "2").await;
    assert_eq!(read(&txn, "a"), Some("1".into()));
    txn.start_statement();
    assert_eq!(read(&txn, "a"), Some("2".into()));
    world.put("a", "3").await;
    txn.refresh_snapshot();
    assert_eq!(read(&txn, "a"), Some("3".into()));
}

#[tokio::test]
async fn read_committed_finds_the_latest_version_under_the_lock() {
    let world = World::new();
    world.put("a", "1").await;
    let mut txn = world.begin(Isolation::ReadCommitted);
    world.put("a", "2").await;
    assert_eq!(
        write(&mut txn, "a", "3").await.unwrap(),
        Locked::Changed(Some(key("2")))
    );
    assert_eq!(txn.latest(SPACE, &key("a")).unwrap(), Some(key("3")));
}

#[tokio::test]
async fn repeatable_read_keeps_its_snapshot_and_the_first_updater_wins() {
    let world = World::new();
    world.put("a", "1").await;
    let mut txn = world.begin(Isolation::RepeatableRead);
    world.put("a", "2").await;
    world.put("b", "2").await;
    txn.start_statement();
    txn.refresh_snapshot();
    assert_eq!((read(&txn, "a"), read(&txn, "b")), (Some("1".into()), None));
    assert_eq!(write(&mut txn, "c", "1").await.unwrap(), Locked::Same);
    for changed in ["a", "b"] {
        let error = write(&mut txn, changed, "3").await.unwrap_err();
        assert_eq!(error.state(), SqlState::SerializationFailure);
        assert_eq!(
            error.message(),
            "could not serialize access due to concurrent update"
        );
    }
    // Its own change is no conflict.
    txn.start_statement();
    assert_eq!(write(&mut txn, "c", "2").await.unwrap(), Locked::Same);
}

#[tokio::test]
async fn a_statement_does_not_see_its_own_writes() {
    let world = World::new();
    let mut txn = world.begin(Isolation::ReadCommitted);
    write(&mut txn, "a", "1").await.unwrap();
    assert_eq!(read(&txn, "a"), None);
    assert_eq!(
        text(txn.own_view().get(SPACE, b"a").unwrap()),
        Some("1".into())
    );
    assert!(txn.written_by_statement(SPACE, &key("a")));
    let again = txn
        .lock_row(SPACE, &key("a"), None, None, &Interrupt::default())
        .await;
    assert_eq!(again.unwrap(), Locked::Changed(Some(key("1"))));
    txn.start_statement();
    assert_eq!(read(&txn, "a"), Some("1".into()));
    assert!(!txn.written_by_statement(SPACE, &key("a")));
    // The same value again is a write all the same.
    write(&mut txn, "a", "1").await.unwrap();
    assert!(txn.written_by_statement(SPACE, &key("a")));
    assert_eq!(world.get("a"), None);
    txn.commit().await.unwrap();
    assert_eq!(world.get("a"), Some("1".into()));
}

#[tokio::test]
async fn savepoints_take_writes_back_and_keep_locks() {
    let world = World::new();
    world.put("t", "old").await;
    let mut txn = world.begin(Isolation::ReadCommitted);
    write(&mut txn, "a", "1").await.unwrap();
    let savepoint = txn.savepoint();
    txn.start_statement();
    txn.clear_space(SPACE);
    write(&mut txn, "a", "2").await.unwrap();
    write(&mut txn, "b", "2").await.unwrap();
    txn.start_statement();
    assert_eq!((read(&txn, "a"), read(&txn, "t")), (Some("2".into()), None));
    txn.rollback_to(&savepoint);
    txn.start_statement();
    assert_eq!((read(&txn, "a"), read(&txn, "b")), (Some("1".into()), None));
    assert_eq!(read(&txn, "t"), Some("old".into()));
    assert!(!txn.written_by_statement(SPACE, &key("a")));
    assert_eq!(txn.locks_held(), 1);
    let mut other = world.begin(Isolation::ReadCommitted);
    lock_in(&mut other, "b", SHORT).await.unwrap();
    assert!(lock_in(&mut other, "a", SHORT).await.is_err());
    txn.commit().await.unwrap();
    assert_eq!((world.get("a"), world.get("b")), (Some("1".into()), None));
}

#[tokio::test]
async fn a_transaction_without_writes_does_not_commit() {
    let world = World::new();
    world.put("a", "1").await;
    let mut txn = world.begin(Isolation::ReadCommitted);
    lock_in(&mut txn, "a", None).await.unwrap();
    assert!(!txn.has_writes());
    txn.commit().await.unwrap();
    assert_eq!(world.engine.snapshot().sequence(), 1);
}

#[tokio::test]
async fn a_rollback_forgets_writes_and_gives_locks_back() {
    let world = World::new();
    let mut txn = world.begin(Isolation::ReadCommitted);
    write(&mut txn, "a", "1").await.unwrap();
    txn.rollback();
    assert_eq!(world.get("a"), None);
    let mut other = world.begin(Isolation::ReadCommitted);
    lock_in(&mut other, "a", SHORT).await.unwrap();
}

#[tokio::test]
async fn catalog_writes_are_known() {
    let world = World::new();
    let mut txn = world.begin(Isolation::ReadCommitted);
    let savepoint = txn.savepoint();
    txn.write(CATALOG, key("t"), Some(key("1"))).unwrap();
    assert!(txn.has_catalog_writes());
    txn.rollback_to(&savepoint);
    assert!(!txn.has_catalog_writes());
    txn.write(CATALOG, key("t"), Some(key("1"))).unwrap();
    txn.commit().await.unwrap();
    assert_eq!(world.begin(Isolation::ReadCommitted).catalog_version(), 1);
}

#[tokio::test]
async fn the_size_is_limited() {
    let mut txn = World::new().begin(Isolation::ReadCommitted);
    txn.set_max_size(1000);
    txn.write(SPACE, key("a"), Some(Bytes::from(vec![0; 900])))
        .unwrap();
    let error = txn
        .write(SPACE, key("b"), Some(Bytes::from(vec![0; 100])))
        .unwrap_err();
    assert_eq!(error.state(), SqlState::ConfigurationLimitExceeded);
    assert!(error.message().contains("max_transaction_size"));
    let mut txn = World::new().begin(Isolation::ReadCommitted);
    txn.set_max_size(1000);
    let mut locked = 0;
    while lock_in(&mut txn, &locked.to_string(), None).await.is_ok() {
        locked += 1;
    }
    assert_eq!(locked, 1000 / (LOCK_BYTES + 1));
}

#[tokio::test]
async fn lock_timeout_ends_a_wait() {
    let world = World::new();
    let mut owner = world.begin(Isolation::ReadCommitted);
    lock_in(&mut owner, "a", None).await.unwrap();
    let mut waiter = world.begin(Isolation::ReadCommitted);
    let error = lock_in(&mut waiter, "a", SHORT).await.unwrap_err();
    assert_eq!(error.state(), SqlState::LockNotAvailable);
    assert_eq!(error.message(), "canceling statement due to lock timeout");
    assert!(
        !waiter
            .try_lock(Resource::Row(SPACE, key("a")), LockMode::Exclusive)
            .unwrap()
    );
    assert!(
        waiter
            .try_lock(Resource::Row(SPACE, key("b")), LockMode::Exclusive)
            .unwrap()
    );
    drop(owner);
    lock_in(&mut waiter, "a", SHORT).await.unwrap();
}

#[tokio::test]
async fn an_interrupt_ends_a_wait() {
    let world = World::new();
    let mut owner = world.begin(Isolation::ReadCommitted);
    lock_in(&mut owner, "a", None).await.unwrap();
    let interrupt = Arc::new(Interrupt::default());
    let (mut waiter, raised) = (world.begin(Isolation::ReadCommitted), interrupt.clone());
    let wait = tokio::spawn(async move {
        let resource = Resource::Row(SPACE, key("a"));
        waiter
            .lock(resource, LockMode::Exclusive, None, &interrupt)
            .await
    });
    settle().await;
    raised.raise(Reason::User);
    assert_eq!(
        wait.await.unwrap().unwrap_err().state(),
        SqlState::QueryCanceled
    );
}

#[tokio::test]
async fn a_dropped_wait_leaves_the_queue() {
    let world = World::new();
    let mut owner = world.begin(Isolation::ReadCommitted);
    table(&mut owner, LockMode::Shared, None).await.unwrap();
    let mut gone = world.begin(Isolation::ReadCommitted);
    poll_once(table(&mut gone, LockMode::Exclusive, None)).await;
    // While it waited, this would have queued behind it.
    let mut sharer = world.begin(Isolation::ReadCommitted);
    table(&mut sharer, LockMode::Shared, SHORT).await.unwrap();
    drop((owner, sharer));
    let mut other = world.begin(Isolation::ReadCommitted);
    table(&mut other, LockMode::Exclusive, SHORT).await.unwrap();
    drop(gone);
    let mut third = world.begin(Isolation::ReadCommitted);
    assert!(table(&mut third, LockMode::Shared, SHORT).await.is_err());
}

#[tokio::test]
async fn a_wait_dropped_after_it_was_granted_is_released_with_the_rest() {
    let world = World::new();
    let mut owner = world.begin(Isolation::ReadCommitted);
    lock_in(&mut owner, "a", None).await.unwrap();
    let mut waiter = world.begin(Isolation::ReadCommitted);
    {
        let mut wait = Box::pin(lock_in(&mut waiter, "a", None));
        poll_once(&mut wait).await;
        // The lock is handed to the waiter, which is not polled any more.
        drop(owner);
    }
    let mut other = world.begin(Isolation::ReadCommitted);
    assert!(lock_in(&mut other, "a", SHORT).await.is_err());
    drop(waiter);
    lock_in(&mut other, "a", SHORT).await.unwrap();
}

#[tokio::test]
async fn locks_are_taken_again_and_upgraded_by_their_owner() {
    let world = World::new();
    let mut txn = world.begin(Isolation::ReadCommitted);
    for mode in [
        LockMode::Shared,
        LockMode::Shared,
        LockMode::Exclusive,
        LockMode::Shared,
    ] {
        table(&mut txn, mode, SHORT).await.unwrap();
    }
    assert_eq!(txn.locks_held(), 1);
    let mut other = world.begin(Isolation::ReadCommitted);
    assert!(table(&mut other, LockMode::Shared, SHORT).await.is_err());
    drop(txn);
    table(&mut other, LockMode::Shared, SHORT).await.unwrap();
}

#[tokio::test]
async fn an_upgrade_waits_for_the_other_sharers_only() {
    let world = World::new();
    let (mut first, mut second) = (
        world.begin(Isolation::ReadCommitted),
        world.begin(Isolation::ReadCommitted),
    );
    table(&mut first, LockMode::Shared, None).await.unwrap();
    table(&mut second, LockMode::Shared, None).await.unwrap();
    let mut third = world.begin(Isolation::ReadCommitted);
    let queued = tokio::spawn(async move {
        table(&mut third, LockMode::Exclusive, None)
            .await
            .map(|()| third)
    });
    settle().await;
    let upgrade = tokio::spawn(async move {
        table(&mut first, LockMode::Exclusive, None)
            .await
            .map(|()| first)
    });
    settle().await;
    drop(second);
    let first = upgrade.await.unwrap().unwrap();
    assert!(!queued.is_finished());
    drop(first);
    queued.await.unwrap().unwrap();
}

#[tokio::test]
async fn two_transactions_in_a_deadlock_have_one_victim() {
    let world = World::new();
    let (mut first, mut second) = (
        world.begin(Isolation::ReadCommitted),
        world.begin(Isolation::ReadCommitted),
    );
    lock_in(&mut first, "a", None).await.unwrap();
    lock_in(&mut second, "b", None).await.unwrap();
    let start = Instant::now();
    let first = tokio::spawn(async move { lock_in(&mut first, "b", None).await });
    let second = tokio::spawn(async move { lock_in(&mut second, "a", None).await });
    let outcomes = [first.await.unwrap(), second.await.unwrap()];
    let victims: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(victims.len(), 1);
    assert_eq!(victims[0].state(), SqlState::DeadlockDetected);
    assert_eq!(victims[0].message(), "deadlock detected");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn two_upgrades_of_one_lock_have_one_victim() {
    let world = World::new();
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let mut txn = world.begin(Isolation::ReadCommitted);
        table(&mut txn, LockMode::Shared, None).await.unwrap();
        tasks.push(txn);
    }
    let upgrade = |mut txn: Transaction| {
        tokio::spawn(async move { table(&mut txn, LockMode::Exclusive, None).await })
    };
    let tasks: Vec<_> = tasks.into_iter().map(upgrade).collect();
    let mut victims = 0;
    for task in tasks {
        victims += usize::from(task.await.unwrap().is_err());
    }
    assert_eq!(victims, 1);
}

#[tokio::test]
async fn a_long_queue_is_no_deadlock() {
    let world = World::new();
    let mut owner = world.begin(Isolation::ReadCommitted);
    lock_in(&mut owner, "a", None).await.unwrap();
    table(&mut owner, LockMode::Shared, None).await.unwrap();
    let mut waiters = Vec::new();
    for mode in [
        LockMode::Exclusive,
        LockMode::Shared,
        LockMode::Shared,
        LockMode::Exclusive,
    ] {
        let mut txn = world.begin(Isolation::ReadCommitted);
        waiters.push(tokio::spawn(async move {
            table(&mut txn, mode, None).await?;
            lock_in(&mut txn, "a", None).await
        }));
    }
    tokio::time::sleep(DEADLOCK_DELAY_PASSED).await;
    drop(owner);
    for waiter in waiters {
        waiter.await.unwrap().unwrap();
    }
}

/// Long enough for waiters to have looked for a deadlock twice.
const DEADLOCK_DELAY_PASSED: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_shared_locks_does_not_starve_an_exclusive_one() {
    let world = World::new();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let sharers: Vec<_> = (0..4)
        .map(|_| {
            let (world, stop) = (world.clone(), stop.clone());
            tokio::spawn(async move {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    let mut txn = world.begin(Isolation::ReadCommitted);
                    table(&mut txn, LockMode::Shared, None).await.unwrap();
                    // Somebody always holds it.
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            })
        })
        .collect();
    for _ in 0..20 {
        let mut txn = world.begin(Isolation::ReadCommitted);
        table(&mut txn, LockMode::Exclusive, Some(Duration::from_secs(5)))
            .await
            .unwrap();
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for sharer in sharers {
        sharer.await.unwrap();
    }
}

/// An engine whose commits wait to be let through.
struct Slow {
    inner: Arc<dyn Engine>,
    gate: tokio::sync::Semaphore,
}

#[async_trait::async_trait]
impl Engine for Slow {
    fn snapshot(&self) -> Arc<dyn Snapshot> {
        self.inner.snapshot()
    }
    async fn commit(
        &self,
        batch: crate::storage::Batch,
        durability: Durability,
    ) -> Result<Committed> {
        self.gate.acquire().await.unwrap().forget();
        self.inner.commit(batch, durability).await
    }
    async fn close(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_dropped_commit_goes_through_and_keeps_its_locks_until_then() {
    let slow = Arc::new(Slow {
        inner: memory(),
        gate: tokio::sync::Semaphore::new(0),
    });
    let world = World {
        engine: slow.clone(),
        locks: Arc::default(),
    };
    let mut txn = world.begin(Isolation::ReadCommitted);
    write(&mut txn, "a", "1").await.unwrap();
    poll_once(txn.commit()).await;
    let mut other = world.begin(Isolation::ReadCommitted);
    assert!(lock_in(&mut other, "a", SHORT).await.is_err());
    slow.gate.add_permits(1);
    lock_in(&mut other, "a", None).await.unwrap();
    assert_eq!(world.get("a"), Some("1".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn random_transfers_keep_the_sum_and_leave_no_locks() {
    const ACCOUNTS: usize = 8;
    let world = World::new();
    for account in 0..ACCOUNTS {
        world.put(&account.to_string(), "100").await;
    }
    let transfer = |world: World, seed: usize| async move {
        let mut random = seed * 7919 + 1;
        let mut done = 0;
        while done < 30 {
            random = random
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let (from, to) = ((random >> 33) % ACCOUNTS, (random >> 40) % ACCOUNTS);
            let mut txn = world.begin(Isolation::ReadCommitted);
            let step = async |txn: &mut Transaction, account: usize, by: i64| -> Result<()> {
                txn.start_statement();
                let name = key(&account.to_string());
                lock_in(txn, &account.to_string(), None).await?;
                let value = text(txn.latest(SPACE, &name)?)
                    .unwrap()
                    .parse::<i64>()
                    .unwrap();
                txn.write(SPACE, name, Some(key(&(value + by).to_string())))
            };
            let moved = match step(&mut txn, from, -1).await {
                Ok(()) => {
                    tokio::task::yield_now().await;
                    step(&mut txn, to, 1).await
                }
                failed => failed,
            };
            match moved {
                Ok(()) => {
                    txn.commit().await.unwrap();
                    done += 1;
                }
                Err(error) => assert_eq!(error.state(), SqlState::DeadlockDetected),
            }
        }
    };
    let tasks: Vec<_> = (0..8)
        .map(|seed| tokio::spawn(transfer(world.clone(), seed)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let sum: i64 = (0..ACCOUNTS)
        .map(|a| world.get(&a.to_string()).unwrap().parse::<i64>().unwrap())
        .sum();
    assert_eq!(sum, 100 * ACCOUNTS as i64);
    assert!(world.locks.is_empty());
}
