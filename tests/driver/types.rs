//! Every type that a Rust program binds comes back as it went in, in binary, and NULL comes back as NULL.

use super::connect;
use crate::support::subject::Subject;
use serde_json::json;
use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_postgres::Client;
use tokio_postgres::types::{FromSqlOwned, ToSql};

/// Stores values in a column of a type and reads them back by key, then finds them again by value.
async fn round_trip<T>(client: &Client, sql_type: &str, values: &[T])
where
    T: ToSql + FromSqlOwned + PartialEq + Debug + Sync,
{
    let table = format!("t_{}", sql_type.replace(['[', ']', ' '], "_"));
    client
        .batch_execute(&format!(
            "CREATE TABLE {table} (k int4 PRIMARY KEY, v {sql_type})"
        ))
        .await
        .unwrap();
    let put = client
        .prepare(&format!("INSERT INTO {table} VALUES ($1, $2)"))
        .await
        .unwrap();
    let get = client
        .prepare(&format!("SELECT v FROM {table} WHERE k = $1"))
        .await
        .unwrap();
    let find = client
        .prepare(&format!("SELECT k FROM {table} WHERE v = $1"))
        .await
        .unwrap();
    for (key, value) in (0_i32..).zip(values) {
        client.execute(&put, &[&key, value]).await.unwrap();
        let back: T = client.query_one(&get, &[&key]).await.unwrap().get(0);
        assert_eq!(&back, value, "{sql_type}");
        let found: Vec<i32> = client
            .query(&find, &[value])
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        assert_eq!(found, [key], "{sql_type} {value:?} by value");
    }
    client.execute(&put, &[&-1_i32, &None::<T>]).await.unwrap();
    assert_eq!(
        client
            .query_one(&get, &[&-1_i32])
            .await
            .unwrap()
            .get::<_, Option<T>>(0),
        None
    );
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    round_trip(&client, "bool", &[true, false]).await;
    round_trip(&client, "int2", &[0_i16, i16::MIN, i16::MAX]).await;
    round_trip(&client, "int4", &[0_i32, i32::MIN, i32::MAX]).await;
    round_trip(&client, "int8", &[0_i64, i64::MIN, i64::MAX]).await;
    round_trip(
        &client,
        "float8",
        &[0.1_f64, f64::MIN_POSITIVE, f64::NEG_INFINITY],
    )
    .await;
    round_trip(
        &client,
        "text",
        &["".to_string(), "grün 😀".into(), "x".repeat(100_000)],
    )
    .await;
    round_trip(
        &client,
        "varchar",
        &["a".to_string(), "it's \"q\" \\ ; --".into()],
    )
    .await;
    round_trip(
        &client,
        "bytea",
        &[vec![], vec![0_u8, 255, 92, 39], vec![7; 100_000]],
    )
    .await;
    round_trip(
        &client,
        "uuid",
        &[uuid::Uuid::nil(), uuid::Uuid::new_v4(), uuid::Uuid::max()],
    )
    .await;
    let documents = [
        json!({"a": [1, null, {"b": "ü"}]}),
        json!([]),
        json!("text"),
        json!(1.5),
        json!(null),
    ];
    round_trip(&client, "jsonb", &documents).await;
    round_trip(
        &client,
        "text[]",
        &[
            vec![],
            vec![Some("a".to_string()), None, Some("{},\"".into())],
        ],
    )
    .await;
    round_trip(&client, "int8[]", &[vec![1_i64, -1, i64::MAX]]).await;
    round_trip(&client, "bool[]", &[vec![true, false]]).await;
}

/// The server keeps microseconds; what a program has in nanoseconds is cut before it is sent.
#[tokio::test]
async fn times_come_back_to_the_microsecond() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    let now = UNIX_EPOCH + Duration::from_micros(UNIX_EPOCH.elapsed().unwrap().as_micros() as u64);
    let before_1970 = UNIX_EPOCH - Duration::from_micros(1_500_000_000_123);
    round_trip::<SystemTime>(&client, "timestamptz", &[now, UNIX_EPOCH, before_1970]).await;
}

#[tokio::test]
async fn many_keys_are_asked_for_at_once() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    client
        .batch_execute("CREATE TABLE kv (k text PRIMARY KEY, v int8)")
        .await
        .unwrap();
    client
        .batch_execute("INSERT INTO kv VALUES ('a', 1), ('b', 2), ('c', NULL), ('d', 4)")
        .await
        .unwrap();
    let many = client
        .prepare("SELECT k, v FROM kv WHERE k = ANY($1) ORDER BY k")
        .await
        .unwrap();
    let wanted = ["d", "nowhere", "a", "c", "a"];
    let rows = client.query(&many, &[&&wanted[..]]).await.unwrap();
    let found: Vec<(String, Option<i64>)> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(
        found,
        [
            ("a".into(), Some(1)),
            ("c".into(), None),
            ("d".into(), Some(4))
        ]
    );
    assert!(
        client
            .query(&many, &[&Vec::<String>::new()])
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn numeric_and_times_speak_text_to_those_who_ask() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    let sql = "SELECT (1.10::numeric(8,2) * 3)::text, '2024-02-28 23:30-02'::timestamptz::text";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), ("3.30", "2024-02-29 01:30:00+00"));
}
