//! Time zones: by name, by abbreviation, by offset, and their offset at an instant.

use std::fmt::Write;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::UNIX_EPOCH_SECONDS;
use super::calendar::{DAYS_PER_CYCLE, Local, MICROS_PER_DAY, MICROS_PER_SECOND, days_from_date};

/// The zone that a value of the setting TimeZone means.
pub fn parse_zone(name: &str) -> Option<TimeZone> {
    find(name).map(|(zone, _)| zone)
}

/// How SHOW prints a value of the setting TimeZone, if it is a zone.
pub fn zone_name(name: &str) -> Option<String> {
    find(name).map(|(_, name)| name)
}

fn find(name: &str) -> Option<(TimeZone, String)> {
    hours(name).or_else(|| named(name))
}

/// A number of hours east of Greenwich.
fn hours(text: &str) -> Option<(TimeZone, String)> {
    let hours: f64 = text.trim_start().parse().ok()?;
    // The name is a POSIX specification, where the offset counts westwards.
    let offset = (hours * 3600.0) as i64;
    let zone = fixed(offset)?;
    let (mut east, mut west) = (String::new(), String::new());
    write_offset(offset, false, &mut east);
    write_offset(-offset, false, &mut west);
    let west = if offset == 0 {
        west.replace('+', "-")
    } else {
        west
    };
    Some((zone, format!("<{east}>{west}")))
}

/// A zone that is always so many seconds east of Greenwich.
pub fn fixed(seconds: i64) -> Option<TimeZone> {
    let offset = Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?;
    Some(TimeZone::fixed(offset))
}

/// A zone of the database, in any spelling of upper and lower case, or a POSIX specification such
/// as EST5EDT or UTC+3, together with its proper name.
pub fn named(name: &str) -> Option<(TimeZone, String)> {
    /// No name of the database is longer.
    const LONGEST: usize = 255;
    static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    if name.is_empty() || name.len() > LONGEST || !name.is_ascii() {
        return None;
    }
    if let Ok(zone) = DATABASE.get(name) {
        let proper = zone.iana_name().unwrap_or(name).to_owned();
        return Some((zone, proper));
    }
    posix(&name.to_ascii_uppercase())
}

fn posix(name: &str) -> Option<(TimeZone, String)> {
    let unnamed = name.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let letters = name
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(name.len());
    let specification = match name.split_once('>') {
        _ if unnamed => format!("<-00>{name}"),
        // It wants three letters, where PostgreSQL takes any number.
        _ if matches!(letters, 1 | 2) => {
            format!("<{}-->{}", &name[..letters], &name[letters..])
        }
        // The library's names have no colons, ours of +05:30 have.
        Some((quoted, offset)) => format!("{}>{offset}", quoted.replace(':', "")),
        None => name.to_owned(),
    };
    // Daylight saving time without its dates has those of the United States.
    let with_rules = || TimeZone::posix(&format!("{specification},M3.2.0,M11.1.0")).ok();
    let zone = TimeZone::posix(&specification).ok().or_else(with_rules)?;
    Some((zone, name.to_owned()))
}

/// The offset of an instant, in seconds east of Greenwich.
pub fn offset_at(zone: &TimeZone, micros: i64) -> i64 {
    let seconds = into_reach(micros).div_euclid(MICROS_PER_SECOND) - UNIX_EPOCH_SECONDS;
    let instant = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    i64::from(zone.to_offset(instant).seconds())
}

/// What the zone calls its time at an instant, as in CET.
pub fn abbreviation_at(zone: &TimeZone, micros: i64) -> String {
    let seconds = into_reach(micros).div_euclid(MICROS_PER_SECOND) - UNIX_EPOCH_SECONDS;
    let instant = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_offset_info(instant).abbreviation().to_owned()
}

/// The offset at a local time. One that the clock skips counts as if it had not yet been put
/// forward, and one that it shows twice is the second.
pub fn offset_of_local(zone: &TimeZone, local_micros: i64) -> i64 {
    let local = Local::from_micros(into_reach(local_micros));
    let narrow = |n: i64| i8::try_from(n).unwrap_or(0);
    let time = DateTime::new(
        i16::try_from(local.year).unwrap_or(0),
        narrow(local.month),
        narrow(local.day),
        narrow(local.hour),
        narrow(local.minute),
        narrow(local.second),
        0,
    );
    let offset = match zone
        .to_ambiguous_timestamp(time.unwrap_or_default())
        .offset()
    {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } => before,
        AmbiguousOffset::Fold { after, .. } => after,
    };
    i64::from(offset.seconds())
}

