//! What the session does itself.

use sqlparser::tokenizer::Token;

use super::words::Words;
use super::{Syntax, Text};
use crate::error::{Error, Result};
use crate::sql::{Arguments, Command, Discard, TransactionModes};
use crate::sqlstate::SqlState;
use crate::txn::Isolation;

/// Settings whose value is a list of identifiers: each item is quoted where it must be.
const IDENTIFIER_LISTS: [&str; 5] = [
    "search_path",
    "temp_tablespaces",
    "local_preload_libraries",
    "session_preload_libraries",
    "shared_preload_libraries",
];

/// Parses the command that starts with this word, if there is one.
pub(super) fn parse(first: &str, words: &mut Words<'_>) -> Result<Option<Command>> {
    let parse: fn(&mut Words<'_>) -> Result<Command> = match first {
        "begin" => |w| begin(w, false),
        "start" => |w| begin(w, true),
        "commit" | "end" => commit,
        "rollback" | "abort" => rollback,
        "savepoint" => |w| Ok(Command::Savepoint(w.name()?)),
        "release" => |w| {
            w.take("savepoint");
            Ok(Command::Release(w.name()?))
        },
        "set" => set,
        "show" => show,
        "reset" => reset,
        "discard" => discard,
        "deallocate" => |w| {
            w.take("prepare");
            Ok(Command::Deallocate(name_or_all(w)?))
        },
        "close" => |w| Ok(Command::Close(name_or_all(w)?)),
        "unlisten" => |w| {
            if !w.take_token(&Token::Mul) {
                w.name()?;
            }
            Ok(Command::UnlistenAll)
        },
        _ => return Ok(None),
    };
    words.advance();
    let command = parse(words)?;
    words.end()?;
    Ok(Some(command))
}

fn name_or_all(words: &mut Words<'_>) -> Result<Option<String>> {
    if words.take("all") {
        return Ok(None);
    }
    words.name().map(Some)
}

fn begin(words: &mut Words<'_>, start: bool) -> Result<Command> {
    if start {
        words.expect("transaction")?;
    } else {
        let _ = words.take("work") || words.take("transaction");
    }
    let modes = modes(words, false)?;
    Ok(Command::Begin { start, modes })
}

fn commit(words: &mut Words<'_>) -> Result<Command> {
    if words.is("prepared") {
        return Err(Error::unsupported("COMMIT PREPARED"));
    }
    let chain = chain(words)?;
    Ok(Command::Commit { chain })
}

fn rollback(words: &mut Words<'_>) -> Result<Command> {
    if words.is("prepared") {
        return Err(Error::unsupported("ROLLBACK PREPARED"));
    }
    let _ = words.take("work") || words.take("transaction");
    if words.take("to") {
        words.take("savepoint");
        return Ok(Command::RollbackTo(words.name()?));
    }
    let chain = chain(words)?;
    Ok(Command::Rollback { chain })
}

/// `[WORK | TRANSACTION] [AND [NO] CHAIN]`
fn chain(words: &mut Words<'_>) -> Result<bool> {
    let _ = words.take("work") || words.take("transaction");
    if !words.take("and") {
        return Ok(false);
    }
    let no = words.take("no");
    words.expect("chain")?;
    Ok(!no)
}

/// Transaction modes, with or without commas between them.
fn modes(words: &mut Words<'_>, required: bool) -> Result<TransactionModes> {
    let mut modes = TransactionModes::default();
    let mut required = required;
    loop {
        if words.take("isolation") {
            words.expect("level")?;
            modes.isolation = Some(isolation(words)?);
        } else if words.take("read") {
            let only = words.take("only");
            if !only {
                words.expect("write")?;
            }
            modes.read_only = Some(only);
        } else if words.take("not") {
            words.expect("deferrable")?;
            modes.deferrable = Some(false);
        } else if words.take("deferrable") {
            modes.deferrable = Some(true);
        } else if required {
            return Err(words.error());
        } else {
            return Ok(modes);
        }
        required = words.take_token(&Token::Comma);
    }
}

