//! The order of values: that of ORDER BY, of keys, of DISTINCT and GROUP BY, and of the operators
//! `=`, `<` and so on.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::array;
use super::datum::{Datum, Row};
use super::env::Env;
use super::float8;
use super::jsonb;
use super::numeric;
use crate::error::Result;

/// Compares two values of one type, or two integers of any. It is a total order: NULL equals itself
/// and is greater than everything, and so is NaN among numbers. Text is compared by its bytes.
pub fn compare(a: &Datum, b: &Datum) -> Ordering {
    match (a, b) {
        (Datum::Text(a), Datum::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Datum::Int4(a), Datum::Int4(b)) => a.cmp(b),
        (Datum::Int8(a), Datum::Int8(b)) => a.cmp(b),
        (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
        (Datum::Float8(a), Datum::Float8(b)) => float8::compare(*a, *b),
        (Datum::Numeric(a), Datum::Numeric(b)) => numeric::compare(a, b),
        (Datum::Bytea(a), Datum::Bytea(b)) => a.cmp(b),
        (Datum::Timestamptz(a), Datum::Timestamptz(b)) => a.cmp(b),
        (Datum::Uuid(a), Datum::Uuid(b)) => a.cmp(b),
        (Datum::Jsonb(a), Datum::Jsonb(b)) => jsonb::compare(a, b),
        (Datum::Array(a), Datum::Array(b)) => array::compare(a, b),
        (Datum::Record(a), Datum::Record(b)) => compare_lists(a, b),
        (a, b) => match (a.as_int(), b.as_int()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            // Never compared by SQL, except that one may be NULL; the order is total nonetheless.
            _ => rank(a).cmp(&rank(b)),
        },
    }
}

/// Compares element by element; of two that start alike the shorter is less.
pub fn compare_lists(a: &[Datum], b: &[Datum]) -> Ordering {
    a.iter()
        .zip(b)
        .map(|(a, b)| compare(a, b))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// The place of a representation among the others. Integers share one.
fn rank(d: &Datum) -> u8 {
    match d {
        Datum::Bool(_) => 0,
        Datum::Int2(_) | Datum::Int4(_) | Datum::Int8(_) | Datum::Oid(_) => 1,
        Datum::Float8(_) => 2,
        Datum::Numeric(_) => 3,
        Datum::Text(_) => 4,
        Datum::Bytea(_) => 5,
        Datum::Timestamptz(_) => 6,
        Datum::Uuid(_) => 7,
        Datum::Jsonb(_) => 8,
        Datum::Array(_) => 9,
        Datum::Record(_) => 10,
        Datum::Null => 11,
    }
}

/// Hashes a value so that values that [`compare`] as equal hash the same.
pub fn hash<H: Hasher>(d: &Datum, state: &mut H) {
    rank(d).hash(state);
    match d {
        Datum::Null => {}
        Datum::Bool(b) => b.hash(state),
        Datum::Int2(i) => i64::from(*i).hash(state),
        Datum::Int4(i) => i64::from(*i).hash(state),
        Datum::Int8(i) => i.hash(state),
        Datum::Oid(i) => i64::from(*i).hash(state),
        Datum::Float8(f) => float8::canonical_bits(*f).hash(state),
        Datum::Numeric(n) => numeric::hash(n, state),
        Datum::Text(s) => s.hash(state),
        Datum::Bytea(b) => b.hash(state),
        Datum::Timestamptz(t) => t.hash(state),
        Datum::Uuid(u) => u.hash(state),
        Datum::Jsonb(j) => hash_json(j, state),
        Datum::Array(a) => a.items.iter().for_each(|item| hash(item, state)),
        Datum::Record(fields) => fields.iter().for_each(|field| hash(field, state)),
    }
}

/// Hashes JSON without its numbers, of which equal ones may be written differently (1 and 1.0).
fn hash_json<H: Hasher>(json: &str, state: &mut H) {
    let mut in_string = false;
    let mut bytes = json.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'"' => in_string = !in_string,
            b'\\' if in_string => bytes.next().hash(state),
            b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E' if !in_string => continue,
            _ => {}
        }
        b.hash(state);
    }
}

/// A row as the key of a map: equal, ordered and hashed as SQL compares.
#[derive(Debug, Clone)]
pub struct GroupKey(pub Row);

impl PartialEq for GroupKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for GroupKey {}

impl PartialOrd for GroupKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for GroupKey {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_lists(&self.0, &other.0)
    }
}

impl Hash for GroupKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|d| hash(d, state));
    }
}

// The functions behind the comparison operators of every type.

pub(super) fn eq(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(compare(&args[0], &args[1]).is_eq()))
}

pub(super) fn ne(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(compare(&args[0], &args[1]).is_ne()))
}

pub(super) fn lt(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(compare(&args[0], &args[1]).is_lt()))
}

pub(super) fn le(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(compare(&args[0], &args[1]).is_le()))
}

pub(super) fn gt(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(compare(&args[0], &args[1]).is_gt()))
}

pub(super) fn ge(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::Bool(compare(&args[0], &args[1]).is_ge()))
}

#[cfg(test)]
mod tests {
    use std::hash::DefaultHasher;

    use super::*;

    fn hashed(d: &Datum) -> u64 {
        let mut state = DefaultHasher::new();
        hash(d, &mut state);
        state.finish()
    }

    #[test]
    fn equal_values_hash_the_same() {
        let numeric = |s| Datum::Numeric(numeric::parse(s).expect("a number").into());
        for (a, b) in [
            (Datum::Int2(7), Datum::Int8(7)),
            (Datum::Float8(0.0), Datum::Float8(-0.0)),
            (Datum::Float8(f64::NAN), Datum::Float8(-f64::NAN)),
            (numeric("1"), numeric("1.00")),
            (numeric("0.00"), numeric("-0")),
            (Datum::Null, Datum::Null),
        ] {
            assert_eq!(compare(&a, &b), Ordering::Equal, "{a:?} {b:?}");
            assert_eq!(hashed(&a), hashed(&b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn json_numbers_do_not_count_in_a_hash() {
        let json = |s: &str| Datum::Jsonb(s.into());
        assert_eq!(hashed(&json("{\"a\": 1}")), hashed(&json("{\"a\": 1.0}")));
        assert_ne!(hashed(&json("\"a1\"")), hashed(&json("\"a2\"")));
    }

    #[test]
    fn nan_and_null_come_last() {
        let nan = Datum::Float8(f64::NAN);
        assert!(compare(&nan, &Datum::Float8(f64::INFINITY)).is_gt());
        assert!(compare(&Datum::Null, &nan).is_gt());
        assert!(compare(&nan, &Datum::Null).is_lt());
    }
}
