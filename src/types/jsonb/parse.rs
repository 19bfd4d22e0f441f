//! JSON text to [`Json`]. The parser looks one token ahead, as PostgreSQL's does, because that
//! decides which of two mistakes is reported.

use super::tree::Json;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::numeric;

/// How deep arrays and objects may be nested. All that walks a tree recurses, and a thread's stack
/// of 2 MB has room for this many levels even in a debug build.
pub const MAX_DEPTH: usize = 1000;

/// Reads a whole document.
pub fn document(s: &str) -> Result<Json> {
    let mut parser = Parser {
        lexer: Lexer { text: s, at: 0 },
        token: Token::End,
        start: 0,
    };
    parser.advance()?;
    let json = parser.value(0)?;
    match parser.token {
        Token::End => Ok(json),
        _ => Err(parser.expected("end of input")),
    }
}

#[derive(Debug, PartialEq)]
enum Token {
    Punctuation(u8),
    String(String),
    Number,
    True,
    False,
    Null,
    End,
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that is next.
    token: Token,
    /// Where it starts.
    start: usize,
}

impl<'a> Parser<'a> {
    fn advance(&mut self) -> Result<Token> {
        self.lexer.skip_space();
        self.start = self.lexer.at;
        Ok(std::mem::replace(&mut self.token, self.lexer.next()?))
    }

