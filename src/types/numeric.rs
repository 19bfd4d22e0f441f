//! `numeric`: exact decimals of any size, with NaN and the infinities. Its operators are in
//! `numeric_functions`, roots, powers and logarithms in `numeric_math`.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use bigdecimal::BigDecimal;
use bytes::BufMut;
use num_bigint::{BigInt, Sign};

use super::kind::{Kind, Type};
use super::parse::{BinaryReader, invalid, trim};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// A `numeric` value. The scale of a finite one is its display scale and is never negative.
#[derive(Debug, Clone, PartialEq)]
pub enum Numeric {
    /// A decimal.
    Finite(BigDecimal),
    /// `NaN`, equal to itself and greater than everything.
    NaN,
    /// `Infinity`
    Infinity,
    /// `-Infinity`
    NegInfinity,
}

/// The digits that PostgreSQL's format has room for, before and after the point.
pub const MAX_WHOLE_DIGITS: i64 = 131_072;
/// See [`MAX_WHOLE_DIGITS`].
pub const MAX_SCALE: i64 = 16_383;

/// A number that the format has no room for.
#[cold]
pub fn overflow() -> Error {
    Error::new(
        SqlState::NumericValueOutOfRange,
        "value overflows numeric format",
    )
}

/// 10 to the power of `n`.
pub fn power_of_ten(n: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(n).unwrap_or(0))
}

impl Numeric {
    /// The number `unscaled` / 10^`scale`, unless the format has no room for it.
    pub fn new(unscaled: BigInt, scale: i64) -> Result<Self> {
        debug_assert!(scale >= 0, "scale {scale}");
        // A decimal digit has 3.3 bits, so that few bits are few digits without counting.
        let limit = MAX_WHOLE_DIGITS + scale;
        let certain = unscaled.bits() <= limit.unsigned_abs() * 3;
        if scale > MAX_SCALE || !certain && unscaled.magnitude() >= power_of_ten(limit).magnitude()
        {
            return Err(overflow());
        }
        Ok(Self::Finite(BigDecimal::new(unscaled, scale)))
    }
}

impl<T: Into<BigInt>> From<T> for Numeric {
    fn from(integer: T) -> Self {
        Self::Finite(BigDecimal::new(integer.into(), 0))
    }
}

/// The integer `n` / 10^`from` * 10^`to`, with half a unit and more rounded away from zero.
pub fn rescale(n: BigInt, from: i64, to: i64) -> BigInt {
    if to >= from {
        return if to == from {
            n
        } else {
            n * power_of_ten(to - from)
        };
    }
    let unit = power_of_ten(from - to);
    let half = &unit / 2;
    let away = if n.sign() == Sign::Minus {
        n - half
    } else {
        n + half
    };
    away / unit
}

/// Reads a decimal, with or without an exponent.
pub fn parse(s: &str) -> Result<Numeric> {
    let text = trim(s);
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return parse_decimal(negative, unsigned).unwrap_or_else(|| Err(invalid(Kind::Numeric, s)));
    }
    if text.eq_ignore_ascii_case("nan") {
        Ok(Numeric::NaN)
    } else if ["inf", "infinity"]
        .iter()
        .any(|w| unsigned.eq_ignore_ascii_case(w))
    {
        Ok(if negative {
            Numeric::NegInfinity
        } else {
            Numeric::Infinity
        })
    } else {
        Err(invalid(Kind::Numeric, s))
    }
}

/// None where it is no decimal.
fn parse_decimal(negative: bool, text: &str) -> Option<Result<Numeric>> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // The limits are looked at before numbers of their size are made.
    let scale = fraction.len() as i64 - exponent;
    let significant = digits.trim_start_matches('0').len() as i64;
    if scale > MAX_SCALE || significant > 0 && significant - scale > MAX_WHOLE_DIGITS {
        return Some(Err(overflow()));
    }
    if scale < 0 && significant > 0 {
        digits.extend(std::iter::repeat_n('0', scale.unsigned_abs() as usize));
    }
    let magnitude = BigInt::parse_bytes(digits.as_bytes(), 10)?;
    let unscaled = if negative { -magnitude } else { magnitude };
    Some(Numeric::new(unscaled, scale.max(0)))
}

