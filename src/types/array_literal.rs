//! The structure of an array's text form: nested braces, quotes, escapes, and bounds before it.
//! What may follow what, and what is said of the rest, is as in PostgreSQL's `ArrayCount`.

use super::array::{MAX_DIMENSIONS, bound_too_large, too_large, too_many_dimensions};
use super::parse::is_space;
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// What an array's text says before its elements are read.
#[derive(Debug, PartialEq)]
pub struct Literal {
    /// (length, lower bound) of each dimension.
    pub dimensions: Vec<(i32, i32)>,
    /// The elements, in row-major order; none for NULL.
    pub items: Vec<Option<String>>,
}

/// What has just been read.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Nothing,
    /// `{`
    LevelStart,
    /// `}`
    LevelEnd,
    /// `,` after `}`
    LevelDelimiter,
    /// A part of an element without quotes.
    Element,
    /// A whole element in quotes.
    Quoted,
    /// `,` after an element
    ElementDelimiter,
}

/// Reads the structure.
pub fn parse(s: &str) -> Result<Literal> {
    let malformed = |detail: &str| {
        Error::new(
            SqlState::InvalidTextRepresentation,
            format!("malformed array literal: \"{s}\""),
        )
        .with_detail(detail)
    };
    let (bounds, contents) = parse_bounds(s.trim_start_matches(is_space), &malformed)?;
    let mut reader = Reader::new(contents);
    reader.read().map_err(|Fault(detail)| match detail {
        Some(detail) => malformed(&detail),
        None => too_many_dimensions(MAX_DIMENSIONS + 1),
    })?;
    let lengths = reader.lengths;
    if lengths.is_empty() && bounds.is_empty() {
        return Ok(Literal {
            dimensions: Vec::new(),
            items: Vec::new(),
        });
    }
    let dimensions = if bounds.is_empty() {
        lengths.into_iter().map(|length| (length, 1)).collect()
    } else if bounds.iter().map(|(length, _)| *length).eq(lengths) {
        bounds
    } else {
        return Err(malformed(
            "Specified array dimensions do not match array contents.",
        ));
    };
    Ok(Literal {
        dimensions,
        items: reader.items,
    })
}

/// Reads `[1:2][0:3]=`, and returns what follows.
fn parse_bounds<'a>(
    mut rest: &'a str,
    malformed: &dyn Fn(&str) -> Error,
) -> Result<(Vec<(i32, i32)>, &'a str)> {
    let mut bounds = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        if bounds.len() == MAX_DIMENSIONS {
            return Err(too_many_dimensions(MAX_DIMENSIONS + 1));
        }
        let (first, after) = parse_bound(inner).ok_or_else(|| {
            malformed("\"[\" must introduce explicitly-specified array dimensions.")
        })?;
        let (lower, upper, after) = match after.strip_prefix(':') {
            None => (1, first, after),
            Some(after) => {
                let (upper, after) = parse_bound(after)
                    .ok_or_else(|| malformed("Missing array dimension value."))?;
                (first, upper, after)
            }
        };
        let after = after
            .strip_prefix(']')
            .ok_or_else(|| malformed("Missing \"]\" after array dimensions."))?;
        bounds.push((length_of(lower, upper)?, lower));
        rest = after.trim_start_matches(is_space);
    }
    if bounds.is_empty() {
        return match rest.starts_with('{') {
            true => Ok((bounds, rest)),
            false => Err(malformed(
                "Array value must start with \"{\" or dimension information.",
            )),
        };
    }
    let contents = rest
        .strip_prefix('=')
        .ok_or_else(|| malformed("Missing \"=\" after array dimensions."))?
        .trim_start_matches(is_space);
    if !contents.starts_with('{') {
        return Err(malformed("Array contents must start with \"{\"."));
    }
    Ok((bounds, contents))
}

