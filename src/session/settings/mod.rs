//! Settings: their values and how transactions undo changes to them.
//!
//! - [`table`]: every setting, its values, and what it does.
//! - [`values`]: reading and printing the values.
//!
//! A session has two sets of values. `session` is what SET changes; `current` is what is in force,
//! which SET LOCAL changes as well. A commit makes `current` equal to `session`; a rollback puts
//! both back to a [`Mark`] taken when the transaction (or the savepoint) began.

mod table;
mod values;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::sink::Severity;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::Formats;
use crate::types::env::{ByteaOutput, DateOrder, DateOutput, DateStyle};
use table::{Access, Definition, SETTINGS};

/// Values by name; only what differs from the defaults.
type Values = BTreeMap<String, String>;

/// The settings of one session.
#[derive(Debug)]
pub struct Settings {
    /// The values that RESET goes back to: the operator's and the startup packet's.
    defaults: Values,
    session: Arc<Values>,
    current: Arc<Values>,
    /// Settings of the application that were ever set: they show as empty when they are not.
    customs: HashSet<String>,
    /// Grows with every change.
    epoch: u64,
    /// What clients were told last, by name.
    told: HashMap<&'static str, String>,
    /// The epoch for which `told` is complete.
    told_at: Option<u64>,
}

/// Settings in the form in which statements need them.
#[derive(Debug, Clone)]
pub struct InForce {
    /// How values are printed and read.
    pub formats: Formats,
    /// `statement_timeout`
    pub statement_timeout: Option<Duration>,
    /// `lock_timeout`
    pub lock_timeout: Option<Duration>,
    /// `idle_in_transaction_session_timeout`
    pub idle_in_transaction: Option<Duration>,
    /// `idle_session_timeout`
    pub idle_session: Option<Duration>,
    /// `default_transaction_isolation`
    pub isolation: String,
    /// `default_transaction_read_only`
    pub read_only: bool,
    /// `default_transaction_deferrable`
    pub deferrable: bool,
    /// `client_min_messages`: the least severity that is sent.
    pub notices: Option<Severity>,
}

/// The values at some point of a transaction.
#[derive(Debug, Clone)]
pub struct Mark {
    session: Arc<Values>,
    current: Arc<Values>,
}

impl Settings {
    /// The settings of a new session of a role, with the operator's defaults.
    pub fn new(defaults: &[(String, String)], role: &str) -> Self {
        let mut defaults: Values = defaults.iter().cloned().collect();
        defaults.insert("session_authorization".to_owned(), role.to_owned());
        Self {
            defaults,
            session: Arc::default(),
            current: Arc::default(),
            customs: HashSet::new(),
            epoch: 0,
            told: HashMap::new(),
            told_at: None,
        }
    }

    /// Sets what the startup packet asks for: RESET will go back to it.
    pub fn set_at_startup(&mut self, name: &str, value: &str) -> Result<()> {
        let (key, value) = checked(name, Some(value))?;
        if let Some(value) = value {
            self.defaults.insert(key, value);
            self.epoch += 1;
        }
        Ok(())
    }

    /// What SET LOCAL does outside of a transaction: the value is checked, and forgotten.
    pub fn check(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        let (key, _) = checked(name, value)?;
        self.note_custom(&key);
        Ok(())
    }

    /// SET: a value of None is DEFAULT.
    pub fn set(&mut self, name: &str, value: Option<&str>, local: bool) -> Result<()> {
        let (key, value) = checked(name, value)?;
        self.note_custom(&key);
        change(&mut self.current, &key, value.clone());
        if !local {
            change(&mut self.session, &key, value);
        }
        self.epoch += 1;
        Ok(())
    }

    fn note_custom(&mut self, key: &str) {
        if table::find(key).is_none() {
            self.customs.insert(key.to_owned());
        }
    }

    /// RESET ALL, which leaves the running transaction's own settings alone.
    pub fn reset_all(&mut self) {
        let mut kept = Values::new();
        for (name, value) in self.current.iter() {
            if name.starts_with("transaction_") {
                kept.insert(name.clone(), value.clone());
            }
        }
        self.session = Arc::new(kept.clone());
        self.current = Arc::new(kept);
        self.epoch += 1;
    }

    /// The value of a setting, as SHOW prints it.
    pub fn show(&self, name: &str) -> Result<String> {
        let Some(definition) = table::find(name) else {
            let custom = name.to_ascii_lowercase();
            let value = self.value(&custom).map(str::to_owned);
            let unset = || self.customs.contains(&custom).then(String::new);
            return value.or_else(unset).ok_or_else(|| unknown(name));
        };
        Ok(values::show(definition, self.of(definition)))
    }

    /// Every setting: name, value as SHOW prints it, what it does.
    pub fn show_all(&self) -> Vec<(&'static str, String, &'static str)> {
        SETTINGS
            .iter()
            .map(|d| (d.name, values::show(d, self.of(d)), d.note))
            .collect()
    }

    /// The name as SHOW titles it.
    pub fn title(name: &str) -> String {
        table::find(name).map_or_else(|| name.to_ascii_lowercase(), |d| d.name.to_owned())
    }

