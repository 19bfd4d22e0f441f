//! The messages of clients (PostgreSQL manual, 55.7), read in place.
//!
//! A message is a type byte, a length (big-endian, itself included) and a body. [`frame`] finds the
//! first one of the input; [`Message::read`] takes it apart in place. Nothing that a client
//! sends can make these read past the message or reserve more than the message's own size.

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// A message, borrowed from its frame.
#[derive(Debug, PartialEq)]
pub(super) enum Message<'a> {
    /// `Q`
    Query(&'a str),
    /// `P`
    Parse {
        name: &'a str,
        text: &'a str,
        types: Vec<u32>,
    },
    /// `B`
    Bind {
        portal: &'a str,
        statement: &'a str,
        param_formats: Vec<i16>,
        params: Vec<Option<&'a [u8]>>,
        result_formats: Vec<i16>,
    },
    /// `D`
    Describe(Target<'a>),
    /// `E`
    Execute { portal: &'a str, max_rows: u32 },
    /// `C`
    Close(Target<'a>),
    /// `H`
    Flush,
    /// `S`
    Sync,
    /// `X`
    Terminate,
    /// `d`, `c`, `f`: what is left of a COPY that has failed; ignored, as PostgreSQL does.
    Copy,
    /// `F`
    FunctionCall,
}

/// What Describe and Close are about.
#[derive(Debug, PartialEq)]
pub(super) enum Target<'a> {
    /// A prepared statement.
    Statement(&'a str),
    /// A portal.
    Portal(&'a str),
}

/// A message in the input: its type byte and its body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame<'a> {
    pub kind: u8,
    pub body: &'a [u8],
}

impl Frame<'_> {
    /// Bytes of the whole message.
    pub(super) fn len(&self) -> usize {
        HEADER + self.body.len()
    }
}

/// What the start of the input holds.
#[derive(Debug, PartialEq)]
pub(super) enum Framed<'a> {
    /// A message.
    Whole(Frame<'a>),
    /// The start of one; so many bytes are missing at least.
    Missing(usize),
}

/// Bytes before the body: the type and the length.
const HEADER: usize = 5;

/// Finds the message at the start of the input. An error says that the connection cannot go on.
pub(super) fn frame(input: &[u8], max_size: usize) -> Result<Framed<'_>> {
    let Some((header, rest)) = input.split_first_chunk::<HEADER>() else {
        return Ok(Framed::Missing(HEADER - input.len()));
    };
    let [kind, length @ ..] = *header;
    if !b"QPBDECHSXdcfFp".contains(&kind) {
        return Err(Error::new(
            SqlState::ProtocolViolation,
            format!("invalid frontend message type {kind}"),
        ));
    }
    let length = u32::from_be_bytes(length) as usize;
    let Some(length) = length.checked_sub(4) else {
        return Err(Error::new(
            SqlState::ProtocolViolation,
            "invalid message length",
        ));
    };
    if length > max_size {
        return Err(Error::new(
            SqlState::ProtocolViolation,
            format!("message of {length} bytes is longer than max_message_size ({max_size} bytes)"),
        ));
    }
    Ok(match rest.get(..length) {
        Some(body) => Framed::Whole(Frame { kind, body }),
        None => Framed::Missing(length - rest.len()),
    })
}

impl<'a> Message<'a> {
    /// Takes a message apart. An error leaves the connection usable: its end is known.
    pub(super) fn read(frame: Frame<'a>) -> Result<Self> {
        let mut body = Body(frame.body);
        let message = match frame.kind {
            b'Q' => Message::Query(body.string()?),
            b'P' => Message::Parse {
                name: body.string()?,
                text: body.string()?,
                types: body.list(4, |body| body.int32().map(i32::cast_unsigned))?,
            },
            b'B' => Message::Bind {
                portal: body.string()?,
                statement: body.string()?,
                param_formats: body.list(2, Body::int16)?,
                params: body.list(4, Body::value)?,
                result_formats: body.list(2, Body::int16)?,
            },
            b'D' => Message::Describe(body.target("DESCRIBE")?),
            b'E' => Message::Execute {
                portal: body.string()?,
                // PostgreSQL takes a negative limit for none.
                max_rows: body.int32()?.try_into().unwrap_or(0),
            },
            b'C' => Message::Close(body.target("CLOSE")?),
            b'H' => Message::Flush,
            b'S' => Message::Sync,
            b'X' => return Ok(Message::Terminate),
            b'F' => return Ok(Message::FunctionCall),
            // A password that nobody asked for is as much out of place as COPY data.
            _ => return Ok(Message::Copy),
        };
        if !body.0.is_empty() {
            return Err(malformed());
        }
        Ok(message)
    }
}

/// What is left of a body.
pub(super) struct Body<'a>(pub &'a [u8]);

