//! Aggregates against what PostgreSQL 15 answers:
//! `SELECT agg(x) FROM (VALUES ...) v(x)`.

use super::AGGREGATES;
use crate::error::Result;
use crate::types::testing::TestEnv;
use crate::types::{Datum, Formats, Kind, io};

/// Calls an aggregate of one argument with the values that their text forms say.
fn aggregate(name: &str, kind: Kind, values: &[&str]) -> Result<String> {
    let env = TestEnv::default();
    let fits = |args: &[Kind]| match args {
        [Kind::AnyArray] => kind.element().is_some(),
        [Kind::AnyElement] => kind.element().is_none(),
        [parameter] => [kind, Kind::Any].contains(parameter),
        _ => false,
    };
    let aggregate = AGGREGATES
        .iter()
        .find(|a| a.name == name && fits(a.args))
        .expect(name);
    let mut state = (aggregate.start)();
    for value in values {
        let value = match *value {
            "NULL" => Datum::Null,
            text => io::parse_text(kind, text, &env)?,
        };
        state.push(&env, &[value])?;
    }
    let result = state.finish(&env)?;
    Ok(match result {
        Datum::Null => "NULL".into(),
        d => io::to_string(io::kind_of(&d), &d, &Formats::default()),
    })
}

#[track_caller]
fn check(name: &str, kind: Kind, values: &[&str], expected: &str) {
    let result = aggregate(name, kind, values);
    let result = result.unwrap_or_else(|e| format!("! {} {}", e.state().code(), e.message()));
    assert_eq!(result, expected, "{name}({kind}) of {values:?}");
}

#[test]
fn no_rows_make_null_but_of_a_count() {
    for aggregate in AGGREGATES {
        let env = TestEnv::default();
        let mut state = (aggregate.start)();
        let nothing = state.finish(&env).expect("a result");
        let expected = match aggregate.name {
            "count" => Datum::Int8(0),
            _ => Datum::Null,
        };
        assert_eq!(nothing, expected, "{aggregate:?}");
    }
}

#[test]
fn counts() {
    check("count", Kind::Int4, &["1", "NULL", "1"], "2");
    let env = TestEnv::default();
    let all = AGGREGATES.iter().find(|a| a.args.is_empty());
    let mut state = (all.expect("count(*)").start)();
    for _ in 0..3 {
        state.push(&env, &[]).expect("a row");
    }
    assert_eq!(state.finish(&env), Ok(Datum::Int8(3)));
}

#[test]
fn sums() {
    check("sum", Kind::Int2, &["32767", "32767", "NULL"], "65534");
    check(
        "sum",
        Kind::Int4,
        &["2147483647", "2147483647"],
        "4294967294",
    );
    let most = "9223372036854775807";
    check("sum", Kind::Int8, &[most, most], "18446744073709551614");
    check("sum", Kind::Numeric, &["1.50", "2.5", "NULL"], "4.00");
    check("sum", Kind::Numeric, &["1", "NaN"], "NaN");
    check("sum", Kind::Numeric, &["Infinity", "-Infinity"], "NaN");
    check("sum", Kind::Float8, &["-0"], "-0");
    check("sum", Kind::Float8, &["0.5", "1.5", "2.25"], "4.25");
    check("sum", Kind::Float8, &["Infinity", "1"], "Infinity");
    let overflow = "! 22003 value out of range: overflow";
    check("sum", Kind::Float8, &["1e308", "1e308"], overflow);
    check("sum", Kind::Float8, &["NULL", "NULL"], "NULL");
}

#[test]
fn averages() {
    check("avg", Kind::Int4, &["1", "2"], "1.5000000000000000");
    check("avg", Kind::Int2, &["1", "2", "2"], "1.6666666666666667");
    let most = "2147483647";
    check(
        "avg",
        Kind::Int4,
        &[most, most, "10", "20", "-5"],
        "858993463.80000000",
    );
    let most = "9223372036854775807";
    check("avg", Kind::Int8, &[most, most], "9223372036854775807");
    check("avg", Kind::Int8, &["0", "NULL"], "0.00000000000000000000");
    check("avg", Kind::Numeric, &["1.50", "2.5"], "2.0000000000000000");
    check("avg", Kind::Numeric, &["Infinity", "1"], "Infinity");
    check(
        "avg",
        Kind::Float8,
        &["0.5", "1.5", "2.25"],
        "1.4166666666666667",
    );
    check("avg", Kind::Float8, &["NaN", "1"], "NaN");
    check("avg", Kind::Float8, &["Infinity", "-Infinity"], "NaN");
    let overflow = "! 22003 value out of range: overflow";
    check("avg", Kind::Float8, &["1e200", "3e200"], overflow);
}

