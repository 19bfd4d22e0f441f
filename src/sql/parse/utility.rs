//! EXPLAIN, the small DDL, and the names of what is refused.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::Token;

use super::words::Words;
use super::{DatabaseOption, ExplainOption, Syntax, Text};
use crate::error::Result;
use crate::sql::Parsed;

impl Text<'_> {
    /// Parses what is left as a statement of its own.
    pub(super) fn nested(self, words: &mut Words<'_>) -> Result<Parsed> {
        let mut cursor = super::position::Cursor::new(self.source);
        let rest = super::trim(words.rest());
        let start = cursor.advance(words.start());
        let end = match rest.last() {
            Some(last) if last.token == Token::SemiColon => cursor.advance(last.span.start),
            Some(last) => cursor.advance(last.span.end),
            None => return Err(words.error()),
        };
        self.parse(rest, start..end)
    }
}

/// `EXPLAIN [ANALYZE] [VERBOSE] statement`, `EXPLAIN (options) statement`
pub(super) fn explain(text: Text<'_>, words: &mut Words<'_>) -> Result<Syntax> {
    words.advance();
    let mut options = Vec::new();
    let mut after = Words::new(text.source, words.rest());
    if after.take_token(&Token::LParen) && !after.is("select") && !after.is("values") {
        words.advance();
        options = words.list(explain_option)?;
        words.expect_token(&Token::RParen)?;
    } else {
        for keyword in ["analyze", "analyse", "verbose"] {
            if words.is(keyword) {
                let name = words.ident()?;
                options.push(ExplainOption { name, value: None });
            }
        }
    }
    let explained = [
        "select", "values", "with", "insert", "update", "delete", "table", "(", "execute",
        "declare", "create", "refresh", "merge",
    ];
    if !explained.contains(&words.peek_keyword().as_str()) {
        return Err(words.error());
    }
    let body = text.nested(words)?;
    Ok(Syntax::Explain { options, body })
}

fn explain_option(words: &mut Words<'_>) -> Result<ExplainOption> {
    let name = words.ident()?;
    let value = match words.peek() {
        Some(Token::Comma | Token::RParen) => None,
        Some(Token::Number(digits, _)) => {
            words.advance();
            Some(digits.clone())
        }
        _ => match words.string() {
            Some(text) => Some(text),
            None => Some(words.name()?),
        },
    };
    Ok(ExplainOption { name, value })
}

/// CREATE of anything but a table, which is none.
pub(super) fn create(words: &mut Words<'_>) -> Result<Option<Syntax>> {
    let mut after = words.clone();
    after.advance();
    if after.is("table") {
        return Ok(None);
    }
    for kind in ["temp", "temporary", "unlogged", "global", "local"] {
        if after.is(kind) {
            return Ok(Some(temporary(after)?));
        }
    }
    if after.take("database") {
        *words = after;
        return create_database(words).map(Some);
    }
    if after.take("schema") {
        *words = after;
        return create_schema(words).map(Some);
    }
    after.take_all(&["or", "replace"])?;
    refused_object("CREATE", after).map(Some)
}

/// `CREATE TEMPORARY TABLE`, `CREATE UNLOGGED TABLE`
fn temporary(mut words: Words<'_>) -> Result<Syntax> {
    let unlogged = words.is("unlogged");
    let _ = words.take("global") || words.take("local");
    words.advance();
    let object = words.peek_keyword().to_ascii_uppercase();
    if object.is_empty() {
        return Err(words.error());
    }
    let kind = if unlogged { "UNLOGGED" } else { "TEMPORARY" };
    Ok(Syntax::Refused(format!("CREATE {kind} {object}")))
}

fn if_exists(words: &mut Words<'_>) -> Result<bool> {
    words.take_all(&["if", "exists"])
}

fn create_database(words: &mut Words<'_>) -> Result<Syntax> {
    let name = words.ident()?;
    words.take("with");
    let mut options = Vec::new();
    while let Some(Token::Word(_)) = words.peek() {
        let start = words.start();
        let mut option = words.name()?;
        if option == "connection" && words.take("limit") {
            option.push_str(" limit");
        }
        words.take_token(&Token::Eq);
        let value = if words.take("default") {
            None
        } else if let Some(text) = words.string() {
            Some(text)
        } else {
            let sign = if words.take_token(&Token::Minus) {
                "-"
            } else {
                ""
            };
            match words.peek() {
                Some(Token::Number(digits, _)) => {
                    words.advance();
                    Some(format!("{sign}{digits}"))
                }
                _ => Some(words.name()?),
            }
        };
        options.push(DatabaseOption {
            name: option,
            value,
            start,
        });
    }
    words.end()?;
    Ok(Syntax::CreateDatabase { name, options })
}

fn create_schema(words: &mut Words<'_>) -> Result<Syntax> {
    let if_not_exists = words.take_all(&["if", "not", "exists"])?;
    if words.is("authorization") {
        return Ok(Syntax::Refused("CREATE SCHEMA AUTHORIZATION".to_owned()));
    }
    let name = words.ident()?;
    if words.is("authorization") {
        return Ok(Syntax::Refused("CREATE SCHEMA AUTHORIZATION".to_owned()));
    }
    if words.is("create") || words.is("grant") {
        return Ok(Syntax::Refused("CREATE SCHEMA with elements".to_owned()));
    }
    words.end()?;
    Ok(Syntax::CreateSchema {
        name,
        if_not_exists,
    })
}

