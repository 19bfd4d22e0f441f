//! What PostgreSQL 15 answers to the same questions, asked with TimeZone Europe/Berlin.

use super::{current_micros, parse, parse_zone, print};
use crate::error::Result;
use crate::types::datum::Datum;
use crate::types::env::{DateOrder, Env};
use crate::types::kind::Kind;
use crate::types::testing::TestEnv;
use crate::types::{io, registry};

fn berlin() -> TestEnv {
    let mut env = TestEnv::default();
    env.formats.time_zone = parse_zone("Europe/Berlin").expect("a zone");
    env
}

/// The result of a function in its text form.
fn call(env: &TestEnv, name: &str, args: &[(Kind, &str)]) -> Result<String> {
    let kinds: Vec<Kind> = args.iter().map(|(kind, _)| *kind).collect();
    let mut functions = registry::functions(name).iter();
    let function = functions.find(|f| f.args == kinds).expect(name);
    let values: Result<Vec<Datum>> = args
        .iter()
        .map(|(kind, text)| io::parse_text(*kind, text, env))
        .collect();
    Ok(match (function.eval)(env, &values?)? {
        Datum::Null => "NULL".into(),
        result => io::to_string(function.result, &result, env.formats()),
    })
}

fn shown(s: &str, env: &TestEnv) -> Result<String> {
    let mut out = String::new();
    print(parse(s, env)?, env.formats(), &mut out);
    Ok(out)
}

#[test]
fn spellings() {
    for (input, expected) in [
        (" 2024-01-05 ", "2024-01-05 00:00:00+01"),
        (
            "2024-01-05T10:11:12.1234567Z",
            "2024-01-05 11:11:12.123457+01",
        ),
        ("2024-01-05T10:11:12.123-0800", "2024-01-05 19:11:12.123+01"),
        ("2024-01-05 10:11+05:30", "2024-01-05 05:41:00+01"),
        (
            "2024-01-05 10:11:12 America/New_York",
            "2024-01-05 16:11:12+01",
        ),
        ("2024-01-05 10:11 EST", "2024-01-05 16:11:00+01"),
        ("2024-01-05 10:00 CEST", "2024-01-05 09:00:00+01"),
        ("2024-01-05 10:00 UTC+3", "2024-01-05 14:00:00+01"),
        ("2024-01-05 10:00 gmt-2", "2024-01-05 09:00:00+01"),
        ("2024-01-05 10:00 EST5EDT", "2024-01-05 16:00:00+01"),
        ("2024-01-05 10:00:00 +1", "2024-01-05 10:00:00+01"),
        (
            "2024-01-05 10:00:00.5 -03:30:15",
            "2024-01-05 14:30:15.5+01",
        ),
        ("20240105T101112", "2024-01-05 10:11:12+01"),
        ("20240105 101112.5+02", "2024-01-05 09:11:12.5+01"),
        ("2024-01-05 101112-03", "2024-01-05 14:11:12+01"),
        ("2024-01-05 1011", "2024-01-05 10:11:00+01"),
        ("240105", "2024-01-05 00:00:00+01"),
        ("2024-1-5 1:2:3", "2024-01-05 01:02:03+01"),
        ("2024 01 05", "2024-01-05 00:00:00+01"),
        ("Jan 5 2024", "2024-01-05 00:00:00+01"),
        ("5 Jan 2024 3:04 PM", "2024-01-05 15:04:00+01"),
        ("2024-01-05 12:00 AM", "2024-01-05 00:00:00+01"),
        ("Friday, January 5, 2024 AD", "2024-01-05 00:00:00+01"),
        ("05-Jan-2024", "2024-01-05 00:00:00+01"),
        ("Jan-05-2024", "2024-01-05 00:00:00+01"),
        ("2024-Jan-05", "2024-01-05 00:00:00+01"),
        ("2024.005", "2024-01-05 00:00:00+01"),
        ("J2451187", "1999-01-08 00:00:00+01"),
        ("1/2/2003", "2003-01-02 00:00:00+01"),
        ("1/5/24", "2024-01-05 00:00:00+01"),
        ("2024-01-05 24:00", "2024-01-06 00:00:00+01"),
        ("2024-01-05 23:59:60", "2024-01-06 00:00:00+01"),
        ("2024-01-05 23:59:59.9999996", "2024-01-06 00:00:00+01"),
        ("2024-01-05 10:00:00.0000005", "2024-01-05 10:00:00+01"),
        ("2024-01-05 10:20.5", "2024-01-05 00:10:20.5+01"),
        ("epoch", "1970-01-01 01:00:00+01"),
        ("infinity", "infinity"),
        ("-infinity ", "-infinity"),
        ("0044-03-15 BC", "0044-03-15 00:00:00+00:53:28 BC"),
        ("4714-11-24 00:00+00 BC", "4714-11-24 00:53:28+00:53:28 BC"),
        (
            "294276-12-31 23:59:59.999999+00",
            "294277-01-01 00:59:59.999999+01",
        ),
        ("12000-07-01", "12000-07-01 00:00:00+02"),
        ("1850-01-01", "1850-01-01 00:00:00+00:53:28"),
        ("2024-03-31 02:30", "2024-03-31 03:30:00+02"),
        ("2024-10-27 02:30", "2024-10-27 02:30:00+01"),
        ("today", "2000-01-01 00:00:00+01"),
        ("tomorrow 10:00", "2000-01-02 10:00:00+01"),
        ("yesterday allballs", "1999-12-31 01:00:00+01"),
        ("now", "2000-01-01 01:00:00+01"),
    ] {
        assert_eq!(shown(input, &berlin()).as_deref(), Ok(expected), "{input}");
    }
    assert!(current_micros() > 0);
}

