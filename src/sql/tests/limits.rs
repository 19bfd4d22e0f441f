//! Texts that are too long or too deep are refused, and none overflows the stack.

use super::*;

/// The stack of the server's worker threads.
const STACK: usize = 16 << 20;

/// Parses, binds, explains and drops on a thread with that stack; "ok" or the SQLSTATE.
fn outcome(text: String) -> String {
    let run = move || {
        let world = World::new();
        let parsed = match parse(&text, LIMITS) {
            Ok(parsed) => parsed,
            Err(e) => return e.state().code().to_owned(),
        };
        for statement in &parsed {
            match world.bind(statement, &[]) {
                Ok(Bound {
                    action: Action::Plan(plan),
                    ..
                }) => drop(explain::lines(&plan)),
                Ok(_) => {}
                Err(e) => return e.state().code().to_owned(),
            }
        }
        "ok".to_owned()
    };
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread.spawn(run).unwrap().join().unwrap()
}

fn chain(first: &str, link: &str, count: usize) -> String {
    format!("SELECT {first}{} FROM nokey", link.repeat(count))
}

#[test]
fn chains_of_operators_are_bounded() {
    let links = [
        " + x",
        " || 'a'",
        "::int::text",
        " = x",
        " IS NULL",
        " COLLATE \"C\"",
        " LIKE 'a'",
        " AND true",
        " OR true",
        " ^ 1",
        " -> 'a'",
        " AT TIME ZONE 'UTC'",
        " ISNULL",
        " IN (1)",
        " BETWEEN 1 AND 2",
        "[1]",
        " NOT IN (1, 2)",
        " IS DISTINCT FROM 1",
    ];
    for link in links {
        for count in [1_000, 1_500, 3_900, 9_000, 100_000] {
            let outcome = outcome(chain("x", link, count));
            assert_ne!(outcome, "XX000", "{count} times {link}");
            if count == 100_000 {
                assert_eq!(outcome, "54001", "{count} times {link}");
            }
        }
    }
    assert_eq!(outcome(chain("x", " + x", 1_500)), "ok");
    assert_eq!(
        outcome(format!(
            "SELECT x FROM nokey WHERE x = 1 {}",
            "OR x = 2 ".repeat(9_000)
        )),
        "ok"
    );
}

#[test]
fn prefixes_and_nesting_are_bounded() {
    let nested = |open: &str, close: &str, count: usize| {
        format!(
            "SELECT {}1{} FROM nokey",
            open.repeat(count),
            close.repeat(count)
        )
    };
    for (open, close) in [
        ("(", ")"),
        ("NOT ", ""),
        ("- ", ""),
        ("+ ", ""),
        ("~ ", ""),
        ("ARRAY[", "]"),
        ("abs(", ")"),
        ("CASE WHEN true THEN ", " END"),
        ("(1 + ", ")"),
        ("coalesce(", ")"),
        ("CAST(", " AS int)"),
        ("(SELECT ", ")"),
        ("x IN (", ")"),
        ("EXISTS (SELECT ", ")"),
        ("(1, ", ")"),
        ("row(", ")"),
        ("CASE ", " WHEN 1 THEN 1 END"),
        ("x BETWEEN ", " AND 2"),
    ] {
        for count in [50, 90, 150, 190, 1_000, 100_000] {
            let outcome = outcome(nested(open, close, count));
            assert_ne!(outcome, "XX000", "{count} times {open}");
            if count > 1_000 {
                assert_eq!(outcome, "54001", "{count} times {open}");
            }
        }
    }
    assert_eq!(outcome(nested("(", ")", 150)), "ok");
    assert_eq!(outcome(nested("abs(", ")", 150)), "ok");
}

#[test]
fn long_queries_of_other_shapes_are_bounded() {
    for text in [
        format!("SELECT 1 {}", "UNION SELECT 1 ".repeat(100_000)),
        format!(
            "SELECT 1 FROM nokey {}",
            "JOIN nokey ON true ".repeat(100_000)
        ),
        format!("{}1{}", "(SELECT ".repeat(100_000), ")".repeat(100_000)),
        format!(
            "SELECT 1 FROM {}nokey{}",
            "(".repeat(100_000),
            ")".repeat(100_000)
        ),
        format!("{}SELECT 1", "EXPLAIN ".repeat(100_000)),
        format!("SELECT x::int{} FROM nokey", "[]".repeat(100_000)),
        format!("SELECT {}x FROM nokey", "a.".repeat(100_000)),
    ] {
        let outcome = outcome(text);
        assert!(outcome == "54001" || outcome == "42601", "{outcome}");
    }
}

#[test]
fn operands_that_are_repeated_do_not_double_without_end() {
    let mut text = "x".to_owned();
    for _ in 0..30 {
        text = format!("(({text}) BETWEEN 1 AND 2)::int");
    }
    assert_eq!(outcome(format!("SELECT {text} FROM nokey")), "54001");
    let mut text = "x".to_owned();
    for _ in 0..30 {
        text = format!("CASE ({text}) WHEN 1 THEN 1 WHEN 2 THEN 2 END");
    }
    assert_eq!(outcome(format!("SELECT {text} FROM nokey")), "54001");
}

#[test]
fn long_lists_are_no_nesting() {
    let list = vec!["1"; 50_000].join(", ");
    assert_eq!(
        outcome(format!("SELECT x FROM nokey WHERE x IN ({list})")),
        "ok"
    );
    let rows = vec!["(1, 2)"; 20_000].join(", ");
    assert_eq!(outcome(format!("INSERT INTO nokey VALUES {rows}")), "ok");
    assert_eq!(outcome("SELECT 1;".repeat(20_000)), "ok");
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let limits = Limits { size: 20, ..LIMITS };
    assert!(parse("SELECT 1", limits).is_ok());
    let e = parse("SELECT 1, 2, 3, 4, 5, 6", limits).unwrap_err();
    assert_eq!(e.state().code(), "54000");
}
