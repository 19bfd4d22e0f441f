//! A blocking client that sends any bytes and reads whole messages: the tests decide what the conversation is.

use super::message::{self, Message, PROTOCOL_3};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long a read may take before the test calls it a hang.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Client {
    stream: TcpStream,
    address: String,
    /// Bytes from the server, of which those before `taken` have been read.
    received: Vec<u8>,
    taken: usize,
    /// What BackendKeyData said: who to cancel, and the right to do so.
    pub pid: u32,
    pub secret: Vec<u8>,
    /// Messages of the startup, up to the first ReadyForQuery.
    pub greeting: Vec<Message>,
}

/// The answer to a simple query that succeeded.
#[derive(Debug, Default, PartialEq)]
pub struct Reply {
    pub rows: Vec<Vec<Option<String>>>,
    pub tags: Vec<String>,
    pub status: char,
}

/// Why a statement or a connection was refused.
#[derive(Debug)]
pub struct Failure {
    pub sqlstate: String,
    pub message: String,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure {
            sqlstate: "connection".into(),
            message: error.to_string(),
        }
    }
}

impl Failure {
    fn of(message: &Message) -> Self {
        Failure {
            sqlstate: message.field(b'C'),
            message: message.field(b'M'),
        }
    }
}

impl Client {
    /// A socket on which nothing has been said yet.
    pub fn raw(address: &str) -> io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let (address, received, greeting) = (address.to_string(), Vec::new(), Vec::new());
        Ok(Client {
            stream,
            address,
            received,
            taken: 0,
            pid: 0,
            secret: Vec::new(),
            greeting,
        })
    }

    /// A session of user postgres that is ready for queries.
    pub fn connect(address: &str, database: &str) -> Client {
        Client::try_connect(address, database)
            .unwrap_or_else(|failure| panic!("{address} refused: {failure:?}"))
    }

    pub fn try_connect(address: &str, database: &str) -> Result<Client, Failure> {
        Client::start(address, &[("user", "postgres"), ("database", database)])
    }

    /// A session with any startup parameters.
    pub fn start(address: &str, parameters: &[(&str, &str)]) -> Result<Client, Failure> {
        let mut client = Client::raw(address)?;
        client.send(&message::startup(PROTOCOL_3, parameters))?;
        client.finish_startup()?;
        Ok(client)
    }

    /// Reads up to the first ReadyForQuery and keeps the key for cancelling.
    fn finish_startup(&mut self) -> Result<(), Failure> {
        loop {
            let message = self
                .receive()?
                .ok_or(io::Error::from(io::ErrorKind::UnexpectedEof))?;
            match message.kind {
                b'E' => return Err(Failure::of(&message)),
                b'K' => {
                    self.pid = u32::from_be_bytes(message.body[..4].try_into().unwrap());
                    self.secret = message.body[4..].to_vec();
                }
                _ => {}
            }
            let ready = message.kind == b'Z';
            self.greeting.push(message);
            if ready {
                return Ok(());
            }
        }
    }

    pub fn set_patience(&mut self, patience: Duration) {
        self.stream.set_read_timeout(Some(patience)).unwrap();
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// The next message, or None when the server has closed the connection.
    pub fn receive(&mut self) -> io::Result<Option<Message>> {
        loop {
            if let Some(message) = self.take_message()? {
                return Ok(Some(message));
            }
            let mut chunk = [0; 1 << 16];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(size) => self.received.extend(&chunk[..size]),
                // A server that closes with our bytes unread resets; to a client that is the same end.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    fn take_message(&mut self) -> io::Result<Option<Message>> {
        let waiting = &self.received[self.taken..];
        let Some(header) = waiting.first_chunk::<5>() else {
            return Ok(self.forget_taken());
        };
        let size = u32::from_be_bytes(header[1..].try_into().unwrap()) as usize;
        if !(4..=1 << 30).contains(&size) {
            return Err(io::Error::other(format!(
                "the server sent a message of length {size}"
            )));
        }
        let Some(body) = waiting.get(5..size + 1) else {
            return Ok(self.forget_taken());
        };
        let message = Message {
            kind: header[0],
            body: body.to_vec(),
        };
        self.taken += size + 1;
        Ok(Some(message))
    }

    /// Makes room before the next read, once per read and not once per message.
    fn forget_taken(&mut self) -> Option<Message> {
        self.received.drain(..self.taken);
        self.taken = 0;
        None
    }

    /// One byte that is not a message: the answer to SSLRequest and GSSENCRequest.
    pub fn receive_byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.stream.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// Messages up to and including the `count`th ReadyForQuery; fewer when the server closes first.
    pub fn receive_until_ready(&mut self, count: usize) -> Vec<Message> {
        self.receive_while(|seen| {
            seen.iter().filter(|message| message.kind == b'Z').count() < count
        })
    }

    /// Messages up to the end of the connection.
    pub fn receive_until_closed(&mut self) -> Vec<Message> {
        self.receive_while(|_| true)
    }

    /// Messages for as long as `more` wants them and the server is there.
    pub fn receive_while(&mut self, more: impl Fn(&[Message]) -> bool) -> Vec<Message> {
        let mut seen = Vec::new();
        while more(&seen) {
            match self.receive() {
                Ok(Some(message)) => seen.push(message),
                Ok(None) => break,
                Err(error) => panic!("no answer ({error}) after:\n{}", conversation(&seen)),
            }
        }
        seen
    }

    /// Sends, and returns everything up to the next ReadyForQuery as text, one message per line.
    pub fn ask(&mut self, bytes: &[u8]) -> String {
        self.send(bytes).unwrap();
        conversation(&self.receive_until_ready(1))
    }

    /// Runs a simple query that must succeed.
    pub fn query(&mut self, sql: &str) -> Reply {
        self.try_query(sql)
            .unwrap_or_else(|failure| panic!("{sql}: {failure:?}"))
    }

    pub fn try_query(&mut self, sql: &str) -> Result<Reply, Failure> {
        self.try_send(&message::query(sql))
    }

    /// Runs one statement with text parameters through the extended protocol.
    pub fn try_execute(&mut self, sql: &str, values: &[Option<String>]) -> Result<Reply, Failure> {
        let values: Vec<_> = values
            .iter()
            .map(|value| value.clone().map(String::into_bytes))
            .collect();
        self.try_send(&[message::unnamed(sql, &values), message::sync()].concat())
    }

    fn try_send(&mut self, bytes: &[u8]) -> Result<Reply, Failure> {
        self.send(bytes)?;
        self.try_reply()
    }

    /// The answer to a query that was sent before.
    pub fn try_reply(&mut self) -> Result<Reply, Failure> {
        let (mut reply, mut failure) = (Reply::default(), None);
        loop {
            let message = self
                .receive()?
                .ok_or(io::Error::from(io::ErrorKind::UnexpectedEof));
            let message = message
                .map_err(|closed| failure.take().unwrap_or_else(|| Failure::from(closed)))?;
            match message.kind {
                b'D' => reply
                    .rows
                    .push(message.values().into_iter().map(|v| v.map(text)).collect()),
                b'C' => reply.tags.push(message.text()),
                b'E' => failure = Some(Failure::of(&message)),
                b'Z' => {
                    reply.status = message.body[0] as char;
                    return match failure {
                        Some(failure) => Err(failure),
                        None => Ok(reply),
                    };
                }
                _ => {}
            }
        }
    }

    /// The only value of the only row.
    pub fn value(&mut self, sql: &str) -> String {
        let reply = self.query(sql);
        reply.rows[0][0].clone().expect("not NULL")
    }

    /// Asks the server, on a connection of its own, to cancel what this session runs.
    pub fn cancel(&self, secret: &[u8]) {
        let mut other = Client::raw(&self.address).unwrap();
        other.send(&message::cancel(self.pid, secret)).unwrap();
        other.receive_until_closed();
    }

    /// Says that nothing more will be sent, while answers can still come.
    pub fn end_of_input(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// How long the server takes to close the connection; fails when it does not within `patience`.
    pub fn closed_within(&mut self, patience: Duration) -> Duration {
        let start = Instant::now();
        self.set_patience(patience);
        self.receive_until_closed();
        start.elapsed()
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("values of a simple query are text")
}

/// Messages as text, one per line.
pub fn conversation(messages: &[Message]) -> String {
    messages
        .iter()
        .map(|message| format!("{message}\n"))
        .collect()
}
