//! Real clients do the walkthrough, each in its own idiom: psql, psycopg 3, asyncpg, node-postgres.
//!
//! `tests/setup.sh` (which `make test` runs) puts the clients into target/test-env; a client that is absent fails its
//! test. The scripts assert for themselves; psql's output is compared with what psql prints against PostgreSQL.

use crate::support::server::Server;
use crate::support::subject::Subject;
use crate::support::{postgres, repository};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn environment() -> PathBuf {
    repository().join("target/test-env")
}

fn script(name: &str) -> PathBuf {
    repository().join("tests/clients").join(name)
}

/// Runs a client whose target is in the variables that libpq, asyncpg and node-postgres all read.
fn run(program: &Path, args: &[&str], address: &str, database: &str) -> Output {
    let (host, port) = address.rsplit_once(':').unwrap();
    let mut command = Command::new(program);
    command
        .args(args)
        .env("PGHOST", host)
        .env("PGPORT", port)
        .env("PGUSER", "postgres")
        .env("PGDATABASE", database);
    command
        .env("PGCLIENTENCODING", "UTF8")
        .env("PGCONNECT_TIMEOUT", "10")
        .env("PGTZ", "UTC")
        .env("PSQL_PAGER", "cat");
    command
        .env("KEYWIRE_TEST_ENV", environment())
        .env_remove("PGPASSWORD")
        .env_remove("PGOPTIONS");
    let missing = |error| {
        panic!(
            "{} does not run ({error}): 'make test' installs it",
            program.display()
        )
    };
    command.output().unwrap_or_else(missing)
}

/// Runs a script that asserts for itself.
fn assert_passes(program: &Path, name: &str) {
    let subject = Subject::start();
    let path = script(name);
    let out = run(
        program,
        &[path.to_str().unwrap()],
        &subject.address,
        &subject.database,
    );
    let (said, complained) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(
        out.status.success() && said.ends_with("ok\n"),
        "{name}: {}\n{said}{complained}",
        out.status
    );
}

#[test]
fn psycopg_3() {
    assert_passes(
        &environment().join("venv/bin/python"),
        "walkthrough_psycopg.py",
    );
}

#[test]
fn asyncpg() {
    assert_passes(
        &environment().join("venv/bin/python"),
        "walkthrough_asyncpg.py",
    );
}

#[test]
fn node_postgres() {
    assert_passes(Path::new("node"), "walkthrough_node.mjs");
}

/// What psql prints for a script: everything, in the order in which it was printed.
fn psql(name: &str, address: &str, database: &str) -> String {
    let path = script(name);
    // One shell pipe for both outputs, so that errors stand where they happened.
    let line = "exec psql -X --echo-all -v VERBOSITY=sqlstate -f \"$1\" 2>&1";
    let out = run(
        Path::new("sh"),
        &["-c", line, "psql", path.to_str().unwrap()],
        address,
        database,
    );
    String::from_utf8_lossy(&out.stdout).replace(path.parent().unwrap().to_str().unwrap(), "")
}

fn assert_psql_prints_the_same(name: &str) {
    let wanted = psql(
        name,
        &postgres::shared().address(),
        &postgres::fresh_database(),
    );
    assert!(
        wanted.contains("CREATE TABLE"),
        "psql against PostgreSQL: {wanted}"
    );
    let subject = Subject::start();
    let got = psql(name, &subject.address, &subject.database);
    let unlike = wanted.lines().zip(got.lines()).position(|(a, b)| a != b);
    let at = unlike.unwrap_or(wanted.lines().count().min(got.lines().count()));
    let from_there = |text: &str| {
        text.lines()
            .skip(at.saturating_sub(3))
            .take(15)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(
        wanted == got,
        "from line {at}, PostgreSQL:\n{}\n\nkeywire:\n{}",
        from_there(&wanted),
        from_there(&got)
    );
}

#[test]
fn psql_walkthrough() {
    assert_psql_prints_the_same("walkthrough.sql");
}

/// No half of an answer: without the catalogs every command of the \d family is refused, and psql goes on.
#[test]
fn psql_is_told_that_there_are_no_catalogs() {
    let server = Server::start(&[]);
    let said = psql("describe.sql", &server.address(), "postgres");
    let lines: Vec<_> = said.lines().collect();
    for command in lines.windows(2).filter(|pair| pair[0].starts_with('\\')) {
        assert!(
            command[1].ends_with("ERROR:  0A000"),
            "{} answers {}",
            command[0],
            command[1]
        );
    }
    assert!(said.ends_with("(1 row)\n\n"), "{said}");
}
