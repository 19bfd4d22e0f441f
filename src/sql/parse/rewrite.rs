//! Spellings that sqlparser does not know, rewritten token by token into ones that it does.

use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::DIALECT;

/// Rewrites a statement's tokens; blanks are left out.
pub(super) fn rewrite(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let tokens: Vec<TokenWithSpan> = tokens
        .iter()
        .filter(|t| !matches!(t.token, Token::Whitespace(_)))
        .cloned()
        .collect();
    match tokens.first() {
        Some(first) if word(first, "create") => hash_keys(tokens),
        Some(_) => symmetric(table_commands(tokens)),
        None => tokens,
    }
}

/// The function that `BETWEEN SYMMETRIC a AND b` becomes a call of: `BETWEEN "..."(a) AND b`.
pub(in crate::sql) const SYMMETRIC: &str = "between symmetric";

fn symmetric(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !tokens
        .iter()
        .any(|t| word(t, "symmetric") || word(t, "asymmetric"))
    {
        return tokens;
    }
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 2);
    // Per call that is open: how many parentheses and CASEs are open within it.
    let mut open: Vec<usize> = Vec::new();
    for token in tokens {
        let after_between = out.last().is_some_and(|t| word(t, "between"));
        if after_between && word(&token, "asymmetric") {
            continue;
        }
        if after_between && word(&token, "symmetric") {
            let marker = Token::make_word(SYMMETRIC, Some('"'));
            out.push(TokenWithSpan::new(marker, token.span));
            out.push(TokenWithSpan::new(Token::LParen, token.span));
            open.push(0);
            continue;
        }
        if let Some(nested) = open.last_mut() {
            if token.token == Token::LParen || word(&token, "case") {
                *nested += 1;
            } else if token.token == Token::RParen || word(&token, "end") {
                *nested = nested.saturating_sub(1);
            } else if *nested == 0 && word(&token, "and") {
                out.push(TokenWithSpan::new(Token::RParen, token.span));
                open.pop();
            }
        }
        out.push(token);
    }
    out
}

fn word(token: &TokenWithSpan, keyword: &str) -> bool {
    matches!(&token.token, Token::Word(w)
        if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(keyword))
}

/// `TABLE t` becomes `SELECT * FROM t`: sqlparser forgets how its name was quoted.
fn table_commands(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let starts_query = |before: Option<&TokenWithSpan>| match before {
        None => true,
        Some(t) => {
            t.token == Token::LParen || word(t, "union") || word(t, "all") || word(t, "except")
        }
    };
    if !tokens.iter().any(|t| word(t, "table")) {
        return tokens;
    }
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 2);
    let mut previous: Option<TokenWithSpan> = None;
    for token in tokens {
        if word(&token, "table") && starts_query(previous.as_ref()) {
            let span = token.span;
            for made in [
                Token::make_keyword("SELECT"),
                Token::Mul,
                Token::make_keyword("FROM"),
            ] {
                out.push(TokenWithSpan::new(made, span));
            }
        } else {
            out.push(token.clone());
        }
        previous = Some(token);
    }
    out
}

/// YugabyteDB's `PRIMARY KEY ((a, b) HASH, c ASC)` becomes `PRIMARY KEY (a, b, c ASC)`: how rows
/// are spread over nodes means nothing to one node, and the key is ordered either way.
fn hash_keys(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let opens = token.token == Token::LParen
            && matches!(out.as_slice(), [.., a, b] if word(a, "primary") && word(b, "key"));
        out.push(token);
        if !opens {
            continue;
        }
        let key = take_parenthesized(&mut rest);
        let hashed = key.windows(2).any(|w| {
            (w[0].token == Token::RParen || matches!(w[0].token, Token::Word(_)))
                && word(&w[1], "hash")
        });
        let plain = |t: &TokenWithSpan| {
            !word(t, "hash") && !matches!(t.token, Token::LParen | Token::RParen)
        };
        match key.split_last() {
            Some((close, inner)) if hashed && close.token == Token::RParen => {
                out.extend(inner.iter().filter(|t| plain(t)).cloned());
                out.push(close.clone());
            }
            _ => out.extend(key),
        }
    }
    out
}

/// Takes the tokens up to the parenthesis that closes, with it.
fn take_parenthesized(rest: &mut impl Iterator<Item = TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut depth = 1;
    let mut taken = Vec::new();
    for token in rest {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        taken.push(token);
        if depth == 0 {
            break;
        }
    }
    taken
}

/// Whether a name must be quoted because it is a reserved word.
pub(super) fn is_reserved(name: &str) -> bool {
    match Token::make_keyword(&name.to_ascii_uppercase()) {
        Token::Word(w) => {
            w.keyword != Keyword::NoKeyword && DIALECT.is_reserved_for_identifier(w.keyword)
        }
        _ => false,
    }
}
