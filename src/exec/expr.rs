//! Bound expressions: names are resolved, overloads chosen, every implicit cast written out.

use crate::types::casts::CastPath;
use crate::types::{Datum, Function, Kind, Type};

/// A bound expression. It is evaluated over an input row and the statement's parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A constant; `kind` is how EXPLAIN prints it.
    Const {
        /// The value.
        value: Datum,
        /// Its kind.
        kind: Kind,
    },
    /// `$n`, from 0.
    Param {
        /// Which.
        index: usize,
        /// Its kind.
        kind: Kind,
    },
    /// A column of the input row.
    Column {
        /// Which.
        index: usize,
        /// Its kind.
        kind: Kind,
    },
    /// A call of a function, or of an operator's.
    Call {
        /// What is called.
        function: &'static Function,
        /// The operator by which SQL wrote it.
        operator: Option<&'static str>,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// A cast.
    Cast {
        /// What is cast.
        input: Box<Expr>,
        /// How.
        path: CastPath,
        /// To what; its modifier is applied as well.
        target: Type,
        /// Whether it was written out (`varchar(n)` then truncates instead of failing).
        explicit: bool,
    },
    /// `AND` of two or more.
    And(Vec<Expr>),
    /// `OR` of two or more.
    Or(Vec<Expr>),
    /// `NOT`
    Not(Box<Expr>),
    /// `IS NULL`, `IS NOT NULL`
    IsNull {
        /// What is looked at.
        input: Box<Expr>,
        /// `IS NOT NULL`
        negated: bool,
    },
    /// `IS [NOT] TRUE | FALSE | UNKNOWN`; `value` is None for UNKNOWN.
    IsTruth {
        /// What is looked at.
        input: Box<Expr>,
        /// What it is compared with.
        value: Option<bool>,
        /// `NOT`
        negated: bool,
    },
    /// `IS [NOT] DISTINCT FROM`
    IsDistinct {
        /// The `=` of the two.
        equal: &'static Function,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
        /// `IS NOT DISTINCT FROM`
        negated: bool,
    },
    /// `left op ANY (list)`, `left op ALL (list)`; `IN` is `= ANY`, `NOT IN` is `<> ALL`.
    Quantified {
        /// The operator's function, of the left value and an element.
        function: &'static Function,
        /// The operator.
        operator: &'static str,
        /// `ALL`
        all: bool,
        /// The left value.
        left: Box<Expr>,
        /// The values on the right.
        right: Elements,
    },
    /// `(a, b) op (c, d)`: `=`, `<>`, `<`, `<=`, `>`, `>=`. The functions compare one pair each:
    /// `equal` first; the deciding pair by `ordered` (the strict or whole comparison).
    RowCompare {
        /// The operator.
        operator: &'static str,
        /// The pairs.
        pairs: Vec<RowPair>,
    },
    /// `COALESCE`
    Coalesce(Vec<Expr>),
    /// `NULLIF(a, b)`: NULL where `equal(a, b)`.
    NullIf {
        /// `a`, as it is returned.
        value: Box<Expr>,
        /// `a = b`
        condition: Box<Expr>,
    },
    /// `GREATEST` or `LEAST`: NULLs are skipped.
    Extreme {
        /// `GREATEST`
        greatest: bool,
        /// The arguments, of one kind.
        args: Vec<Expr>,
    },
    /// `CASE`; `CASE x WHEN y` has become `x = y` in every branch.
    Case {
        /// `WHEN` and `THEN`.
        branches: Vec<(Expr, Expr)>,
        /// `ELSE`
        otherwise: Box<Expr>,
    },
    /// `ARRAY[...]`
    Array {
        /// The kind of the elements.
        element: Kind,
        /// The elements.
        items: Vec<Expr>,
    },
    /// `array[index]`
    Subscript {
        /// The array.
        array: Box<Expr>,
        /// The index, an `integer`.
        index: Box<Expr>,
    },
    /// `ROW(...)`
    Record(Vec<Expr>),
}

/// The right side of [`Expr::Quantified`].
#[derive(Debug, Clone, PartialEq)]
pub enum Elements {
    /// Written out: `IN (a, b)`.
    List(Vec<Expr>),
    /// The elements of an array: `ANY ($1)`.
    Array(Box<Expr>),
}

/// One pair of [`Expr::RowCompare`].
#[derive(Debug, Clone, PartialEq)]
pub struct RowPair {
    /// Left.
    pub left: Expr,
    /// Right.
    pub right: Expr,
    /// `=` of the pair.
    pub equal: &'static Function,
    /// `<` or `>` of the pair (that of the operator, without its `=`); unused for `=` and `<>`.
    pub ordered: &'static Function,
}

impl Expr {
    /// NULL.
    pub fn null(kind: Kind) -> Self {
        Self::Const {
            value: Datum::Null,
            kind,
        }
    }

    /// Calls `f` with each expression directly below this one.
    pub fn for_each_child<'a>(&'a self, mut f: impl FnMut(&'a Expr)) {
        match self {
            Self::Const { .. } | Self::Param { .. } | Self::Column { .. } => {}
            Self::Cast { input, .. }
            | Self::Not(input)
            | Self::IsNull { input, .. }
            | Self::IsTruth { input, .. } => f(input),
            Self::Call { args: items, .. }
            | Self::And(items)
            | Self::Or(items)
            | Self::Coalesce(items)
            | Self::Extreme { args: items, .. }
            | Self::Array { items, .. }
            | Self::Record(items) => items.iter().for_each(f),
            Self::IsDistinct { left, right, .. } => [left, right].into_iter().for_each(|e| f(e)),
            Self::Quantified { left, right, .. } => {
                f(left);
                match right {
                    Elements::List(items) => items.iter().for_each(f),
                    Elements::Array(array) => f(array),
                }
            }
            Self::RowCompare { pairs, .. } => {
                for pair in pairs {
                    f(&pair.left);
                    f(&pair.right);
                }
            }
            Self::NullIf { value, condition } => [value, condition].into_iter().for_each(|e| f(e)),
            Self::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    f(condition);
                    f(result);
                }
                f(otherwise);
            }
            Self::Subscript { array, index } => [array, index].into_iter().for_each(|e| f(e)),
        }
    }

    /// Marks the columns of the input row that the expression looks at.
    pub fn mark_columns(&self, marks: &mut [bool]) {
        if let Self::Column { index, .. } = self
            && let Some(mark) = marks.get_mut(*index)
        {
            *mark = true;
        }
        self.for_each_child(|child| child.mark_columns(marks));
    }
}
