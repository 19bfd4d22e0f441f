//! The command line: what an operator types, what comes back, and with which exit code.
//!
//! Whatever keeps a server from starting is one line on standard error and exit code 1, so that a unit file or a
//! container shows the reason; a signal is an orderly end with exit code 0.

mod settings;
mod signals;

use crate::support::server::{Ended, Server, keywire, run_to_end};
use crate::support::{free_port, repository};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `keywire serve` on a folder with these flags; it must end by itself.
fn serve(data: &Path, listen: &str, flags: &[&str]) -> Ended {
    run_to_end(
        keywire()
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(["--listen", listen])
            .args(flags),
        PATIENCE,
    )
}

/// Exit code 1 and one line, which names what is wrong.
fn assert_refused(ended: &Ended, names: &str) {
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.lines().count(),
        1,
        "not one line: {}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains(names),
        "{names:?} is not named: {}",
        ended.stderr
    );
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// Every setting in src/config.rs has a flag, and every flag is in the help.
#[test]
fn help_mentions_every_setting() {
    let help = run_to_end(keywire().args(["serve", "--help"]), PATIENCE);
    assert!(help.status.success());
    let flags = [
        "--data",
        "--listen",
        "--socket-dir",
        "--config",
        "--insecure",
        "--log-format",
    ];
    let limits = [
        "--max-connections",
        "--max-message-size",
        "--max-statement-size",
        "--max-transaction-size",
    ];
    for flag in flags
        .into_iter()
        .chain(limits)
        .chain(["--max-row-size", "--statement-timeout"])
    {
        assert!(help.stdout.contains(flag), "{flag} is not in the help");
    }
    let source = std::fs::read_to_string(repository().join("src/config.rs")).unwrap();
    let variables = regex::Regex::new(r#""KEYWIRE_([A-Z_]+)""#).unwrap();
    for name in variables
        .captures_iter(&source)
        .map(|found| found[1].to_string())
    {
        let flag = format!("--{}", name.to_lowercase().replace('_', "-"));
        assert!(help.stdout.contains(&flag), "{flag} is not in the help");
        assert!(
            help.stdout.contains(&format!("KEYWIRE_{name}")),
            "KEYWIRE_{name} is not in the help"
        );
    }
    let short = run_to_end(keywire().arg("--help"), PATIENCE);
    assert!(short.status.success() && short.stdout.contains("serve"));
    let version = run_to_end(keywire().arg("--version"), PATIENCE);
    assert!(
        version.stdout.contains(env!("CARGO_PKG_VERSION")),
        "{}",
        version.stdout
    );
}

#[test]
fn a_flag_that_does_not_exist_is_refused() {
    let ended = run_to_end(keywire().args(["serve", "--no-such-flag"]), PATIENCE);
    assert!(
        !ended.status.success() && ended.stderr.contains("--no-such-flag"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    assert_refused(&serve(&folder.path().join("data"), &address, &[]), &address);
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "dear").unwrap();
    let ended = serve(folder.path(), &local(free_port()), &[]);
    assert_refused(&ended, folder.path().to_str().unwrap());
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["letter.txt"], "the folder was changed");
}

#[test]
fn a_file_instead_of_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    std::fs::write(&file, "not a folder").unwrap();
    assert_refused(
        &serve(&file, &local(free_port()), &[]),
        file.to_str().unwrap(),
    );
}

/// The folder says its format in a file of its own; one of the future must not be touched by the past.
#[test]
fn a_newer_format_is_refused() {
    let mut server = Server::start(&[]);
    server
        .connect()
        .query("CREATE TABLE kv (k int4 PRIMARY KEY)");
    server.sigterm();
    server.wait(PATIENCE).expect("it ends");
    let mark = std::fs::read_dir(server.data())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let version = mark
        .into_iter()
        .find(|path| path.to_string_lossy().to_lowercase().contains("format"));
    let version = version.expect("a file named FORMAT says the version of the folder");
    let text = std::fs::read_to_string(&version).unwrap();
    let raised: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    std::fs::write(&version, raised).unwrap();
    assert_refused(&serve(&server.data(), &local(free_port()), &[]), "format");
    std::fs::write(&version, text).unwrap();
    server.restart();
    assert_eq!(server.connect().value("SELECT count(*) FROM kv"), "0");
}

#[test]
fn two_servers_do_not_share_a_folder() {
    let server = Server::start(&[]);
    let ended = serve(&server.data(), &local(free_port()), &[]);
    assert_refused(&ended, server.data().to_str().unwrap());
    assert_eq!(server.connect().value("SELECT 1"), "1");
}

/// Without a password nor TLS, only this machine may connect, unless the operator says that this is meant.
#[test]
fn the_network_is_refused_unless_meant() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = format!("0.0.0.0:{}", free_port());
    assert_refused(
        &serve(&folder.path().join("data"), &everywhere, &[]),
        "--insecure",
    );
    let ended = serve(
        &folder.path().join("data"),
        &local(free_port()),
        &["--listen", &everywhere],
    );
    assert_refused(&ended, "--insecure");
    let server = Server::start(&["--listen", &everywhere, "--insecure"]);
    assert_eq!(server.connect().value("SELECT 1"), "1");
}

#[test]
fn several_addresses_and_a_socket_are_one_server() {
    use std::io::{Read, Write};
    let (second, sockets) = (local(free_port()), tempfile::tempdir().unwrap());
    let server = Server::start(&[
        "--listen",
        &second,
        "--socket-dir",
        sockets.path().to_str().unwrap(),
    ]);
    server
        .connect()
        .query("CREATE TABLE kv (k int4 PRIMARY KEY); INSERT INTO kv VALUES (1)");
    let mut other = crate::support::client::Client::connect(&second, "postgres");
    assert_eq!(other.value("SELECT count(*) FROM kv"), "1");

    // The name that libpq looks for.
    let path = sockets.path().join(format!(".s.PGSQL.{}", server.port()));
    let mut socket = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let parameters = [("user", "postgres"), ("database", "postgres")];
    let startup =
        crate::support::message::startup(crate::support::message::PROTOCOL_3, &parameters);
    socket.write_all(&startup).unwrap();
    let mut answer = [0];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"R");
}