#[test]
fn the_order_of_fields() {
    let read = |s, order| {
        let mut env = berlin();
        env.formats.date_style.order = order;
        shown(s, &env)
    };
    assert_eq!(
        read("1/2/2003", DateOrder::Dmy).as_deref(),
        Ok("2003-02-01 00:00:00+01")
    );
    assert_eq!(
        read("1 2 2003", DateOrder::Dmy).as_deref(),
        Ok("2003-02-01 00:00:00+01")
    );
    assert_eq!(
        read("3/4/5", DateOrder::Ymd).as_deref(),
        Ok("2003-04-05 00:00:00+02")
    );
    assert_eq!(
        read("99-01-05", DateOrder::Ymd).as_deref(),
        Ok("1999-01-05 00:00:00+01")
    );
}

#[test]
fn complaints() {
    let syntax = "invalid input syntax for type timestamp with time zone";
    let field = "date/time field value out of range";
    for (input, code, message, hint) in [
        ("foo", "22007", syntax, false),
        ("", "22007", syntax, false),
        ("10:00", "22007", syntax, false),
        ("inf", "22007", syntax, false),
        ("+infinity", "22007", syntax, false),
        ("now now", "22007", syntax, false),
        ("2024-01-05 foo", "22007", syntax, false),
        ("2024-01-05 ä", "22007", syntax, false),
        ("2024-01-05 10:00 10:00", "22007", syntax, false),
        ("2024-01-05 2024-01-05", "22007", syntax, false),
        ("January 5th, 2024", "22007", syntax, false),
        ("2024-13-01", "22008", field, true),
        ("13/13/2024", "22008", field, true),
        ("99-01-05", "22008", field, true),
        ("2024-02-30", "22008", field, false),
        ("0000-01-01", "22008", field, false),
        ("99999999999-01-01", "22008", field, false),
        ("2024-01-05 25:00", "22008", field, false),
        ("2024-01-05 10:60", "22008", field, false),
        ("2024-01-05 13:00 PM", "22008", field, false),
        (
            "2024-01-05 10:00+20",
            "22009",
            "time zone displacement out of range",
            false,
        ),
        ("1000000-01-01", "22008", "timestamp out of range", false),
        ("4714-11-23 BC", "22008", "timestamp out of range", false),
    ] {
        let error = shown(input, &berlin()).expect_err(input);
        assert_eq!(error.state().code(), code, "{input}");
        assert_eq!(error.message(), format!("{message}: \"{input}\""));
        assert_eq!(error.hint().is_some(), hint, "{input}");
    }
    let error = shown("2024-01-05 10:00 Foo/Bar", &berlin()).expect_err("zone");
    assert_eq!(error.message(), "time zone \"foo/bar\" not recognized");
    assert_eq!(error.state().code(), "22023");
}

