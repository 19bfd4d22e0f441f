//! The formats, pinned byte by byte, and their promises, on random values.

use std::sync::Arc;

use proptest::prelude::*;

use super::key::{Order, decode_key, encode_key, encode_prefix, encode_text_prefix, prefix_end};
use super::{RawValue, RowLayout, dump, expiry, key_is_lossless};
use crate::types::compare::{GroupKey, compare};
use crate::types::testing::TestEnv;
use crate::types::{Array, Datum, Kind, io};

fn value(kind: Kind, text: &str) -> Datum {
    match text {
        "NULL" => Datum::Null,
        text => io::parse_text(kind, text, &TestEnv::default()).expect(text),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn key(columns: &[(Kind, Order)], values: &[Datum]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key(columns, values, &mut out).expect("a key");
    out
}

#[test]
fn keys_are_these_bytes() {
    const INTS: Kind = Kind::Array(&Kind::Int4);
    for (kind, text, expected) in [
        (Kind::Bool, "f", "00"),
        (Kind::Bool, "t", "01"),
        (Kind::Int2, "-1", "7fff"),
        (Kind::Int4, "1", "80000001"),
        (Kind::Int8, "-9223372036854775808", "0000000000000000"),
        (Kind::Oid, "4294967295", "ffffffff"),
        (Kind::Float8, "1", "bff0000000000000"),
        (Kind::Float8, "-1", "400fffffffffffff"),
        (Kind::Float8, "-0", "8000000000000000"),
        (Kind::Float8, "NaN", "fff8000000000000"),
        (Kind::Text, "user1.name", "75736572312e6e616d6500"),
        (Kind::Varchar, "", "00"),
        (Kind::Name, "ä", "c3a400"),
        (Kind::Bytea, "\\x6100ff", "6100ffff0000"),
        (
            Kind::Uuid,
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
        ),
        (Kind::Numeric, "0.00", "03"),
        (Kind::Numeric, "1.50", "048000000213890000"),
        (Kind::Numeric, "-1.5", "027ffffffdec76ffff"),
        (Kind::Numeric, "NaN", "06"),
        (Kind::Numeric, "Infinity", "05"),
        (Kind::Numeric, "-Infinity", "01"),
        (INTS, "{1,NULL}", "01800000010200018000000280000001"),
        (INTS, "{}", "0000"),
    ] {
        let datum = value(kind, text);
        let ascending = key(&[(kind, Order::Ascending)], std::slice::from_ref(&datum));
        assert_eq!(hex(&ascending), expected, "{kind} {text}");
        let descending = key(&[(kind, Order::Descending)], &[datum]);
        let complement: Vec<u8> = ascending.iter().map(|b| !b).collect();
        assert_eq!(descending, complement, "{kind} {text}");
    }
    let timestamp = key(
        &[(Kind::Timestamptz, Order::Ascending)],
        &[Datum::Timestamptz(-1)],
    );
    assert_eq!(hex(&timestamp), "7fffffffffffffff");
}

#[test]
fn a_key_is_its_columns_in_turn() {
    let columns = [
        (Kind::Text, Order::Ascending),
        (Kind::Int4, Order::Descending),
    ];
    let values = [Datum::text("a"), Datum::Int4(1)];
    assert_eq!(hex(&key(&columns, &values)), "61007ffffffe");
    assert_eq!(
        decode_key(&columns, &key(&columns, &values)),
        Ok(values.to_vec())
    );
}

#[test]
fn what_is_no_key_is_refused() {
    let mut out = Vec::new();
    let jsonb = [(Kind::Jsonb, Order::Ascending)];
    let error = encode_key(&jsonb, &[Datum::Jsonb("1".into())], &mut out).expect_err("jsonb");
    assert_eq!(error.state().code(), "0A000");
    let ints = [(Kind::Int4, Order::Ascending)];
    assert!(encode_key(&ints, &[Datum::Null], &mut out).is_err());
    assert!(encode_key(&ints, &[], &mut out).is_err());
    let error = decode_key(&ints, &[1, 2, 3]).expect_err("too short");
    assert_eq!(error.state().code(), "XX001");
    assert!(decode_key(&ints, &[1, 2, 3, 4, 5]).is_err());
}

#[test]
fn prefixes_are_ranges() {
    let columns = [
        (Kind::Int4, Order::Ascending),
        (Kind::Text, Order::Descending),
    ];
    let mut prefix = Vec::new();
    encode_text_prefix(&columns, &[Datum::Int4(7)], "ab", &mut prefix).expect("a prefix");
    let end = prefix_end(prefix.clone()).expect("an end");
    for (text, inside) in [
        ("ab", true),
        ("abc", true),
        ("ab\u{10FFFF}", true),
        ("aa", false),
        ("b", false),
        ("a", false),
    ] {
        let key = key(&columns, &[Datum::Int4(7), Datum::text(text)]);
        assert_eq!((&prefix..&end).contains(&&key), inside, "{text}");
    }
    assert!(encode_text_prefix(&columns, &[], "ab", &mut Vec::new()).is_err());
    assert_eq!(prefix_end(vec![1, 0xFF, 0xFF]), Some(vec![2]));
    assert_eq!(prefix_end(vec![0xFF]), None);
    assert_eq!(prefix_end(Vec::new()), None);
}

const KINDS: [Kind; 6] = [
    Kind::Varchar,
    Kind::Int4,
    Kind::Jsonb,
    Kind::Numeric,
    Kind::Bytea,
    Kind::Bool,
];

#[test]
fn rows_are_these_bytes() {
    let layout = RowLayout::new(&KINDS);
    let values = ["John Wick", "NULL", "[1]", "1.50", "\\x00", "t"];
    let values: Vec<Datum> = KINDS
        .iter()
        .zip(values)
        .map(|(k, v)| value(*k, v))
        .collect();
    let row = layout.encode(&values, None);
    assert_eq!(
        hex(&row),
        "0100 06 02 09 4a6f686e205769636b 03 5b315d 0c 000200000000000200011388 01 00 01"
            .replace(' ', "")
    );
    let row = layout.encode(&values, Some(5));
    assert_eq!(
        hex(&row[..11]),
        "01 01 0000000000000005 06".replace(' ', "")
    );
    assert_eq!(expiry(&row), Ok(Some(5)));
    assert_eq!(layout.raw(&row, 0), Ok(RawValue::Bytes(b"John Wick")));
    assert_eq!(layout.raw(&row, 1), Ok(RawValue::Null));
    assert_eq!(layout.raw(&row, 2), Ok(RawValue::Bytes(b"[1]")));
    assert_eq!(layout.decode_one(&row, 5), Ok(Some(Datum::Bool(true))));
    assert_eq!(hex(&RowLayout::new(&[]).encode(&[], None)), "010000");
}

#[test]
fn an_older_row_lacks_columns() {
    let old = RowLayout::new(&KINDS[..1]).encode(&[Datum::text("x")], None);
    let layout = RowLayout::new(&KINDS[..2]);
    assert_eq!(layout.decode(&old), Ok(vec![Some(Datum::text("x")), None]));
    assert_eq!(layout.raw(&old, 1), Ok(RawValue::Absent));
    assert_eq!(layout.decode_one(&old, 1), Ok(None));
    let newer = layout.encode(&[Datum::Null, Datum::Null], None);
    assert!(RowLayout::new(&KINDS[..1]).decode(&newer).is_err());
}

#[test]
fn long_values_have_long_lengths() {
    let layout = RowLayout::new(&[Kind::Text]);
    for length in [127, 128, 16_383, 16_384, 3_000_000] {
        let text = Datum::text("x".repeat(length));
        let row = layout.encode(std::slice::from_ref(&text), None);
        assert_eq!(layout.decode_one(&row, 0), Ok(Some(text)));
    }
}

#[test]
fn keys_and_rows_as_prose() {
    let columns = [
        (Kind::Text, Order::Ascending),
        (Kind::Int4, Order::Descending),
    ];
    let whole = key(&columns, &[Datum::text("user1.o'name"), Datum::Int4(42)]);
    assert_eq!(dump::key(&columns, &whole), "'user1.o''name', 42");
    assert_eq!(dump::key(&columns, &whole[..5]), "'user1…");
    assert_eq!(dump::key(&columns, &whole[..13]), "'user1.o''name'");
    assert_eq!(dump::key(&columns, &whole[..14]), "'user1.o''name', \\x7f");
    let layout = RowLayout::new(&KINDS[..2]);
    let row = layout.encode(&[Datum::text("x"), Datum::Null], None);
    assert_eq!(dump::row(&layout, &KINDS[..2], &row), "('x', NULL)");
    let old = RowLayout::new(&[]).encode(&[], None);
    assert_eq!(dump::row(&layout, &KINDS[..2], &old), "(absent, absent)");
    assert_eq!(dump::row(&layout, &KINDS[..2], &[9]), "corrupted \\x09");
}

/// Kinds that keys have, those whose form has an end to find first.
fn key_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![
        Kind::Text,
        Kind::Bytea,
        Kind::Numeric,
        Kind::Float8,
        Kind::Bool,
        Kind::Int2,
        Kind::Int4,
        Kind::Int8,
        Kind::Oid,
        Kind::Timestamptz,
        Kind::Uuid,
        Kind::Array(&Kind::Text),
        Kind::Array(&Kind::Int4),
    ])
}

