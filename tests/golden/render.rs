//! Answers and storage operations as lines of text.

use async_trait::async_trait;
use bytes::Bytes;
use keywire::catalog::{Catalog, Table};
use keywire::codec::{Order, dump};
use keywire::error::{Error, Result};
use keywire::exec::plan::OutputColumn;
use keywire::exec::{Field, OutputRow};
use keywire::session::{Format, Notice, Sink};
use keywire::storage::traced::Event;
use keywire::storage::{Batch, CATALOG, Direction, KeyRange, SpaceId};
use keywire::types::{Formats, Kind, io};
use std::collections::HashMap;
use std::ops::Bound;
use std::sync::Arc;

/// What a session answers.
#[derive(Default)]
pub struct Answer(Vec<String>);

impl Answer {
    /// All of it, and the error that ended it.
    pub fn lines(self, error: Option<Error>) -> Vec<String> {
        let error = error.map(|e| format!("ERROR {} {}", e.state().code(), e.message()));
        self.0.into_iter().chain(error).collect()
    }
}

#[async_trait]
impl Sink for Answer {
    fn begin_rows(&mut self, _: &[OutputColumn]) {}

    fn row(
        &mut self,
        row: &OutputRow,
        columns: &[OutputColumn],
        _: &[Format],
        print: &Formats,
    ) -> Result<()> {
        let mut values = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            values.push(match row.field(index)? {
                Field::Null => "NULL".to_owned(),
                Field::Wire(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Field::Datum(value) => io::to_string(column.ty.kind, &value, print),
            });
        }
        self.0.push(values.join(" | "));
        Ok(())
    }

    fn complete(&mut self, tag: &str) {
        self.0.push(tag.to_owned());
    }

    fn empty(&mut self) {
        self.0.push("(empty)".to_owned());
    }

    fn suspended(&mut self) {
        self.0.push("(suspended)".to_owned());
    }

    fn notice(&mut self, notice: &Notice) {
        self.0.push(format!(
            "{:?} {} {}",
            notice.severity,
            notice.state.code(),
            notice.message
        ));
    }

    fn is_full(&self) -> bool {
        false
    }

    async fn drain(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The tables that there are and were, by the space that they have or had.
pub type Tables = HashMap<SpaceId, Arc<Table>>;

/// Adds those of a catalog.
pub fn learn(tables: &mut Tables, catalog: &Catalog) {
    let schemas = catalog
        .databases()
        .flat_map(|database| catalog.schemas(database.id));
    for table in schemas.flat_map(|schema| catalog.tables(schema.id)) {
        tables.insert(table.space, table.clone());
    }
}

/// Storage operations, a line each; a commit has a line more for each change.
pub fn operations(events: &[Event], tables: &Tables) -> Vec<String> {
    let mut lines = Vec::new();
    for event in events {
        match event {
            Event::Get { space, key, found } => {
                let found = if *found { "" } else { " (none)" };
                lines.push(format!("get   {}{found}", entry(tables, *space, key)));
            }
            Event::MultiGet { space, keys, found } => {
                let keys: Vec<String> = keys.iter().map(|key| entry(tables, *space, key)).collect();
                lines.push(format!("mget  {} ({found} found)", keys.join(", ")));
            }
            Event::Scan {
                space,
                range,
                direction,
                read,
            } => {
                let way = match direction {
                    Direction::Forward => "scan ",
                    Direction::Reverse => "rscan",
                };
                lines.push(format!(
                    "{way} {} ({read} read)",
                    describe_range(tables, *space, range)
                ));
            }
            Event::Commit {
                batch,
                durability: _,
            } => commit(batch, tables, &mut lines),
        }
    }
    lines
}

fn commit(batch: &Batch, tables: &Tables, lines: &mut Vec<String>) {
    let Batch {
        conditions,
        cleared,
        writes,
    } = batch;
    lines.push(match conditions.len() {
        0 => "commit".to_owned(),
        count => format!("commit ({count} conditions)"),
    });
    for space in cleared {
        lines.push(format!("  clear {}", name(tables, *space)));
    }
    for write in writes {
        let what = if write.value.is_some() { "put" } else { "del" };
        lines.push(format!(
            "  {what} {}",
            entry(tables, write.space, &write.key)
        ));
    }
}

fn entry(tables: &Tables, space: SpaceId, key: &Bytes) -> String {
    format!("{} {}", name(tables, space), key_text(tables, space, key))
}

fn name(tables: &Tables, space: SpaceId) -> String {
    match tables.get(&space) {
        Some(table) => table.name.clone(),
        None if space == CATALOG => "catalog".to_owned(),
        None => "(new table)".to_owned(),
    }
}

/// A key as values; a record of the catalog as bytes, of which only the kind is shown: oids are not.
fn key_text(tables: &Tables, space: SpaceId, key: &Bytes) -> String {
    match tables.get(&space) {
        Some(table) if table.key_columns().is_empty() => "row id".to_owned(),
        Some(table) => dump::key(&key_kinds(table), key),
        None if space != CATALOG => "…".to_owned(),
        None => match key[0] {
            b'd' => "database".to_owned(),
            b'n' => "next oid".to_owned(),
            b'r' => "role".to_owned(),
            b's' => "schema".to_owned(),
            b't' => "table".to_owned(),
            other => format!("record {other}"),
        },
    }
}

fn describe_range(tables: &Tables, space: SpaceId, (from, to): &KeyRange) -> String {
    let end = |bound: &Bound<Bytes>| match bound {
        Bound::Included(key) | Bound::Excluded(key) => key_text(tables, space, key),
        Bound::Unbounded => String::new(),
    };
    format!("{} {}..{}", name(tables, space), end(from), end(to))
}

fn key_kinds(table: &Table) -> Vec<(Kind, Order)> {
    let order = |descending| {
        if descending {
            Order::Descending
        } else {
            Order::Ascending
        }
    };
    let kinds = table
        .key_columns()
        .iter()
        .map(|key| (table.columns[key.column].ty.kind, order(key.descending)));
    kinds.collect()
}
