//! What the session does itself: transactions, settings, prepared statements.

use std::sync::Arc;

use super::Session;
use super::prepared::{MOST_NESTED, Portal, Prepared};
use super::sink::Sink;
use super::transaction::warning;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sql::{self, Action, Arguments, Command, Discard, TransactionModes};
use crate::sqlstate::SqlState;
use crate::txn::Isolation;
use crate::types::{Datum, Row};

impl Session {
    /// Runs a command; the command tag.
    pub(super) async fn command(
        &mut self,
        command: &Command,
        sink: &mut dyn Sink,
    ) -> Result<String> {
        let tag = match command {
            Command::Begin { start, modes } => {
                if let Some(notice) = self.begin(*modes)? {
                    self.notify(&notice, sink);
                }
                if *start { "START TRANSACTION" } else { "BEGIN" }
            }
            Command::Commit { chain } => {
                let (tag, notice) = self.commit(*chain).await?;
                if let Some(notice) = notice {
                    self.notify(&notice, sink);
                }
                tag
            }
            Command::Rollback { chain } => {
                if let Some(notice) = self.rollback(*chain)? {
                    self.notify(&notice, sink);
                }
                "ROLLBACK"
            }
            Command::Savepoint(name) => {
                self.savepoint(name)?;
                "SAVEPOINT"
            }
            Command::Release(name) => {
                self.release(name)?;
                "RELEASE"
            }
            Command::RollbackTo(name) => {
                self.rollback_to(name)?;
                "ROLLBACK"
            }
            Command::SetTransaction(modes) => {
                if let Some(notice) = self.set_transaction(*modes)? {
                    self.notify(&notice, sink);
                }
                "SET"
            }
            Command::SetSessionCharacteristics(modes) => {
                self.set_characteristics(*modes)?;
                "SET"
            }
            Command::Set { name, value, local } => {
                self.set(name, value.as_deref(), *local, sink)?;
                "SET"
            }
            Command::Reset(name) => {
                self.reset(name.as_deref())?;
                "RESET"
            }
            Command::Discard(what) => self.discard(*what)?,
            Command::Prepare {
                name,
                params,
                statement,
            } => {
                let declared: Vec<_> = params.iter().copied().map(Some).collect();
                let bound = self.bind_statement(statement, &declared)?;
                let parsed = Some(statement.clone());
                self.keep_statement(
                    name,
                    Prepared {
                        parsed,
                        declared,
                        bound,
                    },
                )?;
                "PREPARE"
            }
            Command::Show(_) | Command::Execute { .. } => {
                return Err(Error::internal("what returns rows is run by its portal"));
            }
            Command::Deallocate(name) => self.deallocate(name.as_deref())?,
            Command::Close(name) => self.close(name.as_deref())?,
            Command::UnlistenAll => "UNLISTEN",
            Command::SetConstraintsAll => "SET CONSTRAINTS",
        };
        Ok(tag.to_owned())
    }

    fn set(
        &mut self,
        name: &str,
        value: Option<&str>,
        local: bool,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        if let Some(modes) = transaction_setting(name, value)? {
            if let Some(notice) = self.set_transaction(modes)? {
                self.notify(&notice, sink);
            }
            return Ok(());
        }
        if local && !self.transactions.is_any_block() {
            self.env.settings().check(name, value)?;
            let notice = warning(
                SqlState::NoActiveSqlTransaction,
                "SET LOCAL can only be used in transaction blocks",
            );
            self.notify(&notice, sink);
            return Ok(());
        }
        // Its change is undone if the transaction, be it an implicit one, fails.
        self.start_implicit()?;
        self.env.settings().set(name, value, local)?;
        self.renew_env()
    }

    fn set_characteristics(&mut self, modes: TransactionModes) -> Result<()> {
        let TransactionModes {
            isolation,
            read_only,
            deferrable,
        } = modes;
        self.start_implicit()?;
        let mut settings = self.env.settings();
        let on_off = |on: bool| if on { "on" } else { "off" };
        if let Some(level) = isolation {
            let name = super::transaction::level_name(level);
            settings.set("default_transaction_isolation", Some(name), false)?;
        }
        if let Some(on) = read_only {
            settings.set("default_transaction_read_only", Some(on_off(on)), false)?;
        }
        if let Some(on) = deferrable {
            settings.set("default_transaction_deferrable", Some(on_off(on)), false)?;
        }
        Ok(())
    }

    /// The rows of SHOW.
    pub(super) fn show(&mut self, name: &str) -> Result<Vec<Row>> {
        // The running transaction's modes are settings as well.
        self.start_implicit()?;
        let settings = self.env.settings();
        if name != "all" {
            return Ok(vec![vec![Datum::text(settings.show(name)?)]]);
        }
        let all = settings.show_all().into_iter();
        Ok(all
            .map(|(name, value, note)| {
                vec![Datum::text(name), Datum::text(value), Datum::text(note)]
            })
            .collect())
    }

