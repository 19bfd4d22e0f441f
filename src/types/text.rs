//! `text`, `varchar(n)`, `name`: one representation, with lengths counted in characters.

use super::compare;
use super::datum::Datum;
use super::declare::{casts, functions, operators};
use super::env::Env;
use super::io;
use super::kind::Type;
use super::like;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The longest `name`, in bytes.
const NAME_BYTES: usize = 63;

/// Text from a client's bytes: UTF-8 without NUL.
pub fn from_utf8(bytes: &[u8]) -> Result<&str> {
    let (valid, text) = match std::str::from_utf8(bytes) {
        Ok(text) => (bytes.len(), text),
        Err(e) => (e.valid_up_to(), ""),
    };
    // A NUL before the first malformed character is the one to blame.
    match bytes[..valid].iter().position(|b| *b == 0) {
        Some(at) => Err(invalid_encoding(&bytes[at..])),
        None if valid < bytes.len() => Err(invalid_encoding(&bytes[valid..])),
        None => Ok(text),
    }
}

/// Names the bytes of the character that its first byte announces, as far as there are any.
#[cold]
fn invalid_encoding(rest: &[u8]) -> Error {
    let length = match rest.first() {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF7) => 4,
        _ => 1,
    };
    let bytes: Vec<String> = rest
        .iter()
        .take(length)
        .map(|b| format!("0x{b:02x}"))
        .collect();
    Error::new(
        SqlState::CharacterNotInRepertoire,
        format!(
            "invalid byte sequence for encoding \"UTF8\": {}",
            bytes.join(" ")
        ),
    )
}

/// A `name`: as much of the text as fits, in whole characters.
pub fn name(s: &str) -> &str {
    &s[..s.floor_char_boundary(NAME_BYTES)]
}

/// A `name` from its binary form, which is not cut but refused when it is too long.
pub fn read_name(bytes: &[u8]) -> Result<&str> {
    if bytes.len() > NAME_BYTES {
        return Err(
            Error::new(SqlState::NameTooLong, "identifier too long").with_detail(format!(
                "Identifier must be less than {} characters.",
                NAME_BYTES + 1
            )),
        );
    }
    from_utf8(bytes)
}

/// Fits a text to `varchar(n)`. Only spaces may be cut off, unless the cast was written out.
pub fn fit(s: &str, ty: Type, explicit: bool) -> Result<Option<&str>> {
    let Some(limit) = ty.char_limit() else {
        return Ok(None);
    };
    // No text has more characters than bytes, which are known.
    if s.len() <= limit {
        return Ok(None);
    }
    let Some((end, _)) = s.char_indices().nth(limit) else {
        return Ok(None);
    };
    if !explicit && s[end..].bytes().any(|b| b != b' ') {
        return Err(Error::new(
            SqlState::StringDataRightTruncation,
            format!("value too long for type {ty}"),
        ));
    }
    Ok(Some(&s[..end]))
}

operators! { pub(super) COMPARISONS:
    "=" 62 nameeq(Name, Name) -> Bool, Immutable, compare::eq;
    "=" 67 texteq(Text, Text) -> Bool, Immutable, compare::eq;
    "<>" 157 textne(Text, Text) -> Bool, Immutable, compare::ne;
    "=" 240 nameeqtext(Name, Text) -> Bool, Immutable, compare::eq;
    "<" 241 namelttext(Name, Text) -> Bool, Immutable, compare::lt;
    "<=" 242 nameletext(Name, Text) -> Bool, Immutable, compare::le;
    ">=" 243 namegetext(Name, Text) -> Bool, Immutable, compare::ge;
    ">" 244 namegttext(Name, Text) -> Bool, Immutable, compare::gt;
    "<>" 245 namenetext(Name, Text) -> Bool, Immutable, compare::ne;
    "=" 247 texteqname(Text, Name) -> Bool, Immutable, compare::eq;
    "<" 248 textltname(Text, Name) -> Bool, Immutable, compare::lt;
    "<=" 249 textlename(Text, Name) -> Bool, Immutable, compare::le;
    ">=" 250 textgename(Text, Name) -> Bool, Immutable, compare::ge;
    ">" 251 textgtname(Text, Name) -> Bool, Immutable, compare::gt;
    "<>" 252 textnename(Text, Name) -> Bool, Immutable, compare::ne;
    "<" 655 namelt(Name, Name) -> Bool, Immutable, compare::lt;
    "<=" 656 namele(Name, Name) -> Bool, Immutable, compare::le;
    ">" 657 namegt(Name, Name) -> Bool, Immutable, compare::gt;
    ">=" 658 namege(Name, Name) -> Bool, Immutable, compare::ge;
    "<>" 659 namene(Name, Name) -> Bool, Immutable, compare::ne;
    "<" 740 text_lt(Text, Text) -> Bool, Immutable, compare::lt;
    "<=" 741 text_le(Text, Text) -> Bool, Immutable, compare::le;
    ">" 742 text_gt(Text, Text) -> Bool, Immutable, compare::gt;
    ">=" 743 text_ge(Text, Text) -> Bool, Immutable, compare::ge;
}

