//! The state machine of transactions: the authority on the status byte of ReadyForQuery.
//!
//! ```text
//!            a statement              BEGIN
//!   Idle ------------------> Implicit ------> Block <----- ROLLBACK TO ----+
//!     ^ <-- Sync, end of Query --+            |  | an error                |
//!     +------------ COMMIT, ROLLBACK ---------+  +-----------> Failed -----+
//! ```
//!
//! An implicit transaction holds the statements of one Query message, or of the messages up to one
//! Sync. A failed block answers 25P02 until it is rolled back; without savepoints there is nothing
//! in it to go back to, so its locks are given back at once.

use std::sync::Arc;

use super::Session;
use super::settings::Mark;
use super::sink::{Notice, Severity};
use crate::error::{Error, Result};
use crate::sql::TransactionModes;
use crate::sqlstate::SqlState;
use crate::txn::{Isolation, Savepoint, Transaction};

/// What ReadyForQuery reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `I`: no transaction block.
    Idle,
    /// `T`: in a transaction block.
    InBlock,
    /// `E`: in a failed one.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Idle,
    Implicit,
    Block,
    Failed,
}

/// The state of a session's transactions.
#[derive(Default)]
pub(super) struct Transactions {
    phase: Phase,
    /// In `Failed` only while there are savepoints.
    txn: Option<Transaction>,
    read_only: bool,
    isolation: Isolation,
    /// Whether a statement has read: then the isolation level can no longer change.
    has_read: bool,
    /// Whether Bind has started it and no statement has run: its time is that of the first one.
    fresh: bool,
    /// Whether it is the implicit transaction of a Query with several statements.
    several: bool,
    /// Settings as they were when the transaction began.
    mark: Option<Mark>,
    savepoints: Vec<Named>,
}

/// A savepoint with its name.
struct Named {
    name: String,
    savepoint: Savepoint,
    mark: Mark,
    read_only: bool,
}

impl Transactions {
    pub(super) fn status(&self) -> Status {
        match self.phase {
            Phase::Idle | Phase::Implicit => Status::Idle,
            Phase::Block => Status::InBlock,
            Phase::Failed => Status::Failed,
        }
    }

    pub(super) fn current(&mut self) -> Option<&mut Transaction> {
        self.txn.as_mut()
    }

    pub(super) fn is_block(&self) -> bool {
        matches!(self.phase, Phase::Block | Phase::Failed)
    }

    /// Whether there is a block, be it the implicit one of a Query with several statements.
    pub(super) fn is_any_block(&self) -> bool {
        self.is_block() || (self.several && self.phase == Phase::Implicit)
    }

    /// Says that the statements that follow are those of one Query message.
    pub(super) fn set_several(&mut self) {
        self.several = true;
    }

    pub(super) fn is_failed(&self) -> bool {
        self.phase == Phase::Failed
    }

    pub(super) fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether no statement has run yet in an implicit transaction; true once.
    pub(super) fn take_fresh(&mut self) -> bool {
        std::mem::take(&mut self.fresh)
    }

    /// How many savepoints there are: a portal belongs to the innermost when it is made.
    pub(super) fn depth(&self) -> usize {
        self.savepoints.len()
    }
}

impl Session {
    /// The running transaction, which has its snapshot for a new statement. Starts an implicit one.
    pub(super) fn statement_transaction(&mut self) -> Result<&mut Transaction> {
        self.start_implicit()?;
        self.transactions.has_read = true;
        self.transactions.fresh = false;
        let txn = self.transactions.txn.as_mut();
        let txn = txn.ok_or_else(|| Error::internal("a transaction runs without its state"))?;
        txn.start_statement();
        Ok(txn)
    }

    /// Starts an implicit transaction unless one runs.
    pub(super) fn start_implicit(&mut self) -> Result<()> {
        if self.transactions.is_idle() {
            self.start(Phase::Implicit)?;
        }
        Ok(())
    }

