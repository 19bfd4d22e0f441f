//! Reads, on an engine in memory.

use std::sync::Arc;

use crate::catalog::{PrimaryKey, Table};
use crate::error::Error;
use crate::exec::Expr;
use crate::exec::plan::{Access, AggregateCall, KeyBound, KeySource, Node, Plan, SortKey};
use crate::exec::testing::*;
use crate::sqlstate::SqlState;
use crate::types::env::Reason;
use crate::types::{Array, Datum, Env, Kind};

/// A table with the key (a text, b integer), b descending if asked for, and a few rows.
async fn pairs(descending: bool) -> (Db, Arc<Table>) {
    let mut t = table(
        "pairs",
        &[("a", Kind::Text), ("b", Kind::Int4), ("v", Kind::Text)],
        &[0, 1],
    );
    if let PrimaryKey::Columns { columns, .. } = &mut t.key {
        columns[1].descending = descending;
    }
    let (db, t) = Db::with_table(t).await;
    let rows = ["x", "y", "z"]
        .iter()
        .flat_map(|a| [1, 2, 3].map(|b| vec![text(a), int(b), text(&format!("{a}{b}"))]));
    let rows = Plan::Insert(insert(&t, rows.collect()));
    assert_eq!(db.commit(&rows).await, Ok(9));
    (db, t)
}

/// What an access reads of `pairs`: the last column of each row.
fn read(db: &Db, t: &Arc<Table>, access: Access) -> String {
    db.rows(select(scan(t, access), &[2])).unwrap().join(" ")
}

fn one(expr: Expr) -> KeySource {
    KeySource::One(expr)
}

fn at(values: Vec<Expr>, inclusive: bool) -> Option<KeyBound> {
    Some(KeyBound { values, inclusive })
}

fn range(prefix: Vec<KeySource>, lower: Option<KeyBound>, upper: Option<KeyBound>) -> Access {
    Access::Range {
        prefix,
        lower,
        upper,
        like: None,
        reverse: false,
    }
}

fn reversed(access: Access) -> Access {
    match access {
        Access::Range {
            prefix,
            lower,
            upper,
            like,
            ..
        } => Access::Range {
            prefix,
            lower,
            upper,
            like,
            reverse: true,
        },
        other => other,
    }
}

fn texts(items: &[Option<&str>]) -> Expr {
    let items: Vec<Datum> = items
        .iter()
        .map(|item| item.map_or(Datum::Null, Datum::text))
        .collect();
    Expr::Const {
        kind: Kind::Array(&Kind::Text),
        value: Datum::Array(Arc::new(Array {
            element: Kind::Text,
            dimensions: vec![(items.len() as i32, 1)],
            items,
        })),
    }
}

#[tokio::test]
async fn keys_that_are_named() {
    let (db, t) = pairs(false).await;
    let point = |a, b| Access::Point(vec![a, b]);
    assert_eq!(read(&db, &t, point(text("y"), int(2))), "y2");
    assert_eq!(read(&db, &t, point(text("y"), int(4))), "");
    assert_eq!(read(&db, &t, point(null(Kind::Text), int(1))), "");
    assert_eq!(read(&db, &t, Access::Nothing), "");
    let multi = Access::Multi(vec![
        KeySource::Array(texts(&[Some("z"), None, Some("x"), Some("z"), Some("q")])),
        KeySource::List(vec![int(3), int(1), null(Kind::Int4)]),
    ]);
    assert_eq!(read(&db, &t, multi), "x1 x3 z1 z3");
    let none = Access::Multi(vec![
        one(text("x")),
        KeySource::Array(null(Kind::Array(&Kind::Int4))),
    ]);
    assert_eq!(read(&db, &t, none), "");
}

#[tokio::test]
async fn too_many_keys_are_refused() {
    let (db, t) = pairs(false).await;
    let list = || texts(&vec![Some("x"); 1100]);
    let access = Access::Multi(vec![KeySource::Array(list()), KeySource::Array(list())]);
    let error = db.rows(select(scan(&t, access), &[2])).unwrap_err();
    assert_eq!(error.state(), SqlState::ProgramLimitExceeded);
}

