//! What SQL changes in documents: joining, deleting, setting what a path leads to.

use super::access::steps;
use super::scan::subscript;
use super::tree::{Json, key_order};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::datum::Datum;
use crate::types::declare::{functions, operators};
use crate::types::env::Env;

operators! { pub(in crate::types) OPERATORS:
    "||" 3301 jsonb_concat(Jsonb, Jsonb) -> Jsonb, Immutable, concatenate;
    "-" 3302 jsonb_delete(Jsonb, Text) -> Jsonb, Immutable, delete_key;
    "-" 3303 jsonb_delete(Jsonb, Int4) -> Jsonb, Immutable, delete_element;
    "#-" 3304 jsonb_delete_path(Jsonb, Array(&Text)) -> Jsonb, Immutable, delete_path;
    "-" 3343 jsonb_delete(Jsonb, Array(&Text)) -> Jsonb, Immutable, delete_keys;
}

functions! { pub(in crate::types) FUNCTIONS:
    3262 jsonb_strip_nulls(Jsonb) -> Jsonb, Immutable, strip_nulls;
    3305 jsonb_set(Jsonb, Array(&Text), Jsonb) -> Jsonb, Immutable, set;
    3305 jsonb_set(Jsonb, Array(&Text), Jsonb, Bool) -> Jsonb, Immutable, set;
    3306 jsonb_pretty(Jsonb) -> Text, Immutable, pretty;
    3579 jsonb_insert(Jsonb, Array(&Text), Jsonb) -> Jsonb, Immutable, insert;
    3579 jsonb_insert(Jsonb, Array(&Text), Jsonb, Bool) -> Jsonb, Immutable, insert;
}

#[cold]
fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(SqlState::InvalidParameterValue, message)
}

/// Joins two objects, or two arrays, where anything else counts as an array of itself.
fn concatenate(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let joined = match (args[0].as_tree()?, args[1].as_tree()?) {
        (Json::Object(mut a), Json::Object(b)) => {
            a.extend(b);
            Json::object(a)
        }
        (a, b) => {
            let mut items = into_items(a);
            items.extend(into_items(b));
            Json::Array(items)
        }
    };
    Ok(joined.into())
}

fn into_items(json: Json) -> Vec<Json> {
    match json {
        Json::Array(items) => items,
        other => vec![other],
    }
}

fn delete_key(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    delete_all(&args[0], &[Some(args[1].as_str()?)])
}

fn delete_keys(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    delete_all(&args[0], &one_dimension(&args[1])?)
}

/// Deletes keys of an object, or strings of an array.
fn delete_all(document: &Datum, keys: &[Option<&str>]) -> Result<Datum> {
    let named = |s: &str| keys.contains(&Some(s));
    let mut json = document.as_tree()?;
    match &mut json {
        Json::Object(pairs) => pairs.retain(|(key, _)| !named(key)),
        Json::Array(items) => items.retain(|i| !matches!(i, Json::String(s) if named(s))),
        _ => return Err(refused("cannot delete from scalar")),
    }
    Ok(json.into())
}

fn delete_element(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let mut json = args[0].as_tree()?;
    match &mut json {
        Json::Array(items) => {
            let index = i64::from(args[1].as_i32()?);
            let index = if index < 0 {
                items.len() as i64 + index
            } else {
                index
            };
            if let Some(index) = usize::try_from(index).ok().filter(|i| *i < items.len()) {
                items.remove(index);
            }
        }
        Json::Object(_) => return Err(refused("cannot delete from object using integer index")),
        _ => return Err(refused("cannot delete from scalar")),
    }
    Ok(json.into())
}

/// The texts of an array that must not be nested.
fn one_dimension(array: &Datum) -> Result<Vec<Option<&str>>> {
    let array = array.as_array()?;
    if array.dimensions.len() > 1 {
        return Err(Error::new(
            SqlState::ArraySubscriptError,
            "wrong number of array subscripts",
        ));
    }
    steps(&array.items)
}

/// What is done at the end of a path.
enum Change {
    Delete,
    /// Replaces a value, and creates one that is missing if `create` says so.
    Set {
        value: Json,
        create: bool,
    },
    /// Adds a key, or an element before or after another.
    Insert {
        value: Json,
        after: bool,
    },
}

impl Change {
    /// The value for a place that has none yet.
    fn created(&self) -> Option<&Json> {
        match self {
            Self::Set {
                value,
                create: true,
            }
            | Self::Insert { value, .. } => Some(value),
            Self::Set { create: false, .. } | Self::Delete => None,
        }
    }
}

