//! [`Sink`]: where the answers of a session go.

use async_trait::async_trait;

use crate::error::Result;
use crate::exec::OutputRow;
use crate::exec::plan::OutputColumn;
use crate::sqlstate::SqlState;
use crate::types::Formats;

/// The form of a value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// As people read it.
    #[default]
    Text,
    /// As drivers read it.
    Binary,
}

/// The severity of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// `NOTICE`
    Notice,
    /// `WARNING`
    Warning,
}

/// Something that the client is told beside the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub severity: Severity,
    /// Its SQLSTATE.
    pub state: SqlState,
    /// Its message.
    pub message: String,
}

/// Where the answers of a session go: the wire's output buffer, or a test's list.
#[async_trait]
pub trait Sink: Send {
    /// Rows follow (RowDescription). Only the simple protocol says so; in the extended one the
    /// client has asked with Describe.
    fn begin_rows(&mut self, columns: &[OutputColumn]);

    /// A row. `formats` has one for each column, or is empty for text throughout.
    fn row(
        &mut self,
        row: &OutputRow,
        columns: &[OutputColumn],
        formats: &[Format],
        print: &Formats,
    ) -> Result<()>;

    /// A statement has ended (CommandComplete).
    fn complete(&mut self, tag: &str);

    /// There was no statement (EmptyQueryResponse).
    fn empty(&mut self);

    /// The row limit was reached (PortalSuspended).
    fn suspended(&mut self);

    /// A notice or a warning.
    fn notice(&mut self, notice: &Notice);

    /// Whether so much is waiting that [`Sink::drain`] should be awaited before more is added.
    fn is_full(&self) -> bool;

    /// Gives what is waiting to the client. An error (08006) says that there is no client any more.
    async fn drain(&mut self) -> Result<()>;
}
