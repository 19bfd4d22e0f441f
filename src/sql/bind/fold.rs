//! What needs neither rows nor parameters nor settings is calculated once. What fails is left as
//! it is: the error belongs to the execution, which may never come to it.

use super::{Binder, walk};
use crate::exec::Expr;
use crate::types::casts::{self, CastPath};
use crate::types::{Datum, Function, Kind, Type, Volatility};

impl Binder<'_> {
    /// Calculates the constant parts of an expression.
    pub(super) fn fold(&self, mut expr: Expr) -> Expr {
        self.fold_in_place(&mut expr);
        expr
    }

    pub(super) fn fold_in_place(&self, expr: &mut Expr) {
        walk::children_mut(expr, &mut |child| self.fold_in_place(child));
        let folded = match expr {
            Expr::Call { function, args, .. } => self.fold_call(function, args),
            Expr::Cast {
                input,
                path,
                target,
                explicit,
            } => self.fold_cast(input, path, *target, *explicit),
            Expr::Not(input) => match constant(input) {
                Some(Datum::Bool(b)) => Some((Datum::Bool(!b), Kind::Bool)),
                Some(Datum::Null) => Some((Datum::Null, Kind::Bool)),
                _ => None,
            },
            Expr::IsNull { input, negated } => {
                constant(input).map(|value| (Datum::Bool(value.is_null() != *negated), Kind::Bool))
            }
            Expr::And(items) => fold_junction(items, false),
            Expr::Or(items) => fold_junction(items, true),
            _ => None,
        };
        if let Some((value, kind)) = folded {
            *expr = Expr::Const { value, kind };
            return;
        }
        if let Expr::And(items) | Expr::Or(items) = expr
            && items.len() == 1
            && let Some(only) = items.pop()
        {
            *expr = only;
        }
    }

    fn fold_call(&self, function: &Function, args: &[Expr]) -> Option<(Datum, Kind)> {
        if function.volatility != Volatility::Immutable
            || matches!(function.result, Kind::AnyElement | Kind::AnyArray)
        {
            return None;
        }
        let values: Option<Vec<Datum>> = args.iter().map(|a| constant(a).cloned()).collect();
        let values = values?;
        if function.strict && values.iter().any(Datum::is_null) {
            return Some((Datum::Null, function.result));
        }
        let value = (function.eval)(self.scope.env, &values).ok()?;
        Some((value, function.result))
    }

    fn fold_cast(
        &self,
        input: &Expr,
        path: &CastPath,
        target: Type,
        explicit: bool,
    ) -> Option<(Datum, Kind)> {
        let value = constant(input)?;
        if !value.is_null() && !is_immutable(path) {
            return None;
        }
        let value = casts::apply(path, self.scope.env, value.clone(), target, explicit).ok()?;
        Some((value, target.kind))
    }
}

fn constant(expr: &Expr) -> Option<&Datum> {
    match expr {
        Expr::Const { value, .. } => Some(value),
        _ => None,
    }
}

/// Whether a cast gives the same value whatever the settings are: times and floats are printed by
/// them.
fn is_immutable(path: &CastPath) -> bool {
    let steady = |kind: &Kind| {
        let kind = kind.element().unwrap_or(*kind);
        !matches!(kind, Kind::Timestamptz | Kind::Bytea | Kind::Float8)
    };
    match path {
        CastPath::Relabel => true,
        CastPath::Function(function) => function.volatility == Volatility::Immutable,
        CastPath::ViaText { source, target } => steady(source) && steady(target),
        CastPath::ArrayElements(path) => is_immutable(path),
    }
}

/// AND and OR: flattened, without what does not matter, and constant when one part decides.
/// `decides` is the value that does.
fn fold_junction(items: &mut Vec<Expr>, decides: bool) -> Option<(Datum, Kind)> {
    let flat = items.iter().any(|item| is_same_junction(item, decides));
    if flat {
        let nested = std::mem::take(items);
        for item in nested {
            match item {
                Expr::And(inner) if !decides => items.extend(inner),
                Expr::Or(inner) if decides => items.extend(inner),
                item => items.push(item),
            }
        }
    }
    let neutral = Datum::Bool(!decides);
    let decided = Datum::Bool(decides);
    if items.iter().any(|item| constant(item) == Some(&decided)) {
        return Some((decided, Kind::Bool));
    }
    items.retain(|item| constant(item) != Some(&neutral));
    if items.is_empty() {
        return Some((neutral, Kind::Bool));
    }
    None
}

fn is_same_junction(item: &Expr, decides: bool) -> bool {
    match item {
        Expr::And(_) => !decides,
        Expr::Or(_) => decides,
        _ => false,
    }
}
