//! Text to syntax trees.
//!
//! - [`lexer`]: text to tokens, and the limits that keep every later recursion short.
//! - [`keywords`]: the words that PostgreSQL reserves.
//! - [`position`]: where a token stands in the text.
//! - [`words`]: a cursor over tokens, for the statements that are parsed here.
//! - [`command`]: what the session does itself (SET, BEGIN, PREPARE...): token by token, because
//!   sqlparser reads them more loosely than PostgreSQL.
//! - [`utility`]: small DDL, EXPLAIN, and the names of what is refused.
//! - [`rewrite`]: spellings that sqlparser does not know become ones that it does.
//!
//! The rest (queries, INSERT, UPDATE, DELETE, CREATE TABLE) is sqlparser's.

mod command;
pub(super) mod keywords;
mod lexer;
pub(super) mod position;
mod rewrite;
mod utility;
mod words;

use std::ops::Range;
use std::sync::Arc;

use sqlparser::ast::{DataType, Ident, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

pub(super) use lexer::{near, tokens, too_complex};
pub(super) use rewrite::{NOTHING, SYMMETRIC};

use super::{Arguments, Command, Limits, Parsed};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

pub(super) static DIALECT: PostgreSqlDialect = PostgreSqlDialect {};

/// One statement. What [`Parsed`] shares.
#[derive(Debug)]
pub(super) struct Tree {
    /// The whole text that the statement came in; positions count from its start.
    pub source: Arc<str>,
    /// The statement's part of it, in bytes.
    pub range: Range<usize>,
    pub syntax: Syntax,
}

#[derive(Debug)]
pub(super) enum Syntax {
    /// A query, INSERT, UPDATE, DELETE or CREATE TABLE.
    Sql(Box<Statement>),
    Command(Command),
    Prepare {
        name: String,
        types: Vec<DataType>,
        body: Parsed,
    },
    Execute {
        name: String,
        arguments: Arguments,
    },
    Explain {
        options: Vec<ExplainOption>,
        body: Parsed,
    },
    CreateDatabase {
        name: Ident,
        options: Vec<DatabaseOption>,
    },
    DropDatabase {
        name: Ident,
        if_exists: bool,
        force: bool,
    },
    CreateSchema {
        name: Ident,
        if_not_exists: bool,
    },
    DropSchema {
        names: Vec<Ident>,
        if_exists: bool,
        cascade: bool,
    },
    DropTable {
        names: Vec<Vec<Ident>>,
        if_exists: bool,
    },
    Truncate {
        names: Vec<Vec<Ident>>,
    },
    /// What PostgreSQL knows and keywire refuses: its name.
    Refused(String),
}

/// `EXPLAIN (name value)`
#[derive(Debug)]
pub(super) struct ExplainOption {
    pub name: Ident,
    pub value: Option<String>,
}

/// `CREATE DATABASE x WITH name = value`
#[derive(Debug)]
pub(super) struct DatabaseOption {
    pub name: String,
    pub value: Option<String>,
    pub start: Location,
}

/// See [`super::parse()`].
pub(super) fn parse(text: &str, limits: Limits) -> Result<Vec<Parsed>> {
    if text.len() > limits.size {
        return Err(Error::new(
            SqlState::ProgramLimitExceeded,
            format!("statement is longer than {} bytes", limits.size),
        ));
    }
    let tokens = lexer::tokens(text)?;
    lexer::check_limits(&tokens, limits)?;
    let source: Arc<str> = Arc::from(text);
    let mut cursor = position::Cursor::new(text);
    let mut statements = Vec::new();
    for part in tokens.split_inclusive(|t| t.token == Token::SemiColon) {
        let part = trim(part);
        let (Some(first), Some(last)) = (part.first(), part.last()) else {
            continue;
        };
        if first.token == Token::SemiColon {
            continue;
        }
        let own = match last.token {
            Token::SemiColon => trim(&part[..part.len() - 1]),
            _ => part,
        };
        let start = cursor.advance(first.span.start);
        let end = cursor.advance(own.last().unwrap_or(last).span.end);
        let statement = Text {
            source: &source,
            limits,
        };
        statements.push(statement.parse(part, start..end)?);
    }
    Ok(statements)
}

/// `CREATE TABLE t` alone: sqlparser takes it for a table without columns.
fn is_incomplete_create(first: &TokenWithSpan, tokens: &[TokenWithSpan]) -> bool {
    let is_create =
        matches!(&first.token, Token::Word(w) if w.value.eq_ignore_ascii_case("create"));
    let defines = |t: &TokenWithSpan| match &t.token {
        Token::LParen => true,
        Token::Word(w) => w.value.eq_ignore_ascii_case("as"),
        _ => false,
    };
    is_create && !tokens.iter().any(defines)
}

/// Parses an expression, as the catalog keeps them.
pub(super) fn expression(text: &str) -> Result<sqlparser::ast::Expr> {
    let tokens = lexer::tokens(text)?;
    Parser::new(&DIALECT)
        .with_recursion_limit(1 << 10)
        .with_tokens_with_locations(tokens)
        .parse_expr()
        .map_err(|e| Error::internal(format!("a stored expression cannot be read: {e}")))
}

/// Without the blanks around it.
fn trim(mut tokens: &[TokenWithSpan]) -> &[TokenWithSpan] {
    while let [Blank!(), rest @ ..] = tokens {
        tokens = rest;
    }
    while let [rest @ .., Blank!()] = tokens {
        tokens = rest;
    }
    tokens
}

/// What a statement costs of sqlparser's count of nesting beyond its expressions: statement,
/// query, body.
const FRAME: usize = 8;

/// What parses the statements of one text.
#[derive(Clone, Copy)]
struct Text<'a> {
    source: &'a Arc<str>,
    limits: Limits,
}

