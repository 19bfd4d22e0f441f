//! FROM: one table, or none.

use std::sync::Arc;

use sqlparser::ast::{TableAlias, TableAliasColumnDef, TableFactor, TableWithJoins};

use super::names::Relation;
use super::{Binder, names};
use crate::catalog::Table;
use crate::error::{Error, Result};
use crate::sql::parse::NOTHING;
use crate::sqlstate::SqlState;

impl Binder<'_> {
    /// Binds FROM: its table becomes the one whose columns expressions see.
    pub(super) fn bind_from(&mut self, from: &[TableWithJoins]) -> Result<Option<Arc<Table>>> {
        match from {
            [] => Ok(None),
            [only] if is_nothing(only) => Ok(None),
            [only] => self.one_table(only).map(Some),
            _ => Err(Error::unsupported("FROM with several tables")),
        }
    }

    /// Binds the one table that a statement is about.
    pub(super) fn one_table(&mut self, item: &TableWithJoins) -> Result<Arc<Table>> {
        let TableWithJoins { relation, joins } = item;
        if !joins.is_empty() {
            return Err(Error::unsupported("JOIN"));
        }
        let (table, relation) = self.factor(relation)?;
        self.names.relations = vec![relation];
        Ok(table)
    }

    fn factor(&self, factor: &TableFactor) -> Result<(Arc<Table>, Relation)> {
        let TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } = factor
        else {
            return Err(Error::unsupported(refused(factor)));
        };
        self.refuse_any(&[
            (args.is_some(), "a function in FROM"),
            (*with_ordinality, "WITH ORDINALITY"),
            (sample.is_some(), "TABLESAMPLE"),
        ])?;
        self.reject(&[
            (!with_hints.is_empty(), "WITH"),
            (version.is_some(), "FOR"),
            (!partitions.is_empty(), "PARTITION"),
            (json_path.is_some(), ":"),
            (!index_hints.is_empty(), "INDEX"),
        ])?;
        let table = self.table(name)?;
        let relation = Relation::new(Arc::clone(&table), 0);
        let relation = match alias {
            Some(alias) => self.alias(relation, alias)?,
            None => relation,
        };
        Ok((table, relation))
    }

    fn alias(&self, relation: Relation, alias: &TableAlias) -> Result<Relation> {
        let TableAlias {
            explicit: _,
            name,
            columns,
            at,
        } = alias;
        self.refuse_some(at.as_ref(), "AT")?;
        let mut relation = relation.with_alias(self.name(name)?);
        if columns.len() > relation.columns.len() {
            return Err(self.error(
                SqlState::InvalidColumnReference,
                format!(
                    "table \"{}\" has {} columns available but {} columns specified",
                    relation.name,
                    relation.columns.len(),
                    columns.len()
                ),
                name.span.start,
            ));
        }
        for (own, TableAliasColumnDef { name, data_type }) in
            relation.columns.iter_mut().zip(columns)
        {
            self.refuse_some(data_type.as_ref(), "a column definition list")?;
            *own = names::identifier(name);
        }
        Ok(relation)
    }
}

/// Whether it stands for no FROM at all: the parser's rewriting made it.
fn is_nothing(item: &TableWithJoins) -> bool {
    match &item.relation {
        TableFactor::Table { name, .. } => match name.0.as_slice() {
            [part] => part.as_ident().is_some_and(|ident| ident.value == NOTHING),
            _ => false,
        },
        _ => false,
    }
}

fn refused(factor: &TableFactor) -> &'static str {
    match factor {
        TableFactor::Derived { .. } => "a subquery in FROM",
        TableFactor::NestedJoin { .. } => "JOIN",
        TableFactor::TableFunction { .. } | TableFactor::Function { .. } => "a function in FROM",
        TableFactor::UNNEST { .. } => "UNNEST",
        TableFactor::JsonTable { .. } => "JSON_TABLE",
        TableFactor::XmlTable { .. } => "XMLTABLE",
        _ => "this kind of table in FROM",
    }
}
