//! What a [`Datum`] holds, for functions whose arguments the binder has checked: another
//! representation than the expected one is a bug of ours.

use super::datum::{Array, Datum};
use super::numeric::Numeric;
use crate::error::{Error, Result};

impl Datum {
    /// The value of a `boolean`.
    pub fn as_bool(&self) -> Result<bool> {
        match self {
            Self::Bool(b) => Ok(*b),
            other => Err(other.unexpected("boolean")),
        }
    }

    /// The value of any integer, `oid` included.
    #[inline]
    pub fn as_int(&self) -> Result<i64> {
        match self {
            Self::Int2(i) => Ok(i64::from(*i)),
            Self::Int4(i) => Ok(i64::from(*i)),
            Self::Int8(i) => Ok(*i),
            Self::Oid(i) => Ok(i64::from(*i)),
            other => Err(other.unexpected("an integer")),
        }
    }

    /// The value of an `integer`.
    pub fn as_i32(&self) -> Result<i32> {
        match self {
            Self::Int4(i) => Ok(*i),
            other => Err(other.unexpected("integer")),
        }
    }

    /// The value of a `double precision`.
    pub fn as_float(&self) -> Result<f64> {
        match self {
            Self::Float8(f) => Ok(*f),
            other => Err(other.unexpected("double precision")),
        }
    }

    /// The value of a `numeric`.
    pub fn as_numeric(&self) -> Result<&Numeric> {
        match self {
            Self::Numeric(n) => Ok(n),
            other => Err(other.unexpected("numeric")),
        }
    }

    /// The value of a `text`, `varchar`, `name` or `unknown`.
    pub fn as_str(&self) -> Result<&str> {
        match self {
            Self::Text(s) => Ok(s),
            other => Err(other.unexpected("text")),
        }
    }

    /// The value of a `bytea`.
    pub fn as_bytes(&self) -> Result<&[u8]> {
        match self {
            Self::Bytea(b) => Ok(b),
            other => Err(other.unexpected("bytea")),
        }
    }

    /// The value of an array.
    pub fn as_array(&self) -> Result<&Array> {
        match self {
            Self::Array(a) => Ok(a),
            other => Err(other.unexpected("an array")),
        }
    }

    fn unexpected(&self, expected: &str) -> Error {
        Error::internal(format!("expected {expected}, got {self:?}"))
    }
}
