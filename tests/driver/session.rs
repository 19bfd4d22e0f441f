//! Transactions, savepoints, streams, portals, prepared statements over DDL, cancelling and notices.

use super::{connect, sqlstate};
use crate::support::rows;
use crate::support::subject::Subject;
use futures::{StreamExt, TryStreamExt};
use std::time::Duration;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, IsolationLevel, NoTls};

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let subject = Subject::start();
    let mut client = connect(&subject).await;
    client
        .batch_execute("CREATE TABLE kv (k text PRIMARY KEY, v int4)")
        .await
        .unwrap();
    let put = client
        .prepare("INSERT INTO kv VALUES ($1, $2)")
        .await
        .unwrap();

    let dropped = client.transaction().await.unwrap();
    dropped.execute(&put, &[&"a", &1]).await.unwrap();
    drop(dropped);
    assert_eq!(
        client
            .query_one("SELECT count(*) FROM kv", &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        0
    );

    let mut outer = client.transaction().await.unwrap();
    outer.execute(&put, &[&"a", &1]).await.unwrap();
    let inner = outer.savepoint("mark").await.unwrap();
    inner.execute(&put, &[&"b", &2]).await.unwrap();
    assert_eq!(
        sqlstate(&inner.execute(&put, &[&"a", &3]).await.unwrap_err()),
        "23505"
    );
    assert_eq!(
        sqlstate(&inner.query("SELECT 1", &[]).await.unwrap_err()),
        "25P02"
    );
    inner.rollback().await.unwrap();
    outer.commit().await.unwrap();
    let rows = client.query("SELECT k FROM kv", &[]).await.unwrap();
    assert_eq!(
        rows.iter()
            .map(|row| row.get::<_, &str>(0))
            .collect::<Vec<_>>(),
        ["a"]
    );
}

#[tokio::test]
async fn isolation_levels_and_read_only_are_obeyed() {
    let subject = Subject::start();
    let (mut one, two) = (connect(&subject).await, connect(&subject).await);
    two.batch_execute("CREATE TABLE kv (k int4 PRIMARY KEY, v int4); INSERT INTO kv VALUES (1, 1)")
        .await
        .unwrap();
    for (level, seen) in [
        (IsolationLevel::ReadCommitted, 2),
        (IsolationLevel::RepeatableRead, 1),
    ] {
        two.batch_execute("UPDATE kv SET v = 1").await.unwrap();
        let transaction = one
            .build_transaction()
            .isolation_level(level)
            .start()
            .await
            .unwrap();
        transaction.query("SELECT v FROM kv", &[]).await.unwrap();
        two.batch_execute("UPDATE kv SET v = 2").await.unwrap();
        assert_eq!(
            transaction
                .query_one("SELECT v FROM kv", &[])
                .await
                .unwrap()
                .get::<_, i32>(0),
            seen
        );
    }
    let transaction = one
        .build_transaction()
        .read_only(true)
        .start()
        .await
        .unwrap();
    let refused = transaction
        .execute("UPDATE kv SET v = 3", &[])
        .await
        .unwrap_err();
    assert_eq!(sqlstate(&refused), "25006");
}

async fn create_numbers(client: &Client, most: u32) {
    let numbers = rows(1..=most, |n| n.to_string());
    let sql =
        format!("CREATE TABLE numbers (n int4 PRIMARY KEY); INSERT INTO numbers VALUES {numbers}");
    client.batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn a_result_is_streamed_and_can_be_left() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    create_numbers(&client, 100_000).await;
    let none: [&(dyn ToSql + Sync); 0] = [];
    let stream = client
        .query_raw("SELECT n FROM numbers ORDER BY n", none)
        .await
        .unwrap();
    let sum = stream.try_fold(0_i64, |sum, row| async move {
        Ok(sum + i64::from(row.get::<_, i32>(0)))
    });
    assert_eq!(sum.await.unwrap(), 5_000_050_000);

    let stream = client
        .query_raw("SELECT n FROM numbers ORDER BY n", none)
        .await
        .unwrap();
    let mut stream = Box::pin(stream);
    assert_eq!(stream.next().await.unwrap().unwrap().get::<_, i32>(0), 1);
    drop(stream);
    // Left after one row: the driver reads the rest away, and the next statement is answered.
    assert_eq!(
        client
            .query_one("SELECT 7", &[])
            .await
            .unwrap()
            .get::<_, i32>(0),
        7
    );
}