    fn reset(&mut self, name: Option<&str>) -> Result<()> {
        self.start_implicit()?;
        match name {
            Some(name) => self.env.settings().set(name, None, false)?,
            None => self.env.settings().reset_all(),
        }
        self.renew_env()
    }

    fn discard(&mut self, what: Discard) -> Result<&'static str> {
        match what {
            Discard::All => {
                if self.transactions.is_any_block() {
                    return Err(Error::new(
                        SqlState::ActiveSqlTransaction,
                        "DISCARD ALL cannot run inside a transaction block",
                    ));
                }
                self.portals.clear();
                self.statements.clear();
                self.reset(None)?;
                Ok("DISCARD ALL")
            }
            Discard::Plans => Ok("DISCARD PLANS"),
            Discard::Sequences => Ok("DISCARD SEQUENCES"),
            Discard::Temp => Ok("DISCARD TEMP"),
        }
    }

    /// A portal of EXECUTE becomes one of the prepared statement.
    pub(super) fn follow_execute(&mut self, portal: &mut Portal) -> Result<()> {
        for _ in 0..MOST_NESTED {
            let bound = Arc::clone(&portal.bound);
            let Some(Action::Command(Command::Execute { name, arguments })) = &bound.action else {
                return Ok(());
            };
            self.become_prepared(portal, name, arguments)?;
        }
        Err(Error::new(
            SqlState::StatementTooComplex,
            format!("more than {MOST_NESTED} EXECUTE stand for each other"),
        ))
    }

    fn become_prepared(
        &mut self,
        portal: &mut Portal,
        name: &str,
        arguments: &Arguments,
    ) -> Result<()> {
        let bound = self.current_binding(name)?;
        let columns = self.columns_of(&bound).map_or(0, |columns| columns.len());
        if !portal.formats.is_empty() && portal.formats.len() != columns {
            // The name stands for another statement than when the portal was made.
            return Err(Error::new(
                SqlState::FeatureNotSupported,
                "cached plan must not change result type",
            ));
        }
        let catalog = self.catalog()?;
        let exprs = self.with_scope(&catalog, |scope| {
            sql::bind_arguments(arguments, &bound.params, name, scope)
        })?;
        portal.params = self.evaluate(&exprs)?;
        portal.bound = bound;
        Ok(())
    }

    fn evaluate(&self, exprs: &[Expr]) -> Result<Arc<[Datum]>> {
        let context = crate::exec::EvalContext {
            params: &[],
            env: &*self.env,
        };
        exprs
            .iter()
            .map(|expr| expr.eval(&[], &context))
            .collect::<Result<Vec<_>>>()
            .map(Arc::from)
    }

    fn deallocate(&mut self, name: Option<&str>) -> Result<&'static str> {
        match name {
            Some(name) => {
                self.prepared(name)?;
                self.statements.remove(name);
                Ok("DEALLOCATE")
            }
            None => {
                self.statements.clear();
                Ok("DEALLOCATE ALL")
            }
        }
    }

    fn close(&mut self, name: Option<&str>) -> Result<&'static str> {
        match name {
            Some(name) if self.portals.remove(name).is_none() => Err(Error::new(
                SqlState::InvalidCursorName,
                format!("cursor \"{name}\" does not exist"),
            )),
            Some(_) => Ok("CLOSE CURSOR"),
            None => {
                self.portals.clear();
                Ok("CLOSE CURSOR ALL")
            }
        }
    }
}

/// The settings that are the running transaction's modes.
fn transaction_setting(name: &str, value: Option<&str>) -> Result<Option<TransactionModes>> {
    let mut modes = TransactionModes::default();
    match (name, value.map(str::to_ascii_lowercase).as_deref()) {
        ("transaction_isolation", Some("read uncommitted")) => {
            modes.isolation = Some(Isolation::ReadUncommitted);
        }
        ("transaction_isolation", Some("read committed")) => {
            modes.isolation = Some(Isolation::ReadCommitted);
        }
        ("transaction_isolation", Some("repeatable read")) => {
            modes.isolation = Some(Isolation::RepeatableRead);
        }
        ("transaction_isolation", Some("serializable")) => {
            modes.isolation = Some(Isolation::Serializable);
        }
        ("transaction_read_only", Some("on" | "true" | "yes" | "1")) => {
            modes.read_only = Some(true)
        }
        ("transaction_read_only", Some("off" | "false" | "no" | "0")) => {
            modes.read_only = Some(false)
        }
        ("transaction_deferrable", Some("on" | "true" | "yes" | "1")) => {
            modes.deferrable = Some(true)
        }
        ("transaction_deferrable", Some("off" | "false" | "no" | "0")) => {
            modes.deferrable = Some(false)
        }
        _ => return Ok(None),
    }
    Ok(Some(modes))
}
