//! The lists of all functions, operators, casts and aggregates, put together from the files of the
//! types, and looked up by name. The binder's overload resolution works on what is found here.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::aggregates;
use super::array_functions;
use super::boolean;
use super::bytea;
use super::float8;
use super::float8_functions;
use super::function::{Aggregate, Cast, Function, Operator};
use super::integer;
use super::integer_operators;
use super::jsonb;
use super::kind::Kind;
use super::numeric_functions;
use super::session_functions;
use super::string_functions;
use super::text;
use super::timestamptz;
use super::uuid;

/// Functions of each file.
static FUNCTIONS: &[&[&Function]] = &[
    array_functions::FUNCTIONS,
    bytea::FUNCTIONS,
    float8_functions::FUNCTIONS,
    integer::FUNCTIONS,
    jsonb::access::FUNCTIONS,
    jsonb::build::FUNCTIONS,
    jsonb::edit::FUNCTIONS,
    numeric_functions::FUNCTIONS,
    session_functions::FUNCTIONS,
    string_functions::FUNCTIONS,
    text::FUNCTIONS,
    timestamptz::functions::FUNCTIONS,
    uuid::FUNCTIONS,
];
/// Operators of each file.
static OPERATORS: &[&[Operator]] = &[
    array_functions::OPERATORS,
    boolean::OPERATORS,
    bytea::OPERATORS,
    float8_functions::OPERATORS,
    integer_operators::COMPARISONS,
    integer_operators::ARITHMETIC,
    jsonb::access::OPERATORS,
    jsonb::edit::OPERATORS,
    numeric_functions::OPERATORS,
    text::COMPARISONS,
    text::OPERATORS,
    timestamptz::functions::OPERATORS,
    uuid::OPERATORS,
];
/// Casts of each file.
static CASTS: &[&[Cast]] = &[
    boolean::CASTS,
    float8::CASTS,
    integer::CASTS,
    jsonb::access::CASTS,
    numeric_functions::CASTS,
    text::CASTS,
];
/// Aggregates of each file.
static AGGREGATES: &[&[Aggregate]] = &[aggregates::AGGREGATES];

/// Items by name, in the order of their declaration.
type ByName<T> = HashMap<&'static str, Vec<&'static T>>;

/// The functions of this (lower case) name.
pub fn functions(name: &str) -> &'static [&'static Function] {
    static INDEX: LazyLock<ByName<Function>> =
        LazyLock::new(|| index(all_functions().into_iter(), |f| f.name));
    INDEX.get(name).map_or(&[], Vec::as_slice)
}

/// Those that are declared as such, and those behind operators and casts, which SQL can call by
/// name as well. One that stands behind several is listed once.
fn all_functions() -> Vec<&'static Function> {
    let declared = FUNCTIONS.iter().flat_map(|l| l.iter().copied());
    let of_operators = OPERATORS.iter().flat_map(|l| l.iter()).map(|o| o.function);
    let of_casts = CASTS
        .iter()
        .flat_map(|l| l.iter())
        .filter_map(|c| c.function);
    let mut seen = HashSet::new();
    declared
        .chain(of_operators)
        .chain(of_casts)
        .filter(|f| seen.insert((f.oid, f.name, f.args)))
        .collect()
}

/// The operators of this name.
pub fn operators(name: &str) -> &'static [&'static Operator] {
    static INDEX: LazyLock<ByName<Operator>> =
        LazyLock::new(|| index(OPERATORS.iter().flat_map(|l| l.iter()), |o| o.name));
    INDEX.get(name).map_or(&[], Vec::as_slice)
}

/// The aggregates of this (lower case) name.
pub fn aggregates(name: &str) -> &'static [&'static Aggregate] {
    static INDEX: LazyLock<ByName<Aggregate>> =
        LazyLock::new(|| index(AGGREGATES.iter().flat_map(|l| l.iter()), |a| a.name));
    INDEX.get(name).map_or(&[], Vec::as_slice)
}

/// The declared cast from one kind to another. Casts between a kind and text that go through the
/// text form, and those between arrays, are not declared: see [`super::casts`].
pub fn cast(source: Kind, target: Kind) -> Option<&'static Cast> {
    static INDEX: LazyLock<HashMap<(Kind, Kind), &'static Cast>> = LazyLock::new(|| {
        CASTS
            .iter()
            .flat_map(|l| l.iter())
            .map(|c| ((c.source, c.target), c))
            .collect()
    });
    INDEX.get(&(source, target)).copied()
}

fn index<T>(items: impl Iterator<Item = &'static T>, name: fn(&T) -> &'static str) -> ByName<T> {
    let mut by_name = ByName::new();
    for item in items {
        by_name.entry(name(item)).or_default().push(item);
    }
    by_name
}
