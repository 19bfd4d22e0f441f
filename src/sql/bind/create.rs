//! CREATE TABLE.

use sqlparser::ast::{
    self, ColumnDef, ColumnOption, ColumnOptionDef, Ident, PrimaryKeyConstraint, TableConstraint,
};
use sqlparser::tokenizer::Location;

use super::names::{identifier, parts};
use super::{Binder, Clause, position};
use crate::catalog::{Column, Form, PrimaryKey, Schema, Table, TableId};
use crate::error::{Error, Result};
use crate::exec::plan::Ddl;
use crate::sqlstate::SqlState;
use crate::storage::SpaceId;

/// Columns of one table, as in PostgreSQL.
const MAX_COLUMNS: usize = 1600;

/// A table while its clauses are read.
#[derive(Default)]
pub(super) struct Draft {
    pub columns: Vec<Column>,
    pub key: Option<PrimaryKey>,
}

impl Binder<'_> {
    pub(super) fn create_table(&mut self, create: &ast::CreateTable) -> Result<Ddl> {
        self.refuse_table_clauses(create)?;
        let name_parts = parts(&create.name)?;
        let (schema, ident) = self.creation_schema(&name_parts)?;
        let name = self.name(ident)?;
        let result = self.new_table(create, &schema, &name);
        // PostgreSQL does not look at the definition of a table that exists.
        match self.scope.catalog.table(schema.id, &name) {
            Some(table) if create.if_not_exists && result.is_err() => Ok(Ddl::CreateTable {
                schema: schema.id,
                table: Box::new(Table::clone(table)),
                if_not_exists: true,
            }),
            _ => result,
        }
    }

    fn new_table(&mut self, create: &ast::CreateTable, schema: &Schema, name: &str) -> Result<Ddl> {
        let mut draft = Draft::default();
        for column in &create.columns {
            self.column_definition(column, name, &mut draft)?;
        }
        for constraint in &create.constraints {
            match constraint {
                TableConstraint::PrimaryKey(key) => {
                    self.primary_key(key, None, name, &mut draft)?;
                }
                other => return Err(Error::unsupported(refused_constraint(other))),
            }
        }
        let Draft { mut columns, key } = draft;
        let key = key.unwrap_or(PrimaryKey::RowId);
        if let PrimaryKey::Columns {
            name: _,
            columns: keys,
        } = &key
        {
            for key in keys {
                columns[key.column].not_null = true;
            }
        }
        let table = Table {
            id: TableId(0),
            database: self.scope.database,
            schema: schema.id,
            schema_name: schema.name.clone(),
            name: name.to_owned(),
            space: SpaceId(0),
            columns,
            key,
            form: Form::default(),
        };
        Ok(Ddl::CreateTable {
            schema: schema.id,
            table: Box::new(table),
            if_not_exists: create.if_not_exists,
        })
    }

    /// The schema in which CREATE creates, and the new table's name.
    fn creation_schema<'e>(&self, parts: &[&'e Ident]) -> Result<(Schema, &'e Ident)> {
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        let (schema, name) = match parts {
            [name] => {
                let first = self.scope.search_path.first();
                let schema = first.ok_or_else(|| {
                    let message = "no schema has been selected to create in";
                    self.error(SqlState::InvalidSchemaName, message, at)
                })?;
                return Ok((Schema::clone(schema), name));
            }
            [schema, name] => (schema, name),
            [database, schema, name] if self.is_current_database(&identifier(database)) => {
                (schema, name)
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
        let schema = identifier(schema);
        match self.scope.catalog.schema(self.scope.database, &schema) {
            Some(found) => Ok((Schema::clone(found), name)),
            None if schema == "pg_catalog" || schema == "information_schema" => Err(Error::new(
                SqlState::InsufficientPrivilege,
                format!(
                    "permission denied to create \"{schema}.{}\"",
                    identifier(name)
                ),
            )
            .with_detail("System catalog modifications are currently disallowed.")),
            None => Err(self.error(
                SqlState::InvalidSchemaName,
                format!("schema \"{schema}\" does not exist"),
                at,
            )),
        }
    }

    fn column_definition(&mut self, def: &ColumnDef, table: &str, draft: &mut Draft) -> Result<()> {
        let ColumnDef {
            name,
            data_type,
            options,
        } = def;
        let column = self.name(name)?;
        let at = name.span.start;
        if draft.columns.iter().any(|c| c.name == column) {
            return Err(self.error(
                SqlState::DuplicateColumn,
                format!("column \"{column}\" specified more than once"),
                Location::empty(),
            ));
        }
        if super::names::is_system_column(&column) {
            return Err(self.error(
                SqlState::DuplicateColumn,
                format!("column name \"{column}\" conflicts with a system column name"),
                Location::empty(),
            ));
        }
        if draft.columns.len() == MAX_COLUMNS {
            return Err(Error::new(
                SqlState::TooManyColumns,
                format!("tables can have at most {MAX_COLUMNS} columns"),
            ));
        }
        let ty = self
            .data_type(data_type)
            .map_err(|e| e.at(self.position(self.type_start(name))))?;
        draft.columns.push(Column {
            name: column,
            ty,
            not_null: false,
            default: None,
        });
        let number = draft.columns.len() - 1;
        let mut nullable = None;
        for ColumnOptionDef {
            name: constraint,
            option,
        } in options
        {
            match option {
                ColumnOption::Null | ColumnOption::NotNull => {
                    let not_null = *option == ColumnOption::NotNull;
                    if nullable.is_some_and(|known| known != not_null) {
                        return Err(self.conflicting_null(&draft.columns[number], table, at));
                    }
                    nullable = Some(not_null);
                    draft.columns[number].not_null = not_null;
                }
                ColumnOption::Default(expr) => {
                    self.default_definition(expr, table, &mut draft.columns[number])?;
                }
                ColumnOption::PrimaryKey(key) => {
                    let named = constraint.as_ref().map(|name| PrimaryKeyConstraint {
                        name: Some(name.clone()),
                        ..key.clone()
                    });
                    self.primary_key(named.as_ref().unwrap_or(key), Some(name), table, draft)?;
                }
                ColumnOption::Collation(collation) => {
                    let kind = ty.kind.element().unwrap_or(ty.kind);
                    if kind.category() != crate::types::Category::String {
                        let message = format!("collations are not supported by type {}", ty.kind);
                        return Err(self.error(SqlState::DatatypeMismatch, message, at));
                    }
                    self.check_collation(collation)?;
                }
                other => return Err(Error::unsupported(refused_option(other))),
            }
        }
        Ok(())
    }

    /// Where the type behind a column's name starts.
    fn type_start(&self, name: &Ident) -> Location {
        let from = position::byte(self.source, name.span.end);
        let rest = self.source.get(from..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start().len();
        position::location(self.source, from + blanks)
    }

    fn conflicting_null(&self, column: &Column, table: &str, at: Location) -> Error {
        let message = format!(
            "conflicting NULL/NOT NULL declarations for column \"{}\" of table \"{table}\"",
            column.name
        );
        self.error(SqlState::SyntaxError, message, at)
    }

    /// A default is checked now and kept as text: INSERT binds it anew.
    fn default_definition(
        &mut self,
        expr: &ast::Expr,
        table: &str,
        column: &mut Column,
    ) -> Result<()> {
        if column.default.is_some() {
            return Err(Error::syntax(format!(
                "multiple default values specified for column \"{}\" of table \"{table}\"",
                column.name
            )));
        }
        self.within(Clause::Default, |binder| {
            let typed = binder.expr(expr)?;
            binder.assign(typed, &column.name, column.ty)
        })?;
        column.default = Some(expr.to_string());
        Ok(())
    }
}

fn refused_constraint(constraint: &TableConstraint) -> &'static str {
    match constraint {
        TableConstraint::Unique(_) | TableConstraint::UniqueUsingIndex(_) => "UNIQUE",
        TableConstraint::ForeignKey(_) => "FOREIGN KEY",
        TableConstraint::Check(_) => "CHECK",
        TableConstraint::Exclude(_) => "EXCLUDE",
        TableConstraint::PrimaryKeyUsingIndex(_) => "PRIMARY KEY USING INDEX",
        TableConstraint::PrimaryKey(_)
        | TableConstraint::Index(_)
        | TableConstraint::FulltextOrSpatial(_) => "an index in CREATE TABLE",
    }
}

fn refused_option(option: &ColumnOption) -> String {
    match option {
        ColumnOption::Unique(_) => "UNIQUE".to_owned(),
        ColumnOption::ForeignKey(_) => "REFERENCES".to_owned(),
        ColumnOption::Check(_) => "CHECK".to_owned(),
        ColumnOption::Generated { .. } => "GENERATED".to_owned(),
        other => {
            let text = other.to_string();
            text.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        }
    }
}
