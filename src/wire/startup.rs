//! What comes before the first statement (PostgreSQL manual, 55.2.1).
//!
//! A startup packet has no type byte: a length, a code, and what belongs to the code. The client
//! may ask for TLS or GSS encryption first (both are answered `N`: not here), cancel another
//! session's statement, or open a session.

use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;

use super::Context;
use super::encode;
use super::errors::{self, Gravity};
use super::frontend::Body;
use crate::error::{Error, Result};
use crate::session::{CancelKey, Session, Startup};
use crate::sqlstate::SqlState;

/// Bytes of a startup packet, as in PostgreSQL (`MAX_STARTUP_PACKET_LENGTH`).
const MAX_PACKET: usize = 10_000;

/// The codes that stand where a StartupMessage has its protocol version.
const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSSENC_REQUEST: u32 = 80_877_104;

/// Requests for encryption before the session: one of each kind is what clients send.
const MAX_NEGOTIATIONS: usize = 2;

/// A session, the input that was read beyond its startup, and its permit.
pub(super) type Opened = (Session, BytesMut, OwnedSemaphorePermit);

/// Brings a client to an open session. None: it wanted something else, or may not, or took too
/// long; it has been told and the connection is over.
pub(super) async fn open<R, W>(
    reader: &mut R,
    writer: &mut W,
    context: &Arc<Context>,
) -> Option<Opened>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let limit = context.limits.authentication_timeout;
    let mut shutdown = context.shutdown.clone();
    // A client that says nothing in time, or before the server stops, is not told anything, as in
    // PostgreSQL.
    let opened = tokio::select! {
        opened = negotiate(reader, writer, context) => opened,
        () = tokio::time::sleep(limit) => return None,
        _ = shutdown.wait_for(|stop| *stop) => return None,
    };
    match opened {
        Ok(opened) => opened,
        Err(e) => {
            let mut out = BytesMut::new();
            errors::error(&e, Gravity::Fatal, &mut out);
            let _ = writer.write_all(&out).await;
            None
        }
    }
}

async fn negotiate<R, W>(
    reader: &mut R,
    writer: &mut W,
    context: &Arc<Context>,
) -> Result<Option<Opened>>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let mut input = BytesMut::with_capacity(1024);
    for _ in 0..=MAX_NEGOTIATIONS {
        let Some(packet) = read_packet(reader, &mut input).await? else {
            return Ok(None);
        };
        match Packet::read(&packet)? {
            Packet::Encryption => {
                // What follows in plain text was sent before the answer: nobody may rely on it.
                if !input.is_empty() {
                    return Err(Error::new(
                        SqlState::ProtocolViolation,
                        "received unencrypted data after SSL request",
                    ));
                }
                if writer.write_all(b"N").await.is_err() {
                    return Ok(None);
                }
            }
            Packet::Cancel(key) => {
                context.instance.cancel(key);
                return Ok(None);
            }
            Packet::Startup(request) => {
                return open_session(request, writer, context, input)
                    .await
                    .map(Some);
            }
        }
    }
    Err(Error::new(
        SqlState::ProtocolViolation,
        "too many requests for encryption",
    ))
}

async fn open_session<W>(
    request: Request,
    writer: &mut W,
    context: &Arc<Context>,
    input: BytesMut,
) -> Result<Opened>
where
    W: AsyncWrite + Unpin + Send,
{
    let Request {
        minor,
        startup,
        unknown,
    } = request;
    if *context.shutdown.borrow() {
        return Err(Error::new(
            SqlState::CannotConnectNow,
            "the database system is shutting down",
        ));
    }
    let permit = Arc::clone(&context.permits)
        .try_acquire_owned()
        .map_err(|_| {
            Error::new(
                SqlState::TooManyConnections,
                "sorry, too many clients already",
            )
        })?;
    let mut session = Session::open(Arc::clone(&context.instance), startup)?;
    let mut out = BytesMut::with_capacity(1024);
    if minor > 0 || !unknown.is_empty() {
        negotiate_version(&unknown, &mut out);
    }
    encode::message(b'R', &mut out, |out| out.put_u32(0));
    for (name, value) in session.take_reports() {
        encode::parameter_status(name, &value, &mut out);
    }
    let key = session.cancel_key();
    encode::message(b'K', &mut out, |out| {
        out.put_i32(key.pid);
        out.put_i32(key.secret);
    });
    encode::ready(session.status(), &mut out);
    let lost = |e| {
        Error::new(
            SqlState::ConnectionFailure,
            format!("the client is gone: {e}"),
        )
    };
    writer.write_all(&out).await.map_err(lost)?;
    Ok((session, input, permit))
}

