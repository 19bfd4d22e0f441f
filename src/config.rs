//! Every setting of the server and every limit on what a client may ask, with its unit and reason.
//!
//! A setting is a field of [`Config`]: its flag, its environment variable, its name in the file and
//! its `--help` are derived from the field. The file (TOML) is read as if it were flags that the
//! command line and the environment did not give, so there is one parser, one set of messages and
//! one precedence: flag, environment, file, default.

mod units;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::{session, sql, storage};
pub use units::{Size, Time};
use units::{count, size, time};

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "keywire",
    version,
    about = "A durable key-value store that speaks PostgreSQL."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What keywire is asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a data folder until SIGTERM or SIGINT.
    ///
    /// Each setting is a flag, an environment variable and a name in the file of --config (the
    /// flag's, with underscores). A flag wins over the environment, and the environment over the
    /// file. Sizes are bytes, or have a unit: kB, MB, GB (as in PostgreSQL, and KiB, MiB, GiB, these
    /// are powers of 1024). Times have a unit: ms, s, min, h, d.
    Serve(Box<Config>),
}

/// Settings and limits.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Read settings from this TOML file.
    #[arg(long, env = "KEYWIRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The data folder; made when it is not there. One server at a time.
    #[arg(
        long,
        env = "KEYWIRE_DATA",
        value_name = "DIR",
        default_value = "./data"
    )]
    pub data: PathBuf,

    /// Where to listen, as host:port; repeats (in the environment: with commas). Port 0 is any.
    #[arg(
        long,
        env = "KEYWIRE_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:5433"
    )]
    #[arg(value_delimiter = ',')]
    pub listen: Vec<String>,

    /// Listen on a Unix socket in this folder too: .s.PGSQL.PORT with the first address' port, for
    /// the server's own user only.
    #[arg(long, env = "KEYWIRE_SOCKET_DIR", value_name = "DIR")]
    pub socket_dir: Option<PathBuf>,

    /// Allow addresses beyond loopback although nobody is asked for a password.
    #[arg(long, env = "KEYWIRE_INSECURE", value_parser = BoolishValueParser::new())]
    pub insecure: bool,

    /// The form of the log, on standard error.
    #[arg(
        long,
        env = "KEYWIRE_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,

    /// The least severity that is logged: error, warn, info, debug, trace, or off.
    #[arg(
        long,
        env = "KEYWIRE_LOG_LEVEL",
        value_name = "LEVEL",
        default_value = "info"
    )]
    pub log_level: LevelFilter,

    /// Threads that run statements; 0 is one for each core.
    #[arg(
        long,
        env = "KEYWIRE_WORKER_THREADS",
        value_name = "N",
        default_value = "0"
    )]
    #[arg(value_parser = count(0, 1024))]
    pub worker_threads: u32,

    /// Memory for caches: a quarter for pages of the data file, the rest for single rows.
    #[arg(
        long,
        env = "KEYWIRE_CACHE_SIZE",
        value_name = "SIZE",
        default_value = "512MiB"
    )]
    #[arg(value_parser = size(1 << 20, 1 << 50))]
    pub cache_size: Size,

    /// Sessions that may be open at a time; beyond it 53300. Each takes memory, a file descriptor
    /// and its turn.
    #[arg(
        long,
        env = "KEYWIRE_MAX_CONNECTIONS",
        value_name = "N",
        default_value = "100"
    )]
    #[arg(value_parser = count(1, 262_143))]
    pub max_connections: u32,

    /// Size of one message of a client; beyond it 08P01 and the end of the session. A message is in
    /// memory as a whole before it is understood.
    #[arg(
        long,
        env = "KEYWIRE_MAX_MESSAGE_SIZE",
        value_name = "SIZE",
        default_value = "64MiB"
    )]
    #[arg(value_parser = size(64 << 10, 1 << 30))]
    pub max_message_size: Size,

    /// Size of one query text; beyond it 54000. Parsing takes several times a text's size in memory.
    #[arg(
        long,
        env = "KEYWIRE_MAX_STATEMENT_SIZE",
        value_name = "SIZE",
        default_value = "64MiB"
    )]
    #[arg(value_parser = size(1 << 10, 1 << 30))]
    pub max_statement_size: Size,

    /// Levels to which expressions may nest; beyond it 54001. A deep expression meets the limit
    /// instead of the end of the stack.
    #[arg(
        long,
        env = "KEYWIRE_MAX_NESTING_DEPTH",
        value_name = "N",
        default_value = "128"
    )]
    #[arg(value_parser = count(16, 512))]
    pub max_nesting_depth: u32,

    /// Size of what a transaction writes before it commits; beyond it 53400. The writes wait in
    /// memory, and one client must not take all of it.
    #[arg(long, env = "KEYWIRE_MAX_TRANSACTION_SIZE", value_name = "SIZE")]
    #[arg(default_value = "256MiB", value_parser = size(1 << 20, 1 << 40))]
    pub max_transaction_size: Size,

    /// Size of one key; beyond it 54000. A page of the B-tree must hold several.
    #[arg(
        long,
        env = "KEYWIRE_MAX_KEY_SIZE",
        value_name = "SIZE",
        default_value = "2KiB"
    )]
    #[arg(value_parser = size(64, 32 << 10))]
    pub max_key_size: Size,

    /// Size of one row; beyond it 54000. A row is read and written as a whole, and is in memory
    /// several times on its way.
    #[arg(
        long,
        env = "KEYWIRE_MAX_ROW_SIZE",
        value_name = "SIZE",
        default_value = "64MiB"
    )]
    #[arg(value_parser = size(8 << 10, 1 << 30))]
    pub max_row_size: Size,

    /// Prepared statements of one session; beyond it 53400. A client that forgets to close them
    /// meets the limit instead of the server's memory.
    #[arg(long, env = "KEYWIRE_MAX_PREPARED_STATEMENTS", value_name = "N")]
    #[arg(default_value = "10000", value_parser = count(1, 1 << 20))]
    pub max_prepared_statements: u32,

    /// How long a client may take until its session is open; then it is cut off. Whoever connects
    /// and says nothing must not keep others out.
    #[arg(
        long,
        env = "KEYWIRE_AUTHENTICATION_TIMEOUT",
        value_name = "TIME",
        default_value = "60s"
    )]
    #[arg(value_parser = time(Duration::from_secs(1), Duration::from_secs(600)))]
    pub authentication_timeout: Time,

    /// How long a statement may run, unless a session sets it; then 57014. 0 is for ever.
    #[arg(
        long,
        env = "KEYWIRE_STATEMENT_TIMEOUT",
        value_name = "TIME",
        default_value = "0"
    )]
    #[arg(value_parser = time(Duration::ZERO, MAX_TIMEOUT))]
    pub statement_timeout: Time,

    /// How long a statement may wait for a lock, unless a session sets it; then 55P03. 0 is for ever.
    #[arg(
        long,
        env = "KEYWIRE_LOCK_TIMEOUT",
        value_name = "TIME",
        default_value = "0"
    )]
    #[arg(value_parser = time(Duration::ZERO, MAX_TIMEOUT))]
    pub lock_timeout: Time,

    /// How long a transaction may stay open while its client says nothing, unless a session sets it;
    /// then 25P03. It holds its rows' locks and its snapshot. 0 is for ever.
    #[arg(
        long,
        env = "KEYWIRE_IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
        value_name = "TIME"
    )]
    #[arg(default_value = "0", value_parser = time(Duration::ZERO, MAX_TIMEOUT))]
    pub idle_in_transaction_session_timeout: Time,

    /// How long a session may say nothing, unless a session sets it; then 57P05. It holds a
    /// connection. 0 is for ever.
    #[arg(
        long,
        env = "KEYWIRE_IDLE_SESSION_TIMEOUT",
        value_name = "TIME",
        default_value = "0"
    )]
    #[arg(value_parser = time(Duration::ZERO, MAX_TIMEOUT))]
    pub idle_session_timeout: Time,
}