/// An exponent beyond every limit is as good as the limit.
fn parse_exponent(s: &str) -> Option<i64> {
    const FAR: i64 = 1_000_000;
    let digits = s.strip_prefix(['+', '-']).unwrap_or(s);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse().unwrap_or(FAR).min(FAR);
    Some(if s.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

impl std::fmt::Display for Numeric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimal = match self {
            Self::Finite(decimal) => decimal,
            Self::NaN => return f.write_str("NaN"),
            Self::Infinity => return f.write_str("Infinity"),
            Self::NegInfinity => return f.write_str("-Infinity"),
        };
        let (unscaled, scale) = decimal.as_bigint_and_scale();
        let scale = usize::try_from(scale).unwrap_or(0);
        if unscaled.sign() == Sign::Minus {
            f.write_str("-")?;
        }
        let digits = unscaled.magnitude().to_string();
        let digits = format!("{digits:0>width$}", width = scale + 1);
        match digits.split_at(digits.len() - scale) {
            (whole, "") => f.write_str(whole),
            (whole, fraction) => write!(f, "{whole}.{fraction}"),
        }
    }
}

/// Compares as SQL does: NaN equals itself and is greater than everything.
pub fn compare(a: &Numeric, b: &Numeric) -> Ordering {
    match (a, b) {
        (Numeric::Finite(a), Numeric::Finite(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// The place of each variant among the others.
fn rank(n: &Numeric) -> u8 {
    match n {
        Numeric::NegInfinity => 0,
        Numeric::Finite(_) => 1,
        Numeric::Infinity => 2,
        Numeric::NaN => 3,
    }
}

/// Hashes equal numbers the same, whatever their scale.
pub fn hash<H: Hasher>(n: &Numeric, state: &mut H) {
    match n {
        Numeric::Finite(decimal) => decimal.normalized().as_bigint_and_scale().hash(state),
        other => rank(other).hash(state),
    }
}

/// Rounds to the scale of `numeric(p, s)`. What then has too many digits is an error.
pub fn fit(n: &Numeric, ty: Type) -> Result<Option<Numeric>> {
    let Some((precision, scale)) = ty.precision_and_scale() else {
        return Ok(None);
    };
    let error = |detail| {
        Error::new(SqlState::NumericValueOutOfRange, "numeric field overflow").with_detail(format!(
            "A field with precision {precision}, scale {scale} {detail}"
        ))
    };
    let decimal = match n {
        Numeric::Finite(decimal) => decimal,
        Numeric::NaN => return Ok(None),
        Numeric::Infinity | Numeric::NegInfinity => {
            return Err(error("cannot hold an infinite value.".into()));
        }
    };
    let (precision, scale) = (i64::from(precision), i64::from(scale));
    let (unscaled, from) = decimal.as_bigint_and_scale();
    let rounded = rescale(unscaled.into_owned(), from, scale);
    if rounded.magnitude() >= power_of_ten(precision).magnitude() {
        let whole = precision - scale;
        let bound = if whole == 0 {
            "1".into()
        } else {
            format!("10^{whole}")
        };
        return Err(error(format!(
            "must round to an absolute value less than {bound}."
        )));
    }
    let shown = scale.max(0);
    Numeric::new(rescale(rounded, scale, shown), shown).map(Some)
}

/// The words of the binary form that say what the number is.
mod sign {
    pub const POSITIVE: u16 = 0x0000;
    pub const NEGATIVE: u16 = 0x4000;
    pub const NAN: u16 = 0xC000;
    pub const INFINITY: u16 = 0xD000;
    pub const NEG_INFINITY: u16 = 0xF000;
}

/// The scale that PostgreSQL sends with an infinity: part of its sign, read as a scale.
const INFINITE_SCALE: u16 = 0x20;

/// Writes the binary form: how many digits to base 10,000, the weight of the first, the sign, the
/// display scale, the digits without zeros at either end.
pub fn write_binary(n: &Numeric, out: &mut impl BufMut) {
    let mut header = |words: [u16; 4]| words.iter().for_each(|w| out.put_u16(*w));
    let decimal = match n {
        Numeric::Finite(decimal) => decimal,
        Numeric::NaN => return header([0, 0, sign::NAN, 0]),
        Numeric::Infinity => return header([0, 0, sign::INFINITY, INFINITE_SCALE]),
        Numeric::NegInfinity => return header([0, 0, sign::NEG_INFINITY, INFINITE_SCALE]),
    };
    let (unscaled, scale) = decimal.as_bigint_and_scale();
    let (digits, weight) = to_base_10000(&unscaled, scale);
    let negative = unscaled.sign() == Sign::Minus;
    // The limits of a numeric's size keep all of these in their 16 bits.
    header([
        digits.len() as u16,
        weight as u16,
        if negative {
            sign::NEGATIVE
        } else {
            sign::POSITIVE
        },
        scale as u16,
    ]);
    digits.iter().for_each(|digit| out.put_u16(*digit));
}

/// The digits to base 10,000 without zeros at either end, and the power of the first.
pub fn to_base_10000(unscaled: &BigInt, scale: i64) -> (Vec<u16>, i64) {
    let decimals = unscaled.magnitude().to_string();
    // Groups of four start at the point, so zeros are added where it would split one.
    let whole = decimals.len() as i64 - scale;
    let before = (-whole).rem_euclid(4) as usize;
    let after = (-scale).rem_euclid(4) as usize;
    let padded = format!("{:0<before$}{decimals}{:0<after$}", "", "");
    let groups = padded.as_bytes().chunks(4).map(|group| {
        group
            .iter()
            .fold(0, |value, b| value * 10 + u16::from(b - b'0'))
    });
    let mut digits: Vec<u16> = groups.collect();
    let mut weight = (whole + before as i64) / 4 - 1;
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let zeros = digits.iter().take_while(|d| **d == 0).count();
    digits.drain(..zeros);
    weight -= zeros as i64;
    if digits.is_empty() {
        (digits, 0)
    } else {
        (digits, weight)
    }
}

/// Reads the binary form. Digits that the scale would hide are cut off.
pub fn read_binary(reader: &mut BinaryReader) -> Result<Numeric> {
    let malformed = |part| {
        Error::new(
            SqlState::InvalidBinaryRepresentation,
            format!("invalid {part} in external \"numeric\" value"),
        )
    };
    let count = i64::from(reader.i16()? as u16);
    let weight = i64::from(reader.i16()?);
    let sign = reader.i16()? as u16;
    let scale = i64::from(reader.i16()?);
    if ![
        sign::POSITIVE,
        sign::NEGATIVE,
        sign::NAN,
        sign::INFINITY,
        sign::NEG_INFINITY,
    ]
    .contains(&sign)
    {
        return Err(malformed("sign"));
    }
    if !(0..=MAX_SCALE).contains(&scale) {
        return Err(malformed("scale"));
    }
    let mut decimals = String::new();
    for _ in 0..count {
        match reader.i16()? {
            digit @ 0..10_000 => decimals.push_str(&format!("{digit:04}")),
            _ => return Err(malformed("digit")),
        }
    }
    match sign {
        sign::NAN => return Ok(Numeric::NaN),
        sign::INFINITY => return Ok(Numeric::Infinity),
        sign::NEG_INFINITY => return Ok(Numeric::NegInfinity),
        _ => {}
    }
    let magnitude = BigInt::parse_bytes(decimals.as_bytes(), 10).unwrap_or_default();
    let from = (count - 1 - weight) * 4;
    let shown = if from > scale {
        magnitude / power_of_ten(from - scale)
    } else {
        rescale(magnitude, from, scale)
    };
    Numeric::new(
        if sign == sign::NEGATIVE {
            -shown
        } else {
            shown
        },
        scale,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(s: &str) -> Numeric {
        parse(s).expect(s)
    }

    #[test]
    fn the_scale_is_kept() {
        for (s, text) in [
            ("0.10e-2", "0.0010"),
            ("1.50e1", "15.0"),
            ("1e3", "1000"),
            ("-0.0", "0.0"),
            ("-0.00e1", "0.0"),
            ("0e20000", "0"),
            ("00012.50", "12.50"),
            (" 1. ", "1"),
            (".5", "0.5"),
            ("-0.05", "-0.05"),
            (" nan ", "NaN"),
            ("-INF", "-Infinity"),
            ("+Infinity", "Infinity"),
        ] {
            assert_eq!(number(s).to_string(), text, "{s}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for s in [
            "", ".", "-nan", "1e", "1e+", "1 2", "1.2.3", "0x1", "1_0", "--1", "e1",
        ] {
            let expected = format!("invalid input syntax for type numeric: \"{s}\"");
            assert_eq!(parse(s).expect_err(s).message(), expected);
        }
    }

    #[test]
    fn the_format_has_limits() {
        assert!(parse("1e131071").is_ok());
        assert!(parse("1e-16383").is_ok());
        for s in ["1e131072", "1e-16384", "1e1000000000000", "0.0e-20000"] {
            assert_eq!(parse(s).expect_err(s), overflow(), "{s}");
        }
    }

    #[test]
    fn the_binary_form_is_postgresqls() {
        for (s, hex) in [
            ("12345.678", "0003000100000003000109291a7c"),
            ("-0.00012300", "0002ffff40000008000108fc"),
            ("0.000", "0000000000000003"),
            ("NaN", "00000000c0000000"),
            ("Infinity", "00000000d0000020"),
            ("-Infinity", "00000000f0000020"),
            ("10000000000", "00010002000000000064"),
            ("10000", "00010001000000000001"),
        ] {
            let mut out = Vec::new();
            write_binary(&number(s), &mut out);
            let printed: String = out.iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(printed, hex, "{s}");
            let mut reader = BinaryReader::new(&out);
            assert_eq!(read_binary(&mut reader).expect(s).to_string(), s);
        }
    }

    #[test]
    fn precision_and_scale() {
        let fitted = |s, precision, scale| {
            let ty = Type::numeric(precision, scale).expect("a type");
            fit(&number(s), ty).map(|n| n.unwrap_or(number(s)).to_string())
        };
        assert_eq!(fitted("1.25", 3, 1), Ok("1.3".into()));
        assert_eq!(fitted("-1.25", 3, 1), Ok("-1.3".into()));
        assert_eq!(fitted("1234", 3, -2), Ok("1200".into()));
        assert_eq!(fitted("0.00123", 2, 4), Ok("0.0012".into()));
        assert_eq!(fitted("NaN", 3, 1), Ok("NaN".into()));
        for (s, precision, scale, detail) in [
            (
                "99.96",
                3,
                1,
                "A field with precision 3, scale 1 must round to an absolute value less than 10^2.",
            ),
            (
                "99951",
                3,
                -2,
                "A field with precision 3, scale -2 must round to an absolute value less than 10^5.",
            ),
            (
                "1",
                2,
                5,
                "A field with precision 2, scale 5 must round to an absolute value less than 10^-3.",
            ),
            (
                "1",
                2,
                2,
                "A field with precision 2, scale 2 must round to an absolute value less than 1.",
            ),
            (
                "inf",
                3,
                1,
                "A field with precision 3, scale 1 cannot hold an infinite value.",
            ),
        ] {
            let error = fitted(s, precision, scale).expect_err(s);
            assert_eq!(error.message(), "numeric field overflow");
            assert_eq!(error.detail(), Some(detail));
        }
    }
}
