//! Says whether two outcomes of one statement agree, and if not, in what.
//!
//! Rows compare as a multiset. With a top-level ORDER BY their order counts too, except among rows that tie on sort
//! keys which are output columns. With LIMIT but no ORDER BY only the number of rows counts. What two right servers
//! may differ in counts as equal: OIDs of user objects, transaction ids, times near now, and the values (not the
//! types, not the number of rows) of a statement that calls a volatile function.

use super::script::{Statement, skeleton};
use super::session::{Outcome, ResultSet, Row};
use regex::Regex;
use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

static VOLATILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix) \b(now|random|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|gen_random_uuid|age
          |version|pg_backend_pid|pg_current_\w+|txid_\w+|pg_snapshot_\w+|current_database|pg_postmaster_start_time
          |pg_\w+_size|inet_\w+_\w+|pg_export_snapshot|pg_notification_queue_usage)\s*\(
        | \b(current_(date|time|timestamp|catalog)|localtime(stamp)?|pg_stat\w+|pg_locks)\b
        | '(now|today|tomorrow|yesterday)'",
    )
    .unwrap()
});

/// PostgreSQL gives user objects OIDs from here up.
const USER_OID: u32 = 16384;
/// oid, regproc, regprocedure, regoper, regclass, regtype and their kin.
const OID_TYPES: [u32; 11] = [24, 26, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096];
/// tid, xid, cid, txid_snapshot, pg_lsn, pg_snapshot, xid8.
const COUNTER_TYPES: [u32; 7] = [27, 28, 29, 2970, 3220, 5038, 5069];
const DATE: u32 = 1082;
const TIMES: [u32; 3] = [DATE, 1114, 1184];
const RECORDS: [u32; 2] = [2249, 2287];
/// Seconds from 1970 to 2000, where the binary forms of times start.
const YEAR_2000: f64 = 946_684_800.0;

/// None if the outcomes agree, else what differs.
pub fn difference(
    statement: &Statement,
    wanted: &Outcome,
    got: &Outcome,
    binary: bool,
) -> Option<String> {
    let same_end = wanted.broken.is_some() && wanted.sqlstate == got.sqlstate;
    if let Some(why) = got.broken.as_ref().filter(|_| !same_end) {
        return Some(why.clone());
    }
    match (&wanted.sqlstate, &got.sqlstate) {
        (Some(code), None) => return Some(format!("error missed: {code} {}", wanted.message)),
        (None, Some(code)) => return Some(format!("unexpected error: {code} {}", got.message)),
        (Some(a), Some(b)) if a != b => return Some(format!("SQLSTATE {a}, got {b}")),
        _ => {}
    }
    if wanted.results.len() != got.results.len() {
        return Some(format!(
            "{} results, got {}",
            wanted.results.len(),
            got.results.len()
        ));
    }
    let sql = statement.sql.as_deref().unwrap_or_default();
    let pairs = || wanted.results.iter().zip(&got.results);
    pairs()
        .find_map(|(a, b)| result_difference(sql, a, b, binary && !statement.joined))
        .or_else(|| {
            let types = |outcome: &Outcome| {
                outcome
                    .parameters
                    .iter()
                    .map(|oid| USER_OID.min(*oid))
                    .collect::<Vec<_>>()
            };
            differ("parameter types", types(wanted), types(got))
                .or_else(|| differ("transaction status", wanted.status, got.status))
                .or_else(|| differ("notifications", &wanted.notifications, &got.notifications))
        })
}

fn differ<T: PartialEq + std::fmt::Debug>(what: &str, wanted: T, got: T) -> Option<String> {
    (wanted != got).then(|| format!("{what}: {wanted:?}, got {got:?}"))
}

fn result_difference(sql: &str, a: &ResultSet, b: &ResultSet, binary: bool) -> Option<String> {
    let names = |result: &ResultSet| {
        result
            .columns
            .iter()
            .map(|c| c.name.clone())
            .collect::<Vec<_>>()
    };
    let types = |result: &ResultSet| {
        result
            .columns
            .iter()
            .map(|c| USER_OID.min(c.oid))
            .collect::<Vec<_>>()
    };
    differ("column names", names(a), names(b))
        .or_else(|| differ("column types", types(a), types(b)))
        .or_else(|| rows_difference(sql, a, b, binary))
        .or_else(|| differ("copied data", copied(sql, a), copied(sql, b)))
        .or_else(|| differ("tag", &a.tag, &b.tag))
}

