//! The extended protocol: Parse, Bind, Describe, Execute, Close, Sync.

use std::borrow::Cow;
use std::sync::Arc;

use super::Session;
use super::prepared::{Bound, Portal, PortalState, Prepared};
use super::run::Outcome;
use super::sink::{Format, Sink};
use super::transaction::failed_block;
use crate::error::{Error, Result};
use crate::exec::plan::OutputColumn;
use crate::sql::{self, Action};
use crate::sqlstate::SqlState;
use crate::types::{Datum, Kind, io};

/// What Describe of a statement answers.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementDescription {
    /// The kinds of the parameters.
    pub params: Vec<Kind>,
    /// The columns of its result; none where it has no result (NoData).
    pub columns: Option<Vec<OutputColumn>>,
}

/// What Describe of a portal answers.
#[derive(Debug, Clone, PartialEq)]
pub struct PortalDescription<'a> {
    /// The columns of its result; none where it has no result (NoData).
    pub columns: Option<Cow<'a, [OutputColumn]>>,
    /// The format of each column; empty for text throughout.
    pub formats: &'a [Format],
}

/// What Bind says.
#[derive(Debug, Clone, Copy)]
pub struct BindRequest<'a> {
    /// The portal; empty for the unnamed one.
    pub portal: &'a str,
    /// The statement; empty for the unnamed one.
    pub statement: &'a str,
    /// The formats of the parameters: none, one for all, or one each.
    pub param_formats: &'a [i16],
    /// The parameters; none for NULL.
    pub params: &'a [Option<&'a [u8]>],
    /// The formats of the result's columns: none, one for all, or one each.
    pub result_formats: &'a [i16],
}

impl Session {
    /// Parse: prepares a statement; an empty name is the unnamed one. A type of 0 is not given.
    pub fn parse(&mut self, name: &str, text: &str, types: &[u32]) -> Result<()> {
        let result = self.parse_message(name, text, types);
        self.failing(result)
    }

    /// Bind: makes a portal.
    pub fn bind(&mut self, request: BindRequest<'_>) -> Result<()> {
        let result = self.bind_message(request);
        self.failing(result)
    }

    /// Describe of a statement.
    pub fn describe_statement(&mut self, name: &str) -> Result<StatementDescription> {
        let result = self.describe_bound(name);
        self.failing(result)
    }

