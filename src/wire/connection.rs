//! The loop of a connection.
//!
//! Input is read until the socket has no more for now; every complete message is handled; then all
//! replies leave in one write. After an error in the extended protocol messages are skipped up to
//! the next Sync, and each Sync or Query is answered by exactly one ReadyForQuery, whose status is
//! the session's.

use std::io;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::Notify;

use super::encode;
use super::errors::Gravity;
use super::frontend::{self, Frame, Framed, Message, Target};
use super::output::Output;
use super::{Context, Limits};
use crate::error::{Error, Result};
use crate::session::{BindRequest, Session};
use crate::sqlstate::SqlState;

/// Bytes of capacity of the input buffer that are kept between messages; larger ones are given
/// back, so that one large message does not cost the server its memory as long as the client stays.
const KEPT: usize = 64 << 10;

/// Bytes that are read at a time at least.
const READ: usize = 8 << 10;

/// Bytes that are made room for at most before they have been sent.
const MOST_AHEAD: usize = 1 << 20;

/// A client with its session.
pub(super) struct Connection<R, W> {
    /// The first field, so that it is dropped first: whoever sees the end of a connection can rely
    /// on the end of its transaction.
    session: Session,
    reader: R,
    input: BytesMut,
    output: Output<W>,
    limits: Limits,
    stop: Arc<Notify>,
    /// Bytes that are missing of the message at the end of the input.
    missing: usize,
    /// An error was answered in the extended protocol: all is skipped up to Sync.
    skipping: bool,
}

/// Whether the conversation goes on.
enum Next {
    Continue,
    Close,
}