/// Values that are often alike at their start.
fn datum(kind: Kind) -> BoxedStrategy<Datum> {
    match kind {
        Kind::Text => "[a-c\u{1}ä]{0,4}".prop_map(Datum::text).boxed(),
        Kind::Bytea => prop::collection::vec(prop::sample::select(vec![0u8, 1, 254, 255]), 0..5)
            .prop_map(|bytes| Datum::Bytea(bytes.into()))
            .boxed(),
        Kind::Numeric => prop_oneof![
            "-?[0-9]{1,3}(\\.[0-9]{1,6})?",
            "-?[0-9]{1,30}(\\.[0-9]{1,30})?",
            "-?[1-9](\\.[0-9])?e-?[0-9]{1,2}",
            "NaN|Infinity|-Infinity",
        ]
        .prop_map(move |s| value(kind, &s))
        .boxed(),
        Kind::Float8 => prop_oneof![
            any::<f64>(),
            (-3i8..3).prop_map(f64::from),
            Just(-0.0),
            Just(f64::NAN)
        ]
        .prop_map(Datum::Float8)
        .boxed(),
        Kind::Bool => any::<bool>().prop_map(Datum::Bool).boxed(),
        Kind::Int2 => any::<i16>().prop_map(Datum::Int2).boxed(),
        Kind::Int4 => any::<i32>().prop_map(Datum::Int4).boxed(),
        Kind::Int8 => any::<i64>().prop_map(Datum::Int8).boxed(),
        Kind::Oid => any::<u32>().prop_map(Datum::Oid).boxed(),
        // From 4714 BC to 294276, and the infinities.
        Kind::Timestamptz => prop_oneof![
            -211_813_488_000_000_000..9_223_371_331_200_000_000i64,
            Just(i64::MIN),
            Just(i64::MAX),
        ]
        .prop_map(Datum::Timestamptz)
        .boxed(),
        Kind::Uuid => any::<[u8; 16]>().prop_map(Datum::Uuid).boxed(),
        Kind::Array(element) => prop::collection::vec(
            prop_oneof![4 => datum(*element), 1 => Just(Datum::Null)],
            0..4,
        )
        .prop_map(move |items| Datum::Array(Arc::new(Array::new(*element, items))))
        .boxed(),
        other => panic!("no values of {other}"),
    }
}

