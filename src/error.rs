//! The one error of the server: a SQLSTATE, a message in PostgreSQL's voice and, where they help,
//! a detail, a hint and the position of the token to blame.
//!
//! `XX000` ([`Error::internal`]) means a bug of ours and nothing else.

use std::borrow::Cow;
use std::fmt;

use crate::sqlstate::SqlState;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a client is told when its statement fails.
///
/// It is one pointer wide, so that a `Result` around a small value stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Fields>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fields {
    state: SqlState,
    message: Cow<'static, str>,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<u32>,
    object: Object,
}

/// The database objects an error names in fields of their own (schema, table, column, constraint).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// Field `s`.
    pub schema: Option<String>,
    /// Field `t`.
    pub table: Option<String>,
    /// Field `c`.
    pub column: Option<String>,
    /// Field `n`.
    pub constraint: Option<String>,
}

impl Error {
    /// An error with its state and its message.
    pub fn new(state: SqlState, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Fields {
            state,
            message: message.into(),
            detail: None,
            hint: None,
            position: None,
            object: Object::default(),
        }))
    }

    /// A bug of ours.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(SqlState::InternalError, message)
    }

    /// A clause or a statement that keywire refuses; `what` names it, as in "FOR UPDATE".
    pub fn unsupported(what: impl fmt::Display) -> Self {
        Self::new(
            SqlState::FeatureNotSupported,
            format!("{what} is not supported"),
        )
    }

    /// A text that is not SQL.
    pub fn syntax(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(SqlState::SyntaxError, message)
    }

    /// Adds the detail, a whole sentence.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds the hint, a whole sentence.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds where in the statement's text the token to blame starts, in characters, from 1.
    /// A position that is there already is kept: the innermost knows best.
    pub fn at(mut self, position: Option<u32>) -> Self {
        self.0.position = self.0.position.or(position);
        self
    }

    /// Names the objects that the error is about.
    pub fn about(mut self, object: Object) -> Self {
        self.0.object = object;
        self
    }

    /// The SQLSTATE.
    pub fn state(&self) -> SqlState {
        self.0.state
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The detail, a whole sentence.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The hint, a whole sentence.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Where the token to blame starts, in characters, from 1.
    pub fn position(&self) -> Option<u32> {
        self.0.position
    }

    /// The objects that the error is about.
    pub fn object(&self) -> &Object {
        &self.0.object
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
