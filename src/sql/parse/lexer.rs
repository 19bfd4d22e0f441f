//! Text to tokens, their limits, and the errors of both in PostgreSQL's words.

use sqlparser::keywords::Keyword;
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError, Whitespace};

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

pub(in crate::sql) fn tokens(text: &str) -> Result<Vec<TokenWithSpan>> {
    let mut tokens = Tokenizer::new(&super::DIALECT, text)
        .tokenize_with_location()
        .map_err(|e| tokenizer_error(text, &e))?;
    check_tokens(text, &tokens)?;
    join_strings(text, &mut tokens)?;
    Ok(tokens)
}

/// Refuses what PostgreSQL's lexer does and sqlparser's lets pass.
fn check_tokens(text: &str, tokens: &[TokenWithSpan]) -> Result<()> {
    let junk = |what: &str, from: &TokenWithSpan, to: &TokenWithSpan| {
        let (start, end) = (from.span.start, to.span.end);
        let junk = &text[position::byte(text, start)..position::byte(text, end)];
        Error::syntax(format!("trailing junk after {what} at or near \"{junk}\""))
            .at(position::character(text, start))
    };
    for (i, token) in tokens.iter().enumerate() {
        let next = tokens.get(i + 1);
        match &token.token {
            Token::Number(digits, long) => match next {
                Some(word) if matches!(word.token, Token::Word(_)) => {
                    return Err(junk("numeric literal", token, word));
                }
                _ if *long || digits.contains('_') => {
                    return Err(junk("numeric literal", token, token));
                }
                _ => {}
            },
            Token::HexStringLiteral(_) if source_at(text, token).starts_with('0') => {
                return Err(junk("numeric literal", token, token));
            }
            Token::Placeholder(name) if name.starts_with('$') => {
                let digits = name[1..].bytes().take_while(u8::is_ascii_digit).count();
                if digits == 0 {
                    return Err(Error::syntax("syntax error at or near \"$\"")
                        .at(position::character(text, token.span.start)));
                }
                if digits + 1 < name.len() {
                    return Err(junk("parameter", token, token));
                }
            }
            Token::Word(w) if w.quote_style.is_some() && w.value.is_empty() => {
                return Err(
                    Error::syntax("zero-length delimited identifier at or near \"\"\"\"")
                        .at(position::character(text, token.span.start)),
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// The text from a token on.
fn source_at<'t>(text: &'t str, token: &TokenWithSpan) -> &'t str {
    &text[position::byte(text, token.span.start)..]
}

/// Joins literals that a line's end stands between; puts UESCAPE into effect.
fn join_strings(text: &str, tokens: &mut Vec<TokenWithSpan>) -> Result<()> {
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i].token == Token::DoubleEq {
            // sqlparser takes it for an equals sign.
            tokens[i].token = Token::CustomBinaryOperator("==".to_owned());
        }
        if !is_quoted(&tokens[i].token) {
            i += 1;
            continue;
        }
        let mut next = i + 1;
        let mut lines = false;
        let mut comment = false;
        while let Some(Token::Whitespace(blank)) = tokens.get(next).map(|t| &t.token) {
            match blank {
                Whitespace::Newline | Whitespace::SingleLineComment { .. } => lines = true,
                Whitespace::MultiLineComment(_) => comment = true,
                Whitespace::Space | Whitespace::Tab => {}
            }
            next += 1;
        }
        match tokens.get(next).map(|t| t.token.clone()) {
            Some(Token::SingleQuotedString(more)) if lines && !comment => {
                append(&mut tokens[i].token, &more);
                tokens[i].span.end = tokens[next].span.end;
                tokens.drain(i + 1..=next);
            }
            Some(ref token) if is_quoted(token) && next > i => {
                return Err(near(text, tokens[next].span.start));
            }
            Some(Token::Word(w))
                if w.value.eq_ignore_ascii_case("uescape")
                    && matches!(tokens[i].token, Token::UnicodeStringLiteral(_)) =>
            {
                apply_uescape(text, tokens, i, next)?;
            }
            _ => i += 1,
        }
    }
    Ok(())
}

fn is_quoted(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
    )
}

fn append(token: &mut Token, more: &str) {
    if let Token::SingleQuotedString(s)
    | Token::EscapedStringLiteral(s)
    | Token::UnicodeStringLiteral(s) = token
    {
        s.push_str(more);
    }
}

/// `U&'!0041' UESCAPE '!'`: the token at `at`, the word at `word`.
fn apply_uescape(
    text: &str,
    tokens: &mut Vec<TokenWithSpan>,
    at: usize,
    word: usize,
) -> Result<()> {
    let blank = |t: &TokenWithSpan| matches!(t.token, Token::Whitespace(_));
    let escape = (word + 1..tokens.len()).find(|i| !blank(&tokens[*i]));
    let Some(escape) = escape else {
        return Err(end_of_input(text));
    };
    let character = match &tokens[escape].token {
        Token::SingleQuotedString(s) => {
            let mut chars = s.chars();
            chars
                .next()
                .filter(|c| chars.next().is_none() && !c.is_ascii_hexdigit())
        }
        _ => return Err(near(text, tokens[escape].span.start)),
    };
    let position = position::character(text, tokens[escape].span.start);
    let Some(character) = character.filter(|c| !"+'\" \t\n".contains(*c)) else {
        return Err(Error::syntax("invalid Unicode escape character").at(position));
    };
    if let Token::UnicodeStringLiteral(s) = &mut tokens[at].token {
        let Some(read) = unescape(s, character) else {
            let position = position::character(text, tokens[at].span.start);
            return Err(Error::syntax("invalid Unicode escape").at(position));
        };
        *s = read;
    }
    tokens[at].span.end = tokens[escape].span.end;
    tokens.drain(at + 1..=escape);
    Ok(())
}

