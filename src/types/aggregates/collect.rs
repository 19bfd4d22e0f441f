//! `array_agg` and `string_agg`: the values themselves, put together.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::array::{self, MAX_DIMENSIONS};
use crate::types::function::Accumulator;
use crate::types::string_functions::{append, check_room};
use crate::types::{Array, Datum, Env, Kind, io};

/// The kind of an array's elements as far as they show it; whoever knows the call's type may say it
/// more exactly (`varchar` for `text`).
fn element_of(items: &[Datum]) -> Kind {
    let known = items.iter().find(|item| !item.is_null());
    known.map_or(Kind::Text, io::kind_of)
}

/// `array_agg` of values, NULLs included.
#[derive(Default)]
pub(super) struct ArrayAgg {
    items: Vec<Datum>,
    held: usize,
}

impl Accumulator for ArrayAgg {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        self.held += args[0].size();
        self.items.push(args[0].clone());
        Ok(())
    }

    fn held(&self) -> usize {
        self.held
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        let items = std::mem::take(&mut self.items);
        if items.is_empty() {
            return Ok(Datum::Null);
        }
        array::count(&[(i32::try_from(items.len()).unwrap_or(i32::MAX), 1)])?;
        let array = Array::new(element_of(&items), items);
        Ok(Datum::Array(Arc::new(array)))
    }
}

/// `array_agg` of arrays, which all have the same dimensions: an array of one more.
#[derive(Default)]
pub(super) struct ArrayOfArrays {
    first: Option<Arc<Array>>,
    count: i32,
    items: Vec<Datum>,
    held: usize,
}

impl Accumulator for ArrayOfArrays {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        let array = match &args[0] {
            Datum::Array(array) => array,
            Datum::Null => {
                return Err(Error::new(
                    SqlState::NullValueNotAllowed,
                    "cannot accumulate null arrays",
                ));
            }
            other => return other.as_array().map(|_| ()),
        };
        let refuse = |message| Err(Error::new(SqlState::ArraySubscriptError, message));
        match &self.first {
            None if array.items.is_empty() => return refuse("cannot accumulate empty arrays"),
            None if array.dimensions.len() == MAX_DIMENSIONS => {
                return Err(array::too_many_dimensions(MAX_DIMENSIONS + 1));
            }
            None => self.first = Some(array.clone()),
            Some(first) if first.dimensions != array.dimensions => {
                return refuse("cannot accumulate arrays of different dimensionality");
            }
            Some(_) => {}
        }
        self.count += 1;
        self.held += args[0].size();
        self.items.extend_from_slice(&array.items);
        Ok(())
    }

    fn held(&self) -> usize {
        self.held
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        let Some(first) = self.first.take() else {
            return Ok(Datum::Null);
        };
        let mut dimensions = vec![(self.count, 1)];
        dimensions.extend_from_slice(&first.dimensions);
        array::count(&dimensions)?;
        Ok(Datum::Array(Arc::new(Array {
            element: first.element,
            dimensions,
            items: std::mem::take(&mut self.items),
        })))
    }
}

/// `string_agg` of text or of bytes, each but the first with its delimiter before it.
#[derive(Default)]
pub(super) struct StringAgg(Option<Joined>);

enum Joined {
    Text(String),
    Bytes(Vec<u8>),
}

impl Accumulator for StringAgg {
    fn push(&mut self, _: &dyn Env, args: &[Datum]) -> Result<()> {
        let (value, delimiter) = (&args[0], &args[1]);
        match (&mut self.0, value) {
            (_, Datum::Null) => Ok(()),
            (None, Datum::Bytea(bytes)) => {
                self.0 = Some(Joined::Bytes(bytes.to_vec()));
                Ok(())
            }
            (None, text) => {
                self.0 = Some(Joined::Text(text.as_str()?.to_owned()));
                Ok(())
            }
            (Some(Joined::Text(joined)), text) => {
                if !delimiter.is_null() {
                    append(joined, delimiter.as_str()?)?;
                }
                append(joined, text.as_str()?)
            }
            (Some(Joined::Bytes(joined)), bytes) => {
                let delimiter = match delimiter {
                    Datum::Null => &[],
                    delimiter => delimiter.as_bytes()?,
                };
                let bytes = bytes.as_bytes()?;
                check_room(joined.len(), delimiter.len() + bytes.len())?;
                joined.extend_from_slice(delimiter);
                joined.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn held(&self) -> usize {
        match &self.0 {
            None => 0,
            Some(Joined::Text(text)) => text.len(),
            Some(Joined::Bytes(bytes)) => bytes.len(),
        }
    }

    fn finish(&mut self, _: &dyn Env) -> Result<Datum> {
        Ok(match self.0.take() {
            None => Datum::Null,
            Some(Joined::Text(text)) => Datum::text(text),
            Some(Joined::Bytes(bytes)) => Datum::Bytea(bytes.into()),
        })
    }
}
