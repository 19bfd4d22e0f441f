//! Functions, operators and casts against what PostgreSQL 15 answers: `golden.txt` has one
//! expression a line, which PostgreSQL evaluates as it stands, and its result or its error.

use super::datum::Datum;
use super::env::Formats;
use super::function::{CastContext, Function};
use super::kind::{Kind, Type};
use super::testing::TestEnv;
use super::{casts, io, registry};
use crate::error::Result;

#[test]
fn results_are_postgresqls() {
    let mut failures = Vec::new();
    let files = [
        include_str!("golden.txt"),
        include_str!("jsonb/golden.txt"),
        include_str!("timestamptz/golden.txt"),
        include_str!("string_functions/golden.txt"),
    ];
    let lines = files.into_iter().flat_map(str::lines);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expression, expected) = line.split_once(" => ").expect("an expression and a result");
        let result = match evaluate(expression) {
            Ok(result) => result,
            Err(e) => format!("! {} {}", e.state().code(), e.message()),
        };
        if result != expected {
            failures.push(format!(
                "{expression}\n  expected {expected}\n  got      {result}"
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Evaluates `f(type 'x', ...)`, `type 'x' op type 'y'`, `op type 'x'` or
/// `CAST(type 'x' AS type)`, where a type with a modifier has it in the word: `varchar(3)`.
fn evaluate(expression: &str) -> Result<String> {
    let mut parser = Parser(expression);
    if let Some(rest) = expression.strip_prefix("CAST(") {
        parser.0 = rest;
        let (kind, value) = parser.argument()?;
        parser.skip(" AS ");
        return cast(kind, value, type_named(parser.0.trim_end_matches(')')));
    }
    let word = parser.word();
    if parser.0.starts_with('(') {
        parser.skip("(");
        let mut args = Vec::new();
        while !parser.0.starts_with(')') {
            args.push(parser.argument()?);
            parser.0 = parser.0.strip_prefix(", ").unwrap_or(parser.0);
        }
        return call(registry::functions(word), args);
    }
    parser.0 = expression;
    let mut args = Vec::new();
    if word.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric()) {
        args.push(parser.argument()?);
        parser.skip(" ");
    }
    let name = parser.word();
    parser.skip(" ");
    args.push(parser.argument()?);
    let operators = registry::operators(name)
        .iter()
        .map(|o| o.function)
        .collect::<Vec<_>>();
    call(&operators, args)
}

fn cast(source: Kind, value: Datum, target: Type) -> Result<String> {
    let Some(path) = casts::find_cast(source, target.kind, CastContext::Explicit) else {
        panic!("no cast from {source} to {target}");
    };
    let value = casts::apply(&path, &TestEnv::default(), value, target, true)?;
    Ok(printed(target.kind, &value))
}

fn call(candidates: &[&'static Function], args: Vec<(Kind, Datum)>) -> Result<String> {
    let kinds: Vec<Kind> = args.iter().map(|(kind, _)| *kind).collect();
    let values: Vec<Datum> = args.into_iter().map(|(_, value)| value).collect();
    let matches = |f: &&&'static Function| {
        let repeated = f.args.last().filter(|_| f.variadic).into_iter().cycle();
        (f.args.len() == kinds.len() || f.variadic && kinds.len() + 1 >= f.args.len())
            && f.args
                .iter()
                .chain(repeated)
                .zip(&kinds)
                .all(|(parameter, kind)| takes(*parameter, *kind))
    };
    let exact = candidates.iter().find(|f| f.args == kinds);
    let Some(function) = exact.or_else(|| candidates.iter().find(matches)) else {
        panic!("no function takes {kinds:?}");
    };
    if function.strict && values.iter().any(Datum::is_null) {
        return Ok("NULL".into());
    }
    let result = (function.eval)(&TestEnv::default(), &values)?;
    Ok(printed(function.result, &result))
}

/// Whether an argument of a kind goes where a parameter of another is declared.
fn takes(parameter: Kind, argument: Kind) -> bool {
    match parameter {
        Kind::Any => true,
        Kind::AnyElement => argument.element().is_none(),
        Kind::AnyArray => argument.element().is_some(),
        kind => kind == argument,
    }
}

fn printed(kind: Kind, value: &Datum) -> String {
    if value.is_null() {
        return "NULL".into();
    }
    let kind = if matches!(kind, Kind::AnyElement) {
        Kind::Any
    } else {
        kind
    };
    io::to_string(kind, value, &Formats::default())
}

fn type_named(name: &str) -> Type {
    let (name, modifiers) = name.split_once('(').unwrap_or((name, ""));
    let modifiers: Vec<i64> = modifiers
        .trim_end_matches(')')
        .split(',')
        .filter_map(|n| n.parse().ok())
        .collect();
    let kind = match name.strip_suffix("[]").or(name.strip_prefix('_')) {
        Some(element) => type_named(element).kind.array().expect("an array"),
        None => *Kind::SCALARS
            .iter()
            .find(|k| k.typname() == name)
            .expect(name),
    };
    match (kind, &modifiers[..]) {
        (Kind::Varchar, [n]) => Type::varchar(*n).expect("a length"),
        (Kind::Numeric, [precision, scale]) => Type::numeric(*precision, *scale).expect("a scale"),
        _ => Type::of(kind),
    }
}

struct Parser<'a>(&'a str);

impl<'a> Parser<'a> {
    fn word(&mut self) -> &'a str {
        let end = self.0.find([' ', '(', '\'']).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    fn skip(&mut self, text: &str) {
        self.0 = self
            .0
            .strip_prefix(text)
            .unwrap_or_else(|| panic!("{text:?} before {:?}", self.0));
    }

    /// `type 'value'` or `NULL::type`.
    fn argument(&mut self) -> Result<(Kind, Datum)> {
        if let Some(rest) = self.0.strip_prefix("NULL::") {
            self.0 = rest;
            let end = self.0.find([' ', ')', ',']).unwrap_or(self.0.len());
            let (name, rest) = self.0.split_at(end);
            self.0 = rest;
            return Ok((type_named(name).kind, Datum::Null));
        }
        let kind = type_named(self.word()).kind;
        self.skip(" '");
        let mut text = String::new();
        loop {
            let end = self.0.find('\'').expect("a quote");
            text.push_str(&self.0[..end]);
            self.0 = &self.0[end + 1..];
            match self.0.strip_prefix('\'') {
                Some(rest) => self.0 = rest,
                None => break,
            }
            text.push('\'');
        }
        let value = io::parse_text(kind, &text, &TestEnv::default());
        Ok((kind, value?))
    }
}
