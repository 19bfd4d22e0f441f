//! The table of settings: every name that SET and SHOW know, its values, and what it does here.
//!
//! A setting either works, or its `note` says why it is harmless that it does nothing, or the
//! values that would need something keywire does not have are refused with 0A000.

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Values {
    /// on, off and their spellings
    Bool,
    /// A whole number, in a unit.
    Integer { min: i32, max: i32, unit: Unit },
    /// Any number.
    Real { min: f64, max: f64 },
    /// One of these.
    Enum(&'static [&'static str]),
    /// Any text.
    Text,
    /// Of the values that PostgreSQL takes only the first ones; the others are refused.
    Only {
        accepted: &'static [&'static str],
        refused: &'static [&'static str],
    },
    /// A list of schemas.
    SearchPath,
    /// A time zone.
    TimeZone,
    /// An output style and an order of fields.
    DateStyle,
    /// The name of an encoding: UTF8 only.
    Encoding,
    /// `application_name`: what is not printable ASCII becomes a question mark.
    ApplicationName,
    /// An isolation level.
    Isolation,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A number of things.
    None,
    /// Milliseconds.
    Milliseconds,
    /// Kilobytes (1024 bytes).
    Kilobytes,
    /// Blocks of 8 kB.
    Blocks,
}

/// Who may change a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody.
    User,
    /// Nobody: it says what the server is.
    Fixed,
}

/// A setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Definition {
    /// Its name, as SHOW titles it.
    pub name: &'static str,
    /// Its value without SET.
    pub default: &'static str,
    /// What values it takes.
    pub values: Values,
    /// Who may change it.
    pub access: Access,
    /// Whether clients are told of its value (ParameterStatus).
    pub reported: bool,
    /// What it does here, or why it is harmless that it does nothing.
    pub note: &'static str,
}

const MAX: i32 = i32::MAX;
const LEVELS: &[&str] = &[
    "debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error",
];

const fn works(
    name: &'static str,
    default: &'static str,
    values: Values,
    note: &'static str,
) -> Definition {
    Definition {
        name,
        default,
        values,
        access: Access::User,
        reported: false,
        note,
    }
}

const fn reported(
    name: &'static str,
    default: &'static str,
    values: Values,
    note: &'static str,
) -> Definition {
    Definition {
        name,
        default,
        values,
        access: Access::User,
        reported: true,
        note,
    }
}

const fn fixed(
    name: &'static str,
    value: &'static str,
    reported: bool,
    note: &'static str,
) -> Definition {
    Definition {
        name,
        default: value,
        values: Values::Text,
        access: Access::Fixed,
        reported,
        note,
    }
}

const fn milliseconds(min: i32) -> Values {
    Values::Integer {
        min,
        max: MAX,
        unit: Unit::Milliseconds,
    }
}

