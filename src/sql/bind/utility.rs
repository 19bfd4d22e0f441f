//! The small DDL, and EXPLAIN.

use sqlparser::ast::Ident;
use sqlparser::tokenizer::Location;

use super::Binder;
use super::names::identifier;
use crate::error::{Error, Result};
use crate::exec::Plan;
use crate::exec::plan::Ddl;
use crate::sql::Parsed;
use crate::sql::explain;
use crate::sql::parse::{DatabaseOption, ExplainOption, Syntax};
use crate::sqlstate::SqlState;

impl Binder<'_> {
    pub(super) fn utility(&mut self, syntax: &Syntax) -> Result<Ddl> {
        match syntax {
            Syntax::CreateDatabase { name, options } => {
                for option in options {
                    self.database_option(option)?;
                }
                Ok(Ddl::CreateDatabase {
                    name: identifier(name),
                })
            }
            Syntax::DropDatabase {
                name,
                if_exists,
                force,
            } => Ok(Ddl::DropDatabase {
                name: identifier(name),
                if_exists: *if_exists,
                force: *force,
            }),
            Syntax::CreateSchema {
                name,
                if_not_exists,
            } => {
                let name = identifier(name);
                if name.starts_with("pg_") {
                    let message = format!("unacceptable schema name \"{name}\"");
                    return Err(Error::new(SqlState::ReservedName, message)
                        .with_detail("The prefix \"pg_\" is reserved for system schemas."));
                }
                Ok(Ddl::CreateSchema {
                    database: self.scope.database,
                    name,
                    if_not_exists: *if_not_exists,
                })
            }
            Syntax::DropSchema {
                names,
                if_exists,
                cascade,
            } => Ok(Ddl::DropSchema {
                database: self.scope.database,
                names: names.iter().map(identifier).collect(),
                if_exists: *if_exists,
                cascade: *cascade,
            }),
            Syntax::DropTable { names, if_exists } => self.drop_table(names, *if_exists),
            Syntax::Truncate { names } => {
                let mut tables = Vec::with_capacity(names.len());
                for name in names {
                    let parts: Vec<&Ident> = name.iter().collect();
                    match self.find_table(&parts)? {
                        Some(table) => tables.push(table),
                        None => {
                            self.check_schema(&parts)?;
                            let names: Vec<String> = name.iter().map(identifier).collect();
                            return Err(self.missing_table(&names, Location::empty()));
                        }
                    }
                }
                Ok(Ddl::Truncate { tables })
            }
            Syntax::Refused(name) => Err(Error::unsupported(name)),
            Syntax::Sql(_)
            | Syntax::Command(_)
            | Syntax::Prepare { .. }
            | Syntax::Execute { .. }
            | Syntax::Explain { .. } => Err(Error::internal("no utility statement")),
        }
    }

    fn drop_table(&self, names: &[Vec<Ident>], if_exists: bool) -> Result<Ddl> {
        let mut tables = Vec::with_capacity(names.len());
        for name in names {
            let parts: Vec<&Ident> = name.iter().collect();
            match self.find_table(&parts)? {
                Some(table) => tables.push(Ok(table)),
                None => {
                    let missing = self.missing_for_drop(&parts);
                    if !if_exists || missing.state() == SqlState::WrongObjectType {
                        return Err(missing);
                    }
                    tables.push(Err(name.last().map(identifier).unwrap_or_default()));
                }
            }
        }
        Ok(Ddl::DropTable { tables })
    }

    /// The schema of a name must exist.
    fn check_schema(&self, parts: &[&Ident]) -> Result<()> {
        let [schema, _] = parts else {
            return Ok(());
        };
        let name = identifier(schema);
        match self.scope.catalog.schema(self.scope.database, &name) {
            Some(_) => Ok(()),
            None => Err(Error::new(
                SqlState::InvalidSchemaName,
                format!("schema \"{name}\" does not exist"),
            )),
        }
    }

    fn missing_for_drop(&self, parts: &[&Ident]) -> Error {
        if let Err(e) = self.check_schema(parts) {
            return e;
        }
        let names: Vec<String> = parts.iter().map(|p| identifier(p)).collect();
        if self.is_index(&names) {
            let name = names.last().map(String::as_str).unwrap_or_default();
            let message = format!("\"{name}\" is not a table");
            return Error::new(SqlState::WrongObjectType, message)
                .with_hint("Use DROP INDEX to remove an index.");
        }
        Error::new(
            SqlState::UndefinedTable,
            format!("table \"{}\" does not exist", names.join(".")),
        )
    }

    /// An option of CREATE DATABASE is accepted where it says what is so anyway.
    fn database_option(&self, option: &DatabaseOption) -> Result<()> {
        let DatabaseOption { name, value, start } = option;
        let known = [
            "allow_connections",
            "collation_version",
            "connection limit",
            "encoding",
            "icu_locale",
            "is_template",
            "lc_collate",
            "lc_ctype",
            "locale",
            "locale_provider",
            "oid",
            "owner",
            "strategy",
            "tablespace",
            "template",
        ];
        if !known.contains(&name.as_str()) {
            let message = format!("option \"{name}\" not recognized");
            return Err(self.error(SqlState::SyntaxError, message, *start));
        }
        let Some(value) = value else {
            return Ok(());
        };
        let text = value.to_ascii_lowercase();
        let is_so = match name.as_str() {
            "encoding" => matches!(
                text.replace(['-', '_'], "").as_str(),
                "utf8" | "unicode" | "6"
            ),
            "template" => text == "template0" || text == "template1",
            "locale" | "lc_collate" | "lc_ctype" => {
                matches!(value.as_str(), "C" | "POSIX") || text == "c.utf-8" || text == "c.utf8"
            }
            "owner" => value == self.scope.env.user(),
            "tablespace" => text == "pg_default",
            "connection limit" => text == "-1",
            "allow_connections" => text == "true",
            "is_template" => text == "false",
            "locale_provider" => text == "libc",
            _ => false,
        };
        if is_so {
            return Ok(());
        }
        Err(self.refuse(
            format!(
                "{} = '{value}' in CREATE DATABASE",
                name.to_ascii_uppercase()
            ),
            *start,
        ))
    }

    pub(super) fn explain(&mut self, options: &[ExplainOption], body: &Parsed) -> Result<Plan> {
        for option in options {
            self.explain_option(option)?;
        }
        match &body.tree.syntax {
            Syntax::Sql(statement) => {
                let plan = self.statement(statement)?;
                Ok(Plan::Explain {
                    lines: explain::lines(&plan),
                })
            }
            Syntax::Execute { .. } => Err(Error::unsupported("EXPLAIN EXECUTE")),
            _ => Err(Error::unsupported("EXPLAIN of this statement")),
        }
    }

    /// An option of EXPLAIN is accepted where it leaves out what is not shown anyway.
    fn explain_option(&self, option: &ExplainOption) -> Result<()> {
        let ExplainOption { name: ident, value } = option;
        let name = identifier(ident);
        let at = ident.span.start;
        let value = value.as_ref().map(|v| v.to_ascii_lowercase());
        let refused = || self.refuse(format!("EXPLAIN ({})", name.to_ascii_uppercase()), at);
        match name.as_str() {
            "format" => match value.as_deref() {
                Some("text") => Ok(()),
                Some("json" | "xml" | "yaml") => Err(refused()),
                other => {
                    let message = format!(
                        "unrecognized value for EXPLAIN option \"format\": \"{}\"",
                        other.unwrap_or_default()
                    );
                    Err(self.error(SqlState::InvalidParameterValue, message, at))
                }
            },
            "analyze" | "analyse" | "verbose" | "costs" | "settings" | "buffers" | "wal"
            | "timing" | "summary" => match value.as_deref() {
                Some("off" | "false" | "0") => Ok(()),
                None | Some("on" | "true" | "1") if name == "costs" => Ok(()),
                None | Some("on" | "true" | "1") => Err(refused()),
                Some(_) => {
                    let message = format!("{name} requires a Boolean value");
                    Err(self.error(SqlState::SyntaxError, message, at))
                }
            },
            _ => {
                let message = format!("unrecognized EXPLAIN option \"{name}\"");
                Err(self.error(SqlState::SyntaxError, message, at))
            }
        }
    }
}