type Columns = Vec<(Kind, Order)>;

/// Columns of a key, and two rows of values for them.
fn two_keys() -> impl Strategy<Value = (Columns, Vec<Datum>, Vec<Datum>)> {
    let column = (key_kind(), any::<bool>()).prop_map(|(kind, desc)| (kind, Order::new(desc)));
    prop::collection::vec(column, 1..4).prop_flat_map(|columns| {
        let values = |columns: &Columns| {
            columns
                .iter()
                .map(|(kind, _)| datum(*kind))
                .collect::<Vec<_>>()
        };
        let (a, b) = (values(&columns), values(&columns));
        // The second row often starts as the first does.
        (Just(columns), a, b, 0usize..4).prop_map(|(columns, a, mut b, shared)| {
            let shared = shared.min(a.len());
            b[..shared].clone_from_slice(&a[..shared]);
            (columns, a, b)
        })
    })
}

proptest! {
    #[test]
    fn the_order_of_keys_is_that_of_values((columns, a, b) in two_keys()) {
        let expected = columns
            .iter()
            .zip(a.iter().zip(&b))
            .map(|((_, order), (a, b))| match order {
                Order::Ascending => compare(a, b),
                Order::Descending => compare(b, a),
            })
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal);
        prop_assert_eq!(key(&columns, &a).cmp(&key(&columns, &b)), expected);
    }

    #[test]
    fn keys_are_read_back((columns, values, _) in two_keys()) {
        let decoded = decode_key(&columns, &key(&columns, &values)).expect("a key");
        prop_assert_eq!(GroupKey(decoded.clone()), GroupKey(values.clone()));
        for ((kind, _), (decoded, value)) in columns.iter().zip(decoded.iter().zip(&values)) {
            if key_is_lossless(*kind) {
                prop_assert_eq!(decoded, value);
            }
        }
    }

    #[test]
    fn a_prefix_is_where_its_keys_are((columns, a, b) in two_keys(), length in 0usize..3) {
        let length = length.min(columns.len());
        let mut prefix = Vec::new();
        encode_prefix(&columns, &a[..length], &mut prefix).expect("a prefix");
        let inside = GroupKey(a[..length].to_vec()) == GroupKey(b[..length].to_vec());
        let key = key(&columns, &b);
        let before_end = prefix_end(prefix.clone()).is_none_or(|end| key < end);
        prop_assert_eq!(prefix <= key && before_end, inside);
    }

    #[test]
    fn random_bytes_are_no_panic(
        columns in prop::collection::vec((key_kind(), any::<bool>()), 1..4),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let kinds: Vec<Kind> = columns.iter().map(|(kind, _)| *kind).collect();
        let columns: Columns = columns.into_iter().map(|(k, desc)| (k, Order::new(desc))).collect();
        if let Err(e) = decode_key(&columns, &bytes) {
            prop_assert_eq!(e.state().code(), "XX001");
        }
        dump::key(&columns, &bytes);
        let layout = RowLayout::new(&kinds);
        for row in [bytes.clone(), [&[1, 0, kinds.len() as u8, 0], &bytes[..]].concat()] {
            if let Err(e) = layout.decode(&row) {
                prop_assert_eq!(e.state().code(), "XX001");
            }
            let _ = (layout.raw(&row, 2), expiry(&row), dump::row(&layout, &kinds, &row));
        }
        for kind in kinds {
            let _ = io::read_binary(kind, &bytes);
        }
    }

    #[test]
    fn rows_are_read_back((columns, a, _) in two_keys(), expires in prop::option::of(-5i64..i64::MAX / 2), nulls in any::<u8>()) {
        let kinds: Vec<Kind> = columns.iter().map(|(kind, _)| *kind).collect();
        let layout = RowLayout::new(&kinds);
        let null = |i: usize| nulls & 1 << i != 0;
        let values: Vec<Datum> =
            a.into_iter().enumerate().map(|(i, d)| if null(i) { Datum::Null } else { d }).collect();
        let row = layout.encode(&values, expires);
        prop_assert_eq!(expiry(&row), Ok(expires));
        let decoded: Vec<Datum> =
            layout.decode(&row).expect("a row").into_iter().map(|d| d.expect("a value")).collect();
        // NaN is not equal to itself, so the forms are compared.
        prop_assert_eq!(format!("{decoded:?}"), format!("{values:?}"));
        for (i, value) in values.iter().enumerate() {
            let one = layout.decode_one(&row, i).expect("a row").expect("a value");
            prop_assert_eq!(format!("{one:?}"), format!("{value:?}"));
        }
        for cut in 0..row.len() {
            prop_assert!(layout.decode(&row[..cut]).is_err());
        }
    }

    #[test]
    fn text_and_binary_forms_are_read_back(value in key_kind().prop_flat_map(|k| datum(k).prop_map(move |d| (k, d)))) {
        let (kind, value) = value;
        let env = TestEnv::default();
        let text = io::to_string(kind, &value, &env.formats);
        let read = io::parse_text(kind, &text, &env).expect("text");
        prop_assert!(compare(&read, &value).is_eq(), "{} {:?}", text, value);
        let mut bytes = Vec::new();
        io::write_binary(kind, &value, &mut bytes);
        let read = io::read_binary(kind, &bytes).expect("binary");
        prop_assert_eq!(io::to_string(kind, &read, &env.formats), text);
        bytes.push(0);
        if !matches!(kind, Kind::Text | Kind::Bytea) {
            let error = io::read_binary(kind, &bytes).expect_err("a byte too many");
            prop_assert_eq!(error.state().code(), "22P03");
        }
    }
}