/// PostgreSQL keeps timeouts in 32 bits, as milliseconds.
const MAX_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object on each line, for programs.
    Json,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A flag, a variable or a value is wrong, or `--help` and `--version` want to be printed.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// The file cannot be used.
    #[error("{file}: {problem}", file = .file.display())]
    File {
        /// Its name.
        file: PathBuf,
        /// What is wrong, in one line.
        problem: String,
    },
}

impl Cli {
    /// Reads the command line, the environment and the file.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ConfigError> {
        let mut arguments: Vec<OsString> = arguments.into_iter().collect();
        let matches = Self::command().try_get_matches_from(&arguments)?;
        let Some(("serve", given)) = matches.subcommand() else {
            return Ok(Self::from_arg_matches(&matches)?);
        };
        let Some(file) = given.get_one::<PathBuf>("config") else {
            return Ok(Self::from_arg_matches(&matches)?);
        };
        let missing = |name: &str| {
            !matches!(
                given.value_source(name),
                Some(ValueSource::CommandLine | ValueSource::EnvVariable)
            )
        };
        let flags = flags_of_file(file, missing)?;
        // Directly behind the subcommand, where no `--` can stand before them.
        let place = arguments
            .iter()
            .position(|a| a == "serve")
            .map_or(arguments.len(), |at| at + 1);
        arguments.splice(place..place, flags);
        let matches = Self::command()
            .try_get_matches_from(&arguments)
            .map_err(|error| in_file(file, summary(&error)))?;
        Ok(Self::from_arg_matches(&matches)?)
    }
}

