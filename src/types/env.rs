//! [`Env`]: what an expression can see beside its arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// The session as expressions see it. Casts to text need its formats, `now()` its transaction,
/// `current_setting` its settings.
///
/// It is `Send + Sync`, because a running query is moved between threads together with it.
pub trait Env: Send + Sync {
    /// How values are printed and read.
    fn formats(&self) -> &Formats;
    /// When the transaction started, in microseconds since 2000-01-01 UTC.
    fn transaction_start(&self) -> i64;
    /// When the statement started, in microseconds since 2000-01-01 UTC.
    fn statement_start(&self) -> i64;
    /// The statement's interruption: looked at in every loop that a client can make long.
    fn interrupt(&self) -> &Interrupt;
    /// The role.
    fn user(&self) -> &str;
    /// The role that logged in.
    fn session_user(&self) -> &str;
    /// The database.
    fn database(&self) -> &str;
    /// The schemas that are searched, in order; those that do not exist are left out.
    /// `implicit` adds `pg_catalog`.
    fn search_path(&self, implicit: bool) -> Vec<String>;
    /// The number by which `pg_cancel_backend` and NOTIFY know the connection.
    fn backend_pid(&self) -> i32;
    /// A setting's value as SHOW prints it; an error 42704 where there is none, or None with
    /// `missing_ok`.
    fn setting(&self, name: &str, missing_ok: bool) -> Result<Option<String>>;
    /// Changes a setting (`set_config`) and returns the value as SHOW prints it. `local` undoes it
    /// at the end of the transaction.
    fn set_setting(&self, name: &str, value: Option<&str>, local: bool) -> Result<String>;
    /// Gives back the session's advisory locks, of which there are none where there is no way to
    /// take one.
    fn advisory_unlock_all(&self) -> Result<()> {
        Ok(())
    }
}

/// The settings that decide how values are printed and read.
#[derive(Debug, Clone)]
pub struct Formats {
    /// `TimeZone`
    pub time_zone: jiff::tz::TimeZone,
    /// `TimeZone` as it was given.
    pub time_zone_name: Arc<str>,
    /// `extra_float_digits`: above 0 prints the shortest text that reads back the same.
    pub extra_float_digits: i32,
    /// `bytea_output`
    pub bytea_output: ByteaOutput,
    /// `DateStyle`
    pub date_style: DateStyle,
}

/// `bytea_output`: how bytes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteaOutput {
    /// `\x00ff`
    Hex,
    /// `\000\377`
    Escape,
}

/// `DateStyle`: how dates are printed, and in which order ambiguous input is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateStyle {
    /// The style of output. keywire has ISO only and refuses the others.
    pub output: DateOutput,
    /// The order of the fields of input such as 1/2/2003.
    pub order: DateOrder,
}

/// The style of date output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOutput {
    /// `2026-11-21 10:00:00+00`
    Iso,
}

/// The order of the fields of an ambiguous date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Month, day, year.
    Mdy,
    /// Day, month, year.
    Dmy,
    /// Year, month, day.
    Ymd,
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            time_zone: jiff::tz::TimeZone::UTC,
            time_zone_name: Arc::from("UTC"),
            extra_float_digits: 1,
            bytea_output: ByteaOutput::Hex,
            date_style: DateStyle {
                output: DateOutput::Iso,
                order: DateOrder::Mdy,
            },
        }
    }
}

/// Stops a statement from outside: a cancel request, `statement_timeout`, the server's shutdown.
/// One for each connection; cleared when a statement starts.
#[derive(Debug, Default)]
pub struct Interrupt {
    reason: AtomicU8,
    notify: tokio::sync::Notify,
}

/// Why a statement is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// A CancelRequest, or `pg_cancel_backend`.
    User = 1,
    /// `statement_timeout` ran out.
    StatementTimeout = 2,
    /// `pg_terminate_backend`, or the server stops.
    Shutdown = 3,
}

impl Interrupt {
    /// Stops the running statement. Without one it does nothing, as [`Interrupt::clear`] follows.
    pub fn raise(&self, reason: Reason) {
        self.reason.store(reason as u8, Ordering::Release);
        self.notify.notify_waiters();
    }

    /// Forgets what was raised: a new statement starts.
    pub fn clear(&self) {
        self.reason.store(0, Ordering::Release);
    }

    /// An error when the statement is to stop.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match self.reason.load(Ordering::Acquire) {
            0 => Ok(()),
            reason => Err(Self::error(reason)),
        }
    }

    /// Waits until the statement is to stop, and says why.
    pub async fn raised(&self) -> Error {
        loop {
            let notified = self.notify.notified();
            if let Err(e) = self.check() {
                return e;
            }
            notified.await;
        }
    }

    /// Sleeps on the current thread until `deadline`, or until the statement is to stop.
    pub fn sleep_until(&self, deadline: Instant) -> Result<()> {
        /// How soon a sleeping statement notices that it is to stop.
        const STEP: std::time::Duration = std::time::Duration::from_millis(5);
        loop {
            self.check()?;
            let now = Instant::now();
            if now >= deadline {
                return Ok(());
            }
            std::thread::sleep(STEP.min(deadline - now));
        }
    }

    fn error(reason: u8) -> Error {
        match reason {
            1 => Error::new(
                SqlState::QueryCanceled,
                "canceling statement due to user request",
            ),
            2 => Error::new(
                SqlState::QueryCanceled,
                "canceling statement due to statement timeout",
            ),
            _ => Error::new(
                SqlState::AdminShutdown,
                "terminating connection due to administrator command",
            ),
        }
    }
}

/// The release of PostgreSQL whose behaviour keywire follows, as `server_version` says it.
pub const SERVER_VERSION: &str = "15.18";
