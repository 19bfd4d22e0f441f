//! Drives PostgreSQL and the subject through one script, in step, and keeps what they disagree on.

use super::compare::difference;
use super::script::{self, MAIN, Statement};
use super::session::{Outcome, Side};
use crate::support::postgres;
use crate::support::subject::Subject;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How long a statement on a named session may take before the script goes on without its answer.
const BLOCKED_AFTER: Duration = Duration::from_millis(300);
/// Longer than the client waits for any answer.
const FOREVER: Duration = Duration::from_secs(60);

/// What came of one or more files.
#[derive(Default)]
pub struct Report {
    pub counted: usize,
    pub uncounted: usize,
    pub differences: Vec<String>,
}

impl Report {
    pub fn add(&mut self, other: Report) {
        self.counted += other.counted;
        self.uncounted += other.uncounted;
        self.differences.extend(other.differences);
    }
}

/// A statement that has been sent to both sides, and what has come back.
struct Pending {
    statement: Statement,
    step: usize,
    sides: [Awaited; 2],
}

/// Where an answer will come from, and once it is there, the answer and the step at which it came.
type Awaited = (Receiver<Outcome>, Option<(Outcome, usize)>);

struct Run {
    name: String,
    extended: bool,
    step: usize,
    pending: Vec<Pending>,
    report: Report,
}

/// Runs a script on a new database of the PostgreSQL that the tests start and on the subject.
pub fn run_script(name: &str, text: &str, extended: bool, subject: &Subject) -> Report {
    let mut sides = [
        Side::new(&postgres::shared().address(), &postgres::fresh_database()),
        Side::new(&subject.address, &subject.database),
    ];
    let mut run = Run {
        name: name.into(),
        extended,
        step: 0,
        pending: Vec::new(),
        report: Report::default(),
    };
    for statement in script::read(text) {
        run.step += 1;
        run.settle(
            |pending| pending.statement.session == statement.session,
            FOREVER,
        );
        if statement.sql.is_none() {
            sides
                .iter_mut()
                .for_each(|side| side.close(&statement.session));
            continue;
        }
        run.execute(&mut sides, statement);
    }
    run.settle(|_| true, FOREVER);
    run.report
}

impl Run {
    /// Sends a statement to both sides. On the main session one after the other, so that what it does to the other
    /// sessions happens in the same order on both.
    fn execute(&mut self, sides: &mut [Side; 2], statement: Statement) {
        let starts = [
            sides[0].start(&statement, self.extended),
            sides[1].start(&statement, self.extended),
        ];
        let on_main = statement.session == MAIN;
        let sides = starts.map(|receiver| (receiver, None));
        self.pending.push(Pending {
            statement,
            step: self.step,
            sides,
        });
        if on_main {
            self.settle(|pending| pending.statement.session == MAIN, FOREVER);
        }
        self.settle(|_| true, BLOCKED_AFTER);
    }

    /// Waits for the answers to some of the pending statements, and judges those that are complete.
    fn settle(&mut self, which: impl Fn(&Pending) -> bool, patience: Duration) {
        let end = Instant::now() + patience;
        for pending in self.pending.iter_mut().filter(|pending| which(pending)) {
            for (receiver, answer) in &mut pending.sides {
                if answer.is_none() {
                    let left = end.saturating_duration_since(Instant::now());
                    *answer = receiver
                        .recv_timeout(left)
                        .ok()
                        .map(|outcome| (outcome, self.step));
                }
            }
        }
        let done = |pending: &mut Pending| pending.sides.iter().all(|(_, answer)| answer.is_some());
        let judged: Vec<Pending> = self.pending.extract_if(.., done).collect();
        for Pending {
            statement,
            step,
            sides: [(_, wanted), (_, got)],
        } in judged
        {
            if let (Some(wanted), Some(got)) = (wanted, got) {
                self.judge(&statement, wanted.0, got.0, [wanted.1 - step, got.1 - step]);
            }
        }
    }

    fn judge(&mut self, statement: &Statement, wanted: Outcome, got: Outcome, blocked: [usize; 2]) {
        if !statement.counted {
            self.report.uncounted += 1;
            return;
        }
        self.report.counted += 1;
        let blocking = || {
            let [wanted, got] = blocked;
            (wanted != got).then(|| format!("blocked for {wanted} steps, got {got}"))
        };
        let said = difference(statement, &wanted, &got, self.extended).or_else(blocking);
        let Some(said) = said else { return };
        let mode = if self.extended { "extended" } else { "simple" };
        let sql: Vec<&str> = statement
            .sql
            .as_deref()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        self.report.differences.push(format!(
            "{}:{} ({mode}, {}) {said}\n    {}\n    PostgreSQL: {wanted}\n    keywire:    {got}\n",
            self.name,
            statement.line,
            statement.session,
            sql.join(" ")
        ));
    }
}
