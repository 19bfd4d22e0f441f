//! The types of SQL: their values, their text and binary forms, and what can be done with them.
//!
//! - [`kind`]: [`Kind`] (a type, by oid) and [`Type`] (with its modifier).
//! - [`datum`]: [`Datum`] (a value).
//! - [`function`]: the shape of functions, operators, casts and aggregates.
//! - [`env`]: [`Env`], what an expression sees of its session.
//! - one file for each type: how it is read and printed, compared and calculated with.

pub mod casts;
pub mod datum;
pub mod env;
pub mod function;
pub mod io;
pub mod kind;
pub mod numeric;
pub mod registry;
pub mod timestamptz;

pub use datum::{Array, Datum, Row};
pub use env::{Env, Formats, Interrupt};
pub use function::{Aggregate, Cast, CastContext, Function, Operator, Volatility};
pub use kind::{Category, Kind, Type};
