//! `timestamptz`: an instant, in microseconds since 2000-01-01 UTC.
//!
//! - [`calendar`]: days and clock time of the proleptic Gregorian calendar.
//! - [`zone`]: time zones by name, by abbreviation and by offset.
//! - [`parse`](mod@parse): literals, with [`tokens`], [`units`] and [`words`] that they consist of.
//! - [`functions`]: `now()`, the parts of an instant, truncation.

pub mod calendar;
pub mod functions;
pub mod parse;
#[cfg(test)]
mod tests;
mod tokens;
mod units;
mod words;
pub mod zone;

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

pub use parse::parse;
pub use zone::{parse_zone, zone_name};

use self::calendar::{Local, MICROS_PER_SECOND};
use super::env::Formats;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// `-infinity`
pub const NEG_INFINITY: i64 = i64::MIN;
/// `infinity`
pub const INFINITY: i64 = i64::MAX;
/// The first instant, 4714-11-24 BC.
const FIRST: i64 = -211_813_488_000_000_000;
/// The first instant that is too late, in 294277.
const END: i64 = 9_223_371_331_200_000_000;
/// 1970-01-01, in seconds since 2000-01-01.
const UNIX_EPOCH_SECONDS: i64 = -946_684_800;

/// What the clock shows.
pub fn current_micros() -> i64 {
    let since_1970 = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX / 2),
        Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX / 2),
    };
    since_1970 + UNIX_EPOCH_SECONDS * MICROS_PER_SECOND
}

/// Whether this is neither infinity.
pub fn is_finite(micros: i64) -> bool {
    micros != INFINITY && micros != NEG_INFINITY
}

/// An instant that PostgreSQL has room for.
fn in_range(micros: i64) -> Option<i64> {
    (FIRST..END).contains(&micros).then_some(micros)
}

/// An instant that a client has sent in its binary form.
pub fn check(micros: i64) -> Result<i64> {
    if !is_finite(micros) || in_range(micros).is_some() {
        Ok(micros)
    } else {
        Err(out_of_range())
    }
}

#[cold]
fn out_of_range() -> Error {
    Error::new(SqlState::DatetimeFieldOverflow, "timestamp out of range")
}

/// An instant out of the clock and the calendar of a zone.
fn from_local(local: &Local, zone: &jiff::tz::TimeZone) -> Option<i64> {
    let micros = local.to_micros()?;
    in_range(micros.checked_sub(zone::offset_of_local(zone, micros) * MICROS_PER_SECOND)?)
}

/// Appends the text form (DateStyle ISO).
pub fn print(micros: i64, formats: &Formats, out: &mut String) {
    write(micros, &formats.time_zone, ' ', out);
}

/// Appends the form that JSON has: a T between date and time, and always the offset's minutes.
pub fn print_json(micros: i64, formats: &Formats, out: &mut String) {
    write(micros, &formats.time_zone, 'T', out);
}

fn write(micros: i64, zone: &jiff::tz::TimeZone, separator: char, out: &mut String) {
    match micros {
        INFINITY => return out.push_str("infinity"),
        NEG_INFINITY => return out.push_str("-infinity"),
        _ => {}
    }
    let offset = zone::offset_at(zone, micros);
    let t = Local::from_micros(micros.saturating_add(offset * MICROS_PER_SECOND));
    let (year, era) = if t.year > 0 {
        (t.year, "")
    } else {
        (1 - t.year, " BC")
    };
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "{year:04}-{:02}-{:02}{separator}{:02}:{:02}:{:02}",
        t.month, t.day, t.hour, t.minute, t.second
    );
    if t.micro > 0 {
        let fraction = format!(".{:06}", t.micro);
        out.push_str(fraction.trim_end_matches('0'));
    }
    zone::write_offset(offset, separator == 'T', out);
    out.push_str(era);
}
