//! Running a portal: from its action to rows and a command tag.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{JoinHandle, block_in_place};

use super::Session;
use super::prepared::{Portal, PortalState, show_columns};
use super::sink::{Format, Notice, Severity, Sink};
use crate::error::{Error, Result};
use crate::exec::plan::{Ddl, OutputColumn, Plan};
use crate::exec::{self, Context, OutputRow, Written};
use crate::sql::{Action, Command};
use crate::sqlstate::SqlState;
use crate::types::env::Reason;
use crate::types::{Env, Formats, Interrupt};

/// How an Execute ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// With a command tag.
    Complete(String),
    /// At the row limit.
    Suspended,
    /// There was no statement.
    Empty,
}

/// Rows that are encoded before others get a turn on this thread.
const ROWS_PER_TURN: usize = 256;

impl Session {
    /// Runs a portal until its end, or until `max_rows` rows (0 for all) were sent.
    pub(super) async fn run_portal(
        &mut self,
        portal: &mut Portal,
        max_rows: u32,
        sink: &mut dyn Sink,
    ) -> Result<Outcome> {
        if let Some(Action::Command(Command::Execute { .. })) = &portal.bound.action {
            self.start_running();
            self.follow_execute(portal)?;
        }
        let bound = Arc::clone(&portal.bound);
        let plan = match &bound.action {
            None => return Ok(Outcome::Empty),
            Some(Action::Command(Command::Show(name))) => {
                return self.run_show(name, portal, max_rows, sink).await;
            }
            Some(Action::Command(command)) => {
                self.run_once(portal)?;
                self.start_running();
                return self.command(command, sink).await.map(Outcome::Complete);
            }
            Some(Action::Plan(plan)) => plan,
        };
        self.start_running();
        let _timer = self.statement_timer();
        if let PortalState::Ready = portal.state {
            portal.state = self.start_plan(plan, portal, sink).await?;
        }
        let columns = plan.columns().unwrap_or_default();
        Ok(match self.pump(columns, portal, max_rows, sink).await? {
            Some(sent) => Outcome::Complete(finish(plan, portal, sent)),
            None => Outcome::Suspended,
        })
    }

    async fn run_show(
        &mut self,
        name: &str,
        portal: &mut Portal,
        max_rows: u32,
        sink: &mut dyn Sink,
    ) -> Result<Outcome> {
        self.start_running();
        if let PortalState::Ready = portal.state {
            portal.state = PortalState::Buffered(self.show(name)?.into_iter(), 0);
        }
        let columns = show_columns(name);
        Ok(match self.pump(&columns, portal, max_rows, sink).await? {
            Some(_) => Outcome::Complete("SHOW".to_owned()),
            None => Outcome::Suspended,
        })
    }

    fn start_running(&mut self) {
        self.env.interrupt().clear();
        self.env.start_statement();
        if self.transactions.take_fresh() {
            self.env.start_transaction();
        }
    }

    /// Marks a portal that may run only once.
    fn run_once(&self, portal: &mut Portal) -> Result<()> {
        match std::mem::replace(&mut portal.state, PortalState::Done) {
            PortalState::Ready => Ok(()),
            PortalState::Rows(_)
            | PortalState::Buffered(..)
            | PortalState::Exhausted
            | PortalState::Done => Err(cannot_run_again()),
        }
    }

    /// The portal is borrowed for itself alone because its rows may move to another thread, and may
    /// not be shared with one.
    async fn start_plan(
        &mut self,
        plan: &Arc<Plan>,
        portal: &mut Portal,
        sink: &mut dyn Sink,
    ) -> Result<PortalState> {
        if !plan.is_read_only() {
            self.refuse_in_read_only(plan)?;
        }
        let context = self.context(portal)?;
        let heavy = portal.bound.heavy;
        match &**plan {
            Plan::Query(_) | Plan::Explain { .. } => {
                let rows = match heavy {
                    true => block_in_place(|| exec::query(plan, context)),
                    false => exec::query(plan, context),
                }?;
                Ok(PortalState::Rows(rows))
            }
            Plan::Insert(_) | Plan::Update(_) | Plan::Delete(_) => {
                let Some(txn) = self.transactions.current() else {
                    return Err(Error::internal("a write runs without a transaction"));
                };
                let running = exec::write(plan, &context, txn);
                let Written { count, rows } = match heavy {
                    true => block_in_place(|| Handle::current().block_on(running)),
                    false => running.await,
                }?;
                Ok(PortalState::Buffered(rows.into_iter(), count))
            }
            Plan::Ddl(ddl) => {
                self.run_ddl(ddl, &context, sink).await?;
                Ok(PortalState::Buffered(Vec::new().into_iter(), 0))
            }
        }
    }

