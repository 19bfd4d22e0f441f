//! Roots, powers and logarithms of `numeric`.
//!
//! How many digits a result has is PostgreSQL's rule (`numeric.c`); they are calculated on integers
//! that stand for fixed-point numbers, with some digits more than are shown.

use bigdecimal::{BigDecimal, ToPrimitive};
use num_bigint::{BigInt, Sign};

use super::integer::division_by_zero;
use super::numeric::{Numeric, overflow, power_of_ten, rescale, to_base_10000};
use super::numeric_arithmetic::{
    MAX_DISPLAY_SCALE, MIN_SIGNIFICANT_DIGITS, divide, divide_rounded, parts, signum,
};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// Digits that are calculated beyond those that are shown.
const GUARD: i64 = 10;
/// The decimal digits of a power of e.
const LOG10_E: f64 = std::f64::consts::LOG10_E;
/// Results of more digits than this are certain not to fit, or to be zero.
const MAX_RESULT_DIGITS: f64 = 2000.0;

/// The scale of a result of this weight, which keeps that of the operands.
fn result_scale(weight: i64, operands: &[&BigDecimal]) -> i64 {
    let shown = operands.iter().map(|d| parts(d).1).max().unwrap_or(0);
    (MIN_SIGNIFICANT_DIGITS - weight)
        .max(shown)
        .clamp(0, MAX_DISPLAY_SCALE)
}

fn to_f64(decimal: &BigDecimal) -> f64 {
    decimal.to_f64().unwrap_or(f64::NAN)
}

/// The square root.
pub(super) fn sqrt(n: &Numeric) -> Result<Numeric> {
    if signum(n) < 0 {
        return Err(Error::new(
            SqlState::InvalidArgumentForPowerFunction,
            "cannot take square root of a negative number",
        ));
    }
    let Numeric::Finite(decimal) = n else {
        return Ok(n.clone());
    };
    let (unscaled, from) = parts(decimal);
    let (_, weight) = to_base_10000(&unscaled, from);
    let scale = result_scale((weight + 1) * 2 - 1, &[decimal]);
    // The root of a number of twice the scale has the scale; one digit more decides the rounding.
    let root = rescale_down(unscaled.into_owned(), from, 2 * (scale + 1)).sqrt();
    Numeric::new(rescale(root, scale + 1, scale), scale)
}

/// As [`rescale`], but what has no room is cut off.
fn rescale_down(n: BigInt, from: i64, to: i64) -> BigInt {
    if to < from {
        n / power_of_ten(from - to)
    } else {
        rescale(n, from, to)
    }
}

/// e to the power of `n`.
pub(super) fn exp(n: &Numeric) -> Result<Numeric> {
    let decimal = match n {
        Numeric::Finite(decimal) => decimal,
        Numeric::NegInfinity => return Ok(Numeric::from(0)),
        Numeric::NaN | Numeric::Infinity => return Ok(n.clone()),
    };
    let weight = (to_f64(decimal) * LOG10_E).clamp(-MAX_RESULT_DIGITS, MAX_RESULT_DIGITS);
    exp_scaled(decimal, result_scale(weight as i64, &[decimal]))
}

/// e to the power of a number, to so many places.
fn exp_scaled(decimal: &BigDecimal, scale: i64) -> Result<Numeric> {
    let x = to_f64(decimal);
    if x.abs() >= MAX_RESULT_DIGITS * 3.0 {
        return if x > 0.0 {
            Err(overflow())
        } else {
            Numeric::new(BigInt::ZERO, scale)
        };
    }
    // e^x is e^(x / 2^k) squared k times, which costs k bits; the small power is a short series.
    let halvings = 16 + (x.abs() + 1.0).log2() as u32;
    let weight = (x * LOG10_E).max(0.0) as i64;
    let places = scale + weight + i64::from(halvings) / 3 + GUARD;
    let (unscaled, from) = parts(decimal);
    let small = rescale_down(unscaled.into_owned(), from, places) >> halvings;
    let one = power_of_ten(places);
    let mut power = one.clone();
    let mut term = one.clone();
    for i in 1u32.. {
        term = term * &small / &one / i;
        if term.sign() == Sign::NoSign || term == BigInt::from(-1) {
            break;
        }
        power += &term;
    }
    for _ in 0..halvings {
        power = &power * &power / &one;
    }
    Numeric::new(rescale(power, places, scale), scale)
}

