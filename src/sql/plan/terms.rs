//! What each conjunct of a predicate says about the key.

use crate::catalog::Table;
use crate::exec::Expr;
use crate::exec::expr::{Elements, RowPair};
use crate::exec::plan::{KeyBound, KeySource};
use crate::types::casts::CastPath;
use crate::types::{Category, Datum, Function, Kind, Volatility};

/// A conjunct.
#[derive(Debug)]
pub(super) struct Term {
    /// What it says about the key.
    pub meaning: Meaning,
    /// Whether the key decides it exactly, when its meaning is used.
    exact: bool,
    /// What is left to check of it.
    pub rest: Option<Expr>,
}

/// What a conjunct says about the key. Positions count the key's columns.
#[derive(Debug)]
pub(super) enum Meaning {
    /// The column is one of these.
    Among(usize, KeySource),
    /// The columns from `at` on are beyond the bound.
    Bound {
        at: usize,
        lower: bool,
        bound: KeyBound,
    },
    /// The column is LIKE the pattern.
    Like { at: usize, pattern: Expr },
    /// Nothing.
    Nothing,
}

impl Term {
    /// Uses the meaning; what it decides exactly need not be checked any more.
    pub(super) fn take(&mut self) -> Meaning {
        if self.exact {
            self.rest = None;
        }
        std::mem::replace(&mut self.meaning, Meaning::Nothing)
    }

    fn exactly(meaning: Meaning, conjunct: Expr) -> Self {
        Self {
            meaning,
            exact: true,
            rest: Some(conjunct),
        }
    }

    fn roughly(meaning: Meaning, conjunct: Expr) -> Self {
        Self {
            meaning,
            exact: false,
            rest: Some(conjunct),
        }
    }
}

/// The conjuncts of a predicate. None says that it can never be true.
pub(super) fn split(table: &Table, predicate: Option<Expr>) -> Option<Vec<Term>> {
    let mut conjuncts = Vec::new();
    if let Some(predicate) = predicate {
        flatten(predicate, &mut conjuncts);
    }
    let mut terms = Vec::with_capacity(conjuncts.len());
    for conjunct in conjuncts {
        match &conjunct {
            Expr::Const {
                value: Datum::Bool(true),
                ..
            } => {}
            Expr::Const { .. } => return None,
            _ => terms.push(term(table, conjunct)?),
        }
    }
    Some(terms)
}

/// Takes apart what must all be true: AND, and the equality of rows.
fn flatten(predicate: Expr, conjuncts: &mut Vec<Expr>) {
    match predicate {
        Expr::And(items) => items.into_iter().for_each(|item| flatten(item, conjuncts)),
        Expr::RowCompare {
            operator: "=",
            pairs,
        } => {
            conjuncts.extend(pairs.into_iter().map(
                |RowPair {
                     left,
                     right,
                     equal,
                     ordered: _,
                 }| {
                    Expr::Call {
                        function: equal,
                        operator: Some("="),
                        args: vec![left, right],
                    }
                },
            ));
        }
        other => conjuncts.push(other),
    }
}

/// None: the conjunct can never be true.
fn term(table: &Table, conjunct: Expr) -> Option<Term> {
    let found = match &conjunct {
        Expr::Call {
            function,
            operator: Some(operator),
            args,
        } => match args.as_slice() {
            [left, right] => comparison(table, function, operator, left, right)?,
            _ => None,
        },
        Expr::Quantified {
            function,
            operator: "=",
            all: false,
            left,
            right,
        } => among(table, function, left, right)?.map(|meaning| (meaning, true)),
        Expr::RowCompare { operator, pairs } => row_bound(table, operator, pairs)?,
        Expr::Or(items) => one_of(table, items),
        _ => None,
    };
    Some(match found {
        Some((meaning, true)) => Term::exactly(meaning, conjunct),
        Some((meaning, false)) => Term::roughly(meaning, conjunct),
        None => Term::roughly(Meaning::Nothing, conjunct),
    })
}

/// What was found out: the meaning, and whether it is all that the conjunct says. The outer None
/// says that the conjunct can never be true.
type Found = Option<Option<(Meaning, bool)>>;

fn comparison(
    table: &Table,
    function: &'static Function,
    operator: &str,
    left: &Expr,
    right: &Expr,
) -> Found {
    let [left_kind, right_kind] = *function.args else {
        return Some(None);
    };
    if let Some(at) = key_position(table, left, left_kind) {
        return compared(table, at, operator, right, right_kind);
    }
    if let (Some(at), Some(flipped)) = (key_position(table, right, right_kind), flip(operator)) {
        return compared(table, at, flipped, left, left_kind);
    }
    Some(None)
}

