//! A running server: its folder, its addresses, its connections, and its end.
//!
//! [`Server::start`] opens the data folder and listens; one task for each address accepts, and owns
//! the tasks of the connections it has accepted. [`Server::stop`] ends all of it in order.

mod listen;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::catalog::CatalogStore;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::session::Instance;
use crate::sqlstate::SqlState;
use crate::storage::{self, Engine};
use crate::wire;
use listen::Listener;

/// How long running statements may go on after the server was asked to stop. Whoever stops a server
/// (systemd, Docker) waits for 10 s at least before it kills.
const GRACE: Duration = Duration::from_secs(6);

/// How long statements may take to notice that they are interrupted, after [`GRACE`]; then their
/// tasks are dropped.
const INTERRUPTED: Duration = Duration::from_secs(1);

/// How often statements are interrupted within [`INTERRUPTED`]: a session may start another one.
const INTERRUPT_EVERY: Duration = Duration::from_millis(50);

/// How long the accepting waits after a failure: a process without file descriptors would try, and
/// fail, without a pause.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Sockets that may be open beyond two for each session that may be: those who are about to open a
/// session, or to cancel a statement, or are being told that there is no room. PostgreSQL as well
/// takes twice as many as it has room for.
const SPARE_SOCKETS: usize = 64;

/// The stack of the threads that run statements. Expressions nest, and their evaluation recurses,
/// up to `max_nesting_depth`.
const STACK_SIZE: usize = 16 << 20;

/// A running server. Dropping it drops its connections without a word.
pub struct Server {
    engine: Arc<dyn Engine>,
    instance: Arc<Instance>,
    addresses: Vec<SocketAddr>,
    shutdown: watch::Sender<bool>,
    /// Each accepts at one address until the shutdown, and then returns its connections.
    acceptors: Vec<JoinHandle<JoinSet<()>>>,
}

/// The threads on which a server runs.
pub fn runtime(config: &Config) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.worker_threads > 0 {
        builder.worker_threads(config.worker_threads as usize);
    }
    builder
        .thread_name("keywire")
        .thread_stack_size(STACK_SIZE)
        .enable_all()
        .build()
}

impl Server {
    /// Opens the data folder of a configuration and serves it. An error is one line for whoever
    /// started the server.
    pub async fn start(config: &Config) -> Result<Self> {
        // Listening comes first: a folder is not set up for a server that cannot be reached. Who
        // connects meanwhile waits in the socket's queue.
        let listeners = listen::all(config).await?;
        let engine = storage::open(&config.data, config.storage())?;
        Self::serve(config, engine, listeners).await
    }

    /// Serves an engine that is open already, for tests.
    pub async fn start_on(engine: Arc<dyn Engine>, config: &Config) -> Result<Self> {
        Self::serve(config, engine, listen::all(config).await?).await
    }

    async fn serve(
        config: &Config,
        engine: Arc<dyn Engine>,
        listeners: Vec<Listener>,
    ) -> Result<Self> {
        let catalogs = CatalogStore::open(&engine, &roles().await).await?;
        let instance = Instance::new(
            Arc::clone(&engine),
            Arc::default(),
            Arc::new(catalogs),
            config.session(),
        );
        let (shutdown, stopped) = watch::channel(false);
        let connections = config.max_connections as usize;
        let context = Arc::new(wire::Context {
            instance: Arc::clone(&instance),
            limits: wire::Limits {
                max_message_size: config.max_message_size.0,
                authentication_timeout: config.authentication_timeout.0,
            },
            permits: Arc::new(Semaphore::new(connections)),
            shutdown: stopped,
        });
        let sockets = Arc::new(Semaphore::new(2 * connections + SPARE_SOCKETS));
        let addresses = listeners.iter().filter_map(Listener::address).collect();
        let acceptors = listeners
            .into_iter()
            .map(|listener| {
                tracing::info!(address = %listener, "listening");
                tokio::spawn(accept(listener, Arc::clone(&context), Arc::clone(&sockets)))
            })
            .collect();
        Ok(Self {
            engine,
            instance,
            addresses,
            shutdown,
            acceptors,
        })
    }

