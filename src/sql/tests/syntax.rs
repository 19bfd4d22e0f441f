//! Texts: how they are split, what the session's commands become, and syntax errors.

use super::*;

fn parsed(text: &str) -> String {
    match parse(text, LIMITS) {
        Ok(statements) => {
            let texts: Vec<&str> = statements.iter().map(Parsed::text).collect();
            texts.join(" | ")
        }
        Err(e) => show(&e),
    }
}

#[test]
fn texts_are_split_at_semicolons() {
    check(
        parsed,
        &[
            ("", ""),
            (" ; ;; -- nothing", ""),
            ("SELECT 1; SELECT ';' ;", "SELECT 1 | SELECT ';'"),
            (
                "SELECT $a$;$a$; /* ; */ SELECT 2",
                "SELECT $a$;$a$ | SELECT 2",
            ),
            ("SELECT 'é';SELECT 'ü' -- x", "SELECT 'é' | SELECT 'ü'"),
        ],
    );
}

#[test]
fn errors_point_into_the_whole_text() {
    let world = World::new();
    let statements = parse("SELECT 'é';\nSELECT nope", LIMITS).unwrap();
    let e = world.bind(&statements[1], &[]).unwrap_err();
    assert_eq!(show(&e), "42703 at 20: column \"nope\" does not exist");
}

#[test]
fn identifiers_fold_and_are_cut() {
    let world = World::new();
    let long = "a".repeat(70);
    assert_eq!(
        world.types(&format!("SELECT 1 AS Ab, 2 AS \"Ab\", 3 AS {long}")),
        format!("ab integer, Ab integer, {} integer", "a".repeat(63))
    );
}

#[test]
fn strings() {
    let world = World::new();
    check(
        |text| {
            world
                .explain(&format!("DELETE FROM kvstore WHERE key = {text}"))
                .lines()
                .last()
                .unwrap()
                .trim()
                .to_owned()
        },
        &[
            ("E'a\\tb'", "Key: (key = 'a	b')"),
            ("$$it's$$", "Key: (key = 'it''s')"),
            ("U&'\\0041'", "Key: (key = 'A')"),
            ("U&'!0041' UESCAPE '!'", "Key: (key = 'A')"),
            ("'a'\n'b'", "Key: (key = 'ab')"),
            ("'it''s'", "Key: (key = 'it''s')"),
        ],
    );
}

#[test]
fn what_ends_a_failed_block() {
    for (text, ends) in [
        ("COMMIT", true),
        ("ROLLBACK TO x", true),
        ("END", true),
        ("SELECT 1", false),
        ("BEGIN", false),
    ] {
        assert_eq!(
            parse(text, LIMITS).unwrap()[0].ends_failed_block(),
            ends,
            "{text}"
        );
    }
}