fn compared(table: &Table, at: usize, operator: &str, value: &Expr, kind: Kind) -> Found {
    if !is_free(value) {
        return Some(None);
    }
    if let Expr::Const {
        value: Datum::Null, ..
    } = value
    {
        return None;
    }
    if operator == "~~" {
        // bytea has LIKE as well; its prefixes are not looked for.
        let is_text = column_kind(table, at).category() == Category::String;
        return Some(if is_text { like(at, value) } else { None });
    }
    let column = column_kind(table, at);
    if !is_comparable(kind, column) {
        return Some(None);
    }
    let Some(value) = fit(value, column) else {
        // No key can be equal to it; what it says of a range is found out when that is read.
        let beyond = value.clone();
        return match operator {
            "=" => None,
            _ => Some(bound(at, operator, beyond)),
        };
    };
    Some(match operator {
        "=" => Some((Meaning::Among(at, KeySource::One(value)), true)),
        _ => bound(at, operator, value),
    })
}

/// `k > value` and the like.
fn bound(at: usize, operator: &str, value: Expr) -> Option<(Meaning, bool)> {
    let (lower, inclusive) = end(operator)?;
    let bound = KeyBound {
        values: vec![value],
        inclusive,
    };
    Some((Meaning::Bound { at, lower, bound }, true))
}

/// Which end of a range a comparison gives, and whether its value belongs to it.
fn end(operator: &str) -> Option<(bool, bool)> {
    match operator {
        ">" => Some((true, false)),
        ">=" => Some((true, true)),
        "<" => Some((false, false)),
        "<=" => Some((false, true)),
        _ => None,
    }
}

/// A pattern whose beginning is literal bounds the key. One that has no wildcard at all is an
/// equality; one that ends with its only wildcard, a `%`, says no more than the bound.
fn like(at: usize, pattern: &Expr) -> Option<(Meaning, bool)> {
    let Expr::Const {
        value: Datum::Text(text),
        kind,
    } = pattern
    else {
        return Some((
            Meaning::Like {
                at,
                pattern: pattern.clone(),
            },
            false,
        ));
    };
    let mut prefix = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c) => prefix.push(c),
                // Nothing can match; where matching gets to it, it is an error.
                None => {
                    let value = text_constant(prefix, *kind);
                    return Some((Meaning::Among(at, KeySource::One(value)), false));
                }
            },
            '%' | '_' => {
                let exact = c == '%' && chars.all(|c| c == '%');
                let meaning = || Meaning::Like {
                    at,
                    pattern: pattern.clone(),
                };
                return (!prefix.is_empty()).then(|| (meaning(), exact));
            }
            c => prefix.push(c),
        }
    }
    let value = text_constant(prefix, *kind);
    Some((Meaning::Among(at, KeySource::One(value)), true))
}

fn text_constant(text: String, kind: Kind) -> Expr {
    Expr::Const {
        value: Datum::text(text),
        kind,
    }
}

/// `k IN (...)`, `k = ANY (array)`.
fn among(
    table: &Table,
    function: &'static Function,
    left: &Expr,
    right: &Elements,
) -> Option<Option<Meaning>> {
    let [left_kind, right_kind] = *function.args else {
        return Some(None);
    };
    let Some(at) = key_position(table, left, left_kind) else {
        return Some(None);
    };
    let column = column_kind(table, at);
    match right {
        Elements::Array(array) if is_free(array) && is_comparable(right_kind, column) => Some(
            Some(Meaning::Among(at, KeySource::Array((**array).clone()))),
        ),
        Elements::Array(_) => Some(None),
        Elements::List(items) => {
            if !is_comparable(right_kind, column) || !items.iter().all(is_free) {
                return Some(None);
            }
            let mut values: Vec<Expr> = items.iter().filter_map(|item| fit(item, column)).collect();
            values.retain(|value| {
                !matches!(
                    value,
                    Expr::Const {
                        value: Datum::Null,
                        ..
                    }
                )
            });
            match values.is_empty() {
                true => None,
                false => Some(Some(Meaning::Among(at, source(values)))),
            }
        }
    }
}

/// A list of one value is that value.
fn source(mut values: Vec<Expr>) -> KeySource {
    match (values.pop(), values.is_empty()) {
        (Some(value), true) => KeySource::One(value),
        (last, _) => {
            values.extend(last);
            KeySource::List(values)
        }
    }
}

/// `k = 1 OR k = 2 OR k IN (3, 4)`, and `(a, b) IN ((1, 2), (3, 4))`: what every alternative says
/// of one column. It is all that they say when none has another condition.
fn one_of(table: &Table, alternatives: &[Expr]) -> Option<(Meaning, bool)> {
    let mut position = None;
    let mut values = Vec::new();
    let mut exact = true;
    for alternative in alternatives {
        // What can never be true adds nothing.
        let Some(terms) = split(table, Some(alternative.clone())) else {
            continue;
        };
        let alone = match terms.as_slice() {
            [
                Term {
                    meaning: Meaning::Among(at, _),
                    exact: true,
                    ..
                },
            ] => Some(*at),
            _ => None,
        };
        exact = exact && alone.is_some();
        let wanted = *position.get_or_insert(alone.unwrap_or(0));
        let said = terms.into_iter().find_map(|term| match term.meaning {
            Meaning::Among(at, KeySource::One(value)) if at == wanted => Some(vec![value]),
            Meaning::Among(at, KeySource::List(list)) if at == wanted => Some(list),
            _ => None,
        });
        values.append(&mut said?);
    }
    Some((Meaning::Among(position?, source(values)), exact))
}

