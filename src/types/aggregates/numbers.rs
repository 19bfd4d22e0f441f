//! `sum` and `avg`. Sums are kept in a type that their result cannot outgrow, or are checked.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::float8_functions;
use crate::types::function::Accumulator;
use crate::types::numeric::Numeric;
use crate::types::numeric_arithmetic as arithmetic;
use crate::types::{Datum, Env};

fn datum(n: Numeric) -> Datum {
    Datum::Numeric(Arc::new(n))
}

/// `sum` of `smallint` and `integer`: a `bigint`.
#[derive(Default)]
pub(super) struct SumInt(Option<i64>);

impl Accumulator for SumInt {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        if args[0].is_null() {
            return Ok(());
        }
        let sum = self.0.unwrap_or(0).checked_add(args[0].as_int()?);
        self.0 =
            Some(sum.ok_or_else(|| {
                Error::new(SqlState::NumericValueOutOfRange, "bigint out of range")
            })?);
        Ok(())
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        Ok(self.0.map_or(Datum::Null, Datum::Int8))
    }
}

/// Integers and how many they are. 128 bits hold the sum of more than there will ever be.
#[derive(Default)]
struct Integers {
    sum: i128,
    count: i64,
}

impl Integers {
    fn push(&mut self, value: &Datum) -> Result<()> {
        if !value.is_null() {
            self.sum += i128::from(value.as_int()?);
            self.count += 1;
        }
        Ok(())
    }
}

/// `sum` of `bigint`: a `numeric`.
#[derive(Default)]
pub(super) struct SumInt8(Integers);

impl Accumulator for SumInt8 {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        self.0.push(&args[0])
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        Ok(match self.0.count {
            0 => Datum::Null,
            _ => datum(Numeric::from(self.0.sum)),
        })
    }
}

/// `avg` of integers: a `numeric`.
#[derive(Default)]
pub(super) struct AvgInt(Integers);

impl Accumulator for AvgInt {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        self.0.push(&args[0])
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        average(Numeric::from(self.0.sum), self.0.count)
    }
}

/// The quotient, with the scale that division gives it.
fn average(sum: Numeric, count: i64) -> Result<Datum> {
    match count {
        0 => Ok(Datum::Null),
        _ => arithmetic::div(&sum, &Numeric::from(count)).map(datum),
    }
}

/// `sum` of `numeric`.
#[derive(Default)]
pub(super) struct SumNumeric(Option<Numeric>);

impl SumNumeric {
    fn add(&mut self, n: &Numeric) -> Result<()> {
        self.0 = Some(match &self.0 {
            Some(sum) => arithmetic::add(sum, n)?,
            None => n.clone(),
        });
        Ok(())
    }
}

impl Accumulator for SumNumeric {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        match &args[0] {
            Datum::Null => Ok(()),
            value => self.add(value.as_numeric()?),
        }
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        Ok(self.0.take().map_or(Datum::Null, datum))
    }
}

/// `avg` of `numeric`.
#[derive(Default)]
pub(super) struct AvgNumeric {
    sum: SumNumeric,
    count: i64,
}

impl Accumulator for AvgNumeric {
    fn push(&mut self, env: &dyn Env, args: &[Datum]) -> Result<()> {
        self.count += i64::from(!args[0].is_null());
        self.sum.push(env, args)
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        match self.sum.0.take() {
            Some(sum) => average(sum, self.count),
            None => Ok(Datum::Null),
        }
    }
}

/// `sum` of `double precision`.
#[derive(Default)]
pub(super) struct SumFloat(Option<f64>);

impl Accumulator for SumFloat {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        if args[0].is_null() {
            return Ok(());
        }
        let value = args[0].as_float()?;
        // Adding to a zero would lose the sign of a negative one.
        let Some(sum) = self.0 else {
            self.0 = Some(value);
            return Ok(());
        };
        let added = sum + value;
        if added.is_infinite() && sum.is_finite() && value.is_finite() {
            return Err(float8_functions::overflow());
        }
        self.0 = Some(added);
        Ok(())
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        Ok(self.0.map_or(Datum::Null, Datum::Float8))
    }
}

/// `avg` of `double precision`.
///
/// PostgreSQL keeps the sum of squared differences along (Youngs and Cramer), which `avg` does not
/// use; but it fails when that overflows.
#[derive(Default)]
pub(super) struct AvgFloat {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Accumulator for AvgFloat {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        if args[0].is_null() {
            return Ok(());
        }
        let value = args[0].as_float()?;
        let (count, sum) = (self.count, self.sum);
        self.count += 1.0;
        self.sum += value;
        if count > 0.0 {
            let difference = value * self.count - self.sum;
            self.squares += difference * difference / (self.count * count);
            if self.sum.is_infinite() || self.squares.is_infinite() {
                if !sum.is_infinite() && !value.is_infinite() {
                    return Err(float8_functions::overflow());
                }
                self.squares = f64::NAN;
            }
        } else if !value.is_finite() {
            self.squares = f64::NAN;
        }
        Ok(())
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        if self.count == 0.0 {
            return Ok(Datum::Null);
        }
        Ok(Datum::Float8(self.sum / self.count))
    }
}
