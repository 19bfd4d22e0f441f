//! What SQL calculates with instants: comparison, the clock, the parts of an instant, truncation.

use std::sync::Arc;

use jiff::tz::TimeZone;
use num_bigint::BigInt;

use super::calendar::{
    JULIAN_2000, Local, MICROS_PER_DAY, MICROS_PER_SECOND, date_from_days, days_from_date,
    iso_week, iso_year_start, weekday,
};
use super::words::{Unit, unit};
use super::{INFINITY, NEG_INFINITY, UNIX_EPOCH_SECONDS};
use super::{current_micros, from_local, in_range, is_finite, out_of_range, zone};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::compare;
use crate::types::datum::Datum;
use crate::types::declare::{functions, operators};
use crate::types::env::Env;
use crate::types::numeric::{self, Numeric};

operators! { pub(in crate::types) OPERATORS:
    "=" 1152 timestamptz_eq(Timestamptz, Timestamptz) -> Bool, Immutable, compare::eq;
    "<>" 1153 timestamptz_ne(Timestamptz, Timestamptz) -> Bool, Immutable, compare::ne;
    "<" 1154 timestamptz_lt(Timestamptz, Timestamptz) -> Bool, Immutable, compare::lt;
    "<=" 1155 timestamptz_le(Timestamptz, Timestamptz) -> Bool, Immutable, compare::le;
    ">=" 1156 timestamptz_ge(Timestamptz, Timestamptz) -> Bool, Immutable, compare::ge;
    ">" 1157 timestamptz_gt(Timestamptz, Timestamptz) -> Bool, Immutable, compare::gt;
}

functions! { pub(in crate::types) FUNCTIONS:
    274 timeofday() -> Text, Volatile, time_of_day;
    1158 to_timestamp(Float8) -> Timestamptz, Immutable, to_timestamp;
    1171 date_part(Text, Timestamptz) -> Float8, Stable, date_part;
    1217 date_trunc(Text, Timestamptz) -> Timestamptz, Stable, date_trunc;
    1284 date_trunc(Text, Timestamptz, Text) -> Timestamptz, Stable, date_trunc;
    1299 now() -> Timestamptz, Stable, now;
    1314 timestamptz_cmp(Timestamptz, Timestamptz) -> Int4, Immutable, cmp;
    1389 isfinite(Timestamptz) -> Bool, Immutable, finite;
    2647 transaction_timestamp() -> Timestamptz, Stable, now;
    2648 statement_timestamp() -> Timestamptz, Stable, statement_timestamp;
    2649 clock_timestamp() -> Timestamptz, Volatile, clock_timestamp;
    6203 extract(Text, Timestamptz) -> Numeric, Stable, extract;
}

impl Datum {
    /// The microseconds of a `timestamptz`.
    pub fn as_micros(&self) -> Result<i64> {
        match self {
            Self::Timestamptz(micros) => Ok(*micros),
            other => Err(Error::internal(format!(
                "expected timestamptz, got {other:?}"
            ))),
        }
    }
}

fn now(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Timestamptz(env.transaction_start()))
}

fn statement_timestamp(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Timestamptz(env.statement_start()))
}

fn clock_timestamp(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Timestamptz(current_micros()))
}

fn cmp(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Int4(
        args[0].as_micros()?.cmp(&args[1].as_micros()?) as i32
    ))
}

fn finite(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(is_finite(args[0].as_micros()?)))
}

/// As in "Sat Nov 21 03:31:27.486294 2026 UTC".
fn time_of_day(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (micros, zone) = (current_micros(), &env.formats().time_zone);
    let t = Local::from_micros(micros + zone::offset_at(zone, micros) * MICROS_PER_SECOND);
    Ok(Datum::text(format!(
        "{} {} {:02} {:02}:{:02}:{:02}.{:06} {:04} {}",
        DAYS[weekday(t.days()) as usize],
        MONTHS[t.month as usize - 1],
        t.day,
        t.hour,
        t.minute,
        t.second,
        t.micro,
        t.year,
        zone::abbreviation_at(zone, micros),
    )))
}

