//! From predicates to keys: what EXPLAIN says of each, in one line.

use crate::sql::tests::{World, check};

/// The lines of EXPLAIN for the rows of `table` that a predicate, with what follows it, selects.
fn plan(table: &str, predicate: &str) -> String {
    let text = format!("SELECT * FROM {table} WHERE {predicate}");
    let lines = World::new().explain(&text);
    let lines: Vec<&str> = lines
        .lines()
        .map(|l| l.trim_start_matches([' ', '-', '>']))
        .collect();
    lines.join("; ").replace(&format!(" on {table}"), "")
}

/// A key of one column: `kvstore (key varchar PRIMARY KEY, value varchar)`.
#[test]
fn one_text() {
    check(
        |predicate| plan("kvstore", predicate),
        &[
            ("key = 'a'", "Point Get; Key: (key = 'a')"),
            ("'a' = key", "Point Get; Key: (key = 'a')"),
            (
                "key = $1 AND value = $2",
                "Point Get; Key: (key = $1); Filter: (value = $2)",
            ),
            ("key = 'a'::text", "Point Get; Key: (key = 'a')"),
            ("key = upper($1)", "Point Get; Key: (key = upper($1))"),
            ("key = value", "Range Scan; Filter: (key = value)"),
            ("upper(key) = 'A'", "Range Scan; Filter: (upper(key) = 'A')"),
            ("key <> 'a'", "Range Scan; Filter: (key <> 'a')"),
            ("NOT key = 'a'", "Range Scan; Filter: (NOT (key = 'a'))"),
            ("key IS NULL", "Range Scan; Filter: (key IS NULL)"),
            (
                "key IN ('b', 'a')",
                "Multi Get; Keys: (key = ANY (ARRAY['b', 'a']))",
            ),
            (
                "key IN ($1, $2)",
                "Multi Get; Keys: (key = ANY (ARRAY[$1, $2]))",
            ),
            ("key IN ('a')", "Point Get; Key: (key = 'a')"),
            (
                "key IN ('a', value)",
                "Range Scan; Filter: ((key = 'a') OR (key = value))",
            ),
            (
                "key NOT IN ('a', 'b')",
                "Range Scan; Filter: (key <> ALL (ARRAY['a', 'b']))",
            ),
            ("key = ANY ($1)", "Multi Get; Keys: (key = ANY ($1))"),
            ("key = ALL ($1)", "Range Scan; Filter: (key = ALL ($1))"),
            (
                "key = 'a' OR key IN ('b', 'c')",
                "Multi Get; Keys: (key = ANY (ARRAY['a', 'b', 'c']))",
            ),
            (
                "key = 'a' OR value = 'b'",
                "Range Scan; Filter: ((key = 'a') OR (value = 'b'))",
            ),
            (
                "key = 'a' AND value = 'x' OR key = 'b'",
                "Multi Get; Keys: (key = ANY (ARRAY['a', 'b'])); \
             Filter: (((key = 'a') AND (value = 'x')) OR (key = 'b'))",
            ),
            ("key = NULL", "Result; One-Time Filter: false"),
            ("false", "Result; One-Time Filter: false"),
            ("true", "Range Scan"),
            ("key > 'a'", "Range Scan; Range: (key > 'a')"),
            ("'a' >= key", "Range Scan; Range: (key <= 'a')"),
            (
                "key BETWEEN 'a' AND $1",
                "Range Scan; Range: (key >= 'a' AND key <= $1)",
            ),
            (
                "key > 'a' AND key > 'b'",
                "Range Scan; Range: (key > 'a'); Filter: (key > 'b')",
            ),
            ("key LIKE 'a%'", "Range Scan; Range: (key ~~ 'a%')"),
            ("key LIKE 'a%%'", "Range Scan; Range: (key ~~ 'a%')"),
            (
                "key LIKE 'a_'",
                "Range Scan; Range: (key ~~ 'a%'); Filter: (key ~~ 'a_')",
            ),
            ("key LIKE 'a'", "Point Get; Key: (key = 'a')"),
            (r"key LIKE 'a\%'", "Point Get; Key: (key = 'a%')"),
            (r"key LIKE 'a\%%'", r"Range Scan; Range: (key ~~ 'a\%%')"),
            ("key LIKE '%a'", "Range Scan; Filter: (key ~~ '%a')"),
            ("key ILIKE 'a%'", "Range Scan; Filter: (key ~~* 'a%')"),
            ("key NOT LIKE 'a%'", "Range Scan; Filter: (key !~~ 'a%')"),
            (
                "key LIKE $1",
                "Range Scan; Range: (key ~~ $1); Filter: (key ~~ $1)",
            ),
            (
                "key LIKE 'a%' AND key > 'ab'",
                "Range Scan; Range: (key > 'ab' AND key ~~ 'a%')",
            ),
            (
                "key >= 'a' ORDER BY key LIMIT 1",
                "Limit; Range Scan; Range: (key >= 'a')",
            ),
            (
                "key >= 'a' ORDER BY key DESC",
                "Range Scan Backward; Range: (key >= 'a')",
            ),
            ("key = 'a' ORDER BY value", "Point Get; Key: (key = 'a')"),
            (
                "key >= 'a' ORDER BY value",
                "Sort; Sort Key: value; Range Scan; Range: (key >= 'a')",
            ),
        ],
    );
}

