//! `smallint`, `integer`, `bigint` and `oid`: how they are read, cast and calculated with. The
//! operators are listed in `integer_operators`.

use super::datum::Datum;
use super::declare::{casts, functions};
use super::env::Env;
use super::kind::Kind;
use super::parse::{invalid, is_space, out_of_range, trim};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The integers that can be calculated with.
pub trait Integer: TryFrom<i64> + Into<i64> + Copy {
    /// Its kind.
    const KIND: Kind;
    /// The message when a result does not fit.
    const OVERFLOW: &'static str;
    /// The mask that hardware puts on shift counts, which PostgreSQL leaves to it.
    const SHIFT_MASK: u32;

    /// As a datum.
    fn datum(self) -> Datum;
    /// The low bits.
    fn wrap(value: i64) -> Self;
}

macro_rules! integer {
    ($t:ident $kind:ident $overflow:literal $mask:literal) => {
        impl Integer for $t {
            const KIND: Kind = Kind::$kind;
            const OVERFLOW: &'static str = $overflow;
            const SHIFT_MASK: u32 = $mask;

            fn datum(self) -> Datum {
                Datum::$kind(self)
            }

            fn wrap(value: i64) -> Self {
                value as Self
            }
        }
    };
}
integer!(i16 Int2 "smallint out of range" 31);
integer!(i32 Int4 "integer out of range" 31);
integer!(i64 Int8 "bigint out of range" 63);

/// Reads a decimal integer.
pub fn parse<T: Integer>(s: &str) -> Result<T> {
    let text = s.trim_start_matches(is_space);
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut value: i64 = 0;
    let mut rest = digits;
    // The sum is kept negative because the least value has no positive counterpart. A digit too
    // many is out of range even when something that is no digit follows, as in PostgreSQL.
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_sub(i64::from(digit - b'0')))
            .filter(|v| T::try_from(*v).is_ok())
            .ok_or_else(|| out_of_range(T::KIND, s))?;
        rest = tail;
    }
    if rest.len() == digits.len() || !rest.iter().all(|b| is_space(char::from(*b))) {
        return Err(invalid(T::KIND, s));
    }
    let value = if negative {
        Some(value)
    } else {
        value.checked_neg()
    };
    value
        .and_then(|v| T::try_from(v).ok())
        .ok_or_else(|| out_of_range(T::KIND, s))
}

/// Reads an `oid`: unsigned, but a negative integer stands for its 32 bits.
pub fn parse_oid(s: &str) -> Result<u32> {
    let text = trim(s);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(invalid(Kind::Oid, s));
    }
    let value: i64 = text.parse().map_err(|_| out_of_range(Kind::Oid, s))?;
    u32::try_from(value)
        .or_else(|_| i32::try_from(value).map(|v| v as u32))
        .map_err(|_| out_of_range(Kind::Oid, s))
}

fn overflow<T: Integer>() -> Error {
    Error::new(SqlState::NumericValueOutOfRange, T::OVERFLOW)
}

/// A result as a `T`, if there is one and it fits.
fn fit<T: Integer>(value: Option<i64>) -> Result<Datum> {
    value
        .and_then(|v| T::try_from(v).ok())
        .map(T::datum)
        .ok_or_else(overflow::<T>)
}

/// Division by zero.
pub fn division_by_zero() -> Error {
    Error::new(SqlState::DivisionByZero, "division by zero")
}

fn divisor(d: &Datum) -> Result<i64> {
    match d.as_int()? {
        0 => Err(division_by_zero()),
        divisor => Ok(divisor),
    }
}

// The arguments may be narrower than the result: `smallint + bigint` is `add::<i64>`.

pub(super) fn add<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(args[0].as_int()?.checked_add(args[1].as_int()?))
}

pub(super) fn sub<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(args[0].as_int()?.checked_sub(args[1].as_int()?))
}

pub(super) fn mul<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(args[0].as_int()?.checked_mul(args[1].as_int()?))
}

pub(super) fn div<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(args[0].as_int()?.checked_div(divisor(&args[1])?))
}

pub(super) fn rem<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    // Only the quotient of the least value by -1 overflows; the remainder is 0.
    let divisor = divisor(&args[1])?;
    fit::<T>(Some(args[0].as_int()?.wrapping_rem(divisor)))
}

pub(super) fn neg<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(args[0].as_int()?.checked_neg())
}

pub(super) fn abs<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(args[0].as_int()?.checked_abs())
}

pub(super) fn same<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(Some(args[0].as_int()?))
}

pub(super) fn not<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(Some(!args[0].as_int()?))
}

pub(super) fn and<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(Some(args[0].as_int()? & args[1].as_int()?))
}

pub(super) fn or<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(Some(args[0].as_int()? | args[1].as_int()?))
}

pub(super) fn xor<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(Some(args[0].as_int()? ^ args[1].as_int()?))
}

