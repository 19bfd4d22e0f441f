//! LIKE and ILIKE.
//!
//! A pattern is matched in time proportional to text times pattern: only the last `%` is ever gone
//! back to, because an earlier one can do nothing that the last cannot. Characters are compared as
//! bytes; `_` takes a whole UTF-8 character. ILIKE folds ASCII letters, as lower() does in the
//! C locale.

use super::datum::Datum;
use super::env::Env;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// Whether the whole text matches the pattern.
pub fn matches(text: &[u8], pattern: &[u8]) -> Result<bool> {
    let (mut t, mut p) = (0, 0);
    // Where the pattern goes on after the last `%`, and the text that it has not swallowed yet.
    let mut resume: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'%') => {
                p += 1;
                resume = Some((p, t));
                continue;
            }
            Some(b'_') => {
                t = next_character(text, t);
                p += 1;
                continue;
            }
            Some(b'\\') => {
                let literal = pattern.get(p + 1).ok_or_else(ends_with_escape)?;
                if *literal == text[t] {
                    t += 1;
                    p += 2;
                    continue;
                }
            }
            Some(literal) if *literal == text[t] => {
                t += 1;
                p += 1;
                continue;
            }
            Some(_) | None => {}
        }
        let Some((after, start)) = &mut resume else {
            return Ok(false);
        };
        *start = next_character(text, *start);
        (p, t) = (*after, *start);
    }
    // An escape character at the end is an error only where it is reached with text left.
    Ok(pattern[p..].iter().all(|b| *b == b'%'))
}

/// The start of the character after the one at `at`.
fn next_character(text: &[u8], at: usize) -> usize {
    let rest = text[at + 1..].iter();
    at + 1 + rest.take_while(|b| (**b as i8) < -0x40).count()
}

fn ends_with_escape() -> Error {
    Error::new(
        SqlState::InvalidEscapeSequence,
        "LIKE pattern must not end with escape character",
    )
}

/// What every text that matches the pattern starts with, and what else the pattern asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// The literal start, without escapes.
    pub literal: String,
    /// What follows it.
    pub rest: Rest,
}

/// What a pattern asks for after its literal start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: the text equals the literal.
    Nothing,
    /// `%`: the text starts with the literal.
    Anything,
    /// More: the text has to be matched.
    Pattern,
}

/// The literal start of a pattern: it makes LIKE a range of keys.
pub fn prefix(pattern: &str) -> Prefix {
    let mut literal = String::new();
    let mut characters = pattern.chars();
    let rest = loop {
        match characters.next() {
            None => break Rest::Nothing,
            Some('%') if characters.as_str().bytes().all(|b| b == b'%') => break Rest::Anything,
            Some('%' | '_') => break Rest::Pattern,
            Some('\\') => match characters.next() {
                Some(c) => literal.push(c),
                // Matching it is an error, which is left to the matching.
                None => break Rest::Pattern,
            },
            Some(c) => literal.push(c),
        }
    };
    Prefix { literal, rest }
}

/// A pattern with another escape character, or with none, as one with `\`.
pub fn with_escape(pattern: &str, escape: &str) -> Result<String> {
    let mut characters = escape.chars();
    let escape = match (characters.next(), characters.next()) {
        (None, _) => None,
        (Some(c), None) => Some(c),
        (Some(_), Some(_)) => {
            return Err(
                Error::new(SqlState::InvalidEscapeSequence, "invalid escape string")
                    .with_hint("Escape string must be empty or one character."),
            );
        }
    };
    if escape == Some('\\') {
        return Ok(pattern.to_owned());
    }
    let mut rewritten = String::with_capacity(pattern.len());
    let mut escaped = false;
    for c in pattern.chars() {
        if Some(c) == escape && !escaped {
            rewritten.push('\\');
            escaped = true;
            continue;
        }
        if c == '\\' && !escaped {
            rewritten.push('\\');
        }
        rewritten.push(c);
        escaped = false;
    }
    Ok(rewritten)
}

fn bytes(d: &Datum) -> Result<&[u8]> {
    match d {
        Datum::Bytea(b) => Ok(b),
        other => Ok(other.as_str()?.as_bytes()),
    }
}

fn matched(args: &[Datum]) -> Result<bool> {
    matches(bytes(&args[0])?, bytes(&args[1])?)
}

fn matched_folded(args: &[Datum]) -> Result<bool> {
    let folded = |d: &Datum| Ok(bytes(d)?.to_ascii_lowercase());
    matches(&folded(&args[0])?, &folded(&args[1])?)
}

pub(super) fn like(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    matched(args).map(Datum::Bool)
}

pub(super) fn not_like(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(!matched(args)?))
}

pub(super) fn ilike(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    matched_folded(args).map(Datum::Bool)
}

pub(super) fn not_ilike(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(!matched_folded(args)?))
}

pub(super) fn like_escape(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    with_escape(args[0].as_str()?, args[1].as_str()?).map(Datum::text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        matches(text.as_bytes(), pattern.as_bytes()).expect("a pattern")
    }

    #[test]
    fn wildcards_take_characters() {
        assert!(like("", ""));
        assert!(like("", "%"));
        assert!(!like("", "_"));
        assert!(like("ä", "_"));
        assert!(!like("ä", "__"));
        assert!(like("äöü", "%_ü"));
        assert!(like("user1.name", "user1.%"));
        assert!(!like("user10.name", "user1.%"));
        assert!(like("aXbXc", "a%b%c"));
        assert!(like("abab", "%ab"));
        assert!(!like("abc", "%b"));
        assert!(like("100%", "100\\%"));
        assert!(!like("100x", "100\\%"));
        assert!(like("a\\b", "a\\\\b"));
    }

    #[test]
    fn many_wildcards_take_no_exponential_time() {
        let text = "a".repeat(5_000);
        assert!(!like(&text, &format!("{}b", "%a".repeat(500))));
    }

    #[test]
    fn a_pattern_that_ends_in_its_escape_is_an_error_once_it_is_reached() {
        assert!(matches(b"abcd", b"abc\\").is_err());
        assert!(matches(b"abc", b"%\\").is_err());
        assert_eq!(matches(b"abc", b"abc\\"), Ok(false));
        assert_eq!(matches(b"xyz", b"a\\"), Ok(false));
    }

    #[test]
    fn prefixes() {
        let of = |pattern| {
            let Prefix { literal, rest } = prefix(pattern);
            (literal, rest)
        };
        assert_eq!(of("user1.%"), ("user1.".into(), Rest::Anything));
        assert_eq!(of("user1.%%"), ("user1.".into(), Rest::Anything));
        assert_eq!(of("user1.%x"), ("user1.".into(), Rest::Pattern));
        assert_eq!(of("user_"), ("user".into(), Rest::Pattern));
        assert_eq!(of("50\\%"), ("50%".into(), Rest::Nothing));
        assert_eq!(of(""), (String::new(), Rest::Nothing));
    }

    #[test]
    fn another_escape_character() {
        let rewrite = |pattern, escape| with_escape(pattern, escape).expect("a pattern");
        assert_eq!(rewrite("a!%b", "!"), "a\\%b");
        assert_eq!(rewrite("a!!b", "!"), "a\\!b");
        assert_eq!(rewrite("a\\%", ""), "a\\\\%");
        assert!(with_escape("a", "ab").is_err());
    }
}
