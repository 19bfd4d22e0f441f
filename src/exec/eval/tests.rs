//! Every expected value is PostgreSQL's.

use super::*;
use crate::exec::expr::{Elements, RowPair};
use crate::exec::testing::*;
use crate::types::testing::TestEnv;
use crate::types::{Kind, Type};

fn eval(expr: Expr) -> Result<Datum> {
    let env = TestEnv::default();
    let ctx = EvalContext {
        params: &[Datum::Int4(7)],
        env: &env,
    };
    expr.eval(&[], &ctx)
}

/// t, f or null.
fn logic(expr: Expr) -> &'static str {
    match eval(expr).unwrap() {
        Datum::Bool(true) => "t",
        Datum::Bool(false) => "f",
        Datum::Null => "null",
        other => panic!("{other:?} is no truth value"),
    }
}

fn unknown() -> Expr {
    null(Kind::Bool)
}

fn no_int() -> Expr {
    null(Kind::Int4)
}

/// An expression that must not be evaluated.
fn failing() -> Expr {
    op(Kind::Int4, "/", int(1), int(0))
}

fn failing_condition() -> Expr {
    op(Kind::Int4, "=", failing(), int(1))
}

fn array(items: Vec<Expr>) -> Expr {
    Expr::Array {
        element: Kind::Int4,
        items,
    }
}

fn subscript(array: Expr, index: Expr) -> Expr {
    Expr::Subscript {
        array: Box::new(array),
        index: Box::new(index),
    }
}

fn quantified(operator: &'static str, all: bool, left: Expr, right: Elements) -> Expr {
    Expr::Quantified {
        function: function(Kind::Int4, operator),
        operator,
        all,
        left: Box::new(left),
        right,
    }
}

fn rows(operator: &'static str, left: [Expr; 2], right: [Expr; 2]) -> Expr {
    let strict = if operator.starts_with('>') { ">" } else { "<" };
    let pairs = left.into_iter().zip(right).map(|(left, right)| RowPair {
        left,
        right,
        equal: function(Kind::Int4, "="),
        ordered: function(Kind::Int4, strict),
    });
    Expr::RowCompare {
        operator,
        pairs: pairs.collect(),
    }
}

#[test]
fn parameters_and_columns() {
    let param = |index| Expr::Param {
        index,
        kind: Kind::Int4,
    };
    assert_eq!(eval(param(0)), Ok(Datum::Int4(7)));
    let error = eval(param(1)).unwrap_err();
    assert_eq!(error.message(), "there is no parameter $2");
    let error = eval(crate::exec::testing::column(0, Kind::Int4)).unwrap_err();
    assert_eq!(error.state(), SqlState::InternalError);
}

#[test]
fn strict_functions_are_not_called_with_null() {
    assert_eq!(eval(op(Kind::Int4, "/", no_int(), int(0))), Ok(Datum::Null));
    assert_eq!(
        eval(failing()).unwrap_err().state(),
        SqlState::DivisionByZero
    );
}

#[test]
fn conditions_have_three_values() {
    let cases = [
        (vec![bool(true), unknown()], "null", "t"),
        (vec![unknown(), bool(false)], "f", "null"),
        (vec![unknown(), unknown()], "null", "null"),
        (vec![bool(true), bool(true)], "t", "t"),
        (vec![bool(false), bool(false)], "f", "f"),
        (vec![unknown(), bool(true), bool(false)], "f", "t"),
    ];
    for (terms, and, or) in cases {
        assert_eq!(logic(Expr::And(terms.clone())), and);
        assert_eq!(logic(Expr::Or(terms)), or);
    }
    assert_eq!(
        logic(Expr::And(vec![bool(false), failing_condition()])),
        "f"
    );
    assert_eq!(logic(Expr::Or(vec![bool(true), failing_condition()])), "t");
    assert_eq!(logic(Expr::Not(Box::new(unknown()))), "null");
    assert_eq!(logic(Expr::Not(Box::new(bool(false)))), "t");
}

