//! What the input functions of the types have in common: white space, digits, and the two errors.

use super::kind::Kind;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// White space as C's `isspace` has it, which PostgreSQL skips around most values.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

/// The text without white space around it.
pub fn trim(s: &str) -> &str {
    s.trim_matches(is_space)
}

/// The text is not a value of the type.
#[cold]
pub fn invalid(kind: Kind, s: &str) -> Error {
    Error::new(
        SqlState::InvalidTextRepresentation,
        format!("invalid input syntax for type {kind}: \"{s}\""),
    )
}

/// The text is a value that the type cannot hold.
#[cold]
pub fn out_of_range(kind: Kind, s: &str) -> Error {
    Error::new(
        SqlState::NumericValueOutOfRange,
        format!("value \"{s}\" is out of range for type {kind}"),
    )
}

/// The bytes are not a value of the type in its binary form.
#[cold]
pub fn incorrect_binary() -> Error {
    Error::new(SqlState::InvalidBinaryRepresentation, INCORRECT_BINARY)
}

/// What is said of a binary value with bytes left over. For a parameter PostgreSQL adds
/// " in bind parameter n".
pub const INCORRECT_BINARY: &str = "incorrect binary data format";

/// Reads a binary value from its start.
pub struct BinaryReader<'a>(&'a [u8]);

impl<'a> BinaryReader<'a> {
    /// At the start of the bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        match self.0.split_at_checked(n) {
            Some((head, rest)) => {
                self.0 = rest;
                Ok(head)
            }
            None => Err(Error::new(
                SqlState::ProtocolViolation,
                "insufficient data left in message",
            )),
        }
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    /// A 2-byte number.
    pub fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    /// A 4-byte number.
    pub fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// An error if anything is left.
    pub fn end(&self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(incorrect_binary())
        }
    }
}
