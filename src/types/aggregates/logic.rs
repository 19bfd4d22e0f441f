//! `count`, `min`, `max`, `bool_and`, `bool_or`.

use crate::error::Result;
use crate::types::compare::compare;
use crate::types::function::Accumulator;
use crate::types::{Datum, Env};

/// `count(*)`, which has no argument, and `count(x)`.
#[derive(Default)]
pub(super) struct Count(i64);

impl Accumulator for Count {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        if !args.iter().any(Datum::is_null) {
            self.0 += 1;
        }
        Ok(())
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        Ok(Datum::Int8(self.0))
    }
}

/// The value so far of an aggregate whose state is one of its arguments.
#[derive(Default)]
struct Best(Option<Datum>);

impl Best {
    /// Takes a value unless it is NULL or the one so far is preferred. Of two equal ones (1.0 and
    /// 1.00) the later is kept, as in PostgreSQL.
    fn offer(&mut self, value: &Datum, keeps: fn(std::cmp::Ordering) -> bool) {
        if value.is_null() {
            return;
        }
        match &self.0 {
            Some(best) if keeps(compare(best, value)) => {}
            _ => self.0 = Some(value.clone()),
        }
    }

    fn held(&self) -> usize {
        self.0.as_ref().map_or(0, Datum::size)
    }

    fn finish(&mut self) -> Result<Datum> {
        Ok(self.0.take().unwrap_or(Datum::Null))
    }
}

/// `max`
#[derive(Default)]
pub(super) struct Largest(Best);

impl Accumulator for Largest {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        self.0.offer(&args[0], std::cmp::Ordering::is_gt);
        Ok(())
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        self.0.finish()
    }

    fn held(&self) -> usize {
        self.0.held()
    }
}

/// `min`
#[derive(Default)]
pub(super) struct Smallest(Best);

impl Accumulator for Smallest {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        self.0.offer(&args[0], std::cmp::Ordering::is_lt);
        Ok(())
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        self.0.finish()
    }

    fn held(&self) -> usize {
        self.0.held()
    }
}

/// `bool_and`, `every`: the least of the values.
pub(super) type All = Smallest;
/// `bool_or`: the greatest of the values.
pub(super) type AnyOf = Largest;