/// Tells the client that this is protocol 3.0 and which of its options are unknown.
fn negotiate_version(unknown: &[String], out: &mut BytesMut) {
    encode::message(b'v', out, |out| {
        out.put_u32(3 << 16);
        out.put_u32(unknown.len() as u32);
        for option in unknown {
            out.put_slice(option.as_bytes());
            out.put_u8(0);
        }
    });
}

/// Reads a packet: what follows its length. None: the client left.
async fn read_packet<R>(reader: &mut R, input: &mut BytesMut) -> Result<Option<BytesMut>>
where
    R: AsyncRead + Unpin,
{
    loop {
        if let Some(header) = input.first_chunk::<4>() {
            let length = u32::from_be_bytes(*header) as usize;
            if !(8..=MAX_PACKET).contains(&length) {
                return Err(Error::new(
                    SqlState::ProtocolViolation,
                    "invalid length of startup packet",
                ));
            }
            if input.len() >= length {
                let mut packet = input.split_to(length);
                let _ = packet.split_to(4);
                return Ok(Some(packet));
            }
        }
        match reader.read_buf(input).await {
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
    }
}

/// A startup packet.
#[derive(Debug)]
enum Packet {
    /// SSLRequest, GSSENCRequest.
    Encryption,
    /// CancelRequest
    Cancel(CancelKey),
    /// StartupMessage
    Startup(Request),
}

/// A StartupMessage.
#[derive(Debug)]
struct Request {
    /// The protocol's minor version that the client would like.
    minor: u32,
    startup: Startup,
    /// Options of the protocol (`_pq_.`) that are unknown here: all of them.
    unknown: Vec<String>,
}

impl Packet {
    fn read(packet: &[u8]) -> Result<Self> {
        let mut body = Body(packet);
        let code = body.int32()?.cast_unsigned();
        match code {
            SSL_REQUEST | GSSENC_REQUEST => Ok(Packet::Encryption),
            CANCEL_REQUEST => Ok(Packet::Cancel(CancelKey {
                pid: body.int32()?,
                secret: body.int32()?,
            })),
            _ if code >> 16 == 3 => Request::read(code & 0xffff, body).map(Packet::Startup),
            _ => Err(Error::new(
                SqlState::FeatureNotSupported,
                format!(
                    "unsupported frontend protocol {}.{}: server supports 3.0 to 3.0",
                    code >> 16,
                    code & 0xffff
                ),
            )),
        }
    }
}

impl Request {
    fn read(minor: u32, mut body: Body<'_>) -> Result<Self> {
        let mut startup = Startup::default();
        let mut unknown = Vec::new();
        let mut options = Vec::new();
        let layout = || {
            Error::new(
                SqlState::ProtocolViolation,
                "invalid startup packet layout: expected terminator as last byte",
            )
        };
        loop {
            let name = body.string().map_err(|_| layout())?;
            if name.is_empty() {
                break;
            }
            let value = body.string().map_err(|_| layout())?;
            match name {
                "user" => startup.user = cut(value),
                "database" => startup.database = cut(value),
                "options" => options = parse_options(value)?,
                "replication" => refuse_replication(value)?,
                name if name.starts_with("_pq_.") => unknown.push(name.to_owned()),
                name => startup.settings.push((name.to_owned(), value.to_owned())),
            }
        }
        if !body.0.is_empty() {
            return Err(layout());
        }
        if startup.user.is_empty() {
            return Err(Error::new(
                SqlState::InvalidAuthorizationSpecification,
                "no PostgreSQL user name specified in startup packet",
            ));
        }
        if startup.database.is_empty() {
            startup.database.clone_from(&startup.user);
        }
        // Settings of the packet itself come after those of `options`, as in PostgreSQL.
        options.append(&mut startup.settings);
        startup.settings = options;
        Ok(Self {
            minor,
            startup,
            unknown,
        })
    }
}

/// Names are cut to 63 bytes, as identifiers are.
fn cut(name: &str) -> String {
    name[..name.floor_char_boundary(63)].to_owned()
}

fn refuse_replication(value: &str) -> Result<()> {
    match value {
        "off" | "false" | "no" | "0" => Ok(()),
        _ => Err(Error::unsupported("the replication protocol")),
    }
}

/// `options`: words as a shell would cut them, of which `-c name=value` and `--name=value` are known.
fn parse_options(text: &str) -> Result<Vec<(String, String)>> {
    let mut settings = Vec::new();
    let mut words = split_words(text).into_iter();
    while let Some(word) = words.next() {
        let assignment = match word.strip_prefix("-c").or_else(|| word.strip_prefix("--")) {
            Some("") => words.next().unwrap_or_default(),
            Some(rest) => rest.to_owned(),
            None => {
                return Err(Error::syntax(format!(
                    "invalid command-line argument for server process: {word}"
                )));
            }
        };
        let Some((name, value)) = assignment.split_once('=') else {
            let switch = if word.starts_with("--") { "--" } else { "-c " };
            return Err(Error::syntax(format!(
                "{switch}{assignment} requires a value"
            )));
        };
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

/// Words between white space; a backslash takes the next character as it is.
fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_ascii_whitespace() => words.extend(word.take()),
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn startup(pairs: &[(&str, &str)]) -> Result<Request> {
        let mut packet = (3u32 << 16).to_be_bytes().to_vec();
        for (name, value) in pairs {
            packet.extend_from_slice(format!("{name}\0{value}\0").as_bytes());
        }
        packet.push(0);
        match Packet::read(&packet)? {
            Packet::Startup(request) => Ok(request),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_database_is_named_as_the_user_by_default() {
        let request = startup(&[("user", "ada")]).unwrap();
        assert_eq!(request.startup.database, "ada");
        let error = startup(&[("database", "x")]).unwrap_err();
        assert_eq!(
            error.message(),
            "no PostgreSQL user name specified in startup packet"
        );
    }

    #[test]
    fn options_are_settings_before_those_of_the_packet() {
        let options = r"-c search_path=a\ b --statement-timeout=5s -cjit=off";
        let request = startup(&[("user", "u"), ("jit", "on"), ("options", options)]).unwrap();
        let settings: Vec<_> = request
            .startup
            .settings
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        assert_eq!(
            settings,
            [
                "search_path=a b",
                "statement_timeout=5s",
                "jit=off",
                "jit=on"
            ]
        );
        assert!(startup(&[("user", "u"), ("options", "-x")]).is_err());
        assert!(startup(&[("user", "u"), ("options", "-c jit")]).is_err());
    }

    #[test]
    fn options_of_the_protocol_are_told_back() {
        let request = startup(&[("user", "u"), ("_pq_.trace", "1")]).unwrap();
        assert_eq!(request.unknown, ["_pq_.trace"]);
    }

    #[test]
    fn other_protocols_are_refused() {
        let error = Packet::read(&(2u32 << 16).to_be_bytes()).unwrap_err();
        assert_eq!(
            error.message(),
            "unsupported frontend protocol 2.0: server supports 3.0 to 3.0"
        );
        assert!(Packet::read(b"\0\x03").is_err());
        assert!(Packet::read(b"\0\x03\0\0user").is_err());
    }
}
