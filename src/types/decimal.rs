//! The decimal digits of a `double precision`, and how C's `%g` lays them out.

use std::io::Write as _;

/// The decimal digits that tell any two doubles apart.
const MAX_DIGITS: usize = 17;
/// The bits of a double's fraction, and what its exponent is greater by.
const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
const EXPONENT_BIAS: i32 = 1075;

/// A finite number as digits and exponent.
pub(super) struct Scientific {
    negative: bool,
    /// The digits without a point, and without zeros at the end.
    digits: [u8; 24],
    length: usize,
    /// Of ten, after the first digit.
    exponent: i32,
}

impl Scientific {
    /// The fewest digits that read back the same; of several such numbers the nearest, of two the
    /// even one. As in PostgreSQL, a number half-way to the next double does not count.
    pub(super) fn shortest(value: f64) -> Self {
        /// Below 2^49 no short decimal is half-way between two doubles, and no double half-way
        /// between two short decimals.
        const MIDPOINTS: f64 = (1u64 << 49) as f64;
        let shortest = Self::split(value, None);
        if value.abs() < MIDPOINTS {
            return shortest;
        }
        let rounded = |digits| Self::rounded(value, digits);
        // Beside a power of two the nearest number of so many digits need not read back the same
        // although another does.
        let length = shortest.length;
        [rounded(length), shortest]
            .into_iter()
            .chain((length + 1..MAX_DIGITS).map(rounded))
            .find(|candidate| candidate.reads_back_as(value))
            .unwrap_or_else(|| rounded(MAX_DIGITS))
    }

    /// So many digits at most, of two numbers that are as near the even one.
    pub(super) fn rounded(value: f64, digits: usize) -> Self {
        let rounded = Self::split(value, Some(digits - 1));
        let mut cut = Self::split(value, Some(digits));
        if cut.length == digits + 1 && cut.digits[digits] == b'5' && cut.is(mantissa(value)) {
            cut.length = digits;
            if cut.digits[digits - 1].is_multiple_of(2) {
                cut.strip();
                return cut;
            }
        }
        rounded
    }

    /// Whether this is closer to a large number than to any other double.
    fn reads_back_as(&self, value: f64) -> bool {
        let text = format!("{}e{}", self.digits(), self.zeros());
        if text.parse() != Ok(value.abs()) {
            return false;
        }
        let (m, e) = mantissa(value);
        // Doubles are closer to each other below a power of two than above it.
        let below = if m == 1 << FRACTION_BITS {
            (4 * m - 1, e - 2)
        } else {
            (2 * m - 1, e - 1)
        };
        !self.is((2 * m + 1, e - 1)) && !self.is(below)
    }

    /// Whether this is exactly m * 2^e.
    fn is(&self, (m, e): (u128, i32)) -> bool {
        /// More factors of five than this are in none of the two.
        const MAX_POWER: u32 = 26;
        let digits: u128 = self.digits().parse().unwrap_or(0);
        let zeros = self.zeros();
        if zeros.unsigned_abs() > MAX_POWER {
            return false;
        }
        let fives = 5u128.pow(zeros.unsigned_abs());
        if zeros >= 0 {
            odd_part(digits * fives, zeros) == odd_part(m, e)
        } else {
            odd_part(digits, zeros) == odd_part(m * fives, e)
        }
    }

    /// How many zeros follow the digits; negative for how many of them follow the point.
    fn zeros(&self) -> i32 {
        self.exponent + 1 - self.length as i32
    }

    fn strip(&mut self) {
        while self.length > 1 && self.digits[self.length - 1] == b'0' {
            self.length -= 1;
        }
    }

    /// Takes apart what Rust prints: `-1.2345e-7`.
    fn split(value: f64, decimals: Option<usize>) -> Self {
        let mut buffer = [0u8; 40];
        let mut rest = &mut buffer[..];
        // 40 bytes hold the sign, at most 17 digits, the point and the exponent.
        let _ = match decimals {
            Some(decimals) => write!(rest, "{:.decimals$e}", value.abs()),
            None => write!(rest, "{:e}", value.abs()),
        };
        let left = rest.len();
        let text = &buffer[..buffer.len() - left];
        let (mantissa, exponent) = match text.iter().position(|b| *b == b'e') {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, &b"0"[..]),
        };
        let mut split = Self {
            negative: value.is_sign_negative(),
            digits: [b'0'; 24],
            length: 0,
            exponent: std::str::from_utf8(exponent)
                .ok()
                .and_then(|e| e.parse().ok())
                .unwrap_or(0),
        };
        for digit in mantissa
            .iter()
            .filter(|b| b.is_ascii_digit())
            .take(split.digits.len())
        {
            split.digits[split.length] = *digit;
            split.length += 1;
        }
        split.strip();
        split
    }

    fn digits(&self) -> &str {
        std::str::from_utf8(&self.digits[..self.length]).unwrap_or_default()
    }
}

/// The magnitude of a number as m * 2^e.
fn mantissa(value: f64) -> (u128, i32) {
    let bits = value.abs().to_bits();
    let fraction = u128::from(bits & FRACTION);
    match (bits >> FRACTION_BITS) as i32 {
        0 => (fraction, 1 - EXPONENT_BIAS),
        exponent => (fraction | 1 << FRACTION_BITS, exponent - EXPONENT_BIAS),
    }
}

/// n * 2^power with an odd n.
fn odd_part(n: u128, power: i32) -> (u128, i32) {
    if n == 0 {
        return (0, 0);
    }
    (n >> n.trailing_zeros(), power + n.trailing_zeros() as i32)
}

/// Lays digits out as C's `%g` does: with an exponent below -4 and from `precision` up.
pub(super) fn layout(
    number: &Scientific,
    precision: usize,
    out: &mut impl std::fmt::Write,
) -> std::fmt::Result {
    if number.negative {
        out.write_char('-')?;
    }
    let digits = number.digits();
    let exponent = number.exponent;
    if exponent < -4 || exponent >= precision as i32 {
        let (first, others) = digits.split_at(1);
        let point = if others.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        return write!(
            out,
            "{first}{point}{others}e{sign}{:02}",
            exponent.unsigned_abs()
        );
    }
    if exponent < 0 {
        let zeros = exponent.unsigned_abs() as usize - 1;
        return write!(out, "0.{:0<zeros$}{digits}", "");
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        None | Some((_, "")) => write!(out, "{digits:0<whole$}"),
        Some((whole, fraction)) => write!(out, "{whole}.{fraction}"),
    }
}