#[test]
fn tests_of_null_and_truth() {
    let is_null = |input, negated| {
        logic(Expr::IsNull {
            input: Box::new(input),
            negated,
        })
    };
    let row = |items| Expr::Record(items);
    assert_eq!(
        (is_null(no_int(), false), is_null(no_int(), true)),
        ("t", "f")
    );
    let mixed = || row(vec![int(1), no_int()]);
    assert_eq!(
        (is_null(mixed(), false), is_null(mixed(), true)),
        ("f", "f")
    );
    assert_eq!(is_null(row(vec![no_int(), no_int()]), false), "t");
    let is = |input, value, negated| {
        logic(Expr::IsTruth {
            input: Box::new(input),
            value,
            negated,
        })
    };
    assert_eq!(is(unknown(), Some(true), false), "f");
    assert_eq!(is(unknown(), Some(true), true), "t");
    assert_eq!(is(unknown(), None, false), "t");
    assert_eq!(is(bool(false), Some(false), false), "t");
    assert_eq!(is(bool(false), None, true), "t");
}

#[test]
fn distinct_knows_null() {
    let distinct = |left, right| {
        logic(Expr::IsDistinct {
            equal: function(Kind::Int4, "="),
            left: Box::new(left),
            right: Box::new(right),
            negated: false,
        })
    };
    assert_eq!(distinct(no_int(), no_int()), "f");
    assert_eq!(distinct(no_int(), int(1)), "t");
    assert_eq!(distinct(int(1), int(1)), "f");
    assert_eq!(distinct(int(1), int(2)), "t");
}

#[test]
fn any_and_all() {
    let list = |items: Vec<Expr>| Elements::List(items);
    let elements = |expr| Elements::Array(Box::new(expr));
    let is_in = |left, items| logic(quantified("=", false, left, items));
    let not_in = |left, items| logic(quantified("<>", true, left, items));
    assert_eq!(is_in(int(1), list(vec![no_int(), int(1), failing()])), "t");
    assert_eq!(is_in(int(3), list(vec![int(1), no_int()])), "null");
    assert_eq!(is_in(int(3), list(vec![int(1)])), "f");
    assert_eq!(not_in(int(3), list(vec![int(1), no_int()])), "null");
    assert_eq!(not_in(int(1), list(vec![no_int(), int(1)])), "f");
    assert_eq!(not_in(int(3), elements(array(vec![int(1), int(2)]))), "t");
    assert_eq!(is_in(no_int(), elements(array(vec![]))), "f");
    assert_eq!(not_in(no_int(), elements(array(vec![]))), "t");
    assert_eq!(is_in(no_int(), elements(array(vec![int(1)]))), "null");
    assert_eq!(
        is_in(int(1), elements(null(Kind::Array(&Kind::Int4)))),
        "null"
    );
}

#[test]
fn rows_are_compared_pair_by_pair() {
    let cases = [
        ("=", [int(1), int(2)], [int(1), int(2)], "t"),
        ("=", [int(1), no_int()], [int(2), int(3)], "f"),
        ("=", [no_int(), int(1)], [int(2), int(3)], "f"),
        ("=", [int(1), no_int()], [int(1), int(3)], "null"),
        ("<>", [int(1), no_int()], [int(1), int(2)], "null"),
        ("<>", [no_int(), int(1)], [int(1), int(2)], "t"),
        ("<>", [int(1), int(2)], [int(1), int(2)], "f"),
        ("<", [int(1), no_int()], [int(2), int(3)], "t"),
        ("<", [no_int(), int(1)], [int(2), int(3)], "null"),
        ("<", [int(1), int(2)], [int(1), int(2)], "f"),
        ("<=", [int(1), int(2)], [int(1), int(2)], "t"),
        ("<=", [int(1), int(3)], [int(1), int(2)], "f"),
        (">", [int(1), int(3)], [int(1), int(2)], "t"),
        (">=", [int(0), int(3)], [int(1), int(2)], "f"),
        (">=", [int(1), no_int()], [int(1), int(2)], "null"),
    ];
    for (operator, left, right, expected) in cases {
        let expr = rows(operator, left, right);
        assert_eq!(logic(expr.clone()), expected, "{expr:?}");
    }
}

