//! PRIMARY KEY.

use sqlparser::ast::{
    self, Ident, IndexColumn, OrderByExpr, OrderByOptions, OrderBySort, PrimaryKeyConstraint,
};
use sqlparser::tokenizer::Location;

use super::Binder;
use super::create::Draft;
use super::names::identifier;
use crate::catalog::{KeyColumn, PrimaryKey};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// Columns of one key, as in PostgreSQL.
const MAX_KEY_COLUMNS: usize = 32;

impl Binder<'_> {
    /// PRIMARY KEY of a column (`own`) or of the table.
    pub(super) fn primary_key(
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
