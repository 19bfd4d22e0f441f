//! Literals to instants. The text is cut into tokens, each token fills some fields, and in the end
//! the fields make an instant. The order and the names of what may stand there are PostgreSQL's
//! (manual, appendix B.1).

use jiff::tz::TimeZone;

use super::calendar::{
    JULIAN_2000, Local, MICROS_PER_SECOND, date_from_days, days_from_date, days_of_month,
};
use super::tokens::{Token, span, tokens};
use super::units::{Clock, clock, micros_of_fraction, number, offset};
use super::words::{Word, word};
use super::{INFINITY, NEG_INFINITY, UNIX_EPOCH_SECONDS, from_local, in_range, zone};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::env::{DateOrder, Env};

/// Reads an instant. Without a zone it is in that of the session.
pub fn parse(s: &str, env: &dyn Env) -> Result<i64> {
    read(s, env).map_err(|fault| fault.error(s))
}

/// What is wrong with a literal.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// It is no date.
    Syntax,
    /// A field has a value that does not exist.
    Field,
    /// As [`Fault::Field`], for a month or a day: another order of fields may help.
    MonthOrDay,
    Displacement,
    /// An instant that there is no room for.
    Instant,
    Zone(String),
}

impl Fault {
    #[cold]
    fn error(self, s: &str) -> Error {
        let overflow =
            |what| Error::new(SqlState::DatetimeFieldOverflow, format!("{what}: \"{s}\""));
        match self {
            Self::Syntax => Error::new(
                SqlState::InvalidDatetimeFormat,
                format!("invalid input syntax for type timestamp with time zone: \"{s}\""),
            ),
            Self::Field => overflow("date/time field value out of range"),
            Self::MonthOrDay => overflow("date/time field value out of range")
                .with_hint("Perhaps you need a different \"datestyle\" setting."),
            Self::Instant => overflow("timestamp out of range"),
            Self::Displacement => Error::new(
                SqlState::InvalidTimeZoneDisplacementValue,
                format!("time zone displacement out of range: \"{s}\""),
            ),
            Self::Zone(name) => Error::new(
                SqlState::InvalidParameterValue,
                format!("time zone \"{name}\" not recognized"),
            ),
        }
    }
}

/// Sets a field that must not be set already.
fn set<T>(field: &mut Option<T>, value: T) -> Result<(), Fault> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(Fault::Syntax),
    }
}

/// The zone of a literal.
enum Zone {
    Offset(i64),
    Named(TimeZone),
}

/// What the tokens so far have said.
struct Fields {
    order: DateOrder,
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    /// The year has two digits, so that its century is to be guessed.
    short_year: bool,
    /// The month was a word, so that the numbers beside it are day and year.
    named_month: bool,
    /// A date that was not written in fields.
    whole_date: bool,
    day_of_year: Option<i64>,
    /// A day of the week was named.
    weekday: bool,
    clock: Option<Clock>,
    zone: Option<Zone>,
    /// The zone's clock is an hour ahead.
    daylight: bool,
    /// AM is false, PM is true.
    afternoon: Option<bool>,
    before_christ: Option<bool>,
    /// An instant that is a word.
    instant: Option<i64>,
    /// The next number is a Julian day.
    julian: bool,
}

fn read(s: &str, env: &dyn Env) -> Result<i64, Fault> {
    let mut fields = Fields {
        order: env.formats().date_style.order,
        year: None,
        month: None,
        day: None,
        short_year: false,
        named_month: false,
        whole_date: false,
        day_of_year: None,
        weekday: false,
        clock: None,
        zone: None,
        daylight: false,
        afternoon: None,
        before_christ: None,
        instant: None,
        julian: false,
    };
    let tokens = tokens(s)?;
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Token::Number(text) => fields.number_token(text)?,
            Token::Time(text) => {
                let clock = clock(text)?;
                set(&mut fields.clock, clock)?;
            }
            Token::Date(text) if fields.has_day() => fields.run_together_time(text)?,
            Token::Date(text) => fields.date(text)?,
            Token::Compound(text) if fields.has_day() => {
                let (zone, _) = zone::named(text).ok_or_else(|| Fault::Zone(text.clone()))?;
                set(&mut fields.zone, Zone::Named(zone))?;
            }
            Token::Compound(text) => fields.date(text)?,
            Token::Offset(text) => {
                let offset = offset(text)?;
                set(&mut fields.zone, Zone::Offset(offset))?;
            }
            Token::Word(text) => fields.word(text, tokens.get(i + 1), env)?,
        }
    }
    fields.instant(&env.formats().time_zone)
}

impl Fields {
    /// Month and day are known: what could be a date is not another one.
    fn has_day(&self) -> bool {
        self.whole_date || self.day_of_year.is_some() || self.month.is_some() && self.day.is_some()
    }

    fn has_date(&self) -> bool {
        self.whole_date || self.year.is_some() && self.has_day()
    }

