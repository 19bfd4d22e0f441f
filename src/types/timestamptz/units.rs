//! The smallest parts of a literal: numbers, times of day, offsets.

use super::calendar::{Local, MICROS_PER_DAY, MICROS_PER_SECOND};
use super::parse::Fault;

/// A number of one field.
pub(super) fn number(digits: &str) -> Result<i64, Fault> {
    // No field has room for more, and sums of such numbers do not overflow.
    let n: i32 = digits.parse().map_err(|_| Fault::Field)?;
    Ok(i64::from(n))
}

/// A time of day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clock {
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub micro: i64,
}

/// `hh:mm`, `hh:mm:ss`, `hh:mm:ss.fraction` and `mm:ss.fraction`.
pub(super) fn clock(text: &str) -> Result<Clock, Fault> {
    let (text, fraction) = match text.find('.') {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    };
    let mut parts = Vec::new();
    for part in text.split(':') {
        // What is left out is 0.
        parts.push(if part.is_empty() { 0 } else { number(part)? });
    }
    let micro = fraction.map_or(Ok(0), micros_of_fraction)?;
    let (hour, minute, second) = match (parts.as_slice(), fraction) {
        ([hour, minute, second], _) => (*hour, *minute, *second),
        ([hour, minute], None) => (*hour, *minute, 0),
        ([minute, second], Some(_)) => (0, *minute, *second),
        _ => return Err(Fault::Syntax),
    };
    let clock = Clock {
        hour,
        minute,
        second,
        micro,
    };
    if minute > 59 || second > 60 || hour > 24 || clock.micros() > MICROS_PER_DAY {
        return Err(Fault::Field);
    }
    Ok(clock)
}

impl Clock {
    /// Microseconds since midnight.
    fn micros(self) -> i64 {
        ((self.hour * 60 + self.minute) * 60 + self.second) * MICROS_PER_SECOND + self.micro
    }

    /// So much of a day.
    pub fn of_day(part: f64) -> Self {
        let micros = (part * MICROS_PER_DAY as f64) as i64;
        let Local {
            hour,
            minute,
            second,
            micro,
            ..
        } = Local::from_micros(micros);
        Self {
            hour,
            minute,
            second,
            micro,
        }
    }
}

/// A fraction of a second, with its point.
pub(super) fn micros_of_fraction(text: &str) -> Result<i64, Fault> {
    if text == "." {
        return Ok(0);
    }
    let seconds: f64 = text.parse().map_err(|_| Fault::Syntax)?;
    Ok((seconds * MICROS_PER_SECOND as f64).round_ties_even() as i64)
}

/// `+hh`, `+hhmm`, `+hh:mm` and `+hh:mm:ss`, in seconds.
pub(super) fn offset(text: &str) -> Result<i64, Fault> {
    /// PostgreSQL's limit of the hours.
    const MAX_HOURS: i64 = 15;
    let (sign, digits) = text.split_at(1);
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    let (hours, minutes, seconds) = match (parts.next(), parts.next()) {
        (None, _) if first.len() > 2 && first.bytes().all(|b| b.is_ascii_digit()) => {
            let (hours, minutes) = first.split_at(first.len() - 2);
            (hours, minutes, "0")
        }
        (minutes, seconds) => (first, minutes.unwrap_or("0"), seconds.unwrap_or("0")),
    };
    let part = |s: &str| {
        if s.is_empty() {
            Ok(0)
        } else {
            s.parse().map_err(|_| Fault::Syntax)
        }
    };
    let (hours, minutes, seconds): (i64, i64, i64) = (part(hours)?, part(minutes)?, part(seconds)?);
    if hours > MAX_HOURS || minutes > 59 || seconds > 59 {
        return Err(Fault::Displacement);
    }
    if parts.next().is_some() {
        return Err(Fault::Syntax);
    }
    let offset = (hours * 60 + minutes) * 60 + seconds;
    Ok(if sign == "-" { -offset } else { offset })
}