fn length_of(lower: i32, upper: i32) -> Result<i32> {
    if upper < lower {
        return Err(Error::new(
            SqlState::ArraySubscriptError,
            "upper bound cannot be less than lower bound",
        ));
    }
    if upper == i32::MAX {
        return Err(bound_too_large(lower));
    }
    upper
        .checked_sub(lower)
        .and_then(|n| n.checked_add(1))
        .ok_or_else(too_large)
}

/// An integer and what follows it.
fn parse_bound(s: &str) -> Option<(i32, &str)> {
    let is_part = |(i, c): (usize, char)| !(c.is_ascii_digit() || i == 0 && matches!(c, '-' | '+'));
    let end = s
        .char_indices()
        .find(|at| is_part(*at))
        .map_or(s.len(), |(i, _)| i);
    Some((s[..end].parse().ok()?, &s[end..]))
}

/// What is wrong; nothing when there are too many dimensions.
struct Fault(Option<String>);

fn unexpected(c: char) -> Fault {
    Fault(Some(format!("Unexpected \"{c}\" character.")))
}

fn fault(detail: &str) -> Fault {
    Fault(Some(detail.to_owned()))
}

struct Reader<'a> {
    rest: std::str::Chars<'a>,
    state: State,
    /// How many elements or braces each open level has so far.
    open: Vec<i32>,
    /// How many each level has where one of it was closed; by depth.
    closed: Vec<Option<i32>>,
    lengths: Vec<i32>,
    items: Vec<Option<String>>,
    element: Element,
}

/// The element that is being read.
#[derive(Default)]
struct Element {
    text: String,
    /// Up to where white space was written with an escape and is no end to be cut off.
    kept: usize,
    /// Whether a quote or an escape makes it no NULL.
    literal: bool,
}

impl<'a> Reader<'a> {
    fn new(contents: &'a str) -> Self {
        Self {
            rest: contents.chars(),
            state: State::Nothing,
            open: Vec::new(),
            closed: vec![None; MAX_DIMENSIONS],
            lengths: Vec::new(),
            items: Vec::new(),
            element: Element::default(),
        }
    }

    fn read(&mut self) -> Result<(), Fault> {
        loop {
            match self.next()? {
                '{' => self.open_level()?,
                '}' => {
                    self.close_level()?;
                    if self.open.is_empty() {
                        break;
                    }
                }
                ',' => self.delimit()?,
                '"' => self.quoted()?,
                '\\' => {
                    self.start_element(unexpected('\\'))?;
                    let c = self.next()?;
                    self.element.text.push(c);
                    self.element.kept = self.element.text.len();
                    self.element.literal = true;
                }
                // Cut off at the element's end, unless more of it follows.
                c if is_space(c) => {
                    if self.state == State::Element {
                        self.element.text.push(c);
                    }
                }
                c => {
                    self.start_element(fault("Unexpected array element."))?;
                    self.element.text.push(c);
                }
            }
        }
        if !self.rest.all(is_space) {
            return Err(fault("Junk after closing right brace."));
        }
        if !self.items.is_empty() {
            self.lengths = self.closed.iter().map_while(|n| *n).collect();
        }
        Ok(())
    }

    fn next(&mut self) -> Result<char, Fault> {
        self.rest
            .next()
            .ok_or_else(|| fault("Unexpected end of input."))
    }

    fn start_element(&mut self, otherwise: Fault) -> Result<(), Fault> {
        match self.state {
            State::LevelStart | State::Element | State::ElementDelimiter => {
                self.state = State::Element;
                Ok(())
            }
            State::Nothing | State::LevelEnd | State::LevelDelimiter | State::Quoted => {
                Err(otherwise)
            }
        }
    }

    fn quoted(&mut self) -> Result<(), Fault> {
        if !matches!(self.state, State::LevelStart | State::ElementDelimiter) {
            return Err(fault("Unexpected array element."));
        }
        loop {
            let c = match self.next()? {
                '"' => break,
                '\\' => self.next()?,
                c => c,
            };
            self.element.text.push(c);
        }
        self.element.kept = self.element.text.len();
        self.element.literal = true;
        self.state = State::Quoted;
        Ok(())
    }

