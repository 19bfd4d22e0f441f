//! The commands of a wire script, and the sessions they speak on.
//!
//! A block of commands is sent in one write; then the answers are read until every Sync and every Query of the block
//! has its ReadyForQuery, so a second ReadyForQuery for one Sync shows up as a difference in the next block. A prefix
//! (`b: query ...`) names another session; a session opens at its first use as user postgres. Sessions take turns: when
//! another one speaks, the former is answered first, so that a script has one outcome.
//!
//! | command | meaning |
//! |---|---|
//! | `query SQL` | Query |
//! | `parse SQL [name=N] [types="23,25"]` | Parse; an OID of 0 leaves the type open |
//! | `bind VALUE... [portal=N] [statement=N] [formats="0,1"] [results=1]` | Bind; values: `NULL`, `0x00ff`, `int4:7`, `int8:7`, text |
//! | `describe statement=N`, `describe portal=N`, `close ...` | Describe, Close |
//! | `execute [portal=N] [limit=5]` | Execute |
//! | `sync`, `flush`, `terminate` | Sync, Flush, Terminate |
//! | `message TYPE 0x...` | a message of any type with any body |
//! | `startup [version=3.0] NAME=VALUE...` | opens the session and shows the greeting; `database=own` is the test's own |
//! | `request ssl`, `request gss` | the encryption requests, before `startup` |
//! | `await NAME` | sends what there is and reads up to a message of that name |
//! | `pause MILLISECONDS` | sends what there is and waits |
//! | `cancel [secret=wrong]` | sends what there is, then a CancelRequest for the session |
//! | `closed` | reads to the end of the connection |
//! | `closed unread` | the same, but what the server had not yet flushed is nobody's promise and not shown |

use crate::support::client::Client;
use crate::support::message::{self, Bind, Message, of_named};
use goldenscript::{Block, Command, Context, Runner};
use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// All sessions of one script.
pub struct Conversation {
    address: String,
    database: String,
    sessions: BTreeMap<String, Session>,
    /// Answers of this block that have been read already.
    said: String,
}

/// One connection, what is to be sent on it, and how many ReadyForQuery that will bring.
struct Session {
    client: Client,
    outgoing: Vec<u8>,
    expected: usize,
    /// No startup packet has been sent on it.
    fresh: bool,
}

impl Session {
    fn new(client: Client, fresh: bool) -> Self {
        Session {
            client,
            outgoing: Vec::new(),
            expected: 0,
            fresh,
        }
    }

    fn flush(&mut self) {
        // A server that has closed already says so when its answers are read.
        let _ = self.client.send(&std::mem::take(&mut self.outgoing));
    }

    /// Sends, and reads the answers of all that was sent.
    fn settle(&mut self) -> String {
        self.flush();
        let wanted = std::mem::take(&mut self.expected);
        let seen = self.client.receive_until_ready(wanted);
        let ready = seen.iter().filter(|message| message.kind == b'Z').count();
        show(&seen) + if ready < wanted { "closed\n" } else { "" }
    }
}

/// Two things are nobody's promise: the order in which settings are reported, so a run of them is sorted; and whether
/// a result is described before its first row fails, so such a description is left out.
fn show(messages: &[Message]) -> String {
    let failed_at = |i: usize| messages.get(i + 1).is_some_and(|next| next.kind == b'E');
    let shown = messages
        .iter()
        .enumerate()
        .filter(|(i, message)| message.kind != b'T' || !failed_at(*i));
    let mut lines: Vec<String> = shown.map(|(_, message)| format!("{message}\n")).collect();
    for run in lines
        .chunk_by_mut(|a, b| a.starts_with("ParameterStatus") && b.starts_with("ParameterStatus"))
    {
        run.sort();
    }
    lines.concat()
}

impl Conversation {
    pub fn new(address: &str, database: &str) -> Self {
        Conversation {
            address: address.into(),
            database: database.into(),
            sessions: BTreeMap::new(),
            said: String::new(),
        }
    }

