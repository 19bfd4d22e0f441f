//! Arithmetic and functions of `double precision`. A finite calculation that ends in an infinity or
//! in a wrong zero is an error, as in PostgreSQL.

use std::f64::consts::PI;

use super::compare;
use super::datum::Datum;
use super::declare::{functions, operators};
use super::env::Env;
use super::integer::division_by_zero;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

operators! { pub(super) OPERATORS:
    "*" 216 float8mul(Float8, Float8) -> Float8, Immutable, mul;
    "/" 217 float8div(Float8, Float8) -> Float8, Immutable, div;
    "+" 218 float8pl(Float8, Float8) -> Float8, Immutable, add;
    "-" 219 float8mi(Float8, Float8) -> Float8, Immutable, sub;
    "-" 220 float8um(Float8) -> Float8, Immutable, neg;
    "@" 221 float8abs(Float8) -> Float8, Immutable, abs;
    "|/" 230 dsqrt(Float8) -> Float8, Immutable, sqrt;
    "||/" 231 dcbrt(Float8) -> Float8, Immutable, cbrt;
    "^" 232 dpow(Float8, Float8) -> Float8, Immutable, power;
    "=" 293 float8eq(Float8, Float8) -> Bool, Immutable, compare::eq;
    "<>" 294 float8ne(Float8, Float8) -> Bool, Immutable, compare::ne;
    "<" 295 float8lt(Float8, Float8) -> Bool, Immutable, compare::lt;
    "<=" 296 float8le(Float8, Float8) -> Bool, Immutable, compare::le;
    ">" 297 float8gt(Float8, Float8) -> Bool, Immutable, compare::gt;
    ">=" 298 float8ge(Float8, Float8) -> Bool, Immutable, compare::ge;
    "+" 1914 float8up(Float8) -> Float8, Immutable, same;
}

functions! { pub(super) FUNCTIONS:
    1340 log(Float8) -> Float8, Immutable, log10;
    1341 ln(Float8) -> Float8, Immutable, ln;
    1194 log10(Float8) -> Float8, Immutable, log10;
    1342 round(Float8) -> Float8, Immutable, round;
    1343 trunc(Float8) -> Float8, Immutable, trunc;
    1344 sqrt(Float8) -> Float8, Immutable, sqrt;
    1345 cbrt(Float8) -> Float8, Immutable, cbrt;
    1346 pow(Float8, Float8) -> Float8, Immutable, power;
    1347 exp(Float8) -> Float8, Immutable, exp;
    1368 power(Float8, Float8) -> Float8, Immutable, power;
    1395 abs(Float8) -> Float8, Immutable, abs;
    1598 random() -> Float8, Volatile, random;
    1600 asin(Float8) -> Float8, Immutable, asin;
    1601 acos(Float8) -> Float8, Immutable, acos;
    1602 atan(Float8) -> Float8, Immutable, atan;
    1603 atan2(Float8, Float8) -> Float8, Immutable, atan2;
    1604 sin(Float8) -> Float8, Immutable, sin;
    1605 cos(Float8) -> Float8, Immutable, cos;
    1606 tan(Float8) -> Float8, Immutable, tan;
    1608 degrees(Float8) -> Float8, Immutable, degrees;
    1609 radians(Float8) -> Float8, Immutable, radians;
    1610 pi() -> Float8, Immutable, pi;
    2308 ceil(Float8) -> Float8, Immutable, ceil;
    2309 floor(Float8) -> Float8, Immutable, floor;
    2310 sign(Float8) -> Float8, Immutable, sign;
    2320 ceiling(Float8) -> Float8, Immutable, ceil;
}

pub(super) fn overflow() -> Error {
    Error::new(
        SqlState::NumericValueOutOfRange,
        "value out of range: overflow",
    )
}

fn underflow() -> Error {
    Error::new(
        SqlState::NumericValueOutOfRange,
        "value out of range: underflow",
    )
}

/// The result, unless it is infinite or zero without the operands having made it so.
fn checked(result: f64, infinite_operand: bool, may_be_zero: bool) -> Result<Datum> {
    if result.is_infinite() && !infinite_operand {
        Err(overflow())
    } else if result == 0.0 && !may_be_zero {
        Err(underflow())
    } else {
        Ok(Datum::Float8(result))
    }
}