#[tokio::test]
async fn ranges() {
    for descending in [false, true] {
        let (db, t) = pairs(descending).await;
        let in_order = |rows: &str| match descending {
            false => rows.to_owned(),
            true => rows.split(' ').rev().collect::<Vec<_>>().join(" "),
        };
        let y = || vec![one(text("y"))];
        let cases = [
            (range(y(), None, None), "y1 y2 y3"),
            (range(y(), at(vec![int(2)], true), None), "y2 y3"),
            (range(y(), at(vec![int(2)], false), None), "y3"),
            (range(y(), None, at(vec![int(2)], true)), "y1 y2"),
            (range(y(), None, at(vec![int(2)], false)), "y1"),
            (
                range(y(), at(vec![int(2)], true), at(vec![int(2)], true)),
                "y2",
            ),
            (
                range(y(), at(vec![int(3)], true), at(vec![int(1)], true)),
                "",
            ),
            (range(y(), at(vec![null(Kind::Int4)], true), None), ""),
            (range(vec![one(null(Kind::Text))], None, None), ""),
        ];
        for (access, rows) in cases {
            assert_eq!(read(&db, &t, access.clone()), in_order(rows), "{access:?}");
            let backwards: Vec<_> = rows.split(' ').rev().collect();
            let backwards = in_order(&backwards.join(" "));
            assert_eq!(read(&db, &t, reversed(access)), backwards);
        }
    }
}

#[tokio::test]
async fn ranges_of_several_columns_and_prefixes() {
    let (db, t) = pairs(false).await;
    let after = |values| range(Vec::new(), at(values, false), None);
    assert_eq!(read(&db, &t, after(vec![text("y"), int(2)])), "y3 z1 z2 z3");
    assert_eq!(read(&db, &t, after(vec![text("y")])), "z1 z2 z3");
    // (a, b) > ('y', NULL) is unknown for a = 'y'.
    assert_eq!(
        read(&db, &t, after(vec![text("y"), null(Kind::Int4)])),
        "z1 z2 z3"
    );
    let until = range(Vec::new(), None, at(vec![text("x"), int(2)], true));
    assert_eq!(read(&db, &t, until), "x1 x2");
    let both = || KeySource::List(vec![text("z"), text("x")]);
    let two = || range(vec![both()], at(vec![int(2)], true), None);
    assert_eq!(read(&db, &t, two()), "x2 x3 z2 z3");
    assert_eq!(read(&db, &t, reversed(two())), "z3 z2 x3 x2");
    assert_eq!(read(&db, &t, everything()), "x1 x2 x3 y1 y2 y3 z1 z2 z3");
}

#[tokio::test]
async fn like_bounds_a_range() {
    let (db, t) = Db::with_table(kvstore()).await;
    let keys = [
        "user",
        "user1.a",
        "user1.b",
        "user10",
        "user%x",
        "v\u{10ffff}",
        "w",
    ];
    let rows: Vec<_> = keys.iter().map(|key| (*key, *key)).collect();
    db.commit(&insert_texts(&t, &rows)).await.unwrap();
    let like = |pattern: Expr, lower: Option<KeyBound>| {
        let access = Access::Range {
            prefix: Vec::new(),
            lower,
            upper: None,
            like: Some(pattern),
            reverse: false,
        };
        db.rows(select(scan(&t, access), &[0])).unwrap().join(" ")
    };
    assert_eq!(like(text("user1.%"), None), "user1.a user1.b");
    assert_eq!(like(text("user1_%"), None), "user1.a user1.b user10");
    assert_eq!(like(text("user\\%%"), None), "user%x");
    assert_eq!(like(text("user1.b"), None), "user1.b");
    assert_eq!(like(text("v\u{10ffff}%"), None), "v\u{10ffff}");
    assert_eq!(like(text("%"), None).split(' ').count(), keys.len());
    assert_eq!(
        like(text("user1%"), at(vec![text("user1.b")], true)),
        "user1.b user10"
    );
    assert_eq!(like(text("user1%"), at(vec![text("v")], true)), "");
    assert_eq!(like(null(Kind::Text), None), "");
    let mut descending = table("d", &[("k", Kind::Text)], &[0]);
    if let PrimaryKey::Columns { columns, .. } = &mut descending.key {
        columns[0].descending = true;
    }
    let (db, t) = Db::with_table(descending).await;
    let rows = keys.iter().map(|key| vec![text(key)]).collect();
    db.commit(&Plan::Insert(insert(&t, rows))).await.unwrap();
    let access = Access::Range {
        prefix: Vec::new(),
        lower: None,
        upper: None,
        like: Some(text("user1%")),
        reverse: false,
    };
    assert_eq!(
        db.rows(select(scan(&t, access), &[0])).unwrap(),
        ["user10", "user1.b", "user1.a"]
    );
}