    fn session(&mut self, name: &str) -> &mut Session {
        let (address, database) = (&self.address, &self.database);
        let open = || Session::new(Client::connect(address, database), false);
        self.sessions.entry(name.to_string()).or_insert_with(open)
    }

    fn flush_all(&mut self) {
        self.sessions.values_mut().for_each(Session::flush);
    }

    /// Reads the answers of all sessions that have something to send, but of `speaker`.
    fn give_turn_to(&mut self, speaker: &str) {
        for (name, session) in self
            .sessions
            .iter_mut()
            .filter(|(name, _)| *name != speaker)
        {
            if !session.outgoing.is_empty() {
                self.said += &of_session(name, &session.settle());
            }
        }
    }

    /// Opens a socket for commands that come before a session is ready.
    fn reopen(&mut self, name: &str) -> Result<&mut Session> {
        let client = Client::raw(&self.address)?;
        self.sessions
            .insert(name.to_string(), Session::new(client, true));
        Ok(self.session(name))
    }

    fn startup(&mut self, name: &str, command: &Command) -> Result<String> {
        let mut args = command.consume_args();
        let version = args.take_key("version").unwrap_or("3.0");
        let (major, minor) = version.split_once('.').ok_or("version=MAJOR.MINOR")?;
        let code = major.parse::<u32>()? << 16 | minor.parse::<u32>()?;
        let database = self.database.clone();
        let own = |value| {
            if value == "own" {
                database.as_str()
            } else {
                value
            }
        };
        let given: Vec<_> = std::iter::from_fn(|| args.next_key())
            .map(|(k, v)| (k, own(v)))
            .collect();
        if !self.sessions.get(name).is_some_and(|session| session.fresh) {
            self.reopen(name)?;
        }
        let session = self.session(name);
        session.client.send(&message::startup(code, &given))?;
        (session.expected, session.fresh) = (1, false);
        let answer = session.settle();
        // Whether the server says that it trusts the client before it refuses it is nobody's promise.
        let refused = answer.contains("ErrorResponse");
        Ok(answer
            .trim_start_matches(if refused { "Authentication 0\n" } else { "-" })
            .to_string())
    }

    fn request(&mut self, name: &str, kind: &str) -> Result<String> {
        let session = self.reopen(name)?;
        let code = if kind == "ssl" {
            message::SSL_REQUEST
        } else {
            message::GSSENC_REQUEST
        };
        session.client.send(&message::request(code))?;
        Ok((session.client.receive_byte()? as char).to_string())
    }

    fn await_message(&mut self, name: &str, wanted: &str) -> Result<String> {
        self.flush_all();
        let session = self.session(name);
        let arrived = |seen: &[Message]| {
            seen.last()
                .is_some_and(|last| last.to_string().starts_with(wanted))
        };
        let seen = session.client.receive_while(|seen| !arrived(seen));
        session.expected -= seen
            .iter()
            .filter(|message| message.kind == b'Z')
            .count()
            .min(session.expected);
        Ok(show(&seen))
    }

    fn cancel(&mut self, name: &str, wrong: bool) {
        self.flush_all();
        let client = &mut self.session(name).client;
        let mut secret = client.secret.clone();
        if wrong {
            secret[0] ^= 1;
        }
        client.cancel(&secret);
    }
}

impl Runner for Conversation {
    type Command = Command;

    fn run(&mut self, command: &Command, context: &Context) -> Result<String> {
        let name = context.prefix.clone().unwrap_or_default();
        let mut args = command.consume_args();
        match command.name.as_str() {
            "startup" => return self.startup(&name, command),
            "request" => return self.request(&name, args.next_pos().ok_or("ssl or gss")?),
            "await" => return self.await_message(&name, args.next_pos().ok_or("a name")?),
            "cancel" => self.cancel(&name, args.take_key("secret").is_some()),
            "closed" => {
                self.flush_all();
                let seen = self.session(&name).client.receive_until_closed();
                self.sessions.remove(&name);
                let unread = args.next_pos() == Some("unread");
                return Ok(if unread { String::new() } else { show(&seen) } + "closed");
            }
            "pause" => {
                self.flush_all();
                std::thread::sleep(Duration::from_millis(
                    args.next_pos().ok_or("milliseconds")?.parse()?,
                ));
            }
            _ => {
                let bytes = encode(command)?;
                self.give_turn_to(&name);
                let session = self.session(&name);
                session.expected += usize::from(matches!(command.name.as_str(), "query" | "sync"));
                session.outgoing.extend(bytes);
            }
        }
        Ok(String::new())
    }

