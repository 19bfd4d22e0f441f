//! Names and values as SQL has to write them.

use std::borrow::Cow;

use crate::error::Result;
use crate::types::{Datum, Env, text};

/// A name, in double quotes if it needs them (PostgreSQL's `quote_identifier`).
pub fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
        && KEYWORDS.binary_search(&name).is_err();
    match is_plain {
        true => Cow::Borrowed(name),
        false => Cow::Owned(format!("\"{}\"", name.replace('"', "\"\""))),
    }
}

/// A text as a literal; with its backslashes doubled, and an E before it, if it has any.
pub fn quoted_literal(s: &str) -> String {
    let quoted = s.replace('\'', "''");
    match s.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

/// The keywords of PostgreSQL 15 that are not free for every name (`pg_get_keywords()`, all but
/// category U), in order.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast",
    "char", "character", "check", "coalesce", "collate", "collation", "column", "concurrently",
    "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "dec", "decimal",
    "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists",
    "extract", "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant",
    "greatest", "group", "grouping", "having", "ilike", "in", "initially", "inner", "inout",
    "int", "integer", "intersect", "interval", "into", "is", "isnull", "join", "lateral",
    "leading", "least", "left", "like", "limit", "localtime", "localtimestamp", "national",
    "natural", "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric",
    "offset", "on", "only", "or", "order", "out", "outer", "overlaps", "overlay", "placing",
    "position", "precision", "primary", "real", "references", "returning", "right", "row",
    "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric",
    "table", "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim",
    "true", "union", "unique", "user", "using", "values", "varchar", "variadic", "verbose",
    "when", "where", "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists",
    "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
];

pub(super) fn quote_ident(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(quoted(args[0].as_str()?)))
}

/// A value of any type is cast to text first.
pub(super) fn quote_literal(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let text = text::concatenate(env, &args[..1])?;
    Ok(Datum::text(quoted_literal(text.as_str()?)))
}

pub(super) fn quote_nullable(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    match &args[0] {
        Datum::Null => Ok(Datum::text("NULL")),
        _ => quote_literal(env, args),
    }
}
