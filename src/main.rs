//! The binary: the command line, the log, and a server that runs until a signal.

use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use keywire::config::{Cli, Command, Config, ConfigError, LogFormat};
use keywire::server::{self, Server};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long threads may take to end after the server has stopped; statements that do not even look
/// at their interrupt are left behind.
const LEAVE: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(ConfigError::Arguments(error)) => error.exit(),
        Err(error) => return fail(&error.to_string()),
    };
    let Command::Serve(config) = cli.command;
    start_log(&config);
    let runtime = match server::runtime(&config) {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("could not start threads: {error}")),
    };
    let served = runtime.block_on(serve(&config));
    runtime.shutdown_timeout(LEAVE);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

/// Serves until a signal, and stops in order; a second signal ends the process at once.
async fn serve(config: &Config) -> Result<(), String> {
    let mut signals = Signals::new().map_err(|e| format!("could not listen for signals: {e}"))?;
    let started = Server::start(config).await;
    let server = started.map_err(|error| error.message().to_owned())?;
    announce(server.addresses());
    let name = signals.next().await;
    tracing::info!("{name}: stopping; a second signal ends the server at once");
    tokio::select! {
        stopped = server.stop() => stopped.map_err(|error| error.message().to_owned())?,
        name = signals.next() => return Err(format!("ended at once by {name}")),
    }
    tracing::info!("stopped");
    Ok(())
}

/// Prints what can be pasted into a shell to connect.
fn announce(addresses: &[SocketAddr]) {
    let Some(address) = addresses.first() else {
        return;
    };
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let port = address.port();
    // Nobody may be listening to what the server prints, and it serves all the same.
    let _ = writeln!(
        io::stdout(),
        "psql \"host={host} port={port} user=postgres dbname=postgres\""
    );
}

/// Says in one line why there is no server.
fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "keywire: {}", message.replace('\n', " "));
    ExitCode::FAILURE
}

/// The log goes to standard error, and so do panics.
fn start_log(config: &Config) {
    let log = tracing_subscriber::fmt()
        .with_max_level(config.log_level)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // A log that cannot be written must not end the server.
        .log_internal_errors(false);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let trace = std::backtrace::Backtrace::capture();
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("without a message");
        tracing::error!(place, %trace, "panic: {message}");
    }));
}

/// The signals that ask for the end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