    fn start(&mut self, phase: Phase) -> Result<()> {
        let in_force = self.env.in_force();
        let (isolation, read_only) = (level(&in_force.isolation), in_force.read_only);
        let deferrable = in_force.deferrable.then_some(true);
        let mark = self.env.settings().mark();
        self.env.start_transaction();
        self.transactions = Transactions {
            phase,
            txn: Some(self.new_transaction(isolation)),
            read_only: false,
            isolation: Isolation::default(),
            has_read: false,
            fresh: phase == Phase::Implicit,
            several: false,
            mark: Some(mark),
            savepoints: Vec::new(),
        };
        self.show_deferrable(deferrable)?;
        self.set_modes(isolation, read_only)
    }

    /// DEFERRABLE asks for a wait that is never needed here: it is only shown.
    fn show_deferrable(&self, deferrable: Option<bool>) -> Result<()> {
        let Some(on) = deferrable else {
            return Ok(());
        };
        let value = if on { "on" } else { "off" };
        let mut settings = self.env.settings();
        settings.set("transaction_deferrable", Some(value), true)
    }

    fn new_transaction(&self, isolation: Isolation) -> Transaction {
        let instance = &self.instance;
        let (engine, locks) = (Arc::clone(&instance.engine), Arc::clone(&instance.locks));
        let mut txn = Transaction::new(engine, locks, isolation);
        txn.set_max_size(instance.options.max_transaction_size);
        txn
    }

    /// Puts the modes in force, and into the settings that show them.
    fn set_modes(&mut self, isolation: Isolation, read_only: bool) -> Result<()> {
        let transactions = &mut self.transactions;
        if transactions.isolation != isolation {
            transactions.isolation = isolation;
            self.env
                .settings()
                .set("transaction_isolation", Some(level_name(isolation)), true)?;
        }
        if transactions.read_only != read_only {
            transactions.read_only = read_only;
            let value = if read_only { "on" } else { "off" };
            self.env
                .settings()
                .set("transaction_read_only", Some(value), true)?;
        }
        Ok(())
    }

    /// BEGIN, START TRANSACTION.
    pub(super) fn begin(&mut self, modes: TransactionModes) -> Result<Option<Notice>> {
        let mut notice = None;
        let phase = self.transactions.phase;
        match phase {
            Phase::Idle => self.start(Phase::Block)?,
            Phase::Implicit => self.transactions.phase = Phase::Block,
            Phase::Block => {
                notice = Some(warning(
                    SqlState::ActiveSqlTransaction,
                    "there is already a transaction in progress",
                ));
            }
            Phase::Failed => return Err(failed_block()),
        }
        let applied = self.apply_modes(modes);
        if applied.is_err() && matches!(phase, Phase::Idle | Phase::Implicit) {
            // A BEGIN that fails has opened nothing.
            self.roll_back();
        }
        applied.map(|()| notice)
    }

    /// SET TRANSACTION.
    pub(super) fn set_transaction(&mut self, modes: TransactionModes) -> Result<Option<Notice>> {
        if !self.transactions.is_any_block() {
            return Ok(Some(warning(
                SqlState::NoActiveSqlTransaction,
                "SET TRANSACTION can only be used in transaction blocks",
            )));
        }
        self.apply_modes(modes)?;
        Ok(None)
    }

    fn apply_modes(&mut self, modes: TransactionModes) -> Result<()> {
        let TransactionModes {
            isolation,
            read_only,
            deferrable,
        } = modes;
        let transactions = &self.transactions;
        let isolation_now = transactions.isolation;
        let wanted = isolation.unwrap_or(isolation_now);
        if wanted != isolation_now {
            if transactions.has_read {
                return Err(Error::new(
                    SqlState::ActiveSqlTransaction,
                    "SET TRANSACTION ISOLATION LEVEL must be called before any query",
                ));
            }
            if !transactions.savepoints.is_empty() {
                return Err(Error::new(
                    SqlState::ActiveSqlTransaction,
                    "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction",
                ));
            }
            if wanted == Isolation::Serializable {
                return Err(Error::unsupported("ISOLATION LEVEL SERIALIZABLE"));
            }
            self.transactions.txn = Some(self.new_transaction(wanted));
        }
        let read_only = read_only.unwrap_or(self.transactions.read_only);
        if !read_only && self.transactions.read_only && self.transactions.has_read {
            return Err(Error::new(
                SqlState::ActiveSqlTransaction,
                "transaction read-write mode must be set before any query",
            ));
        }
        self.show_deferrable(deferrable)?;
        self.set_modes(wanted, read_only)
    }