    /// Sends the block and shows the answers, those of a named session with its name.
    fn end_block(&mut self, _: &Block) -> Result<String> {
        self.flush_all();
        for (name, session) in &mut self.sessions {
            self.said += &of_session(name, &session.settle());
        }
        Ok(std::mem::take(&mut self.said))
    }
}

fn of_session(name: &str, answers: &str) -> String {
    let prefix = if name.is_empty() {
        String::new()
    } else {
        format!("{name}: ")
    };
    answers
        .lines()
        .map(|line| format!("{prefix}{line}\n"))
        .collect()
}

/// The bytes of a command that is one frontend message.
fn encode(command: &Command) -> Result<Vec<u8>> {
    let mut args = command.consume_args();
    let mut key = |name: &str| args.take_key(name).map(str::to_string);
    let (portal, statement) = (key("portal"), key("statement"));
    let (name, types) = (key("name").unwrap_or_default(), numbers(key("types"))?);
    let (formats, results) = (numbers(key("formats"))?, numbers(key("results"))?);
    let limit = key("limit").unwrap_or("0".into()).parse()?;
    let texts: Vec<&str> = std::iter::from_fn(|| args.next_pos()).collect();
    args.reject_next()?;
    let first = texts.first().copied().unwrap_or_default();
    let portal_name = portal.clone().unwrap_or_default();
    let target = || match (&statement, &portal) {
        (Some(name), _) => (b'S', name.clone()),
        (None, name) => (b'P', name.clone().unwrap_or_default()),
    };
    Ok(match command.name.as_str() {
        "query" => message::query(bytes_of(first)?),
        "parse" => message::parse(&name, bytes_of(first)?, &types),
        "bind" => {
            let values = texts
                .iter()
                .map(|text| value(text))
                .collect::<Result<Vec<_>>>()?;
            let bound = Bind {
                formats: &formats,
                values: &values,
                results: &results,
            };
            message::bind(&portal_name, &statement.unwrap_or_default(), &bound)
        }
        "describe" => of_named(b'D', target().0, &target().1),
        "close" => of_named(b'C', target().0, &target().1),
        "execute" => message::execute(&portal_name, limit),
        "sync" => message::sync(),
        "flush" => message::flush(),
        "terminate" => message::terminate(),
        "message" => message::frame(
            first.as_bytes()[0],
            &texts.get(1).map_or(Ok(vec![]), |hex| bytes_of(hex))?,
        ),
        other => return Err(format!("unknown command {other}").into()),
    })
}

fn numbers<T: std::str::FromStr<Err = std::num::ParseIntError>>(
    list: Option<String>,
) -> Result<Vec<T>> {
    let list = list.unwrap_or_default();
    Ok(list
        .split(',')
        .filter(|text| !text.is_empty())
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()?)
}

/// Text as it is; `0x...` as the bytes it spells.
fn bytes_of(text: &str) -> Result<Vec<u8>> {
    let Some(digits) = text.strip_prefix("0x") else {
        return Ok(text.as_bytes().to_vec());
    };
    let pairs = (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16));
    Ok(pairs.collect::<std::result::Result<_, _>>()?)
}

fn value(text: &str) -> Result<Option<Vec<u8>>> {
    Ok(match text.split_once(':') {
        _ if text == "NULL" => None,
        Some(("int2", number)) => Some(number.parse::<i16>()?.to_be_bytes().to_vec()),
        Some(("int4", number)) => Some(number.parse::<i32>()?.to_be_bytes().to_vec()),
        Some(("int8", number)) => Some(number.parse::<i64>()?.to_be_bytes().to_vec()),
        _ => Some(bytes_of(text)?),
    })
}
