//! Where a token stands in the text: sqlparser counts lines and columns, PostgreSQL characters.

use sqlparser::tokenizer::Location;

/// The character at which a location is, from 1; none for a location that sqlparser does not know.
pub(in crate::sql) fn character(source: &str, location: Location) -> Option<u32> {
    if location.line == 0 {
        return None;
    }
    let byte = byte(source, location);
    let before = source.get(..byte)?.chars().count();
    u32::try_from(before + 1).ok()
}

/// The byte at which a location is, or the text's end.
pub(in crate::sql) fn byte(source: &str, location: Location) -> usize {
    Cursor::new(source).advance(location)
}

/// The location of a byte.
pub(in crate::sql) fn location(source: &str, byte: usize) -> Location {
    let before = source.get(..byte).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    Location::new(
        1 + before.matches('\n').count() as u64,
        1 + before[line_start..].chars().count() as u64,
    )
}

/// Finds the bytes of locations that only go forward, in one pass over the text.
pub(in crate::sql) struct Cursor<'a> {
    rest: std::str::CharIndices<'a>,
    length: usize,
    at: Location,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a str) -> Self {
        Self {
            rest: source.char_indices(),
            length: source.len(),
            at: Location::new(1, 1),
        }
    }

    /// The byte of a location that is not before the last one.
    pub fn advance(&mut self, to: Location) -> usize {
        while self.at < to {
            match self.rest.next() {
                Some((_, '\n')) => self.at = Location::new(self.at.line + 1, 1),
                Some(_) => self.at.column += 1,
                None => return self.length,
            }
        }
        self.rest.offset()
    }
}