/// `(a, b) > (1, 2)` of key columns that follow each other and have the same direction. A pair
/// that is not of the key leaves a bound on those before it, which then belongs to the range.
fn row_bound(table: &Table, operator: &str, pairs: &[RowPair]) -> Found {
    let Some((lower, inclusive)) = end(operator) else {
        return Some(None);
    };
    let keys = table.key_columns();
    let mut first = None;
    let mut values = Vec::new();
    for RowPair {
        left,
        right,
        equal,
        ordered: _,
    } in pairs
    {
        let [left_kind, right_kind] = *equal.args else {
            break;
        };
        let Some(at) = key_position(table, left, left_kind) else {
            break;
        };
        let start = *first.get_or_insert(at);
        if at != start + values.len()
            || keys[at].descending != keys[start].descending
            || !is_free(right)
            || !is_comparable(right_kind, column_kind(table, at))
            || matches!(
                right,
                Expr::Const {
                    value: Datum::Null,
                    ..
                }
            )
        {
            break;
        }
        values.push(right.clone());
    }
    let Some(at) = first.filter(|_| !values.is_empty()) else {
        return Some(None);
    };
    let exact = values.len() == pairs.len();
    let bound = KeyBound {
        values,
        inclusive: inclusive || !exact,
    };
    Some(Some((Meaning::Bound { at, lower, bound }, exact)))
}

/// The position in the key of the column that an expression is, if the comparison, which takes it
/// as `kind`, orders it as the key does.
fn key_position(table: &Table, expr: &Expr, kind: Kind) -> Option<usize> {
    let column = column(expr)?;
    let at = table
        .key_columns()
        .iter()
        .position(|key| key.column == column)?;
    is_same_class(column_kind(table, at), kind).then_some(at)
}

/// The column that an expression is, be it under another name of the same representation.
pub(super) fn column(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column { index, kind: _ } => Some(*index),
        Expr::Cast {
            input,
            path: CastPath::Relabel,
            target: _,
            explicit: _,
        } => column(input),
        _ => None,
    }
}

fn column_kind(table: &Table, at: usize) -> Kind {
    table.columns[table.key_columns()[at].column].ty.kind
}

/// Whether two kinds have the same values in the same order.
fn is_same_class(a: Kind, b: Kind) -> bool {
    a == b
        || matches!(
            (a, b),
            (Kind::Text | Kind::Varchar, Kind::Text | Kind::Varchar)
        )
}

/// Whether keys can be looked for by values of a kind. Integers of all sizes compare with each
/// other; the executor makes them the column's when it knows them.
fn is_comparable(kind: Kind, column: Kind) -> bool {
    is_same_class(kind, column) || is_integer(kind) && is_integer(column)
}

/// A value that a key column is looked for by, a constant as one of the column's kind. None: it is
/// a constant that no value of that kind is equal to.
fn fit(value: &Expr, column: Kind) -> Option<Expr> {
    match value {
        Expr::Const { value, kind } if is_integer(*kind) && *kind != column => Some(Expr::Const {
            value: narrow(value, column)?,
            kind: column,
        }),
        other => Some(other.clone()),
    }
}

fn is_integer(kind: Kind) -> bool {
    matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8)
}

/// An integer as one of another size, if it fits.
fn narrow(value: &Datum, kind: Kind) -> Option<Datum> {
    let number = match value {
        Datum::Int2(n) => i64::from(*n),
        Datum::Int4(n) => i64::from(*n),
        Datum::Int8(n) => *n,
        Datum::Null => return Some(Datum::Null),
        _ => return None,
    };
    match kind {
        Kind::Int2 => number.try_into().ok().map(Datum::Int2),
        Kind::Int4 => number.try_into().ok().map(Datum::Int4),
        Kind::Int8 => Some(Datum::Int8(number)),
        _ => None,
    }
}

/// Whether an expression is the same for every row, and each time it is evaluated.
fn is_free(expr: &Expr) -> bool {
    let mut free = match expr {
        Expr::Column { .. } => false,
        Expr::Call { function, .. } => function.volatility != Volatility::Volatile,
        _ => true,
    };
    expr.for_each_child(|child| free = free && is_free(child));
    free
}

fn flip(operator: &str) -> Option<&'static str> {
    match operator {
        "=" => Some("="),
        "<" => Some(">"),
        "<=" => Some(">="),
        ">" => Some("<"),
        ">=" => Some("<="),
        _ => None,
    }
}
