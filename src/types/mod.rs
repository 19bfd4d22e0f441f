//! The types of SQL: their values, their text and binary forms, and what can be done with them.
//!
//! - [`kind`]: [`Kind`] (a type, by oid) and [`Type`] (with its modifier).
//! - [`datum`]: [`Datum`] (a value).
//! - [`env`](mod@env): [`Env`], what an expression sees of its session.
//! - [`io`]: the text and binary forms of values of any type; [`compare`]: their order;
//!   [`casts`]: the ways from one type to another.
//! - [`function`]: the shape of functions, operators, casts and aggregates; `declare`: how they
//!   are declared; [`registry`]: the lists of them all.
//! - the rest: a file for each type, or several, that say how it is read and printed and which
//!   functions, operators and casts it has. A new type is a new file, a variant of [`Kind`] and of
//!   [`Datum`], and the arms that the compiler then asks for.

pub mod array;
pub mod array_literal;
pub mod boolean;
pub mod bytea;
pub mod casts;
pub mod compare;
pub mod datum;
pub mod env;
pub mod float8;
pub mod function;
pub mod integer;
pub mod io;
pub mod jsonb;
pub mod kind;
pub mod like;
pub mod numeric;
pub mod numeric_arithmetic;
pub mod parse;
pub mod record;
pub mod registry;
pub mod text;
pub mod timestamptz;
pub mod uuid;

mod access;
mod aggregates;
mod array_functions;
mod decimal;
mod declare;
mod float8_functions;
mod integer_operators;
mod numeric_functions;
mod numeric_math;
mod session_functions;
mod string_functions;

#[cfg(test)]
mod golden;
#[cfg(test)]
pub(crate) mod testing;

pub use datum::{Array, Datum, Row};
pub use env::{Env, Formats, Interrupt};
pub use function::{Aggregate, Cast, CastContext, Function, Operator, Volatility};
pub use kind::{Category, Kind, Type};
pub use string_functions::quote;