/// Lines that COPY wrote, in any order unless the statement names one.
fn copied(sql: &str, result: &ResultSet) -> Option<Vec<Vec<u8>>> {
    let mut lines: Vec<Vec<u8>> = result
        .copied
        .as_ref()?
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if !sql.to_lowercase().contains("order by") {
        lines.sort();
    }
    Some(lines)
}

fn rows_difference(sql: &str, a: &ResultSet, b: &ResultSet, binary: bool) -> Option<String> {
    let (rows, others) = (plain_rows(a, binary), plain_rows(b, binary));
    let words = skeleton(sql);
    let as_many = rows.len() == others.len();
    if rows == others || words.starts_with("explain") || as_many && VOLATILE.is_match(sql) {
        return None;
    }
    let ordered = words.contains("order by");
    let (mut sorted, mut sorted_others) = (rows.clone(), others.clone());
    sorted.sort();
    sorted_others.sort();
    if sorted != sorted_others {
        let limited = words
            .split(' ')
            .any(|word| ["limit", "offset", "fetch"].contains(&word));
        return (ordered || !as_many || !limited).then(|| "rows".into());
    }
    if !ordered {
        return None;
    }
    let keys = sort_keys(
        &words,
        &a.columns
            .iter()
            .map(|c| c.name.to_lowercase())
            .collect::<Vec<_>>(),
    );
    let of_keys = |rows: &[Row], keys: &[usize]| -> Vec<Row> {
        rows.iter()
            .map(|row| keys.iter().map(|key| row[*key].clone()).collect())
            .collect()
    };
    match keys {
        Some(keys) if of_keys(&rows, &keys) == of_keys(&others, &keys) => None,
        _ => Some("row order".into()),
    }
}

/// Where the ORDER BY keys stand among the output columns, or None when one of them is not there.
fn sort_keys(words: &str, names: &[String]) -> Option<Vec<usize>> {
    static END: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(limit|offset|fetch|for)\b").unwrap());
    static DIRECTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\s+(asc|desc|nulls (first|last)|using \S+)").unwrap());
    let list = words.rsplit_once("order by")?.1;
    let list = END.split(list).next()?;
    let position = |item: &str| {
        let item = DIRECTION.replace_all(item.trim(), "").replace('"', "");
        if let Ok(number) = item.parse::<usize>() {
            return number.checked_sub(1).filter(|at| *at < names.len());
        }
        let name = item.rsplit('.').next()?;
        let mut found = names.iter().enumerate().filter(|(_, other)| *other == name);
        found
            .next()
            .filter(|_| found.next().is_none())
            .map(|(at, _)| at)
    };
    list.split(',').map(position).collect()
}

/// The rows with placeholders where two right servers may differ.
fn plain_rows(result: &ResultSet, binary: bool) -> Vec<Row> {
    let plain_row = |row: &Row| {
        let values = row.iter().zip(&result.columns);
        values
            .map(|(value, column)| {
                value
                    .as_deref()
                    .map(|bytes| plain(bytes, column.oid, binary))
            })
            .collect()
    };
    result.rows.iter().map(plain_row).collect()
}

fn plain(value: &[u8], oid: u32, binary: bool) -> Vec<u8> {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let placeholder = if COUNTER_TYPES.contains(&oid) {
        Some("a counter")
    } else if OID_TYPES.contains(&oid) {
        let number = if binary {
            big_endian(value)
        } else {
            text.parse().unwrap_or(0)
        };
        (number >= i64::from(USER_OID)).then_some("a user's OID")
    } else if TIMES.contains(&oid) {
        is_about_now(value, text, oid, binary).then_some("about now")
    } else if binary && value.first() == Some(&0) && (oid >= USER_OID || RECORDS.contains(&oid)) {
        // Records and arrays of user types carry OIDs inside.
        return value.len().to_string().into_bytes();
    } else {
        None
    };
    placeholder.map_or(value.to_vec(), |text| text.as_bytes().to_vec())
}

fn big_endian(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| *first >= 128);
    bytes
        .iter()
        .fold(if negative { -1 } else { 0 }, |number, byte| {
            number << 8 | i64::from(*byte)
        })
}

/// Within a day of now, because the two statements do not run at the same moment.
fn is_about_now(value: &[u8], text: &str, oid: u32, binary: bool) -> bool {
    let now = UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    if binary {
        let unit = if oid == DATE { 86400.0 } else { 1e-6 };
        return (now - YEAR_2000 - big_endian(value) as f64 * unit).abs() < 129_600.0;
    }
    let days = [-1, 0, 1].map(|day| {
        let at = jiff::Timestamp::from_second(now as i64 + day * 86400).unwrap();
        at.strftime("%Y-%m-%d").to_string()
    });
    days.iter().any(|day| text.starts_with(day))
}