    /// Describe of a portal.
    pub fn describe_portal(&mut self, name: &str) -> Result<PortalDescription<'_>> {
        let described = match self.portals.get(name) {
            None => Err(no_portal(name)),
            Some(portal)
                if self.transactions.is_failed() && self.columns_of(&portal.bound).is_some() =>
            {
                Err(failed_block())
            }
            Some(_) => Ok(()),
        };
        self.failing(described)?;
        let Some(portal) = self.portals.get(name) else {
            return Err(no_portal(name));
        };
        let columns = match &portal.bound.action {
            Some(Action::Plan(plan)) => plan.columns().map(Cow::Borrowed),
            Some(Action::Command(_)) => self.columns_of(&portal.bound).map(Cow::Owned),
            None => None,
        };
        Ok(PortalDescription {
            columns,
            formats: &portal.formats,
        })
    }

    /// Execute: at most `max_rows` rows, 0 for all.
    pub async fn execute(
        &mut self,
        portal: &str,
        max_rows: u32,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        let result = self.execute_message(portal, max_rows, sink).await;
        self.failing(result)
    }

    /// Close of a statement; one that does not exist is no error.
    pub fn close_statement(&mut self, name: &str) {
        self.statements.remove(name);
    }

    /// Close of a portal; one that does not exist is no error.
    pub fn close_portal(&mut self, name: &str) {
        self.portals.remove(name);
    }

    /// Sync: ends the implicit transaction. ReadyForQuery follows in any case.
    pub async fn sync(&mut self) -> Result<()> {
        self.end_implicit().await
    }

    /// An error has been sent to the client, which the wire found itself (a malformed message,
    /// invalid UTF-8): the transaction fails as if a statement had.
    pub fn fail(&mut self) {
        self.fail_transaction();
    }

    fn failing<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.fail();
        }
        result
    }

    fn describe_bound(&mut self, name: &str) -> Result<StatementDescription> {
        let failed = self.transactions.is_failed();
        let bound = match failed {
            true => Arc::clone(&self.prepared(name)?.bound),
            false => self.current_binding(name)?,
        };
        let columns = self.columns_of(&bound);
        if failed && columns.is_some() {
            return Err(failed_block());
        }
        Ok(StatementDescription {
            params: bound.params.clone(),
            columns,
        })
    }

    fn parse_message(&mut self, name: &str, text: &str, types: &[u32]) -> Result<()> {
        let declared = types
            .iter()
            .map(|oid| declared_kind(*oid))
            .collect::<Result<Vec<_>>>()?;
        if name.is_empty() {
            self.statements.remove("");
        }
        let mut statements = sql::parse(text, self.instance.options.parse)?.into_iter();
        let (parsed, others) = (statements.next(), statements.next());
        if others.is_some() {
            return Err(Error::syntax(
                "cannot insert multiple commands into a prepared statement",
            ));
        }
        let bound = match &parsed {
            Some(statement) => {
                if self.transactions.is_failed() && !statement.ends_failed_block() {
                    return Err(failed_block());
                }
                self.env.start_statement();
                self.start_implicit()?;
                self.bind_statement(statement, &declared)?
            }
            None => Arc::new(Bound {
                version: (0, 0),
                action: None,
                params: Vec::new(),
                heavy: false,
            }),
        };
        self.keep_statement(
            name,
            Prepared {
                parsed,
                declared,
                bound,
            },
        )
    }

    fn bind_message(&mut self, request: BindRequest<'_>) -> Result<()> {
        let bound = self.binding_for(request.statement)?;
        if !request.portal.is_empty() && self.portals.get(request.portal).is_some() {
            return Err(Error::new(
                SqlState::DuplicateCursor,
                format!("cursor \"{}\" already exists", request.portal),
            ));
        }
        let params = self.read_params(&bound, &request)?;
        let columns = match &bound.action {
            Some(Action::Plan(plan)) => plan.columns().map_or(0, <[_]>::len),
            Some(Action::Command(_)) => self.columns_of(&bound).map_or(0, |c| c.len()),
            None => 0,
        };
        let formats = result_formats(request.result_formats, columns)?;
        self.start_implicit()?;
        let depth = self.transactions.depth();
        let portal = Portal {
            bound,
            params,
            formats,
            state: PortalState::Ready,
            depth,
        };
        self.portals.insert(request.portal, portal);
        Ok(())
    }

    /// The statement's binding; in a failed block only that of a statement which ends it.
    fn binding_for(&mut self, name: &str) -> Result<Arc<Bound>> {
        if self.transactions.is_failed() {
            let prepared = self.prepared(name)?;
            return match &prepared.parsed {
                Some(parsed) if parsed.ends_failed_block() => Ok(Arc::clone(&prepared.bound)),
                Some(_) | None => Err(failed_block()),
            };
        }
        self.current_binding(name)
    }

    fn read_params(&self, bound: &Bound, request: &BindRequest<'_>) -> Result<Arc<[Datum]>> {
        let (wanted, given) = (bound.params.len(), request.params.len());
        let formats = request.param_formats;
        if formats.len() > 1 && formats.len() != given {
            return Err(Error::new(
                SqlState::ProtocolViolation,
                format!(
                    "bind message has {} parameter formats but {given} parameters",
                    formats.len()
                ),
            ));
        }
        if wanted != given {
            return Err(Error::new(
                SqlState::ProtocolViolation,
                format!(
                    "bind message supplies {given} parameters, but prepared statement \"{}\" requires {wanted}",
                    request.statement
                ),
            ));
        }
        let mut params = Vec::with_capacity(wanted);
        for (index, (value, kind)) in request.params.iter().zip(&bound.params).enumerate() {
            let format = match formats {
                [] => Format::Text,
                [one] => format(*one)?,
                many => format(many[index])?,
            };
            params.push(match value {
                None => Datum::Null,
                Some(value) => self.read_param(*kind, format, value, index)?,
            });
        }
        Ok(Arc::from(params))
    }

    fn read_param(&self, kind: Kind, format: Format, value: &[u8], index: usize) -> Result<Datum> {
        match format {
            Format::Text => io::parse_text(kind, utf8(value)?, &*self.env),
            Format::Binary => io::read_binary(kind, value).map_err(|e| {
                if e.state() == SqlState::InvalidBinaryRepresentation && kind.length() > 0 {
                    let message = format!(
                        "incorrect binary data format in bind parameter {}",
                        index + 1
                    );
                    return Error::new(SqlState::InvalidBinaryRepresentation, message);
                }
                e
            }),
        }
    }

    async fn execute_message(
        &mut self,
        name: &str,
        max_rows: u32,
        sink: &mut dyn Sink,
    ) -> Result<()> {
        // It is taken out while it runs, as the session is needed for that.
        let Some(mut portal) = self.portals.remove(name) else {
            return Err(no_portal(name));
        };
        if self.transactions.is_failed() && !portal.bound.ends_failed_block() {
            self.portals.insert(name, portal);
            return Err(failed_block());
        }
        let ran = self.run_portal(&mut portal, max_rows, sink).await;
        let keep = match &portal.bound.action {
            // The end of a transaction closes its portals.
            Some(Action::Command(_)) => {
                self.transactions.depth() >= portal.depth && !self.transactions.is_idle()
            }
            Some(Action::Plan(_)) | None => true,
        };
        if ran.is_err() {
            portal.state = PortalState::Done;
        }
        if keep {
            self.portals.insert(name, portal);
        }
        self.renew_env()?;
        match ran? {
            Outcome::Complete(tag) => sink.complete(&tag),
            Outcome::Suspended => sink.suspended(),
            Outcome::Empty => sink.empty(),
        }
        Ok(())
    }
}

