//! One side of the comparison: a server, its named sessions, and a thread for each so that one may block.

use super::script::Statement;
use crate::support::client::Client;
use crate::support::message::{self, Bind, Column, Message, of_named};
use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What a server answers to one statement.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub results: Vec<ResultSet>,
    pub sqlstate: Option<String>,
    pub message: String,
    pub status: Option<char>,
    pub parameters: Vec<u32>,
    pub notifications: Vec<Vec<u8>>,
    /// Why the conversation ended here, if it did.
    pub broken: Option<String>,
}

/// One result of an outcome: a simple Query may have several.
#[derive(Clone, Debug, Default)]
pub struct ResultSet {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub tag: String,
    pub copied: Option<Vec<u8>>,
}

pub type Row = Vec<Option<Vec<u8>>>;

/// A server and the sessions that a script has opened on it.
pub struct Side {
    address: String,
    database: String,
    sessions: HashMap<String, Sender<(Statement, bool, Sender<Outcome>)>>,
}

/// Settings on which the text of values depends; both sides get the same.
const SETTINGS: [(&str, &str); 3] = [
    ("client_encoding", "UTF8"),
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, MDY"),
];

impl Side {
    pub fn new(address: &str, database: &str) -> Side {
        Side {
            address: address.into(),
            database: database.into(),
            sessions: HashMap::new(),
        }
    }

    /// Runs a statement on its session, which opens at its first use; the outcome comes through the channel.
    pub fn start(&mut self, statement: &Statement, extended: bool) -> Receiver<Outcome> {
        let (reply, outcome) = channel();
        let (address, database) = (self.address.clone(), self.database.clone());
        let session = self
            .sessions
            .entry(statement.session.clone())
            .or_insert_with(|| {
                let (jobs, queue) = channel();
                std::thread::spawn(move || serve(&address, &database, &queue));
                jobs
            });
        session
            .send((statement.clone(), extended, reply))
            .expect("a session's thread lives as long as its queue");
        outcome
    }

    /// Ends a session; its next use opens a new one.
    pub fn close(&mut self, session: &str) {
        self.sessions.remove(session);
    }
}

/// A session's thread: a connection that broke is opened anew for the next statement.
fn serve(address: &str, database: &str, queue: &Receiver<(Statement, bool, Sender<Outcome>)>) {
    let mut client = None;
    for (statement, extended, reply) in queue {
        let mut outcome = Outcome::default();
        if let Err(error) = run(
            &mut client,
            address,
            database,
            &statement,
            extended,
            &mut outcome,
        ) {
            outcome.broken = Some(error.to_string());
            client = None;
        }
        let _ = reply.send(outcome);
    }
}

fn run(
    client: &mut Option<Client>,
    address: &str,
    database: &str,
    statement: &Statement,
    extended: bool,
    outcome: &mut Outcome,
) -> io::Result<()> {
    if client.is_none() {
        let parameters = [
            &[("user", "postgres"), ("database", database)][..],
            &SETTINGS,
        ]
        .concat();
        let opened = Client::start(address, &parameters);
        *client =
            Some(opened.map_err(|failure| io::Error::other(format!("refused: {failure:?}")))?);
    }
    let client = client.as_mut().expect("it was opened above");
    let sql = statement.sql.as_deref().unwrap_or_default();
    let mut talk = Talk {
        client,
        outcome,
        data: statement.copy_data.as_deref(),
        open: ResultSet::default(),
    };
    if extended && !statement.joined {
        talk.extended(sql, statement.binds.as_deref())?;
    } else {
        talk.client.send(&message::query(sql))?;
    }
    talk.collect(b"Z")
}

/// The conversation about one statement.
struct Talk<'a> {
    client: &'a mut Client,
    outcome: &'a mut Outcome,
    data: Option<&'a [u8]>,
    open: ResultSet,
}