    fn text(&self) -> &'a str {
        &self.lexer.text[self.start..self.lexer.at]
    }

    fn expected(&self, what: &str) -> Error {
        match self.token {
            Token::End => malformed("The input string ended unexpectedly."),
            _ => malformed(format!("Expected {what}, but found \"{}\".", self.text())),
        }
    }

    /// Passes the punctuation if it is next.
    fn take(&mut self, punctuation: u8) -> Result<bool> {
        let found = self.token == Token::Punctuation(punctuation);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn value(&mut self, depth: usize) -> Result<Json> {
        match self.token {
            Token::Punctuation(b'{' | b'[') if depth >= MAX_DEPTH => Err(Error::new(
                SqlState::StatementTooComplex,
                "stack depth limit exceeded",
            )),
            Token::Punctuation(b'{') => self.object(depth + 1),
            Token::Punctuation(b'[') => self.array(depth + 1),
            Token::Punctuation(_) | Token::End => Err(self.expected("JSON value")),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Result<Json> {
        let text = self.text();
        Ok(match self.advance()? {
            Token::String(s) => Json::String(s),
            Token::Number => Json::Number(canonical_number(text)?),
            Token::True => Json::Bool(true),
            Token::False => Json::Bool(false),
            _ => Json::Null,
        })
    }

    fn array(&mut self, depth: usize) -> Result<Json> {
        self.advance()?;
        let mut items = Vec::new();
        if self.take(b']')? {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']')? {
                return Ok(Json::Array(items));
            }
            if !self.take(b',')? {
                return Err(self.expected("\",\" or \"]\""));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json> {
        self.advance()?;
        let mut pairs = Vec::new();
        if self.take(b'}')? {
            return Ok(Json::Object(pairs));
        }
        loop {
            let Token::String(_) = self.token else {
                let first = pairs.is_empty();
                return Err(self.expected(if first { "string or \"}\"" } else { "string" }));
            };
            let Token::String(key) = self.advance()? else {
                continue;
            };
            if !self.take(b':')? {
                return Err(self.expected("\":\""));
            }
            pairs.push((key, self.value(depth)?));
            if self.take(b'}')? {
                return Ok(Json::object(pairs));
            }
            if !self.take(b',')? {
                return Err(self.expected("\",\" or \"}\""));
            }
        }
    }
}

/// The number as `numeric` prints it.
fn canonical_number(text: &str) -> Result<String> {
    /// Below the limits of numeric, so that the digits can stay as they are.
    const SHORT: usize = 1000;
    let negative_zero = || text.starts_with('-') && !text.contains(|c| matches!(c, '1'..='9'));
    if text.len() < SHORT && !text.contains(['e', 'E']) && !negative_zero() {
        return Ok(text.to_owned());
    }
    Ok(numeric::parse(text)?.to_string())
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The token that starts here; afterwards the lexer stands behind it.
    fn next(&mut self) -> Result<Token> {
        let start = self.at;
        match self.peek() {
            None => Ok(Token::End),
            Some(b @ (b'{' | b'}' | b'[' | b']' | b',' | b':')) => {
                self.at += 1;
                Ok(Token::Punctuation(b))
            }
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => {
                self.skip_word();
                // A character that begins no word is a token of its own.
                self.at = self.at.max(start + 1);
                match &self.text[start..self.at] {
                    "true" => Ok(Token::True),
                    "false" => Ok(Token::False),
                    "null" => Ok(Token::Null),
                    _ => Err(self.invalid_token(start)),
                }
            }
        }
    }

    fn skip_word(&mut self) {
        while matches!(self.peek(), Some(b) if b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80)
        {
            self.at += 1;
        }
    }

    fn skip_digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Token> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.skip_digits();
        let mut valid = whole == 1 || whole > 1 && !leading_zero;
        if self.peek() == Some(b'.') {
            self.at += 1;
            valid &= self.skip_digits() > 0;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            valid &= self.skip_digits() > 0;
        }
        let end = self.at;
        self.skip_word();
        if valid && self.at == end {
            Ok(Token::Number)
        } else {
            Err(self.invalid_token(start))
        }
    }

    fn string(&mut self) -> Result<Token> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            let plain = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..b' ')) {
                self.at += 1;
            }
            value.push_str(&self.text[plain..self.at]);
            match self.peek() {
                None => return Err(self.invalid_token(start)),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Token::String(value));
                }
                Some(b'\\') => {
                    self.at += 1;
                    value.push(self.escape(start)?);
                }
                Some(control) => {
                    return Err(malformed(format!(
                        "Character with value 0x{control:02x} must be escaped."
                    )));
                }
            }
        }
    }

    /// What the escape after a backslash stands for. `start` is where the string starts.
    fn escape(&mut self, start: usize) -> Result<char> {
        let Some(c) = self.text[self.at..].chars().next() else {
            return Err(self.invalid_token(start));
        };
        self.at += c.len_utf8();
        Ok(match c {
            '"' | '\\' | '/' => c,
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(start),
            _ => return Err(malformed(format!("Escape sequence \"\\{c}\" is invalid."))),
        })
    }

    /// `\u` and four digits, or twice that for a character beyond 16 bits.
    fn unicode(&mut self, start: usize) -> Result<char> {
        let lone = || malformed("Unicode low surrogate must follow a high surrogate.");
        let unit = self.hex4(start)?;
        match unit {
            0 => Err(Error::new(
                SqlState::UntranslatableCharacter,
                "unsupported Unicode escape sequence",
            )
            .with_detail("\\u0000 cannot be converted to text.")),
            0xD800..0xDC00 => {
                match self.text.as_bytes().get(self.at..) {
                    Some([b'\\', b'u', ..]) => self.at += 2,
                    // The string that ends here or in an escape is to blame first.
                    Some([] | [b'\\']) | None => {
                        self.at = self.text.len();
                        return Err(self.invalid_token(start));
                    }
                    Some(_) => return Err(lone()),
                }
                match self.hex4(start)? {
                    0xD800..0xDC00 => Err(malformed(
                        "Unicode high surrogate must not follow a high surrogate.",
                    )),
                    low @ 0xDC00..0xE000 => {
                        let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                        char::from_u32(code).ok_or_else(lone)
                    }
                    _ => Err(lone()),
                }
            }
            _ => char::from_u32(unit).ok_or_else(lone),
        }
    }

    fn hex4(&mut self, start: usize) -> Result<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(b) = self.peek() else {
                return Err(self.invalid_token(start));
            };
            let Some(digit) = char::from(b).to_digit(16) else {
                return Err(malformed(
                    "\"\\u\" must be followed by four hexadecimal digits.",
                ));
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    fn invalid_token(&self, start: usize) -> Error {
        malformed(format!(
            "Token \"{}\" is invalid.",
            &self.text[start..self.at]
        ))
    }
}

