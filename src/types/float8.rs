//! `double precision`: how it is read, printed and cast. Its arithmetic is in
//! `float8_functions`.

use std::cmp::Ordering;

use super::datum::Datum;
use super::decimal::{Scientific, layout};
use super::declare::casts;
use super::env::Env;
use super::integer::Integer;
use super::kind::Kind;
use super::parse::{invalid, trim};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The decimal digits that every `double precision` keeps (C's `DBL_DIG`).
pub const SAFE_DIGITS: usize = 15;

/// Reads what C's `strtod` reads, and nothing that is too large or too small.
pub fn parse(s: &str) -> Result<f64> {
    let text = trim(s);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let value = if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        parse_number(text, unsigned).ok_or_else(|| invalid(Kind::Float8, s))?
    } else if unsigned.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    } else if ["inf", "infinity"]
        .iter()
        .any(|w| unsigned.eq_ignore_ascii_case(w))
    {
        return Ok(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    } else {
        return Err(invalid(Kind::Float8, s));
    };
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !mantissa.contains(|c: char| c.is_ascii_digit() && c != '0');
    if value.is_infinite() || (value == 0.0 && !is_zero && !is_hexadecimal(unsigned)) {
        return Err(Error::new(
            SqlState::NumericValueOutOfRange,
            format!("\"{text}\" is out of range for type double precision"),
        ));
    }
    Ok(value)
}

fn is_hexadecimal(unsigned: &str) -> bool {
    unsigned.starts_with("0x") || unsigned.starts_with("0X")
}

fn parse_number(text: &str, unsigned: &str) -> Option<f64> {
    if is_hexadecimal(unsigned) {
        let value = parse_hexadecimal(&unsigned[2..])?;
        return Some(if text.starts_with('-') { -value } else { value });
    }
    text.parse().ok()
}

/// C's hexadecimal numbers: `1.8p3`. Those of more than 53 bits are not rounded to the last bit.
fn parse_hexadecimal(s: &str) -> Option<f64> {
    let (mantissa, exponent) = match s.split_once(['p', 'P']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (s, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits = whole.chars().chain(fraction.chars());
    let value = digits
        .map(|c| c.to_digit(16).map(f64::from))
        .try_fold(0.0, |value, digit| Some(value * 16.0 + digit?))?;
    let places = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(value * f64::from(exponent.checked_sub(places)?).exp2())
}

/// Prints the shortest text that reads back the same, or with fewer digits as
/// `extra_float_digits` says.
pub fn print(
    value: f64,
    extra_float_digits: i32,
    out: &mut impl std::fmt::Write,
) -> std::fmt::Result {
    if value.is_nan() {
        return out.write_str("NaN");
    }
    if value.is_infinite() {
        return out.write_str(if value < 0.0 { "-Infinity" } else { "Infinity" });
    }
    if extra_float_digits > 0 {
        // Beyond 15 digits the shortest form would pretend to an exactness that it has not.
        return layout(&Scientific::shortest(value), SAFE_DIGITS, out);
    }
    let digits = SAFE_DIGITS
        .saturating_add_signed(extra_float_digits as isize)
        .max(1);
    layout(&Scientific::rounded(value, digits), digits, out)
}

/// The `%g` of C with so many digits, which is also what a cast to numeric goes by.
pub fn to_significant(value: f64, digits: usize) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = layout(&Scientific::rounded(value, digits), digits, &mut text);
    text
}

/// Compares as SQL does: NaN equals itself and is greater than everything.
pub fn compare(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// The bits of the value, the same for values that [`compare`] as equal.
pub fn canonical_bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        // Adding zero turns -0 into 0.
        (value + 0.0).to_bits()
    }
}

casts! { pub(super) CASTS:
    Int2 => Float8, Implicit, 235 float8 from_int;
    Int4 => Float8, Implicit, 316 float8 from_int;
    Int8 => Float8, Implicit, 482 float8 from_int;
    Float8 => Int2, Assignment, 237 int2 to_int::<i16>;
    Float8 => Int4, Assignment, 317 int4 to_int::<i32>;
    Float8 => Int8, Assignment, 483 int8 to_int::<i64>;
}

fn from_int(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Float8(args[0].as_int()? as f64))
}

/// The nearest integer; of two the even one.
fn to_int<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    /// The first integer beyond a bigint; the least one is its negative.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let rounded = args[0].as_float()?.round_ties_even();
    Some(rounded)
        .filter(|r| (-LIMIT..LIMIT).contains(r))
        .and_then(|r| T::try_from(r as i64).ok())
        .map(T::datum)
        .ok_or_else(|| Error::new(SqlState::NumericValueOutOfRange, T::OVERFLOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(value: f64, extra_float_digits: i32) -> String {
        let mut out = String::new();
        print(value, extra_float_digits, &mut out).expect("text");
        out
    }

    #[test]
    fn the_shortest_text_has_an_exponent_where_postgresql_has_one() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (100000.0, "100000"),
            (1e14, "100000000000000"),
            (1e15, "1e+15"),
            (1e20, "1e+20"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.00012345, "0.00012345"),
            (0.00001, "1e-05"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123456.789, "123456.789"),
            (-1.5e-300, "-1.5e-300"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (-57592145928874704.0, "-5.7592145928874704e+16"),
            (-76077667638639808.0, "-7.607766763863981e+16"),
            (4113439002100817.0 / 4.0, "1.0283597505252042e+15"),
            (9007199254740993.0, "9.007199254740992e+15"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(printed(value, 1), text);
        }
    }

    #[test]
    fn fewer_digits() {
        assert_eq!(printed(0.1 + 0.2, 0), "0.3");
        assert_eq!(printed(123456789012345680.0, 0), "1.23456789012346e+17");
        assert_eq!(printed(f64::MAX, 0), "1.79769313486232e+308");
        assert_eq!(printed(1e14, -15), "1e+14");
        assert_eq!(printed(0.00015, -15), "0.0001");
        assert_eq!(printed(0.96, -15), "1");
        assert_eq!(printed(0.0, -15), "0");
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        for (s, value) in [
            (" 1.5 ", 1.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("+1e3", 1000.0),
            ("0x1.8p3", 12.0),
            ("-0x10", -16.0),
            ("-inf", f64::NEG_INFINITY),
            ("+Infinity", f64::INFINITY),
            ("4.9e-324", 5e-324),
            ("0e-400", 0.0),
        ] {
            assert_eq!(parse(s), Ok(value), "{s}");
        }
        assert!(parse("NaN").expect("a number").is_nan());
        for s in ["", ".", "1e", "1.5x", "e5", "infin", "--1", "1 2"] {
            let expected = format!("invalid input syntax for type double precision: \"{s}\"");
            assert_eq!(parse(s).expect_err(s).message(), expected);
        }
        for s in ["1e400", "-1e400", "2e-324"] {
            let expected = format!("\"{s}\" is out of range for type double precision");
            assert_eq!(parse(s).expect_err(s).message(), expected);
        }
    }
}