fn declared_kind(oid: u32) -> Result<Option<Kind>> {
    match Kind::from_oid(oid) {
        Some(Kind::Unknown) => Ok(None),
        None if oid == 0 => Ok(None),
        Some(kind) => Ok(Some(kind)),
        None => Err(Error::new(
            SqlState::UndefinedObject,
            format!("type with OID {oid} does not exist"),
        )),
    }
}

fn result_formats(codes: &[i16], columns: usize) -> Result<Vec<Format>> {
    match codes {
        [] | [0] => Ok(Vec::new()),
        [one] => {
            let one = format(*one)?;
            Ok(vec![one; columns])
        }
        many if many.len() == columns => many.iter().map(|code| format(*code)).collect(),
        many => Err(Error::new(
            SqlState::ProtocolViolation,
            format!(
                "bind message has {} result formats but query has {columns} columns",
                many.len()
            ),
        )),
    }
}

fn format(code: i16) -> Result<Format> {
    match code {
        0 => Ok(Format::Text),
        1 => Ok(Format::Binary),
        _ => Err(Error::new(
            SqlState::InvalidParameterValue,
            format!("unsupported format code: {code}"),
        )),
    }
}

/// Text from a client, which must be UTF-8 without NUL.
pub fn utf8(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let wrong = &bytes[e.valid_up_to()..];
        let length = e.error_len().unwrap_or(wrong.len()).min(wrong.len());
        invalid_bytes(&wrong[..length.max(1)])
    })?;
    if text.as_bytes().contains(&0) {
        return Err(invalid_bytes(&[0]));
    }
    Ok(text)
}

fn invalid_bytes(bytes: &[u8]) -> Error {
    let shown: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02x}")).collect();
    Error::new(
        SqlState::CharacterNotInRepertoire,
        format!(
            "invalid byte sequence for encoding \"UTF8\": {}",
            shown.join(" ")
        ),
    )
}

fn no_portal(name: &str) -> Error {
    Error::new(
        SqlState::InvalidCursorName,
        format!("portal \"{name}\" does not exist"),
    )
}
