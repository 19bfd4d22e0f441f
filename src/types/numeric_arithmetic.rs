//! Arithmetic of `numeric`, with the scales that PostgreSQL gives its results.

use std::borrow::Cow;

use bigdecimal::BigDecimal;
use num_bigint::{BigInt, Sign};

use super::integer::division_by_zero;
use super::numeric::{MAX_SCALE, Numeric, power_of_ten, rescale, to_base_10000};
use crate::error::Result;

/// The fewest significant digits of a quotient and of what series calculate.
pub(super) const MIN_SIGNIFICANT_DIGITS: i64 = 16;
/// The greatest scale that a result is given which its operands do not have.
pub(super) const MAX_DISPLAY_SCALE: i64 = 1000;

/// A finite number as an integer and its scale.
pub(super) fn parts(decimal: &BigDecimal) -> (Cow<'_, BigInt>, i64) {
    decimal.as_bigint_and_scale()
}

/// Two numbers as integers of one scale, the greater of the two.
fn align(a: &BigDecimal, b: &BigDecimal) -> (BigInt, BigInt, i64) {
    let ((a, a_scale), (b, b_scale)) = (parts(a), parts(b));
    let scale = a_scale.max(b_scale);
    (
        rescale(a.into_owned(), a_scale, scale),
        rescale(b.into_owned(), b_scale, scale),
        scale,
    )
}

/// -1, 0 or 1; 0 for NaN.
pub(super) fn signum(n: &Numeric) -> i32 {
    match n {
        Numeric::Finite(decimal) => match decimal.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        },
        Numeric::NaN => 0,
        Numeric::Infinity => 1,
        Numeric::NegInfinity => -1,
    }
}

/// The infinity of this sign.
fn infinity(positive: bool) -> Numeric {
    if positive {
        Numeric::Infinity
    } else {
        Numeric::NegInfinity
    }
}

/// `a + b`
pub fn add(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    match (a, b) {
        (Numeric::Finite(a), Numeric::Finite(b)) => {
            let (a, b, scale) = align(a, b);
            Numeric::new(a + b, scale)
        }
        (Numeric::NaN, _) | (_, Numeric::NaN) => Ok(Numeric::NaN),
        (Numeric::Infinity, Numeric::NegInfinity) | (Numeric::NegInfinity, Numeric::Infinity) => {
            Ok(Numeric::NaN)
        }
        (Numeric::Finite(_), other) | (other, _) => Ok(other.clone()),
    }
}

/// `a - b`
pub fn sub(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    add(a, &neg(b))
}

/// `a * b`
pub fn mul(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    match (a, b) {
        (Numeric::Finite(a), Numeric::Finite(b)) => {
            let ((a, a_scale), (b, b_scale)) = (parts(a), parts(b));
            let (product, scale) = (a.as_ref() * b.as_ref(), a_scale + b_scale);
            let shown = scale.min(MAX_SCALE);
            Numeric::new(rescale(product, scale, shown), shown)
        }
        (Numeric::NaN, _) | (_, Numeric::NaN) => Ok(Numeric::NaN),
        (a, b) => Ok(match signum(a) * signum(b) {
            0 => Numeric::NaN,
            sign => infinity(sign > 0),
        }),
    }
}

/// `a / b`, to at least 16 significant digits.
pub fn div(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    match (a, b) {
        (Numeric::NaN, _) | (_, Numeric::NaN) => Ok(Numeric::NaN),
        (_, b) if signum(b) == 0 => Err(division_by_zero()),
        (Numeric::Finite(a), Numeric::Finite(b)) => {
            let scale = quotient_scale(a, b);
            Numeric::new(divide(a, b, scale), scale)
        }
        (Numeric::Finite(_), _) => Ok(Numeric::from(0)),
        (a, Numeric::Finite(_)) => Ok(infinity(signum(a) * signum(b) > 0)),
        _ => Ok(Numeric::NaN),
    }
}

/// PostgreSQL's `select_div_scale`: it estimates the weight of the quotient to base 10,000.
fn quotient_scale(a: &BigDecimal, b: &BigDecimal) -> i64 {
    let first = |decimal: &BigDecimal| {
        let (unscaled, scale) = parts(decimal);
        let (digits, weight) = to_base_10000(&unscaled, scale);
        (digits.first().copied().unwrap_or(0), weight)
    };
    let ((a_digit, a_weight), (b_digit, b_weight)) = (first(a), first(b));
    let weight = a_weight - b_weight - i64::from(a_digit <= b_digit);
    (MIN_SIGNIFICANT_DIGITS - weight * 4)
        .max(parts(a).1)
        .max(parts(b).1)
        .min(MAX_DISPLAY_SCALE)
}

