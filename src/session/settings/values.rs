//! Reading and printing the values of settings (PostgreSQL manual, 20.1.1).

use super::table::{Definition, Unit, Values};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The value in the form in which it is kept: canonical spelling, numbers in the setting's unit.
pub(super) fn check(definition: &'static Definition, value: &str) -> Result<String> {
    match definition.values {
        Values::Bool => match parse_bool(value) {
            Some(on) => Ok(if on { "on" } else { "off" }.to_owned()),
            None => Err(Error::new(
                SqlState::InvalidParameterValue,
                format!("parameter \"{}\" requires a Boolean value", definition.name),
            )),
        },
        Values::Integer { min, max, unit } => check_integer(definition, value, (min, max), unit),
        Values::Real { min, max } => match value.trim().parse::<f64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number.to_string()),
            Ok(number) => Err(outside(
                definition,
                &number.to_string(),
                &format!("{min} .. {max:e}"),
            )),
            Err(_) => Err(invalid(definition, value)),
        },
        Values::Enum(names) => one_of(names, value)
            .ok_or_else(|| invalid(definition, value).with_hint(available(names))),
        Values::Isolation => check_isolation(definition, value),
        Values::Text => Ok(value.to_owned()),
        Values::Only { accepted, refused } => check_only(definition, value, accepted, refused),
        Values::SearchPath => match split_list(value) {
            Some(_) => Ok(value.to_owned()),
            None => Err(invalid(definition, value).with_detail("List syntax is invalid.")),
        },
        Values::TimeZone => check_time_zone(definition, value),
        Values::DateStyle => check_date_style(definition, value),
        Values::Encoding => check_encoding(definition, value),
        Values::ApplicationName => Ok(value
            .bytes()
            .map(|b| {
                if (32..127).contains(&b) {
                    b as char
                } else {
                    '?'
                }
            })
            .collect()),
    }
}

/// The value as SHOW prints it.
pub(super) fn show(definition: &Definition, value: &str) -> String {
    let Values::Integer { unit, .. } = definition.values else {
        return value.to_owned();
    };
    let scales = scales(unit);
    let number: i64 = value.parse().unwrap_or(0);
    if scales.is_empty() || number <= 0 {
        return value.to_owned();
    }
    // The greatest unit of which it is a whole number.
    let base = scales.iter().find(|(_, size)| *size == 1);
    scales
        .iter()
        .rev()
        .find(|(_, size)| *size >= 1 && number % *size == 0)
        .or(base)
        .map_or_else(
            || value.to_owned(),
            |(name, size)| format!("{}{name}", number / size),
        )
}

/// The names of a list: `a, "B c"`. None where it is malformed.
pub(super) fn split_list(list: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = list.trim_start();
    if rest.is_empty() {
        return Some(names);
    }
    loop {
        let (name, tail) = next_name(rest)?;
        names.push(name);
        rest = tail.trim_start();
        match rest.strip_prefix(',') {
            Some(tail) => rest = tail.trim_start(),
            None => return rest.is_empty().then_some(names),
        }
    }
}

fn next_name(rest: &str) -> Option<(String, &str)> {
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest
            .find(|c: char| c == ',' || c.is_whitespace())
            .unwrap_or(rest.len());
        return (end > 0).then(|| (rest[..end].to_ascii_lowercase(), &rest[end..]));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
                name.push('"');
            }
            '"' => return Some((name, &quoted[at + 1..])),
            other => name.push(other),
        }
    }
    None
}

/// The output style and the order of fields of a kept `DateStyle`.
pub(super) fn split_date_style(value: &str) -> (&str, &str) {
    value.split_once(", ").unwrap_or((value, "MDY"))
}

fn check_integer(
    definition: &'static Definition,
    value: &str,
    (min, max): (i32, i32),
    unit: Unit,
) -> Result<String> {
    let text = value.trim();
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
        .unwrap_or(text.len());
    let (number, suffix) = (&text[..digits], text[digits..].trim());
    let Ok(number) = number.parse::<f64>() else {
        return Err(invalid(definition, value));
    };
    let scales = scales(unit);
    let scaled = if suffix.is_empty() {
        number
    } else {
        match fraction_of(unit, suffix) {
            Some(scale) => number * scale,
            None if scales.is_empty() => return Err(invalid(definition, value)),
            None => return Err(invalid(definition, value).with_hint(units_hint(unit))),
        }
    };
    let rounded = scaled.round_ties_even();
    if rounded < f64::from(min) || rounded > f64::from(max) {
        let name = scales
            .iter()
            .find(|(_, size)| *size == 1)
            .map(|(name, _)| *name);
        let shown = name.map_or_else(|| format!("{rounded}"), |name| format!("{rounded} {name}"));
        return Err(outside(definition, &shown, &format!("{min} .. {max}")));
    }
    Ok(format!("{}", rounded as i64))
}

