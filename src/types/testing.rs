//! An [`Env`] for unit tests.

use super::env::{Env, Formats, Interrupt};
use crate::error::Result;

/// A session with default formats and nothing else.
#[derive(Default)]
pub struct TestEnv {
    pub formats: Formats,
    interrupt: Interrupt,
}

impl Env for TestEnv {
    fn formats(&self) -> &Formats {
        &self.formats
    }
    fn transaction_start(&self) -> i64 {
        0
    }
    fn statement_start(&self) -> i64 {
        0
    }
    fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }
    fn user(&self) -> &str {
        "postgres"
    }
    fn session_user(&self) -> &str {
        "postgres"
    }
    fn database(&self) -> &str {
        "postgres"
    }
    fn search_path(&self, _: bool) -> Vec<String> {
        vec!["public".into()]
    }
    fn backend_pid(&self) -> i32 {
        1
    }
    fn setting(&self, _: &str, _: bool) -> Result<Option<String>> {
        Ok(None)
    }
    fn set_setting(&self, _: &str, value: Option<&str>, _: bool) -> Result<String> {
        Ok(value.unwrap_or_default().to_owned())
    }
}