pub(super) fn shl<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    // The bits that are shifted out are lost.
    let shifted = args[0].as_int()? << (args[1].as_i32()? as u32 & T::SHIFT_MASK);
    Ok(T::wrap(shifted).datum())
}

pub(super) fn shr<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    fit::<T>(Some(
        args[0].as_int()? >> (args[1].as_i32()? as u32 & T::SHIFT_MASK),
    ))
}

/// The greatest common divisor of the magnitudes, which are i64's at most (so u64 holds them).
fn common_divisor(a: i64, b: i64) -> u64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn gcd<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let gcd = common_divisor(args[0].as_int()?, args[1].as_int()?);
    fit::<T>(i64::try_from(gcd).ok())
}

fn lcm<T: Integer>(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let (a, b) = (args[0].as_int()?, args[1].as_int()?);
    if a == 0 || b == 0 {
        return fit::<T>(Some(0));
    }
    let lcm = (a.unsigned_abs() / common_divisor(a, b)).checked_mul(b.unsigned_abs());
    fit::<T>(lcm.and_then(|lcm| i64::try_from(lcm).ok()))
}

functions! { pub(super) FUNCTIONS:
    940 mod(Int2, Int2) -> Int2, Immutable, rem::<i16>;
    941 mod(Int4, Int4) -> Int4, Immutable, rem::<i32>;
    947 mod(Int8, Int8) -> Int8, Immutable, rem::<i64>;
    1396 abs(Int8) -> Int8, Immutable, abs::<i64>;
    1397 abs(Int4) -> Int4, Immutable, abs::<i32>;
    1398 abs(Int2) -> Int2, Immutable, abs::<i16>;
    5044 gcd(Int4, Int4) -> Int4, Immutable, gcd::<i32>;
    5045 gcd(Int8, Int8) -> Int8, Immutable, gcd::<i64>;
    5046 lcm(Int4, Int4) -> Int4, Immutable, lcm::<i32>;
    5047 lcm(Int8, Int8) -> Int8, Immutable, lcm::<i64>;
}

/// The same 32 bits. PostgreSQL calls this cast binary-coercible; here the variant differs.
fn int4_to_oid(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Oid(args[0].as_int()? as u32))
}

fn int8_to_oid(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    u32::try_from(args[0].as_int()?)
        .map(Datum::Oid)
        .map_err(|_| Error::new(SqlState::NumericValueOutOfRange, "OID out of range"))
}

fn oid_to_int4(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Int4(args[0].as_int()? as u32 as i32))
}

casts! { pub(super) CASTS:
    Int2 => Int4, Implicit, 313 int4 same::<i32>;
    Int2 => Int8, Implicit, 754 int8 same::<i64>;
    Int2 => Oid, Implicit, 0 oid int4_to_oid;
    Int4 => Int2, Assignment, 314 int2 same::<i16>;
    Int4 => Int8, Implicit, 481 int8 same::<i64>;
    Int4 => Oid, Implicit, 0 oid int4_to_oid;
    Int8 => Int2, Assignment, 714 int2 same::<i16>;
    Int8 => Int4, Assignment, 480 int4 same::<i32>;
    Int8 => Oid, Implicit, 1287 oid int8_to_oid;
    Oid => Int4, Assignment, 0 int4 oid_to_int4;
    Oid => Int8, Assignment, 1288 int8 same::<i64>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.expect_err("an error").message().to_owned()
    }

    #[test]
    fn integers_are_read_as_postgresql_reads_them() {
        assert_eq!(parse::<i32>(" \t42\n"), Ok(42));
        assert_eq!(parse::<i32>("+7"), Ok(7));
        assert_eq!(parse::<i16>("-32768"), Ok(i16::MIN));
        assert_eq!(parse::<i64>("-9223372036854775808"), Ok(i64::MIN));
        for s in ["", " ", "-", "- 1", "1.0", "0x10", "1_000", "1e3", "a"] {
            let expected = format!("invalid input syntax for type integer: \"{s}\"");
            assert_eq!(message(parse::<i32>(s)), expected);
        }
    }

    #[test]
    fn an_overflow_wins_over_what_follows() {
        for s in ["32768", "-32769", "99999x"] {
            let expected = format!("value \"{s}\" is out of range for type smallint");
            assert_eq!(message(parse::<i16>(s)), expected);
        }
        let s = "9223372036854775808";
        let expected = format!("value \"{s}\" is out of range for type bigint");
        assert_eq!(message(parse::<i64>(s)), expected);
    }

    #[test]
    fn oids_are_unsigned_but_take_a_sign() {
        assert_eq!(parse_oid("4294967295"), Ok(u32::MAX));
        assert_eq!(parse_oid("-1"), Ok(u32::MAX));
        assert_eq!(
            message(parse_oid("4294967296")),
            "value \"4294967296\" is out of range for type oid"
        );
        assert_eq!(
            message(parse_oid("x")),
            "invalid input syntax for type oid: \"x\""
        );
    }
}