#[cold]
fn malformed(detail: impl Into<String>) -> Error {
    Error::new(
        SqlState::InvalidTextRepresentation,
        "invalid input syntax for type json",
    )
    .with_detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(s: &str) -> String {
        document(s).expect(s).to_string()
    }

    #[test]
    fn documents_are_normalised() {
        for (input, expected) in [
            ("-0", "0"),
            ("-0.0", "0.0"),
            ("1e3", "1000"),
            ("1.50", "1.50"),
            ("1e-3", "0.001"),
            ("12e-1", "1.2"),
            (" [ ] ", "[]"),
            ("[1,true,null,\"x\"]", "[1, true, null, \"x\"]"),
            (
                r#"{"a":1,"b":2,"a":3,"aa":1,"B":4}"#,
                r#"{"B": 4, "a": 3, "b": 2, "aa": 1}"#,
            ),
            (
                r#""\u00e4\/\b\u001f\u007f\ud83d\ude00""#,
                "\"ä/\\b\\u001f\u{7f}😀\"",
            ),
        ] {
            assert_eq!(canonical(input), expected, "{input}");
        }
    }

    #[test]
    fn complaints_are_those_of_postgresql() {
        for (input, detail) in [
            (
                r#""\ud83d""#,
                "Unicode low surrogate must follow a high surrogate.",
            ),
            (
                r#""\ud83d\ud83d""#,
                "Unicode high surrogate must not follow a high surrogate.",
            ),
            (
                r#""\ude00""#,
                "Unicode low surrogate must follow a high surrogate.",
            ),
            (
                r#""\ud83d\n""#,
                "Unicode low surrogate must follow a high surrogate.",
            ),
            (
                r#""\uzzzz""#,
                "\"\\u\" must be followed by four hexadecimal digits.",
            ),
            (r#""\ä""#, "Escape sequence \"\\ä\" is invalid."),
            ("\"abc", "Token \"\"abc\" is invalid."),
            ("\"\\ud83d", "Token \"\"\\ud83d\" is invalid."),
            ("\"a\nb\"", "Character with value 0x0a must be escaped."),
            ("  ", "The input string ended unexpectedly."),
            ("{\"a\":1", "The input string ended unexpectedly."),
            ("{\"a\":1,}", "Expected string, but found \"}\"."),
            ("{a:1}", "Token \"a\" is invalid."),
            ("{1:1}", "Expected string or \"}\", but found \"1\"."),
            ("[1,]", "Expected JSON value, but found \"]\"."),
            ("[1 2]", "Expected \",\" or \"]\", but found \"2\"."),
            ("1 2", "Expected end of input, but found \"2\"."),
            ("{\"a\" 1}", "Expected \":\", but found \"1\"."),
            (
                "{\"a\":1 \"b\":2}",
                "Expected \",\" or \"}\", but found \"\"b\"\".",
            ),
            ("tru", "Token \"tru\" is invalid."),
            ("01", "Token \"01\" is invalid."),
            ("1.", "Token \"1.\" is invalid."),
            ("1ä", "Token \"1ä\" is invalid."),
            ("+1", "Token \"+\" is invalid."),
            (".5", "Token \".\" is invalid."),
        ] {
            let error = document(input).expect_err(input);
            assert_eq!(error.detail(), Some(detail), "{input}");
            assert_eq!(error.state(), SqlState::InvalidTextRepresentation);
        }
        let zero = document("\"\\u0000\"").expect_err("zero");
        assert_eq!(zero.state(), SqlState::UntranslatableCharacter);
        let large = document("1e131072").expect_err("large");
        assert_eq!(large.state(), SqlState::NumericValueOutOfRange);
    }

    #[test]
    fn the_deepest_document_can_be_handled() {
        let nested = |n| "[".repeat(n) + &"]".repeat(n);
        let json = document(&nested(MAX_DEPTH)).expect("nested");
        assert_eq!(json.to_string(), nested(MAX_DEPTH));
        assert_eq!(json.clone(), json);
        let deeper = document(&nested(MAX_DEPTH + 1)).expect_err("too deep");
        assert_eq!(deeper.state(), SqlState::StatementTooComplex);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(s in r#"[\[\]{}:,"\\unltrefa0-9.\-+e ä]{0,24}"#) {
            if let Ok(json) = document(&s) {
                let text = json.to_string();
                proptest::prop_assert_eq!(canonical(&text), text);
            }
        }
    }
}
