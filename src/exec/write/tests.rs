//! Writes of one session and of several, on an engine in memory.

use crate::error::Error;
use crate::exec::plan::{Access, Delete, Insert, Node, OnConflict, Plan, Update};
use crate::exec::testing::*;
use crate::sqlstate::SqlState;
use crate::txn::Isolation;
use crate::types::Kind;

fn point(key: &str) -> Access {
    Access::Point(vec![text(key)])
}

fn shape(error: &Error) -> (SqlState, &str, Option<&str>) {
    (error.state(), error.message(), error.detail())
}

#[tokio::test]
async fn the_walkthrough() {
    let (db, t) = Db::with_table(kvstore()).await;
    let rows = [
        ("user1.name", "John Wick"),
        ("user1.country", "USA"),
        ("user2.name", "Harry Potter"),
        ("user2.country", "UK"),
    ];
    assert_eq!(db.commit(&insert_texts(&t, &rows)).await, Ok(4));
    let name = || select(scan(&t, point("user1.name")), &[1]);
    assert_eq!(db.rows(name()).unwrap(), ["John Wick"]);

    let upsert = Plan::Insert(Insert {
        conflict: Some(OnConflict::Update {
            assignments: vec![(1, column(3, Kind::Varchar))],
            filter: None,
        }),
        ..insert(&t, vec![vec![text("user1.name"), text("Jack Ryan")]])
    });
    assert_eq!(db.commit(&upsert).await, Ok(1));
    assert_eq!(db.rows(name()).unwrap(), ["Jack Ryan"]);

    let delete = Plan::Delete(Delete {
        scan: scan(&t, point("user1.name")),
        returning: None,
    });
    assert_eq!(db.commit(&delete).await, Ok(1));
    assert_eq!(db.commit(&delete).await, Ok(0));
    assert_eq!(db.rows(name()).unwrap(), [""; 0]);
    assert_eq!(
        db.rows(select(scan(&t, everything()), &[0, 1])).unwrap(),
        [
            "user1.country|USA",
            "user2.country|UK",
            "user2.name|Harry Potter"
        ]
    );
}

#[tokio::test]
async fn a_row_that_is_refused() {
    let (db, t) = Db::with_table(kvstore()).await;
    db.commit(&insert_texts(&t, &[("a", "1")])).await.unwrap();
    let twice = db
        .commit(&insert_texts(&t, &[("b", "2"), ("a", "3")]))
        .await
        .unwrap_err();
    assert_eq!(
        shape(&twice),
        (
            SqlState::UniqueViolation,
            "duplicate key value violates unique constraint \"kvstore_pkey\"",
            Some("Key (key)=(a) already exists.")
        )
    );
    assert_eq!(twice.object().constraint.as_deref(), Some("kvstore_pkey"));
    assert_eq!(twice.object().table.as_deref(), Some("kvstore"));
    assert_eq!(twice.object().schema.as_deref(), Some("public"));

    let long = "é".repeat(40);
    let row = vec![null(Kind::Varchar), text(&long)];
    let null = db
        .commit(&Plan::Insert(insert(&t, vec![row])))
        .await
        .unwrap_err();
    let detail = format!("Failing row contains (null, {}...).", "é".repeat(32));
    assert_eq!(
        shape(&null),
        (
            SqlState::NotNullViolation,
            "null value in column \"key\" of relation \"kvstore\" violates not-null constraint",
            Some(detail.as_str())
        )
    );
    assert_eq!(null.object().column.as_deref(), Some("key"));

    let long = "k".repeat(9000);
    let error = db
        .commit(&insert_texts(&t, &[(&long, "v")]))
        .await
        .unwrap_err();
    assert_eq!(error.state(), SqlState::ProgramLimitExceeded);
    assert_eq!(db.rows(all(&t)).unwrap(), ["a|1"]);
}