pub(super) fn drop(words: &mut Words<'_>) -> Result<Syntax> {
    words.advance();
    if words.take("table") {
        let if_exists = if_exists(words)?;
        let names = words.list(Words::qualified)?;
        // Nothing can depend on a table yet, so that the two behave the same.
        let _ = words.take("cascade") || words.take("restrict");
        words.end()?;
        return Ok(Syntax::DropTable { names, if_exists });
    }
    if words.take("schema") {
        let if_exists = if_exists(words)?;
        let names = words.list(Words::ident)?;
        let cascade = words.take("cascade");
        words.take("restrict");
        words.end()?;
        return Ok(Syntax::DropSchema {
            names,
            if_exists,
            cascade,
        });
    }
    if words.take("database") {
        return drop_database(words);
    }
    refused_object("DROP", words.clone())
}

fn drop_database(words: &mut Words<'_>) -> Result<Syntax> {
    let if_exists = if_exists(words)?;
    let name = words.ident()?;
    let with = words.take("with");
    let force = words.take_token(&Token::LParen);
    if force {
        words.list(|w| w.expect("force"))?;
        words.expect_token(&Token::RParen)?;
    } else if with {
        return Err(words.error());
    }
    words.end()?;
    Ok(Syntax::DropDatabase {
        name,
        if_exists,
        force,
    })
}

pub(super) fn truncate(words: &mut Words<'_>) -> Result<Syntax> {
    words.advance();
    words.take("table");
    let names = words.list(truncated)?;
    // There are no sequences that it could restart and no tables that refer to it.
    if words.take("restart") || words.take("continue") {
        words.expect("identity")?;
    }
    let _ = words.take("cascade") || words.take("restrict");
    words.end()?;
    Ok(Syntax::Truncate { names })
}

/// `[ONLY] name [*]`: without inheritance all the same.
fn truncated(words: &mut Words<'_>) -> Result<Vec<Ident>> {
    words.take("only");
    let name = words.qualified()?;
    words.take_token(&Token::Mul);
    Ok(name)
}

/// Objects of two words or more, whose second word belongs to the name.
const LONG_OBJECTS: [(&str, &[&str]); 10] = [
    ("materialized", &["view"]),
    ("foreign", &["table", "data"]),
    ("text", &["search"]),
    ("event", &["trigger"]),
    ("access", &["method"]),
    ("default", &["conversion"]),
    ("unique", &["index"]),
    ("user", &["mapping"]),
    ("operator", &["class", "family"]),
    ("owned", &["by"]),
];

/// Objects of one word.
const OBJECTS: [&str; 28] = [
    "aggregate",
    "cast",
    "collation",
    "conversion",
    "domain",
    "extension",
    "function",
    "group",
    "index",
    "language",
    "operator",
    "policy",
    "procedure",
    "publication",
    "recursive",
    "role",
    "routine",
    "rule",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "tablespace",
    "transform",
    "trigger",
    "type",
    "user",
    "view",
];

/// `CREATE VIEW`, `DROP INDEX`...: refused by name.
fn refused_object(verb: &str, mut words: Words<'_>) -> Result<Syntax> {
    words.take("trusted");
    words.take("procedural");
    words.take("constraint");
    let object = words.peek_keyword();
    for (first, seconds) in LONG_OBJECTS {
        if object != first {
            continue;
        }
        words.advance();
        let second = words.peek_keyword();
        if seconds.contains(&second.as_str()) {
            let name = match first {
                "unique" => "index".to_owned(),
                _ => format!("{first} {second}"),
            };
            return Ok(Syntax::Refused(format!(
                "{verb} {}",
                name.to_ascii_uppercase()
            )));
        }
    }
    if OBJECTS.contains(&object.as_str()) {
        return Ok(Syntax::Refused(format!(
            "{verb} {}",
            object.to_ascii_uppercase()
        )));
    }
    Err(words.error())
}

/// Statements that PostgreSQL knows and keywire refuses, by their first word.
const STATEMENTS: [&str; 26] = [
    "analyse",
    "analyze",
    "call",
    "checkpoint",
    "cluster",
    "comment",
    "copy",
    "declare",
    "do",
    "fetch",
    "grant",
    "import",
    "listen",
    "load",
    "lock",
    "merge",
    "move",
    "notify",
    "reassign",
    "refresh",
    "reindex",
    "revoke",
    "security",
    "vacuum",
    "alter",
    "set",
];

/// What no other parser knows: refused by name, or a syntax error.
pub(super) fn refused(words: &mut Words<'_>) -> Result<Syntax> {
    let first = words.peek_keyword();
    if !STATEMENTS.contains(&first.as_str()) {
        return Err(words.error());
    }
    let mut name = first.to_ascii_uppercase();
    if first == "alter" {
        words.advance();
        let object = words.peek_keyword();
        if object.is_empty() {
            return Err(words.error());
        }
        name = format!("{name} {}", object.to_ascii_uppercase());
    }
    Ok(Syntax::Refused(name))
}