/// The zone library ends with the year 9999. A time beyond has the offset of the same day in an
/// earlier cycle of 400 years.
fn into_reach(micros: i64) -> i64 {
    const CYCLE: i64 = DAYS_PER_CYCLE * MICROS_PER_DAY;
    static LAST: LazyLock<i64> = LazyLock::new(|| days_from_date(9990, 1, 1) * MICROS_PER_DAY);
    match micros.saturating_sub(*LAST) {
        ..0 => micros,
        beyond => micros - (beyond / CYCLE + 1) * CYCLE,
    }
}

/// Appends an offset as in `+01`, `-03:30` or `+00:53:28`.
pub fn write_offset(seconds: i64, always_minutes: bool, out: &mut String) {
    let sign = if seconds < 0 { '-' } else { '+' };
    let n = seconds.abs();
    // Writing to a string does not fail.
    let _ = write!(out, "{sign}{:02}", n / 3600);
    if n % 3600 != 0 || always_minutes {
        let _ = write!(out, ":{:02}", n / 60 % 60);
    }
    if n % 60 != 0 {
        let _ = write!(out, ":{:02}", n % 60);
    }
}

/// The offset of an abbreviation (lower case), in seconds east of Greenwich, as PostgreSQL's default
/// set of abbreviations has it.
pub fn abbreviation(name: &str) -> Option<i64> {
    let found = ABBREVIATIONS
        .iter()
        .find(|(names, _)| names.split(' ').any(|n| n == name))?;
    Some(i64::from(found.1) * 60)
}

/// The zone of an abbreviation (lower case) whose offset has changed over time.
pub fn varying_abbreviation(text: &str) -> Option<TimeZone> {
    let zone = match text {
        "msk" => "Europe/Moscow",
        "sgt" => "Asia/Singapore",
        "art" => "America/Argentina/Buenos_Aires",
        "clt" => "America/Santiago",
        "vet" => "America/Caracas",
        "yekt" => "Asia/Yekaterinburg",
        _ => return None,
    };
    parse_zone(zone)
}

/// Abbreviations by their offset in minutes.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("hst taht", -600),
    ("mart", -570),
    ("akst gamt", -540),
    ("akdt pst", -480),
    ("mst pdt", -420),
    ("cst mdt galt", -360),
    ("act cot cdt est pet", -300),
    ("bot edt amt ast", -240),
    ("nft nst", -210),
    ("bra brt clst gft pmst pyst uyt wgt adt", -180),
    ("ndt", -150),
    ("brst fnt pmdt uyst wgst", -120),
    ("egt fnst azot", -60),
    ("egst azost gmt uct ut utc z zulu wet", 0),
    ("wat bst cet met mez wetdst", 60),
    ("sast ist bdst cest cetdst eet mest mesz metdst", 120),
    ("eat idt eest eetdst fet", 180),
    ("irt", 210),
    ("msd mut ret sct", 240),
    ("aft", 270),
    ("pkt tjt uzt must mvt tft", 300),
    ("npt", 345),
    ("almt bdt btt kgst pkst uzst xjt yekst", 360),
    ("mmt", 390),
    ("almst ict wast cxt", 420),
    ("bnt bort cct hkt myt pht awst wadt", 480),
    ("acwst", 525),
    ("jayt jst kst ulast awsst wdt pwt", 540),
    ("acst cast", 570),
    ("ddut kdt aest ligt chut mpt pgt trut yapt", 600),
    ("acsst acdt cadt lhst sadt", 630),
    ("aesst aedt pont vut", 660),
    ("nzt fjt gilt mht nzst tvt wakt wft", 720),
    ("chast", 765),
    ("fjst nzdt tot", 780),
    ("chadt", 825),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_named_as_postgresql_shows_them() {
        for (value, shown) in [
            ("+02", "<+02>-02"),
            ("-5", "<-05>+05"),
            ("5.5", "<+05:30>-05:30"),
            ("0", "<+00>-00"),
            ("1e1", "<+10>-10"),
            ("europe/berlin", "Europe/Berlin"),
            ("utc", "UTC"),
            ("gmt", "GMT"),
            ("gmt+3", "GMT+3"),
            ("EST5EDT", "EST5EDT"),
            ("<+03>-3", "<+03>-3"),
            ("foo4", "FOO4"),
            ("foo4bar", "FOO4BAR"),
            ("+05:30", "+05:30"),
        ] {
            assert_eq!(zone_name(value).as_deref(), Some(shown), "{value}");
            assert!(parse_zone(shown).is_some(), "{shown}");
        }
        for value in ["nowhere", "PST", "200", ""] {
            assert_eq!(zone_name(value), None, "{value}");
        }
    }
}
