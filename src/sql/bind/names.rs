//! Identifiers, tables, and the columns that an expression sees.

use std::sync::Arc;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};
use sqlparser::tokenizer::Location;

use super::{Binder, Typed};
use crate::catalog::{PrimaryKey, SchemaId, Table};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sql::parse::keywords::{is_reserved, needs_as};
use crate::sqlstate::SqlState;
use crate::types::Type;

/// Bytes of an identifier: PostgreSQL's NAMEDATALEN without its NUL. The rest is cut off.
pub(super) const MAX_IDENTIFIER: usize = 63;

/// Columns that every PostgreSQL table has beside its own.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"];

/// An identifier as PostgreSQL stores it: lower case unless quoted, and cut to its limit.
pub(in crate::sql) fn identifier(ident: &Ident) -> String {
    let mut name = match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    };
    if name.len() > MAX_IDENTIFIER {
        let end = (0..=MAX_IDENTIFIER)
            .rev()
            .find(|i| name.is_char_boundary(*i));
        name.truncate(end.unwrap_or(0));
    }
    name
}

/// Whether PostgreSQL has a column of this name in every table.
pub(super) fn is_system_column(name: &str) -> bool {
    SYSTEM_COLUMNS.contains(&name)
}

/// The parts of a name.
pub(super) fn parts(name: &ObjectName) -> Result<Vec<&Ident>> {
    let ObjectName(parts) = name;
    parts
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => Ok(ident),
            ObjectNamePart::Function(_) => Err(Error::unsupported("IDENTIFIER()")),
        })
        .collect()
}

/// The columns that expressions see.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub relations: Vec<Relation>,
}

/// A table of FROM, or EXCLUDED.
#[derive(Debug)]
pub(super) struct Relation {
    /// Its alias, or else its name.
    pub name: String,
    /// Whether the name is an alias, which hides the table's own.
    pub aliased: bool,
    pub table: Arc<Table>,
    /// The columns' names; an alias may rename them.
    pub columns: Vec<String>,
    /// Where its columns start in the row.
    pub offset: usize,
}

impl Relation {
    pub fn new(table: Arc<Table>, offset: usize) -> Self {
        Self {
            name: table.name.clone(),
            aliased: false,
            columns: table.columns.iter().map(|c| c.name.clone()).collect(),
            table,
            offset,
        }
    }

    pub fn with_alias(mut self, alias: String) -> Self {
        self.name = alias;
        self.aliased = true;
        self
    }

    fn find(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    /// The column's place in the row, and its type.
    pub fn column(&self, number: usize) -> (usize, Type) {
        (self.offset + number, self.table.columns[number].ty)
    }
}

impl Binder<'_> {
    /// A reference to a column: `a`, `t.a`, `schema.t.a`.
    pub(super) fn column(&mut self, parts: &[Ident]) -> Result<Typed> {
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        if let [only] = parts
            && let Some(typed) = self.keyword(only)?
        {
            return Ok(typed);
        }
        if let Some(part) = parts.iter().find(|part| part.value.starts_with('$')) {
            return Err(self.near(part.span.start));
        }
        if self.clause == super::Clause::Default {
            return Err(self.error(
                SqlState::FeatureNotSupported,
                "cannot use column reference in DEFAULT expression",
                at,
            ));
        }
        let (index, ty) = match parts {
            [column] => self.unqualified_column(&identifier(column), at)?,
            [qualifier @ .., column] => {
                let relation = self.relation(qualifier, at)?;
                let column = identifier(column);
                match relation.find(&column) {
                    Some(number) => relation.column(number),
                    None if SYSTEM_COLUMNS.contains(&column.as_str()) => {
                        return Err(self.refuse(format!("system column \"{column}\""), at));
                    }
                    None => {
                        let message = format!("column {}.{column} does not exist", relation.name);
                        return Err(self.error(SqlState::UndefinedColumn, message, at));
                    }
                }
            }
            [] => return Err(Error::internal("a column without a name")),
        };
        self.references.push((index, at));
        let expr = Expr::Column {
            index,
            kind: ty.kind,
        };
        Ok(Typed::new(expr, ty, at))
    }

