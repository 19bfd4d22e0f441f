//! Spellings that sqlparser does not know, rewritten token by token into ones that it does.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{lexer, position};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// Rewrites a statement's tokens; blanks are left out.
pub(super) fn rewrite(source: &str, tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>> {
    let mut tokens: Vec<TokenWithSpan> = tokens
        .iter()
        .filter(|t| !matches!(t.token, Token::Whitespace(_)))
        .cloned()
        .collect();
    if tokens.first().is_some_and(|first| word(first, "create")) {
        tokens = hash_keys(tokens);
    }
    if tokens
        .first()
        .is_some_and(|t| DATA.iter().any(|keyword| word(t, keyword)))
    {
        tokens.iter_mut().for_each(plain_name);
        select_labels(&mut tokens);
    }
    refuse_quantified_arithmetic(source, &tokens)?;
    for (keyword, rewrite) in REWRITES {
        if tokens.iter().any(|t| word(t, keyword)) {
            tokens = rewrite(source, tokens)?;
        }
    }
    Ok(typed_strings(empty_lists(source, tokens)?))
}

/// How the statements start in which the words of other dialects are names.
const DATA: [&str; 6] = ["select", "insert", "update", "delete", "values", "with"];

/// Words that start clauses of other dialects in sqlparser, and are plain names in PostgreSQL: a
/// telephone directory may be a table.
const FOREIGN: [&str; 16] = [
    "directory",
    "overwrite",
    "qualify",
    "prewhere",
    "distribute",
    "cluster",
    "settings",
    "sample",
    "pivot",
    "unpivot",
    "semi",
    "anti",
    "asof",
    "minus",
    "top",
    "final",
];

fn plain_name(token: &mut TokenWithSpan) {
    if let Token::Word(w) = &mut token.token
        && w.quote_style.is_none()
        && FOREIGN
            .iter()
            .any(|foreign| w.value.eq_ignore_ascii_case(foreign))
    {
        w.keyword = Keyword::NoKeyword;
    }
}

/// `SELECT 1 select`: any word may be a label without AS, if nothing but a label can stand there.
fn select_labels(tokens: &mut [TokenWithSpan]) {
    for at in 1..tokens.len() {
        let is_last = match tokens.get(at + 1).map(|t| &t.token) {
            None | Some(Token::Comma | Token::RParen | Token::SemiColon) => true,
            Some(_) => false,
        };
        let after_value = matches!(
            tokens[at - 1].token,
            Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen
        );
        if is_last && after_value && word(&tokens[at], "select") {
            tokens[at].token = Token::make_word("select", Some('"'));
        }
    }
}

/// `1 + ANY (...)`: sqlparser knows that only comparisons can stand there, PostgreSQL says why.
fn refuse_quantified_arithmetic(source: &str, tokens: &[TokenWithSpan]) -> Result<()> {
    let arithmetic = |t: &TokenWithSpan| {
        matches!(
            t.token,
            Token::Plus
                | Token::Minus
                | Token::Div
                | Token::Mod
                | Token::Caret
                | Token::StringConcat
        )
    };
    let quantifier = |t: &TokenWithSpan| {
        ["any", "all", "some"]
            .iter()
            .any(|keyword| word(t, keyword))
    };
    let found = tokens
        .windows(3)
        .find(|w| arithmetic(&w[0]) && quantifier(&w[1]) && w[2].token == Token::LParen);
    match found {
        None => Ok(()),
        Some(tokens) => Err(Error::new(
            SqlState::WrongObjectType,
            "op ANY/ALL (array) requires operator to yield boolean",
        )
        .at(position::character(source, tokens[0].span.start))),
    }
}

/// Makes other tokens of a statement's.
type Rewrite = fn(&str, Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>>;

/// What is rewritten where a word occurs.
const REWRITES: [(&str, Rewrite); 6] = [
    ("table", |_, tokens| Ok(table_commands(tokens))),
    ("symmetric", |_, tokens| Ok(symmetric(tokens))),
    ("asymmetric", |_, tokens| Ok(symmetric(tokens))),
    ("isnull", |_, tokens| Ok(is_null(tokens))),
    ("trim", |_, tokens| Ok(trims(tokens))),
    ("fetch", fetches),
];

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

/// The function that `BETWEEN SYMMETRIC a AND b` becomes a call of: `BETWEEN "..."(a) AND b`.
pub(in crate::sql) const SYMMETRIC: &str = "between symmetric";

fn symmetric(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
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

/// `x ISNULL` becomes `x IS NULL`.
fn is_null(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 1);
    for token in tokens {
        let is_label = out.last().is_some_and(|t| word(t, "as"));
        if word(&token, "isnull") && !is_label {
            for keyword in ["IS", "NULL"] {
                out.push(TokenWithSpan::new(Token::make_keyword(keyword), token.span));
            }
        } else {
            out.push(token);
        }
    }
    out
}

/// `trim(LEADING FROM x)` becomes `ltrim(x)`: sqlparser wants to know what is cut off.
fn trims(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if word(&token, "from") {
            let (from_side, name) = match out.as_slice() {
                [.., trim, open, side] if is_trim(trim, open) => match () {
                    () if word(side, "leading") => (1, "ltrim"),
                    () if word(side, "trailing") => (1, "rtrim"),
                    () if word(side, "both") => (1, "btrim"),
                    () => (0, ""),
                },
                _ => (0, ""),
            };
            let bare = matches!(out.as_slice(), [.., trim, open] if is_trim(trim, open));
            if from_side == 1 || bare {
                out.truncate(out.len() - from_side);
                let function = out.len() - 2;
                let name = if bare { "btrim" } else { name };
                out[function].token = Token::make_word(name, None);
                continue;
            }
        }
        out.push(token);
    }
    out
}

fn is_trim(name: &TokenWithSpan, open: &TokenWithSpan) -> bool {
    word(name, "trim") && open.token == Token::LParen
}

/// `FETCH FIRST n ROWS ONLY` becomes `LIMIT (n)`: sqlparser takes a number only, and does not
/// mind what is missing.
fn fetches(source: &str, tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 2);
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let is_name = out
            .last()
            .is_none_or(|t| t.token == Token::Period || word(t, "as"));
        if !word(&token, "fetch") || is_name {
            out.push(token);
            continue;
        }
        let unexpected = |next: Option<&TokenWithSpan>| match next {
            Some(t) => lexer::near(source, t.span.start),
            None => lexer::end_of_input(source),
        };
        if rest
            .next_if(|t| word(t, "first") || word(t, "next"))
            .is_none()
        {
            return Err(unexpected(rest.peek()));
        }
        if limits_already(&out) {
            return Err(lexer::near(source, token.span.start));
        }
        let mut count = Vec::new();
        while let Some(t) =
            rest.next_if(|t| !word(t, "row") && !word(t, "rows") && t.token != Token::SemiColon)
        {
            count.push(t);
        }
        if rest
            .next_if(|t| word(t, "row") || word(t, "rows"))
            .is_none()
        {
            return Err(unexpected(rest.peek()));
        }
        if rest.next_if(|t| word(t, "with")).is_some() {
            return Err(Error::unsupported("WITH TIES"));
        }
        if rest.next_if(|t| word(t, "only")).is_none() {
            return Err(unexpected(rest.peek()));
        }
        let at = |made| TokenWithSpan::new(made, token.span);
        out.push(at(Token::make_keyword("LIMIT")));
        out.push(at(Token::LParen));
        if count.is_empty() {
            out.push(at(Token::Number("1".to_owned(), false)));
        }
        out.extend(count);
        out.push(at(Token::RParen));
    }
    Ok(out)
}

