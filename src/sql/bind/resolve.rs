//! Overload resolution (manual, 10.2 and 10.3): which of the functions or operators of a name a
//! call means.

use super::coerce::can_coerce;
use super::generic;
use crate::types::{CastContext, Category, Kind};

/// One of the overloads: its place in the list, and the kinds it takes for this call.
#[derive(Debug, Clone)]
pub(super) struct Candidate<T> {
    pub item: T,
    pub args: Vec<Kind>,
}

/// Why there is no choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoChoice {
    /// Nothing takes these arguments.
    None,
    /// Several do, and no rule prefers one.
    Ambiguous,
}

/// Whether the arguments can become what a candidate takes.
fn accepts(declared: &[Kind], actual: &[Kind]) -> bool {
    declared
        .iter()
        .zip(actual)
        .all(|(to, from)| can_coerce(*from, *to, CastContext::Implicit))
        && (!generic::is_generic(declared) || generic::element(declared, actual).is_ok())
}

/// Chooses among overloads that take the right number of arguments. An exact match is the
/// caller's to look for before.
pub(super) fn choose<T: Copy>(
    candidates: Vec<Candidate<T>>,
    actual: &[Kind],
) -> Result<Candidate<T>, NoChoice> {
    let mut left: Vec<_> = candidates
        .into_iter()
        .filter(|c| accepts(&c.args, actual))
        .collect();
    match left.len() {
        0 => return Err(NoChoice::None),
        1 => return Ok(left.swap_remove(0)),
        _ => {}
    }
    let known = |i: usize| actual[i] != Kind::Unknown;
    keep_best(&mut left, |c| {
        (0..actual.len())
            .filter(|&i| known(i) && c.args[i] == actual[i])
            .count()
    });
    keep_best(&mut left, |c| {
        (0..actual.len())
            .filter(|&i| {
                known(i) && (c.args[i] == actual[i] || is_preferred_for(actual[i], c.args[i]))
            })
            .count()
    });
    if left.len() > 1 && actual.contains(&Kind::Unknown) {
        prefer_for_unknowns(&mut left, actual);
        if left.len() > 1 {
            assume_unknowns_are_alike(&mut left, actual);
        }
    }
    match left.len() {
        1 => Ok(left.swap_remove(0)),
        _ => Err(NoChoice::Ambiguous),
    }
}

/// Keeps the candidates with the highest score.
fn keep_best<T>(left: &mut Vec<Candidate<T>>, score: impl Fn(&Candidate<T>) -> usize) {
    if left.len() > 1 {
        let best = left.iter().map(&score).max().unwrap_or(0);
        left.retain(|c| score(c) == best);
    }
}

fn is_preferred_for(actual: Kind, declared: Kind) -> bool {
    declared.is_preferred() && declared.category() == actual.category()
}

/// Rule 4e: a literal without a type takes the category that the candidates agree on, or string.
fn prefer_for_unknowns<T>(left: &mut Vec<Candidate<T>>, actual: &[Kind]) {
    /// What the candidates take at one argument.
    struct Slot {
        index: usize,
        category: Category,
        preferred: bool,
    }
    let mut slots = Vec::new();
    for index in (0..actual.len()).filter(|&i| actual[i] == Kind::Unknown) {
        let mut slot: Option<Slot> = None;
        let mut conflict = false;
        for candidate in left.iter() {
            let kind = candidate.args[index];
            let (category, preferred) = (kind.category(), kind.is_preferred());
            match &mut slot {
                None => {
                    slot = Some(Slot {
                        index,
                        category,
                        preferred,
                    });
                }
                Some(slot) if slot.category == category => slot.preferred |= preferred,
                Some(slot) if category == Category::String => {
                    slot.category = category;
                    slot.preferred = preferred;
                }
                Some(_) => conflict = true,
            }
        }
        match slot {
            Some(slot) if !conflict || slot.category == Category::String => slots.push(slot),
            _ => return,
        }
    }
    let fits = |c: &Candidate<T>| {
        slots.iter().all(|slot| {
            let kind = c.args[slot.index];
            kind.category() == slot.category && (!slot.preferred || kind.is_preferred())
        })
    };
    if left.iter().any(fits) {
        left.retain(fits);
    }
}

/// Rule 4f: if all known arguments have one type, the unknown ones are assumed to have it.
fn assume_unknowns_are_alike<T>(left: &mut Vec<Candidate<T>>, actual: &[Kind]) {
    let mut known = actual.iter().filter(|kind| **kind != Kind::Unknown);
    let Some(kind) = known.next() else {
        return;
    };
    if known.any(|other| other != kind) {
        return;
    }
    let assumed = vec![*kind; actual.len()];
    let fits = |c: &Candidate<T>| accepts(&c.args, &assumed);
    if left.iter().filter(|c| fits(c)).count() == 1 {
        left.retain(fits);
    }
}