    fn context(&mut self, portal: &Portal) -> Result<Context> {
        let lock_timeout = self.env.in_force().lock_timeout;
        let options = &self.instance.options;
        let limits = exec::Limits {
            key_size: options.max_key_size,
            row_size: options.max_row_size,
        };
        let view = self.statement_transaction()?.view();
        let env: Arc<dyn Env> = Arc::clone(&self.env) as Arc<dyn Env>;
        Ok(Context {
            view,
            params: Arc::clone(&portal.params),
            env,
            lock_timeout,
            limits,
        })
    }

    async fn run_ddl(&mut self, ddl: &Ddl, context: &Context, sink: &mut dyn Sink) -> Result<()> {
        if let Some(name) = outside_blocks(ddl)
            && self.transactions.is_any_block()
        {
            return Err(Error::new(
                SqlState::ActiveSqlTransaction,
                format!("{name} cannot run inside a transaction block"),
            ));
        }
        let Some(txn) = self.transactions.current() else {
            return Err(Error::internal("DDL runs without a transaction"));
        };
        let done = exec::ddl(ddl, context, txn, &self.instance.catalogs).await?;
        for (state, message) in done.notices {
            self.notify(
                &Notice {
                    severity: Severity::Notice,
                    state,
                    message,
                },
                sink,
            );
        }
        Ok(())
    }

    /// Sends a notice, if the client wants such notices.
    pub(super) fn notify(&self, notice: &Notice, sink: &mut dyn Sink) {
        let wanted = match (self.env.in_force().notices, notice.severity) {
            (None, _) => false,
            (Some(Severity::Warning), severity) => severity == Severity::Warning,
            (Some(Severity::Notice), _) => true,
        };
        if wanted {
            sink.notice(notice);
        }
    }

    fn refuse_in_read_only(&self, plan: &Plan) -> Result<()> {
        if !self.transactions.is_read_only() && !self.read_only_by_default() {
            return Ok(());
        }
        let name = match plan {
            Plan::Query(_) | Plan::Explain { .. } => return Ok(()),
            Plan::Insert(_) => "INSERT",
            Plan::Update(_) => "UPDATE",
            Plan::Delete(_) => "DELETE",
            Plan::Ddl(ddl) => ddl_tag(ddl),
        };
        Err(Error::new(
            SqlState::ReadOnlySqlTransaction,
            format!("cannot execute {name} in a read-only transaction"),
        ))
    }

    /// Whether a transaction that starts with this statement would be read-only.
    fn read_only_by_default(&self) -> bool {
        self.transactions.is_idle() && self.env.in_force().read_only
    }

    /// Sends rows; how many, or none where the client wants no more for now.
    async fn pump(
        &mut self,
        columns: &[OutputColumn],
        portal: &mut Portal,
        max_rows: u32,
        sink: &mut dyn Sink,
    ) -> Result<Option<u64>> {
        let heavy = portal.bound.heavy;
        let mut turn = Turn {
            columns,
            formats: &portal.formats,
            print: self.env.formats(),
            interrupt: self.env.interrupt(),
            left: if max_rows == 0 {
                u64::MAX
            } else {
                u64::from(max_rows)
            },
            sent: 0,
        };
        loop {
            let ended = match &mut portal.state {
                PortalState::Rows(rows) => match heavy {
                    true => block_in_place(|| turn.take(|| rows.next(), sink)),
                    false => turn.take(|| rows.next(), sink),
                }?,
                PortalState::Buffered(rows, _) => {
                    turn.take(|| Ok(rows.next().map(OutputRow::Values)), sink)?
                }
                PortalState::Exhausted => Ended::All,
                PortalState::Done => return Err(cannot_run_again()),
                PortalState::Ready => return Err(Error::internal("a portal did not start")),
            };
            match ended {
                Ended::All => break,
                Ended::AtLimit => return Ok(None),
                Ended::Turn if sink.is_full() => sink.drain().await?,
                Ended::Turn => tokio::task::yield_now().await,
            }
        }
        Ok(Some(turn.sent))
    }