/// An error unless the logarithm of the number exists.
fn check_logarithm(n: &Numeric) -> Result<()> {
    let undefined = |message| Err(Error::new(SqlState::InvalidArgumentForLogarithm, message));
    match (n, signum(n)) {
        (Numeric::NaN, _) | (_, 1) => Ok(()),
        (_, 0) => undefined("cannot take logarithm of zero"),
        _ => undefined("cannot take logarithm of a negative number"),
    }
}

/// The natural logarithm.
pub(super) fn ln(n: &Numeric) -> Result<Numeric> {
    check_logarithm(n)?;
    let Numeric::Finite(decimal) = n else {
        return Ok(n.clone());
    };
    let scale = result_scale(ln_weight(decimal), &[decimal]);
    Numeric::new(
        rescale(ln_places(decimal, scale + GUARD), scale + GUARD, scale),
        scale,
    )
}

/// The logarithm to a base.
pub(super) fn log(base: &Numeric, n: &Numeric) -> Result<Numeric> {
    if matches!(base, Numeric::NaN) || matches!(n, Numeric::NaN) {
        return Ok(Numeric::NaN);
    }
    check_logarithm(base)?;
    check_logarithm(n)?;
    let (b, d) = match (base, n) {
        (Numeric::Finite(base), Numeric::Finite(n)) => (base, n),
        (Numeric::Infinity, Numeric::Infinity) => return Ok(Numeric::NaN),
        (_, Numeric::Infinity) => return Ok(Numeric::Infinity),
        _ => return Ok(Numeric::from(0)),
    };
    let (base_weight, weight) = (ln_weight(b), ln_weight(d));
    let scale = result_scale(weight - base_weight, &[b, d]);
    // Both logarithms to as many significant digits as the result has.
    let places = scale + weight.abs() + base_weight.abs() + GUARD;
    let divisor = ln_places(b, places);
    if divisor.sign() == Sign::NoSign {
        return Err(division_by_zero());
    }
    let quotient = divide_rounded(ln_places(d, places) * power_of_ten(scale), divisor);
    Numeric::new(quotient, scale)
}

/// PostgreSQL's `estimate_ln_dweight`: the decimal weight of the logarithm, by the first digits.
fn ln_weight(decimal: &BigDecimal) -> i64 {
    let (unscaled, scale) = parts(decimal);
    let tenths = rescale_down(unscaled.as_ref() * 10, scale, 0);
    let close_to_one = tenths >= BigInt::from(9) && tenths < BigInt::from(11)
        || *decimal == BigDecimal::new(BigInt::from(11), 1);
    if close_to_one {
        let (digits, weight) = to_base_10000(&(unscaled.as_ref() - power_of_ten(scale)), scale);
        return digits
            .first()
            .map_or(0, |d| weight * 4 + i64::from(d.ilog10()));
    }
    let (digits, weight) = to_base_10000(&unscaled, scale);
    let (first, weight) = match digits[..] {
        [] => return 0,
        [first] => (f64::from(first), weight),
        [first, second, ..] => (f64::from(first) * 10_000.0 + f64::from(second), weight - 1),
    };
    let ln = first.ln() + weight as f64 * 4.0 * std::f64::consts::LN_10;
    ln.abs().log10() as i64
}

/// The natural logarithm of a positive number as an integer of so many places.
fn ln_places(decimal: &BigDecimal, places: i64) -> BigInt {
    // The number is m * 10^e with m near 1, so its logarithm is ln(m) + e * ln(10).
    let (unscaled, scale) = parts(decimal);
    let digits = unscaled.magnitude().to_string();
    // Digits below 3162 to 9999 go up: the square root of 10 is where e changes.
    let leading: f64 = digits
        .get(..digits.len().min(15))
        .and_then(|d| d.parse().ok())
        .unwrap_or(1.0);
    let leading = leading / 10f64.powi(digits.len().min(15) as i32 - 1);
    let above = i64::from(leading >= 10f64.sqrt());
    let exponent = digits.len() as i64 - 1 - scale + above;
    let inner = places + GUARD;
    let mantissa = rescale_down(unscaled.into_owned(), scale + exponent, inner);
    let mut ln = ln_near_one(mantissa, inner);
    if exponent != 0 {
        // The error of ln(10) is multiplied by up to six digits.
        let more = inner + 6;
        let ten = ln_near_one(BigInt::from(10) * power_of_ten(more), more);
        ln += rescale_down(ten * exponent, more, inner);
    }
    rescale(ln, inner, places)
}