#[test]
fn conditional_expressions_are_lazy() {
    let first = Expr::Coalesce(vec![no_int(), int(1), failing()]);
    assert_eq!(eval(first), Ok(Datum::Int4(1)));
    assert_eq!(eval(Expr::Coalesce(vec![no_int()])), Ok(Datum::Null));
    let case = Expr::Case {
        branches: vec![
            (unknown(), failing()),
            (bool(false), failing()),
            (bool(true), int(2)),
            (failing_condition(), failing()),
        ],
        otherwise: Box::new(failing()),
    };
    assert_eq!(eval(case), Ok(Datum::Int4(2)));
    let null_if = |a: Expr, b: Expr| {
        eval(Expr::NullIf {
            condition: Box::new(op(Kind::Int4, "=", a.clone(), b)),
            value: Box::new(a),
        })
    };
    assert_eq!(null_if(int(1), int(1)), Ok(Datum::Null));
    assert_eq!(null_if(int(1), int(2)), Ok(Datum::Int4(1)));
    assert_eq!(null_if(int(1), no_int()), Ok(Datum::Int4(1)));
    let extreme = |greatest| {
        eval(Expr::Extreme {
            greatest,
            args: vec![int(2), no_int(), int(3), int(1)],
        })
    };
    assert_eq!(
        (extreme(true), extreme(false)),
        (Ok(Datum::Int4(3)), Ok(Datum::Int4(1)))
    );
}

#[test]
fn arrays_and_their_elements() {
    let square = || {
        array(vec![
            array(vec![int(1), int(2)]),
            array(vec![int(3), int(4)]),
        ])
    };
    let Ok(Datum::Array(made)) = eval(square()) else {
        panic!("no array");
    };
    assert_eq!(made.dimensions, [(2, 1), (2, 1)]);
    let element = |i, j| eval(subscript(subscript(square(), i), j));
    assert_eq!(element(int(1), int(2)), Ok(Datum::Int4(2)));
    assert_eq!(element(int(2), int(1)), Ok(Datum::Int4(3)));
    assert_eq!(element(int(3), int(1)), Ok(Datum::Null));
    assert_eq!(eval(subscript(square(), int(1))), Ok(Datum::Null));
    let line = || array(vec![int(5), no_int()]);
    assert_eq!(eval(subscript(line(), int(1))), Ok(Datum::Int4(5)));
    for index in [int(0), int(2), int(3), int(i32::MIN), no_int()] {
        assert_eq!(eval(subscript(line(), index)), Ok(Datum::Null));
    }
    let empty = array(vec![array(vec![]), null(Kind::Array(&Kind::Int4))]);
    assert!(matches!(eval(empty), Ok(Datum::Array(a)) if a.dimensions.is_empty()));
    for other in [
        array(vec![int(1), int(2)]),
        array(vec![]),
        null(Kind::Array(&Kind::Int4)),
    ] {
        let error = eval(array(vec![array(vec![int(1)]), other])).unwrap_err();
        assert_eq!(error.state(), SqlState::ArraySubscriptError);
    }
}

#[test]
fn casts_are_applied() {
    let cast = |explicit| {
        eval(Expr::Cast {
            input: Box::new(text("hello")),
            path: casts::CastPath::Relabel,
            target: Type::varchar(3).unwrap(),
            explicit,
        })
    };
    assert_eq!(cast(true), Ok(Datum::text("hel")));
    assert_eq!(
        cast(false).unwrap_err().state(),
        SqlState::StringDataRightTruncation
    );
}