fn isolation(words: &mut Words<'_>) -> Result<Isolation> {
    if words.take("serializable") {
        Ok(Isolation::Serializable)
    } else if words.take("repeatable") {
        words.expect("read")?;
        Ok(Isolation::RepeatableRead)
    } else {
        words.expect("read")?;
        if words.take("committed") {
            return Ok(Isolation::ReadCommitted);
        }
        words.expect("uncommitted")?;
        Ok(Isolation::ReadUncommitted)
    }
}

fn set(words: &mut Words<'_>) -> Result<Command> {
    if words.take("constraints") {
        return constraints(words);
    }
    let mut local = false;
    if words.take("session") {
        if words.take("characteristics") {
            words.expect("as")?;
            words.expect("transaction")?;
            return Ok(Command::SetSessionCharacteristics(modes(words, true)?));
        }
        if words.is("authorization") {
            return special(words, "session_authorization", false);
        }
    } else {
        local = words.take("local");
    }
    if words.take("transaction") {
        if words.is("snapshot") {
            return Err(Error::unsupported("SET TRANSACTION SNAPSHOT"));
        }
        return Ok(Command::SetTransaction(modes(words, true)?));
    }
    if words.take_all(&["time", "zone"])? {
        return time_zone(words, local);
    }
    for (keyword, name) in [
        ("names", "client_encoding"),
        ("role", "role"),
        ("schema", "search_path"),
    ] {
        let rest = words.rest().get(1..).unwrap_or_default();
        let assigned = Words::new("", rest);
        if words.is(keyword)
            && !assigned.is("to")
            && !matches!(assigned.peek(), Some(Token::Eq | Token::Period))
        {
            return special(words, name, local);
        }
    }
    setting(words, local)
}

/// `SET NAMES 'x'`, `SET ROLE x`, `SET SCHEMA 'x'`, `SET SESSION AUTHORIZATION x`
fn special(words: &mut Words<'_>, name: &str, local: bool) -> Result<Command> {
    words.advance();
    let value = match words.string() {
        Some(value) => Some(value),
        None if name == "search_path" => return Err(words.error()),
        None if words.take("default") => None,
        None if name == "client_encoding"
            && matches!(words.peek(), None | Some(Token::SemiColon)) =>
        {
            None
        }
        None if name == "client_encoding" => return Err(words.error()),
        None => Some(words.name()?),
    };
    Ok(Command::Set {
        name: name.to_owned(),
        value: match name {
            "search_path" => value.map(|v| quote_identifier(&v)),
            _ => value,
        },
        local,
    })
}

fn time_zone(words: &mut Words<'_>, local: bool) -> Result<Command> {
    let value = if words.is("interval") {
        return Err(Error::unsupported("SET TIME ZONE INTERVAL"));
    } else if words.take("local") || words.take("default") {
        None
    } else {
        Some(value(words)?)
    };
    Ok(Command::Set {
        name: "timezone".to_owned(),
        value,
        local,
    })
}

/// `name = value, value`, `name TO DEFAULT`
fn setting(words: &mut Words<'_>, local: bool) -> Result<Command> {
    let name = setting_name(words)?;
    if words.is("from") {
        return Err(Error::unsupported("SET FROM CURRENT"));
    }
    if !words.take("to") {
        words.expect_token(&Token::Eq)?;
    }
    let value = if words.take("default") {
        None
    } else {
        let values = words.list(value)?;
        let quoted = IDENTIFIER_LISTS.contains(&name.as_str());
        let items: Vec<String> = values
            .into_iter()
            .map(|v| if quoted { quote_identifier(&v) } else { v })
            .collect();
        Some(items.join(", "))
    };
    Ok(Command::Set { name, value, local })
}

fn setting_name(words: &mut Words<'_>) -> Result<String> {
    let mut name = words.name()?;
    while words.take_token(&Token::Period) {
        name.push('.');
        name.push_str(&words.name()?);
    }
    Ok(name.to_ascii_lowercase())
}

/// One value of SET: a string, a word or a number.
fn value(words: &mut Words<'_>) -> Result<String> {
    if let Some(text) = words.string() {
        return Ok(text);
    }
    let sign = if words.take_token(&Token::Minus) {
        "-"
    } else {
        words.take_token(&Token::Plus);
        ""
    };
    match words.peek() {
        Some(Token::Number(digits, _)) => {
            words.advance();
            Ok(format!("{sign}{digits}"))
        }
        Some(Token::Word(_)) if sign.is_empty() => words.name(),
        _ => Err(words.error()),
    }
}