    /// A time limit; none where it is 0.
    fn milliseconds(&self, name: &str) -> Option<Duration> {
        let millis: u64 = self.raw(name).parse().unwrap_or(0);
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    /// The stored value of a setting that is in the table.
    pub fn raw(&self, name: &str) -> &str {
        table::find(name).map_or("", |definition| self.of(definition))
    }

    /// Grows with every change.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The values now, to go back to.
    pub fn mark(&self) -> Mark {
        Mark {
            session: Arc::clone(&self.session),
            current: Arc::clone(&self.current),
        }
    }

    /// Back to the values of a mark.
    pub fn roll_back(&mut self, mark: &Mark) {
        if !Arc::ptr_eq(&self.current, &mark.current) || !Arc::ptr_eq(&self.session, &mark.session)
        {
            self.session = Arc::clone(&mark.session);
            self.current = Arc::clone(&mark.current);
            self.epoch += 1;
        }
    }

    /// A transaction commits: what was LOCAL is forgotten.
    pub fn commit(&mut self) {
        if !Arc::ptr_eq(&self.current, &self.session) {
            self.current = Arc::clone(&self.session);
            self.epoch += 1;
        }
    }

    /// The reported settings that changed since they were asked for last; all of them at first.
    pub fn take_reports(&mut self) -> Vec<(&'static str, String)> {
        if self.told_at == Some(self.epoch) {
            return Vec::new();
        }
        let mut changed = Vec::new();
        for definition in SETTINGS.iter().filter(|d| d.reported) {
            let value = values::show(definition, self.of(definition));
            if self.told.get(definition.name) != Some(&value) {
                self.told.insert(definition.name, value.clone());
                changed.push((definition.name, value));
            }
        }
        self.told_at = Some(self.epoch);
        changed
    }

    /// What is looked at in every statement, taken out of the values once a change.
    pub fn in_force(&self) -> Result<InForce> {
        Ok(InForce {
            formats: self.formats()?,
            statement_timeout: self.milliseconds("statement_timeout"),
            lock_timeout: self.milliseconds("lock_timeout"),
            idle_in_transaction: self.milliseconds("idle_in_transaction_session_timeout"),
            idle_session: self.milliseconds("idle_session_timeout"),
            isolation: self.raw("default_transaction_isolation").to_owned(),
            read_only: self.raw("default_transaction_read_only") == "on",
            deferrable: self.raw("default_transaction_deferrable") == "on",
            notices: match self.raw("client_min_messages") {
                "error" => None,
                "warning" => Some(Severity::Warning),
                _ => Some(Severity::Notice),
            },
        })
    }

    fn formats(&self) -> Result<Formats> {
        let zone = self.raw("TimeZone");
        let (_, order) = values::split_date_style(self.raw("DateStyle"));
        Ok(Formats {
            time_zone: crate::types::timestamptz::parse_zone(zone)
                .ok_or_else(|| Error::internal(format!("the time zone \"{zone}\" was accepted")))?,
            time_zone_name: Arc::from(zone),
            extra_float_digits: self.raw("extra_float_digits").parse().unwrap_or(1),
            bytea_output: match self.raw("bytea_output") {
                "escape" => ByteaOutput::Escape,
                _ => ByteaOutput::Hex,
            },
            date_style: DateStyle {
                output: DateOutput::Iso,
                order: match order {
                    "DMY" => DateOrder::Dmy,
                    "YMD" => DateOrder::Ymd,
                    _ => DateOrder::Mdy,
                },
            },
        })
    }

    /// The names of search_path, in order; `$user` stands for the role.
    pub fn search_path(&self, role: &str) -> Vec<String> {
        values::split_list(self.raw("search_path"))
            .unwrap_or_default()
            .into_iter()
            .map(|name| {
                if name == "$user" {
                    role.to_owned()
                } else {
                    name
                }
            })
            .collect()
    }

    fn of(&self, definition: &'static Definition) -> &str {
        // A transaction that has not said otherwise, be it one that SHOW starts, has the defaults.
        let of_default = || match definition.name {
            "transaction_isolation" => self.value("default_transaction_isolation"),
            "transaction_read_only" => self.value("default_transaction_read_only"),
            "transaction_deferrable" => self.value("default_transaction_deferrable"),
            _ => None,
        };
        self.value(definition.name)
            .or_else(of_default)
            .unwrap_or(definition.default)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.current
            .get(key)
            .or_else(|| self.defaults.get(key))
            .map(String::as_str)
    }
}

/// The key under which a setting is kept, and its value in the form in which it is kept.
fn checked(name: &str, value: Option<&str>) -> Result<(String, Option<String>)> {
    match table::find(name) {
        Some(definition) if definition.access == Access::Fixed => Err(Error::new(
            SqlState::CantChangeRuntimeParam,
            format!("parameter \"{}\" cannot be changed", definition.name),
        )),
        Some(definition) => {
            let value = value.map(|v| values::check(definition, v)).transpose()?;
            Ok((definition.name.to_owned(), value))
        }
        None => {
            check_custom(name)?;
            Ok((name.to_ascii_lowercase(), value.map(str::to_owned)))
        }
    }
}

/// Settings of applications have two names with a dot between them, as in `app.user`.
fn check_custom(name: &str) -> Result<()> {
    let is_name = |part: &str| {
        part.chars()
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_')
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '$')
    };
    if !name.contains('.') {
        return Err(unknown(name));
    }
    if name.split('.').all(is_name) {
        return Ok(());
    }
    let message = format!("invalid configuration parameter name \"{name}\"");
    Err(Error::new(SqlState::InvalidName, message).with_detail(
        "Custom parameter names must be two or more simple identifiers separated by dots.",
    ))
}

fn change(values: &mut Arc<Values>, key: &str, value: Option<String>) {
    let values = Arc::make_mut(values);
    match value {
        Some(value) => values.insert(key.to_owned(), value),
        None => values.remove(key),
    };
}

fn unknown(name: &str) -> Error {
    let message = format!("unrecognized configuration parameter \"{name}\"");
    Error::new(SqlState::UndefinedObject, message)
}
