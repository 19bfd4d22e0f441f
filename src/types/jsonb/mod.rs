//! `jsonb`. A value is the canonical text that PostgreSQL prints, so that it is stored and sent
//! without being decoded; each operation reads as much of the text as it needs.
//!
//! - [`tree`]: [`Json`], a document in memory, and how it is printed.
//! - [`parse`](mod@parse): text to tree, with PostgreSQL's complaints.
//! - [`scan`]: a field or an element out of canonical text, without a tree.
//! - [`compare`](mod@compare): the order of documents, and containment.
//! - [`access`], [`edit`], [`build`]: what SQL reads from, changes in and makes of documents.

pub mod access;
pub mod build;
pub mod compare;
pub mod edit;
pub mod parse;
pub mod scan;
pub mod tree;

use std::sync::Arc;

pub use compare::compare;
pub use tree::Json;

use super::datum::Datum;
use crate::error::{Error, Result};

/// Reads any JSON text and returns its canonical form.
pub fn parse(s: &str) -> Result<Arc<str>> {
    Ok(parse::document(s)?.to_string().into())
}

impl Datum {
    /// The canonical text of a `jsonb`.
    pub fn as_json(&self) -> Result<&str> {
        match self {
            Self::Jsonb(text) => Ok(text),
            other => Err(Error::internal(format!("expected jsonb, got {other:?}"))),
        }
    }

    /// The document of a `jsonb`.
    pub fn as_tree(&self) -> Result<Json> {
        parse::document(self.as_json()?)
    }
}

impl From<Json> for Datum {
    fn from(json: Json) -> Self {
        Self::Jsonb(json.to_string().into())
    }
}