#[test]
fn commands() {
    let world = World::new();
    check(
        |text| world.explain(text),
        &[
            (
                r#"SET TIME ZONE 'UTC'"#,
                r#"Set { name: "timezone", value: Some("UTC"), local: false }"#,
            ),
            (
                r#"SET LOCAL TIME ZONE DEFAULT"#,
                r#"Set { name: "timezone", value: None, local: true }"#,
            ),
            (
                r#"SET search_path = a, "B", 'c d'"#,
                r#"Set { name: "search_path", value: Some("a, \"B\", \"c d\""), local: false }"#,
            ),
            (
                r#"SET SESSION work_mem TO 12"#,
                r#"Set { name: "work_mem", value: Some("12"), local: false }"#,
            ),
            (
                r#"SET x.y = on"#,
                r#"Set { name: "x.y", value: Some("on"), local: false }"#,
            ),
            (
                r#"SET application_name = DEFAULT"#,
                r#"Set { name: "application_name", value: None, local: false }"#,
            ),
            (
                r#"SET NAMES 'utf8'"#,
                r#"Set { name: "client_encoding", value: Some("utf8"), local: false }"#,
            ),
            (
                r#"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ"#,
                "SetSessionCharacteristics(TransactionModes { isolation: Some(RepeatableRead), read_only: None, deferrable: None })",
            ),
            (
                r#"SET TRANSACTION READ ONLY, NOT DEFERRABLE"#,
                "SetTransaction(TransactionModes { isolation: None, read_only: Some(true), deferrable: Some(false) })",
            ),
            (r#"SET CONSTRAINTS ALL DEFERRED"#, "SetConstraintsAll"),
            (
                r#"SET ROLE NONE"#,
                r#"Set { name: "role", value: Some("none"), local: false }"#,
            ),
            (
                r#"SHOW TRANSACTION ISOLATION LEVEL"#,
                r#"Show("transaction_isolation")"#,
            ),
            (r#"SHOW TIME ZONE"#, r#"Show("timezone")"#),
            (r#"SHOW ALL"#, r#"Show("all")"#),
            (r#"RESET ALL"#, "Reset(None)"),
            (r#"RESET work_mem"#, r#"Reset(Some("work_mem"))"#),
            (r#"DISCARD ALL"#, "Discard(All)"),
            (
                r#"BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY, DEFERRABLE"#,
                "Begin { start: false, modes: TransactionModes { isolation: Some(Serializable), read_only: Some(true), deferrable: Some(true) } }",
            ),
            (
                r#"START TRANSACTION READ WRITE"#,
                "Begin { start: true, modes: TransactionModes { isolation: None, read_only: Some(false), deferrable: None } }",
            ),
            (r#"END"#, "Commit { chain: false }"),
            (r#"ABORT"#, "Rollback { chain: false }"),
            (r#"COMMIT AND CHAIN"#, "Commit { chain: true }"),
            (r#"ROLLBACK TO SAVEPOINT x"#, r#"RollbackTo("x")"#),
            (r#"RELEASE "X""#, r#"Release("X")"#),
            (r#"DEALLOCATE PREPARE ALL"#, "Deallocate(None)"),
            (r#"CLOSE ALL"#, "Close(None)"),
            (r#"UNLISTEN *"#, "UnlistenAll"),
        ],
    );
}

#[test]
fn syntax_errors() {
    let world = World::new();
    let error = |text: &str| show(&parse(text, LIMITS).map_or_else(|e| e, |_| world.error(text)));
    check(
        error,
        &[
            (
                r#"SELEC 1"#,
                r#"42601 at 1: syntax error at or near "SELEC""#,
            ),
            (r#"SELECT 1 +"#, "42601 at 11: syntax error at end of input"),
            (
                r#"SELECT 1 + ; "#,
                r#"42601 at 12: syntax error at or near ";""#,
            ),
            (
                r#"SELECT 'abc"#,
                r#"42601 at 8: unterminated quoted string at or near "'abc""#,
            ),
            (
                r#"SELECT "abc"#,
                r#"42601 at 8: unterminated quoted identifier at or near ""abc""#,
            ),
            (
                r#"SELECT /* x"#,
                "42601 at 12: syntax error at end of input",
            ),
            (r#"SELECT $$x"#, "42601 at 11: syntax error at end of input"),
            (
                r#"SELECT 1a"#,
                r#"42601 at 8: trailing junk after numeric literal at or near "1a""#,
            ),
            (r#"SELECT $x"#, r#"42601 at 8: syntax error at or near "$""#),
            (
                r#"SELECT """#,
                r#"42601 at 8: zero-length delimited identifier at or near """""#,
            ),
            (
                r#"SELECT 'a' 'b'"#,
                r#"42601 at 12: syntax error at or near "'b'""#,
            ),
            (
                r#"SELECT 1 AS 'x'"#,
                r#"42601 at 13: syntax error at or near "'x'""#,
            ),
            (
                r#"INSERT INTO"#,
                "42601 at 12: syntax error at end of input",
            ),
            (
                r#"INSERT t VALUES (1)"#,
                r#"42601 at 8: syntax error at or near "t""#,
            ),
            (
                r#"UPDATE t SET a = 1 LIMIT 1"#,
                r#"42601 at 20: syntax error at or near "LIMIT""#,
            ),
            (
                r#"CREATE TABLE x"#,
                "42601 at 15: syntax error at end of input",
            ),
            (
                r#"CREATE FOO x"#,
                r#"42601 at 8: syntax error at or near "FOO""#,
            ),
            (
                r#"BEGIN FOO"#,
                r#"42601 at 7: syntax error at or near "FOO""#,
            ),
            (r#"SET x"#, "42601 at 6: syntax error at end of input"),
            (
                r#"SELECT 1 FROM t FETCH 1"#,
                r#"42601 at 23: syntax error at or near "1""#,
            ),
            (
                r#"SELECT * FROM t WHERE"#,
                "42601 at 22: syntax error at end of input",
            ),
            (r#"SELECT (1"#, "42601 at 10: syntax error at end of input"),
        ],
    );
}
