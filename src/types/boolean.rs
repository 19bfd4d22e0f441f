//! `boolean`.

use super::compare;
use super::datum::Datum;
use super::declare::{casts, operators};
use super::env::Env;
use super::kind::Kind;
use super::parse::{invalid, trim};
use crate::error::Result;

/// Reads the words for true and false; each may be cut as long as it is unique.
pub fn parse(s: &str) -> Result<bool> {
    let word = trim(s).to_ascii_lowercase();
    let is = |whole: &str, least: usize| word.len() >= least && whole.starts_with(word.as_str());
    if is("true", 1) || is("yes", 1) || is("on", 2) || word == "1" {
        Ok(true)
    } else if is("false", 1) || is("no", 1) || is("off", 2) || word == "0" {
        Ok(false)
    } else {
        Err(invalid(Kind::Bool, s))
    }
}

/// `t` or `f`.
pub fn print(b: bool) -> &'static str {
    if b { "t" } else { "f" }
}

operators! { pub(super) OPERATORS:
    "<" 56 boollt(Bool, Bool) -> Bool, Immutable, compare::lt;
    ">" 57 boolgt(Bool, Bool) -> Bool, Immutable, compare::gt;
    "=" 60 booleq(Bool, Bool) -> Bool, Immutable, compare::eq;
    "<>" 84 boolne(Bool, Bool) -> Bool, Immutable, compare::ne;
    "<=" 1691 boolle(Bool, Bool) -> Bool, Immutable, compare::le;
    ">=" 1692 boolge(Bool, Bool) -> Bool, Immutable, compare::ge;
}

casts! { pub(super) CASTS:
    Bool => Int4, Explicit, 2558 int4 to_int4;
    Bool => Text, Assignment, 2971 text to_text;
    Bool => Varchar, Assignment, 2971 text to_text;
    Int4 => Bool, Explicit, 2557 bool from_int4;
}

fn to_int4(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Int4(i32::from(args[0].as_bool()?)))
}

fn from_int4(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(args[0].as_int()? != 0))
}

/// A cast spells the word out, unlike the output function.
fn to_text(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(if args[0].as_bool()? {
        "true"
    } else {
        "false"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_be_cut_where_they_stay_unique() {
        for word in ["t", "TRUE", " tru\n", "y", "yes", "on", "1"] {
            assert_eq!(parse(word), Ok(true), "{word}");
        }
        for word in ["f", "False", "n", "no", "of", "off", " 0 "] {
            assert_eq!(parse(word), Ok(false), "{word}");
        }
        for word in ["", " ", "o", "truee", "2", "01", "on off"] {
            let error = parse(word).expect_err(word);
            assert_eq!(
                error.message(),
                format!("invalid input syntax for type boolean: \"{word}\"")
            );
        }
    }
}