fn to_timestamp(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let error = |message| Error::new(SqlState::DatetimeFieldOverflow, message);
    let seconds = args[0].as_float()?;
    if seconds.is_nan() {
        return Err(error("timestamp cannot be NaN".into()));
    }
    if seconds.is_infinite() {
        let infinity = if seconds > 0.0 {
            INFINITY
        } else {
            NEG_INFINITY
        };
        return Ok(Datum::Timestamptz(infinity));
    }
    let since_2000 = seconds + UNIX_EPOCH_SECONDS as f64;
    let micros = (since_2000 * MICROS_PER_SECOND as f64).round_ties_even();
    // A float beyond the integers becomes the greatest of them, which is out of range as well.
    let instant = in_range(micros as i64).ok_or_else(|| {
        let shown = crate::types::float8::to_significant(seconds, 6);
        error(format!("timestamp out of range: \"{shown}\""))
    })?;
    Ok(Datum::Timestamptz(instant))
}

/// A part of an instant: an integer over a power of ten, or one of the odd ones.
enum Part {
    /// (unscaled, scale)
    Number(i64, i64),
    /// A day, and the microseconds of it that are over.
    Julian(i64, i64),
    Infinite(bool),
    None,
}

fn extract(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let number = match part(&args[0], args[1].as_micros()?, &env.formats().time_zone)? {
        Part::Number(unscaled, scale) => Numeric::new(BigInt::from(unscaled), scale)?,
        Part::Julian(day, micros) => julian(day, micros)?,
        Part::Infinite(true) => Numeric::Infinity,
        Part::Infinite(false) => Numeric::NegInfinity,
        Part::None => return Ok(Datum::Null),
    };
    Ok(Datum::Numeric(Arc::new(number)))
}

fn date_part(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let number = match part(&args[0], args[1].as_micros()?, &env.formats().time_zone)? {
        Part::Number(unscaled, scale) => unscaled as f64 / 10f64.powi(scale as i32),
        Part::Julian(day, micros) => day as f64 + micros as f64 / MICROS_PER_DAY as f64,
        Part::Infinite(true) => f64::INFINITY,
        Part::Infinite(false) => f64::NEG_INFINITY,
        Part::None => return Ok(Datum::Null),
    };
    Ok(Datum::Float8(number))
}

/// The day and its fraction, to as many digits as PostgreSQL's division gives: at least 16 that
/// count, in whole groups of four, of which the quotient's first may be zero.
fn julian(day: i64, micros: i64) -> Result<Numeric> {
    let weight = |n: i64| n.checked_ilog(10_000).map_or(0, i64::from);
    let first = |n: i64| n / 10_000i64.pow(weight(n) as u32);
    let borrow = i64::from(first(micros) <= first(MICROS_PER_DAY));
    let groups = weight(micros) - weight(MICROS_PER_DAY) - borrow;
    let scale = 16 - groups * 4;
    let unit = numeric::power_of_ten(scale);
    let per_day = BigInt::from(MICROS_PER_DAY);
    let fraction = (BigInt::from(micros) * &unit + &per_day / 2) / per_day;
    Numeric::new(BigInt::from(day) * unit + fraction, scale)
}

/// Parts that only ever grow are infinite for an infinity; the others are NULL.
fn part_of_infinity(unit: Unit, positive: bool) -> Part {
    match unit {
        Unit::Year
        | Unit::Decade
        | Unit::Century
        | Unit::Millennium
        | Unit::Julian
        | Unit::IsoYear
        | Unit::Epoch => Part::Infinite(positive),
        _ => Part::None,
    }
}

fn part(name: &Datum, micros: i64, zone: &TimeZone) -> Result<Part> {
    let unit = unit_of(name)?;
    if !is_finite(micros) {
        return Ok(part_of_infinity(unit, micros > 0));
    }
    let offset = zone::offset_at(zone, micros);
    let t = Local::from_micros(micros + offset * MICROS_PER_SECOND);
    let whole = |n| Part::Number(n, 0);
    Ok(match unit {
        Unit::Microseconds => whole(t.second * MICROS_PER_SECOND + t.micro),
        Unit::Milliseconds => Part::Number(t.second * MICROS_PER_SECOND + t.micro, 3),
        Unit::Second => Part::Number(t.second * MICROS_PER_SECOND + t.micro, 6),
        Unit::Minute => whole(t.minute),
        Unit::Hour => whole(t.hour),
        Unit::Day => whole(t.day),
        Unit::Week => whole(iso_week(t.days()).1),
        Unit::Month => whole(t.month),
        Unit::Quarter => whole((t.month - 1) / 3 + 1),
        Unit::Year => whole(without_zero(t.year)),
        Unit::Decade => whole(t.year.div_euclid(10)),
        Unit::Century => whole(period(t.year, 100)),
        Unit::Millennium => whole(period(t.year, 1000)),
        Unit::Julian => Part::Julian(t.days() + JULIAN_2000, t.micros_of_day()),
        Unit::IsoYear => whole(without_zero(iso_week(t.days()).0)),
        Unit::DayOfWeek => whole(weekday(t.days())),
        Unit::IsoDayOfWeek => whole((weekday(t.days()) + 6) % 7 + 1),
        Unit::DayOfYear => whole(t.days() - days_from_date(t.year, 1, 1) + 1),
        Unit::Timezone => whole(offset),
        Unit::TimezoneHour => whole(offset / 3600),
        Unit::TimezoneMinute => whole(offset / 60 % 60),
        Unit::Epoch => return since_1970(micros),
    })
}