fn flag(args: &[Datum], default: bool) -> Result<bool> {
    args.get(3).map_or(Ok(default), Datum::as_bool)
}

fn set(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let change = Change::Set {
        value: args[2].as_tree()?,
        create: flag(args, true)?,
    };
    change_at_path(args, &change)
}

fn insert(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let change = Change::Insert {
        value: args[2].as_tree()?,
        after: flag(args, false)?,
    };
    change_at_path(args, &change)
}

fn delete_path(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    change_at_path(args, &Change::Delete)
}

fn change_at_path(args: &[Datum], change: &Change) -> Result<Datum> {
    let path = one_dimension(&args[1])?;
    let mut json = args[0].as_tree()?;
    if json.is_scalar() {
        let verb = if matches!(change, Change::Delete) {
            "delete"
        } else {
            "set"
        };
        return Err(refused(format!("cannot {verb} path in scalar")));
    }
    if path.is_empty() || json.is_empty() && change.created().is_none() {
        return Ok(args[0].clone());
    }
    apply(&mut json, &path, 0, change)?;
    Ok(json.into())
}

/// Changes what the path from `level` on leads to. A path that leads nowhere changes nothing.
fn apply(json: &mut Json, path: &[Option<&str>], level: usize, change: &Change) -> Result<()> {
    let position = level + 1;
    let step = match (&json, path[level]) {
        (Json::Array(_) | Json::Object(_), None) => {
            return Err(Error::new(
                SqlState::NullValueNotAllowed,
                format!("path element at position {position} is null"),
            ));
        }
        (Json::Array(_) | Json::Object(_), Some(step)) => step,
        _ => return Ok(()),
    };
    let last = position == path.len();
    match json {
        Json::Object(pairs) if last => change_key(pairs, step, change),
        Json::Object(pairs) => match pairs.iter_mut().find(|(key, _)| key == step) {
            Some((_, value)) => apply(value, path, position, change),
            None => Ok(()),
        },
        Json::Array(items) => {
            let index = subscript(step).ok_or_else(|| {
                Error::new(
                    SqlState::InvalidTextRepresentation,
                    format!("path element at position {position} is not an integer: \"{step}\""),
                )
            })?;
            // None is before the first element.
            let index = if index < 0 {
                items.len() as i64 + index
            } else {
                index
            };
            let index = usize::try_from(index).ok();
            if last {
                change_element(items, index, change);
                return Ok(());
            }
            match index.and_then(|i| items.get_mut(i)) {
                Some(item) => apply(item, path, position, change),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn change_key(pairs: &mut Vec<(String, Json)>, key: &str, change: &Change) -> Result<()> {
    match (pairs.binary_search_by(|(k, _)| key_order(k, key)), change) {
        (Ok(at), Change::Delete) => {
            pairs.remove(at);
        }
        (Ok(at), Change::Set { value, .. }) => pairs[at].1 = value.clone(),
        (Ok(_), Change::Insert { .. }) => {
            return Err(refused("cannot replace existing key")
                .with_hint("Try using the function jsonb_set to replace key value."));
        }
        (Err(at), change) => {
            if let Some(value) = change.created() {
                pairs.insert(at, (key.to_owned(), value.clone()));
            }
        }
    }
    Ok(())
}

/// An index before the start or behind the end adds there.
fn change_element(items: &mut Vec<Json>, index: Option<usize>, change: &Change) {
    match (index, change) {
        (Some(at), Change::Delete) if at < items.len() => {
            items.remove(at);
        }
        (Some(at), Change::Set { value, .. }) if at < items.len() => items[at] = value.clone(),
        (Some(at), Change::Insert { value, after }) if at < items.len() => {
            items.insert(at + usize::from(*after), value.clone());
        }
        (index, change) => {
            if let Some(value) = change.created() {
                let end = if index.is_some() { items.len() } else { 0 };
                items.insert(end, value.clone());
            }
        }
    }
}

fn strip_nulls(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    let mut json = args[0].as_tree()?;
    strip(&mut json);
    Ok(json.into())
}

/// Takes out fields that are null; elements stay.
fn strip(json: &mut Json) {
    match json {
        Json::Object(pairs) => {
            pairs.retain(|(_, value)| *value != Json::Null);
            pairs.iter_mut().for_each(|(_, value)| strip(value));
        }
        Json::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn pretty(_: &dyn Env, args: &[Datum]) -> Result<Datum> {
    Ok(Datum::text(args[0].as_tree()?.pretty()))
}
