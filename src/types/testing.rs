//! A session for the unit tests of functions, and calls by name as SQL makes them.

use super::datum::Datum;
use super::env::{DateOrder, Env, Formats, Interrupt};
use super::kind::Kind;
use super::{io, registry, timestamptz};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// A session of role `tester` in database `tests`; its transaction started on 2024-01-05 10:00 UTC.
pub struct TestEnv {
    formats: Formats,
    interrupt: Interrupt,
}

/// When the transaction of a [`TestEnv`] started.
pub const START: i64 = 757_764_000_000_000;

impl TestEnv {
    pub fn new() -> Self {
        Self {
            formats: Formats::default(),
            interrupt: Interrupt::default(),
        }
    }

    pub fn with_zone(name: &str) -> Self {
        let mut env = Self::new();
        env.formats.time_zone = timestamptz::parse_zone(name).expect("a time zone");
        env.formats.time_zone_name = name.into();
        env
    }

    pub fn with_order(mut self, order: DateOrder) -> Self {
        self.formats.date_style.order = order;
        self
    }
}

impl Env for TestEnv {
    fn formats(&self) -> &Formats {
        &self.formats
    }

    fn transaction_start(&self) -> i64 {
        START
    }

    fn statement_start(&self) -> i64 {
        START
    }

    fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    fn user(&self) -> &str {
        "tester"
    }

    fn session_user(&self) -> &str {
        "tester"
    }

    fn database(&self) -> &str {
        "tests"
    }

    fn search_path(&self, implicit: bool) -> Vec<String> {
        let path = if implicit {
            ["pg_catalog", "public"].as_slice()
        } else {
            &["public"]
        };
        path.iter().map(|s| (*s).to_owned()).collect()
    }

    fn backend_pid(&self) -> i32 {
        42
    }

    fn setting(&self, name: &str, missing_ok: bool) -> Result<Option<String>> {
        match name {
            "work_mem" => Ok(Some("4MB".into())),
            _ if missing_ok => Ok(None),
            _ => Err(Error::new(
                SqlState::UndefinedObject,
                format!("unrecognized configuration parameter \"{name}\""),
            )),
        }
    }

    fn set_setting(&self, _: &str, value: Option<&str>, _: bool) -> Result<String> {
        Ok(value.unwrap_or("4MB").to_owned())
    }
}

/// A value from its text form.
pub fn value(kind: Kind, s: &str) -> Datum {
    io::parse_text(kind, s, &TestEnv::new()).expect(s)
}

/// The result of the function of this name and these kinds of argument, in its text form.
/// An argument `NULL` is one, and then a strict function is not called.
pub fn call(env: &TestEnv, name: &str, args: &[(Kind, &str)]) -> Result<String> {
    let kinds: Vec<Kind> = args.iter().map(|(kind, _)| *kind).collect();
    let function = registry::functions(name)
        .iter()
        .find(|f| accepts(f.args, f.variadic, &kinds))
        .unwrap_or_else(|| panic!("no function {name}{kinds:?}"));
    apply(env, function, args)
}

/// The result of `left name right`, in its text form.
pub fn operate(left: (Kind, &str), name: &str, right: (Kind, &str)) -> Result<String> {
    let operator = registry::operators(name)
        .iter()
        .find(|o| o.left == Some(left.0) && o.right == right.0)
        .unwrap_or_else(|| panic!("no operator {left:?} {name} {right:?}"));
    apply(&TestEnv::new(), operator.function, &[left, right])
}

/// The result of the declared cast, in its text form.
pub fn cast(source: (Kind, &str), target: Kind) -> Result<String> {
    let function = registry::cast(source.0, target)
        .and_then(|c| c.function)
        .expect("a cast");
    apply(&TestEnv::new(), function, &[source])
}

fn accepts(declared: &[Kind], variadic: bool, kinds: &[Kind]) -> bool {
    let matches = |(d, k): (&Kind, &Kind)| match d {
        Kind::Any | Kind::AnyElement => true,
        Kind::AnyArray => matches!(k, Kind::Array(_)),
        exact => exact == k,
    };
    if !variadic {
        return declared.len() == kinds.len() && declared.iter().zip(kinds).all(matches);
    }
    let repeated = declared.iter().chain(declared.last().into_iter().cycle());
    kinds.len() + 1 >= declared.len() && repeated.zip(kinds).all(matches)
}

fn apply(env: &TestEnv, function: &super::Function, args: &[(Kind, &str)]) -> Result<String> {
    let mut values = Vec::new();
    for (kind, text) in args {
        values.push(match *text {
            "NULL" => Datum::Null,
            text => io::parse_text(*kind, text, env)?,
        });
    }
    if function.strict && values.iter().any(Datum::is_null) {
        return Ok("NULL".into());
    }
    let result = (function.eval)(env, &values)?;
    Ok(match result {
        Datum::Null => "NULL".into(),
        value => io::to_string(io::kind_of(&value), &value, env.formats()),
    })
}