fn extract(unit: &str, s: &str) -> String {
    call(
        &berlin(),
        "extract",
        &[(Kind::Text, unit), (Kind::Timestamptz, s)],
    )
    .expect(unit)
}

#[test]
fn parts() {
    const BEFORE: &str = "0044-03-15 12:34:56 BC";
    const AFTER: &str = "2024-12-30 12:34:56.789";
    for (unit, before, after, infinite) in [
        ("microseconds", "56000000", "56789000", "NULL"),
        ("milliseconds", "56000.000", "56789.000", "NULL"),
        ("second", "56.000000", "56.789000", "NULL"),
        ("minute", "34", "34", "NULL"),
        ("hour", "12", "12", "NULL"),
        ("day", "15", "30", "NULL"),
        ("week", "11", "1", "NULL"),
        ("month", "3", "12", "NULL"),
        ("quarter", "1", "4", "NULL"),
        ("year", "-44", "2024", "-Infinity"),
        ("decade", "-5", "202", "-Infinity"),
        ("century", "-1", "21", "-Infinity"),
        ("millennium", "-1", "3", "-Infinity"),
        ("isoyear", "-44", "2025", "-Infinity"),
        ("dow", "5", "1", "NULL"),
        ("isodow", "5", "1", "NULL"),
        ("doy", "74", "365", "NULL"),
        ("timezone", "3208", "3600", "NULL"),
        ("timezone_hour", "0", "1", "NULL"),
        ("timezone_minute", "53", "0", "NULL"),
        (
            "epoch",
            "-63517781912.000000",
            "1735558496.789000",
            "-Infinity",
        ),
        (
            "julian",
            "1705428.52425925925925925926",
            "2460675.52426839120370370370",
            "-Infinity",
        ),
        ("years", "-44", "2024", "-Infinity"),
        ("mon", "3", "12", "NULL"),
        ("min", "34", "34", "NULL"),
        ("m", "34", "34", "NULL"),
        ("YEAR", "-44", "2024", "-Infinity"),
        ("secs", "56.000000", "56.789000", "NULL"),
    ] {
        assert_eq!(extract(unit, BEFORE), before, "{unit}");
        assert_eq!(extract(unit, AFTER), after, "{unit}");
        assert_eq!(extract(unit, "-infinity"), infinite, "{unit}");
    }
    let part = |unit| {
        call(
            &berlin(),
            "date_part",
            &[(Kind::Text, unit), (Kind::Timestamptz, AFTER)],
        )
    };
    assert_eq!(part("Epoch").as_deref(), Ok("1735558496.789"));
    let error = part("foo").expect_err("unit");
    assert_eq!(
        error.message(),
        "unit \"foo\" not recognized for type timestamp with time zone"
    );
}

