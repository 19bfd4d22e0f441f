//! The operators, functions and casts of `numeric`.

use std::sync::Arc;

use num_bigint::BigInt;

use super::compare;
use super::datum::Datum;
use super::declare::{casts, functions, operators};
use super::env::Env;
use super::float8;
use super::integer::Integer;
use super::numeric::{self, Numeric, overflow, rescale};
use super::numeric_arithmetic::{self as arithmetic, Rounding, parts};
use super::numeric_math as math;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

operators! { pub(super) OPERATORS:
    "@" 1704 numeric_abs(Numeric) -> Numeric, Immutable, abs;
    "+" 1724 numeric_add(Numeric, Numeric) -> Numeric, Immutable, add;
    "-" 1725 numeric_sub(Numeric, Numeric) -> Numeric, Immutable, sub;
    "*" 1726 numeric_mul(Numeric, Numeric) -> Numeric, Immutable, mul;
    "/" 1727 numeric_div(Numeric, Numeric) -> Numeric, Immutable, div;
    "%" 1729 numeric_mod(Numeric, Numeric) -> Numeric, Immutable, rem;
    "^" 1739 numeric_power(Numeric, Numeric) -> Numeric, Immutable, power;
    "-" 1771 numeric_uminus(Numeric) -> Numeric, Immutable, neg;
    "+" 1915 numeric_uplus(Numeric) -> Numeric, Immutable, same;
    "=" 1718 numeric_eq(Numeric, Numeric) -> Bool, Immutable, compare::eq;
    "<>" 1719 numeric_ne(Numeric, Numeric) -> Bool, Immutable, compare::ne;
    ">" 1720 numeric_gt(Numeric, Numeric) -> Bool, Immutable, compare::gt;
    ">=" 1721 numeric_ge(Numeric, Numeric) -> Bool, Immutable, compare::ge;
    "<" 1722 numeric_lt(Numeric, Numeric) -> Bool, Immutable, compare::lt;
    "<=" 1723 numeric_le(Numeric, Numeric) -> Bool, Immutable, compare::le;
}

functions! { pub(super) FUNCTIONS:
    1376 factorial(Int8) -> Numeric, Immutable, factorial;
    1481 log10(Numeric) -> Numeric, Immutable, log10;
    1705 abs(Numeric) -> Numeric, Immutable, abs;
    1706 sign(Numeric) -> Numeric, Immutable, sign;
    1707 round(Numeric, Int4) -> Numeric, Immutable, round;
    1708 round(Numeric) -> Numeric, Immutable, round;
    1709 trunc(Numeric, Int4) -> Numeric, Immutable, trunc;
    1710 trunc(Numeric) -> Numeric, Immutable, trunc;
    1711 ceil(Numeric) -> Numeric, Immutable, ceil;
    1712 floor(Numeric) -> Numeric, Immutable, floor;
    1728 mod(Numeric, Numeric) -> Numeric, Immutable, rem;
    1730 sqrt(Numeric) -> Numeric, Immutable, sqrt;
    1732 exp(Numeric) -> Numeric, Immutable, exp;
    1734 ln(Numeric) -> Numeric, Immutable, ln;
    1736 log(Numeric, Numeric) -> Numeric, Immutable, log;
    1738 pow(Numeric, Numeric) -> Numeric, Immutable, power;
    1741 log(Numeric) -> Numeric, Immutable, log10;
    1973 div(Numeric, Numeric) -> Numeric, Immutable, div_whole;
    2167 ceiling(Numeric) -> Numeric, Immutable, ceil;
    2169 power(Numeric, Numeric) -> Numeric, Immutable, power;
    3281 scale(Numeric) -> Int4, Immutable, scale;
    5042 min_scale(Numeric) -> Int4, Immutable, min_scale;
    5043 trim_scale(Numeric) -> Numeric, Immutable, trim_scale;
    5048 gcd(Numeric, Numeric) -> Numeric, Immutable, gcd;
    5049 lcm(Numeric, Numeric) -> Numeric, Immutable, lcm;
}

casts! { pub(super) CASTS:
    Int2 => Numeric, Implicit, 1782 numeric from_int;
    Int4 => Numeric, Implicit, 1740 numeric from_int;
    Int8 => Numeric, Implicit, 1781 numeric from_int;
    Float8 => Numeric, Assignment, 1743 numeric from_float8;
    Numeric => Int2, Assignment, 1783 int2 to_int::<i16>;
    Numeric => Int4, Assignment, 1744 int4 to_int::<i32>;
    Numeric => Int8, Assignment, 1779 int8 to_int::<i64>;
    Numeric => Float8, Implicit, 1746 float8 to_float8;
}

fn datum(n: Numeric) -> Datum {
    Datum::Numeric(Arc::new(n))
}

macro_rules! unary {
    ($($name:ident($n:ident) = $result:expr;)*) => {
        $(fn $name(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
            let $n = args[0].as_numeric()?;
            $result.map(datum)
        })*
    };
}

