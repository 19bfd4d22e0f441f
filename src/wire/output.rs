//! The replies that wait to be sent.

use std::io;

use async_trait::async_trait;
use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::encode;
use super::errors::{self, Gravity};
use crate::error::{Error, Result};
use crate::exec::OutputRow;
use crate::exec::plan::OutputColumn;
use crate::session::{Format, Notice, Sink, Status};
use crate::sqlstate::SqlState;
use crate::types::Formats;

/// Bytes that wait before the client gets its turn to read: a client that reads slowly makes its
/// own statement slow and takes no more of the server's memory than this and one row.
const HIGH_WATER: usize = 64 << 10;

/// Bytes of capacity that are kept for the next replies; a larger buffer is given back.
const KEPT: usize = 256 << 10;

/// The replies to the messages that were read together: they leave in one write.
pub(super) struct Output<W> {
    writer: W,
    buffer: BytesMut,
    /// The client is gone; nothing more is written.
    broken: Option<io::Error>,
}

impl<W: AsyncWrite + Unpin + Send> Output<W> {
    pub(super) fn new(writer: W) -> Self {
        Self {
            writer,
            buffer: BytesMut::with_capacity(8 << 10),
            broken: None,
        }
    }

    /// The buffer, for messages that are written in place.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Sends what is waiting.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if let Some(e) = &self.broken {
            return Err(io::Error::from(e.kind()));
        }
        let written = self.writer.write_all(&self.buffer).await;
        self.buffer.clear();
        if self.buffer.capacity() > KEPT {
            self.buffer = BytesMut::with_capacity(8 << 10);
        }
        written
    }

    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// A message without a body.
    pub(super) fn bare(&mut self, kind: u8) {
        self.buffer.put_u8(kind);
        self.buffer.put_u32(4);
    }

    pub(super) fn error(&mut self, error: &Error, gravity: Gravity) {
        errors::error(error, gravity, &mut self.buffer);
    }

    pub(super) fn parameter_status(&mut self, name: &str, value: &str) {
        encode::parameter_status(name, value, &mut self.buffer);
    }

    pub(super) fn ready(&mut self, status: Status) {
        encode::ready(status, &mut self.buffer);
    }
}

#[async_trait]
impl<W: AsyncWrite + Unpin + Send> Sink for Output<W> {
    fn begin_rows(&mut self, columns: &[OutputColumn]) {
        encode::row_description(columns, &[], &mut self.buffer);
    }

    fn row(
        &mut self,
        row: &OutputRow,
        columns: &[OutputColumn],
        formats: &[Format],
        print: &Formats,
    ) -> Result<()> {
        encode::data_row(row, columns, formats, print, &mut self.buffer)
    }

    fn complete(&mut self, tag: &str) {
        self.buffer.put_u8(b'C');
        self.buffer.put_u32((4 + tag.len() + 1) as u32);
        self.buffer.put_slice(tag.as_bytes());
        self.buffer.put_u8(0);
    }

    fn empty(&mut self) {
        self.bare(b'I');
    }

    fn suspended(&mut self) {
        self.bare(b's');
    }

    fn notice(&mut self, notice: &Notice) {
        errors::notice(notice, &mut self.buffer);
    }

    fn is_full(&self) -> bool {
        self.buffer.len() >= HIGH_WATER
    }

    async fn drain(&mut self) -> Result<()> {
        self.flush().await.map_err(|e| {
            let error = Error::new(
                SqlState::ConnectionFailure,
                format!("the client is gone: {e}"),
            );
            self.broken = Some(e);
            error
        })
    }
}