    /// Where it listens, in the order of the configuration.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What the server's sessions share.
    pub fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }

    /// Stops in order: nobody new is let in, idle sessions are told, running statements may end for
    /// [`GRACE`], then are interrupted, and what is left is dropped; at last the engine is closed.
    pub async fn stop(mut self) -> Result<()> {
        self.shutdown.send_replace(true);
        self.instance.stop_all();
        let mut connections = Vec::new();
        for acceptor in std::mem::take(&mut self.acceptors) {
            connections.extend(acceptor.await);
        }
        let ended = async |deadline: Instant, connections: &mut Vec<JoinSet<()>>| {
            timeout_at(deadline, all(connections)).await.is_ok()
        };
        let grace = Instant::now() + GRACE;
        if !ended(grace, &mut connections).await {
            tracing::warn!("interrupting statements that still run after {GRACE:?}");
            while Instant::now() < grace + INTERRUPTED {
                self.instance.interrupt_all();
                if ended(Instant::now() + INTERRUPT_EVERY, &mut connections).await {
                    break;
                }
            }
        }
        connections.iter_mut().for_each(JoinSet::abort_all);
        // One that neither looks at its interrupt nor waits for anything cannot be dropped: the
        // process ends without it.
        let _ = timeout(INTERRUPTED, all(&mut connections)).await;
        self.engine.close().await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.acceptors.iter().for_each(JoinHandle::abort);
    }
}

/// Waits for all connections to end.
async fn all(connections: &mut [JoinSet<()>]) {
    for set in connections {
        while set.join_next().await.is_some() {}
    }
}

/// Accepts connections and spawns a task for each, until the shutdown.
async fn accept(
    listener: Listener,
    context: Arc<wire::Context>,
    sockets: Arc<Semaphore>,
) -> JoinSet<()> {
    let mut shutdown = context.shutdown.clone();
    let mut connections = JoinSet::new();
    let mut failing = false;
    loop {
        let accepted = tokio::select! {
            biased;
            _ = shutdown.wait_for(|stop| *stop) => return connections,
            // Tasks that have ended are forgotten. One that panicked has released what it held
            // when its stack was unwound, and the panic hook has logged it.
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                failing = false;
                match Arc::clone(&sockets).try_acquire_owned() {
                    Ok(place) => {
                        let context = Arc::clone(&context);
                        connections.spawn(async move {
                            wire::serve(stream, context).await;
                            drop(place);
                        });
                    }
                    Err(_) => tracing::warn!("too many open sockets: a connection was closed"),
                }
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, address = %listener, "could not accept a connection");
                }
                failing = true;
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The roles that the first start creates, each with its database: that of the operating system's
/// user is whom psql logs in as when it is not told.
async fn roles() -> Vec<String> {
    // It knows users wherever they come from; the environment often says who was there before sudo.
    let asked = tokio::process::Command::new("id").arg("-un").output().await;
    let user = match asked {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).ok(),
        _ => std::env::var("USER").ok(),
    };
    let user = user.map(|name| name.trim().to_owned());
    let mut roles = vec!["postgres".to_owned()];
    roles.extend(user.filter(|name| !name.is_empty() && name != "postgres"));
    roles
}