/// Replaces `!XXXX` and `!+XXXXXX`.
fn unescape(text: &str, escape: char) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(escape) {
        out.push_str(before);
        if let Some(after) = after.strip_prefix(escape) {
            out.push(escape);
            rest = after;
            continue;
        }
        let (digits, after) = match after.strip_prefix('+') {
            Some(after) => (after.get(..6)?, after.get(6..)?),
            None => (after.get(..4)?, after.get(4..)?),
        };
        out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Refuses what would become too deep a tree, before there is one.
pub(super) fn check_limits(tokens: &[TokenWithSpan], limits: Limits) -> Result<()> {
    /// What was seen since the last separator at one level of parentheses.
    #[derive(Default)]
    struct Level {
        chain: usize,
        conditions: usize,
        /// How many BETWEEN have no AND yet.
        betweens: usize,
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
            Token::Word(w) => match w.keyword {
                // Its AND separates nothing.
                Keyword::BETWEEN => {
                    level.chain += 1;
                    level.betweens += 1;
                }
                Keyword::AND if level.betweens > 0 => {
                    level.chain += 1;
                    level.betweens -= 1;
                }
                // A CASE of many branches is long, and one within another is deep.
                Keyword::CASE => {
                    level.chain += 1;
                    outer.push(std::mem::take(&mut level));
                }
                Keyword::END => level = outer.pop().unwrap_or_default(),
                Keyword::WHEN | Keyword::THEN | Keyword::ELSE => level = Level::default(),
                Keyword::AND | Keyword::OR => {
                    level.chain = 0;
                    level.conditions += 1;
                }
                _ => level.chain += 1,
            },
            _ => level.chain += 1,
        }
        if outer.len() > limits.depth || level.chain > CHAIN || level.conditions > CONDITIONS {
            return Err(too_complex());
        }
    }
    Ok(())
}

/// Whether tokens could make a parser recurse so deeply that its stack matters. It is a guess
/// from above: parentheses that are open, and every word and sign that can start an operand.
pub(super) fn may_nest(tokens: &[TokenWithSpan]) -> bool {
    const DEEP: usize = 16;
    let mut open = 0usize;
    let mut deepest = 0;
    let mut prefixes = 0;
    let mut after_sign = false;
    for token in tokens {
        let mut is_sign = false;
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket => open += 1,
            Token::RParen | Token::RBracket => open = open.saturating_sub(1),
            Token::Word(w) => prefixes += usize::from(is_prefix(w.keyword)),
            Token::Minus | Token::Plus | Token::Tilde | Token::AtSign => {
                prefixes += usize::from(after_sign);
                is_sign = true;
            }
            _ => {}
        }
        after_sign = is_sign;
        deepest = deepest.max(open);
    }
    deepest + prefixes > DEEP
}

/// Words that are followed by an operand of theirs.
fn is_prefix(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::NOT | Keyword::CASE | Keyword::BETWEEN | Keyword::INTERVAL | Keyword::EXISTS
    )
}

/// PostgreSQL's error for a statement that nests too deeply.
pub(in crate::sql) fn too_complex() -> Error {
    Error::new(SqlState::StatementTooComplex, "stack depth limit exceeded").with_hint(
        "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), \
         after ensuring the platform's stack depth limit is adequate.",
    )
}

/// `syntax error at or near "x"`, x being the token at the location.
pub(in crate::sql) fn near(source: &str, location: Location) -> Error {
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
    if message == "Unterminated encoded string literal" && is_closed(rest) {
        return bad_escape(rest).at(position::character(source, error.location));
    }
    Error::syntax(format!("{what} at or near \"{rest}\""))
        .at(position::character(source, error.location))
}

/// Whether a literal with escapes has an end: then something within it is wrong.
fn is_closed(literal: &str) -> bool {
    let mut chars = literal.chars().skip_while(|c| *c != '\'').skip(1);
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\'' => return true,
            _ => {}
        }
    }
    false
}

/// What is wrong with a literal with escapes.
fn bad_escape(literal: &str) -> Error {
    if literal.contains("\\u0000") {
        return Error::syntax("invalid Unicode escape value at or near \"\\u0000\"");
    }
    if literal.contains("\\u") || literal.contains("\\U") {
        return Error::new(SqlState::InvalidEscapeSequence, "invalid Unicode escape")
            .with_hint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX.");
    }
    Error::new(
        SqlState::CharacterNotInRepertoire,
        "invalid byte sequence for encoding \"UTF8\"",
    )
}
