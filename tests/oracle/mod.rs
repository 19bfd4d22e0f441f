//! PostgreSQL as the oracle: every script of sql/suite runs on a PostgreSQL that the test starts and on keywire, once
//! with simple Queries and once with the extended protocol in binary, and every statement must have the same outcome:
//! SQLSTATE; else tag, column names and types, rows, parameter types, notifications; always the transaction status.
//!
//! - `script` reads the files, `session` runs a statement, `compare` judges, `run` drives both sides through a file.
//!
//! On a named session (`@c1`) a statement that does not answer within 300 ms counts as blocked; its answer is compared
//! when it comes, and so is the step at which it came. `KEYWIRE_ORACLE=upsert` runs only the files whose names have
//! that in them. The differences are also written to target/oracle.txt. The scripts of sql/recipes run in the same way.

mod compare;
mod run;
mod script;
mod session;

use crate::support::subject::Subject;
use crate::support::{postgres, repository};
use run::{Report, run_script};
use std::path::PathBuf;

/// How much of the suite there must at least be, and how much of it may be set aside by `--@count off`.
const FEWEST_COUNTED: usize = 600;
const MOST_UNCOUNTED_PERCENT: usize = 2;

fn scripts(folder: &str) -> Vec<PathBuf> {
    let folder = repository().join(folder);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    paths.sort();
    paths
}

/// Runs the scripts of a folder in both ways; fails when there is a difference, and writes all of them to `target`.
fn run_all(folder: &str, only: &str, target: &str) -> Report {
    let mut total = Report::default();
    for path in scripts(folder) {
        let name = path.file_name().unwrap().to_string_lossy();
        if !name.contains(only) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for extended in [false, true] {
            total.add(run_script(&name, &text, extended, &Subject::start()));
        }
    }
    println!(
        "{} statements counted, {} not",
        total.counted, total.uncounted
    );
    if !total.differences.is_empty() {
        let list = total.differences.join("\n");
        std::fs::create_dir_all(repository().join("target")).unwrap();
        std::fs::write(repository().join(target), &list).unwrap();
        panic!(
            "{} statements differ from PostgreSQL:\n{list}",
            total.differences.len()
        );
    }
    total
}

#[test]
fn keywire_answers_as_postgres_does() {
    let only = std::env::var("KEYWIRE_ORACLE").unwrap_or_default();
    let total = run_all("sql/suite", &only, "target/oracle.txt");
    if only.is_empty() {
        let all = total.counted + total.uncounted;
        // Each statement runs in two modes.
        assert!(
            total.counted / 2 >= FEWEST_COUNTED,
            "the suite has only {} counted statements",
            total.counted / 2
        );
        assert!(
            total.uncounted * 100 <= all * MOST_UNCOUNTED_PERCENT,
            "{} of {all} not counted",
            total.uncounted
        );
    }
}

/// What the README promises of them.
#[test]
fn recipes_work_as_they_do_on_postgres() {
    let total = run_all("sql/recipes", "", "target/recipes.txt");
    assert_eq!(total.uncounted, 0);
}

/// Everything that may differ without being a difference, and sessions that block each other.
const SAMPLE: &str = r#"
CREATE TABLE t (id int PRIMARY KEY, v text, n numeric(8,2), at timestamptz DEFAULT now(), j jsonb, a int[]);
INSERT INTO t VALUES (1, 'a;b', 1.5), (2, E'it\'s', 2), (3, $$;$$, NULL) RETURNING *;
COPY t (id, v) FROM stdin;
10	ten
11	\N
\.
COPY t (nothere) FROM stdin;
COPY (SELECT id, v FROM t) TO stdout;
BEGIN; SELECT 1/0; SELECT 2; ROLLBACK; SELECT 1 AS one\; SELECT 2 AS two;
--@bind ["3", null]
SELECT $1::int + 1, $2::text;
SELECT now(), random(), pg_backend_pid(), 't'::regclass::oid;
CREATE TYPE mood AS ENUM ('sad', 'ok'); SELECT 'ok'::mood, row(1, 'x'), array['sad'::mood] FROM t LIMIT 1;
LISTEN news; NOTIFY news, 'hello'; SELECT * FROM nowhere;
\c
--@count off
SELECT 'set aside';
--@count on
@c1 BEGIN; UPDATE t SET v = 'c1' WHERE id = 2
@c2 UPDATE t SET v = 'c2' WHERE id = 2;
@c3 SELECT v FROM t WHERE id = 2;
@c1 COMMIT;
@c2 SELECT v FROM t WHERE id = 2;
"#;

#[test]
fn postgres_agrees_with_itself() {
    for extended in [false, true] {
        let itself = Subject::on(postgres::shared().address());
        let report = run_script("sample", SAMPLE, extended, &itself);
        assert_eq!(report.differences, Vec::<String>::new());
        assert_eq!((report.counted, report.uncounted), (23, 1));
    }
}

/// The oracle is worth nothing if it does not see differences: what PostgreSQL runs, what the subject runs, and what
/// must be said about it.
#[test]
fn differences_are_seen() {
    let cases = [
        ("SELECT 1", "SELECT 2", Some("rows")),
        ("SELECT 1 a", "SELECT 1::int8 a", Some("column types")),
        ("SELECT 1 a", "SELECT 1 b", Some("column names")),
        ("SELECT 1/0", "SELECT 1", Some("error missed")),
        ("SELECT 1", "SELEC 1", Some("unexpected error: 42601")),
        (
            "SELECT 1/0",
            "SELECT 'x'::int",
            Some("SQLSTATE 22012, got 22P02"),
        ),
        ("BEGIN", "COMMIT", Some("tag")),
        ("ROLLBACK", "ROLLBACK", None),
        ("VALUES (1), (2)", "VALUES (2), (1)", None),
        (
            "VALUES (1), (2) ORDER BY 1",
            "VALUES (1), (2) ORDER BY 1 DESC",
            Some("row order"),
        ),
        ("SELECT 1", "SELECT 1\\;SELECT 2", Some("1 results, got 2")),
        ("LISTEN a", "LISTEN a", None),
        ("NOTIFY a", "NOTIFY a, 'b'", Some("notifications")),
        (
            "COPY (SELECT 1) TO stdout",
            "COPY (SELECT 2) TO stdout",
            Some("copied data"),
        ),
        (
            "SELECT 1",
            "SELECT pg_terminate_backend(pg_backend_pid())",
            Some("connection closed"),
        ),
    ];
    let address = postgres::shared().address();
    let mut left = session::Side::new(&address, &postgres::fresh_database());
    let mut right = session::Side::new(&address, &postgres::fresh_database());
    for (one, other, wanted) in cases {
        let (one, other) = (script::read(one).remove(0), script::read(other).remove(0));
        let outcomes = (
            left.start(&one, false).recv().unwrap(),
            right.start(&other, false).recv().unwrap(),
        );
        let said = compare::difference(&one, &outcomes.0, &outcomes.1, false);
        let right = said
            .as_deref()
            .is_some_and(|said| wanted.is_some_and(|wanted| said.starts_with(wanted)));
        assert!(
            right || said.is_none() && wanted.is_none(),
            "{one:?} / {other:?}: {said:?}, not {wanted:?}"
        );
    }
}