    fn open_level(&mut self) -> Result<(), Fault> {
        if !matches!(
            self.state,
            State::Nothing | State::LevelStart | State::LevelDelimiter
        ) {
            return Err(unexpected('{'));
        }
        if self.open.len() == MAX_DIMENSIONS {
            return Err(Fault(None));
        }
        self.open.push(0);
        self.state = State::LevelStart;
        Ok(())
    }

    fn close_level(&mut self) -> Result<(), Fault> {
        let is_empty = self.state == State::LevelStart && self.open.len() == 1;
        if !is_empty {
            self.finish_item('}')?;
        }
        let mismatch =
            || fault("Multidimensional arrays must have sub-arrays with matching dimensions.");
        let length = self.open.pop().unwrap_or(0);
        let depth = self.open.len();
        if self.closed[depth].is_some_and(|other| other != length) {
            return Err(mismatch());
        }
        // A level that holds elements in one place holds no further levels in another.
        if self.state != State::LevelEnd && self.closed.get(depth + 1).copied().flatten().is_some()
        {
            return Err(mismatch());
        }
        self.closed[depth] = Some(length);
        self.state = State::LevelEnd;
        Ok(())
    }

    fn delimit(&mut self) -> Result<(), Fault> {
        self.state = match self.finish_item(',')? {
            State::LevelEnd => State::LevelDelimiter,
            _ => State::ElementDelimiter,
        };
        Ok(())
    }

    /// Counts the element or the level that ends here, and says which it was.
    fn finish_item(&mut self, end: char) -> Result<State, Fault> {
        match self.state {
            State::Element | State::Quoted => {
                let element = std::mem::take(&mut self.element);
                self.items.push(element.finish());
            }
            State::LevelEnd => {}
            State::Nothing
            | State::LevelStart
            | State::LevelDelimiter
            | State::ElementDelimiter => return Err(unexpected(end)),
        }
        if let Some(length) = self.open.last_mut() {
            *length += 1;
        }
        Ok(self.state)
    }
}

impl Element {
    /// None for NULL.
    fn finish(mut self) -> Option<String> {
        let end = self.text.trim_end_matches(is_space).len();
        self.text.truncate(end.max(self.kept));
        let is_null = !self.literal && self.text.eq_ignore_ascii_case("null");
        (!is_null).then_some(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_bounds() {
        let literal = parse(" [0:0][5:6] = { { \"a,\" , \\  } } ").expect("an array");
        assert_eq!(literal.dimensions, [(1, 0), (2, 5)]);
        assert_eq!(literal.items, [Some("a,".into()), Some(" ".into())]);
        let literal = parse("{null,\"null\",a b }").expect("an array");
        assert_eq!(literal.dimensions, [(3, 1)]);
        assert_eq!(
            literal.items,
            [None, Some("null".into()), Some("a b".into())]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (s, detail) in [
            ("{a", "Unexpected end of input."),
            ("{1,}", "Unexpected \"}\" character."),
            ("{1}x", "Junk after closing right brace."),
            (
                "x",
                "Array value must start with \"{\" or dimension information.",
            ),
            (
                "[1:2]={1}",
                "Specified array dimensions do not match array contents.",
            ),
            ("[1:2]", "Missing \"=\" after array dimensions."),
            ("[1:2={1}", "Missing \"]\" after array dimensions."),
            ("[1:1]=1", "Array contents must start with \"{\"."),
            ("{a\"b\"}", "Unexpected array element."),
            (
                "{{1},{2,3}}",
                "Multidimensional arrays must have sub-arrays with matching dimensions.",
            ),
            (
                "{{{1}},{2}}",
                "Multidimensional arrays must have sub-arrays with matching dimensions.",
            ),
        ] {
            let error = parse(s).expect_err(s);
            assert_eq!(error.message(), format!("malformed array literal: \"{s}\""));
            assert_eq!(error.detail(), Some(detail), "{s}");
        }
    }
}
