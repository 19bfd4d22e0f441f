//! The PostgreSQL to compare with: one per test process, on a folder in memory or in the temporary directory.
//!
//! A shell between the test and the server holds the end of a pipe. When the test process ends, for whatever reason
//! (statics are not dropped, and a killed process drops nothing), the pipe closes and the shell stops the server.

use super::client::Client;
use super::{free_port, wait_until};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The running server; `_life` is the pipe whose end stops it.
pub struct Postgres {
    pub port: u16,
    _life: ChildStdin,
}

/// Settings on which comparisons depend, or that make a throw-away server fast.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nmax_connections = 200\nfsync = off\nshared_buffers = '32MB'\n\
    timezone = 'UTC'\nlog_timezone = 'UTC'\ndatestyle = 'iso, mdy'\nlc_messages = 'C'\nauthentication_timeout = '5s'\n";

/// Lives until its standard input closes, then stops the server and removes the folder.
const GUARD: &str = r#""$1/postgres" -D "$2/data" >"$2/log" 2>&1 </dev/null & server=$!
cat >/dev/null; kill -INT $server; wait $server; rm -rf "$2""#;

/// The PostgreSQL of this test process, started at the first call.
pub fn shared() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(start)
}

/// A new, empty database on the shared server.
pub fn fresh_database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "it_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    Client::connect(&shared().address(), "postgres").query(&format!("CREATE DATABASE {name}"));
    name
}

impl Postgres {
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

fn start() -> Postgres {
    let programs = programs();
    let folder = tempfile::Builder::new()
        .prefix("keywire-oracle-")
        .tempdir()
        .unwrap()
        .keep();
    let owner = unprivileged_owner();
    if let Some((uid, gid)) = owner {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
    }
    let data = folder.join("data");
    let mut initdb = command_as(owner, &programs.join("initdb"));
    initdb.arg("-D").arg(&data).args([
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]);
    let made = initdb.current_dir(&folder).output().unwrap();
    assert!(
        made.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );

    let port = free_port();
    let settings = format!(
        "{SETTINGS}port = {port}\nunix_socket_directories = '{}'\n",
        folder.display()
    );
    std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
    let mut guard = command_as(owner, Path::new("sh"));
    guard
        .args(["-c", GUARD, "guard"])
        .arg(&programs)
        .arg(&folder)
        .current_dir(&folder);
    // A group of its own: Ctrl-C in the terminal ends the test, and the test's end ends the guard.
    let mut guard = guard
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let life = guard.stdin.take().unwrap();
    wait_until("PostgreSQL answers", Duration::from_secs(60), || {
        assert!(
            guard.try_wait().unwrap().is_none(),
            "PostgreSQL ended at once"
        );
        Client::try_connect(&format!("127.0.0.1:{port}"), "postgres").is_ok()
    });
    Postgres { port, _life: life }
}

/// The folder of PostgreSQL 15's programs: Debian's, else the one that pg_config names.
fn programs() -> PathBuf {
    let debian = PathBuf::from("/usr/lib/postgresql/15/bin");
    if debian.join("initdb").exists() {
        return debian;
    }
    let asked = Command::new("pg_config").arg("--bindir").output();
    let named = asked
        .map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()))
        .unwrap_or_default();
    let version = Command::new(named.join("postgres"))
        .arg("--version")
        .output();
    let version = version
        .map(|out| String::from_utf8_lossy(&out.stdout).into_owned())
        .unwrap_or_default();
    assert!(
        version.contains(" 15."),
        "PostgreSQL 15 is not installed ('make test' installs it); found: '{version}'"
    );
    named
}

/// PostgreSQL refuses to run as root, so root runs it as the user that its package made.
fn unprivileged_owner() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let user = users
        .lines()
        .find(|line| line.starts_with("postgres:"))
        .expect("user postgres exists");
    let mut numbers = user
        .split(':')
        .skip(2)
        .map(|field| field.parse::<u32>().unwrap_or_default());
    Some((numbers.next().unwrap(), numbers.next().unwrap()))
}

fn command_as(owner: Option<(u32, u32)>, program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
    command
}
