//! That a plan selects the rows which its predicate selects: the same query is run once as it is, and once with its
//! predicate hidden from the planner, so that all rows are read and judged one by one.

use super::Golden;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// The keys that a table may have; the columns are `a int, b text, c smallint, v text`.
const KEYS: &[&str] = &[
    "a, b, c",
    "a DESC, b, c DESC",
    "b, a DESC, c",
    "c DESC, b DESC",
    "b",
];

const TEXTS: &[&str] = &["''", "'a'", "'ab'", "'abc'", "'b'", "'a%'", "'é'", "NULL"];

const PATTERNS: &[&str] = &[
    "'a%'", "'a'", "'%'", "'_b%'", "'a_'", "'ab%c'", r"'a\%'", r"'a\%%'", "''", "NULL",
];

const COMPARISONS: &[&str] = &["=", "<", "<=", ">", ">=", "<>"];

/// Numbers for an integer column: near its values, of other types, and beyond its own.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (-1..4).prop_map(|n: i32| n.to_string()),
        2 => (-1..4).prop_map(|n: i32| format!("{n}::bigint")),
        1 => (-1..4).prop_map(|n: i32| format!("{n}::smallint")),
        1 => select(vec!["40000", "-40000", "99999999999", "-99999999999", "1.5", "NULL", "1 + 1"])
            .prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> {
    select(TEXTS).prop_map(str::to_owned)
}

fn comparison() -> impl Strategy<Value = &'static str> {
    select(COMPARISONS)
}

/// A column and a value for it.
fn column() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        (select(vec!["a", "c"]), number()),
        (select(vec!["b", "v"]), text()),
    ]
}

/// `(x, y) < (1, 2)` and `(x, y) IN ((1, 2), (3, 4))`, of two or three columns.
fn rows() -> impl Strategy<Value = String> {
    let row = || (number(), text(), number()).prop_map(|(a, b, c)| [a, b, c]);
    let columns = subsequence(vec![0, 1, 2], 2..=3).prop_shuffle();
    (columns, comparison(), vec(row(), 1..4)).prop_map(|(columns, operator, rows)| {
        let list = |values: [&str; 3]| {
            let values: Vec<&str> = columns.iter().map(|column| values[*column]).collect();
            format!("({})", values.join(", "))
        };
        let names = list(["a", "b", "c"]);
        let rows: Vec<String> = rows.iter().map(|[a, b, c]| list([a, b, c])).collect();
        match rows.as_slice() {
            [row] => format!("{names} {operator} {row}"),
            rows => format!("{names} IN ({})", rows.join(", ")),
        }
    })
}

fn condition() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (column(), comparison()).prop_map(|((c, value), op)| format!("{c} {op} {value}")),
        1 => (column(), comparison()).prop_map(|((c, value), op)| format!("{value} {op} {c}")),
        2 => (select(vec!["a", "c"]), vec(number(), 1..4))
            .prop_map(|(c, list)| format!("{c} IN ({})", list.join(", "))),
        2 => vec(text(), 1..4).prop_map(|list| format!("b IN ({})", list.join(", "))),
        1 => vec(-1..4, 0..4).prop_map(|list| format!("a = ANY ('{{{}}}')", numbers(&list))),
        1 => vec(-1..4, 0..4)
            .prop_map(|list| format!("c = ANY ('{{99999999999,NULL,{}}}'::bigint[])", numbers(&[&list[..], &[1]].concat()))),
        1 => (number(), number()).prop_map(|(from, to)| format!("a BETWEEN {from} AND {to}")),
        3 => select(PATTERNS).prop_map(|pattern| format!("b LIKE {pattern}")),
        3 => rows(),
        1 => select(vec!["a = c", "v IS NULL", "b = v", "true", "false", "NULL"]).prop_map(str::to_owned),
    ]
}

fn numbers(list: &[i32]) -> String {
    list.iter()
        .map(i32::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

fn predicate() -> impl Strategy<Value = String> {
    condition().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 2..4).prop_map(|items| format!("({})", items.join(" AND "))),
            2 => vec(inner.clone(), 2..4).prop_map(|items| format!("({})", items.join(" OR "))),
            1 => inner.prop_map(|item| format!("NOT ({item})")),
        ]
    })
}

/// An order of all columns, so that there is one result only; also with expressions that are no columns.
fn order() -> impl Strategy<Value = (String, String)> {
    let columns = Just(vec![("a", "a + 0"), ("b", "b || ''"), ("c", "c + 0")]).prop_shuffle();
    (columns, any::<[bool; 3]>(), any::<bool>()).prop_map(|(columns, descending, same)| {
        let term = |text: &str, place: usize| match descending[if same { 0 } else { place }] {
            true => format!("{text} DESC"),
            false => text.to_owned(),
        };
        let list = |of: &dyn Fn(&(&str, &str)) -> String| {
            let terms = columns.iter().enumerate();
            terms
                .map(|(place, column)| term(&of(column), place))
                .collect::<Vec<_>>()
                .join(", ")
        };
        (
            list(&|column| column.0.to_owned()),
            list(&|column| column.1.to_owned()),
        )
    })
}

fn row() -> impl Strategy<Value = String> {
    let texts = select(&TEXTS[..TEXTS.len() - 1]);
    let row = (-1..4, texts, -1..4, text());
    row.prop_map(|(a, b, c, v)| format!("({a}, {b}, {c}, {v})"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_selects_what_its_predicate_does(
        key in select(KEYS),
        rows in vec(row(), 0..60),
        queries in vec((predicate(), order(), option::of(0..5), option::of(0..3)), 20),
    ) {
        let mut golden = Golden::new();
        golden.run("main", &format!("CREATE TABLE t (a int, b text, c smallint, v text, PRIMARY KEY ({key}))"));
        if !rows.is_empty() {
            golden.run("main", &format!("INSERT INTO t VALUES {} ON CONFLICT DO NOTHING", rows.join(", ")));
        }
        for (predicate, (order, hidden_order), limit, offset) in queries {
            let mut part = limit.map(|n| format!(" LIMIT {n}")).unwrap_or_default();
            part += &offset.map(|n| format!(" OFFSET {n}")).unwrap_or_default();
            let planned = format!("SELECT * FROM t WHERE {predicate} ORDER BY {order}{part}");
            let hidden = format!("SELECT * FROM t WHERE ({predicate}) IS TRUE ORDER BY {hidden_order}{part}");
            let plan = golden.run("main", &format!("EXPLAIN {planned}"));
            prop_assert_eq!(
                golden.run("main", &planned),
                golden.run("main", &hidden),
                "key ({}), {}\n{}", key, planned, plan.join("\n")
            );
            let scan = golden.run("main", &format!("EXPLAIN {hidden}")).join("\n");
            prop_assert!(!scan.contains("Key:") || scan.contains("Sort Key:"), "{}", scan);
            prop_assert!(!scan.contains("Range:"), "{}", scan);
        }
    }
}
