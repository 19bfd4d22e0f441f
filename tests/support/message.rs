//! Frontend messages as bytes, and backend messages as a line of text that a person can read and a test compare.

use std::fmt::Write;

/// One message from the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub kind: u8,
    pub body: Vec<u8>,
}

/// Any frontend message that has a type byte.
pub fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    out.extend((body.len() as u32 + 4).to_be_bytes());
    out.extend(body);
    out
}

fn cstring(text: impl AsRef<[u8]>) -> Vec<u8> {
    [text.as_ref(), b"\0"].concat()
}

/// A startup packet of any version; with `code` 80877103 and the like and no parameters, any other first packet.
pub fn startup(code: u32, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = code.to_be_bytes().to_vec();
    for (name, value) in parameters {
        body.extend(cstring(name));
        body.extend(cstring(value));
    }
    body.push(0);
    [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat()
}

pub const PROTOCOL_3: u32 = 3 << 16;
pub const SSL_REQUEST: u32 = 80877103;
pub const GSSENC_REQUEST: u32 = 80877104;
const CANCEL_REQUEST: u32 = 80877102;

/// SSLRequest or GSSENCRequest.
pub fn request(code: u32) -> Vec<u8> {
    [8_u32.to_be_bytes(), code.to_be_bytes()].concat()
}

pub fn cancel(pid: u32, secret: &[u8]) -> Vec<u8> {
    let size = 12 + secret.len() as u32;
    [
        &size.to_be_bytes()[..],
        &CANCEL_REQUEST.to_be_bytes(),
        &pid.to_be_bytes(),
        secret,
    ]
    .concat()
}

/// A simple query; bytes, because some tests send what is not UTF-8.
pub fn query(sql: impl AsRef<[u8]>) -> Vec<u8> {
    frame(b'Q', &cstring(sql))
}

pub fn parse(name: &str, sql: impl AsRef<[u8]>, types: &[u32]) -> Vec<u8> {
    let mut body = [cstring(name), cstring(sql)].concat();
    body.extend((types.len() as u16).to_be_bytes());
    types.iter().for_each(|oid| body.extend(oid.to_be_bytes()));
    frame(b'P', &body)
}

/// What a Bind carries beside its names; the default binds nothing and asks for text.
#[derive(Default)]
pub struct Bind<'a> {
    pub formats: &'a [i16],
    pub values: &'a [Option<Vec<u8>>],
    pub results: &'a [i16],
}

pub fn bind(portal: &str, statement: &str, bind: &Bind) -> Vec<u8> {
    let mut body = [cstring(portal), cstring(statement)].concat();
    let formats = |body: &mut Vec<u8>, list: &[i16]| {
        body.extend((list.len() as u16).to_be_bytes());
        list.iter()
            .for_each(|format| body.extend(format.to_be_bytes()));
    };
    formats(&mut body, bind.formats);
    body.extend((bind.values.len() as u16).to_be_bytes());
    for value in bind.values {
        body.extend(
            value
                .as_ref()
                .map_or(-1, |bytes| bytes.len() as i32)
                .to_be_bytes(),
        );
        body.extend(value.as_deref().unwrap_or_default());
    }
    formats(&mut body, bind.results);
    frame(b'B', &body)
}

/// Describe (`D`) or Close (`C`) of a statement (`S`) or a portal (`P`).
pub fn of_named(kind: u8, what: u8, name: &str) -> Vec<u8> {
    frame(kind, &[&[what][..], &cstring(name)].concat())
}

pub fn execute(portal: &str, limit: i32) -> Vec<u8> {
    frame(
        b'E',
        &[cstring(portal), limit.to_be_bytes().to_vec()].concat(),
    )
}

pub fn sync() -> Vec<u8> {
    frame(b'S', &[])
}

pub fn flush() -> Vec<u8> {
    frame(b'H', &[])
}

pub fn terminate() -> Vec<u8> {
    frame(b'X', &[])
}

/// Parse, Bind, Describe, Execute of the unnamed statement with text values, without a Sync.
pub fn unnamed(sql: &str, values: &[Option<Vec<u8>>]) -> Vec<u8> {
    let bound = bind(
        "",
        "",
        &Bind {
            values,
            ..Bind::default()
        },
    );
    [
        parse("", sql, &[]),
        bound,
        of_named(b'D', b'P', ""),
        execute("", 0),
    ]
    .concat()
}

impl Message {
    /// The fields of an ErrorResponse or NoticeResponse by their letter.
    pub fn field(&self, letter: u8) -> String {
        let found = self
            .body
            .split(|byte| *byte == 0)
            .find(|part| part.first() == Some(&letter));
        found
            .map(|part| String::from_utf8_lossy(&part[1..]).into_owned())
            .unwrap_or_default()
    }

    /// The values of a DataRow.
    pub fn values(&self) -> Vec<Option<Vec<u8>>> {
        let mut reader = Reader(&self.body);
        (0..reader.u16()).map(|_| reader.value()).collect()
    }

    /// The columns of a RowDescription.
    pub fn columns(&self) -> Vec<Column> {
        let mut reader = Reader(&self.body);
        (0..reader.u16()).map(|_| reader.column()).collect()
    }