impl Text<'_> {
    /// Parses one statement; `tokens` may end with its semicolon.
    fn parse(self, tokens: &[TokenWithSpan], range: Range<usize>) -> Result<Parsed> {
        let syntax = self.syntax(tokens)?;
        Ok(Parsed {
            tree: Arc::new(Tree {
                source: self.source.clone(),
                range,
                syntax,
            }),
        })
    }

    fn syntax(self, tokens: &[TokenWithSpan]) -> Result<Syntax> {
        let mut words = words::Words::new(self.source, tokens);
        let first = words.peek_keyword();
        match first.as_str() {
            "select" | "values" | "with" | "insert" | "update" | "delete" | "table" | "(" => {
                self.sql(tokens)
            }
            "explain" => utility::explain(self, &mut words),
            "create" => match utility::create(&mut words)? {
                Some(syntax) => Ok(syntax),
                None => self.sql(tokens),
            },
            "drop" => utility::drop(&mut words),
            "truncate" => utility::truncate(&mut words),
            "prepare" => command::prepare(self, &mut words),
            "execute" => command::execute(self, &mut words),
            first => match command::parse(first, &mut words)? {
                Some(command) => Ok(Syntax::Command(command)),
                None => utility::refused(&mut words),
            },
        }
    }

    /// Parses with sqlparser.
    fn sql(self, tokens: &[TokenWithSpan]) -> Result<Syntax> {
        let rewritten = rewrite::rewrite(self.source, tokens)?;
        if tokens
            .first()
            .is_some_and(|first| is_incomplete_create(first, &rewritten))
        {
            return Err(lexer::end_of_input(self.source));
        }
        self.with_parser(rewritten, |parser| parser.parse_statement())
            .map(|statement| Syntax::Sql(Box::new(statement)))
    }

    /// Runs sqlparser on tokens that must all be used up. It recurses with large frames: what may
    /// nest deeply is parsed on a stack of its own.
    fn with_parser<T: Send>(
        self,
        tokens: Vec<TokenWithSpan>,
        parse: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError> + Send,
    ) -> Result<T> {
        if !lexer::may_nest(&tokens) {
            return self.parse_here(tokens, parse);
        }
        /// What sqlparser takes of the stack for a level of nesting, at most, in a debug build.
        const LEVEL: usize = 256 << 10;
        let stack = (self.limits.depth + FRAME) * LEVEL;
        std::thread::scope(|scope| {
            let run = || self.parse_here(tokens, parse);
            let thread = std::thread::Builder::new().stack_size(stack);
            let thread = thread.spawn_scoped(scope, run).map_err(|e| {
                Error::new(SqlState::OutOfMemory, "out of memory").with_detail(e.to_string())
            })?;
            let parsed = thread.join();
            parsed.unwrap_or_else(|_| Err(Error::internal("the parser panicked")))
        })
    }

    fn parse_here<T>(
        self,
        tokens: Vec<TokenWithSpan>,
        parse: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
    ) -> Result<T> {
        let mut parser = Parser::new(&DIALECT)
            .with_recursion_limit(self.limits.depth + FRAME)
            .with_tokens_with_locations(tokens);
        let result = parse(&mut parser);
        let tree = match result {
            Ok(tree) => tree,
            Err(e) => {
                let next = parser.peek_token();
                return Err(lexer::parser_error(self.source, &e, &next));
            }
        };
        let _ = parser.consume_token(&Token::SemiColon);
        let next = parser.peek_token();
        if next.token != Token::EOF {
            return Err(lexer::near(self.source, next.span.start));
        }
        Ok(tree)
    }
}

/// A pattern for a token that means nothing.
macro_rules! Blank {
    () => {
        sqlparser::tokenizer::TokenWithSpan {
            token: sqlparser::tokenizer::Token::Whitespace(_),
            ..
        }
    };
}
use Blank;