/// A key of two columns: `pairs (a int, b text, c bigint, PRIMARY KEY (a, b))`.
#[test]
fn two_columns() {
    check(
        |predicate| plan("pairs", predicate),
        &[
            ("a = 1 AND b = 'x'", "Point Get; Key: (a = 1 AND b = 'x')"),
            ("(a, b) = (1, 'x')", "Point Get; Key: (a = 1 AND b = 'x')"),
            (
                "(b, c, a) = ('x', 2, 1)",
                "Point Get; Key: (a = 1 AND b = 'x'); Filter: (c = 2)",
            ),
            ("a = 1", "Range Scan; Range: (a = 1)"),
            ("b = 'x'", "Range Scan; Filter: (b = 'x')"),
            (
                "a = 1 AND a = 2 AND b = 'x'",
                "Point Get; Key: (a = 1 AND b = 'x'); Filter: (a = 2)",
            ),
            (
                "a = 1 AND b IN ('x', 'y')",
                "Multi Get; Keys: (a = 1 AND b = ANY (ARRAY['x', 'y']))",
            ),
            (
                "a IN (1, 2) AND b > 'x'",
                "Range Scan; Range: (a = ANY (ARRAY[1, 2]) AND b > 'x')",
            ),
            (
                "a = 1 AND b LIKE 'x%'",
                "Range Scan; Range: (a = 1 AND b ~~ 'x%')",
            ),
            (
                "a > 1 AND b = 'x'",
                "Range Scan; Range: (a > 1); Filter: (b = 'x')",
            ),
            (
                "(a, b) > (1, 'x')",
                "Range Scan; Range: (ROW(a, b) > ROW(1, 'x'))",
            ),
            (
                "(a, b) > ($1, $2) AND (a, b) <= ($3, $4)",
                "Range Scan; Range: (ROW(a, b) > ROW($1, $2) AND ROW(a, b) <= ROW($3, $4))",
            ),
            (
                "(a, b) > (1, 'x') AND a >= 1",
                "Range Scan; Range: (ROW(a, b) > ROW(1, 'x')); Filter: (a >= 1)",
            ),
            (
                "(a, c) > (1, 2)",
                "Range Scan; Range: (a >= 1); Filter: (ROW(a, c) > ROW(1, 2))",
            ),
            (
                "(b, a) > ('x', 1)",
                "Range Scan; Filter: (ROW(b, a) > ROW('x', 1))",
            ),
            (
                "(a, b) IN ((1, 'x'), (2, 'y'))",
                "Range Scan; Range: (a = ANY (ARRAY[1, 2])); \
             Filter: ((ROW(a, b) = ROW(1, 'x')) OR (ROW(a, b) = ROW(2, 'y')))",
            ),
            (
                "a = 1 ORDER BY b LIMIT 1",
                "Limit; Range Scan; Range: (a = 1)",
            ),
            (
                "a > 1 ORDER BY a DESC, b DESC",
                "Range Scan Backward; Range: (a > 1)",
            ),
            (
                "a > 1 ORDER BY a, b DESC",
                "Sort; Sort Key: a, b DESC; Range Scan; Range: (a > 1)",
            ),
        ],
    );
}

/// Integers of all sizes compare with each other, so each can name the key of another.
#[test]
fn integers_of_other_sizes() {
    check(
        |predicate| plan("t", predicate),
        &[
            ("id = 1::bigint", "Point Get; Key: (id = 1)"),
            ("id = $1::bigint", "Point Get; Key: (id = $1)"),
            (
                "id = ANY ($1::bigint[])",
                "Multi Get; Keys: (id = ANY ($1))",
            ),
            ("id IN (1, 5000000000)", "Point Get; Key: (id = 1)"),
            ("id = 5000000000", "Result; One-Time Filter: false"),
            ("id > 5000000000", "Range Scan; Range: (id > 5000000000)"),
            ("id = 1.5", "Range Scan; Filter: ((id)::numeric = 1.5)"),
            ("id = n", "Range Scan; Filter: (id = n)"),
        ],
    );
}

/// A column that descends: `log (k text, seq int, PRIMARY KEY (k, seq DESC))`.
#[test]
fn descending_columns() {
    check(
        |predicate| plan("log", predicate),
        &[
            (
                "k = 'x' ORDER BY seq DESC LIMIT 1",
                "Limit; Range Scan; Range: (k = 'x')",
            ),
            (
                "k = 'x' ORDER BY seq LIMIT 1",
                "Limit; Range Scan Backward; Range: (k = 'x')",
            ),
            (
                "k = 'x' AND seq < 5",
                "Range Scan; Range: (k = 'x' AND seq < 5)",
            ),
            (
                "(k, seq) > ('x', 5)",
                "Range Scan; Range: (k >= 'x'); Filter: (ROW(k, seq) > ROW('x', 5))",
            ),
        ],
    );
}

/// Without a key nothing can be looked up: `nokey (x int, y int)`.
#[test]
fn no_key() {
    check(
        |predicate| plan("nokey", predicate),
        &[
            ("x = 1", "Range Scan; Filter: (x = 1)"),
            ("x IN (1, 2)", "Range Scan; Filter: (x = ANY (ARRAY[1, 2]))"),
        ],
    );
}
