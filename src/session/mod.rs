//! A session: what one connection's statements have in common.
//!
//! The wire calls a [`Session`] with what messages say and gives it a [`Sink`] for what it answers;
//! tests do the same without a socket. The session is the authority on the transaction status.
//!
//! - [`instance`]: [`Instance`], what all sessions of a server share.
//! - [`sink`]: [`Sink`], where results go.
//! - [`transaction`]: the state machine of blocks, implicit transactions and savepoints.
//! - [`prepared`]: prepared statements and portals.
//! - [`simple`], [`extended`]: the two ways of asking (Query; Parse, Bind, Execute).
//! - [`mod@run`]: running a bound statement and pumping its rows.
//! - [`commands`]: what a session does itself: BEGIN, SET, PREPARE, DISCARD...
//! - [`settings`]: the table of settings.
//! - [`mod@env`]: the session as expressions see it.

mod commands;
pub mod env;
mod extended;
pub mod instance;
mod prepared;
mod run;
pub mod settings;
mod simple;
pub mod sink;
mod transaction;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub use env::SessionEnv;
pub use extended::{BindRequest, PortalDescription, StatementDescription, utf8};
pub use instance::{CancelKey, Instance, Options};
pub use sink::{Format, Notice, Severity, Sink};
pub use transaction::Status;

use tokio::sync::Notify;

use crate::catalog::{Catalog, Schema};
use crate::error::{Error, Result};
use crate::sql::Scope;
use crate::sqlstate::SqlState;
use crate::storage::View;
use crate::types::{Env, Formats};
use instance::Registration;
use prepared::{Portals, Prepared};
use settings::Settings;
use transaction::Transactions;

/// Who connects, and what its startup packet asks for.
#[derive(Debug, Clone, Default)]
pub struct Startup {
    /// The role.
    pub user: String,
    /// The database; the role's name where the client gave none.
    pub database: String,
    /// Settings, in their order (`options=-c` has been taken apart).
    pub settings: Vec<(String, String)>,
}

/// One connection's state.
pub struct Session {
    instance: Arc<Instance>,
    registration: Registration,
    env: Arc<SessionEnv>,
    transactions: Transactions,
    statements: HashMap<String, Arc<Prepared>>,
    portals: Portals,
    /// The schemas of search_path that exist, with the catalog version they were looked up in.
    path: SearchPath,
}

/// The search path, resolved.
struct SearchPath {
    /// The version of the catalog and of the settings that it was resolved for.
    resolved_for: (u64, u64),
    schemas: Vec<Arc<Schema>>,
    /// Grows when the schemas are others than before.
    revision: u64,
}

impl Session {
    /// Opens a session. The role and the database must exist, and every setting must be accepted.
    pub fn open(instance: Arc<Instance>, startup: Startup) -> Result<Self> {
        let view = View::new(instance.engine.snapshot(), Default::default());
        let catalog = instance.catalogs.at(&view)?;
        if !catalog.has_role(&startup.user) {
            return Err(Error::new(
                SqlState::InvalidAuthorizationSpecification,
                format!("role \"{}\" does not exist", startup.user),
            ));
        }
        let Some(database) = catalog.database(&startup.database) else {
            return Err(Error::new(
                SqlState::InvalidCatalogName,
                format!("database \"{}\" does not exist", startup.database),
            ));
        };
        let mut settings = Settings::new(&instance.options.settings, &startup.user);
        for (name, value) in &startup.settings {
            settings.set_at_startup(name, value)?;
        }
        let registration = instance.register()?;
        let env = SessionEnv::new(&instance, &registration, &startup, database.id, settings)?;
        Ok(Self {
            instance,
            registration,
            env: Arc::new(env),
            transactions: Transactions::default(),
            statements: HashMap::new(),
            portals: Portals::default(),
            path: SearchPath {
                resolved_for: (u64::MAX, u64::MAX),
                schemas: Vec::new(),
                revision: 0,
            },
        })
    }

    /// By what a CancelRequest names this session.
    pub fn cancel_key(&self) -> CancelKey {
        self.registration.key()
    }

    /// Told when the session is to end as soon as it has nothing to do.
    pub fn stop(&self) -> &Arc<Notify> {
        self.registration.stop()
    }

    /// The transaction status that ReadyForQuery reports.
    pub fn status(&self) -> Status {
        self.transactions.status()
    }

    /// How values are printed now.
    pub fn formats(&self) -> &Formats {
        self.env.formats()
    }

    /// The settings that clients are told of (ParameterStatus) and that have changed since this
    /// was asked last; all of them the first time.
    pub fn take_reports(&mut self) -> Vec<(&'static str, String)> {
        self.env.settings().take_reports()
    }

    /// How long the session may wait for its next message in its present state, and the error it
    /// then ends with: `idle_in_transaction_session_timeout`, `idle_session_timeout`.
    pub fn idle_limit(&self) -> Option<(Duration, Error)> {
        let in_force = self.env.in_force();
        match self.status() {
            Status::Idle => in_force.idle_session.map(|limit| {
                let message = "terminating connection due to idle-session timeout";
                (limit, Error::new(SqlState::IdleSessionTimeout, message))
            }),
            Status::InBlock | Status::Failed => in_force.idle_in_transaction.map(|limit| {
                let message = "terminating connection due to idle-in-transaction timeout";
                (
                    limit,
                    Error::new(SqlState::IdleInTransactionSessionTimeout, message),
                )
            }),
        }
    }

    /// The catalog as the next statement sees it.
    fn catalog(&mut self) -> Result<Arc<Catalog>> {
        let view = match self.transactions.current() {
            // SET and SHOW do not start the snapshot that REPEATABLE READ keeps.
            Some(txn) if txn.has_snapshot() || !txn.isolation().keeps_snapshot() => {
                txn.start_statement();
                txn.view()
            }
            Some(_) | None => View::new(self.instance.engine.snapshot(), Default::default()),
        };
        self.instance.catalogs.at(&view)
    }

    /// Calls `f` with what names are looked up in.
    fn with_scope<T>(
        &mut self,
        catalog: &Catalog,
        f: impl FnOnce(&Scope<'_>) -> Result<T>,
    ) -> Result<T> {
        self.resolve_search_path(catalog);
        let scope = Scope {
            catalog,
            database: self.env.database_id(),
            search_path: &self.path.schemas,
            env: &*self.env,
        };
        f(&scope)
    }

    fn resolve_search_path(&mut self, catalog: &Catalog) {
        let wanted = (catalog.version, self.env.epoch());
        if self.path.resolved_for != wanted {
            let schemas = self.env.schemas_of_path(catalog);
            if schemas != self.path.schemas {
                self.path.schemas = schemas;
                self.path.revision += 1;
            }
            self.path.resolved_for = wanted;
        }
    }
}