impl Talk<'_> {
    /// Parse and Describe, then Bind and Execute with results in binary, then Sync.
    fn extended(&mut self, sql: &str, binds: Option<&[Option<String>]>) -> io::Result<()> {
        let described = [
            message::parse("", sql, &[]),
            of_named(b'D', b'S', ""),
            message::flush(),
        ]
        .concat();
        self.client.send(&described)?;
        self.collect(b"TnE")?;
        if self.outcome.sqlstate.is_none() {
            let nulls = vec![None; self.outcome.parameters.len()];
            let values: Vec<_> = binds
                .unwrap_or(&nulls)
                .iter()
                .map(|v| v.clone().map(String::into_bytes))
                .collect();
            let bound = message::bind(
                "",
                "",
                &Bind {
                    values: &values,
                    results: &[1],
                    formats: &[],
                },
            );
            self.client
                .send(&[bound, message::execute("", 0), message::flush()].concat())?;
            self.collect(b"CIsE")?;
        }
        self.client.send(&message::sync())
    }

    /// Reads messages up to one of the given types.
    fn collect(&mut self, until: &[u8]) -> io::Result<()> {
        loop {
            let message = self
                .client
                .receive()?
                .ok_or_else(|| io::Error::other("connection closed"))?;
            self.take(&message)?;
            if until.contains(&message.kind) {
                return Ok(());
            }
        }
    }

    fn take(&mut self, message: &Message) -> io::Result<()> {
        match message.kind {
            b'T' => self.open.columns = message.columns(),
            b'D' => self.open.rows.push(self.row(message)?),
            b'C' | b'I' => {
                self.open.tag = if message.kind == b'C' {
                    message.text()
                } else {
                    String::new()
                };
                self.outcome.results.push(std::mem::take(&mut self.open));
            }
            b'E' => {
                self.outcome.sqlstate = Some(message.field(b'C'));
                self.outcome.message = message.field(b'M');
            }
            b'Z' => self.outcome.status = Some(message.body[0] as char),
            b't' => self.outcome.parameters = message.types(),
            b'A' => self.outcome.notifications.push(message.body[4..].to_vec()),
            b'G' => self.feed()?,
            b'H' => self.open.copied = Some(Vec::new()),
            b'd' => self
                .open
                .copied
                .get_or_insert_default()
                .extend(&message.body),
            b'1' | b'2' | b'3' | b'n' | b's' | b'c' | b'N' | b'S' => {}
            other => {
                return Err(io::Error::other(format!(
                    "message {:?} was not expected",
                    other as char
                )));
            }
        }
        Ok(())
    }

    fn row(&self, message: &Message) -> io::Result<Row> {
        let row = message.values();
        if row.len() != self.open.columns.len() {
            return Err(io::Error::other(
                "a DataRow does not fit its RowDescription",
            ));
        }
        Ok(row)
    }

    /// Answers CopyInResponse with the script's data, or gives up where the script has none.
    fn feed(&mut self) -> io::Result<()> {
        let answer = match self.data {
            Some(data) => [message::frame(b'd', data), message::frame(b'c', &[])].concat(),
            None => message::frame(b'f', b"no data\0"),
        };
        self.client.send(&[answer, message::flush()].concat())
    }
}

/// The outcome in a line, for people.
impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for result in &self.results {
            let columns: Vec<String> = result
                .columns
                .iter()
                .map(|c| format!("{}:{}", c.name, c.oid))
                .collect();
            write!(f, "{} [{}]", result.tag, columns.join(", "))?;
            for row in result.rows.iter().take(4) {
                let shown = |value: &Option<Vec<u8>>| {
                    value.as_deref().map_or("NULL".into(), message::show_bytes)
                };
                let values: Vec<String> = row.iter().map(shown).collect();
                write!(f, " ({})", values.join(", "))?;
            }
            let more = result.rows.len().saturating_sub(4);
            f.write_str(&if more > 0 {
                format!(" and {more} more; ")
            } else {
                "; ".into()
            })?;
        }
        if let Some(code) = &self.sqlstate {
            write!(f, "error {code} {} ", self.message)?;
        }
        if let Some(why) = &self.broken {
            write!(f, "BROKEN: {why} ")?;
        }
        write!(f, "[{}]", self.status.unwrap_or('-'))
    }
}