fn pair(args: &[Datum]) -> Result<(f64, f64)> {
    Ok((args[0].as_float()?, args[1].as_float()?))
}

fn add(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = pair(args)?;
    checked(a + b, a.is_infinite() || b.is_infinite(), true)
}

fn sub(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = pair(args)?;
    checked(a - b, a.is_infinite() || b.is_infinite(), true)
}

fn mul(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = pair(args)?;
    checked(
        a * b,
        a.is_infinite() || b.is_infinite(),
        a == 0.0 || b == 0.0,
    )
}

fn div(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = pair(args)?;
    if b == 0.0 && !a.is_nan() {
        return Err(division_by_zero());
    }
    checked(a / b, a.is_infinite(), a == 0.0 || b.is_infinite())
}

fn power(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = pair(args)?;
    let undefined = |message| {
        Err(Error::new(
            SqlState::InvalidArgumentForPowerFunction,
            message,
        ))
    };
    if a == 0.0 && b < 0.0 {
        return undefined("zero raised to a negative power is undefined");
    }
    if a < 0.0 && b.floor() != b {
        return undefined(
            "a negative number raised to a non-integer power yields a complex result",
        );
    }
    let infinite = a.is_infinite() || b.is_infinite();
    checked(a.powf(b), infinite, infinite || a == 0.0)
}

fn sqrt(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let a = args[0].as_float()?;
    if a < 0.0 {
        return Err(Error::new(
            SqlState::InvalidArgumentForPowerFunction,
            "cannot take square root of a negative number",
        ));
    }
    Ok(Datum::Float8(a.sqrt()))
}

fn exp(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let a = args[0].as_float()?;
    checked(a.exp(), a.is_infinite(), a.is_infinite())
}

/// An error unless the logarithm of the number exists.
fn logarithm_argument(d: &Datum) -> Result<f64> {
    let a = d.as_float()?;
    let undefined = |message| Err(Error::new(SqlState::InvalidArgumentForLogarithm, message));
    if a == 0.0 {
        undefined("cannot take logarithm of zero")
    } else if a < 0.0 {
        undefined("cannot take logarithm of a negative number")
    } else {
        Ok(a)
    }
}

fn ln(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Float8(logarithm_argument(&args[0])?.ln()))
}

fn log10(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Float8(logarithm_argument(&args[0])?.log10()))
}

/// The result of a function that is undefined where it makes NaN of a number.
fn defined(argument: f64, result: f64) -> Result<Datum> {
    if result.is_nan() && !argument.is_nan() {
        return Err(Error::new(
            SqlState::NumericValueOutOfRange,
            "input is out of range",
        ));
    }
    Ok(Datum::Float8(result))
}

macro_rules! plain {
    ($($name:ident($a:ident) = $result:expr;)*) => {
        $(fn $name(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
            let $a = args[0].as_float()?;
            defined($a, $result)
        })*
    };
}

plain! {
    same(a) = a;
    neg(a) = -a;
    abs(a) = a.abs();
    cbrt(a) = a.cbrt();
    round(a) = a.round_ties_even();
    trunc(a) = a.trunc();
    ceil(a) = a.ceil();
    floor(a) = a.floor();
    sign(a) = f64::from(i8::from(a > 0.0) - i8::from(a < 0.0));
    asin(a) = a.asin();
    acos(a) = a.acos();
    atan(a) = a.atan();
    sin(a) = a.sin();
    cos(a) = a.cos();
    tan(a) = a.tan();
}

fn atan2(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = pair(args)?;
    Ok(Datum::Float8(a.atan2(b)))
}

fn degrees(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let a = args[0].as_float()?;
    checked(a / (PI / 180.0), a.is_infinite(), a == 0.0)
}

fn radians(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let a = args[0].as_float()?;
    checked(a * (PI / 180.0), a.is_infinite(), a == 0.0)
}

fn pi(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Float8(PI))
}

/// At least 0 and less than 1, in steps of 2^-53, the finest that are even.
fn random(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    let bits =
        getrandom::u64().map_err(|e| Error::internal(format!("could not get random bits: {e}")))?;
    Ok(Datum::Float8((bits >> 11) as f64 * 2f64.powi(-53)))
}
