//! Visiting bound expressions.

use crate::exec::Expr;
use crate::exec::expr::{Elements, RowPair};
use crate::types::{Kind, Volatility};

/// Calls `visit` with every direct part of an expression, to change it.
pub(in crate::sql) fn children_mut(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    match expr {
        Expr::Const { .. } | Expr::Param { .. } | Expr::Column { .. } => {}
        Expr::Call { args, .. } => args.iter_mut().for_each(visit),
        Expr::And(items)
        | Expr::Or(items)
        | Expr::Coalesce(items)
        | Expr::Record(items)
        | Expr::Extreme { args: items, .. }
        | Expr::Array { items, .. } => items.iter_mut().for_each(visit),
        Expr::Cast { input, .. }
        | Expr::Not(input)
        | Expr::IsNull { input, .. }
        | Expr::IsTruth { input, .. } => visit(input),
        Expr::IsDistinct { left, right, .. } => {
            visit(left);
            visit(right);
        }
        Expr::Quantified { left, right, .. } => {
            visit(left);
            match right {
                Elements::List(items) => items.iter_mut().for_each(visit),
                Elements::Array(array) => visit(array),
            }
        }
        Expr::RowCompare { pairs, .. } => {
            for RowPair { left, right, .. } in pairs {
                visit(left);
                visit(right);
            }
        }
        Expr::NullIf { value, condition } => {
            visit(value);
            visit(condition);
        }
        Expr::Case {
            branches,
            otherwise,
        } => {
            for (condition, result) in branches {
                visit(condition);
                visit(result);
            }
            visit(otherwise);
        }
        Expr::Subscript { array, index } => {
            visit(array);
            visit(index);
        }
    }
}

/// Calls `visit` with the expression and everything in it.
pub(in crate::sql) fn each<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(expr);
    expr.for_each_child(|child| each(child, visit));
}

/// Whether anything in the expression is as asked.
pub(in crate::sql) fn any(expr: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    let mut found = false;
    expr.for_each_child(|child| found = found || any(child, test));
    found
}

/// Whether the expression reads its input row.
pub(in crate::sql) fn has_columns(expr: &Expr) -> bool {
    any(expr, &|e| matches!(e, Expr::Column { .. }))
}

/// Whether the expression may differ each time it is evaluated.
pub(in crate::sql) fn is_volatile(expr: &Expr) -> bool {
    any(
        expr,
        &|e| matches!(e, Expr::Call { function, .. } if function.volatility == Volatility::Volatile),
    )
}

/// How many nodes the expression has.
pub(in crate::sql) fn size(expr: &Expr) -> usize {
    let mut count = 0;
    each(expr, &mut |_| count += 1);
    count
}

/// The kind of the expression's value.
pub(in crate::sql) fn kind(expr: &Expr) -> Kind {
    match expr {
        Expr::Const { kind, .. } | Expr::Param { kind, .. } | Expr::Column { kind, .. } => *kind,
        Expr::Call { function, args, .. } => {
            let actual: Vec<Kind> = args.iter().map(kind).collect();
            let element = super::generic::element(function.args, &actual).unwrap_or(None);
            super::generic::concrete(function.result, element).unwrap_or(function.result)
        }
        Expr::Cast { target, .. } => target.kind,
        Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::IsNull { .. }
        | Expr::IsTruth { .. }
        | Expr::IsDistinct { .. }
        | Expr::Quantified { .. }
        | Expr::RowCompare { .. } => Kind::Bool,
        Expr::Coalesce(items) | Expr::Extreme { args: items, .. } => {
            items.first().map_or(Kind::Unknown, kind)
        }
        Expr::NullIf { value, .. } => kind(value),
        Expr::Case { otherwise, .. } => kind(otherwise),
        Expr::Array { element, .. } => element.array().unwrap_or(Kind::AnyArray),
        Expr::Subscript { array, .. } => {
            let array = kind(array);
            array.element().unwrap_or(array)
        }
        Expr::Record(_) => Kind::Record,
    }
}
