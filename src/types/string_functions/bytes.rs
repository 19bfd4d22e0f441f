//! Functions of bytes that are like those of text. More of them are in [`crate::types::bytea`].

use super::pieces::{out_of_range, overlaid};
use crate::error::Result;
use crate::types::{Datum, Env};

fn datum(bytes: &[u8]) -> Result<Datum> {
    Ok(Datum::Bytea(bytes.into()))
}

pub(super) fn bit_length(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    match i32::try_from(args[0].as_bytes()?.len() as u64 * 8) {
        Ok(bits) => Ok(Datum::Int4(bits)),
        Err(_) => Err(out_of_range()),
    }
}

pub(super) fn bit_count(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let ones = args[0]
        .as_bytes()?
        .iter()
        .map(|b| i64::from(b.count_ones()));
    Ok(Datum::Int8(ones.sum()))
}

pub(super) fn overlay(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (bytes, replacement) = (args[0].as_bytes()?, args[1].as_bytes()?);
    let (start, end) = overlaid(args, replacement.len())?;
    let place = |position: i64| (position - 1).clamp(0, bytes.len() as i64) as usize;
    let (head, tail) = (&bytes[..place(start)], &bytes[place(end)..]);
    datum(&[head, replacement, tail].concat())
}

/// The bytes, and how many there are at the start and at the end that are among the others.
fn trimmed(args: &[Datum]) -> Result<(&[u8], usize, usize)> {
    let (bytes, set) = (args[0].as_bytes()?, args[1].as_bytes()?);
    let goes = |b: &&u8| set.contains(b);
    let leading = bytes.iter().take_while(goes).count();
    let trailing = bytes[leading..].iter().rev().take_while(goes).count();
    Ok((bytes, leading, trailing))
}

pub(super) fn btrim(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (bytes, leading, trailing) = trimmed(args)?;
    datum(&bytes[leading..bytes.len() - trailing])
}

pub(super) fn ltrim(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (bytes, leading, _) = trimmed(args)?;
    datum(&bytes[leading..])
}

pub(super) fn rtrim(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (bytes, leading, trailing) = trimmed(args)?;
    // Where everything goes there is no end that is left over.
    let kept = if leading == bytes.len() {
        0
    } else {
        bytes.len() - trailing
    };
    datum(&bytes[..kept])
}
