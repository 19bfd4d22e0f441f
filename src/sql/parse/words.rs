//! A cursor over the tokens of one statement, for what is parsed by hand.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::lexer;
use crate::error::{Error, Result};
use crate::sql::bind::names::identifier;

#[derive(Clone)]
pub(super) struct Words<'a> {
    source: &'a str,
    tokens: &'a [TokenWithSpan],
}

impl<'a> Words<'a> {
    pub fn new(source: &'a str, tokens: &'a [TokenWithSpan]) -> Self {
        let mut words = Self { source, tokens };
        words.skip_blanks();
        words
    }

    fn skip_blanks(&mut self) {
        while let [super::Blank!(), rest @ ..] = self.tokens {
            self.tokens = rest;
        }
    }

    /// What is left.
    pub fn rest(&self) -> &'a [TokenWithSpan] {
        self.tokens
    }

    pub fn peek(&self) -> Option<&'a Token> {
        self.tokens.first().map(|t| &t.token)
    }

    /// Where the next token starts; line 0 at the end.
    pub fn start(&self) -> Location {
        self.tokens
            .first()
            .map_or(Location::empty(), |t| t.span.start)
    }

    pub fn advance(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
        self.skip_blanks();
    }

    /// The next word in lower case if it is not quoted, or "(" for a parenthesis; else empty.
    pub fn peek_keyword(&self) -> String {
        match self.peek() {
            Some(Token::Word(w)) if w.quote_style.is_none() => w.value.to_ascii_lowercase(),
            Some(Token::LParen) => "(".to_owned(),
            _ => String::new(),
        }
    }

    /// Whether the next word is this one (in lower case).
    pub fn is(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(w))
            if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(keyword))
    }

    /// Takes the word if it comes next.
    pub fn take(&mut self, keyword: &str) -> bool {
        let found = self.is(keyword);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the words if the first of them comes next: the others must follow.
    pub fn take_all(&mut self, keywords: &[&str]) -> Result<bool> {
        let Some((first, rest)) = keywords.split_first() else {
            return Ok(true);
        };
        if !self.take(first) {
            return Ok(false);
        }
        for keyword in rest {
            self.expect(keyword)?;
        }
        Ok(true)
    }

    pub fn expect(&mut self, keyword: &str) -> Result<()> {
        if self.take(keyword) {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    pub fn take_token(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        if found {
            self.advance();
        }
        found
    }

    pub fn expect_token(&mut self, token: &Token) -> Result<()> {
        if self.take_token(token) {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    /// An identifier as it was written.
    pub fn ident(&mut self) -> Result<Ident> {
        let (Some(Token::Word(word)), [token, ..]) = (self.peek(), self.tokens) else {
            return Err(self.error());
        };
        self.advance();
        Ok(word.clone().into_ident(token.span))
    }

    /// An identifier, folded.
    pub fn name(&mut self) -> Result<String> {
        self.ident().map(|ident| identifier(&ident))
    }

    /// `a`, `a.b`
    pub fn qualified(&mut self) -> Result<Vec<Ident>> {
        let mut parts = vec![self.ident()?];
        while self.take_token(&Token::Period) {
            parts.push(self.ident()?);
        }
        Ok(parts)
    }

    /// `a, b`
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.take_token(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// A string literal, if one comes next.
    pub fn string(&mut self) -> Option<String> {
        let text = match self.peek()? {
            Token::SingleQuotedString(s)
            | Token::EscapedStringLiteral(s)
            | Token::UnicodeStringLiteral(s) => s.clone(),
            Token::DollarQuotedString(s) => s.value.clone(),
            _ => return None,
        };
        self.advance();
        Some(text)
    }

    /// The statement must end here.
    pub fn end(&mut self) -> Result<()> {
        let _ = self.take_token(&Token::SemiColon);
        match self.tokens {
            [] => Ok(()),
            _ => Err(self.error()),
        }
    }

    /// A syntax error at the next token.
    pub fn error(&self) -> Error {
        lexer::near(self.source, self.start())
    }
}