    /// A word that is no column: DEFAULT, a function without parentheses, or a reserved word.
    fn keyword(&mut self, ident: &Ident) -> Result<Option<Typed>> {
        if ident.quote_style.is_some() {
            return Ok(None);
        }
        let (name, at) = (ident.value.to_ascii_lowercase(), ident.span.start);
        match name.as_str() {
            "default" => {
                let message = "DEFAULT is not allowed in this context";
                Err(self.error(SqlState::SyntaxError, message, at))
            }
            "current_role" | "current_schema" | "current_user" | "session_user" | "user"
            | "current_catalog" | "current_timestamp" | "current_date" | "current_time"
            | "localtime" | "localtimestamp" => self.keyword_function(&name, at).map(Some),
            _ if is_reserved(&name) => Err(self.near(at)),
            _ => Ok(None),
        }
    }

    /// An identifier where reserved words are none.
    pub(super) fn name(&self, ident: &Ident) -> Result<String> {
        let name = identifier(ident);
        match ident.quote_style {
            None if is_reserved(&name) => Err(self.near(ident.span.start)),
            None | Some('"') => Ok(name),
            Some(_) => Err(self.near(ident.span.start)),
        }
    }

    /// A column's label, which may be any word behind AS.
    pub(super) fn label(&self, ident: &Ident) -> Result<String> {
        let name = identifier(ident);
        match ident.quote_style {
            None if needs_as(&name) && !self.is_behind_as(ident) => {
                Err(self.near(ident.span.start))
            }
            None | Some('"') => Ok(name),
            // sqlparser takes a string for a label.
            Some(_) => Err(self.near_keyword(&format!("'{}'", ident.value))),
        }
    }

    fn is_behind_as(&self, ident: &Ident) -> bool {
        let start = super::position::byte(self.source, ident.span.start);
        let before = self.source.get(..start).unwrap_or_default();
        let word = before.split_whitespace().next_back().unwrap_or_default();
        // A comment may stand in between, which is not worth the search.
        word.eq_ignore_ascii_case("as") || word.ends_with("*/")
    }

    /// The column of this name among all relations, if there is exactly one.
    pub(super) fn find_column(&self, name: &str, at: Location) -> Result<Option<(usize, Type)>> {
        let mut found = self
            .names
            .relations
            .iter()
            .filter_map(|r| r.find(name).map(|number| r.column(number)));
        let first = found.next();
        if found.next().is_some() {
            return Err(self.error(
                SqlState::AmbiguousColumn,
                format!("column reference \"{name}\" is ambiguous"),
                at,
            ));
        }
        Ok(first)
    }

    fn unqualified_column(&self, name: &str, at: Location) -> Result<(usize, Type)> {
        if let Some(found) = self.find_column(name, at)? {
            return Ok(found);
        }
        if self.names.relations.iter().any(|r| r.name == name) {
            return Err(self.refuse("a reference to a whole row", at));
        }
        if !self.names.relations.is_empty() && SYSTEM_COLUMNS.contains(&name) {
            return Err(self.refuse(format!("system column \"{name}\""), at));
        }
        Err(self.error(
            SqlState::UndefinedColumn,
            format!("column \"{name}\" does not exist"),
            at,
        ))
    }

    /// The relation that a qualifier names.
    pub(super) fn relation(&self, qualifier: &[Ident], at: Location) -> Result<&Relation> {
        let names: Vec<String> = qualifier.iter().map(identifier).collect();
        let relations = &self.names.relations;
        let found = match names.as_slice() {
            [name] => relations.iter().find(|r| r.name == *name),
            [schema, name] => relations
                .iter()
                .find(|r| !r.aliased && r.name == *name && r.table.schema_name == *schema),
            [database, schema, name] if self.is_current_database(database) => relations
                .iter()
                .find(|r| !r.aliased && r.name == *name && r.table.schema_name == *schema),
            _ => {
                return Err(self.error(
                    SqlState::FeatureNotSupported,
                    format!(
                        "cross-database references are not implemented: {}",
                        names.join(".")
                    ),
                    at,
                ));
            }
        };
        found.ok_or_else(|| self.missing_relation(&names, at))
    }

    fn missing_relation(&self, names: &[String], at: Location) -> Error {
        let name = names.last().map(String::as_str).unwrap_or_default();
        let hidden = self
            .names
            .relations
            .iter()
            .find(|r| r.table.name == name || r.name == name);
        match hidden {
            Some(relation) if !relation.aliased => self
                .error(
                    SqlState::UndefinedTable,
                    format!("invalid reference to FROM-clause entry for table \"{name}\""),
                    at,
                )
                .with_detail(format!(
                    "There is an entry for table \"{name}\", but it cannot be referenced from this part of the query."
                )),
            Some(relation) => self
                .error(
                    SqlState::UndefinedTable,
                    format!("invalid reference to FROM-clause entry for table \"{name}\""),
                    at,
                )
                .with_hint(format!(
                    "Perhaps you meant to reference the table alias \"{}\".",
                    relation.name
                )),
            None => self.error(
                SqlState::UndefinedTable,
                format!("missing FROM-clause entry for table \"{name}\""),
                at,
            ),
        }
    }

