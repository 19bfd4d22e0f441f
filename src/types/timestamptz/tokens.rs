//! A literal cut into tokens, which are told apart by how they start and which characters they have.

use super::parse::Fault;
use super::words::word;

/// One piece of a literal, in lower case.
#[derive(Debug, PartialEq)]
pub(super) enum Token {
    /// Digits, perhaps with a decimal point among them.
    Number(String),
    /// Digits with colons.
    Time(String),
    /// Digits with two separators, or with separated letters: 2024-01-05, 5-Jan-2024.
    Date(String),
    /// Letters; with a sign for -infinity.
    Word(String),
    /// Letters with other characters after them: Jan-5-2024, Europe/Berlin, UTC+3.
    Compound(String),
    /// A sign and digits.
    Offset(String),
}

pub(super) fn tokens(s: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = s;
    while let Some(first) = rest.bytes().next() {
        let (token, length) = match first {
            b'0'..=b'9' => numeric_token(rest),
            b'.' => {
                let end = span(rest, 1, |b| b.is_ascii_digit());
                (Some(Token::Number(rest[..end].into())), end)
            }
            b'a'..=b'z' | b'A'..=b'Z' => word_token(rest),
            b'+' | b'-' => signed_token(rest)?,
            b if b.is_ascii_punctuation() || is_space(b) => (None, 1),
            _ => return Err(Fault::Syntax),
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t'..=b'\r')
}

/// Where the bytes from `start` on stop being of a kind.
pub(super) fn span(s: &str, start: usize, of_kind: impl Fn(u8) -> bool) -> usize {
    let rest = s.as_bytes().get(start..).unwrap_or_default();
    start + rest.iter().position(|b| !of_kind(*b)).unwrap_or(rest.len())
}

fn numeric_token(s: &str) -> (Option<Token>, usize) {
    let digit = |b: u8| b.is_ascii_digit();
    let digits = span(s, 0, digit);
    let separator = s.as_bytes().get(digits).copied().unwrap_or(0);
    let (make, end): (fn(String) -> Token, usize) = match separator {
        b':' => (
            Token::Time,
            span(s, digits, |b| digit(b) || b == b':' || b == b'.'),
        ),
        b'-' | b'/' | b'.' => {
            let second = span(s, digits + 1, digit);
            if second == digits + 1 {
                let end = span(s, second, |b| b.is_ascii_alphanumeric() || b == separator);
                (Token::Date, end)
            } else if s.as_bytes().get(second) == Some(&separator) {
                (Token::Date, span(s, second, |b| digit(b) || b == separator))
            } else {
                (
                    if separator == b'.' {
                        Token::Number
                    } else {
                        Token::Date
                    },
                    second,
                )
            }
        }
        _ => (Token::Number, digits),
    };
    (Some(make(s[..end].to_ascii_lowercase())), end)
}

fn word_token(s: &str) -> (Option<Token>, usize) {
    let letters = span(s, 0, |b| b.is_ascii_alphabetic());
    let lower = s[..letters].to_ascii_lowercase();
    let compound = match s.as_bytes().get(letters) {
        Some(b'-' | b'/' | b'.') => true,
        // T10:00 and J2451187 go on with another token, UTC+3 does not.
        Some(b'+' | b'0'..=b'9') => word(&lower).is_none(),
        _ => false,
    };
    if !compound {
        return (Some(Token::Word(lower)), letters);
    }
    let end = span(s, letters, |b| {
        b.is_ascii_alphanumeric() || b"+-/_.:".contains(&b)
    });
    (Some(Token::Compound(s[..end].to_ascii_lowercase())), end)
}

fn signed_token(s: &str) -> Result<(Option<Token>, usize), Fault> {
    let start = span(s, 1, is_space);
    let (make, end): (fn(String) -> Token, usize) = match s.as_bytes().get(start) {
        Some(b'0'..=b'9') => (
            Token::Offset,
            span(s, start, |b| b.is_ascii_digit() || b":.-".contains(&b)),
        ),
        Some(b) if b.is_ascii_alphabetic() => {
            (Token::Word, span(s, start, |b| b.is_ascii_alphabetic()))
        }
        _ => return Err(Fault::Syntax),
    };
    let text = format!("{}{}", &s[..1], s[start..end].to_ascii_lowercase());
    Ok((Some(make(text)), end))
}
