//! Literals: numbers take the smallest type that holds them, strings none until their context
//! gives them one.

use std::sync::Arc;

use sqlparser::ast::{Value, ValueWithSpan};
use sqlparser::tokenizer::Location;

use super::{Binder, Typed};
use crate::error::Result;
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::{Datum, Kind, io};

impl Binder<'_> {
    pub(super) fn literal(&mut self, literal: &ValueWithSpan) -> Result<Typed> {
        let ValueWithSpan { value, span } = literal;
        let at = span.start;
        let (value, kind) = match value {
            Value::Number(digits, _) => return self.number(digits, at),
            Value::Placeholder(name) => return self.param(name, at),
            Value::Boolean(b) => (Datum::Bool(*b), Kind::Bool),
            Value::Null => (Datum::Null, Kind::Unknown),
            other => match string(other) {
                Some(text) => (self.text(text, at)?, Kind::Unknown),
                None => return Err(self.refuse(refused(other), at)),
            },
        };
        Ok(Typed::new(Expr::Const { value, kind }, kind, at))
    }

    fn text(&self, text: &str, at: Location) -> Result<Datum> {
        if text.contains('\0') {
            return Err(self.error(
                SqlState::CharacterNotInRepertoire,
                "invalid byte sequence for encoding \"UTF8\": 0x00",
                at,
            ));
        }
        Ok(Datum::Text(Arc::from(text)))
    }

    /// A number, which may have a minus sign before it.
    pub(super) fn number(&self, digits: &str, at: Location) -> Result<Typed> {
        let (value, kind) = if let Ok(i) = digits.parse::<i32>() {
            (Datum::Int4(i), Kind::Int4)
        } else if let Ok(i) = digits.parse::<i64>() {
            (Datum::Int8(i), Kind::Int8)
        } else {
            let value = io::parse_text(Kind::Numeric, digits, self.scope.env)
                .map_err(|e| e.at(self.position(at)))?;
            (value, Kind::Numeric)
        };
        Ok(Typed::new(Expr::Const { value, kind }, kind, at))
    }
}

/// The text of a quoted literal.
pub(super) fn string(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(s)
        | Value::EscapedStringLiteral(s)
        | Value::UnicodeStringLiteral(s)
        | Value::NationalStringLiteral(s) => Some(s),
        Value::DollarQuotedString(s) => Some(&s.value),
        _ => None,
    }
}

fn refused(value: &Value) -> String {
    match value {
        Value::HexStringLiteral(_)
        | Value::SingleQuotedByteStringLiteral(_)
        | Value::DoubleQuotedByteStringLiteral(_) => "a bit string literal".to_owned(),
        other => format!("the literal {other}"),
    }
}