impl<R, W> Connection<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    /// A connection whose startup is done; `input` is what was read beyond it.
    pub(super) fn new(
        reader: R,
        writer: W,
        session: Session,
        input: BytesMut,
        context: &Context,
    ) -> Self {
        let stop = Arc::clone(session.stop());
        // Who stops the server has told all sessions that it found; this one may have come later.
        if *context.shutdown.borrow() {
            stop.notify_one();
        }
        Self {
            session,
            reader,
            input,
            output: Output::new(writer),
            limits: context.limits,
            stop,
            missing: 0,
            skipping: false,
        }
    }

    /// Serves until the client leaves, the connection fails, or the server stops.
    pub(super) async fn run(&mut self) {
        if let Err(e) = self.converse().await {
            tracing::debug!(error = %e, "connection lost");
        }
    }

    async fn converse(&mut self) -> io::Result<()> {
        loop {
            match self.handle_input().await {
                Ok(Next::Continue) => {}
                Ok(Next::Close) => return self.output.flush().await,
                // The stream of messages is broken: nothing that follows can be understood.
                Err(e) => return self.end(&e).await,
            }
            if !self.output.is_empty() {
                self.output.flush().await?;
            }
            match self.read().await? {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(e) => return self.end(&e).await,
            }
        }
    }

    /// Tells the client why the connection ends, and ends it.
    async fn end(&mut self, error: &Error) -> io::Result<()> {
        self.output.error(error, Gravity::Fatal);
        self.output.flush().await
    }

    /// Waits for input. The inner error is one that the client is told of.
    async fn read(&mut self) -> io::Result<Result<usize>> {
        if self.input.is_empty() && self.input.capacity() > KEPT {
            self.input = BytesMut::new();
        }
        // A client that announces much and sends little gets little.
        self.input.reserve(self.missing.clamp(READ, MOST_AHEAD));
        let limit = self.session.idle_limit();
        let idle = async {
            match limit {
                Some((limit, error)) => {
                    tokio::time::sleep(limit).await;
                    error
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // Before the input: a client that never pauses would keep the server from stopping.
            () = self.stop.notified() => Ok(Err(Error::new(
                SqlState::AdminShutdown,
                "terminating connection due to administrator command",
            ))),
            count = self.reader.read_buf(&mut self.input) => count.map(Ok),
            error = idle => Ok(Err(error)),
        }
    }

    /// Handles every message that is all there, in place: the input is taken out meanwhile.
    async fn handle_input(&mut self) -> Result<Next> {
        let mut input = std::mem::take(&mut self.input);
        let mut done = 0;
        let next = loop {
            match frontend::frame(&input[done..], self.limits.max_message_size) {
                Ok(Framed::Whole(frame)) => {
                    done += frame.len();
                    match self.handle(frame).await {
                        Ok(Next::Continue) => {}
                        Ok(Next::Close) => break Ok(Next::Close),
                        Err(e) if e.state() == SqlState::AdminShutdown => break Err(e),
                        Err(e) => self.answer_error(frame, &e),
                    }
                }
                Ok(Framed::Missing(bytes)) => {
                    self.missing = bytes;
                    break Ok(Next::Continue);
                }
                Err(e) => break Err(e),
            }
        };
        input.advance(done);
        self.input = input;
        next
    }

    fn answer_error(&mut self, frame: Frame<'_>, error: &Error) {
        if error.state() == SqlState::InternalError {
            tracing::error!(message = error.message(), "internal error");
        }
        self.session.fail();
        self.output.error(error, Gravity::Error);
        match frame.kind {
            b'Q' | b'F' | b'S' => self.ready(),
            _ => self.skipping = true,
        }
    }

    fn ready(&mut self) {
        for (name, value) in self.session.take_reports() {
            self.output.parameter_status(name, &value);
        }
        self.output.ready(self.session.status());
    }

    async fn handle(&mut self, frame: Frame<'_>) -> Result<Next> {
        if self.skipping && !matches!(frame.kind, b'S' | b'X') {
            return Ok(Next::Continue);
        }
        match Message::read(frame)? {
            Message::Query(text) => {
                self.session.query(text, &mut self.output).await?;
                self.ready();
            }
            Message::Parse { name, text, types } => {
                self.session.parse(name, text, &types)?;
                self.output.bare(b'1');
            }
            Message::Bind {
                portal,
                statement,
                param_formats,
                params,
                result_formats,
            } => {
                self.session.bind(BindRequest {
                    portal,
                    statement,
                    param_formats: &param_formats,
                    params: &params,
                    result_formats: &result_formats,
                })?;
                self.output.bare(b'2');
            }
            Message::Describe(target) => self.describe(&target)?,
            Message::Execute { portal, max_rows } => {
                self.session
                    .execute(portal, max_rows, &mut self.output)
                    .await?;
            }
            Message::Close(target) => {
                match target {
                    Target::Statement(name) => self.session.close_statement(name),
                    Target::Portal(name) => self.session.close_portal(name),
                }
                self.output.bare(b'3');
            }
            Message::Flush => self.output.flush().await.map_err(lost)?,
            Message::Sync => {
                self.skipping = false;
                self.session.sync().await?;
                self.ready();
            }
            Message::Terminate => return Ok(Next::Close),
            Message::Copy => {}
            Message::FunctionCall => return Err(Error::unsupported("the function call message")),
        }
        Ok(Next::Continue)
    }

    fn describe(&mut self, target: &Target<'_>) -> Result<()> {
        match target {
            Target::Statement(name) => {
                let description = self.session.describe_statement(name)?;
                encode::message(b't', self.output.buffer(), |out| {
                    encode::parameter_types(&description.params, out);
                });
                match &description.columns {
                    Some(columns) => encode::row_description(columns, &[], self.output.buffer()),
                    None => self.output.bare(b'n'),
                }
            }
            Target::Portal(name) => {
                let description = self.session.describe_portal(name)?;
                match &description.columns {
                    Some(columns) => {
                        encode::row_description(columns, description.formats, self.output.buffer());
                    }
                    None => self.output.bare(b'n'),
                }
            }
        }
        Ok(())
    }
}

fn lost(error: io::Error) -> Error {
    Error::new(
        SqlState::ConnectionFailure,
        format!("the client is gone: {error}"),
    )
}