fn since_1970(micros: i64) -> Result<Part> {
    micros
        .checked_sub(UNIX_EPOCH_SECONDS * MICROS_PER_SECOND)
        .map(|n| Part::Number(n, 6))
        .ok_or_else(out_of_range)
}

/// The number of a year that is not counted from 0: 1 BC is -1.
fn without_zero(year: i64) -> i64 {
    if year > 0 { year } else { year - 1 }
}

/// The number of a century or a millennium: the first one started in 1, the one before is -1.
fn period(year: i64, length: i64) -> i64 {
    if year > 0 {
        (year + length - 1) / length
    } else {
        -((length - year) / length)
    }
}

/// The first year of a century or a millennium.
fn period_start(year: i64, length: i64) -> i64 {
    (year - 1).div_euclid(length) * length + 1
}

fn unit_of(name: &Datum) -> Result<Unit> {
    let name = name.as_str()?.to_ascii_lowercase();
    unit(&name).ok_or_else(|| unknown_unit(&name))
}

#[cold]
fn unknown_unit(name: &str) -> Error {
    Error::new(
        SqlState::InvalidParameterValue,
        format!("unit \"{name}\" not recognized for type timestamp with time zone"),
    )
}

fn date_trunc(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let micros = args[1].as_micros()?;
    let unit = unit_of(&args[0])?;
    let truncated = match args.get(2) {
        Some(name) => truncate(unit, &args[0], micros, &zone_argument(name.as_str()?)?)?,
        None => truncate(unit, &args[0], micros, &env.formats().time_zone)?,
    };
    Ok(Datum::Timestamptz(truncated))
}

/// A zone as functions are told it: an abbreviation or a name.
fn zone_argument(name: &str) -> Result<TimeZone> {
    let lower = name.to_ascii_lowercase();
    zone::abbreviation(&lower)
        .and_then(zone::fixed)
        .or_else(|| zone::named(name).map(|(zone, _)| zone))
        .ok_or_else(|| {
            Error::new(
                SqlState::InvalidParameterValue,
                format!("time zone \"{name}\" not recognized"),
            )
        })
}

fn truncate(unit: Unit, name: &Datum, micros: i64, zone: &TimeZone) -> Result<i64> {
    let offset =
        zone::offset_at(zone, micros.clamp(super::FIRST, super::END - 1)) * MICROS_PER_SECOND;
    let local = micros.saturating_add(offset);
    // Within a day the offset stays what it is; a day may start with another one.
    let within_day = |length: i64| local - local.rem_euclid(length) - offset;
    let t = Local::from_micros(local);
    let (year, month, day) = match unit {
        _ if !is_finite(micros) => return Ok(micros),
        Unit::Microseconds => return Ok(micros),
        Unit::Milliseconds => return Ok(within_day(1000)),
        Unit::Second => return Ok(within_day(MICROS_PER_SECOND)),
        Unit::Minute => return Ok(within_day(60 * MICROS_PER_SECOND)),
        Unit::Hour => return Ok(within_day(3600 * MICROS_PER_SECOND)),
        Unit::Day => (t.year, t.month, t.day),
        Unit::Week => {
            let (year, week) = iso_week(t.days());
            date_from_days(iso_year_start(year) + (week - 1) * 7)
        }
        Unit::Month => (t.year, t.month, 1),
        Unit::Quarter => (t.year, (t.month - 1) / 3 * 3 + 1, 1),
        Unit::Year => (t.year, 1, 1),
        Unit::Decade => (t.year.div_euclid(10) * 10, 1, 1),
        Unit::Century => (period_start(t.year, 100), 1, 1),
        Unit::Millennium => (period_start(t.year, 1000), 1, 1),
        _ => return Err(unknown_unit(&name.as_str()?.to_ascii_lowercase())),
    };
    let start = Local {
        year,
        month,
        day,
        ..Local::default()
    };
    from_local(&start, zone).ok_or_else(out_of_range)
}