    fn set_days(&mut self, days: i64) -> Result<(), Fault> {
        if self.year.is_some() || self.month.is_some() || self.day.is_some() {
            return Err(Fault::Syntax);
        }
        let (year, month, day) = date_from_days(days);
        (self.year, self.month, self.day) = (Some(year), Some(month), Some(day));
        self.whole_date = true;
        Ok(())
    }

    fn set_year(&mut self, text: &str) -> Result<(), Fault> {
        self.short_year = text.len() <= 2;
        set(&mut self.year, number(text)?)
    }

    fn number_token(&mut self, text: &str) -> Result<(), Fault> {
        if std::mem::take(&mut self.julian) {
            return self.julian_day(text);
        }
        match text.find('.') {
            Some(_) if self.year.is_none() && self.month.is_none() && self.day.is_none() => {
                self.date(text)
            }
            Some(at) if at > 2 => self.run_together(text),
            Some(_) => Err(Fault::Syntax),
            None if text.len() > 4 => self.run_together(text),
            None => self.date_part(text),
        }
    }

    fn julian_day(&mut self, text: &str) -> Result<(), Fault> {
        let (days, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
        self.set_days(number(days)? - JULIAN_2000)?;
        if fraction.is_empty() {
            return Ok(());
        }
        let part = fraction.parse().map_err(|_| Fault::Syntax)?;
        set(&mut self.clock, Clock::of_day(part))
    }

    /// `20240105`, `240105`, `101112`, `101112.5` or `1011`.
    fn run_together(&mut self, text: &str) -> Result<(), Fault> {
        let (digits, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
        if fraction.is_empty() && !self.has_date() && digits.len() >= 6 {
            let (year, rest) = digits.split_at(digits.len() - 4);
            self.set_year(year)?;
            set(&mut self.month, number(&rest[..2])?)?;
            return set(&mut self.day, number(&rest[2..])?);
        }
        let micro = if fraction.is_empty() {
            0
        } else {
            micros_of_fraction(fraction)?
        };
        let part = |at: usize| number(&digits[at..at + 2]);
        let clock = match digits.len() {
            6 => Clock {
                hour: part(0)?,
                minute: part(2)?,
                second: part(4)?,
                micro,
            },
            4 => Clock {
                hour: part(0)?,
                minute: part(2)?,
                second: 0,
                micro,
            },
            _ => return Err(Fault::Syntax),
        };
        set(&mut self.clock, clock)
    }

    /// `101112-03` after the date.
    fn run_together_time(&mut self, text: &str) -> Result<(), Fault> {
        let at = text.find('-').ok_or(Fault::Syntax)?;
        set(&mut self.zone, Zone::Offset(offset(&text[at..])?))?;
        if self.clock.is_some() {
            return Err(Fault::Syntax);
        }
        self.run_together(&text[..at])?;
        if self.clock.is_some() {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    /// A date in one token: numbers and the name of a month, with separators. Beside a zone nothing
    /// may stand before it.
    fn date(&mut self, text: &str) -> Result<(), Fault> {
        let era = self.before_christ.is_some() || self.afternoon.is_some();
        if self.clock.is_some() || self.weekday || era {
            return Err(Fault::Syntax);
        }
        let mut numbers = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = span(rest, 0, |b| b.is_ascii_digit());
            let letters = span(rest, 0, |b| b.is_ascii_alphabetic());
            match (digits, letters) {
                (1.., _) => numbers.push(&rest[..digits]),
                (_, 1..) => match word(&rest[..letters]) {
                    Some(Word::Month(month)) => {
                        set(&mut self.month, month)?;
                        self.named_month = true;
                    }
                    _ => return Err(Fault::Syntax),
                },
                _ => {}
            }
            rest = &rest[digits.max(letters).max(1)..];
        }
        for number in numbers {
            self.date_part(number)?;
        }
        if self.has_date() {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    /// One number: which field it is depends on those that are known and, where that leaves a
    /// choice, on its length and on DateStyle.
    fn date_part(&mut self, text: &str) -> Result<(), Fault> {
        let value = number(text)?;
        let may_be_day = text.len() < 3 && self.order != DateOrder::Ymd;
        match (self.year, self.month, self.day) {
            _ if self.has_date() => self.run_together(text),
            (Some(_), None, None) if text.len() == 3 && (1..=366).contains(&value) => {
                set(&mut self.day_of_year, value)
            }
            (None, None, None) if !may_be_day => self.set_year(text),
            (None, None, None) if self.order == DateOrder::Dmy => set(&mut self.day, value),
            (None, None, None) => set(&mut self.month, value),
            (Some(_), None, _) | (None, None, Some(_)) => set(&mut self.month, value),
            (None, Some(_), None) if self.named_month && !may_be_day => self.set_year(text),
            (None, Some(_), None) => set(&mut self.day, value),
            // 05-Jan-2024 with DateStyle YMD: the first number was the day after all.
            (Some(year), Some(_), None)
                if self.named_month && text.len() >= 3 && self.short_year =>
            {
                self.day = Some(year);
                self.year = None;
                self.set_year(text)
            }
            (Some(_), Some(_), None) => set(&mut self.day, value),
            (None, Some(_), Some(_)) => self.set_year(text),
            (Some(_), Some(_), Some(_)) => Err(Fault::Syntax),
        }
    }

    fn word(&mut self, text: &str, next: Option<&Token>, env: &dyn Env) -> Result<(), Fault> {
        if let Some(zone) = zone_of_word(text) {
            return set(&mut self.zone, zone);
        }
        let Some(word) = word(text) else {
            let (zone, _) = zone::named(text).ok_or(Fault::Syntax)?;
            return set(&mut self.zone, Zone::Named(zone));
        };
        match word {
            Word::Ignored => Ok(()),
            Word::Weekday => {
                self.weekday = true;
                Ok(())
            }
            Word::Month(month) => {
                // 5 Jan 2024: the number before was the day, not the month.
                if let (Some(day), None, false) = (self.month, self.day, self.named_month) {
                    self.day = Some(day);
                    self.month = None;
                }
                self.named_month = true;
                set(&mut self.month, month)
            }
            Word::Day(days) => {
                let zone = &env.formats().time_zone;
                let now = env.transaction_start();
                let local = now + zone::offset_at(zone, now) * MICROS_PER_SECOND;
                self.set_days(Local::from_micros(local).days() + days)
            }
            Word::Allballs => {
                set(&mut self.zone, Zone::Offset(0))?;
                set(&mut self.clock, Clock::default())
            }
            Word::Now => set(&mut self.instant, env.transaction_start()),
            Word::Epoch => set(&mut self.instant, UNIX_EPOCH_SECONDS * MICROS_PER_SECOND),
            Word::Infinity => set(&mut self.instant, INFINITY),
            Word::NegInfinity => set(&mut self.instant, NEG_INFINITY),
            Word::Am | Word::Pm => set(&mut self.afternoon, word == Word::Pm),
            Word::Ad | Word::Bc => set(&mut self.before_christ, word == Word::Bc),
            Word::IsoTime => match next {
                Some(Token::Number(_) | Token::Time(_) | Token::Date(_)) if self.has_date() => {
                    Ok(())
                }
                _ => Err(Fault::Syntax),
            },
            Word::Julian => {
                self.julian = true;
                Ok(())
            }
            Word::Daylight => {
                self.daylight = true;
                Ok(())
            }
        }
    }

    /// All tokens are read: the instant that they make.
    fn instant(self, session_zone: &TimeZone) -> Result<i64, Fault> {
        if let Some(instant) = self.instant {
            return Ok(instant);
        }
        let clock = self.clock.unwrap_or_default();
        let hour = match self.afternoon {
            Some(_) if clock.hour > 12 => return Err(Fault::Field),
            Some(false) if clock.hour == 12 => 0,
            Some(true) if clock.hour != 12 => clock.hour + 12,
            _ => clock.hour,
        };
        let (year, month, day) = self.checked_date()?;
        let Clock {
            minute,
            second,
            micro,
            ..
        } = clock;
        let local = Local {
            year,
            month,
            day,
            hour,
            minute,
            second,
            micro,
        };
        let ahead = if self.daylight { 3600 } else { 0 };
        let instant = match self.zone {
            Some(Zone::Named(_)) | None if self.daylight => return Err(Fault::Syntax),
            Some(Zone::Offset(offset)) => local
                .to_micros()
                .and_then(|t| t.checked_sub((offset + ahead) * MICROS_PER_SECOND))
                .and_then(in_range),
            Some(Zone::Named(zone)) => from_local(&local, &zone),
            None => from_local(&local, session_zone),
        };
        instant.ok_or(Fault::Instant)
    }

    fn checked_date(&self) -> Result<(i64, i64, i64), Fault> {
        let year = self.year.ok_or(Fault::Syntax)?;
        if let (true, Some(month), Some(day)) = (self.whole_date, self.month, self.day) {
            return Ok((year, month, day));
        }
        let year = match (self.before_christ, self.short_year) {
            (Some(true), _) if year >= 1 => 1 - year,
            (_, true) if self.before_christ != Some(true) && year < 70 => year + 2000,
            (_, true) if self.before_christ != Some(true) && year < 100 => year + 1900,
            (None | Some(false), _) if year >= 1 => year,
            _ => return Err(Fault::Field),
        };
        if let Some(day) = self.day_of_year {
            return Ok(date_from_days(days_from_date(year, 1, 1) + day - 1));
        }
        let (month, day) = self.month.zip(self.day).ok_or(Fault::Syntax)?;
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return Err(Fault::MonthOrDay);
        }
        if day > days_of_month(year, month) {
            return Err(Fault::Field);
        }
        Ok((year, month, day))
    }
}

/// A zone by its abbreviation.
fn zone_of_word(text: &str) -> Option<Zone> {
    let named = || zone::varying_abbreviation(text).map(Zone::Named);
    zone::abbreviation(text).map(Zone::Offset).or_else(named)
}
