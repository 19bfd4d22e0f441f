//! Days and clock time of the proleptic Gregorian calendar, for all years that 64 bits reach.

/// Microseconds of a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// The Julian day number of 2000-01-01.
pub const JULIAN_2000: i64 = 2_451_545;
/// Days of the 400 years after which the calendar repeats itself, weekdays included.
pub const DAYS_PER_CYCLE: i64 = 146_097;
/// Days from 0000-03-01, where a cycle starts, to 2000-01-01.
const DAYS_TO_2000: i64 = 730_425;

/// What a calendar and a clock show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Local {
    /// The year; 0 is 1 BC, -1 is 2 BC.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23; 24 in what is read.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59; 60 in what is read.
    pub second: i64,
    /// Microseconds of the second.
    pub micro: i64,
}

/// Days from 2000-01-01 to a date. Years start in March here, so that the leap day is their last
/// and the months before it have a regular pattern of lengths.
pub fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let cycle = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_cycle = year * 365 + year / 4 - year / 100 + day_of_year;
    cycle * DAYS_PER_CYCLE + day_of_cycle - DAYS_TO_2000
}

/// The date that is so many days after 2000-01-01: year, month, day.
pub fn date_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_2000;
    let cycle = days.div_euclid(DAYS_PER_CYCLE);
    let day = days.rem_euclid(DAYS_PER_CYCLE);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (cycle * 400 + year + i64::from(month <= 2), month, day)
}

/// The length of a month.
pub fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The day of the week of so many days after 2000-01-01, a Saturday; 0 is Sunday.
pub fn weekday(days: i64) -> i64 {
    (days + 6).rem_euclid(7)
}

/// The day on which the year's first ISO week starts: a Monday, and 4 January is in that week.
pub fn iso_year_start(year: i64) -> i64 {
    let fourth = days_from_date(year, 1, 4);
    fourth - (weekday(fourth) + 6) % 7
}

/// The ISO year and week of a day.
pub fn iso_week(days: i64) -> (i64, i64) {
    let (year, ..) = date_from_days(days);
    let year = (year - 1..=year + 1)
        .rev()
        .find(|y| iso_year_start(*y) <= days)
        .unwrap_or(year);
    (year, (days - iso_year_start(year)) / 7 + 1)
}

impl Local {
    /// What is shown so many microseconds after 2000-01-01 00:00.
    pub fn from_micros(micros: i64) -> Self {
        let (year, month, day) = date_from_days(micros.div_euclid(MICROS_PER_DAY));
        let time = micros.rem_euclid(MICROS_PER_DAY);
        let seconds = time / MICROS_PER_SECOND;
        Self {
            year,
            month,
            day,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micro: time % MICROS_PER_SECOND,
        }
    }

    /// Days since 2000-01-01.
    pub fn days(&self) -> i64 {
        days_from_date(self.year, self.month, self.day)
    }

    /// Microseconds since midnight.
    pub fn micros_of_day(&self) -> i64 {
        ((self.hour * 60 + self.minute) * 60 + self.second) * MICROS_PER_SECOND + self.micro
    }

    /// Microseconds since 2000-01-01 00:00, if there is room.
    pub fn to_micros(self) -> Option<i64> {
        self.days()
            .checked_mul(MICROS_PER_DAY)?
            .checked_add(self.micros_of_day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(days_from_date(2000, 1, 1), 0);
        assert_eq!(days_from_date(1970, 1, 1), -10_957);
        assert_eq!(days_from_date(-4713, 11, 24), -JULIAN_2000);
        for days in (-JULIAN_2000..110_000_000).step_by(97) {
            let (year, month, day) = date_from_days(days);
            assert_eq!(days_from_date(year, month, day), days);
            assert!((1..=days_of_month(year, month)).contains(&day));
        }
    }

    #[test]
    fn weeks_are_those_of_iso() {
        let week = |y, m, d| iso_week(days_from_date(y, m, d));
        assert_eq!(week(2024, 12, 30), (2025, 1));
        assert_eq!(week(2021, 1, 3), (2020, 53));
        assert_eq!(week(2024, 1, 1), (2024, 1));
        assert_eq!(weekday(days_from_date(2024, 1, 5)), 5);
    }
}
