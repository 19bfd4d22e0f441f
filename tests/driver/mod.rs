//! tokio-postgres end to end: what a Rust program sees of keywire, with every value in binary.

mod concurrency;
mod session;
mod types;

use crate::support::subject::Subject;
use tokio_postgres::{Client, NoTls};

/// A session whose connection runs beside the test.
async fn connect(subject: &Subject) -> Client {
    let database = &subject.database;
    let settings = format!(
        "host={} port={} user=postgres dbname={database}",
        subject.host(),
        subject.port()
    );
    let (client, connection) = tokio_postgres::connect(&settings, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The SQLSTATE of an error that came from the server.
fn sqlstate(error: &tokio_postgres::Error) -> &str {
    error
        .code()
        .unwrap_or_else(|| panic!("not from the server: {error}"))
        .code()
}

#[tokio::test]
async fn walkthrough() {
    let subject = Subject::start();
    let client = connect(&subject).await;
    let create = "CREATE TABLE kvstore (key VARCHAR, value VARCHAR, PRIMARY KEY(key))";
    client.execute(create, &[]).await.unwrap();

    let insert = "INSERT INTO kvstore VALUES ($1, $2)";
    assert_eq!(
        client.execute(insert, &[&"user1", &"Ada"]).await.unwrap(),
        1
    );
    let twice = client
        .execute(insert, &[&"user1", &"Eve"])
        .await
        .unwrap_err();
    assert_eq!(sqlstate(&twice), "23505");
    assert_eq!(
        twice.as_db_error().unwrap().constraint(),
        Some("kvstore_pkey")
    );

    let get = client
        .prepare("SELECT value FROM kvstore WHERE key = $1")
        .await
        .unwrap();
    assert_eq!(
        client
            .query_one(&get, &[&"user1"])
            .await
            .unwrap()
            .get::<_, &str>(0),
        "Ada"
    );
    assert!(client.query_opt(&get, &[&"user2"]).await.unwrap().is_none());

    let upsert = "INSERT INTO kvstore VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value";
    assert_eq!(
        client.execute(upsert, &[&"user1", &"Grace"]).await.unwrap(),
        1
    );
    assert_eq!(
        client
            .query_one(&get, &[&"user1"])
            .await
            .unwrap()
            .get::<_, &str>("value"),
        "Grace"
    );

    assert_eq!(
        client
            .execute("DELETE FROM kvstore WHERE key = $1", &[&"user1"])
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        client
            .execute("DELETE FROM kvstore WHERE key = $1", &[&"user1"])
            .await
            .unwrap(),
        0
    );
    assert!(client.query_opt(&get, &[&"user1"]).await.unwrap().is_none());
}
