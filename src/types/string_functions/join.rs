//! `concat` and `concat_ws`: values of any types as their output functions print them.

use super::{append, append_printed};
use crate::error::Result;
use crate::types::{Datum, Env};

pub(super) fn concat(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    join(env, "", args)
}

pub(super) fn concat_ws(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    match &args[0] {
        Datum::Null => Ok(Datum::Null),
        separator => join(env, separator.as_str()?, &args[1..]),
    }
}

/// NULLs are left out, and their separators with them.
fn join(env: &dyn Env, separator: &str, values: &[Datum]) -> Result<Datum> {
    let mut joined = String::new();
    for (i, value) in values.iter().filter(|d| !d.is_null()).enumerate() {
        if i > 0 {
            append(&mut joined, separator)?;
        }
        append_printed(env, &mut joined, value)?;
    }
    Ok(Datum::text(joined))
}
