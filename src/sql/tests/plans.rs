//! What statements lower to, as EXPLAIN shows it.

use super::*;

/// Shows the plan, with its lines one below the other.
#[test]
fn plans() {
    let world = World::new();
    check(
        |text| world.explain(text),
        &[
            (
                r#"SELECT value FROM kvstore WHERE key = 'user1.name'"#,
                "Point Get on kvstore\n\
             \x20 Key: (key = 'user1.name')",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key = $1"#,
                "Point Get on kvstore\n\
             \x20 Key: (key = $1)",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key = $1 AND value = 'x'"#,
                "Point Get on kvstore\n\
             \x20 Key: (key = $1)\n\
             \x20 Filter: (value = 'x')",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key IN ('a', 'b')"#,
                "Multi Get on kvstore\n\
             \x20 Keys: (key = ANY (ARRAY['a', 'b']))",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key = ANY ($1)"#,
                "Multi Get on kvstore\n\
             \x20 Keys: (key = ANY ($1))",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key LIKE 'user1.%'"#,
                "Range Scan on kvstore\n\
             \x20 Range: (key ~~ 'user1.%')",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key LIKE $1"#,
                "Range Scan on kvstore\n\
             \x20 Range: (key ~~ $1)\n\
             \x20 Filter: (key ~~ $1)",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key >= 'a' AND key < 'b' ORDER BY key DESC LIMIT 10"#,
                "Limit\n\
             \x20 ->  Range Scan Backward on kvstore\n\
             \x20       Range: (key >= 'a' AND key < 'b')",
            ),
            (
                r#"SELECT * FROM kvstore ORDER BY value"#,
                "Sort\n\
             \x20 Sort Key: value\n\
             \x20 ->  Range Scan on kvstore",
            ),
            (
                r#"SELECT * FROM kvstore WHERE key = NULL"#,
                "Result\n\
             \x20 One-Time Filter: false",
            ),
            (
                r#"SELECT * FROM pairs WHERE a = 1 AND b BETWEEN 'x' AND 'y'"#,
                "Range Scan on pairs\n\
             \x20 Range: (a = 1 AND b >= 'x' AND b <= 'y')",
            ),
            (
                r#"SELECT * FROM pairs WHERE (a, b) > (1, 'x') ORDER BY a, b LIMIT 2"#,
                "Limit\n\
             \x20 ->  Range Scan on pairs\n\
             \x20       Range: (ROW(a, b) > ROW(1, 'x'))",
            ),
            (
                r#"SELECT b FROM pairs WHERE a = 1 ORDER BY b DESC"#,
                "Range Scan Backward on pairs\n\
             \x20 Range: (a = 1)",
            ),
            (
                r#"SELECT * FROM log WHERE k = 'x' ORDER BY seq DESC LIMIT 1"#,
                "Limit\n\
             \x20 ->  Range Scan on log\n\
             \x20       Range: (k = 'x')",
            ),
            (
                r#"SELECT * FROM t WHERE id = 5000000000"#,
                "Result\n\
             \x20 One-Time Filter: false",
            ),
            (
                r#"SELECT * FROM t WHERE id = 5 + 1"#,
                "Point Get on t\n\
             \x20 Key: (id = 6)",
            ),
            (
                r#"SELECT * FROM t WHERE id = $1::bigint"#,
                "Point Get on t\n\
             \x20 Key: (id = $1)",
            ),
            (
                r#"SELECT count(*) FROM t"#,
                "Aggregate\n\
             \x20 ->  Range Scan on t",
            ),
            (
                r#"SELECT name, count(*) AS c, sum(n) FILTER (WHERE ok) FROM t GROUP BY name HAVING count(*) > 1 ORDER BY c DESC"#,
                "Sort\n\
             \x20 Sort Key: count(*) DESC\n\
             \x20 ->  Filter\n\
             \x20       Filter: (count(*) > 1)\n\
             \x20       ->  HashAggregate\n\
             \x20             Group Key: name\n\
             \x20             ->  Range Scan on t",
            ),
            (
                r#"SELECT DISTINCT name FROM t ORDER BY name"#,
                "Sort\n\
             \x20 Sort Key: name\n\
             \x20 ->  Distinct\n\
             \x20       ->  Range Scan on t",
            ),
            (r#"SELECT 1 + 1, 'a' || 'b'"#, "Result"),
            (
                r#"VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC"#,
                "Sort\n\
             \x20 Sort Key: column1 DESC\n\
             \x20 ->  Values Scan (2 rows)",
            ),
            (
                r#"INSERT INTO kvstore VALUES ('a', 'b'), ('c', 'd')"#,
                "Insert on kvstore\n\
             \x20 ->  Values Scan (2 rows)",
            ),
            (
                r#"INSERT INTO kvstore VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"#,
                "Insert on kvstore\n\
             \x20 Conflict Resolution: UPDATE\n\
             \x20 ->  Result",
            ),
            (
                r#"INSERT INTO kvstore SELECT b, b FROM pairs WHERE a = 1"#,
                "Insert on kvstore\n\
             \x20 ->  Range Scan on pairs\n\
             \x20       Range: (a = 1)",
            ),
            (
                r#"UPDATE t SET n = n + 1 WHERE id = 5"#,
                "Update on t\n\
             \x20 ->  Point Get on t\n\
             \x20       Key: (id = 5)",
            ),
            (
                r#"DELETE FROM kvstore WHERE key LIKE 'user1.%' AND value <> 'x'"#,
                "Delete on kvstore\n\
             \x20 ->  Range Scan on kvstore\n\
             \x20       Range: (key ~~ 'user1.%')\n\
             \x20       Filter: (value <> 'x')",
            ),
        ],
    );
}
