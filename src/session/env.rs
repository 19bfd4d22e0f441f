//! [`SessionEnv`]: the session as expressions see it.
//!
//! It is shared with the rows of running queries and so never changes, but for the two times: when
//! a setting has changed, the session makes itself a new one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::instance::{Instance, Registration};
use super::settings::{InForce, Settings};
use super::{Session, Startup};
use crate::catalog::{Catalog, DatabaseId, Schema};
use crate::error::Result;
use crate::storage::View;
use crate::types::timestamptz::current_micros;
use crate::types::{Env, Formats, Interrupt};

/// A session as expressions see it.
pub struct SessionEnv {
    instance: Arc<Instance>,
    interrupt: Arc<Interrupt>,
    pid: i32,
    user: Arc<str>,
    database: Arc<str>,
    database_id: DatabaseId,
    settings: Arc<Mutex<Settings>>,
    /// The settings' epoch for which `in_force` was made.
    epoch: u64,
    in_force: InForce,
    transaction_start: AtomicI64,
    statement_start: AtomicI64,
}

impl SessionEnv {
    pub(super) fn new(
        instance: &Arc<Instance>,
        registration: &Registration,
        startup: &Startup,
        database_id: DatabaseId,
        settings: Settings,
    ) -> Result<Self> {
        let now = current_micros();
        Ok(Self {
            instance: Arc::clone(instance),
            interrupt: Arc::clone(registration.interrupt()),
            pid: registration.key().pid,
            user: Arc::from(startup.user.as_str()),
            database: Arc::from(startup.database.as_str()),
            database_id,
            epoch: settings.epoch(),
            in_force: settings.in_force()?,
            settings: Arc::new(Mutex::new(settings)),
            transaction_start: AtomicI64::new(now),
            statement_start: AtomicI64::new(now),
        })
    }

    /// The same session with its settings as they are now; none if they have not changed.
    fn renewed(&self) -> Result<Option<Self>> {
        let settings = self.settings();
        if settings.epoch() == self.epoch {
            return Ok(None);
        }
        Ok(Some(Self {
            instance: Arc::clone(&self.instance),
            interrupt: Arc::clone(&self.interrupt),
            pid: self.pid,
            user: Arc::clone(&self.user),
            database: Arc::clone(&self.database),
            database_id: self.database_id,
            settings: Arc::clone(&self.settings),
            epoch: settings.epoch(),
            in_force: settings.in_force()?,
            transaction_start: AtomicI64::new(self.transaction_start()),
            statement_start: AtomicI64::new(self.statement_start()),
        }))
    }

    /// The settings.
    pub(super) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings in the form in which statements need them.
    pub(super) fn in_force(&self) -> &InForce {
        &self.in_force
    }

    /// The settings' epoch that is in force.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The oid of the database.
    pub(super) fn database_id(&self) -> DatabaseId {
        self.database_id
    }

    /// A statement starts.
    pub(super) fn start_statement(&self) {
        self.statement_start
            .store(current_micros(), Ordering::Relaxed);
    }

    /// A transaction starts with the running statement.
    pub(super) fn start_transaction(&self) {
        self.transaction_start
            .store(self.statement_start(), Ordering::Relaxed);
    }

    /// The schemas of search_path that exist.
    pub(super) fn schemas_of_path(&self, catalog: &Catalog) -> Vec<Arc<Schema>> {
        let names = self.settings().search_path(&self.user);
        names
            .iter()
            .filter_map(|name| catalog.schema(self.database_id, name).cloned())
            .collect()
    }
}

impl Session {
    /// Makes changes of settings take effect.
    pub(super) fn renew_env(&mut self) -> Result<()> {
        if let Some(env) = self.env.renewed()? {
            self.env = Arc::new(env);
        }
        Ok(())
    }
}

impl Env for SessionEnv {
    fn formats(&self) -> &Formats {
        &self.in_force.formats
    }

    fn transaction_start(&self) -> i64 {
        self.transaction_start.load(Ordering::Relaxed)
    }

    fn statement_start(&self) -> i64 {
        self.statement_start.load(Ordering::Relaxed)
    }

    fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    fn user(&self) -> &str {
        &self.user
    }

    fn session_user(&self) -> &str {
        &self.user
    }

    fn database(&self) -> &str {
        &self.database
    }

    fn search_path(&self, implicit: bool) -> Vec<String> {
        let view = View::new(self.instance.engine.snapshot(), Default::default());
        let schemas = match self.instance.catalogs.at(&view) {
            Ok(catalog) => self.schemas_of_path(&catalog),
            Err(_) => Vec::new(),
        };
        let names = schemas.iter().map(|schema| schema.name.clone());
        let first = implicit.then(|| "pg_catalog".to_owned());
        first.into_iter().chain(names).collect()
    }

    fn backend_pid(&self) -> i32 {
        self.pid
    }

    fn setting(&self, name: &str, missing_ok: bool) -> Result<Option<String>> {
        match self.settings().show(name) {
            Ok(value) => Ok(Some(value)),
            Err(_) if missing_ok => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn set_setting(&self, name: &str, value: Option<&str>, local: bool) -> Result<String> {
        let mut settings = self.settings();
        settings.set(name, value, local)?;
        settings.show(name)
    }
}