impl Config {
    /// The defaults, whatever the environment says: for tests and for programs that embed a server.
    pub fn new(data: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        let command =
            Self::augment_args(clap::Command::new("keywire")).mut_args(|a| a.env(None::<&str>));
        let mut config = Self::from_arg_matches(&command.try_get_matches_from(["keywire"])?)?;
        config.data = data.into();
        Ok(config)
    }

    /// What sessions must know.
    pub fn session(&self) -> session::Options {
        let timeouts = [
            ("statement_timeout", self.statement_timeout),
            ("lock_timeout", self.lock_timeout),
            (
                "idle_in_transaction_session_timeout",
                self.idle_in_transaction_session_timeout,
            ),
            ("idle_session_timeout", self.idle_session_timeout),
        ];
        session::Options {
            parse: sql::Limits {
                depth: self.max_nesting_depth as usize,
                size: self.max_statement_size.0,
            },
            max_transaction_size: self.max_transaction_size.0,
            max_key_size: self.max_key_size.0,
            max_row_size: self.max_row_size.0,
            max_prepared_statements: self.max_prepared_statements as usize,
            settings: timeouts
                .into_iter()
                .filter(|(_, time)| !time.0.is_zero())
                .map(|(name, time)| (name.to_owned(), time.0.as_millis().to_string()))
                .collect(),
        }
    }

    /// What the engine must know.
    pub fn storage(&self) -> storage::Options {
        storage::Options {
            cache_bytes: self.cache_size.0,
            ..storage::Options::default()
        }
    }
}

/// The settings of a file as flags, except for those that are given already.
fn flags_of_file(
    file: &Path,
    missing: impl Fn(&str) -> bool,
) -> Result<Vec<OsString>, ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|error| in_file(file, error))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        in_file(file, format!("line {line}: {}", error.message()))
    })?;
    let known = Config::augment_args(clap::Command::new("serve"));
    let mut flags = Vec::new();
    for (name, value) in &table {
        let known = known.get_arguments().any(|a| a.get_id() == name.as_str());
        if !known || name == "config" {
            return Err(in_file(file, format!("there is no setting \"{name}\"")));
        }
        if missing(name) {
            flags_of_setting(name, value, &mut flags)
                .ok_or_else(|| in_file(file, format!("{name} cannot be {value}")))?;
        }
    }
    Ok(flags)
}

