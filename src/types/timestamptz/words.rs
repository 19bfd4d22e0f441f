//! The words of date and time literals, in lower case.

/// What a word in a literal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Month(i64),
    /// A day of the week says nothing that the date does not.
    Weekday,
    Ignored,
    Now,
    /// Midnight so many days from today.
    Day(i64),
    /// Midnight UTC, whatever the date.
    Allballs,
    Epoch,
    Infinity,
    NegInfinity,
    Am,
    Pm,
    Ad,
    Bc,
    /// What follows is a time.
    IsoTime,
    /// What follows is a Julian day.
    Julian,
    /// Daylight saving time of the zone before.
    Daylight,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The word's meaning, unless it is a zone or nothing at all.
pub(super) fn word(s: &str) -> Option<Word> {
    if let Some(month) = MONTHS.iter().position(|m| s == *m || s == &m[..3]) {
        return Some(Word::Month(month as i64 + 1));
    }
    Some(match s {
        "sept" => Word::Month(9),
        "now" => Word::Now,
        "yesterday" => Word::Day(-1),
        "today" => Word::Day(0),
        "tomorrow" => Word::Day(1),
        "allballs" => Word::Allballs,
        "epoch" => Word::Epoch,
        "infinity" => Word::Infinity,
        "-infinity" => Word::NegInfinity,
        "am" => Word::Am,
        "pm" => Word::Pm,
        "ad" => Word::Ad,
        "bc" => Word::Bc,
        "t" => Word::IsoTime,
        "j" | "jd" | "julian" => Word::Julian,
        "dst" => Word::Daylight,
        "at" | "on" => Word::Ignored,
        "sun" | "sunday" | "mon" | "monday" | "tue" | "tues" | "tuesday" | "wed" | "wednesday"
        | "weds" | "thu" | "thur" | "thurs" | "thursday" | "fri" | "friday" | "sat"
        | "saturday" => Word::Weekday,
        _ => return None,
    })
}

/// A field of `extract` and `date_trunc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Microseconds,
    Milliseconds,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    Julian,
    IsoYear,
    DayOfWeek,
    IsoDayOfWeek,
    DayOfYear,
    Timezone,
    TimezoneHour,
    TimezoneMinute,
    Epoch,
}

/// The unit of this name, in lower case.
pub(super) fn unit(s: &str) -> Option<Unit> {
    Some(match s {
        "us" | "usec" | "usecs" | "useconds" | "usecond" | "microsecon" | "microsecond"
        | "microseconds" => Unit::Microseconds,
        "ms" | "msec" | "msecs" | "msecond" | "mseconds" | "millisecon" | "millisecond"
        | "milliseconds" => Unit::Milliseconds,
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Second,
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Hour,
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" => Unit::Week,
        "mon" | "mons" | "month" | "months" => Unit::Month,
        "qtr" | "quarter" => Unit::Quarter,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Year,
        "dec" | "decs" | "decade" | "decades" => Unit::Decade,
        "c" | "cent" | "century" | "centuries" => Unit::Century,
        "mil" | "mils" | "millennium" | "millennia" => Unit::Millennium,
        "j" | "jd" | "julian" => Unit::Julian,
        "isoyear" => Unit::IsoYear,
        "dow" => Unit::DayOfWeek,
        "isodow" => Unit::IsoDayOfWeek,
        "doy" => Unit::DayOfYear,
        "timezone" => Unit::Timezone,
        "timezone_h" | "timezone_hour" => Unit::TimezoneHour,
        "timezone_m" | "timezone_minute" => Unit::TimezoneMinute,
        "epoch" => Unit::Epoch,
        _ => return None,
    })
}