#[tokio::test]
async fn a_portal_gives_pages() {
    let subject = Subject::start();
    let mut client = connect(&subject).await;
    create_numbers(&client, 5).await;
    let transaction = client.transaction().await.unwrap();
    let portal = transaction
        .bind("SELECT n FROM numbers ORDER BY n", &[])
        .await
        .unwrap();
    let mut sizes = Vec::new();
    for _ in 0..4 {
        sizes.push(transaction.query_portal(&portal, 2).await.unwrap().len());
    }
    assert_eq!(sizes, [2, 2, 1, 0]);
}

/// A prepared statement is bound anew when the table changed; only a change of its result is an error.
#[tokio::test]
async fn prepared_statements_survive_ddl() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    client
        .batch_execute("CREATE TABLE kv (k text PRIMARY KEY, v int4)")
        .await
        .unwrap();
    let put = client
        .prepare("INSERT INTO kv (k, v) VALUES ($1, $2)")
        .await
        .unwrap();
    let get = client
        .prepare("SELECT v FROM kv WHERE k = $1")
        .await
        .unwrap();
    let all = client.prepare("SELECT * FROM kv").await.unwrap();
    client.execute(&put, &[&"a", &1]).await.unwrap();

    let wider =
        "DROP TABLE kv; CREATE TABLE kv (k text PRIMARY KEY, v int4, more text DEFAULT 'x')";
    client.batch_execute(wider).await.unwrap();
    client.execute(&put, &[&"b", &2]).await.unwrap();
    assert_eq!(
        client
            .query_one(&get, &[&"b"])
            .await
            .unwrap()
            .get::<_, i32>(0),
        2
    );
    assert_eq!(
        sqlstate(&client.query(&all, &[]).await.unwrap_err()),
        "0A000"
    );

    client.batch_execute("DROP TABLE kv").await.unwrap();
    assert_eq!(
        sqlstate(&client.query(&get, &[&"b"]).await.unwrap_err()),
        "42P01"
    );
    client
        .batch_execute("CREATE TABLE kv (v int4, k text PRIMARY KEY)")
        .await
        .unwrap();
    client.execute(&put, &[&"c", &3]).await.unwrap();
    assert_eq!(
        client
            .query_one(&get, &[&"c"])
            .await
            .unwrap()
            .get::<_, i32>(0),
        3
    );
}

#[tokio::test]
async fn a_cancel_token_ends_the_statement() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    let token = client.cancel_token();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        token.cancel_query(NoTls).await.unwrap();
    };
    let (slept, ()) = tokio::join!(client.query("SELECT pg_sleep(10)", &[]), cancel);
    assert_eq!(sqlstate(&slept.unwrap_err()), "57014");
    client.query("SELECT 1", &[]).await.unwrap();
}

/// Statements that a program sends without waiting are answered in their order, errors in between or not.
#[tokio::test]
async fn pipelined_statements_are_answered_in_order() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    let double = client.prepare("SELECT 100 / $1::int4").await.unwrap();
    let divisors: Vec<i32> = (0..50).map(|n| n % 5).collect();
    let queries = divisors.iter().map(|divisor| {
        let (client, double) = (&client, &double);
        async move { client.query_one(double, &[divisor]).await }
    });
    for (divisor, answer) in divisors
        .iter()
        .zip(futures::future::join_all(queries).await)
    {
        match answer {
            Ok(row) => assert_eq!(row.get::<_, i32>(0), 100 / divisor),
            Err(error) => assert_eq!((*divisor, sqlstate(&error)), (0, "22012")),
        }
    }
}
