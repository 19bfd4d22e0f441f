//! The protocol (PostgreSQL manual, chapter 55): bytes of a socket to calls of a [`Session`], and
//! its answers back to bytes.
//!
//! - [`connection`]: the loop: read, handle every complete message, write all replies at once.
//! - [`startup`]: what comes before the first statement: SSLRequest, CancelRequest, StartupMessage.
//! - [`frontend`]: the messages of clients, read in place.
//! - [`output`]: the replies that wait to be sent; it is the session's [`Sink`].
//! - [`encode`]: rows and their descriptions.
//! - [`errors`]: errors and notices.
//!
//! pgwire encodes the messages that are not on the hot path. Clients' messages are decoded here:
//! pgwire 0.42's decoder panics on a Bind whose lengths do not add up, replaces invalid UTF-8
//! instead of refusing it, and copies every name and parameter.
//!
//! [`Session`]: crate::session::Session
//! [`Sink`]: crate::session::Sink

mod connection;
mod encode;
mod errors;
mod frontend;
mod output;
mod startup;

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{Semaphore, watch};

use crate::session::Instance;

/// What the connections of a server share.
pub struct Context {
    /// The sessions' side.
    pub instance: Arc<Instance>,
    /// Limits on what clients send.
    pub limits: Limits,
    /// One for each session that may be open.
    pub permits: Arc<Semaphore>,
    /// Becomes true when the server stops.
    pub shutdown: watch::Receiver<bool>,
}

/// Limits on what clients send, from the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one message; a longer one ends the connection before it is read.
    pub max_message_size: usize,
    /// How long a client may take until its session is open.
    pub authentication_timeout: Duration,
}

/// A connected socket.
pub enum Stream {
    /// From the network.
    Tcp(TcpStream),
    /// From this machine.
    Unix(UnixStream),
}

/// Serves a client until it, or the server, is done.
pub async fn serve(stream: Stream, context: Arc<Context>) {
    match stream {
        Stream::Tcp(stream) => {
            let (reader, writer) = stream.into_split();
            converse(reader, writer, context).await;
        }
        Stream::Unix(stream) => {
            let (reader, writer) = stream.into_split();
            converse(reader, writer, context).await;
        }
    }
}

async fn converse<R, W>(mut reader: R, mut writer: W, context: Arc<Context>)
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let opened = startup::open(&mut reader, &mut writer, &context).await;
    if let Some((session, input, permit)) = opened {
        let mut connection = connection::Connection::new(reader, writer, session, input, &context);
        connection.run().await;
        // Before the socket closes: whoever sees that can have the place.
        drop(permit);
    }
}
