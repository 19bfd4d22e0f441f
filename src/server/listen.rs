//! Listening: on TCP addresses and on a Unix socket.

use std::fmt;
use std::fs::{self, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net as std_unix;
use std::path::{Path, PathBuf};
use std::time::Duration;

use socket2::{Domain, SockAddr, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream, UnixListener};

use super::refusal;
use crate::config::Config;
use crate::error::Result;
use crate::wire;

/// How long a client's machine may be silent until it is asked whether it is still there, and how
/// often it is asked then: a connection whose other end has vanished holds locks and a permit.
const KEEPALIVE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// Who may use the Unix socket: nobody is asked for a password, so only the server's own user.
const SOCKET_MODE: u32 = 0o700;

/// A socket that accepts connections.
pub(super) enum Listener {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, SocketFile),
}

/// The name of a Unix socket, which is removed with it.
pub(super) struct SocketFile(PathBuf);

/// Listens everywhere a configuration says.
pub(super) async fn all(config: &Config) -> Result<Vec<Listener>> {
    let mut listeners = Vec::new();
    for name in &config.listen {
        listeners.extend(tcp(name, config.insecure).await?);
    }
    if let Some(dir) = &config.socket_dir {
        // libpq finds the socket by the port that it was given.
        let port = listeners
            .iter()
            .find_map(Listener::address)
            .map(|a| a.port());
        let port = port.ok_or_else(|| refusal("a Unix socket needs the port of an address"))?;
        listeners.push(unix(&dir.join(format!(".s.PGSQL.{port}")))?);
    }
    Ok(listeners)
}

/// Listens on every address of a name.
async fn tcp(name: &str, insecure: bool) -> Result<Vec<Listener>> {
    let addresses: Vec<_> = match tokio::net::lookup_host(name).await {
        Ok(addresses) => addresses.collect(),
        Err(e) => return Err(refusal(format!("could not listen on \"{name}\": {e}"))),
    };
    let mut listeners = Vec::new();
    let mut failure = None;
    for address in addresses {
        if !insecure && !address.ip().is_loopback() {
            return Err(refusal(format!(
                "refusing to listen on {address}: nobody is asked for a password, so whoever reaches \
                 it may read and change everything; say --insecure if that is meant"
            )));
        }
        let bound = TcpListener::bind(address).await;
        match bound.and_then(|bound| Ok((bound.local_addr()?, bound))) {
            Ok((address, bound)) => listeners.push(Listener::Tcp(bound, address)),
            // A name like localhost may have addresses that the machine does not.
            Err(e) if e.kind() == io::ErrorKind::AddrNotAvailable => failure = Some((address, e)),
            Err(e) => return Err(occupied(&address, &e)),
        }
    }
    match failure {
        Some((address, e)) if listeners.is_empty() => Err(occupied(&address, &e)),
        _ => Ok(listeners),
    }
}

/// Listens on a Unix socket.
fn unix(path: &Path) -> Result<Listener> {
    let name = path.display();
    remove_stale(path).map_err(|e| occupied(&name, &e))?;
    let listen = || {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        let file = SocketFile(path.to_owned());
        // Before it listens nobody can connect, so nobody gets in before the permissions are set.
        fs::set_permissions(path, Permissions::from_mode(SOCKET_MODE))?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let listener = std_unix::UnixListener::from(std::os::fd::OwnedFd::from(socket));
        io::Result::Ok(Listener::Unix(UnixListener::from_std(listener)?, file))
    };
    listen().map_err(|e| occupied(&name, &e))
}

/// Removes the socket of a server that was killed.
fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => match std_unix::UnixStream::connect(path) {
            Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
            // Somebody listens, and binding will say so.
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn occupied(address: &impl fmt::Display, error: &io::Error) -> crate::error::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; stop the server that has it, or choose another with --listen"
        }
        _ => "",
    };
    refusal(format!("could not listen on {address}: {error}{advice}"))
}

impl Listener {
    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<wire::Stream> {
        match self {
            Listener::Tcp(listener, _) => {
                let (stream, peer) = listener.accept().await?;
                tracing::debug!(%peer, "connection");
                // A connection that is gone again fails here, and then on its first read.
                if let Err(error) = prepare(&stream) {
                    tracing::debug!(%error, "socket options");
                }
                Ok(wire::Stream::Tcp(stream))
            }
            Listener::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                tracing::debug!(address = %self, "connection");
                Ok(wire::Stream::Unix(stream))
            }
        }
    }

    /// Its TCP address.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match self {
            Listener::Tcp(_, address) => Some(*address),
            Listener::Unix(..) => None,
        }
    }
}

/// Replies leave at once, because each write is all there is to say; lost peers are noticed.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE_INTERVAL);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listener::Tcp(_, address) => address.fmt(f),
            Listener::Unix(_, file) => file.0.display().fmt(f),
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may be gone with its folder.
        let _ = fs::remove_file(&self.0);
    }
}
