//! Case, padding, repetition, and other texts made of one.

use super::{append, check_length};
use crate::error::Result;
use crate::types::{Datum, Env};

pub(super) fn lower(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(args[0].as_str()?.to_ascii_lowercase()))
}

pub(super) fn upper(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(args[0].as_str()?.to_ascii_uppercase()))
}

/// The first letter of each word in upper case; words are of letters and digits.
pub(super) fn initcap(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let mut in_word = false;
    let capitalize = |c: char| {
        let shown = match in_word {
            true => c.to_ascii_lowercase(),
            false => c.to_ascii_uppercase(),
        };
        in_word = c.is_ascii_alphanumeric();
        shown
    };
    let capitalized: String = args[0].as_str()?.chars().map(capitalize).collect();
    Ok(Datum::text(capitalized))
}

/// A text cut to a length, and what fills it up to there.
fn padding(args: &[Datum]) -> Result<(String, String)> {
    /// The most bytes of a character: PostgreSQL asks for memory by them.
    const CHARACTER: usize = 4;
    let s = args[0].as_str()?;
    let length = usize::try_from(args[1].as_i32()?).unwrap_or(0);
    let fill = args.get(2).map_or(Ok(" "), Datum::as_str)?;
    let kept: String = s.chars().take(length).collect();
    let used = kept.chars().count();
    let length = if fill.is_empty() { used } else { length };
    check_length(length * CHARACTER)?;
    let filled = fill.chars().cycle().take(length - used).collect();
    Ok((kept, filled))
}

pub(super) fn lpad(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, fill) = padding(args)?;
    Ok(Datum::text(fill + &s))
}

pub(super) fn rpad(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, fill) = padding(args)?;
    Ok(Datum::text(s + &fill))
}

pub(super) fn repeat(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let s = args[0].as_str()?;
    let times = usize::try_from(args[1].as_i32()?).unwrap_or(0);
    check_length(s.len().saturating_mul(times))?;
    Ok(Datum::text(s.repeat(times)))
}

pub(super) fn reverse(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let reversed: String = args[0].as_str()?.chars().rev().collect();
    Ok(Datum::text(reversed))
}

pub(super) fn replace(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, from, to) = (args[0].as_str()?, args[1].as_str()?, args[2].as_str()?);
    if from.is_empty() || !s.contains(from) {
        return Ok(args[0].clone());
    }
    let mut pieces = s.split(from);
    let mut replaced = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        env.interrupt().check()?;
        append(&mut replaced, to)?;
        append(&mut replaced, piece)?;
    }
    Ok(Datum::text(replaced))
}

/// Puts for each character of one list the one at its place in another; it goes if there is none.
pub(super) fn translate(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (s, from, to) = (args[0].as_str()?, args[1].as_str()?, args[2].as_str()?);
    let mut to = to.chars();
    let mut map = std::collections::HashMap::new();
    for c in from.chars() {
        let replacement = to.next();
        map.entry(c).or_insert(replacement);
    }
    let mut translated = String::new();
    for c in s.chars() {
        let shown = map.get(&c).copied().unwrap_or(Some(c));
        let Some(shown) = shown else { continue };
        append(&mut translated, shown.encode_utf8(&mut [0; 4]))?;
    }
    env.interrupt().check()?;
    Ok(Datum::text(translated))
}