/// Rows (k, n) with n = k % 3, NULL instead of 0.
async fn numbers(count: i32) -> (Db, Arc<Table>) {
    let (db, t) = Db::with_table(table("n", &[("k", Kind::Int4), ("n", Kind::Int4)], &[0])).await;
    let rows = (1..=count).map(|k| {
        let n = match k % 3 {
            0 => null(Kind::Int4),
            n => int(n),
        };
        vec![int(k), n]
    });
    db.commit(&Plan::Insert(insert(&t, rows.collect())))
        .await
        .unwrap();
    (db, t)
}

fn sort(input: Node, descending: bool, nulls_first: bool) -> Node {
    Node::Sort {
        input: Box::new(input),
        keys: vec![SortKey {
            expr: column(1, Kind::Int4),
            descending,
            nulls_first,
        }],
    }
}

fn limit(input: Node, limit: Option<Expr>, offset: Option<Expr>) -> Node {
    Node::Limit {
        input: Box::new(input),
        limit,
        offset,
    }
}

#[tokio::test]
async fn sorts_are_stable_and_place_nulls() {
    let (db, t) = numbers(6).await;
    let sorted = |descending, nulls_first| db.rows(sort(all(&t), descending, nulls_first)).unwrap();
    assert_eq!(
        sorted(false, false),
        ["1|1", "4|1", "2|2", "5|2", "3|null", "6|null"]
    );
    assert_eq!(
        sorted(false, true),
        ["3|null", "6|null", "1|1", "4|1", "2|2", "5|2"]
    );
    assert_eq!(
        sorted(true, false),
        ["2|2", "5|2", "1|1", "4|1", "3|null", "6|null"]
    );
}

#[tokio::test]
async fn a_sort_below_a_limit_keeps_few_rows() {
    let (db, t) = numbers(5000).await;
    let top = limit(sort(all(&t), true, true), Some(bigint(3)), Some(bigint(1)));
    assert_eq!(db.rows(top).unwrap(), ["6|null", "9|null", "12|null"]);
    let last = limit(sort(all(&t), false, false), None, Some(bigint(4998)));
    assert_eq!(db.rows(last).unwrap(), ["4995|null", "4998|null"]);
}

#[tokio::test]
async fn limits() {
    let (db, t) = numbers(5).await;
    let keys = |count, offset| {
        let node = limit(select(scan(&t, everything()), &[0]), count, offset);
        Ok::<_, Error>(db.rows(node)?.join(" "))
    };
    assert_eq!(keys(Some(bigint(2)), None).unwrap(), "1 2");
    assert_eq!(keys(Some(bigint(2)), Some(bigint(4))).unwrap(), "5");
    assert_eq!(keys(Some(bigint(0)), None).unwrap(), "");
    assert_eq!(keys(None, Some(bigint(9))).unwrap(), "");
    assert_eq!(
        keys(Some(null(Kind::Int8)), Some(null(Kind::Int8))).unwrap(),
        "1 2 3 4 5"
    );
    assert_eq!(
        keys(Some(bigint(i64::MAX)), Some(bigint(i64::MAX))).unwrap(),
        ""
    );
    let error = keys(Some(bigint(-1)), None).unwrap_err();
    assert_eq!(
        (error.state(), error.message()),
        (
            SqlState::InvalidRowCountInLimitClause,
            "LIMIT must not be negative"
        )
    );
    let error = keys(Some(bigint(-1)), Some(bigint(-1))).unwrap_err();
    assert_eq!(
        (error.state(), error.message()),
        (
            SqlState::InvalidRowCountInResultOffsetClause,
            "OFFSET must not be negative"
        )
    );
}