#[tokio::test]
async fn on_conflict() {
    let (db, t) = Db::with_table(counters()).await;
    assert_eq!(db.commit(&count(&t, "a", 1, Some(add()))).await, Ok(1));
    assert_eq!(db.commit(&count(&t, "a", 41, Some(add()))).await, Ok(1));
    assert_eq!(
        db.commit(&count(&t, "a", 7, Some(OnConflict::Nothing)))
            .await,
        Ok(0)
    );
    assert_eq!(db.rows(all(&t)).unwrap(), ["a|42"]);

    let filtered = OnConflict::Update {
        assignments: vec![(1, int(0))],
        filter: Some(op(Kind::Int4, "<", column(1, Kind::Int4), int(42))),
    };
    assert_eq!(db.commit(&count(&t, "a", 7, Some(filtered))).await, Ok(0));

    let both = Plan::Insert(Insert {
        conflict: Some(add()),
        ..insert(&t, vec![vec![text("b"), int(1)], vec![text("b"), int(2)]])
    });
    let error = db.commit(&both).await.unwrap_err();
    assert_eq!(error.state(), SqlState::CardinalityViolation);

    let same = Plan::Insert(Insert {
        conflict: Some(OnConflict::Nothing),
        returning: returning(&t, &[1, 0]),
        ..insert(&t, vec![vec![text("b"), int(1)], vec![text("b"), int(2)]])
    });
    let mut txn = db.begin(Isolation::ReadCommitted);
    let written = db.write(&mut txn, &same).await.unwrap();
    assert_eq!(
        (written.count, shown(&written.rows)),
        (1, vec!["1|b".to_owned()])
    );
}

#[tokio::test]
async fn on_conflict_can_move_the_row() {
    let (db, t) = Db::with_table(counters()).await;
    for k in ["a", "b"] {
        db.commit(&count(&t, k, 1, None)).await.unwrap();
    }
    let to = |key: &str| {
        Some(OnConflict::Update {
            assignments: vec![(0, text(key))],
            filter: None,
        })
    };
    assert_eq!(db.commit(&count(&t, "a", 0, to("c"))).await, Ok(1));
    assert_eq!(db.rows(all(&t)).unwrap(), ["b|1", "c|1"]);
    let error = db.commit(&count(&t, "c", 0, to("b"))).await.unwrap_err();
    assert_eq!(error.detail(), Some("Key (k)=(b) already exists."));
}

#[tokio::test]
async fn a_row_meets_an_update_once() {
    let (db, t) = Db::with_table(table("t", &[("k", Kind::Int4), ("n", Kind::Int4)], &[0])).await;
    for k in [1, 3, 5] {
        let row = vec![vec![int(k), int(0)]];
        db.commit(&Plan::Insert(insert(&t, row))).await.unwrap();
    }
    let shift = |by: i32| {
        Plan::Update(Update {
            scan: scan(&t, everything()),
            assignments: vec![(0, op(Kind::Int4, "+", column(0, Kind::Int4), int(by)))],
            returning: returning(&t, &[0]),
        })
    };
    let mut txn = db.begin(Isolation::ReadCommitted);
    let written = db.write(&mut txn, &shift(1)).await.unwrap();
    assert_eq!(shown(&written.rows), ["2", "4", "6"]);
    txn.commit().await.unwrap();
    assert_eq!(db.rows(all(&t)).unwrap(), ["2|0", "4|0", "6|0"]);
    let error = db.commit(&shift(2)).await.unwrap_err();
    assert_eq!(error.detail(), Some("Key (k)=(4) already exists."));
}

#[tokio::test]
async fn a_table_without_a_key_numbers_its_rows() {
    let (db, t) = Db::with_table(table("log", &[("line", Kind::Text)], &[])).await;
    for line in ["b", "a", "a"] {
        let row = vec![vec![text(line)]];
        db.commit(&Plan::Insert(insert(&t, row))).await.unwrap();
    }
    assert_eq!(db.rows(all(&t)).unwrap(), ["b", "a", "a"]);
    // A catalog that is read anew goes on counting.
    let mut txn = db.begin(Isolation::ReadCommitted);
    db.ddl(&mut txn, &create(counters())).await.unwrap();
    txn.commit().await.unwrap();
    let t = db.table("log");
    let row = vec![vec![text("c")]];
    db.commit(&Plan::Insert(insert(&t, row))).await.unwrap();
    let mut delete = scan(&t, everything());
    delete.filter = Some(op(Kind::Text, "=", column(0, Kind::Text), text("a")));
    let delete = Plan::Delete(Delete {
        scan: delete,
        returning: None,
    });
    assert_eq!(db.commit(&delete).await, Ok(2));
    assert_eq!(db.rows(all(&t)).unwrap(), ["b", "c"]);
}