/// Why a server does not start.
fn refusal(message: impl Into<String>) -> Error {
    Error::new(SqlState::ObjectNotInPrerequisiteState, message.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpStream, UnixStream};

    fn config() -> Config {
        let mut config = Config::new("unused").unwrap();
        config.listen = vec!["127.0.0.1:0".to_owned()];
        config
    }

    async fn start(config: &Config) -> Result<Server> {
        Server::start_on(storage::memory(), config).await
    }

    #[tokio::test]
    async fn a_server_stops_although_a_client_says_nothing() {
        let server = start(&config()).await.unwrap();
        let address = server.addresses()[0];
        let mut silent = TcpStream::connect(address).await.unwrap();
        // Long enough to be accepted.
        sleep(ACCEPT_PAUSE).await;
        let begin = Instant::now();
        server.stop().await.unwrap();
        assert!(begin.elapsed() < GRACE);
        assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
        assert!(TcpStream::connect(address).await.is_err());
    }

    /// Opens a session and returns what it is told up to ReadyForQuery, or the end.
    async fn connect(server: &Server) -> (TcpStream, Vec<u8>) {
        let mut stream = TcpStream::connect(server.addresses()[0]).await.unwrap();
        let parameters = b"\0\x03\0\0user\0postgres\0\0";
        let length = u32::try_from(parameters.len() + 4).unwrap();
        stream.write_u32(length).await.unwrap();
        stream.write_all(parameters).await.unwrap();
        let mut told = Vec::new();
        while !told.ends_with(b"Z\0\0\0\x05I") && stream.read_buf(&mut told).await.unwrap() > 0 {}
        (stream, told)
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut told = Vec::new();
        stream.read_to_end(&mut told).await.unwrap();
        String::from_utf8_lossy(&told).into_owned()
    }

    #[tokio::test]
    async fn idle_sessions_are_told_of_the_end() {
        let server = start(&config()).await.unwrap();
        let (session, told) = connect(&server).await;
        assert!(told.ends_with(b"I"));
        let begin = Instant::now();
        server.stop().await.unwrap();
        assert!(begin.elapsed() < GRACE);
        let told = rest(session).await;
        assert!(told.contains("FATAL") && told.contains("57P01"), "{told}");
    }

    #[tokio::test]
    async fn a_session_too_many_is_refused_until_another_ends() {
        let mut config = config();
        config.max_connections = 1;
        let server = start(&config).await.unwrap();
        let (first, _) = connect(&server).await;
        let (_, told) = connect(&server).await;
        assert!(String::from_utf8_lossy(&told).contains("53300"));
        drop(first);
        let mut told = Vec::new();
        for _ in 0..100 {
            told = connect(&server).await.1;
            if told.ends_with(b"I") {
                break;
            }
            sleep(INTERRUPT_EVERY).await;
        }
        assert!(told.ends_with(b"I"));
        server.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_folder_is_opened_again_after_a_stop() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config();
        config.data = dir.path().join("data");
        let server = Server::start(&config).await.unwrap();
        let (_session, _) = connect(&server).await;
        let refused = Server::start(&config).await.err().unwrap();
        assert!(refused.message().contains("in use"), "{refused}");
        server.stop().await.unwrap();
        Server::start(&config).await.unwrap().stop().await.unwrap();
    }

    #[tokio::test]
    async fn an_address_in_use_is_named() {
        let taken = start(&config()).await.unwrap();
        let mut second = config();
        second.listen = vec![taken.addresses()[0].to_string()];
        let refused = start(&second).await.err().unwrap();
        assert!(refused.message().contains(&second.listen[0]));
        assert!(refused.message().contains("--listen"));
    }

    #[tokio::test]
    async fn addresses_beyond_loopback_must_be_meant() {
        for address in ["0.0.0.0:0", "[::]:0"] {
            let mut config = config();
            config.listen.push(address.to_owned());
            let refused = start(&config).await.err().unwrap();
            assert!(refused.message().contains("--insecure"));
        }
        let mut meant = config();
        (meant.listen, meant.insecure) = (vec!["0.0.0.0:0".to_owned()], true);
        start(&meant).await.unwrap().stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_unix_socket_is_private_and_goes_with_its_server() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mut config = config();
        config.socket_dir = Some(dir.path().to_owned());
        let server = start(&config).await.unwrap();
        let port = server.addresses()[0].port();
        let path = dir.path().join(format!(".s.PGSQL.{port}"));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        UnixStream::connect(&path).await.unwrap();
        server.stop().await.unwrap();
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn the_socket_of_a_killed_server_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config();
        config.socket_dir = Some(dir.path().to_owned());
        let port = {
            let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            free.local_addr().unwrap().port()
        };
        config.listen = vec![format!("127.0.0.1:{port}")];
        let path = dir.path().join(format!(".s.PGSQL.{port}"));
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let server = start(&config).await.unwrap();
        UnixStream::connect(&path).await.unwrap();
        server.stop().await.unwrap();
    }
}
