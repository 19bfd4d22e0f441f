//! `format`: `%[position$][flags][width]type`, as in C's printf, for the types s, I and L.

use super::quote::{quoted, quoted_literal};
use super::{append, append_printed, check_room};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::integer;
use crate::types::{Datum, Env};

/// The first argument is the text with the specifiers, and the others go in their place.
pub(super) fn format(env: &dyn Env, args: &[Datum]) -> Result<Datum> {
    if args[0].is_null() {
        return Ok(Datum::Null);
    }
    let mut out = String::new();
    let mut rest = args[0].as_str()?;
    let mut values = Values { args, next: 1 };
    while let Some((plain, after)) = rest.split_once('%') {
        append(&mut out, plain)?;
        let mut reader = Reader(after);
        if reader.current()? == '%' {
            append(&mut out, "%")?;
            rest = &after[1..];
            continue;
        }
        let specifier = reader.specifier()?;
        let width = values.width(env, &specifier)?;
        let value = values.take(specifier.position)?;
        let text = convert(env, specifier.conversion, value)?;
        align(&mut out, &text, width, specifier.is_left)?;
        rest = reader.0;
    }
    append(&mut out, rest)?;
    Ok(Datum::text(out))
}

/// One specifier.
struct Specifier {
    /// The number of the argument; none for the next.
    position: Option<usize>,
    /// Whether what fills the width comes after the value.
    is_left: bool,
    width: Width,
    conversion: char,
}

enum Width {
    Fixed(i32),
    /// An argument: by its number, or the next.
    Argument(Option<usize>),
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(SqlState::InvalidParameterValue, message)
}

fn number_out_of_range() -> Error {
    Error::new(SqlState::NumericValueOutOfRange, "number is out of range")
}

/// What is left of the text after a percent sign.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    /// The character to read next, which there has to be: a specifier ends with its type.
    fn current(&self) -> Result<char> {
        self.0
            .chars()
            .next()
            .ok_or_else(|| invalid("unterminated format() type specifier").with_hint(PERCENT_HINT))
    }

    fn accept(&mut self, c: char) -> Result<bool> {
        if self.current()? != c {
            return Ok(false);
        }
        self.0 = &self.0[c.len_utf8()..];
        Ok(true)
    }

    fn digits(&mut self) -> Result<Option<i32>> {
        let mut number: Option<i32> = None;
        while let Some(digit) = self.current()?.to_digit(10) {
            self.0 = &self.0[1..];
            let longer = number.unwrap_or(0).checked_mul(10);
            let longer = longer.and_then(|n| n.checked_add(digit as i32));
            number = Some(longer.ok_or_else(number_out_of_range)?);
        }
        Ok(number)
    }

    fn specifier(&mut self) -> Result<Specifier> {
        let mut specifier = Specifier {
            position: None,
            is_left: false,
            width: Width::Fixed(0),
            conversion: 's',
        };
        match self.digits()? {
            Some(n) if self.accept('$')? => {
                specifier.position = Some(position(n)?);
                self.flags_and_width(&mut specifier)?;
            }
            Some(width) => specifier.width = Width::Fixed(width),
            None => self.flags_and_width(&mut specifier)?,
        }
        specifier.conversion = self.conversion()?;
        Ok(specifier)
    }

    fn flags_and_width(&mut self, specifier: &mut Specifier) -> Result<()> {
        while self.accept('-')? {
            specifier.is_left = true;
        }
        if !self.accept('*')? {
            specifier.width = Width::Fixed(self.digits()?.unwrap_or(0));
            return Ok(());
        }
        let number = self.digits()?;
        if number.is_some() && !self.accept('$')? {
            return Err(invalid("width argument position must be ended by \"$\""));
        }
        specifier.width = Width::Argument(number.map(position).transpose()?);
        Ok(())
    }

    fn conversion(&mut self) -> Result<char> {
        let c = self.current()?;
        if !matches!(c, 's' | 'I' | 'L') {
            let message = format!("unrecognized format() type specifier \"{c}\"");
            return Err(invalid(message).with_hint(PERCENT_HINT));
        }
        self.0 = &self.0[1..];
        Ok(c)
    }
}

const PERCENT_HINT: &str = "For a single \"%\" use \"%%\".";

/// The number of an argument.
fn position(n: i32) -> Result<usize> {
    match usize::try_from(n) {
        Ok(n @ 1..) => Ok(n),
        _ => Err(invalid(
            "format specifies argument 0, but arguments are numbered from 1",
        )),
    }
}

/// The arguments, of which those without a number follow the one taken last.
struct Values<'a> {
    args: &'a [Datum],
    next: usize,
}

impl<'a> Values<'a> {
    fn take(&mut self, position: Option<usize>) -> Result<&'a Datum> {
        let at = position.unwrap_or(self.next);
        self.next = at + 1;
        let value = self.args.get(at);
        value.ok_or_else(|| invalid("too few arguments for format()"))
    }

    fn width(&mut self, env: &dyn Env, specifier: &Specifier) -> Result<i32> {
        let position = match specifier.width {
            Width::Fixed(width) => return Ok(width),
            Width::Argument(position) => position,
        };
        match self.take(position)? {
            Datum::Null => Ok(0),
            Datum::Int4(width) => Ok(*width),
            other => {
                let mut text = String::new();
                append_printed(env, &mut text, other)?;
                integer::parse(&text)
            }
        }
    }
}

fn convert(env: &dyn Env, conversion: char, value: &Datum) -> Result<String> {
    let mut text = String::new();
    append_printed(env, &mut text, value)?;
    match conversion {
        'I' if value.is_null() => Err(Error::new(
            SqlState::NullValueNotAllowed,
            "null values cannot be formatted as an SQL identifier",
        )),
        'I' => Ok(quoted(&text).into_owned()),
        'L' if value.is_null() => Ok("NULL".into()),
        'L' => Ok(quoted_literal(&text)),
        _ => Ok(text),
    }
}

/// Appends a text with spaces up to its width; a negative one puts them behind it.
fn align(out: &mut String, text: &str, width: i32, is_left: bool) -> Result<()> {
    let columns = width.checked_abs().ok_or_else(number_out_of_range)? as usize;
    let spaces = match columns {
        0 => 0,
        n => n.saturating_sub(text.chars().count()),
    };
    let fill = |out: &mut String| {
        check_room(out.len(), spaces)?;
        out.extend(std::iter::repeat_n(' ', spaces));
        Ok(())
    };
    if is_left || width < 0 {
        append(out, text)?;
        fill(out)
    } else {
        fill(out)?;
        append(out, text)
    }
}