#[tokio::test]
async fn insert_from_the_same_table() {
    let (db, t) = Db::with_table(table("log", &[("line", Kind::Text)], &[])).await;
    let row = vec![vec![text("x")]];
    db.commit(&Plan::Insert(insert(&t, row))).await.unwrap();
    let double = Plan::Insert(Insert {
        source: all(&t),
        ..insert(&t, Vec::new())
    });
    for count in [1, 2, 4] {
        assert_eq!(db.commit(&double).await, Ok(count));
    }
}

#[tokio::test]
async fn the_latest_version_is_judged() {
    let (db, t) = Db::with_table(counters()).await;
    db.commit(&count(&t, "a", 1, None)).await.unwrap();
    let increment = |limit: i32| {
        let mut scan = scan(&t, point("a"));
        scan.filter = Some(op(Kind::Int4, "<", column(1, Kind::Int4), int(limit)));
        Plan::Update(Update {
            scan,
            assignments: vec![(1, op(Kind::Int4, "+", column(1, Kind::Int4), int(1)))],
            returning: None,
        })
    };
    let mut first = db.begin(Isolation::ReadCommitted);
    db.write(&mut first, &increment(10)).await.unwrap();
    // Each of these saw 1 when it started, and waits for the first.
    let mut second = db.begin(Isolation::ReadCommitted);
    let mut third = db.begin(Isolation::RepeatableRead);
    let (two, three) = (increment(10), increment(10));
    let (second, third, ()) = tokio::join!(
        async {
            let written = db.write(&mut second, &two).await?;
            second.commit().await?;
            Ok(written.count)
        },
        async {
            let written = db.write(&mut third, &three).await;
            third.rollback();
            written
        },
        async {
            tokio::task::yield_now().await;
            first.commit().await.unwrap();
        }
    );
    assert_eq!(second, Ok::<_, Error>(1));
    assert_eq!(third.unwrap_err().state(), SqlState::SerializationFailure);
    assert_eq!(db.rows(all(&t)).unwrap(), ["a|3"]);
    // The filter is looked at again.
    let mut first = db.begin(Isolation::ReadCommitted);
    db.write(&mut first, &increment(4)).await.unwrap();
    let mut second = db.begin(Isolation::ReadCommitted);
    let plan = increment(4);
    let (second, ()) = tokio::join!(db.write(&mut second, &plan), async {
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
    });
    assert_eq!(second.unwrap().count, 0);
}

#[tokio::test]
async fn a_conflict_that_the_snapshot_does_not_show() {
    let (db, t) = Db::with_table(counters()).await;
    for (conflict, state) in [
        (None, SqlState::UniqueViolation),
        (Some(OnConflict::Nothing), SqlState::SerializationFailure),
        (Some(add()), SqlState::SerializationFailure),
    ] {
        let mut txn = db.begin(Isolation::RepeatableRead);
        let key = format!("{state:?}{}", conflict.is_some());
        let _ = db.commit(&count(&t, &key, 1, Some(add()))).await.unwrap();
        let error = db.write(&mut txn, &count(&t, &key, 1, conflict)).await;
        assert_eq!(error.unwrap_err().state(), state);
    }
    // Its own rows are another matter.
    let mut txn = db.begin(Isolation::RepeatableRead);
    for expected in ["own|1", "own|2"] {
        let written = db.write(&mut txn, &count(&t, "own", 1, Some(add()))).await;
        assert_eq!(written.unwrap().count, 1);
        let own = Node::Scan(scan(&t, point("own")));
        assert_eq!(db.rows_in(&mut txn, own).unwrap(), [expected]);
    }
}

#[tokio::test]
async fn concurrent_counters_are_exact() {
    let (db, t) = Db::with_table(counters()).await;
    let db = std::sync::Arc::new(db);
    let clients = (0..32).map(|_| {
        let (db, t) = (db.clone(), t.clone());
        tokio::spawn(async move {
            for _ in 0..20 {
                db.commit(&count(&t, "hits", 1, Some(add()))).await.unwrap();
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    assert_eq!(db.rows(all(&t)).unwrap(), ["hits|640"]);
}
