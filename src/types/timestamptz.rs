//! Stand-in until the types2 branch is merged.
/// Zone.
pub fn parse_zone(name: &str) -> Option<jiff::tz::TimeZone> {
    let _ = name;
    None
}
/// Canonical name.
pub fn zone_name(name: &str) -> Option<String> {
    Some(name.to_owned())
}
/// Now.
pub fn current_micros() -> i64 {
    0
}
