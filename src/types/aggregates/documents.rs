//! `jsonb_agg` and `jsonb_object_agg`: a document of all values.

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::function::Accumulator;
use crate::types::jsonb::{Json, build};
use crate::types::{Datum, Env};

/// `jsonb_agg`: an array of the values, NULLs included.
#[derive(Default)]
pub(super) struct JsonArray {
    items: Vec<Json>,
    held: usize,
}

impl Accumulator for JsonArray {
    fn push(&mut self, env: &dyn Env, args: &[Datum]) -> Result<()> {
        self.held += args[0].size();
        self.items.push(build::from_datum(env, &args[0])?);
        Ok(())
    }

    fn held(&self) -> usize {
        self.held
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        let items = std::mem::take(&mut self.items);
        Ok(match items.is_empty() {
            true => Datum::Null,
            false => Json::Array(items).into(),
        })
    }
}

/// `jsonb_object_agg`: an object, in which the last value of a key counts.
#[derive(Default)]
pub(super) struct JsonObject {
    pairs: Vec<(String, Json)>,
    held: usize,
}

impl Accumulator for JsonObject {
    fn push(&mut self, env: &dyn Env, args: &[Datum]) -> Result<()> {
        if args[0].is_null() {
            return Err(Error::new(
                SqlState::InvalidParameterValue,
                "field name must not be null",
            ));
        }
        let key = build::key(env, &args[0])?;
        self.held += args[0].size() + args[1].size();
        self.pairs.push((key, build::from_datum(env, &args[1])?));
        Ok(())
    }

    fn held(&self) -> usize {
        self.held
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        let pairs = std::mem::take(&mut self.pairs);
        Ok(match pairs.is_empty() {
            true => Datum::Null,
            false => Json::object(pairs).into(),
        })
    }
}
