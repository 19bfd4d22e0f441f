//! The keywire binary as a process: started on a free port and a folder of its own, killed in every way there is.

use super::client::Client;
use super::{free_port, message, wait_until};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to answer, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running (or just killed) server; dropping it kills it and removes its folder.
pub struct Server {
    child: Child,
    flags: Vec<String>,
    environment: Vec<(String, String)>,
    port: u16,
    folder: TempDir,
}

/// What a run that ended by itself left behind.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// The binary with an environment in which no setting of the developer's own counts.
pub fn keywire() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keywire"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KEYWIRE_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the binary to its end; one that does not end is killed and fails the test.
pub fn run_to_end(command: &mut Command, patience: Duration) -> Ended {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let Some(status) = wait_for_exit(&mut child, patience) else {
        child.kill().unwrap();
        child.wait().unwrap();
        panic!(
            "{command:?} was still running after {patience:?}; stderr: {}",
            stderr.join().unwrap()
        );
    };
    Ended {
        status,
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    }
}

/// Reads a pipe beside the test, so that a server that writes much does not stop at a full one.
fn collect(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.unwrap().read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait_for_exit(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return Some(status),
            None if start.elapsed() > patience => return None,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

impl Server {
    /// Starts `keywire serve` with these further flags and waits until it answers.
    pub fn start(flags: &[&str]) -> Server {
        Server::start_with(flags, &[])
    }

    /// Starts it with variables in its environment as well.
    pub fn start_with(flags: &[&str], environment: &[(&str, &str)]) -> Server {
        let folder = tempfile::Builder::new()
            .prefix("keywire-test-")
            .tempdir()
            .unwrap();
        let flags: Vec<String> = flags.iter().map(|flag| flag.to_string()).collect();
        let port = free_port();
        let variable = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        let environment: Vec<_> = environment.iter().map(variable).collect();
        let child = launch(&folder.path().join("data"), port, &flags, &environment);
        let mut server = Server {
            child,
            flags,
            environment,
            port,
            folder,
        };
        server.wait_until_it_answers();
        server
    }

    fn wait_until_it_answers(&mut self) {
        let (address, log) = (self.address(), self.log());
        let child = &mut self.child;
        wait_until("the server answers", PATIENCE, || {
            if let Some(status) = child.try_wait().unwrap() {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                panic!("the server ended at once, {status}: {said}");
            }
            let Ok(mut client) = Client::try_connect(&address, "postgres") else {
                return false;
            };
            // It must not take a place from the test.
            client.send(&message::terminate()).unwrap();
            client.receive_until_closed();
            true
        });
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the server wrote to its standard error, over all its lives.
    pub fn log(&self) -> PathBuf {
        log_beside(&self.data())
    }

    pub fn connect(&self) -> Client {
        Client::connect(&self.address(), "postgres")
    }

    /// Ends the process as a power cut of the program would: no handler runs.
    pub fn kill_9(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks for an orderly end.
    pub fn sigterm(&self) {
        let status = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -TERM {}", self.pid()))
            .status()
            .unwrap();
        assert!(status.success(), "SIGTERM could not be sent");
    }

    /// Waits for the end that a signal asked for.
    pub fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        wait_for_exit(&mut self.child, patience)
    }

    /// Starts the binary again on the same folder and the same port; the former process must have ended.
    pub fn restart(&mut self) {
        assert!(
            self.child.try_wait().unwrap().is_some(),
            "restart of a server that still runs"
        );
        self.child = launch(&self.data(), self.port, &self.flags, &self.environment);
        self.wait_until_it_answers();
    }

    /// Resident memory in bytes, as the kernel counts it.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .expect("the server has no memory: it died");
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            let tail: Vec<&str> = log.lines().rev().take(30).collect();
            println!("the server's last lines:");
            tail.iter().rev().for_each(|line| println!("    {line}"));
        }
    }
}

fn log_beside(data: &Path) -> PathBuf {
    data.with_file_name("log")
}

fn launch(data: &Path, port: u16, flags: &[String], environment: &[(String, String)]) -> Child {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log_beside(data))
        .unwrap();
    let listen = format!("127.0.0.1:{port}");
    keywire()
        .arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--listen", &listen])
        .args(flags)
        .envs(environment.iter().cloned())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the keywire binary starts")
}