#[tokio::test]
async fn distinct_and_trim() {
    let (db, t) = numbers(6).await;
    let node = Node::Distinct {
        input: Box::new(select(scan(&t, everything()), &[1, 0])),
        columns: 1,
    };
    assert_eq!(db.rows(node.clone()).unwrap(), ["1|1", "2|2", "null|3"]);
    let node = Node::Trim {
        input: Box::new(node),
        columns: 1,
    };
    assert_eq!(db.rows(node).unwrap(), ["1", "2", "null"]);
}

#[tokio::test]
async fn filters_decode_what_they_look_at() {
    let (db, t) = numbers(6).await;
    let mut scan = scan(&t, everything());
    scan.needed = vec![true, false];
    scan.filter = Some(op(Kind::Int4, "=", column(1, Kind::Int4), int(2)));
    assert_eq!(db.rows(select(scan.clone(), &[0])).unwrap(), ["2", "5"]);
    let node = Node::Filter {
        predicate: op(Kind::Int4, ">", column(0, Kind::Int4), int(2)),
        input: Box::new(select(scan, &[0])),
    };
    assert_eq!(db.rows(node).unwrap(), ["5"]);
}

mod sum {
    use crate::error::Result;
    use crate::types::function::Accumulator;
    use crate::types::{Aggregate, Datum, Env, Kind};

    pub static SUM: Aggregate = Aggregate {
        oid: 1,
        name: "sum",
        args: &[Kind::Int4],
        result: Kind::Int8,
        start: || Box::new(Sum(None)),
    };

    struct Sum(Option<i64>);

    impl Accumulator for Sum {
        fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
            if let Datum::Int4(i) = args[0] {
                *self.0.get_or_insert(0) += i64::from(i);
            }
            Ok(())
        }
        fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
            Ok(self.0.map_or(Datum::Null, Datum::Int8))
        }
    }
}

fn sum(of: usize, distinct: bool, filter: Option<Expr>) -> AggregateCall {
    AggregateCall {
        aggregate: &sum::SUM,
        args: vec![column(of, Kind::Int4)],
        distinct,
        filter,
    }
}

#[tokio::test]
async fn aggregates() {
    let (db, t) = numbers(7).await;
    let few = || Some(op(Kind::Int4, "<", column(0, Kind::Int4), int(5)));
    let calls = || {
        vec![
            sum(0, false, None),
            sum(1, true, None),
            sum(0, false, few()),
        ]
    };
    let grouped = Node::Aggregate {
        input: Box::new(all(&t)),
        groups: vec![column(1, Kind::Int4)],
        calls: calls(),
    };
    assert_eq!(
        db.rows(grouped).unwrap(),
        ["1|12|1|5", "2|7|2|2", "null|9|null|3"]
    );
    let whole = |access| Node::Aggregate {
        input: Box::new(Node::Scan(scan(&t, access))),
        groups: Vec::new(),
        calls: calls(),
    };
    assert_eq!(db.rows(whole(everything())).unwrap(), ["28|3|10"]);
    assert_eq!(db.rows(whole(Access::Nothing)).unwrap(), ["null|null|null"]);
}

#[tokio::test]
async fn a_long_scan_can_be_stopped() {
    let (db, t) = numbers(200).await;
    db.env.interrupt().raise(Reason::User);
    let error = db.rows(all(&t)).unwrap_err();
    assert_eq!(error.state(), SqlState::QueryCanceled);
}

#[tokio::test]
async fn explain_is_lines() {
    let db = Db::new().await;
    let plan = Arc::new(Plan::Explain {
        lines: vec!["Point Get on t".to_owned()],
    });
    let txn = db.begin(crate::txn::Isolation::ReadCommitted);
    let mut rows = crate::exec::query(&plan, db.context(&txn)).unwrap();
    assert_eq!(show(&rows.next().unwrap().unwrap()), "Point Get on t");
    assert!(rows.next().unwrap().is_none());
}
