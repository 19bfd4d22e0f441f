//! ON CONFLICT.

use std::sync::Arc;

use sqlparser::ast::{self, ConflictTarget, DoUpdate, OnConflictAction, OnInsert};

use super::names::{Relation, identifier, parts};
use super::{Binder, Clause};
use crate::catalog::{PrimaryKey, Table};
use crate::error::{Error, Result};
use crate::exec::plan::OnConflict;
use crate::sqlstate::SqlState;

impl Binder<'_> {
    pub(super) fn on_conflict(&mut self, table: &Arc<Table>, on: &OnInsert) -> Result<OnConflict> {
        let OnInsert::OnConflict(ast::OnConflict {
            conflict_target,
            action,
        }) = on
        else {
            return Err(self.near_keyword("DUPLICATE"));
        };
        match conflict_target {
            Some(target) => self.conflict_target(table, target)?,
            None if *action != OnConflictAction::DoNothing => {
                let message =
                    "ON CONFLICT DO UPDATE requires inference specification or constraint name";
                return Err(self
                    .error(
                        SqlState::SyntaxError,
                        message,
                        self.keyword_after(self.start, "ON"),
                    )
                    .with_hint("For example, ON CONFLICT (column_name)."));
            }
            None => {}
        }
        match action {
            OnConflictAction::DoNothing => Ok(OnConflict::Nothing),
            OnConflictAction::DoUpdate(DoUpdate {
                assignments,
                selection,
            }) => {
                let excluded = Relation::new(Arc::clone(table), table.columns.len())
                    .with_alias("excluded".to_owned());
                self.names.relations.push(excluded);
                let assignments = self.assignments(table, assignments)?;
                let filter = match selection {
                    Some(filter) => Some(self.predicate(filter, Clause::Where)?),
                    None => None,
                };
                Ok(OnConflict::Update {
                    assignments,
                    filter: filter.map(|filter| self.fold(filter)),
                })
            }
        }
    }

    /// The target must be the primary key: there is nothing else that is unique.
    fn conflict_target(&self, table: &Table, target: &ConflictTarget) -> Result<()> {
        match target {
            ConflictTarget::Columns(idents) => {
                let mut columns = Vec::with_capacity(idents.len());
                for ident in idents {
                    let name = identifier(ident);
                    let number = table.columns.iter().position(|c| c.name == name);
                    let Some(number) = number else {
                        return Err(self.error(
                            SqlState::UndefinedColumn,
                            format!("column \"{name}\" does not exist"),
                            self.keyword_before(ident.span.start, "("),
                        ));
                    };
                    if !columns.contains(&number) {
                        columns.push(number);
                    }
                }
                let mut key: Vec<usize> = table.key_columns().iter().map(|k| k.column).collect();
                key.sort_unstable();
                columns.sort_unstable();
                if key.is_empty() || key != columns {
                    return Err(Error::new(
                        SqlState::InvalidColumnReference,
                        "there is no unique or exclusion constraint matching the ON CONFLICT specification",
                    ));
                }
                Ok(())
            }
            ConflictTarget::OnConstraint(name) => {
                let parts = parts(name)?;
                let wanted = parts
                    .last()
                    .map(|ident| identifier(ident))
                    .unwrap_or_default();
                match &table.key {
                    PrimaryKey::Columns { name, columns: _ } if *name == wanted => Ok(()),
                    PrimaryKey::Columns { .. } | PrimaryKey::RowId => Err(Error::new(
                        SqlState::UndefinedObject,
                        format!(
                            "constraint \"{wanted}\" for table \"{}\" does not exist",
                            table.name
                        ),
                    )),
                }
            }
        }
    }
}