/// All settings, by their lower-case names.
#[rustfmt::skip]
pub(super) static SETTINGS: &[Definition] = &[
    reported("application_name", "", Values::ApplicationName, "Shown in the log."),
    works("array_nulls", "on", Values::Only { accepted: &["on"], refused: &["off"] }, "Array literals know NULL."),
    works("backslash_quote", "safe_encoding", Values::Enum(&["safe_encoding", "on", "off"]), "Harmless: the encoding is always UTF8, in which \\' is safe."),
    fixed("block_size", "8192", false, "PostgreSQL's; nothing here is measured in blocks."),
    works("bytea_output", "hex", Values::Enum(&["escape", "hex"]), "How bytea is printed."),
    works("check_function_bodies", "on", Values::Bool, "Harmless: there are no functions to create."),
    works("client_connection_check_interval", "0", milliseconds(0), "Harmless: a lost client is noticed when its answer is sent."),
    reported("client_encoding", "UTF8", Values::Encoding, "UTF8; others are refused."),
    works("client_min_messages", "notice", Values::Enum(LEVELS), "Which notices are sent."),
    reported("DateStyle", "ISO, MDY", Values::DateStyle, "The order of ambiguous dates; the output is ISO, other styles are refused."),
    works("deadlock_timeout", "1000", milliseconds(1), "Harmless: a deadlock is found when its cycle closes."),
    works("default_table_access_method", "heap", Values::Only { accepted: &["heap"], refused: &[] }, "There is one kind of table."),
    works("default_tablespace", "", Values::Only { accepted: &[""], refused: &["pg_default", "pg_global"] }, "There are no tablespaces."),
    works("default_text_search_config", "pg_catalog.english", Values::Text, "Harmless: there is no text search."),
    works("default_toast_compression", "pglz", Values::Enum(&["pglz", "lz4"]), "Harmless: values are not compressed."),
    works("default_transaction_deferrable", "off", Values::Bool, "Harmless: it speeds up SERIALIZABLE READ ONLY transactions, which wait for nothing here."),
    works("default_transaction_isolation", "read committed", Values::Isolation, "The isolation level of transactions that do not say."),
    reported("default_transaction_read_only", "off", Values::Bool, "Whether transactions that do not say may write."),
    works("effective_cache_size", "524288", Values::Integer { min: 1, max: MAX, unit: Unit::Blocks }, "Harmless: plans depend on keys, not on costs."),
    works("enable_seqscan", "on", Values::Bool, "Harmless: plans depend on keys, not on costs."),
    works("escape_string_warning", "on", Values::Bool, "Harmless: it is about strings that standard_conforming_strings = off would allow."),
    works("extra_float_digits", "1", Values::Integer { min: -15, max: 3, unit: Unit::None }, "The digits of double precision."),
    works("geqo", "on", Values::Bool, "Harmless: plans depend on keys, not on costs."),
    works("idle_in_transaction_session_timeout", "0", milliseconds(0), "Ends a session that holds a transaction open and says nothing."),
    works("idle_session_timeout", "0", milliseconds(0), "Ends a session that says nothing."),
    fixed("in_hot_standby", "off", true, "There is no standby."),
    fixed("integer_datetimes", "on", true, "Times are whole microseconds."),
    reported("IntervalStyle", "postgres", Values::Enum(&["postgres", "postgres_verbose", "sql_standard", "iso_8601"]), "Harmless: there is no interval type yet."),
    fixed("is_superuser", "on", true, "Every role may do everything."),
    works("jit", "on", Values::Bool, "Harmless: nothing is compiled."),
    fixed("lc_collate", "C", false, "Text is ordered by its bytes."),
    fixed("lc_ctype", "C", false, "Only ASCII letters have a case."),
    works("lc_messages", "C", Values::Only { accepted: &["C", "POSIX", "en_US.UTF-8", "en_US.utf8"], refused: &[] }, "Messages are English."),
    works("lc_monetary", "C", Values::Text, "Harmless: there is no money type."),
    works("lc_numeric", "C", Values::Text, "Harmless: nothing prints numbers by locale."),
    works("lc_time", "C", Values::Text, "Harmless: nothing prints times by locale."),
    works("lock_timeout", "0", milliseconds(0), "Ends a wait for a lock."),
    works("maintenance_work_mem", "65536", Values::Integer { min: 1024, max: MAX, unit: Unit::Kilobytes }, "Harmless: there is no such maintenance."),
    fixed("max_function_args", "100", false, "PostgreSQL's."),
    fixed("max_identifier_length", "63", false, "Longer names are cut, as in PostgreSQL."),
    fixed("max_index_keys", "32", false, "Columns of a key."),
    works("password_encryption", "scram-sha-256", Values::Enum(&["md5", "scram-sha-256"]), "Harmless: there are no passwords yet."),
    works("plan_cache_mode", "auto", Values::Enum(&["auto", "force_generic_plan", "force_custom_plan"]), "Harmless: every plan is generic."),
    works("quote_all_identifiers", "off", Values::Bool, "Harmless: nothing is deparsed."),
    works("random_page_cost", "4", Values::Real { min: 0.0, max: f64::MAX }, "Harmless: plans depend on keys, not on costs."),
    works("role", "none", Values::Only { accepted: &["none"], refused: &[] }, "There is no SET ROLE."),
    works("row_security", "on", Values::Bool, "Harmless: there are no policies."),
    works("search_path", "\"$user\", public", Values::SearchPath, "Where names without a schema are looked up."),
    works("seq_page_cost", "1", Values::Real { min: 0.0, max: f64::MAX }, "Harmless: plans depend on keys, not on costs."),
    fixed("server_encoding", "UTF8", true, "Text is UTF8."),
    fixed("server_version", crate::types::env::SERVER_VERSION, true, "The PostgreSQL whose behaviour this is."),
    fixed("server_version_num", "150018", false, "The same, as a number."),
    fixed("session_authorization", "", true, "The role that logged in."),
    reported("standard_conforming_strings", "on", Values::Only { accepted: &["on"], refused: &["off"] }, "Backslashes in '...' are plain characters."),
    works("statement_timeout", "0", milliseconds(0), "Ends a statement that takes too long."),
    works("synchronize_seqscans", "on", Values::Bool, "Harmless: scans are in key order."),
    works("synchronous_commit", "on", Values::Enum(&["local", "remote_write", "remote_apply", "on", "off"]), "Harmless: every commit is durable before it is acknowledged, which is more than any other value asks for."),
    reported("TimeZone", "UTC", Values::TimeZone, "The zone in which times are read and printed."),
    works("transaction_deferrable", "off", Values::Bool, "Harmless, as default_transaction_deferrable."),
    works("transaction_isolation", "read committed", Values::Isolation, "The running transaction's isolation level."),
    works("transaction_read_only", "off", Values::Bool, "Whether the running transaction may write."),
    works("transform_null_equals", "off", Values::Only { accepted: &["off"], refused: &["on"] }, "x = NULL is NULL."),
    works("work_mem", "4096", Values::Integer { min: 64, max: MAX, unit: Unit::Kilobytes }, "Harmless: what a sort may take has a limit of the server's."),
    works("xmloption", "content", Values::Enum(&["content", "document"]), "Harmless: there is no xml type."),
];

/// The setting of this name, whatever its case.
pub(super) fn find(name: &str) -> Option<&'static Definition> {
    SETTINGS
        .iter()
        .find(|setting| setting.name.eq_ignore_ascii_case(name))
}