/// Adds the flags that say what a line of the file says; None where no flag could.
fn flags_of_setting(name: &str, value: &toml::Value, flags: &mut Vec<OsString>) -> Option<()> {
    let flag = format!("--{}", name.replace('_', "-"));
    match value {
        toml::Value::String(text) => flags.push(format!("{flag}={text}").into()),
        toml::Value::Integer(number) => flags.push(format!("{flag}={number}").into()),
        toml::Value::Boolean(true) => flags.push(flag.into()),
        toml::Value::Boolean(false) => {}
        toml::Value::Array(items) => {
            for item in items {
                flags_of_setting(name, item, flags)?;
            }
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => return None,
    }
    Some(())
}

fn in_file(file: &Path, problem: impl fmt::Display) -> ConfigError {
    ConfigError::File {
        file: file.to_owned(),
        problem: problem.to_string(),
    }
}

/// The first line of what clap has to say.
fn summary(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Config, ConfigError> {
        let arguments = ["keywire", "serve"].iter().chain(arguments);
        let Command::Serve(config) = Cli::read(arguments.map(OsString::from))?.command;
        Ok(*config)
    }

    fn with_file(text: &str, arguments: &[&str]) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let path = file.path().to_str().unwrap();
        read(&[&["--config", path], arguments].concat())
            .map_err(|e| e.to_string().replace(path, "FILE"))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_has_a_flag_a_variable_and_a_help() {
        let command = Config::augment_args(clap::Command::new("serve"));
        for setting in command.get_arguments() {
            let name = setting.get_id().as_str();
            let flag = name.replace('_', "-");
            assert_eq!(setting.get_long(), Some(flag.as_str()));
            let variable = format!("KEYWIRE_{}", name.to_uppercase());
            assert_eq!(setting.get_env().unwrap(), variable.as_str());
            assert!(setting.get_help().is_some(), "{name}");
        }
    }

    #[test]
    fn the_readme_lists_every_setting_with_its_default() {
        let readme = include_str!("../README.md");
        for setting in Config::augment_args(clap::Command::new("serve")).get_arguments() {
            let row = format!("| `--{}", setting.get_id().as_str().replace('_', "-"));
            let rows = readme.lines().filter_map(|line| line.strip_prefix(&row));
            let row = rows
                .filter(|rest| rest.starts_with(['`', ' ']))
                .collect::<Vec<_>>();
            assert_eq!(row.len(), 1, "{setting:?}");
            for default in setting.get_default_values() {
                let default = format!("| `{}`", default.to_str().unwrap());
                assert!(row[0].contains(&default), "{setting:?}: {}", row[0]);
            }
        }
    }

    #[test]
    fn flags_win_over_the_file() {
        let file = "max_key_size = '1KiB'\nmax_row_size = '1MiB'\ninsecure = true\n\
                    listen = ['127.0.0.1:1', '127.0.0.1:2']\nmax_connections = 7\n";
        let config = with_file(file, &["--max-key-size", "4kB", "--listen=[::1]:3"]).unwrap();
        assert_eq!(config.max_key_size, Size(4096));
        assert_eq!(config.max_row_size, Size(1 << 20));
        assert_eq!(config.max_connections, 7);
        assert_eq!(config.listen, ["[::1]:3"]);
        assert!(config.insecure);
        assert_eq!(with_file(file, &[]).unwrap().listen.len(), 2);
    }

    #[test]
    fn a_wrong_file_is_blamed_in_one_line() {
        let blamed = |text: &str| with_file(text, &[]).unwrap_err();
        assert_eq!(blamed("prot = 1"), "FILE: there is no setting \"prot\"");
        assert_eq!(
            blamed("max_key_size = 1.5"),
            "FILE: max_key_size cannot be 1.5"
        );
        assert_eq!(
            blamed("max_key_size = '1MB'"),
            "FILE: invalid value '1MB' for '--max-key-size <SIZE>': 1MiB is not between 64B and 32KiB"
        );
        assert!(blamed("data = './d'\n= 3").starts_with("FILE: line 2: "));
        assert!(blamed("insecure = 'perhaps'").starts_with("FILE: "));
    }

    #[test]
    fn the_defaults_are_those_of_sessions_and_of_the_engine() {
        let config = Config::new("d").unwrap();
        let (ours, theirs) = (config.session(), session::Options::default());
        assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        let cache = storage::Options::default().cache_bytes;
        assert_eq!(config.storage().cache_bytes, cache);
    }

    #[test]
    fn timeouts_are_settings_of_sessions() {
        let config = read(&["--lock-timeout", "2s"]).unwrap();
        let settings = config.session().settings;
        assert_eq!(settings, [("lock_timeout".to_owned(), "2000".to_owned())]);
    }
}
