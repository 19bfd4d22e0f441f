//! `numeric` in keys.
//!
//! One byte says where on the line the number is: 01 -Infinity, 02 negative, 03 zero, 04 positive,
//! 05 Infinity, 06 NaN. After 02 and 04 follows the magnitude: the weight of the first digit to
//! base 10,000 (2 bytes, big-endian, sign bit flipped), each digit plus one (2 bytes, big-endian)
//! without zeros at either end, and 00 00. Of a negative number these are complemented.

use num_bigint::{BigInt, Sign};

use super::corrupted;
use super::key::Decoder;
use crate::error::Result;
use crate::types::numeric::{Numeric, power_of_ten, to_base_10000};

const NEG_INFINITY: u8 = 1;
const NEGATIVE: u8 = 2;
const ZERO: u8 = 3;
const POSITIVE: u8 = 4;
const INFINITY: u8 = 5;
const NAN: u8 = 6;

/// What turns a weight into bytes that compare as it does.
const WEIGHT_SIGN: u16 = 0x8000;

/// Appends the form of a number.
pub fn encode(n: &Numeric, out: &mut Vec<u8>) {
    let decimal = match n {
        Numeric::Finite(decimal) => decimal,
        Numeric::NaN => return out.push(NAN),
        Numeric::Infinity => return out.push(INFINITY),
        Numeric::NegInfinity => return out.push(NEG_INFINITY),
    };
    let (unscaled, scale) = decimal.as_bigint_and_scale();
    let (class, mask) = match unscaled.sign() {
        Sign::NoSign => return out.push(ZERO),
        Sign::Minus => (NEGATIVE, 0xFFFF),
        Sign::Plus => (POSITIVE, 0),
    };
    out.push(class);
    let (digits, weight) = to_base_10000(&unscaled, scale);
    // The limits of a numeric's size keep the weight in 16 bits.
    let weight = weight as i16 as u16 ^ WEIGHT_SIGN;
    let digits = digits.iter().map(|digit| digit + 1);
    for word in [weight].into_iter().chain(digits).chain([0]) {
        out.extend_from_slice(&(word ^ mask).to_be_bytes());
    }
}

/// Reads a number. Its scale is the least that shows it whole.
pub fn decode(decoder: &mut Decoder) -> Result<Numeric> {
    let [class] = decoder.array()?;
    let finite = |unscaled, scale| Numeric::new(unscaled, scale).map_err(|_| corrupted("key"));
    match class {
        NEG_INFINITY => Ok(Numeric::NegInfinity),
        NEGATIVE => decode_magnitude(decoder, 0xFFFF).and_then(|(m, scale)| finite(-m, scale)),
        ZERO => Ok(Numeric::from(0)),
        POSITIVE => decode_magnitude(decoder, 0).and_then(|(m, scale)| finite(m, scale)),
        INFINITY => Ok(Numeric::Infinity),
        NAN => Ok(Numeric::NaN),
        _ => Err(corrupted("key")),
    }
}

/// The magnitude as an integer and a scale.
fn decode_magnitude(decoder: &mut Decoder, mask: u16) -> Result<(BigInt, i64)> {
    let mut word = || {
        decoder
            .array()
            .map(|bytes| u16::from_be_bytes(bytes) ^ mask)
    };
    let weight = i64::from((word()? ^ WEIGHT_SIGN) as i16);
    let mut digits = String::new();
    loop {
        match word()? {
            0 => break,
            digit @ 1..=10_000 => digits.push_str(&format!("{:04}", digit - 1)),
            _ => return Err(corrupted("key")),
        }
    }
    let scale = digits.len() as i64 - (weight + 1) * 4;
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let needless = (zeros as i64).min(scale).max(0);
    digits.truncate(digits.len() - needless as usize);
    let magnitude = BigInt::parse_bytes(digits.as_bytes(), 10).ok_or_else(|| corrupted("key"))?;
    Ok(match scale - needless {
        scale @ 0.. => (magnitude, scale),
        missing => (magnitude * power_of_ten(-missing), 0),
    })
}