/// `a / b` as an integer of this scale, rounded.
pub(super) fn divide(a: &BigDecimal, b: &BigDecimal, scale: i64) -> BigInt {
    let ((a, a_scale), (b, b_scale)) = (parts(a), parts(b));
    let (dividend, divisor) = match scale + b_scale - a_scale {
        shift @ 0.. => (a.as_ref() * power_of_ten(shift), b.into_owned()),
        shift => (a.into_owned(), b.as_ref() * power_of_ten(-shift)),
    };
    divide_rounded(dividend, divisor)
}

/// The nearest integer to the quotient; of two the one away from zero.
pub(super) fn divide_rounded(dividend: BigInt, divisor: BigInt) -> BigInt {
    let same_sign = (dividend.sign() == Sign::Minus) == (divisor.sign() == Sign::Minus);
    let twice: BigInt = (&dividend % &divisor) * 2;
    let quotient = &dividend / &divisor;
    if twice.magnitude() < divisor.magnitude() {
        quotient
    } else if same_sign {
        quotient + 1
    } else {
        quotient - 1
    }
}

/// `a % b`, with the sign of `a`.
pub fn rem(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    match (a, b) {
        (Numeric::NaN, _) | (_, Numeric::NaN) => Ok(Numeric::NaN),
        (_, b) if signum(b) == 0 => Err(division_by_zero()),
        (Numeric::Finite(a), Numeric::Finite(b)) => {
            let (a, b, scale) = align(a, b);
            Numeric::new(a % b, scale)
        }
        (Numeric::Finite(_), _) => Ok(a.clone()),
        _ => Ok(Numeric::NaN),
    }
}

/// The whole part of `a / b`.
pub(super) fn div_whole(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    match (a, b) {
        (Numeric::Finite(a), Numeric::Finite(b)) if b.sign() != Sign::NoSign => {
            let (a, b, _) = align(a, b);
            Numeric::new(a / b, 0)
        }
        (a, b) => div(a, b),
    }
}

/// `-n`
pub fn neg(n: &Numeric) -> Numeric {
    match n {
        Numeric::Finite(decimal) => Numeric::Finite(-decimal),
        Numeric::NaN => Numeric::NaN,
        Numeric::Infinity => Numeric::NegInfinity,
        Numeric::NegInfinity => Numeric::Infinity,
    }
}

/// The magnitude of `n`.
pub(super) fn abs(n: &Numeric) -> Numeric {
    if signum(n) < 0 { neg(n) } else { n.clone() }
}

/// How the digits are cut off that a smaller scale has no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// To the nearest; of two the one away from zero.
    Nearest,
    /// Towards zero.
    Zero,
    /// Up.
    Ceiling,
    /// Down.
    Floor,
}

/// Cuts to a scale; a negative one cuts digits before the point.
pub(super) fn round(n: &Numeric, scale: i64, rounding: Rounding) -> Result<Numeric> {
    /// Scales beyond these are cut to them (PostgreSQL's `NUMERIC_MAX_RESULT_SCALE`).
    const LIMIT: i64 = 2000;
    let Numeric::Finite(decimal) = n else {
        return Ok(n.clone());
    };
    let scale = scale.clamp(-LIMIT, LIMIT);
    let (unscaled, from) = parts(decimal);
    let unscaled = unscaled.into_owned();
    let cut = if scale >= from {
        rescale(unscaled, from, scale)
    } else {
        let unit = power_of_ten(from - scale);
        let whole = &unscaled / &unit;
        let is_exact = &whole * &unit == unscaled;
        match rounding {
            Rounding::Nearest => rescale(unscaled, from, scale),
            Rounding::Ceiling if !is_exact && unscaled.sign() == Sign::Plus => whole + 1,
            Rounding::Floor if !is_exact && unscaled.sign() == Sign::Minus => whole - 1,
            Rounding::Zero | Rounding::Ceiling | Rounding::Floor => whole,
        }
    };
    let shown = scale.max(0);
    Numeric::new(rescale(cut, scale, shown), shown)
}

/// The greatest common divisor.
pub(super) fn gcd(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    let (Numeric::Finite(a), Numeric::Finite(b)) = (a, b) else {
        return Ok(Numeric::NaN);
    };
    let (a, b, scale) = align(a, b);
    Numeric::new(common_divisor(a, b), scale)
}

fn common_divisor(mut a: BigInt, mut b: BigInt) -> BigInt {
    while b.sign() != Sign::NoSign {
        let rest = &a % &b;
        (a, b) = (b, rest);
    }
    a.magnitude().clone().into()
}

/// The least common multiple.
pub(super) fn lcm(a: &Numeric, b: &Numeric) -> Result<Numeric> {
    let (Numeric::Finite(a), Numeric::Finite(b)) = (a, b) else {
        return Ok(Numeric::NaN);
    };
    let (a, b, scale) = align(a, b);
    if a.sign() == Sign::NoSign || b.sign() == Sign::NoSign {
        return Numeric::new(BigInt::ZERO, scale);
    }
    let multiple = &a / common_divisor(a.clone(), b.clone()) * b;
    Numeric::new(multiple.magnitude().clone().into(), scale)
}