    /// COMMIT: the command tag, and a warning where there was nothing to commit.
    pub(super) async fn commit(&mut self, chain: bool) -> Result<(&'static str, Option<Notice>)> {
        let phase = self.transactions.phase;
        if chain && matches!(phase, Phase::Idle | Phase::Implicit) {
            return Err(needs_block("COMMIT AND CHAIN"));
        }
        let modes = self.chained_modes();
        let mut answer = ("COMMIT", None);
        match phase {
            Phase::Idle => answer.1 = Some(no_transaction()),
            Phase::Implicit => {
                self.end_implicit().await?;
                answer.1 = Some(no_transaction());
            }
            Phase::Block => self.commit_running().await?,
            Phase::Failed => {
                self.roll_back();
                answer.0 = "ROLLBACK";
            }
        }
        if chain {
            self.start_chained(modes)?;
        }
        Ok(answer)
    }

    /// ROLLBACK: a warning where there was nothing to roll back.
    pub(super) fn rollback(&mut self, chain: bool) -> Result<Option<Notice>> {
        let phase = self.transactions.phase;
        if chain && matches!(phase, Phase::Idle | Phase::Implicit) {
            return Err(needs_block("ROLLBACK AND CHAIN"));
        }
        let modes = self.chained_modes();
        self.roll_back();
        if chain {
            self.start_chained(modes)?;
        }
        Ok(match phase {
            Phase::Idle | Phase::Implicit => Some(no_transaction()),
            Phase::Block | Phase::Failed => None,
        })
    }

    fn chained_modes(&self) -> TransactionModes {
        TransactionModes {
            isolation: Some(self.transactions.isolation),
            read_only: Some(self.transactions.read_only),
            deferrable: None,
        }
    }

    fn start_chained(&mut self, modes: TransactionModes) -> Result<()> {
        self.start(Phase::Block)?;
        self.apply_modes(modes)
    }

    /// Ends the implicit transaction, if one runs.
    pub(super) async fn end_implicit(&mut self) -> Result<()> {
        match self.transactions.phase {
            Phase::Implicit => self.commit_running().await,
            Phase::Idle | Phase::Block | Phase::Failed => Ok(()),
        }
    }

    async fn commit_running(&mut self) -> Result<()> {
        self.portals.clear();
        let Transactions { txn, mark, .. } = std::mem::take(&mut self.transactions);
        let committed = match txn {
            Some(txn) => txn.commit().await,
            None => Ok(()),
        };
        let mut settings = self.env.settings();
        match (&committed, mark) {
            (Err(_), Some(mark)) => settings.roll_back(&mark),
            (Err(_), None) | (Ok(()), _) => settings.commit(),
        }
        drop(settings);
        self.renew_env()?;
        committed
    }

    fn roll_back(&mut self) {
        self.portals.clear();
        let Transactions { txn, mark, .. } = std::mem::take(&mut self.transactions);
        if let Some(txn) = txn {
            txn.rollback();
        }
        if let Some(mark) = mark {
            self.env.settings().roll_back(&mark);
        }
        // What was in force before is in force again; it cannot be unreadable now.
        let _ = self.renew_env();
    }