    pub(super) fn is_current_database(&self, name: &str) -> bool {
        let database = self.scope.catalog.database(name);
        database.is_some_and(|d| d.id == self.scope.database)
    }

    /// The table of this name, if it exists.
    pub(super) fn find_table(&self, parts: &[&Ident]) -> Result<Option<Arc<Table>>> {
        let catalog = self.scope.catalog;
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        if let Some(first) = parts.first() {
            self.name(first)?;
        }
        let (schema, name) = match parts {
            [name] => (None, name),
            [schema, name] => (Some(schema), name),
            [database, schema, name] if self.is_current_database(&identifier(database)) => {
                (Some(schema), name)
            }
            _ => {
                let names: Vec<String> = parts.iter().map(|p| identifier(p)).collect();
                let message = format!(
                    "cross-database references are not implemented: \"{}\"",
                    names.join(".")
                );
                return Err(self.error(SqlState::FeatureNotSupported, message, at));
            }
        };
        let name = identifier(name);
        let table = match schema {
            Some(schema) => catalog
                .schema(self.scope.database, &identifier(schema))
                .and_then(|schema| catalog.table(schema.id, &name)),
            None => self
                .scope
                .search_path
                .iter()
                .find_map(|schema| catalog.table(schema.id, &name)),
        };
        Ok(table.cloned())
    }

    /// The table of this name.
    pub(super) fn table(&self, name: &ObjectName) -> Result<Arc<Table>> {
        let parts = parts(name)?;
        self.existing_table(&parts)
    }

    /// The table of this name, which must exist.
    pub(super) fn existing_table(&self, parts: &[&Ident]) -> Result<Arc<Table>> {
        if let Some(table) = self.find_table(parts)? {
            return Ok(table);
        }
        let names: Vec<String> = parts.iter().map(|p| identifier(p)).collect();
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        Err(self.missing_table(&names, at))
    }

    /// The error for a name that is no table's.
    pub(super) fn missing_table(&self, names: &[String], at: Location) -> Error {
        let name = names.join(".");
        if self.is_index(names) {
            let message = format!("\"{name}\" is an index");
            return self.error(SqlState::WrongObjectType, message, at);
        }
        if is_system_catalog(names) {
            let message = format!("the system catalog {name} is not supported");
            return self.error(SqlState::FeatureNotSupported, message, at);
        }
        let message = format!("relation \"{name}\" does not exist");
        self.error(SqlState::UndefinedTable, message, at)
    }

    /// Whether a name that is no table's is that of a primary key, which is an index.
    pub(super) fn is_index(&self, names: &[String]) -> bool {
        let catalog = self.scope.catalog;
        let has = |schema: SchemaId, name: &str| {
            catalog.tables(schema).any(|table| match &table.key {
                PrimaryKey::Columns {
                    name: key,
                    columns: _,
                } => key == name,
                PrimaryKey::RowId => false,
            })
        };
        match names {
            [name] => self.scope.search_path.iter().any(|s| has(s.id, name)),
            [schema, name] => catalog
                .schema(self.scope.database, schema)
                .is_some_and(|s| has(s.id, name)),
            _ => false,
        }
    }

    /// The number of a table's column that is written to.
    pub(super) fn target_column(&self, table: &Table, ident: &Ident) -> Result<usize> {
        let name = self.name(ident)?;
        let number = table.columns.iter().position(|c| c.name == name);
        number.ok_or_else(|| {
            if SYSTEM_COLUMNS.contains(&name.as_str()) {
                return self.error(
                    SqlState::FeatureNotSupported,
                    format!("cannot assign to system column \"{name}\""),
                    ident.span.start,
                );
            }
            self.error(
                SqlState::UndefinedColumn,
                format!(
                    "column \"{name}\" of relation \"{}\" does not exist",
                    table.name
                ),
                ident.span.start,
            )
        })
    }
}

/// Whether PostgreSQL has a table of this name in every database: that keywire does not is another
/// answer than that it does not exist.
fn is_system_catalog(names: &[String]) -> bool {
    match names {
        [name] => name.starts_with("pg_"),
        [.., schema, _] => schema == "pg_catalog" || schema == "information_schema",
        [] => false,
    }
}
