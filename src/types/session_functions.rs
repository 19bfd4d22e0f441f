//! Functions that tell and change what the session is: its names, its settings, its server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::datum::{Array, Datum};
use super::declare::functions;
use super::env::{Env, SERVER_VERSION};
use super::kind::Kind;
use super::text;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

// Several names share a function: the keywords CURRENT_CATALOG, CURRENT_ROLE and USER are called by
// them, and PostgreSQL has them in its grammar alone.
functions! { pub(super) FUNCTIONS:
    89 version() -> Text, Stable, version;
    745 current_user() -> Name, Stable, current_user;
    745 current_role() -> Name, Stable, current_user;
    745 user() -> Name, Stable, current_user;
    746 session_user() -> Name, Stable, session_user;
    810 pg_client_encoding() -> Name, Stable, pg_client_encoding;
    861 current_database() -> Name, Stable, current_database;
    861 current_catalog() -> Name, Stable, current_database;
    1039 getdatabaseencoding() -> Name, Stable, getdatabaseencoding;
    1402 current_schema() -> Name, Stable, current_schema;
    1403 current_schemas(Bool) -> Array(&Name), Stable, current_schemas;
    1597 pg_encoding_to_char(Int4) -> Name, Stable, pg_encoding_to_char;
    2026 pg_backend_pid() -> Int4, Stable, pg_backend_pid;
    2077 current_setting(Text) -> Text, Stable, current_setting;
    2078 set_config(Text, Text, Bool) -> Text, Volatile called_on_null, set_config;
    2626 pg_sleep(Float8) -> Void, Volatile, pg_sleep;
    2892 pg_advisory_unlock_all() -> Void, Volatile, pg_advisory_unlock_all;
    3294 current_setting(Text, Bool) -> Text, Stable, current_setting;
    3810 pg_is_in_recovery() -> Bool, Volatile, pg_is_in_recovery;
}

/// PostgreSQL's encodings, each at its number.
const ENCODINGS: [&str; 42] = [
    "SQL_ASCII",
    "EUC_JP",
    "EUC_CN",
    "EUC_KR",
    "EUC_TW",
    "EUC_JIS_2004",
    "UTF8",
    "MULE_INTERNAL",
    "LATIN1",
    "LATIN2",
    "LATIN3",
    "LATIN4",
    "LATIN5",
    "LATIN6",
    "LATIN7",
    "LATIN8",
    "LATIN9",
    "LATIN10",
    "WIN1256",
    "WIN1258",
    "WIN866",
    "WIN874",
    "KOI8R",
    "WIN1251",
    "WIN1252",
    "ISO_8859_5",
    "ISO_8859_6",
    "ISO_8859_7",
    "ISO_8859_8",
    "WIN1250",
    "WIN1253",
    "WIN1254",
    "WIN1255",
    "WIN1257",
    "KOI8U",
    "SJIS",
    "BIG5",
    "GBK",
    "UHC",
    "GB18030",
    "JOHAB",
    "SHIFT_JIS_2004",
];

/// The number of UTF8, which is the only encoding that text is kept in.
const UTF8: usize = 6;

fn name(s: &str) -> Result<Datum> {
    Ok(Datum::text(text::name(s)))
}

/// What a function returns whose result is `void`.
fn void() -> Result<Datum> {
    Ok(Datum::text(""))
}

fn version(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(format!(
        "PostgreSQL {SERVER_VERSION} (keywire {}) on {}-{}, {}-bit",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        usize::BITS
    )))
}

fn current_user(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    name(env.user())
}

fn session_user(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    name(env.session_user())
}

fn current_database(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    name(env.database())
}

/// The schema that things without one are created in.
fn current_schema(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    match env.search_path(false).first() {
        Some(schema) => name(schema),
        None => Ok(Datum::Null),
    }
}

fn current_schemas(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let schemas = env.search_path(args[0].as_bool()?);
    let items = schemas.iter().map(|s| name(s)).collect::<Result<_>>()?;
    Ok(Datum::Array(Arc::new(Array::new(Kind::Name, items))))
}

fn pg_client_encoding(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    let encoding = env.setting("client_encoding", true)?;
    name(encoding.as_deref().unwrap_or(ENCODINGS[UTF8]))
}

