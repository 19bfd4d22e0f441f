//! Text to tokens, their limits, and the errors of both in PostgreSQL's words.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError};

use super::position;
use crate::error::{Error, Result};
use crate::sql::Limits;
use crate::sqlstate::SqlState;

/// How many tokens may stand between two commas, or two parentheses, or AND and OR. Chains such as
/// `1+1+1...` become trees as deep as they are long, and a tree this deep still fits the stack
/// when it is bound, evaluated and dropped.
const CHAIN: usize = 4_000;

/// How many AND and OR may stand between two commas or parentheses. They are deep in the syntax
/// tree alone: bound, they are lists.
const CONDITIONS: usize = 10_000;

pub(super) fn tokens(text: &str) -> Result<Vec<TokenWithSpan>> {
    Tokenizer::new(&super::DIALECT, text)
        .tokenize_with_location()
        .map_err(|e| tokenizer_error(text, &e))
}

/// Refuses what would become too deep a tree, before there is one.
pub(super) fn check_limits(tokens: &[TokenWithSpan], limits: Limits) -> Result<()> {
    /// What was seen since the last separator at one level of parentheses.
    #[derive(Default)]
    struct Level {
        chain: usize,
        conditions: usize,
    }
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::default();
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Comma | Token::SemiColon => level = Level::default(),
            Token::LParen | Token::LBracket | Token::LBrace => {
                level.chain += 1;
                outer.push(std::mem::take(&mut level));
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                level = outer.pop().unwrap_or_default();
            }
            Token::Word(w)
                if w.quote_style.is_none()
                    && (w.value.eq_ignore_ascii_case("and")
                        || w.value.eq_ignore_ascii_case("or")) =>
            {
                level.chain = 0;
                level.conditions += 1;
            }
            _ => level.chain += 1,
        }
        if outer.len() > limits.depth || level.chain > CHAIN || level.conditions > CONDITIONS {
            return Err(too_complex());
        }
    }
    Ok(())
}

/// PostgreSQL's error for a statement that nests too deeply.
pub(in crate::sql) fn too_complex() -> Error {
    Error::new(SqlState::StatementTooComplex, "stack depth limit exceeded").with_hint(
        "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), \
         after ensuring the platform's stack depth limit is adequate.",
    )
}

/// `syntax error at or near "x"`, x being the token at the location.
pub(super) fn near(source: &str, location: Location) -> Error {
    if location.line == 0 {
        return end_of_input(source);
    }
    let start = position::byte(source, location);
    let rest = &source[start..];
    if rest.is_empty() {
        return end_of_input(source);
    }
    let token = &rest[..token_length(rest)];
    Error::syntax(format!("syntax error at or near \"{token}\""))
        .at(position::character(source, location))
}

/// `syntax error at end of input`
pub(super) fn end_of_input(source: &str) -> Error {
    let end = u32::try_from(source.chars().count() + 1).ok();
    Error::syntax("syntax error at end of input").at(end)
}

/// How many bytes the first token of a text has.
fn token_length(text: &str) -> usize {
    let tokens = Tokenizer::new(&super::DIALECT, text).tokenize_with_location();
    match tokens.as_deref() {
        Ok([first, ..]) => position::byte(text, first.span.end),
        _ => text.len(),
    }
}

/// What sqlparser's error means; `next` is the token it stopped at.
pub(super) fn parser_error(source: &str, error: &ParserError, next: &TokenWithSpan) -> Error {
    match error {
        ParserError::RecursionLimitExceeded => too_complex(),
        ParserError::TokenizerError(_) => near(source, next.span.start),
        ParserError::ParserError(message) => match message_location(message) {
            Some(location) => near(source, location),
            None if message.contains("found: EOF") => end_of_input(source),
            None => near(source, next.span.start),
        },
    }
}

/// The location at the end of sqlparser's messages: `... at Line: 1, Column: 8`.
fn message_location(message: &str) -> Option<Location> {
    let (_, tail) = message.rsplit_once(" at Line: ")?;
    let (line, column) = tail.split_once(", Column: ")?;
    Some(Location::new(line.parse().ok()?, column.parse().ok()?))
}

/// What the tokenizer's error means.
fn tokenizer_error(source: &str, error: &TokenizerError) -> Error {
    let start = position::byte(source, error.location);
    let message = error.message.as_str();
    let what = if message.starts_with("Unterminated dollar") {
        "unterminated dollar-quoted string"
    } else if message.starts_with("Unterminated") || message.contains("string literal") {
        "unterminated quoted string"
    } else if message.starts_with("Expected close delimiter") {
        "unterminated quoted identifier"
    } else if message.contains("EOF while in a multi-line comment") {
        "unterminated /* comment"
    } else {
        "syntax error"
    };
    let rest = &source[start..];
    if rest.is_empty() {
        return end_of_input(source);
    }
    Error::syntax(format!("{what} at or near \"{rest}\""))
        .at(position::character(source, error.location))
}
