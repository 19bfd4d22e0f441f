//! Many clients at once: no increment is lost, and an open transaction stops only those who want its rows.

use super::{connect, sqlstate};
use crate::support::rows;
use crate::support::subject::Subject;
use std::time::{Duration, Instant};

const CLIENTS: i64 = 32;
const INCREMENTS: i64 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_increment_is_lost() {
    let subject = Subject::start();
    let setup = connect(&subject).await;
    setup
        .batch_execute("CREATE TABLE counters (key text PRIMARY KEY, n int8)")
        .await
        .unwrap();
    let mut tasks = Vec::new();
    for _ in 0..CLIENTS {
        let client = connect(&subject).await;
        tasks.push(tokio::spawn(async move {
            let sql = "INSERT INTO counters VALUES ('hits', 1) \
                       ON CONFLICT (key) DO UPDATE SET n = counters.n + 1 RETURNING n";
            let hit = client.prepare(sql).await.unwrap();
            let mut last = 0;
            for _ in 0..INCREMENTS {
                let n: i64 = client.query_one(&hit, &[]).await.unwrap().get(0);
                assert!(n > last, "the counter went from {last} to {n}");
                last = n;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let n: i64 = setup
        .query_one("SELECT n FROM counters WHERE key = 'hits'", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(n, CLIENTS * INCREMENTS);
}

/// Read, add in the program, write: one of two such updates would be lost, so the second must fail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeatable_read_increments_in_the_program_are_not_lost() {
    let subject = Subject::start();
    let setup = connect(&subject).await;
    setup
        .batch_execute("CREATE TABLE counters (key text PRIMARY KEY, n int8)")
        .await
        .unwrap();
    setup
        .batch_execute("INSERT INTO counters VALUES ('hits', 0)")
        .await
        .unwrap();
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let client = connect(&subject).await;
        tasks.push(tokio::spawn(async move {
            let mut done = 0;
            while done < 20 {
                match increment_in_program(&client).await {
                    Ok(()) => done += 1,
                    Err(error) => assert_eq!(sqlstate(&error), "40001"),
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let n: i64 = setup
        .query_one("SELECT n FROM counters", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(n, 8 * 20);
}

async fn increment_in_program(
    client: &tokio_postgres::Client,
) -> Result<(), tokio_postgres::Error> {
    let steps = async {
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            .await?;
        let n: i64 = client
            .query_one("SELECT n FROM counters WHERE key = 'hits'", &[])
            .await?
            .get(0);
        client
            .execute("UPDATE counters SET n = $1 WHERE key = 'hits'", &[&(n + 1)])
            .await?;
        client.batch_execute("COMMIT").await
    };
    let outcome = steps.await;
    if outcome.is_err() {
        client.batch_execute("ROLLBACK").await?;
    }
    outcome
}

#[tokio::test]
async fn an_idle_transaction_stops_only_those_who_want_its_rows() {
    let subject = Subject::start();
    let (idle, other, waiting) = (
        connect(&subject).await,
        connect(&subject).await,
        connect(&subject).await,
    );
    idle.batch_execute("CREATE TABLE kv (k int4 PRIMARY KEY, v int4)")
        .await
        .unwrap();
    let zeros = rows(1..=100, |n| format!("{n}, 0"));
    idle.batch_execute(&format!("INSERT INTO kv VALUES {zeros}"))
        .await
        .unwrap();
    idle.batch_execute("BEGIN; UPDATE kv SET v = 1 WHERE k = 1; INSERT INTO kv VALUES (200, 1)")
        .await
        .unwrap();

    let start = Instant::now();
    other
        .execute("UPDATE kv SET v = 2 WHERE k <> 1", &[])
        .await
        .unwrap();
    other
        .execute("INSERT INTO kv VALUES (300, 2)", &[])
        .await
        .unwrap();
    other
        .execute("DELETE FROM kv WHERE k = 50", &[])
        .await
        .unwrap();
    assert_eq!(
        other
            .query_one("SELECT v FROM kv WHERE k = 1", &[])
            .await
            .unwrap()
            .get::<_, i32>(0),
        0
    );
    other
        .batch_execute("CREATE TABLE another (k int4 PRIMARY KEY)")
        .await
        .unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "others had to wait: {:?}",
        start.elapsed()
    );

    other
        .batch_execute("SET lock_timeout = '200ms'")
        .await
        .unwrap();
    let refused = other
        .execute("UPDATE kv SET v = 3 WHERE k = 1", &[])
        .await
        .unwrap_err();
    assert_eq!(sqlstate(&refused), "55P03");
    let refused = other
        .execute("INSERT INTO kv VALUES (200, 3)", &[])
        .await
        .unwrap_err();
    assert_eq!(sqlstate(&refused), "55P03");

    let commit = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        idle.batch_execute("COMMIT").await.unwrap();
    };
    let (updated, ()) = tokio::join!(
        waiting.execute("UPDATE kv SET v = v + 10 WHERE k = 1", &[]),
        commit
    );
    assert_eq!(updated.unwrap(), 1);
    assert_eq!(
        other
            .query_one("SELECT v FROM kv WHERE k = 1", &[])
            .await
            .unwrap()
            .get::<_, i32>(0),
        11
    );
}

#[tokio::test]
async fn a_deadlock_ends_one_of_the_two() {
    let subject = Subject::start();
    let (one, two) = (connect(&subject).await, connect(&subject).await);
    one.batch_execute(
        "CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 0), (2, 0)",
    )
    .await
    .unwrap();
    one.batch_execute("BEGIN; UPDATE kv SET v = 1 WHERE k = 1")
        .await
        .unwrap();
    two.batch_execute("BEGIN; UPDATE kv SET v = 2 WHERE k = 2")
        .await
        .unwrap();
    let (first, second) = tokio::join!(
        one.batch_execute("UPDATE kv SET v = 1 WHERE k = 2; COMMIT"),
        two.batch_execute("UPDATE kv SET v = 2 WHERE k = 1; COMMIT"),
    );
    let failed: Vec<_> = [first, second]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert_eq!(failed.iter().map(sqlstate).collect::<Vec<_>>(), ["40P01"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_gives_each_job_to_one_worker() {
    let subject = Subject::start();
    let setup = connect(&subject).await;
    setup
        .batch_execute("CREATE TABLE jobs (id int4 PRIMARY KEY, done bool NOT NULL DEFAULT false)")
        .await
        .unwrap();
    let jobs = rows(1..=100, |n| n.to_string());
    setup
        .batch_execute(&format!("INSERT INTO jobs VALUES {jobs}"))
        .await
        .unwrap();
    let mut workers = Vec::new();
    for _ in 0..8 {
        let client = connect(&subject).await;
        workers.push(tokio::spawn(async move { work(&client).await }));
    }
    let mut taken = Vec::new();
    for worker in workers {
        taken.extend(worker.await.unwrap());
    }
    taken.sort();
    assert_eq!(taken, (1..=100).collect::<Vec<i32>>());
}

/// Takes jobs until none is free, and returns which. Two may see the same job; the update of one of them, which waits
/// for the other and looks again, then finds nothing.
async fn work(client: &tokio_postgres::Client) -> Vec<i32> {
    let next = "SELECT id FROM jobs WHERE NOT done ORDER BY id LIMIT 1";
    let take = "UPDATE jobs SET done = true WHERE id = $1 AND NOT done";
    let mut taken = Vec::new();
    loop {
        let Some(job) = client.query_opt(next, &[]).await.unwrap() else {
            return taken;
        };
        let id: i32 = job.get(0);
        client.batch_execute("BEGIN").await.unwrap();
        let won = client.execute(take, &[&id]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
        client.batch_execute("COMMIT").await.unwrap();
        taken.extend((won == 1).then_some(id));
    }
}