fn getdatabaseencoding(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    name(ENCODINGS[UTF8])
}

/// The name of an encoding; nothing for a number that no encoding has.
fn pg_encoding_to_char(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let encoding = usize::try_from(args[0].as_i32()?)
        .ok()
        .and_then(|number| ENCODINGS.get(number));
    name(encoding.copied().unwrap_or_default())
}

fn pg_backend_pid(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Int4(env.backend_pid()))
}

fn current_setting(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let missing_ok = args.get(1).map_or(Ok(false), Datum::as_bool)?;
    let value = env.setting(args[0].as_str()?, missing_ok)?;
    Ok(value.map_or(Datum::Null, Datum::text))
}

/// NULL for the value is its default, and for "local" false.
fn set_config(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Err(Error::new(
            SqlState::NullValueNotAllowed,
            "SET requires parameter name",
        ));
    }
    let value = match &args[1] {
        Datum::Null => None,
        value => Some(value.as_str()?),
    };
    let local = !args[2].is_null() && args[2].as_bool()?;
    env.set_setting(args[0].as_str()?, value, local)
        .map(Datum::text)
}

fn pg_sleep(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    /// A sleep without an end: as far in the future as clocks are sure to reach.
    const FOREVER: f64 = 1e9;
    let seconds = args[0].as_float()?;
    // A time that is negative or no number is over at once.
    if seconds > 0.0 {
        let time = Duration::from_secs_f64(seconds.min(FOREVER));
        env.interrupt().sleep_until(Instant::now() + time)?;
    }
    void()
}

fn pg_advisory_unlock_all(env: &dyn Env, _: &[Datum]) -> Result<Datum> {
    env.advisory_unlock_all()?;
    void()
}

fn pg_is_in_recovery(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::registry;
    use crate::types::testing::TestEnv;

    fn call(name: &str, args: &[Datum]) -> Result<Datum> {
        let functions = registry::functions(name);
        let function = functions
            .iter()
            .find(|f| f.args.len() == args.len())
            .expect(name);
        (function.eval)(&TestEnv::default(), args)
    }

    #[test]
    fn names_of_the_session() {
        for keyword in ["current_user", "current_role", "user", "session_user"] {
            assert_eq!(call(keyword, &[]), Ok(Datum::text("postgres")), "{keyword}");
        }
        assert_eq!(call("current_catalog", &[]), Ok(Datum::text("postgres")));
        assert_eq!(call("current_schema", &[]), Ok(Datum::text("public")));
        let schemas = call("current_schemas", &[Datum::Bool(false)]);
        let schemas = schemas.expect("an array");
        assert_eq!(
            schemas.as_array(),
            Ok(&Array::new(Kind::Name, vec![Datum::text("public")]))
        );
    }

    #[test]
    fn encodings_have_numbers() {
        let encoding = |n| call("pg_encoding_to_char", &[Datum::Int4(n)]);
        assert_eq!(encoding(0), Ok(Datum::text("SQL_ASCII")));
        assert_eq!(encoding(6), call("getdatabaseencoding", &[]));
        assert_eq!(encoding(6), call("pg_client_encoding", &[]));
        assert_eq!(encoding(41), Ok(Datum::text("SHIFT_JIS_2004")));
        assert_eq!(encoding(42), Ok(Datum::text("")));
        assert_eq!(encoding(-1), Ok(Datum::text("")));
    }

    #[test]
    fn a_setting_needs_a_name() {
        let args = [Datum::Null, Datum::text("x"), Datum::Null];
        let error = call("set_config", &args).expect_err("no name");
        assert_eq!(error.message(), "SET requires parameter name");
        let args = [Datum::text("a.b"), Datum::text("x"), Datum::Null];
        assert_eq!(call("set_config", &args), Ok(Datum::text("x")));
    }

    #[test]
    fn sleep_ends_at_once_without_a_time() {
        for seconds in [-1.0, 0.0, f64::NAN, f64::NEG_INFINITY, 0.001] {
            let result = call("pg_sleep", &[Datum::Float8(seconds)]);
            assert_eq!(result, Ok(Datum::text("")), "{seconds}");
        }
    }
}
