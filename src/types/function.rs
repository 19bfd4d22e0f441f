//! What a function, an operator, a cast and an aggregate are. Each type's file declares its own;
//! [`super::registry`] puts them together.

use super::datum::Datum;
use super::env::Env;
use super::kind::Kind;
use crate::error::Result;

/// A scalar function. Operators and casts are functions too, as in PostgreSQL.
pub struct Function {
    /// PostgreSQL's oid (`pg_proc.oid`).
    pub oid: u32,
    /// The name by which SQL calls it; lower case.
    pub name: &'static str,
    /// The kinds of the arguments.
    pub args: &'static [Kind],
    /// Whether the last argument may be repeated (`concat`): `args` ends with its kind.
    pub variadic: bool,
    /// The kind of the result.
    pub result: Kind,
    /// Whether NULL for any argument makes NULL without a call.
    pub strict: bool,
    /// Whether the result depends on more than the arguments.
    pub volatility: Volatility,
    /// The code. A strict function never sees [`Datum::Null`].
    pub eval: fn(&dyn Env, &[Datum]) -> Result<Datum>,
}

/// How much a function's result depends on things other than its arguments (manual, 38.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volatility {
    /// On nothing else: a call with constants is folded.
    Immutable,
    /// On settings or the statement's snapshot.
    Stable,
    /// On anything; or it has effects.
    Volatile,
}

/// An operator: a name for a function of one or two arguments.
pub struct Operator {
    /// The name, as in `+`, `||`, `->>`, `~~`.
    pub name: &'static str,
    /// The kind on its left; none for a prefix operator.
    pub left: Option<Kind>,
    /// The kind on its right.
    pub right: Kind,
    /// What it calls.
    pub function: &'static Function,
}

/// A way from one kind to another (`pg_cast`).
pub struct Cast {
    /// From.
    pub source: Kind,
    /// To.
    pub target: Kind,
    /// Where it happens without being asked for.
    pub context: CastContext,
    /// How; none where the representation is the same (binary-coercible).
    pub function: Option<&'static Function>,
}

/// Where a cast is applied; each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CastContext {
    /// Only where it is written: `CAST(x AS t)`.
    Explicit,
    /// Also where a value is stored in a column.
    Assignment,
    /// Anywhere.
    Implicit,
}

/// An aggregate function: a state that rows are folded into.
pub struct Aggregate {
    /// PostgreSQL's oid (`pg_proc.oid`).
    pub oid: u32,
    /// The name; lower case.
    pub name: &'static str,
    /// The kinds of the arguments; empty for `count(*)`.
    pub args: &'static [Kind],
    /// The kind of the result.
    pub result: Kind,
    /// A state that has seen no row.
    pub start: fn() -> Box<dyn Accumulator>,
}

/// The state of one aggregate over one group.
pub trait Accumulator: Send {
    /// Folds a row's arguments in; NULLs included (`count(x)` skips them itself).
    fn push(&mut self, env: &dyn Env, args: &[Datum]) -> Result<()>;
    /// The result.
    fn finish(&mut self, env: &dyn Env) -> Result<Datum>;
    /// About how many bytes the values take that it keeps.
    fn held(&self) -> usize {
        0
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.name, self.oid)
    }
}

impl std::fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.name, self.oid)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.oid == other.oid
    }
}