/// PostgreSQL's `quote_identifier`: quotes what would not be read back as it is.
pub(in crate::sql) fn quote_identifier(name: &str) -> String {
    let plain = name
        .bytes()
        .enumerate()
        .all(|(i, b)| matches!(b, b'a'..=b'z' | b'_') || (i > 0 && b.is_ascii_digit()));
    if plain && !name.is_empty() && !super::keywords::needs_quotes(name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// `SET CONSTRAINTS ALL DEFERRED`
fn constraints(words: &mut Words<'_>) -> Result<Command> {
    if !words.take("all") {
        let names = words.list(Words::qualified)?;
        let name = names[0].last().map(|ident| ident.value.clone());
        return Err(Error::new(
            SqlState::UndefinedObject,
            format!("constraint \"{}\" does not exist", name.unwrap_or_default()),
        ));
    }
    if !words.take("deferred") {
        words.expect("immediate")?;
    }
    Ok(Command::SetConstraintsAll)
}

/// What SHOW and RESET call settings that have names of several words.
fn shown_name(words: &mut Words<'_>) -> Result<String> {
    if words.take_all(&["time", "zone"])? {
        Ok("timezone".to_owned())
    } else if words.take_all(&["transaction", "isolation", "level"])? {
        Ok("transaction_isolation".to_owned())
    } else if words.take_all(&["session", "authorization"])? {
        Ok("session_authorization".to_owned())
    } else {
        setting_name(words)
    }
}

fn show(words: &mut Words<'_>) -> Result<Command> {
    shown_name(words).map(Command::Show)
}

fn reset(words: &mut Words<'_>) -> Result<Command> {
    if words.take("all") {
        return Ok(Command::Reset(None));
    }
    Ok(Command::Reset(Some(shown_name(words)?)))
}

fn discard(words: &mut Words<'_>) -> Result<Command> {
    for (keyword, discard) in [
        ("all", Discard::All),
        ("plans", Discard::Plans),
        ("sequences", Discard::Sequences),
        ("temp", Discard::Temp),
        ("temporary", Discard::Temp),
    ] {
        if words.take(keyword) {
            return Ok(Command::Discard(discard));
        }
    }
    Err(words.error())
}

/// `PREPARE name (types) AS statement`
pub(super) fn prepare(text: Text<'_>, words: &mut Words<'_>) -> Result<Syntax> {
    words.advance();
    if words.is("transaction") {
        return Ok(Syntax::Refused("PREPARE TRANSACTION".to_owned()));
    }
    let name = words.name()?;
    let mut types = Vec::new();
    if words.take_token(&Token::LParen) {
        let inner = parenthesized(words)?;
        types = text.with_parser(inner, |p| p.parse_comma_separated(|p| p.parse_data_type()))?;
    }
    words.expect("as")?;
    let preparable = [
        "select", "values", "with", "insert", "update", "delete", "table", "(",
    ];
    if !preparable.contains(&words.peek_keyword().as_str()) {
        return Err(words.error());
    }
    let body = text.nested(words)?;
    Ok(Syntax::Prepare { name, types, body })
}

/// `EXECUTE name (arguments)`
pub(super) fn execute(text: Text<'_>, words: &mut Words<'_>) -> Result<Syntax> {
    words.advance();
    let name = words.name()?;
    let mut exprs = Vec::new();
    if words.take_token(&Token::LParen) {
        let inner = parenthesized(words)?;
        exprs = text.with_parser(inner, |p| p.parse_comma_separated(|p| p.parse_expr()))?;
    }
    words.end()?;
    Ok(Syntax::Execute {
        name,
        arguments: Arguments {
            exprs: exprs.into(),
            source: text.source.clone(),
        },
    })
}

/// The tokens up to the parenthesis that closes; the opening one has been taken.
fn parenthesized(words: &mut Words<'_>) -> Result<Vec<sqlparser::tokenizer::TokenWithSpan>> {
    let all = words.rest();
    let mut depth = 1;
    let mut count = 0;
    for token in all {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        count += 1;
    }
    let inner = all[..count].to_vec();
    while words.rest().len() > all.len() - count {
        words.advance();
    }
    words.expect_token(&Token::RParen)?;
    Ok(inner)
}