#[test]
fn extremes() {
    check("max", Kind::Text, &["a", "B", "NULL", "ab"], "ab");
    check("min", Kind::Text, &["a", "B", "NULL"], "B");
    check("max", Kind::Float8, &["NaN", "Infinity"], "NaN");
    check("max", Kind::Numeric, &["1.0", "1.00"], "1.00");
    check("min", Kind::Numeric, &["1.0", "1.00"], "1.00");
    check("max", Kind::Oid, &["4294967295", "1"], "4294967295");
    check("min", Kind::Array(&Kind::Int4), &["{1,2}", "{1}"], "{1}");
    check("bool_and", Kind::Bool, &["t", "NULL"], "t");
    check("bool_and", Kind::Bool, &["t", "f"], "f");
    check("every", Kind::Bool, &["NULL"], "NULL");
    check("bool_or", Kind::Bool, &["t", "f"], "t");
    for kind in [Kind::Bool, Kind::Uuid, Kind::Bytea, Kind::Jsonb] {
        let takes = |a: &&crate::types::Aggregate| a.name == "max" && a.args == [kind];
        assert!(!AGGREGATES.iter().any(|a| takes(&a)), "{kind}");
    }
}

#[test]
fn arrays() {
    check("array_agg", Kind::Int4, &["1", "NULL", "2"], "{1,NULL,2}");
    check("array_agg", Kind::Text, &["NULL"], "{NULL}");
    let pairs = Kind::Array(&Kind::Int4);
    check("array_agg", pairs, &["{1,2}", "{3,4}"], "{{1,2},{3,4}}");
    let different = "! 2202E cannot accumulate arrays of different dimensionality";
    check("array_agg", pairs, &["{1,2}", "{3}"], different);
    check(
        "array_agg",
        pairs,
        &["{}"],
        "! 2202E cannot accumulate empty arrays",
    );
    check(
        "array_agg",
        pairs,
        &["NULL"],
        "! 22004 cannot accumulate null arrays",
    );
}

#[test]
fn strings() {
    let joined = |rows: &[(Datum, Datum)]| {
        let env = TestEnv::default();
        let aggregate = AGGREGATES
            .iter()
            .find(|a| a.oid == 3538)
            .expect("string_agg");
        let mut state = (aggregate.start)();
        for (value, delimiter) in rows {
            state.push(&env, &[value.clone(), delimiter.clone()])?;
        }
        state.finish(&env)
    };
    let text = |s: &str| Datum::text(s);
    let rows = [
        (Datum::Null, text("0")),
        (text("a"), text("1")),
        (text("b"), text("2")),
        (Datum::Null, text("3")),
        (text(""), Datum::Null),
        (text("c"), text("4")),
    ];
    assert_eq!(joined(&rows), Ok(text("a2b4c")));
    let bytes = |b: &[u8]| Datum::Bytea(b.into());
    let rows = [(bytes(&[1]), bytes(&[0])), (bytes(&[2]), bytes(&[0]))];
    assert_eq!(joined(&rows), Ok(bytes(&[1, 0, 2])));
}

#[test]
fn documents() {
    check("jsonb_agg", Kind::Int4, &["1", "NULL", "2"], "[1, null, 2]");
    check("jsonb_agg", Kind::Text, &["x", "\""], r#"["x", "\""]"#);
    let lists = Kind::Array(&Kind::Int4);
    check("jsonb_agg", lists, &["{1,2}", "{3}"], "[[1, 2], [3]]");
    let object = |pairs: &[(Datum, Datum)]| {
        let env = TestEnv::default();
        let aggregate = AGGREGATES.iter().find(|a| a.name == "jsonb_object_agg");
        let mut state = (aggregate.expect("an aggregate").start)();
        for (key, value) in pairs {
            state.push(&env, &[key.clone(), value.clone()])?;
        }
        state.finish(&env)
    };
    let pairs = [
        (Datum::text("a"), Datum::Int4(1)),
        (Datum::Bool(true), Datum::Null),
        (Datum::text("a"), Datum::Int4(3)),
    ];
    let expected = Datum::Jsonb(r#"{"a": 3, "true": null}"#.into());
    assert_eq!(object(&pairs), Ok(expected));
    let error = object(&[(Datum::Null, Datum::Int4(1))]).expect_err("a key");
    assert_eq!(error.message(), "field name must not be null");
}