#[test]
fn truncation() {
    let trunc = |unit, s| {
        call(
            &berlin(),
            "date_trunc",
            &[(Kind::Text, unit), (Kind::Timestamptz, s)],
        )
        .expect(unit)
    };
    for (unit, before, after) in [
        (
            "microseconds",
            "0044-03-15 12:34:56+00:53:28 BC",
            "2024-12-30 12:34:56.789+01",
        ),
        (
            "milliseconds",
            "0044-03-15 12:34:56+00:53:28 BC",
            "2024-12-30 12:34:56.789+01",
        ),
        (
            "second",
            "0044-03-15 12:34:56+00:53:28 BC",
            "2024-12-30 12:34:56+01",
        ),
        (
            "minute",
            "0044-03-15 12:34:00+00:53:28 BC",
            "2024-12-30 12:34:00+01",
        ),
        (
            "hour",
            "0044-03-15 12:00:00+00:53:28 BC",
            "2024-12-30 12:00:00+01",
        ),
        (
            "day",
            "0044-03-15 00:00:00+00:53:28 BC",
            "2024-12-30 00:00:00+01",
        ),
        (
            "week",
            "0044-03-11 00:00:00+00:53:28 BC",
            "2024-12-30 00:00:00+01",
        ),
        (
            "month",
            "0044-03-01 00:00:00+00:53:28 BC",
            "2024-12-01 00:00:00+01",
        ),
        (
            "quarter",
            "0044-01-01 00:00:00+00:53:28 BC",
            "2024-10-01 00:00:00+02",
        ),
        (
            "year",
            "0044-01-01 00:00:00+00:53:28 BC",
            "2024-01-01 00:00:00+01",
        ),
        (
            "decade",
            "0051-01-01 00:00:00+00:53:28 BC",
            "2020-01-01 00:00:00+01",
        ),
        (
            "century",
            "0100-01-01 00:00:00+00:53:28 BC",
            "2001-01-01 00:00:00+01",
        ),
        (
            "millennium",
            "1000-01-01 00:00:00+00:53:28 BC",
            "2001-01-01 00:00:00+01",
        ),
    ] {
        assert_eq!(trunc(unit, "0044-03-15 12:34:56 BC"), before, "{unit}");
        assert_eq!(trunc(unit, "2024-12-30 12:34:56.789"), after, "{unit}");
    }
    let text = Kind::Text;
    let in_zone = |unit, zone| {
        let args = [
            (text, unit),
            (Kind::Timestamptz, "2024-07-05 10:11"),
            (text, zone),
        ];
        call(&berlin(), "date_trunc", &args)
    };
    assert_eq!(
        in_zone("hour", "Asia/Kolkata").as_deref(),
        Ok("2024-07-05 09:30:00+02")
    );
    assert_eq!(
        in_zone("day", "EST").as_deref(),
        Ok("2024-07-05 07:00:00+02")
    );
    assert_eq!(
        in_zone("day", "+3").as_deref(),
        Ok("2024-07-05 05:00:00+02")
    );
    assert_eq!(
        in_zone("day", "foo").expect_err("zone").message(),
        "time zone \"foo\" not recognized"
    );
    assert_eq!(trunc("hour", "infinity"), "infinity");
}

#[test]
fn seconds_since_1970() {
    let of = |s| call(&berlin(), "to_timestamp", &[(Kind::Float8, s)]);
    assert_eq!(of("1.5").as_deref(), Ok("1970-01-01 01:00:01.5+01"));
    assert_eq!(of("-1e10").as_deref(), Ok("1653-02-10 07:06:48+00:53:28"));
    assert_eq!(of("infinity").as_deref(), Ok("infinity"));
    assert_eq!(
        of("nan").expect_err("nan").message(),
        "timestamp cannot be NaN"
    );
    assert_eq!(
        of("1e20").expect_err("far").message(),
        "timestamp out of range: \"1e+20\""
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(s in "[-+0-9:./ TZjJbcBCa-m]{0,24}|.{0,12}") {
        let _ = shown(&s, &berlin());
    }

    #[test]
    fn what_is_printed_is_read_again(micros in super::FIRST..super::END) {
        for zone in ["Europe/Berlin", "UTC", "Asia/Kathmandu", "-3.5"] {
            let mut env = berlin();
            env.formats.time_zone = parse_zone(zone).expect("a zone");
            let mut out = String::new();
            print(micros, env.formats(), &mut out);
            proptest::prop_assert_eq!(parse(&out, &env), Ok(micros), "{}", out);
        }
    }
}
