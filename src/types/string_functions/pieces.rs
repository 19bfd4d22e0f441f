//! Lengths, and parts of a text by their place or by what is around them.

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::{Datum, Env};

/// A length as SQL has it. No value is 2 GB long.
fn int4(n: usize) -> Result<Datum> {
    Ok(Datum::Int4(n as i32))
}

pub(super) fn length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    int4(args[0].as_str()?.chars().count())
}

pub(super) fn octet_length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    int4(args[0].as_str()?.len())
}

pub(super) fn bit_length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    match i32::try_from(args[0].as_str()?.len() as u64 * 8) {
        Ok(bits) => Ok(Datum::Int4(bits)),
        Err(_) => Err(out_of_range()),
    }
}

pub(super) fn out_of_range() -> Error {
    Error::new(SqlState::NumericValueOutOfRange, "integer out of range")
}

pub(super) fn negative_length() -> Error {
    Error::new(
        SqlState::SubstringError,
        "negative substring length not allowed",
    )
}

/// The text before a number of characters, and the one after them.
fn split(s: &str, characters: i64) -> (&str, &str) {
    let at = usize::try_from(characters).unwrap_or(0);
    // A text has no more characters than bytes.
    let at = match at >= s.len() {
        true => s.len(),
        false => s.char_indices().nth(at).map_or(s.len(), |(at, _)| at),
    };
    s.split_at(at)
}

/// From the 1-based start; places before it count towards the length but hold nothing.
pub(super) fn substring(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let start = i64::from(args[1].as_i32()?);
    let (_, tail) = split(args[0].as_str()?, start - 1);
    let Some(length) = args.get(2) else {
        return Ok(Datum::text(tail));
    };
    let length = i64::from(length.as_i32()?);
    if length < 0 {
        return Err(negative_length());
    }
    let (piece, _) = split(tail, start + length - start.max(1));
    Ok(Datum::text(piece))
}

/// The place and the length of what `overlay` replaces: as long as what it puts there, unless a
/// length is given. Its end is a number that PostgreSQL keeps in 32 bits.
pub(super) fn overlaid(args: &[Datum], replacement: usize) -> Result<(i64, i64)> {
    let start = args[2].as_i32()?;
    let length = match args.get(3) {
        Some(length) => length.as_i32()?,
        None => replacement as i32,
    };
    if start <= 0 {
        return Err(negative_length());
    }
    let end = start.checked_add(length).ok_or_else(out_of_range)?;
    Ok((i64::from(start), i64::from(end)))
}

pub(super) fn overlay(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, replacement) = (args[0].as_str()?, args[1].as_str()?);
    let (start, end) = overlaid(args, replacement.chars().count())?;
    let (head, tail) = (split(s, start - 1).0, split(s, end - 1).1);
    Ok(Datum::text([head, replacement, tail].concat()))
}

/// The place of the second text in the first, in characters; 0 where it is not.
pub(super) fn position(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let s = args[0].as_str()?;
    match s.find(args[1].as_str()?) {
        Some(at) => int4(s[..at].chars().count() + 1),
        None => Ok(Datum::Int4(0)),
    }
}

/// How many characters a negative argument of `left` and `right` leaves of a text.
fn all_but(s: &str, n: i32) -> i64 {
    s.chars().count() as i64 + i64::from(n)
}

pub(super) fn left(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let s = args[0].as_str()?;
    let characters = match args[1].as_i32()? {
        n @ ..0 => all_but(s, n),
        n => i64::from(n),
    };
    Ok(Datum::text(split(s, characters).0))
}

pub(super) fn right(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let s = args[0].as_str()?;
    let before = match args[1].as_i32()? {
        // The least number has no opposite, and PostgreSQL keeps the whole text.
        n @ ..0 => i64::from(n.wrapping_neg()),
        n => all_but(s, -n),
    };
    Ok(Datum::text(split(s, before).1))
}

/// The text to trim, and whether a character is among those to trim: spaces if none are given.
fn trimmed(args: &[Datum]) -> Result<(&str, impl Fn(char) -> bool)> {
    let characters = args.get(1).map_or(Ok(" "), Datum::as_str)?;
    Ok((args[0].as_str()?, move |c| characters.contains(c)))
}

pub(super) fn btrim(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, goes) = trimmed(args)?;
    Ok(Datum::text(
        s.trim_start_matches(&goes).trim_end_matches(&goes),
    ))
}

pub(super) fn ltrim(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, goes) = trimmed(args)?;
    Ok(Datum::text(s.trim_start_matches(goes)))
}

pub(super) fn rtrim(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, goes) = trimmed(args)?;
    Ok(Datum::text(s.trim_end_matches(goes)))
}

/// The n-th of the fields between delimiters, from the end for a negative n; nothing beyond them.
pub(super) fn split_part(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, delimiter) = (args[0].as_str()?, args[1].as_str()?);
    let n = args[2].as_i32()?;
    if n == 0 {
        return Err(Error::new(
            SqlState::InvalidParameterValue,
            "field position must not be zero",
        ));
    }
    // Without a delimiter the text is the only field.
    let field = if delimiter.is_empty() {
        matches!(n, 1 | -1).then_some(s)
    } else {
        let index = match n {
            // Fields are told apart from the start even when they are counted from the end.
            ..0 => s.split(delimiter).count() as i64 + i64::from(n),
            n => i64::from(n) - 1,
        };
        let index = usize::try_from(index).ok();
        index.and_then(|index| s.split(delimiter).nth(index))
    };
    Ok(Datum::text(field.unwrap_or_default()))
}