/// The units that a whole number of the base unit makes, from the smallest.
fn scales(unit: Unit) -> &'static [(&'static str, i64)] {
    match unit {
        Unit::None => &[],
        Unit::Milliseconds => &[
            ("ms", 1),
            ("s", 1000),
            ("min", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
        ],
        Unit::Kilobytes => &[("kB", 1), ("MB", 1 << 10), ("GB", 1 << 20), ("TB", 1 << 30)],
        Unit::Blocks => &[
            ("8kB", 1),
            ("MB", 128),
            ("GB", 128 << 10),
            ("TB", 128 << 20),
        ],
    }
}

/// How many of the base unit one of `suffix` is.
fn fraction_of(unit: Unit, suffix: &str) -> Option<f64> {
    match (unit, suffix) {
        (Unit::Milliseconds, "us") => Some(0.001),
        (Unit::Kilobytes, "B") => Some(1.0 / 1024.0),
        (Unit::Blocks, "B") => Some(1.0 / 8192.0),
        (Unit::Blocks, "kB") => Some(1.0 / 8.0),
        _ => scales(unit)
            .iter()
            .find(|(name, _)| *name == suffix)
            .map(|(_, size)| *size as f64),
    }
}

fn units_hint(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "",
        Unit::Milliseconds => {
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"."
        }
        Unit::Kilobytes | Unit::Blocks => {
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\"."
        }
    }
}

fn check_isolation(definition: &'static Definition, value: &str) -> Result<String> {
    const LEVELS: &[&str] = &[
        "serializable",
        "repeatable read",
        "read committed",
        "read uncommitted",
    ];
    match one_of(LEVELS, value) {
        Some(level) if level == "serializable" => Err(refused(definition, value)),
        Some(level) => Ok(level),
        None => Err(invalid(definition, value).with_hint(available(LEVELS))),
    }
}

fn check_only(
    definition: &'static Definition,
    value: &str,
    accepted: &[&str],
    others: &[&str],
) -> Result<String> {
    // on, true, yes and 1 are one value.
    let spelled = match (accepted.first(), parse_bool(value)) {
        (Some(&("on" | "off")), Some(on)) => {
            if on {
                "on"
            } else {
                "off"
            }
        }
        _ => value,
    };
    match one_of(accepted, spelled) {
        Some(value) => Ok(value),
        None if one_of(others, spelled).is_some() => Err(refused(definition, value)),
        None => Err(invalid(definition, value)),
    }
}

fn check_time_zone(definition: &'static Definition, value: &str) -> Result<String> {
    crate::types::timestamptz::zone_name(value).ok_or_else(|| invalid(definition, value))
}

fn check_date_style(definition: &'static Definition, value: &str) -> Result<String> {
    let mut order = None;
    for word in value.split(',').map(|w| w.trim().to_ascii_lowercase()) {
        match word.as_str() {
            "iso" => {}
            "mdy" | "us" | "noneuro" | "noneuropean" => order = Some("MDY"),
            "dmy" | "euro" | "european" => order = Some("DMY"),
            "ymd" => order = Some("YMD"),
            "default" => order = Some("MDY"),
            "sql" | "postgres" | "german" => return Err(refused(definition, value)),
            _ => {
                return Err(invalid(definition, value)
                    .with_detail(format!("Unrecognized key word: \"{word}\".")));
            }
        }
    }
    Ok(format!("ISO, {}", order.unwrap_or("MDY")))
}

fn check_encoding(definition: &'static Definition, value: &str) -> Result<String> {
    let name: String = value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    match name.as_str() {
        "utf8" | "unicode" => Ok("UTF8".to_owned()),
        "sqlascii" | "latin1" | "iso88591" | "win1252" | "win1251" | "latin9" | "eucjp"
        | "sjis" | "big5" | "gbk" | "gb18030" | "koi8r" => Err(refused(definition, value)),
        _ => Err(invalid(definition, value)),
    }
}

fn one_of(names: &[&str], value: &str) -> Option<String> {
    names
        .iter()
        .find(|name| name.eq_ignore_ascii_case(value))
        .map(|name| (*name).to_owned())
}

/// PostgreSQL's spellings of a Boolean: any unique beginning of a word.
fn parse_bool(value: &str) -> Option<bool> {
    let value = value.to_ascii_lowercase();
    let begins = |word: &str, least: usize| value.len() >= least && word.starts_with(&value);
    if begins("true", 1) || begins("yes", 1) || value == "on" || value == "1" {
        Some(true)
    } else if begins("false", 1) || begins("no", 1) || begins("off", 2) || value == "0" {
        Some(false)
    } else {
        None
    }
}

fn available(names: &[&str]) -> String {
    format!("Available values: {}.", names.join(", "))
}

fn invalid(definition: &Definition, value: &str) -> Error {
    Error::new(
        SqlState::InvalidParameterValue,
        format!(
            "invalid value for parameter \"{}\": \"{value}\"",
            definition.name
        ),
    )
}

fn refused(definition: &Definition, value: &str) -> Error {
    Error::unsupported(format!(
        "value \"{value}\" of parameter \"{}\"",
        definition.name
    ))
}

fn outside(definition: &Definition, value: &str, range: &str) -> Error {
    Error::new(
        SqlState::InvalidParameterValue,
        format!(
            "{value} is outside the valid range for parameter \"{}\" ({range})",
            definition.name
        ),
    )
}