macro_rules! binary {
    ($($name:ident($a:ident, $b:ident) = $result:expr;)*) => {
        $(fn $name(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
            let ($a, $b) = (args[0].as_numeric()?, args[1].as_numeric()?);
            $result.map(datum)
        })*
    };
}

unary! {
    neg(n) = Ok(arithmetic::neg(n));
    abs(n) = Ok(arithmetic::abs(n));
    ceil(n) = arithmetic::round(n, 0, Rounding::Ceiling);
    floor(n) = arithmetic::round(n, 0, Rounding::Floor);
    sqrt(n) = math::sqrt(n);
    exp(n) = math::exp(n);
    ln(n) = math::ln(n);
    log10(n) = math::log(&Numeric::from(10), n);
    sign(n) = Ok(match n {
        Numeric::NaN => Numeric::NaN,
        n => Numeric::from(arithmetic::signum(n)),
    });
}

binary! {
    add(a, b) = arithmetic::add(a, b);
    sub(a, b) = arithmetic::sub(a, b);
    mul(a, b) = arithmetic::mul(a, b);
    div(a, b) = arithmetic::div(a, b);
    rem(a, b) = arithmetic::rem(a, b);
    div_whole(a, b) = arithmetic::div_whole(a, b);
    gcd(a, b) = arithmetic::gcd(a, b);
    lcm(a, b) = arithmetic::lcm(a, b);
    power(a, b) = math::power(a, b);
    log(a, b) = math::log(a, b);
}

fn same(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(args[0].clone())
}

/// The second argument, a scale, or 0.
fn scale_argument(args: &[Datum]) -> Result<i64> {
    args.get(1).map_or(Ok(0), Datum::as_int)
}

fn round(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let n = args[0].as_numeric()?;
    arithmetic::round(n, scale_argument(args)?, Rounding::Nearest).map(datum)
}

fn trunc(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let n = args[0].as_numeric()?;
    arithmetic::round(n, scale_argument(args)?, Rounding::Zero).map(datum)
}

fn scale(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(match args[0].as_numeric()? {
        // A scale has at most five digits.
        Numeric::Finite(decimal) => Datum::Int4(parts(decimal).1 as i32),
        Numeric::NaN | Numeric::Infinity | Numeric::NegInfinity => Datum::Null,
    })
}

/// The least scale that shows the number whole.
fn least_scale(n: &Numeric) -> Option<i64> {
    match n {
        Numeric::Finite(decimal) => Some(parts(&decimal.normalized()).1.max(0)),
        Numeric::NaN | Numeric::Infinity | Numeric::NegInfinity => None,
    }
}

fn min_scale(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let scale = least_scale(args[0].as_numeric()?);
    Ok(scale.map_or(Datum::Null, |scale| Datum::Int4(scale as i32)))
}

fn trim_scale(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let n = args[0].as_numeric()?;
    match least_scale(n) {
        Some(scale) => arithmetic::round(n, scale, Rounding::Zero).map(datum),
        None => Ok(args[0].clone()),
    }
}

fn factorial(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    /// The greatest number whose factorial the format has room for.
    const GREATEST: i64 = 32177;
    let n = args[0].as_int()?;
    if n < 0 {
        return Err(Error::new(
            SqlState::NumericValueOutOfRange,
            "factorial of a negative number is undefined",
        ));
    }
    if n > GREATEST {
        return Err(overflow());
    }
    let mut product = BigInt::from(1);
    for factor in 2..=n {
        env.interrupt().check()?;
        product *= factor;
    }
    Numeric::new(product, 0).map(datum)
}

fn from_int(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(datum(Numeric::from(args[0].as_int()?)))
}

/// By the 15 digits that every double keeps.
fn from_float8(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let value = args[0].as_float()?;
    if value.is_nan() {
        return Ok(datum(Numeric::NaN));
    }
    if value.is_infinite() {
        let infinity = if value > 0.0 {
            Numeric::Infinity
        } else {
            Numeric::NegInfinity
        };
        return Ok(datum(infinity));
    }
    numeric::parse(&float8::to_significant(value, float8::SAFE_DIGITS)).map(datum)
}

fn to_float8(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    float8::parse(&args[0].as_numeric()?.to_string()).map(Datum::Float8)
}

fn to_int<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let refuse = |what| {
        let message = format!("cannot convert {what} to {}", T::KIND);
        Err(Error::new(SqlState::FeatureNotSupported, message))
    };
    let decimal = match args[0].as_numeric()? {
        Numeric::Finite(decimal) => decimal,
        Numeric::NaN => return refuse("NaN"),
        Numeric::Infinity | Numeric::NegInfinity => return refuse("infinity"),
    };
    let (unscaled, scale) = parts(decimal);
    i64::try_from(rescale(unscaled.into_owned(), scale, 0))
        .ok()
        .and_then(|i| T::try_from(i).ok())
        .map(T::datum)
        .ok_or_else(|| Error::new(SqlState::NumericValueOutOfRange, T::OVERFLOW))
}
