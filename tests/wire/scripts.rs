//! Runs the conversations in tests/wire/*.script on PostgreSQL and on keywire; both must say what the script says.
//!
//! To record a new conversation, write the commands (see `runner`) with an empty answer after `---` and run
//! `UPDATE_GOLDENFILES=1 cargo test --test it wire::scripts::postgres`: PostgreSQL writes the answers. Nothing
//! that keywire says is ever recorded.

use super::runner::Conversation;
use crate::support::subject::Subject;
use crate::support::{postgres, repository};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn scripts() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(repository().join("tests/wire")).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "script"));
    paths.sort();
    assert!(
        paths.len() >= 10,
        "the scripts are not where this test looks"
    );
    paths
}

#[test]
fn postgres_says_what_the_scripts_say() {
    let record = std::env::var("UPDATE_GOLDENFILES").is_ok();
    let mut wrong = String::new();
    for path in scripts() {
        let mut runner =
            Conversation::new(&postgres::shared().address(), &postgres::fresh_database());
        let expected = std::fs::read_to_string(&path).unwrap();
        let said = goldenscript::generate(&mut runner, &expected)
            .unwrap_or_else(|e| panic!("{path:?}: {e}"));
        if record {
            std::fs::write(&path, said).unwrap();
        } else {
            wrong += &differences(&path, &expected, &said);
        }
    }
    assert!(
        wrong.is_empty(),
        "PostgreSQL differs from the scripts:\n{wrong}"
    );
}

#[test]
fn keywire_says_what_postgres_says() {
    let mut wrong = String::new();
    for path in scripts() {
        // A thread of its own, so that a server that does not answer one script leaves the others to be compared.
        let script = path.clone();
        match std::thread::spawn(move || on_keywire(&script)).join() {
            Ok(found) => wrong += &found,
            Err(panic) => {
                let why = panic.downcast_ref::<String>().cloned();
                let _ = writeln!(wrong, "== {}\n{}", path.display(), why.unwrap_or_default());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "keywire differs from PostgreSQL:\n{wrong}"
    );
}

/// What a new keywire says to a script other than PostgreSQL did.
fn on_keywire(path: &Path) -> String {
    let subject = Subject::start();
    let mut runner = Conversation::new(&subject.address, &subject.database);
    let expected = std::fs::read_to_string(path).unwrap();
    match goldenscript::generate(&mut runner, &expected) {
        Ok(said) => differences(path, &expected, &said),
        Err(error) => format!("{}: {error}\n", path.display()),
    }
}

/// The blocks of a script whose answers differ. Answers hold no empty lines, so both sides have the same blocks.
fn differences(path: &Path, expected: &str, said: &str) -> String {
    let mut out = String::new();
    for (wanted, got) in expected
        .trim_end()
        .split("\n\n")
        .zip(said.trim_end().split("\n\n"))
    {
        if wanted != got {
            let answer = got.split_once("---\n").map_or(got, |(_, answer)| answer);
            let _ = writeln!(
                out,
                "== {}\n{wanted}\n--- but the server said\n{answer}\n",
                path.display()
            );
        }
    }
    out
}