    fn statement_timer(&self) -> Option<Timer> {
        let limit = self.env.in_force().statement_timeout?;
        let interrupt = Arc::clone(self.registration.interrupt());
        Some(Timer::start(limit, interrupt))
    }
}

/// What a stretch of sending rows needs.
struct Turn<'a> {
    columns: &'a [OutputColumn],
    formats: &'a [Format],
    print: &'a Formats,
    interrupt: &'a Interrupt,
    left: u64,
    sent: u64,
}

/// Why a stretch of sending rows has ended.
enum Ended {
    /// There are no more.
    All,
    /// As many as the client asked for were sent.
    AtLimit,
    /// It is the client's turn to read, or another session's to run.
    Turn,
}

impl Turn<'_> {
    fn take(
        &mut self,
        mut next: impl FnMut() -> Result<Option<OutputRow>>,
        sink: &mut dyn Sink,
    ) -> Result<Ended> {
        self.interrupt.check()?;
        for _ in 0..ROWS_PER_TURN {
            if self.left == 0 {
                return Ok(Ended::AtLimit);
            }
            let Some(row) = next()? else {
                return Ok(Ended::All);
            };
            sink.row(&row, self.columns, self.formats, self.print)?;
            self.left -= 1;
            self.sent += 1;
            if sink.is_full() {
                break;
            }
        }
        Ok(Ended::Turn)
    }
}

/// The state of a portal whose rows have all been sent, and its tag.
fn finish(plan: &Plan, portal: &mut Portal, sent: u64) -> String {
    match std::mem::replace(&mut portal.state, PortalState::Done) {
        PortalState::Buffered(_, written) if plan.columns().is_none() => tag(plan, written),
        // As in PostgreSQL, RETURNING counts the rows that this Execute has sent.
        PortalState::Buffered(..)
        | PortalState::Rows(_)
        | PortalState::Exhausted
        | PortalState::Ready
        | PortalState::Done => {
            portal.state = PortalState::Exhausted;
            tag(plan, sent)
        }
    }
}

fn cannot_run_again() -> Error {
    Error::new(
        SqlState::ObjectNotInPrerequisiteState,
        "portal cannot be run",
    )
}

/// Raises the interrupt when a statement has taken too long.
struct Timer(JoinHandle<()>);

impl Timer {
    fn start(limit: Duration, interrupt: Arc<Interrupt>) -> Self {
        Self(tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            interrupt.raise(Reason::StatementTimeout);
        }))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The command tag (PostgreSQL manual, 55.7, CommandComplete).
fn tag(plan: &Plan, count: u64) -> String {
    let (word, count) = match plan {
        Plan::Query(_) => ("SELECT ", count),
        Plan::Insert(_) => ("INSERT 0 ", count),
        Plan::Update(_) => ("UPDATE ", count),
        Plan::Delete(_) => ("DELETE ", count),
        Plan::Ddl(ddl) => return ddl_tag(ddl).to_owned(),
        Plan::Explain { .. } => return "EXPLAIN".to_owned(),
    };
    // Without the machinery of format!: this is the tag of every GET.
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = count;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let mut tag = String::with_capacity(word.len() + digits.len());
    tag.push_str(word);
    tag.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    tag
}

fn ddl_tag(ddl: &Ddl) -> &'static str {
    match ddl {
        Ddl::CreateDatabase { .. } => "CREATE DATABASE",
        Ddl::DropDatabase { .. } => "DROP DATABASE",
        Ddl::CreateSchema { .. } => "CREATE SCHEMA",
        Ddl::DropSchema { .. } => "DROP SCHEMA",
        Ddl::CreateTable { .. } => "CREATE TABLE",
        Ddl::DropTable { .. } => "DROP TABLE",
        Ddl::Truncate { .. } => "TRUNCATE TABLE",
    }
}

/// The name of what cannot be part of a transaction.
fn outside_blocks(ddl: &Ddl) -> Option<&'static str> {
    match ddl {
        Ddl::CreateDatabase { .. } | Ddl::DropDatabase { .. } => Some(ddl_tag(ddl)),
        Ddl::CreateSchema { .. }
        | Ddl::DropSchema { .. }
        | Ddl::CreateTable { .. }
        | Ddl::DropTable { .. }
        | Ddl::Truncate { .. } => None,
    }
}