/// The natural logarithm of a fixed-point number that is not far from 1.
fn ln_near_one(x: BigInt, places: i64) -> BigInt {
    /// How often the square root is taken, which halves the logarithm and costs a bit.
    const ROOTS: usize = 8;
    let inner = places + GUARD;
    let one = power_of_ten(inner);
    let mut root = rescale(x, places, inner);
    for _ in 0..ROOTS {
        root = (root * &one).sqrt();
    }
    // ln(x) = 2 * (z + z^3/3 + z^5/5 ...), z = (x - 1) / (x + 1)
    let z = (&root - &one) * &one / (&root + &one);
    let square = &z * &z / &one;
    let mut sum = BigInt::ZERO;
    let mut term = z;
    let mut divisor = 1u32;
    while term.magnitude().bits() > 1 {
        sum += &term / divisor;
        term = term * &square / &one;
        divisor += 2;
    }
    rescale(sum << (ROOTS + 1), inner, places)
}

/// `base` to the power of `exponent`.
pub(super) fn power(base: &Numeric, exponent: &Numeric) -> Result<Numeric> {
    let one = Numeric::from(1);
    if matches!(base, Numeric::NaN) || matches!(exponent, Numeric::NaN) {
        let is_one = *base == one || signum(exponent) == 0 && *exponent != Numeric::NaN;
        return Ok(if is_one { one } else { Numeric::NaN });
    }
    let undefined = |message| {
        Err(Error::new(
            SqlState::InvalidArgumentForPowerFunction,
            message,
        ))
    };
    if signum(base) == 0 && signum(exponent) < 0 {
        return undefined("zero raised to a negative power is undefined");
    }
    if signum(base) < 0 && !is_whole(exponent) {
        return undefined(
            "a negative number raised to a non-integer power yields a complex result",
        );
    }
    match (base, exponent) {
        (Numeric::Finite(base), Numeric::Finite(exponent)) => power_finite(base, exponent),
        _ => Ok(power_infinite(base, exponent)),
    }
}

/// The rules of C's `pow` where one of the two is infinite.
fn power_infinite(base: &Numeric, exponent: &Numeric) -> Numeric {
    let is = |n: &Numeric, value: i64| *n == Numeric::from(value);
    if is(base, 1) || signum(exponent) == 0 || is(base, -1) {
        return Numeric::from(1);
    }
    if signum(base) == 0 {
        return Numeric::from(0);
    }
    let grows = match base {
        Numeric::Finite(base) => base.abs().cmp(&BigDecimal::from(1)).is_gt(),
        Numeric::NaN | Numeric::Infinity | Numeric::NegInfinity => true,
    };
    if grows != (signum(exponent) > 0) {
        return Numeric::from(0);
    }
    match (base, exponent) {
        (Numeric::NegInfinity, Numeric::Finite(exponent)) if is_odd(exponent) => {
            Numeric::NegInfinity
        }
        _ => Numeric::Infinity,
    }
}

fn is_whole(n: &Numeric) -> bool {
    match n {
        Numeric::Finite(decimal) => decimal.is_integer(),
        Numeric::NaN | Numeric::Infinity | Numeric::NegInfinity => true,
    }
}

fn is_odd(whole: &BigDecimal) -> bool {
    let (unscaled, scale) = parts(whole);
    rescale_down(unscaled.into_owned(), scale, 0).bit(0)
}

