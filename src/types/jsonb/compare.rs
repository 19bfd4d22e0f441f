//! The order of documents (jsonb's B-tree order), and containment (`@>`).

use std::cmp::Ordering;

use super::parse;
use super::tree::Json;
use crate::types::numeric;

/// Compares two canonical texts as `ORDER BY` does.
pub fn compare(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    match (parse::document(a), parse::document(b)) {
        (Ok(a), Ok(b)) => compare_roots(&a, &b),
        // What is not canonical text is a bug of ours; the order stays total.
        _ => a.cmp(b),
    }
}

/// A scalar on its own counts as an array of itself, as PostgreSQL stores it: it is less than an
/// array of one element, but greater than the empty array.
fn compare_roots(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::Array(items), scalar) if scalar.is_scalar() => {
            if items.is_empty() {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (scalar, Json::Array(items)) if scalar.is_scalar() => {
            if items.is_empty() {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        _ => compare_values(a, b),
    }
}

fn compare_values(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Number(a), Json::Number(b)) => compare_numbers(a, b),
        (Json::Array(a), Json::Array(b)) => {
            let pairs = a.iter().zip(b);
            let elements = || pairs.map(|(a, b)| compare_values(a, b)).find(|o| o.is_ne());
            a.len()
                .cmp(&b.len())
                .then_with(|| elements().unwrap_or(Ordering::Equal))
        }
        (Json::Object(a), Json::Object(b)) => {
            let pairs = a.iter().zip(b);
            let compare_pair = |((a_key, a), (b_key, b)): (&(String, Json), &(String, Json))| {
                a_key.cmp(b_key).then_with(|| compare_values(a, b))
            };
            let fields = || pairs.map(compare_pair).find(|o| o.is_ne());
            a.len()
                .cmp(&b.len())
                .then_with(|| fields().unwrap_or(Ordering::Equal))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

fn compare_numbers(a: &str, b: &str) -> Ordering {
    match (numeric::parse(a), numeric::parse(b)) {
        _ if a == b => Ordering::Equal,
        (Ok(a), Ok(b)) => numeric::compare(&a, &b),
        _ => a.cmp(b),
    }
}

/// The place of each type among the others.
fn rank(json: &Json) -> u8 {
    match json {
        Json::Null => 0,
        Json::String(_) => 1,
        Json::Number(_) => 2,
        Json::Bool(_) => 3,
        Json::Array(_) => 4,
        Json::Object(_) => 5,
    }
}

/// Whether the document contains the other (`@>`). Only here an array contains a scalar.
pub fn contains(document: &Json, part: &Json) -> bool {
    match document {
        Json::Array(items) if part.is_scalar() => items.iter().any(|i| equal_scalars(i, part)),
        _ => contains_value(document, part),
    }
}

fn contains_value(value: &Json, part: &Json) -> bool {
    match (value, part) {
        (Json::Object(pairs), Json::Object(parts)) => {
            pairs.len() >= parts.len()
                && parts.iter().all(|(key, part)| {
                    value
                        .get(key)
                        .is_some_and(|value| contains_value(value, part))
                })
        }
        // Neither order nor number counts.
        (Json::Array(items), Json::Array(parts)) => parts
            .iter()
            .all(|part| items.iter().any(|item| contains_value(item, part))),
        _ => equal_scalars(value, part),
    }
}

fn equal_scalars(a: &Json, b: &Json) -> bool {
    a.is_scalar() && b.is_scalar() && compare_values(a, b).is_eq()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_postgresql() {
        // SELECT j FROM (VALUES ...) v(j) ORDER BY j, of the scrambled list.
        let sorted = [
            "[]",
            "null",
            "\"\"",
            "\"a\"",
            "\"b\"",
            "-1",
            "1",
            "1.5",
            "10",
            "false",
            "true",
            "[null]",
            "[\"a\"]",
            "[1]",
            "[true]",
            "[[]]",
            "[{}]",
            "[1, 2]",
            "[1, 3]",
            "{}",
            "{\"a\": 1}",
            "{\"a\": 2}",
            "{\"aa\": 0}",
            "{\"b\": 1}",
            "{\"a\": 1, \"b\": 2}",
            "{\"b\": 1, \"aa\": 2}",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(compare("[1]", "[1.0]"), Ordering::Equal);
    }

    #[test]
    fn containment_is_that_of_postgresql() {
        for (document, part, expected) in [
            ("[1, 2]", "1", true),
            ("1", "[1]", false),
            ("1", "1.0", true),
            ("[[1, 2], [3]]", "[[3]]", true),
            ("[[1, 2]]", "[1]", false),
            ("[[1, 2]]", "1", false),
            ("[1, 1.0]", "[1.00]", true),
            ("{\"a\": {\"b\": 1, \"c\": 2}}", "{\"a\": {\"c\": 2}}", true),
            ("{\"a\": [1, 2]}", "{\"a\": 1}", false),
            ("{\"a\": 1}", "{}", true),
            ("[]", "{}", false),
        ] {
            let (a, b) = (
                parse::document(document).expect("a"),
                parse::document(part).expect("b"),
            );
            assert_eq!(contains(&a, &b), expected, "{document} @> {part}");
        }
    }
}