    /// An error has been answered: an implicit transaction is rolled back, a block fails.
    pub(super) fn fail_transaction(&mut self) {
        match self.transactions.phase {
            Phase::Idle | Phase::Failed => {}
            Phase::Implicit => self.roll_back(),
            Phase::Block => {
                self.transactions.phase = Phase::Failed;
                self.portals.fail(self.transactions.depth());
                // What the failed part has locked is of no use any more: others need not wait for
                // the client to notice.
                let Transactions {
                    txn, savepoints, ..
                } = &mut self.transactions;
                match (savepoints.last(), txn.as_mut()) {
                    (Some(named), Some(txn)) => txn.rollback_to(&named.savepoint),
                    (None, _) | (_, None) => *txn = None,
                }
            }
        }
    }

    /// SAVEPOINT.
    pub(super) fn savepoint(&mut self, name: &str) -> Result<()> {
        self.require_block("SAVEPOINT")?;
        let mark = self.env.settings().mark();
        let transactions = &mut self.transactions;
        if let Some(txn) = &transactions.txn {
            transactions.savepoints.push(Named {
                name: name.to_owned(),
                savepoint: txn.savepoint(),
                mark,
                read_only: transactions.read_only,
            });
        }
        Ok(())
    }

    /// RELEASE: forgets the savepoint and those after it, not what was done since.
    pub(super) fn release(&mut self, name: &str) -> Result<()> {
        self.require_block("RELEASE SAVEPOINT")?;
        let index = self.find_savepoint(name)?;
        self.transactions.savepoints.truncate(index);
        self.portals.release(index);
        Ok(())
    }

    /// ROLLBACK TO: undoes what was done since the savepoint, which stays.
    pub(super) fn rollback_to(&mut self, name: &str) -> Result<()> {
        self.require_block("ROLLBACK TO SAVEPOINT")?;
        let index = self.find_savepoint(name)?;
        let transactions = &mut self.transactions;
        transactions.savepoints.truncate(index + 1);
        if let (Some(named), Some(txn)) = (transactions.savepoints.last(), &mut transactions.txn) {
            txn.rollback_to(&named.savepoint);
            transactions.read_only = named.read_only;
            self.env.settings().roll_back(&named.mark);
        }
        transactions.phase = Phase::Block;
        self.portals.truncate(index);
        self.renew_env()
    }

    fn find_savepoint(&self, name: &str) -> Result<usize> {
        self.transactions
            .savepoints
            .iter()
            .rposition(|s| s.name == name)
            .ok_or_else(|| {
                Error::new(
                    SqlState::InvalidSavepointSpecification,
                    format!("savepoint \"{name}\" does not exist"),
                )
            })
    }

    fn require_block(&self, what: &str) -> Result<()> {
        if self.transactions.is_block() {
            Ok(())
        } else {
            Err(needs_block(what))
        }
    }
}

/// The answer to everything but the end of a failed block.
pub(super) fn failed_block() -> Error {
    Error::new(
        SqlState::InFailedSqlTransaction,
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

fn needs_block(what: &str) -> Error {
    Error::new(
        SqlState::NoActiveSqlTransaction,
        format!("{what} can only be used in transaction blocks"),
    )
}

fn no_transaction() -> Notice {
    warning(
        SqlState::NoActiveSqlTransaction,
        "there is no transaction in progress",
    )
}

pub(super) fn warning(state: SqlState, message: &str) -> Notice {
    Notice {
        severity: Severity::Warning,
        state,
        message: message.to_owned(),
    }
}

fn level(name: &str) -> Isolation {
    match name {
        "read uncommitted" => Isolation::ReadUncommitted,
        "repeatable read" => Isolation::RepeatableRead,
        "serializable" => Isolation::Serializable,
        _ => Isolation::ReadCommitted,
    }
}

/// The name of an isolation level, as SHOW prints it.
pub(super) fn level_name(level: Isolation) -> &'static str {
    match level {
        Isolation::ReadUncommitted => "read uncommitted",
        Isolation::ReadCommitted => "read committed",
        Isolation::RepeatableRead => "repeatable read",
        Isolation::Serializable => "serializable",
    }
}
