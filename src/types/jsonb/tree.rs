//! [`Json`]: a document in memory.

use std::fmt::{Display, Formatter, Result, Write};

/// A JSON value in its canonical form.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` and `false`
    Bool(bool),
    /// A number, as `numeric` prints it.
    Number(String),
    /// A string, without quotes and escapes.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in the order of [`key_order`] and without duplicates.
    Object(Vec<(String, Json)>),
}

/// The order of keys in an object: shorter ones first.
pub fn key_order(a: &str, b: &str) -> std::cmp::Ordering {
    (a.len(), a).cmp(&(b.len(), b))
}

impl Json {
    /// An object; of pairs with the same key the last one counts.
    pub fn object(mut pairs: Vec<(String, Json)>) -> Self {
        // The sort is stable: what comes last among equals was written last.
        pairs.sort_by(|(a, _), (b, _)| key_order(a, b));
        pairs.reverse();
        pairs.dedup_by(|(a, _), (b, _)| a == b);
        pairs.reverse();
        Self::Object(pairs)
    }

    /// What `jsonb_typeof` says.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// Whether this is neither an array nor an object.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// How many elements or pairs there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Array(items) => items.len(),
            Self::Object(pairs) => pairs.len(),
            _ => 1,
        }
    }

    /// Whether this is an array or an object with nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(pairs) => {
                let found = pairs.binary_search_by(|(k, _)| key_order(k, key));
                found.ok().map(|at| &pairs[at].1)
            }
            _ => None,
        }
    }

    /// The text over several lines, four spaces a level (`jsonb_pretty`).
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out, Some(0));
        out
    }

    /// `level` is the depth of the indentation; without one everything is on one line.
    fn write(&self, out: &mut dyn Write, level: Option<usize>) -> Result {
        let inner = level.map(|l| l + 1);
        let separator = if level.is_some() { "," } else { ", " };
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(b) => write!(out, "{b}"),
            Self::Number(n) => out.write_str(n),
            Self::String(s) => write_string(s, out),
            Self::Array(items) => {
                out.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    out.write_str(if i > 0 { separator } else { "" })?;
                    new_line(inner, out)?;
                    item.write(out, inner)?;
                }
                new_line(level, out)?;
                out.write_char(']')
            }
            Self::Object(pairs) => {
                out.write_char('{')?;
                for (i, (key, value)) in pairs.iter().enumerate() {
                    out.write_str(if i > 0 { separator } else { "" })?;
                    new_line(inner, out)?;
                    write_string(key, out)?;
                    out.write_str(": ")?;
                    value.write(out, inner)?;
                }
                new_line(level, out)?;
                out.write_char('}')
            }
        }
    }
}

fn new_line(level: Option<usize>, out: &mut dyn Write) -> Result {
    match level {
        Some(level) => write!(out, "\n{:width$}", "", width = level * 4),
        None => Ok(()),
    }
}

/// Writes a string with quotes, escaping what JSON demands and nothing else.
pub fn write_string(s: &str, out: &mut dyn Write) -> Result {
    out.write_char('"')?;
    let mut plain = 0;
    for (at, b) in s.bytes().enumerate() {
        if b >= b' ' && b != b'"' && b != b'\\' {
            continue;
        }
        out.write_str(&s[plain..at])?;
        plain = at + 1;
        match b {
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            b'\x08' => out.write_str("\\b")?,
            b'\x0c' => out.write_str("\\f")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            control => write!(out, "\\u{control:04x}")?,
        }
    }
    out.write_str(&s[plain..])?;
    out.write_char('"')
}

impl Display for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.write(f, None)
    }
}