    /// The type OIDs of a ParameterDescription.
    pub fn types(&self) -> Vec<u32> {
        let mut reader = Reader(&self.body);
        (0..reader.u16()).map(|_| reader.u32()).collect()
    }

    /// The text up to the end of a message that holds one string, such as CommandComplete.
    pub fn text(&self) -> String {
        Reader(&self.body).cstring()
    }

    /// Name and value of a ParameterStatus.
    pub fn setting(&self) -> (String, String) {
        let mut reader = Reader(&self.body);
        (reader.cstring(), reader.cstring())
    }
}

/// One column of a RowDescription.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub oid: u32,
    pub typmod: i32,
    pub format: u16,
}

/// Takes fields off the front of a body; a body that is too short fails the test that reads it.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, size: usize) -> &[u8] {
        assert!(
            self.0.len() >= size,
            "the server's message ends too early: {:?}",
            self.0
        );
        let (taken, rest) = self.0.split_at(size);
        self.0 = rest;
        taken
    }

    fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.take(2).try_into().unwrap())
    }

    fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.take(4).try_into().unwrap())
    }

    fn cstring(&mut self) -> String {
        let size = self
            .0
            .iter()
            .position(|byte| *byte == 0)
            .expect("a string ends");
        String::from_utf8_lossy(&self.take(size + 1)[..size]).into_owned()
    }

    fn value(&mut self) -> Option<Vec<u8>> {
        let size = self.u32() as i32;
        (size >= 0).then(|| self.take(size as usize).to_vec())
    }

    fn column(&mut self) -> Column {
        let name = self.cstring();
        self.take(6);
        let oid = self.u32();
        self.take(2);
        Column {
            name,
            oid,
            typmod: self.u32() as i32,
            format: self.u16(),
        }
    }
}

/// The message as one line. Texts of errors are left out: what is promised is their severity and SQLSTATE.
impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            b'1' => f.write_str("ParseComplete"),
            b'2' => f.write_str("BindComplete"),
            b'3' => f.write_str("CloseComplete"),
            b'n' => f.write_str("NoData"),
            b's' => f.write_str("PortalSuspended"),
            b'I' => f.write_str("EmptyQueryResponse"),
            b'C' => write!(f, "CommandComplete {}", self.text()),
            b'Z' => write!(f, "ReadyForQuery {}", self.body[0] as char),
            b'E' => write!(f, "ErrorResponse {} {}", self.field(b'V'), self.field(b'C')),
            b'N' => write!(
                f,
                "NoticeResponse {} {}",
                self.field(b'V'),
                self.field(b'C')
            ),
            b'K' => f.write_str("BackendKeyData"),
            b'R' => write!(f, "Authentication {}", Reader(&self.body).u32()),
            b'S' => f.write_str(&show_setting(&self.setting())),
            b't' => write!(f, "ParameterDescription {:?}", self.types()),
            b'T' => write!(f, "RowDescription{}", show_columns(&self.columns())),
            b'D' => write!(f, "DataRow{}", show_values(&self.values())),
            b'v' => write!(
                f,
                "NegotiateProtocolVersion {}",
                show_negotiation(&self.body)
            ),
            b'A' => write!(
                f,
                "NotificationResponse {}",
                show_bytes(&self.body[4..self.body.len() - 1])
            ),
            b'G' => write!(f, "CopyInResponse {}", self.body[0]),
            b'H' => write!(f, "CopyOutResponse {}", self.body[0]),
            b'd' => write!(f, "CopyData {}", show_bytes(&self.body)),
            b'c' => f.write_str("CopyDone"),
            other => write!(
                f,
                "unknown message {:?} {}",
                other as char,
                show_bytes(&self.body)
            ),
        }
    }
}

/// The minor version and the packager's words after it are nobody's promise.
fn show_setting((name, value): &(String, String)) -> String {
    let value = if name == "server_version" {
        value.split('.').next().unwrap()
    } else {
        value
    };
    format!("ParameterStatus {name}={value}")
}

fn show_columns(columns: &[Column]) -> String {
    columns.iter().fold(String::new(), |mut out, column| {
        let _ = write!(out, " {}:{}", column.name, column.oid);
        if column.typmod != -1 {
            let _ = write!(out, "({})", column.typmod);
        }
        out + if column.format == 1 { "/binary" } else { "" }
    })
}

fn show_values(values: &[Option<Vec<u8>>]) -> String {
    values
        .iter()
        .map(|value| {
            format!(
                " {}",
                value.as_ref().map_or("NULL".into(), |v| show_bytes(v))
            )
        })
        .collect()
}

/// Text as it is, quoted where it is empty or has blanks; anything that is not printable as hexadecimal digits.
pub fn show_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_empty() || text.contains([' ', '\n', '\t']) && !text.contains('\0') => {
            format!("{text:?}")
        }
        Ok(text) if !text.chars().any(char::is_control) => text.to_string(),
        _ => bytes
            .iter()
            .fold("0x".to_string(), |out, byte| format!("{out}{byte:02x}")),
    }
}

fn show_negotiation(body: &[u8]) -> String {
    let mut reader = Reader(body);
    let (minor, count) = (reader.u32(), reader.u32());
    let options: Vec<String> = (0..count).map(|_| reader.cstring()).collect();
    format!("3.{} {options:?}", minor & 0xffff)
}
