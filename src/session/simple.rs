//! The simple protocol: a text with any number of statements.

use std::sync::Arc;

use super::Session;
use super::prepared::{Portal, PortalState};
use super::run::Outcome;
use super::sink::Sink;
use super::transaction::failed_block;
use crate::error::Result;
use crate::sql::{self, Parsed};

impl Session {
    /// Query: runs the statements of a text, which share one implicit transaction. ReadyForQuery
    /// follows in any case.
    pub async fn query(&mut self, text: &str, sink: &mut dyn Sink) -> Result<()> {
        self.statements.remove("");
        self.portals.remove("");
        let result = self.run_text(text, sink).await;
        if result.is_err() {
            self.fail();
        }
        result
    }

    async fn run_text(&mut self, text: &str, sink: &mut dyn Sink) -> Result<()> {
        let statements = sql::parse(text, self.instance.options.parse)?;
        if statements.is_empty() {
            sink.empty();
        }
        let last = statements.len().saturating_sub(1);
        for (index, statement) in statements.iter().enumerate() {
            self.run_statement(statement, index == last, last > 0, sink)
                .await?;
        }
        Ok(())
    }

    async fn run_statement(
        &mut self,
        parsed: &Parsed,
        is_last: bool,
        is_one_of_several: bool,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        if self.transactions.is_failed() && !parsed.ends_failed_block() {
            return Err(failed_block());
        }
        if is_one_of_several {
            self.start_implicit()?;
            self.transactions.set_several();
        }
        let bound = self.bind_simple(parsed)?;
        if let Some(columns) = self.columns_of(&bound) {
            sink.begin_rows(&columns);
        }
        let mut portal = Portal {
            bound,
            params: Arc::from([]),
            formats: Vec::new(),
            state: PortalState::Ready,
            depth: self.transactions.depth(),
        };
        let outcome = self.run_portal(&mut portal, 0, sink).await?;
        drop(portal);
        self.renew_env()?;
        if is_last {
            // The tag acknowledges: it is sent when the commit is durable.
            self.end_implicit().await?;
        }
        match outcome {
            Outcome::Complete(tag) => sink.complete(&tag),
            Outcome::Suspended => sink.suspended(),
            Outcome::Empty => sink.empty(),
        }
        Ok(())
    }
}