impl<'a> Body<'a> {
    /// Text up to a zero byte.
    pub(super) fn string(&mut self) -> Result<&'a str> {
        let end = self.0.iter().position(|byte| *byte == 0);
        let end = end
            .ok_or_else(|| Error::new(SqlState::ProtocolViolation, "invalid string in message"))?;
        let (text, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        crate::session::utf8(text)
    }

    pub(super) fn int32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(*self.chunk()?))
    }

    fn int16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(*self.chunk()?))
    }

    fn value(&mut self) -> Result<Option<&'a [u8]>> {
        let Ok(length) = usize::try_from(self.int32()?) else {
            return Ok(None);
        };
        if length > self.0.len() {
            return Err(malformed());
        }
        let (value, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(Some(value))
    }

    /// A count of 16 bits and as many items, of at least `size` bytes each.
    fn list<T>(&mut self, size: usize, item: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = usize::from(self.int16()?.cast_unsigned());
        if count * size > self.0.len() {
            return Err(malformed());
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn target(&mut self, what: &str) -> Result<Target<'a>> {
        let [kind] = *self.chunk()?;
        let name = self.string()?;
        match kind {
            b'S' => Ok(Target::Statement(name)),
            b'P' => Ok(Target::Portal(name)),
            other => Err(Error::new(
                SqlState::ProtocolViolation,
                format!("invalid {what} message subtype {other}"),
            )),
        }
    }

    fn chunk<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk().ok_or_else(malformed)?;
        self.0 = rest;
        Ok(chunk)
    }
}

fn malformed() -> Error {
    Error::new(SqlState::ProtocolViolation, "invalid message format")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(bytes: &[u8]) -> Result<Framed<'_>> {
        frame(bytes, 1000)
    }

    #[test]
    fn a_message_is_found_when_it_is_all_there() {
        assert_eq!(cut(b"S\0\0").unwrap(), Framed::Missing(2));
        assert_eq!(cut(b"Q\0\0\0\x08abc").unwrap(), Framed::Missing(1));
        let Framed::Whole(whole) = cut(b"Q\0\0\0\x06a\0S").unwrap() else {
            panic!("no message")
        };
        assert_eq!(whole.len(), 7);
        assert_eq!(Message::read(whole).unwrap(), Message::Query("a"));
    }

    #[test]
    fn lengths_that_cannot_be_end_the_connection() {
        assert_eq!(
            cut(b"x\0\0\0\x04").unwrap_err().message(),
            "invalid frontend message type 120"
        );
        assert!(cut(b"Q\0\0\0\x03").is_err());
        assert!(cut(b"Q\xff\xff\xff\xff").is_err());
        assert!(
            cut(b"Q\0\0\x10\0")
                .unwrap_err()
                .message()
                .contains("max_message_size")
        );
    }

    #[test]
    fn a_body_that_is_short_or_long_is_an_error() {
        let bodies: [&[u8]; 5] = [
            b"",
            b"\0",
            b"\0\0\0\x02\0\0",
            b"\0\0\0\0\0\x01\0\0\0\x09a\0\0",
            b"\0\0\0\0\0\0\0\0x",
        ];
        for body in bodies {
            let error = Message::read(Frame { kind: b'B', body }).unwrap_err();
            assert_eq!(error.state(), SqlState::ProtocolViolation);
        }
    }

    #[test]
    fn text_must_be_utf8() {
        let error = Message::read(Frame {
            kind: b'Q',
            body: b"\xff\0",
        })
        .unwrap_err();
        assert_eq!(error.state(), SqlState::CharacterNotInRepertoire);
        assert_eq!(
            error.message(),
            "invalid byte sequence for encoding \"UTF8\": 0xff"
        );
    }
}