fn power_finite(base: &BigDecimal, exponent: &BigDecimal) -> Result<Numeric> {
    if exponent.is_integer()
        && let Some(whole) = exponent.to_i32()
    {
        return power_whole(base, whole, result_scale(0, &[base]));
    }
    if base.sign() == Sign::NoSign {
        return Numeric::new(BigInt::ZERO, MIN_SIGNIFICANT_DIGITS);
    }
    // base^exponent is e^(exponent * ln(base)); a rough value of that says how many digits it has.
    let magnitude = base.abs();
    let ln_weight = ln_weight(&magnitude);
    let rough_places = (8 - ln_weight).max(0);
    let rough = BigDecimal::new(ln_places(&magnitude, rough_places), rough_places) * exponent;
    let rough = to_f64(&rough);
    if rough.abs() > MAX_RESULT_DIGITS * 3.01 {
        return match rough > 0.0 {
            true => Err(overflow()),
            false => Numeric::new(BigInt::ZERO, MAX_DISPLAY_SCALE),
        };
    }
    let weight = (rough * LOG10_E) as i64;
    let scale = result_scale(weight, &[base, exponent]);
    let exponent_digits = parts(exponent).0.magnitude().to_string().len() as i64;
    let places = scale + weight.max(0) + exponent_digits + GUARD;
    let power = BigDecimal::new(ln_places(&magnitude, places), places) * exponent;
    let power = exp_scaled(&power, scale)?;
    let is_negative = base.sign() == Sign::Minus && is_odd(exponent);
    Ok(if is_negative {
        super::numeric_arithmetic::neg(&power)
    } else {
        power
    })
}

/// A power by repeated multiplication, to so many places.
fn power_whole(base: &BigDecimal, exponent: i32, scale: i64) -> Result<Numeric> {
    let zero = || Numeric::new(BigInt::ZERO, scale);
    match exponent {
        0 => return Numeric::new(power_of_ten(scale), scale),
        -1 => return Numeric::new(divide(&BigDecimal::from(1), base, scale), scale),
        _ if base.sign() == Sign::NoSign => return zero(),
        _ => {}
    }
    let (unscaled, base_scale) = parts(base);
    let digits = f64_log10(&unscaled) - base_scale as f64;
    let weight = digits * f64::from(exponent);
    if weight > super::numeric::MAX_WHOLE_DIGITS as f64 + 1.0 {
        return Err(overflow());
    }
    if weight + 1.0 < -(scale as f64) || weight + 1.0 < -MAX_RESULT_DIGITS {
        return zero();
    }
    // An error grows with every multiplication, of which there are fewer than 2^32 in effect.
    let significant = (scale + weight as i64).max(1) + 2 * GUARD;
    let power = power_rounded(&unscaled, base_scale, exponent.unsigned_abs(), significant);
    if exponent < 0 {
        return Numeric::new(divide(&BigDecimal::from(1), &power, scale), scale);
    }
    let (unscaled, from) = power.into_bigint_and_scale();
    Numeric::new(rescale(unscaled, from, scale), scale)
}

/// A power to so many significant digits.
fn power_rounded(base: &BigInt, scale: i64, mut exponent: u32, significant: i64) -> BigDecimal {
    let mut power = (BigInt::from(1), 0);
    let mut square = (base.clone(), scale);
    loop {
        if exponent & 1 == 1 {
            power = cut((power.0 * &square.0, power.1 + square.1), significant);
        }
        exponent >>= 1;
        if exponent == 0 {
            return BigDecimal::new(power.0, power.1);
        }
        square = cut((&square.0 * &square.0, square.1 * 2), significant);
    }
}

/// Cuts a number and its scale to so many significant digits.
fn cut((n, scale): (BigInt, i64), significant: i64) -> (BigInt, i64) {
    let excess = f64_log10(&n) as i64 - significant;
    if excess <= 0 {
        (n, scale)
    } else {
        (rescale(n, excess, 0), scale - excess)
    }
}

/// The decimal logarithm of the magnitude.
fn f64_log10(n: &BigInt) -> f64 {
    // Of a number beyond the range of a double the bits beyond its first 64 are counted apart.
    let excess = n.bits().saturating_sub(64);
    let first = (n.magnitude() >> excess).to_f64().unwrap_or(1.0);
    first.log10() + excess as f64 * std::f64::consts::LOG10_2
}
