//! Random transactions: an engine answers as a `BTreeMap` does.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

/// A change: a key and its new value, or the clearing of a space.
#[derive(Debug, Clone)]
enum Change {
    Put(u32, Vec<u8>, Vec<u8>),
    Delete(u32, Vec<u8>),
    Clear(u32),
}

fn key_strategy() -> impl Strategy<Value = Vec<u8>> {
    // Few keys that collide, with the bytes that matter to order.
    prop::collection::vec(prop::sample::select(vec![0u8, 1, 0x61, 0xff]), 0..3)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (0u32..3, key_strategy(), prop::collection::vec(any::<u8>(), 0..4))
            .prop_map(|(space, key, value)| Change::Put(space, key, value)),
        3 => (0u32..3, key_strategy()).prop_map(|(space, key)| Change::Delete(space, key)),
        1 => (0u32..3).prop_map(Change::Clear),
    ]
}

fn range_strategy() -> impl Strategy<Value = KeyRange> {
    let bound = || {
        prop_oneof![
            1 => Just(Unbounded),
            2 => key_strategy().prop_map(|key| Included(Bytes::from(key))),
            2 => key_strategy().prop_map(|key| Excluded(Bytes::from(key))),
        ]
    };
    (bound(), bound())
}

type Model = BTreeMap<(u32, Vec<u8>), Vec<u8>>;

fn apply(model: &mut Model, buffer: &mut WriteBuffer, changes: &[Change]) {
    for change in changes.iter().cloned() {
        match change {
            Change::Put(space, key, value) => {
                buffer.put(SpaceId(space), bytes(&key), Some(bytes(&value)));
                model.insert((space, key), value);
            }
            Change::Delete(space, key) => {
                buffer.put(SpaceId(space), bytes(&key), None);
                model.remove(&(space, key));
            }
            Change::Clear(space) => {
                buffer.clear_space(SpaceId(space));
                model.retain(|(at, _), _| *at != space);
            }
        }
    }
}

/// Compares everything that a view can be asked with the model.
fn compare(view: &View, model: &Model, ranges: &[KeyRange]) {
    for space in 0..3 {
        for range in ranges {
            let mut expected: Vec<_> = model
                .iter()
                .filter(|((at, key), _)| *at == space && ordered::contains(range, key))
                .map(|((_, key), value)| (bytes(key), bytes(value)))
                .collect();
            let scan = |direction| -> Vec<Entry> {
                let scan = view.scan(SpaceId(space), range.clone(), direction).unwrap();
                scan.map(Result::unwrap).collect()
            };
            assert_eq!(scan(Direction::Forward), expected, "{space} {range:?}");
            expected.reverse();
            assert_eq!(scan(Direction::Reverse), expected, "{space} {range:?}");
        }
        let wanted: Vec<_> = (0..=255u8)
            .map(|byte| bytes([byte]))
            .chain([bytes("")])
            .collect();
        let expected: Vec<_> = wanted
            .iter()
            .map(|key| model.get(&(space, key.to_vec())).map(bytes))
            .collect();
        assert_eq!(view.multi_get(SpaceId(space), &wanted).unwrap(), expected);
        for (key, value) in wanted.iter().zip(expected) {
            assert_eq!(view.get(SpaceId(space), key).unwrap(), value);
        }
    }
}

fn model_test(fixture: Fixture, transactions: &[(Vec<Change>, Vec<Change>)], ranges: &[KeyRange]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut model = Model::new();
    let ranges = [ranges, &[(Unbounded, Unbounded)]].concat();
    for (first, second) in transactions {
        let (before, snapshot) = (model.clone(), fixture.engine.snapshot());
        let mut buffer = WriteBuffer::default();
        apply(&mut model, &mut buffer, first);
        let savepoint = (model.clone(), buffer.clone());
        apply(&mut model, &mut buffer, second);
        let view = |buffer: &WriteBuffer| View::new(snapshot.clone(), buffer.clone());
        compare(&view(&buffer), &model, &ranges);
        compare(&view(&savepoint.1), &savepoint.0, &ranges);
        let size: usize = buffer.clone().into_batch().size();
        assert_eq!(buffer.size(), size);
        runtime.block_on(commit(&*fixture.engine, buffer.into_batch()));
        let nothing = WriteBuffer::default();
        compare(
            &View::new(fixture.engine.snapshot(), nothing.clone()),
            &model,
            &ranges,
        );
        compare(&View::new(snapshot.clone(), nothing), &before, &ranges);
    }
}

/// What happens after a transaction.
#[derive(Debug, Clone, Copy)]
enum Then {
    Nothing,
    /// The engine is closed and opened.
    Reopen,
    /// Its process is killed, and another one opens what is left.
    Kill,
}

fn then() -> impl Strategy<Value = Then> {
    prop_oneof![Just(Then::Nothing), Just(Then::Reopen), Just(Then::Kill)]
}

fn reopening_test(mut fixture: Fixture, steps: &[(Vec<Change>, Then)]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (mut model, everything) = (Model::new(), [(Unbounded, Unbounded)]);
    for (changes, then) in steps {
        let mut buffer = WriteBuffer::default();
        apply(&mut model, &mut buffer, changes);
        runtime.block_on(commit(&*fixture.engine, buffer.into_batch()));
        match then {
            Then::Nothing => {}
            Then::Reopen => fixture = runtime.block_on(fixture.reopen()),
            Then::Kill => {
                let left = crash::copy(fixture.dir.as_ref().unwrap().path());
                fixture.engine = (fixture.open)(left.path());
                fixture.dir = Some(left);
            }
        }
        let view = View::new(fixture.engine.snapshot(), WriteBuffer::default());
        compare(&view, &model, &everything);
    }
}

fn transactions() -> impl Strategy<Value = Vec<(Vec<Change>, Vec<Change>)>> {
    let changes = || prop::collection::vec(change(), 0..12);
    prop::collection::vec((changes(), changes()), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn memory_is_a_map(t in transactions(), r in prop::collection::vec(range_strategy(), 0..4)) {
        model_test(Fixture::memory(), &t, &r);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn redb_is_a_map(t in transactions(), r in prop::collection::vec(range_strategy(), 0..4)) {
        model_test(Fixture::redb(), &t, &r);
    }

    #[test]
    fn logged_is_a_map(t in transactions(), r in prop::collection::vec(range_strategy(), 0..4)) {
        model_test(Fixture::logged(), &t, &r);
    }

    #[test]
    fn restless_is_a_map(t in transactions(), r in prop::collection::vec(range_strategy(), 0..4)) {
        model_test(Fixture::restless(), &t, &r);
    }

    #[test]
    fn logged_is_a_map_that_survives(
        steps in prop::collection::vec((prop::collection::vec(change(), 0..8), then()), 1..8),
    ) {
        reopening_test(Fixture::logged(), &steps);
    }
}
