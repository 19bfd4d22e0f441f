//! CREATE TABLE.

use sqlparser::ast::{
    self, ColumnDef, ColumnOption, ColumnOptionDef, CreateTableOptions, HiveDistributionStyle,
    Ident, IndexColumn, OrderByExpr, OrderByOptions, OrderBySort, PrimaryKeyConstraint,
    TableConstraint,
};
use sqlparser::tokenizer::Location;

use super::names::{identifier, parts};
use super::{Binder, Clause, position};
use crate::catalog::{Column, Form, KeyColumn, PrimaryKey, Schema, Table, TableId};
use crate::error::{Error, Result};
use crate::exec::plan::Ddl;
use crate::sqlstate::SqlState;
use crate::storage::SpaceId;

/// Columns of one table, as in PostgreSQL.
const MAX_COLUMNS: usize = 1600;
/// Columns of one key, as in PostgreSQL.
const MAX_KEY_COLUMNS: usize = 32;

/// A table while its clauses are read.
#[derive(Default)]
struct Draft {
    columns: Vec<Column>,
    key: Option<PrimaryKey>,
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

    /// Every clause of CREATE TABLE that is not used is refused; most are no PostgreSQL at all.
    fn refuse_table_clauses(&self, create: &ast::CreateTable) -> Result<()> {
        let ast::CreateTable {
            or_replace,
            temporary,
            unlogged,
            external,
            dynamic,
            global,
            if_not_exists: _,
            transient,
            volatile,
            iceberg,
            snapshot,
            name: _,
            columns: _,
            constraints: _,
            hive_distribution,
            hive_formats,
            table_options,
            file_format,
            location,
            query,
            without_rowid,
            like,
            clone,
            version,
            comment,
            on_commit,
            on_cluster,
            primary_key,
            order_by,
            partition_by,
            cluster_by,
            clustered_by,
            inherits,
            partition_of,
            for_values,
            strict,
            copy_grants,
            enable_schema_evolution,
            change_tracking,
            data_retention_time_in_days,
            max_data_extension_time_in_days,
            default_ddl_collation,
            with_aggregation_policy,
            with_row_access_policy,
            with_storage_lifecycle_policy,
            with_tags,
            external_volume,
            with_connection,
            base_location,
            catalog,
            catalog_sync,
            storage_serialization_policy,
            target_lag,
            warehouse,
            refresh_mode,
            initialize,
            require_user,
            diststyle,
            distkey,
            sortkey,
            backup,
            multiset,
            fallback,
            with_data,
        } = create;
        match table_options {
            CreateTableOptions::None => {}
            CreateTableOptions::With(_) => return Err(Error::unsupported("WITH in CREATE TABLE")),
            CreateTableOptions::Options(_)
            | CreateTableOptions::Plain(_)
            | CreateTableOptions::TableProperties(_) => {
                return Err(Error::unsupported("an option of CREATE TABLE"));
            }
        }
        let is_spread = *hive_distribution != HiveDistributionStyle::NONE;
        self.refuse_any(&[
            (is_spread, "PARTITIONED BY"),
            (*or_replace, "OR REPLACE"),
            (*temporary, "TEMPORARY"),
            (*unlogged, "UNLOGGED"),
            (query.is_some(), "CREATE TABLE AS"),
            (like.is_some(), "LIKE in CREATE TABLE"),
            (on_commit.is_some(), "ON COMMIT"),
            (partition_by.is_some(), "PARTITION BY"),
            (inherits.is_some(), "INHERITS"),
            (partition_of.is_some(), "PARTITION OF"),
            (for_values.is_some(), "FOR VALUES"),
            (with_data.is_some(), "WITH DATA"),
            (
                *external
                    || *dynamic
                    || global.is_some()
                    || *transient
                    || *volatile
                    || *iceberg
                    || *snapshot
                    || hive_formats.is_some()
                    || file_format.is_some()
                    || location.is_some()
                    || *without_rowid
                    || clone.is_some()
                    || version.is_some()
                    || comment.is_some()
                    || on_cluster.is_some()
                    || primary_key.is_some()
                    || order_by.is_some()
                    || cluster_by.is_some()
                    || clustered_by.is_some()
                    || *strict
                    || *copy_grants
                    || enable_schema_evolution.is_some()
                    || change_tracking.is_some()
                    || data_retention_time_in_days.is_some()
                    || max_data_extension_time_in_days.is_some()
                    || default_ddl_collation.is_some()
                    || with_aggregation_policy.is_some()
                    || with_row_access_policy.is_some()
                    || with_storage_lifecycle_policy.is_some()
                    || with_tags.is_some()
                    || external_volume.is_some()
                    || with_connection.is_some()
                    || base_location.is_some()
                    || catalog.is_some()
                    || catalog_sync.is_some()
                    || storage_serialization_policy.is_some()
                    || target_lag.is_some()
                    || warehouse.is_some()
                    || refresh_mode.is_some()
                    || initialize.is_some()
                    || *require_user
                    || diststyle.is_some()
                    || distkey.is_some()
                    || sortkey.is_some()
                    || backup.is_some()
                    || multiset.is_some()
                    || fallback.is_some(),
                "a clause of another dialect in CREATE TABLE",
            ),
        ])
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

    /// PRIMARY KEY of a column (`own`) or of the table.
    fn primary_key(
        &self,
        key: &PrimaryKeyConstraint,
        own: Option<&Ident>,
        table: &str,
        draft: &mut Draft,
    ) -> Result<()> {
        let PrimaryKeyConstraint {
            name,
            index_name,
            index_type,
            columns,
            include,
            index_options,
            characteristics,
        } = key;
        self.refuse_any(&[
            (index_name.is_some(), "the name of an index"),
            (index_type.is_some(), "USING in PRIMARY KEY"),
            (!include.is_empty(), "INCLUDE"),
            (!index_options.is_empty(), "options of an index"),
            (characteristics.is_some(), "DEFERRABLE"),
        ])?;
        if draft.key.is_some() {
            let message = format!("multiple primary keys for table \"{table}\" are not allowed");
            return Err(self.error(
                SqlState::InvalidTableDefinition,
                message,
                self.key_start(own, columns),
            ));
        }
        let mut keys: Vec<KeyColumn> = Vec::new();
        match own {
            Some(ident) => keys.push(self.key_column(ident, false, draft, &keys)?),
            None => {
                for column in columns {
                    let (ident, descending) = self.key_item(column)?;
                    keys.push(self.key_column(ident, descending, draft, &keys)?);
                }
            }
        }
        if keys.len() > MAX_KEY_COLUMNS {
            return Err(Error::new(
                SqlState::TooManyColumns,
                format!("cannot use more than {MAX_KEY_COLUMNS} columns in an index"),
            ));
        }
        draft.key = Some(PrimaryKey::Columns {
            name: match name {
                Some(name) => identifier(name),
                None => key_name(table),
            },
            columns: keys,
        });
        Ok(())
    }

    /// Where PRIMARY KEY stands.
    fn key_start(&self, own: Option<&Ident>, columns: &[IndexColumn]) -> Location {
        match (own, columns.first()) {
            (Some(ident), _) => self.keyword_after(ident.span.end, "PRIMARY"),
            (None, Some(first)) => {
                let at = super::expr::start(&first.column.expr);
                self.keyword_before(at, "PRIMARY")
            }
            (None, None) => Location::empty(),
        }
    }

    /// `a`, `a DESC`
    fn key_item<'e>(&self, item: &'e IndexColumn) -> Result<(&'e Ident, bool)> {
        let IndexColumn {
            column,
            operator_class,
        } = item;
        self.refuse_some(operator_class.as_ref(), "an operator class")?;
        let OrderByExpr {
            expr,
            options,
            with_fill,
        } = column;
        self.refuse_some(with_fill.as_ref(), "WITH FILL")?;
        let OrderByOptions { sort, nulls_first } = options;
        self.refuse_some(nulls_first.as_ref(), "NULLS FIRST in PRIMARY KEY")?;
        let descending = match sort {
            None | Some(OrderBySort::Asc) => false,
            Some(OrderBySort::Desc) => true,
            Some(OrderBySort::Using(_)) => return Err(Error::unsupported("USING in PRIMARY KEY")),
        };
        match expr {
            ast::Expr::Identifier(ident) => Ok((ident, descending)),
            other => Err(self.refuse("an expression in PRIMARY KEY", super::expr::start(other))),
        }
    }

    fn key_column(
        &self,
        ident: &Ident,
        descending: bool,
        draft: &Draft,
        keys: &[KeyColumn],
    ) -> Result<KeyColumn> {
        let name = identifier(ident);
        let Some(column) = draft.columns.iter().position(|c| c.name == name) else {
            return Err(self.error(
                SqlState::UndefinedColumn,
                format!("column \"{name}\" named in key does not exist"),
                self.keyword_before(ident.span.start, "PRIMARY"),
            ));
        };
        if keys.iter().any(|key| key.column == column) {
            return Err(self.error(
                SqlState::DuplicateColumn,
                format!("column \"{name}\" appears twice in primary key constraint"),
                self.keyword_before(ident.span.start, "PRIMARY"),
            ));
        }
        Ok(KeyColumn { column, descending })
    }
}

/// `kvstore_pkey`: cut where it would be too long for an identifier.
fn key_name(table: &str) -> String {
    const SUFFIX: &str = "_pkey";
    let limit = super::names::MAX_IDENTIFIER - SUFFIX.len();
    let end = (0..=limit.min(table.len()))
        .rev()
        .find(|i| table.is_char_boundary(*i));
    format!("{}{SUFFIX}", &table[..end.unwrap_or(0)])
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
