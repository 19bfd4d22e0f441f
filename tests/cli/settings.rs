//! One setting, three ways: a flag wins over the environment, the environment over the file, the file over the default.

use super::{PATIENCE, assert_refused, local, serve};
use crate::support::free_port;
use crate::support::server::{Server, keywire, run_to_end};
use std::path::PathBuf;
use tempfile::TempDir;

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keywire.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn statement_timeout(flags: &[&str], environment: &[(&str, &str)]) -> String {
    Server::start_with(flags, environment)
        .connect()
        .value("SHOW statement_timeout")
}

#[test]
fn flag_environment_file_default() {
    let (_folder, path) = file("statement_timeout = \"1s\"\n");
    let config = ["--config", path.to_str().unwrap()];
    let environment = [("KEYWIRE_STATEMENT_TIMEOUT", "2s")];
    let all = [&config[..], &["--statement-timeout", "3s"]].concat();
    assert_eq!(statement_timeout(&[], &[]), "0");
    assert_eq!(statement_timeout(&config, &[]), "1s");
    assert_eq!(statement_timeout(&config, &environment), "2s");
    assert_eq!(statement_timeout(&all, &environment), "3s");
}

/// A name or a value that is not understood must not become a default in silence.
#[test]
fn a_setting_that_is_not_understood_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let listen = local(free_port());
    for (text, named) in [
        ("no_such_setting = 1\n", "no_such_setting"),
        ("statement_timeout = \"soon\"\n", "statement-timeout"),
        ("max_connections = -1\n", "max-connections"),
        ("max_connections = [\n", "keywire.toml"),
    ] {
        let (_folder, path) = file(text);
        assert_refused(
            &serve(&data, &listen, &["--config", path.to_str().unwrap()]),
            named,
        );
    }
    assert_refused(
        &serve(&data, &listen, &["--config", "nowhere.toml"]),
        "nowhere.toml",
    );
    let mut command = keywire();
    command
        .arg("serve")
        .arg("--data")
        .arg(&data)
        .env("KEYWIRE_MAX_CONNECTIONS", "many");
    let ended = run_to_end(&mut command, PATIENCE);
    assert!(
        !ended.status.success() && ended.stderr.to_lowercase().contains("max"),
        "{}",
        ended.stderr
    );
}

#[test]
fn logs_are_text_or_json() {
    for format in ["text", "json"] {
        let mut server = Server::start(&["--log-format", format]);
        server.connect().query("SELECT 1");
        server.sigterm();
        server.wait(PATIENCE).expect("it ends");
        let log = std::fs::read_to_string(server.log()).unwrap();
        assert!(!log.is_empty(), "a server that starts says so");
        let json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
        assert!(
            log.lines().all(|line| json(line) == (format == "json")),
            "{format}: {log}"
        );
    }
}
