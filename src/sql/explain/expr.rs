//! Expressions as SQL, with parentheses where PostgreSQL prints them.

use crate::exec::Expr;
use crate::exec::expr::{Elements, RowPair};
use crate::exec::plan::AggregateCall;
use crate::types::casts::CastPath;
use crate::types::{Datum, Formats, Kind, io};

/// Prints expressions over rows whose columns have names.
pub(super) struct Printer<'a> {
    names: &'a [String],
}

impl<'a> Printer<'a> {
    pub(super) fn new(names: &'a [String]) -> Self {
        Self { names }
    }

    /// A condition: in parentheses, whatever it is.
    pub(super) fn expr(&self, expr: &Expr) -> String {
        let text = self.bare(expr);
        if text.starts_with('(') && is_infix(expr) {
            text
        } else {
            format!("({text})")
        }
    }

    /// A call of an aggregate.
    pub(super) fn aggregate(&self, call: &AggregateCall) -> String {
        let AggregateCall {
            aggregate,
            args,
            distinct,
            filter,
        } = call;
        let args = match args.as_slice() {
            [] => "*".to_owned(),
            args => self.list(args),
        };
        let distinct = if *distinct { "DISTINCT " } else { "" };
        let filter = filter
            .as_ref()
            .map(|f| format!(" FILTER (WHERE {})", self.expr(f)));
        format!(
            "{}({distinct}{args}){}",
            aggregate.name,
            filter.unwrap_or_default()
        )
    }

    /// What stands beside an operator.
    pub(super) fn operand(&self, expr: &Expr) -> String {
        self.bare(expr)
    }

    /// The expression; operators are in parentheses of their own.
    pub(super) fn bare(&self, expr: &Expr) -> String {
        match expr {
            Expr::Const { value, kind } => constant(value, *kind),
            Expr::Param { index, kind: _ } => format!("${}", index + 1),
            Expr::Column { index, kind: _ } => self
                .names
                .get(*index)
                .cloned()
                .unwrap_or_else(|| format!("column{}", index + 1)),
            Expr::Call {
                function,
                operator,
                args,
            } => match (operator, args.as_slice()) {
                (Some(operator), [left, right]) => {
                    format!(
                        "({} {operator} {})",
                        self.operand(left),
                        self.operand(right)
                    )
                }
                (Some(operator), [right]) => format!("({operator} {})", self.operand(right)),
                (_, args) => format!("{}({})", function.name, self.list(args)),
            },
            Expr::Cast {
                input,
                path: CastPath::Relabel,
                target: _,
                explicit: _,
            } => self.bare(input),
            Expr::Cast {
                input,
                path: _,
                target,
                explicit: _,
            } => {
                format!("({})::{target}", self.bare(input))
            }
            Expr::And(items) => self.joined(items, " AND "),
            Expr::Or(items) => self.joined(items, " OR "),
            Expr::Not(input) => format!("(NOT {})", self.bare(input)),
            Expr::IsNull { input, negated } => {
                format!("({} IS {}NULL)", self.bare(input), not(*negated))
            }
            Expr::IsTruth {
                input,
                value,
                negated,
            } => {
                let value = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                format!("({} IS {}{value})", self.bare(input), not(*negated))
            }
            Expr::IsDistinct {
                equal: _,
                left,
                right,
                negated,
            } => {
                format!(
                    "({} IS {}DISTINCT FROM {})",
                    self.bare(left),
                    not(*negated),
                    self.bare(right)
                )
            }
            Expr::Quantified {
                function: _,
                operator,
                all,
                left,
                right,
            } => {
                let word = if *all { "ALL" } else { "ANY" };
                let right = match right {
                    Elements::List(items) => format!("ARRAY[{}]", self.list(items)),
                    Elements::Array(array) => self.bare(array),
                };
                format!("({} {operator} {word} ({right}))", self.bare(left))
            }
            Expr::RowCompare { operator, pairs } => self.rows(operator, pairs),
            Expr::Coalesce(items) => format!("COALESCE({})", self.list(items)),
            Expr::NullIf {
                value: _,
                condition,
            } => self.null_if(condition),
            Expr::Extreme { greatest, args } => {
                format!(
                    "{}({})",
                    if *greatest { "GREATEST" } else { "LEAST" },
                    self.list(args)
                )
            }
            Expr::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise),
            Expr::Array { element: _, items } => format!("ARRAY[{}]", self.list(items)),
            Expr::Subscript { array, index } => {
                format!("({})[{}]", self.bare(array), self.bare(index))
            }
            Expr::Record(items) => format!("ROW({})", self.list(items)),
        }
    }

    fn null_if(&self, condition: &Expr) -> String {
        match condition {
            Expr::Call { args, .. } => format!("NULLIF({})", self.list(args)),
            other => format!("NULLIF({})", self.bare(other)),
        }
    }

    fn rows(&self, operator: &str, pairs: &[RowPair]) -> String {
        let side = |of: fn(&RowPair) -> &Expr| {
            pairs
                .iter()
                .map(|pair| self.bare(of(pair)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        format!(
            "(ROW({}) {operator} ROW({}))",
            side(|p| &p.left),
            side(|p| &p.right)
        )
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: &Expr) -> String {
        let mut text = "CASE".to_owned();
        for (when, then) in branches {
            text += &format!(" WHEN {} THEN {}", self.bare(when), self.bare(then));
        }
        format!("{text} ELSE {} END", self.bare(otherwise))
    }

    fn list(&self, items: &[Expr]) -> String {
        items
            .iter()
            .map(|item| self.bare(item))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn joined(&self, items: &[Expr], word: &str) -> String {
        format!(
            "({})",
            items
                .iter()
                .map(|item| self.bare(item))
                .collect::<Vec<_>>()
                .join(word)
        )
    }
}

fn constant(value: &Datum, kind: Kind) -> String {
    match (value, kind) {
        (Datum::Null, _) => "NULL".to_owned(),
        (Datum::Bool(value), _) => value.to_string(),
        (
            value,
            Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric | Kind::Float8 | Kind::Oid,
        ) => io::to_string(kind, value, &Formats::default()),
        (value, kind) => {
            let text = io::to_string(kind, value, &Formats::default()).replace('\'', "''");
            match kind {
                Kind::Text | Kind::Varchar | Kind::Name | Kind::Unknown => format!("'{text}'"),
                kind => format!("'{text}'::{kind}"),
            }
        }
    }
}

/// Whether the printed form brings its own parentheses.
fn is_infix(expr: &Expr) -> bool {
    match expr {
        Expr::Call { operator, .. } => operator.is_some(),
        Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::IsNull { .. }
        | Expr::IsTruth { .. }
        | Expr::IsDistinct { .. }
        | Expr::Quantified { .. }
        | Expr::RowCompare { .. } => true,
        Expr::Cast {
            input,
            path: CastPath::Relabel,
            ..
        } => is_infix(input),
        Expr::Const { .. }
        | Expr::Param { .. }
        | Expr::Column { .. }
        | Expr::Cast { .. }
        | Expr::Coalesce(_)
        | Expr::NullIf { .. }
        | Expr::Extreme { .. }
        | Expr::Case { .. }
        | Expr::Array { .. }
        | Expr::Subscript { .. }
        | Expr::Record(_) => false,
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}
