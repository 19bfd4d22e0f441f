//! Sizes and times with their units, and the bounds within which a setting takes them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub usize);

/// A time limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Duration);

/// Units of [`Size`], of which the last one that divides a size prints it. PostgreSQL's MB are MiB.
const SIZES: &[(&str, usize)] = &[
    ("B", 1),
    ("kB", 1 << 10),
    ("KB", 1 << 10),
    ("KiB", 1 << 10),
    ("MB", 1 << 20),
    ("MiB", 1 << 20),
    ("GB", 1 << 30),
    ("GiB", 1 << 30),
    ("TB", 1 << 40),
    ("TiB", 1 << 40),
];

/// Units of [`Time`], in milliseconds; PostgreSQL's.
const TIMES: &[(&str, usize)] = &[
    ("ms", 1),
    ("s", 1000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = with_unit(text, SIZES)?;
        let size = number.checked_mul(unit.unwrap_or(1));
        size.map(Self).ok_or_else(|| format!("{text} is too large"))
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = with_unit(text, TIMES)?;
        // PostgreSQL takes a bare number as seconds for some settings and as milliseconds for
        // others: here it must say.
        let unit = match unit {
            Some(unit) => unit,
            None if number == 0 => 1,
            None => return Err(format!("{text} has no unit, as in {text}ms or {text}s")),
        };
        let milliseconds = number.checked_mul(unit).and_then(|n| u64::try_from(n).ok());
        milliseconds
            .map(|n| Self(Duration::from_millis(n)))
            .ok_or_else(|| format!("{text} is too large"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, self.0, SIZES)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(
            f,
            usize::try_from(self.0.as_millis()).unwrap_or(usize::MAX),
            TIMES,
        )
    }
}

fn with_unit(text: &str, units: &[(&str, usize)]) -> Result<(usize, Option<usize>), String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = (&text[..digits], text[digits..].trim());
    let names = || {
        units
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let number = match number.parse() {
        Ok(number) => number,
        Err(_) if number.is_empty() => {
            return Err("it must be a whole number with a unit".to_owned());
        }
        Err(_) => return Err(format!("{text} is too large")),
    };
    if unit.is_empty() {
        return Ok((number, None));
    }
    match units.iter().find(|(name, _)| *name == unit) {
        Some((_, scale)) => Ok((number, Some(*scale))),
        None => Err(format!("the units are {}", names())),
    }
}

fn print(f: &mut fmt::Formatter<'_>, number: usize, units: &[(&str, usize)]) -> fmt::Result {
    let fits = |scale: usize| number > 0 && number.is_multiple_of(scale);
    match units.iter().rev().find(|(_, scale)| fits(*scale)) {
        Some((name, scale)) => write!(f, "{}{name}", number / scale),
        None => write!(f, "{number}"),
    }
}

/// A whole number within bounds.
pub(super) fn count(least: u32, most: u32) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(least)..=i64::from(most))
}

/// A size within bounds.
pub(super) fn size(
    least: usize,
    most: usize,
) -> impl Fn(&str) -> Result<Size, String> + Clone + Send + Sync {
    move |text| within(text.parse()?, Size(least), Size(most))
}

/// A time within bounds.
pub(super) fn time(
    least: Duration,
    most: Duration,
) -> impl Fn(&str) -> Result<Time, String> + Clone + Send + Sync {
    move |text| within(text.parse()?, Time(least), Time(most))
}

fn within<T: PartialOrd + fmt::Display>(value: T, least: T, most: T) -> Result<T, String> {
    if value < least || value > most {
        return Err(format!("{value} is not between {least} and {most}"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        let size = |text: &str| text.parse::<Size>();
        assert_eq!(size("64"), Ok(Size(64)));
        assert_eq!(size("64 MB"), size("64MiB"));
        assert_eq!(Size(3 << 20).to_string(), "3MiB");
        assert_eq!(Size(1025).to_string(), "1025B");
        for wrong in [
            "",
            "MB",
            "-1",
            "1.5GB",
            "1mb",
            "99999999999999999999",
            "99999999999TB",
        ] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        let time = |text: &str| text.parse::<Time>().map(|time| time.0);
        assert_eq!(time("0"), Ok(Duration::ZERO));
        assert_eq!(time("2min"), Ok(Duration::from_secs(120)));
        assert_eq!(time("5").unwrap_err(), "5 has no unit, as in 5ms or 5s");
        assert_eq!(Time(Duration::from_millis(1500)).to_string(), "1500ms");
    }
}
