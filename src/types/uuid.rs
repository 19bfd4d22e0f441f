//! `uuid`.

use super::compare;
use super::datum::Datum;
use super::declare::{functions, operators};
use super::env::Env;
use super::kind::Kind;
use super::parse::invalid;
use crate::error::Result;

/// Reads 32 hexadecimal digits, with a hyphen or none after each four, in braces or not.
pub fn parse(s: &str) -> Result<[u8; 16]> {
    parse_digits(s).ok_or_else(|| invalid(Kind::Uuid, s))
}

fn parse_digits(s: &str) -> Option<[u8; 16]> {
    let mut rest = match s.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}')?,
        None => s,
    }
    .as_bytes();
    let mut uuid = [0; 16];
    for (i, byte) in uuid.iter_mut().enumerate() {
        let [high, low, tail @ ..] = rest else {
            return None;
        };
        *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
        rest = match tail {
            [b'-', after @ ..] if i % 2 == 1 && i < 15 => after,
            tail => tail,
        };
    }
    rest.is_empty().then_some(uuid)
}

/// The value of a hexadecimal digit.
pub(super) fn hex_digit(b: u8) -> Option<u8> {
    char::from(b)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok())
}

/// Five groups of lower case digits.
pub fn print(uuid: &[u8; 16]) -> [u8; 36] {
    let mut text = [b'-'; 36];
    uuid::Uuid::from_bytes_ref(uuid)
        .hyphenated()
        .encode_lower(&mut text);
    text
}

operators! { pub(super) OPERATORS:
    "<" 2954 uuid_lt(Uuid, Uuid) -> Bool, Immutable, compare::lt;
    "<=" 2955 uuid_le(Uuid, Uuid) -> Bool, Immutable, compare::le;
    "=" 2956 uuid_eq(Uuid, Uuid) -> Bool, Immutable, compare::eq;
    ">=" 2957 uuid_ge(Uuid, Uuid) -> Bool, Immutable, compare::ge;
    ">" 2958 uuid_gt(Uuid, Uuid) -> Bool, Immutable, compare::gt;
    "<>" 2959 uuid_ne(Uuid, Uuid) -> Bool, Immutable, compare::ne;
}

functions! { pub(super) FUNCTIONS:
    3432 gen_random_uuid() -> Uuid, Volatile, random;
}

fn random(_: &dyn Env, _: &[Datum]) -> Result<Datum> {
    Ok(Datum::Uuid(uuid::Uuid::new_v4().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let canonical = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        let uuid = parse(canonical).expect("a uuid");
        assert_eq!(print(&uuid), canonical.as_bytes());
        for s in [
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
            "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
        ] {
            assert_eq!(parse(s), Ok(uuid), "{s}");
        }
        for s in [
            "",
            " a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11-",
            "a-0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a1",
            "a0eebc999c0b4ef8bb6d6bb9bd380a111",
            "a0eebc999c0b4ef8bb6d6bb9bd380a1g",
        ] {
            let error = parse(s).expect_err(s);
            assert_eq!(
                error.message(),
                format!("invalid input syntax for type uuid: \"{s}\"")
            );
        }
    }
}
