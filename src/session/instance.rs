//! [`Instance`]: what all sessions of a server share, and the register of who is connected.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::catalog::CatalogStore;
use crate::error::{Error, Result};
use crate::sql::Limits;
use crate::storage::Engine;
use crate::txn::locks::LockTable;
use crate::types::Interrupt;
use crate::types::env::Reason;

/// What all sessions of a server share.
pub struct Instance {
    /// The data.
    pub engine: Arc<dyn Engine>,
    /// The locks.
    pub locks: Arc<LockTable>,
    /// The catalog.
    pub catalogs: Arc<CatalogStore>,
    /// Limits and defaults.
    pub options: Options,
    register: Mutex<HashMap<i32, Registered>>,
    next_pid: AtomicI32,
}

/// Limits and defaults of sessions, from the configuration.
#[derive(Debug, Clone)]
pub struct Options {
    /// Limits on what is parsed.
    pub parse: Limits,
    /// Bytes that a transaction may buffer before it commits; beyond it 53400. It bounds what one
    /// client can take of the server's memory.
    pub max_transaction_size: usize,
    /// Bytes of one key; beyond it 54000. A page of the B-tree must hold several.
    pub max_key_size: usize,
    /// Bytes of one row; beyond it 54000.
    pub max_row_size: usize,
    /// Prepared statements of one session; beyond it 53400. A client that forgets to close them
    /// meets the limit instead of the server's memory.
    pub max_prepared_statements: usize,
    /// Defaults of settings, by name, that the operator has changed.
    pub settings: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            parse: Limits {
                depth: 128,
                size: 64 << 20,
            },
            max_transaction_size: crate::txn::DEFAULT_MAX_TRANSACTION_SIZE,
            max_key_size: 2048,
            max_row_size: 64 << 20,
            max_prepared_statements: 10_000,
            settings: Vec::new(),
        }
    }
}

/// By what a CancelRequest names a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelKey {
    /// The number by which others know it.
    pub pid: i32,
    /// What only its client knows.
    pub secret: i32,
}

struct Registered {
    secret: i32,
    interrupt: Arc<Interrupt>,
    stop: Arc<Notify>,
}

/// A session's place in the register; dropping it leaves.
pub struct Registration {
    key: CancelKey,
    interrupt: Arc<Interrupt>,
    stop: Arc<Notify>,
    instance: Arc<Instance>,
}

impl Instance {
    /// Puts an instance together.
    pub fn new(
        engine: Arc<dyn Engine>,
        locks: Arc<LockTable>,
        catalogs: Arc<CatalogStore>,
        options: Options,
    ) -> Arc<Self> {
        Arc::new(Self {
            engine,
            locks,
            catalogs,
            options,
            register: Mutex::default(),
            next_pid: AtomicI32::new(1),
        })
    }

    /// Stops the statement that a session runs, if the secret is its own.
    pub fn cancel(&self, key: CancelKey) {
        let register = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = register.get(&key.pid).filter(|s| s.secret == key.secret) {
            session.interrupt.raise(Reason::User);
        }
    }

    /// Tells every session to end when it has nothing to do: the server stops.
    pub fn stop_all(&self) {
        let register = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        for session in register.values() {
            session.stop.notify_one();
        }
    }

    /// Stops every running statement: the server ends.
    pub fn interrupt_all(&self) {
        let register = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        for session in register.values() {
            session.interrupt.raise(Reason::Shutdown);
        }
    }

    /// Gives a new session its place.
    pub(super) fn register(self: &Arc<Self>) -> Result<Registration> {
        let mut secret = [0; 4];
        getrandom::fill(&mut secret)
            .map_err(|e| Error::internal(format!("no random numbers from the system: {e}")))?;
        let secret = i32::from_ne_bytes(secret);
        let interrupt = Arc::new(Interrupt::default());
        let stop = Arc::new(Notify::new());
        let mut register = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        let pid = loop {
            let pid = self.next_pid.fetch_add(1, Ordering::Relaxed);
            if pid > 0 && !register.contains_key(&pid) {
                break pid;
            }
            // After two thousand million connections the numbers start anew.
            if pid <= 0 {
                self.next_pid.store(1, Ordering::Relaxed);
            }
        };
        register.insert(
            pid,
            Registered {
                secret,
                interrupt: Arc::clone(&interrupt),
                stop: Arc::clone(&stop),
            },
        );
        Ok(Registration {
            key: CancelKey { pid, secret },
            interrupt,
            stop,
            instance: Arc::clone(self),
        })
    }
}

impl Registration {
    /// By what a CancelRequest names the session.
    pub fn key(&self) -> CancelKey {
        self.key
    }

    /// Told when the session is to end as soon as it has nothing to do. It is the session's own, so
    /// that waiting for it at every read shares nothing with other connections.
    pub fn stop(&self) -> &Arc<Notify> {
        &self.stop
    }

    /// What stops the session's statements.
    pub fn interrupt(&self) -> &Arc<Interrupt> {
        &self.interrupt
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut register = self
            .instance
            .register
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        register.remove(&self.key.pid);
    }
}