operators! { pub(super) OPERATORS:
    "~~" 850 textlike(Text, Text) -> Bool, Immutable, like::like;
    "!~~" 851 textnlike(Text, Text) -> Bool, Immutable, like::not_like;
    "~~" 858 namelike(Name, Text) -> Bool, Immutable, like::like;
    "!~~" 859 namenlike(Name, Text) -> Bool, Immutable, like::not_like;
    "||" 1258 textcat(Text, Text) -> Text, Immutable, concatenate;
    "~~*" 1633 texticlike(Text, Text) -> Bool, Immutable, like::ilike;
    "!~~*" 1634 texticnlike(Text, Text) -> Bool, Immutable, like::not_ilike;
    "~~*" 1635 nameiclike(Name, Text) -> Bool, Immutable, like::ilike;
    "!~~*" 1636 nameicnlike(Name, Text) -> Bool, Immutable, like::not_ilike;
    "||" 2003 textanycat(Text, Any) -> Text, Stable, concatenate;
    "||" 2004 anytextcat(Any, Text) -> Text, Stable, concatenate;
    "~<~" 2160 text_pattern_lt(Text, Text) -> Bool, Immutable, compare::lt;
    "~<=~" 2161 text_pattern_le(Text, Text) -> Bool, Immutable, compare::le;
    "~>=~" 2163 text_pattern_ge(Text, Text) -> Bool, Immutable, compare::ge;
    "~>~" 2164 text_pattern_gt(Text, Text) -> Bool, Immutable, compare::gt;
    "^@" 3696 starts_with(Text, Text) -> Bool, Immutable, starts_with;
}

functions! { pub(super) FUNCTIONS:
    1569 like(Text, Text) -> Bool, Immutable, like::like;
    1570 notlike(Text, Text) -> Bool, Immutable, like::not_like;
    1571 like(Name, Text) -> Bool, Immutable, like::like;
    1572 notlike(Name, Text) -> Bool, Immutable, like::not_like;
    1637 like_escape(Text, Text) -> Text, Immutable, like::like_escape;
}

casts! { pub(super) CASTS:
    Name => Text, Implicit, 406 text same;
    Name => Varchar, Assignment, 1401 varchar same;
    Text => Name, Implicit, 407 name to_name;
    Text => Varchar, Implicit;
    Varchar => Name, Implicit, 1400 name to_name;
    Varchar => Text, Implicit;
}

/// Joins two values; one that is no text is printed first.
pub(super) fn concatenate(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let mut joined = String::new();
    for arg in args {
        match arg {
            Datum::Text(s) => joined.push_str(s),
            // Output functions spell a boolean `t`; concatenation goes by the cast to text.
            Datum::Bool(b) => joined.push_str(if *b { "true" } else { "false" }),
            other => joined.push_str(&io::to_string(io::kind_of(other), other, env.formats())),
        }
    }
    Ok(Datum::text(joined))
}

fn starts_with(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(
        args[0].as_str()?.starts_with(args[1].as_str()?),
    ))
}

fn same(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(args[0].clone())
}

fn to_name(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(name(args[0].as_str()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_bytes_are_named() {
        let message = |bytes: &[u8]| from_utf8(bytes).expect_err("bytes").message().to_owned();
        let prefix = "invalid byte sequence for encoding \"UTF8\": ";
        assert_eq!(message(b"a\0b"), format!("{prefix}0x00"));
        assert_eq!(message(b"a\xff\0"), format!("{prefix}0xff"));
        assert_eq!(message(b"\xe2\x28\xa1z"), format!("{prefix}0xe2 0x28 0xa1"));
        assert_eq!(message(b"\xe2\x82"), format!("{prefix}0xe2 0x82"));
        assert_eq!(from_utf8("ä".as_bytes()), Ok("ä"));
    }

    #[test]
    fn varchar_counts_characters_and_lets_go_of_spaces_only() {
        let ty = Type::varchar(3).expect("a type");
        assert_eq!(fit("äöü", ty, false), Ok(None));
        assert_eq!(fit("äöü  ", ty, false), Ok(Some("äöü")));
        assert_eq!(fit("äöüß", ty, true), Ok(Some("äöü")));
        let error = fit("äöüß", ty, false).expect_err("too long");
        assert_eq!(
            error.message(),
            "value too long for type character varying(3)"
        );
        assert_eq!(error.state().code(), "22001");
    }

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!(name(&"x".repeat(70)).len(), 63);
        assert_eq!(name(&"ä".repeat(40)).len(), 62);
    }
}
