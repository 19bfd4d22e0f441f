//! Stand-in until the branch types2 is merged.

use super::env::{Env, Formats};
use crate::error::{Error, Result};

/// Stand-in.
pub fn parse(s: &str, _: &dyn Env) -> Result<i64> {
    s.parse().map_err(|_| Error::unsupported("timestamptz"))
}

/// Stand-in.
pub fn print(micros: i64, _: &Formats, out: &mut String) {
    out.push_str(&micros.to_string());
}
/// Zone.
pub fn parse_zone(name: &str) -> Option<jiff::tz::TimeZone> {
    let _ = name;
    Some(jiff::tz::TimeZone::UTC)
}
/// Canonical name.
pub fn zone_name(name: &str) -> Option<String> {
    Some(name.to_owned())
}
/// Now.
pub fn current_micros() -> i64 {
    0
}