/// Whether the query that these tokens are the start of has a LIMIT.
fn limits_already(tokens: &[TokenWithSpan]) -> bool {
    let mut depth = 0usize;
    for token in tokens.iter().rev() {
        match token.token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return false,
            Token::LParen => depth -= 1,
            _ if depth == 0 && word(token, "limit") => return true,
            _ => {}
        }
    }
    false
}

/// What a SELECT without a list and without FROM selects from: `SELECT WHERE false`.
pub(in crate::sql) const NOTHING: &str = "from nothing";

/// `SELECT WHERE x` becomes `SELECT FROM "from nothing" WHERE x`: sqlparser knows SELECT without a
/// list before FROM only.
fn empty_lists(source: &str, tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let ends = |next: Option<&TokenWithSpan>| match next.map(|t| &t.token) {
        None | Some(Token::SemiColon | Token::RParen) => true,
        Some(Token::Word(w)) if w.quote_style.is_none() => matches!(
            w.keyword,
            Keyword::WHERE
                | Keyword::GROUP
                | Keyword::HAVING
                | Keyword::ORDER
                | Keyword::LIMIT
                | Keyword::OFFSET
                | Keyword::FOR
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
        ),
        Some(_) => false,
    };
    let select = |i: usize| {
        word(&tokens[i], "select")
            && (i == 0
                || !matches!(tokens[i - 1].token, Token::Period) && !word(&tokens[i - 1], "as"))
    };
    for i in 1..tokens.len() {
        if word(&tokens[i], "from") && word(&tokens[i - 1], "distinct") && i > 1 && select(i - 2) {
            return Err(lexer::near(source, tokens[i].span.start));
        }
    }
    let Some(first) = (0..tokens.len()).find(|&i| select(i) && ends(tokens.get(i + 1))) else {
        return Ok(tokens);
    };
    let mut out = tokens;
    let span = out[first].span;
    let made = [
        Token::make_keyword("FROM"),
        Token::make_word(NOTHING, Some('"')),
    ];
    out.splice(
        first + 1..first + 1,
        made.map(|token| TokenWithSpan::new(token, span)),
    );
    Ok(out)
}

/// `name 'x'` becomes `CAST('x' AS name)`: sqlparser takes only the types that it knows for a type
/// before a literal, and PostgreSQL any name.
fn typed_strings(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let is_typed = |pair: &[TokenWithSpan]| is_type_name(&pair[0]) && is_string(&pair[1].token);
    if !tokens.windows(2).any(is_typed) {
        return tokens;
    }
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 4);
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let is_label = out.last().is_some_and(|t| word(t, "as"));
        let literal = match is_type_name(&token) && !is_label {
            true => rest.next_if(|t| is_string(&t.token)),
            false => None,
        };
        let Some(literal) = literal else {
            out.push(token);
            continue;
        };
        let at = |made| TokenWithSpan::new(made, token.span);
        out.push(at(Token::make_keyword("CAST")));
        out.push(at(Token::LParen));
        out.push(literal);
        out.push(at(Token::make_keyword("AS")));
        out.push(token.clone());
        out.push(at(Token::RParen));
    }
    out
}

fn is_type_name(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(w) => {
            w.keyword == Keyword::NoKeyword && w.value != NOTHING && w.value != SYMMETRIC
                || w.quote_style.is_none()
                    && (w.value.eq_ignore_ascii_case("name") || w.value.eq_ignore_ascii_case("oid"))
        }
        _ => false,
    }
}

fn is_string(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::DollarQuotedString(_)
    )
}
