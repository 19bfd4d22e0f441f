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
use std::ops::Bound;

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

/// Storage operations, a line each; a commit has a line more for each change.
pub fn operations(events: &[Event], catalog: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    for event in events {
        match event {
            Event::Get { space, key, found } => {
                let found = if *found { "" } else { " (none)" };
                lines.push(format!("get   {}{found}", entry(catalog, *space, key)));
            }
            Event::MultiGet { space, keys, found } => {
                let keys: Vec<String> =
                    keys.iter().map(|key| entry(catalog, *space, key)).collect();
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
                    describe_range(catalog, *space, range)
                ));
            }
            Event::Commit {
                batch,
                durability: _,
            } => commit(batch, catalog, &mut lines),
        }
    }
    lines
}

fn commit(batch: &Batch, catalog: &Catalog, lines: &mut Vec<String>) {
    let Batch {
        conditions,
        cleared,
        writes,
    } = batch;
    lines.push(format!(
        "commit ({} conditions, {} writes)",
        conditions.len(),
        writes.len()
    ));
    for space in cleared {
        lines.push(format!("  clear {}", name(catalog, *space)));
    }
    for write in writes {
        let what = if write.value.is_some() { "put" } else { "del" };
        lines.push(format!(
            "  {what} {}",
            entry(catalog, write.space, &write.key)
        ));
    }
}

fn entry(catalog: &Catalog, space: SpaceId, key: &Bytes) -> String {
    format!("{} {}", name(catalog, space), key_text(catalog, space, key))
}

fn name(catalog: &Catalog, space: SpaceId) -> String {
    match table(catalog, space) {
        Some(table) => table.name.clone(),
        None if space == CATALOG => "catalog".to_owned(),
        None => format!("space {}", space.0),
    }
}

/// A key as values; a record of the catalog as bytes, of which only the kind is shown: oids are not.
fn key_text(catalog: &Catalog, space: SpaceId, key: &Bytes) -> String {
    match table(catalog, space) {
        Some(table) if table.key_columns().is_empty() => "row id".to_owned(),
        Some(table) => dump::key(&key_kinds(table), key),
        None => String::from_utf8_lossy(&key[..1]).into_owned(),
    }
}

fn describe_range(catalog: &Catalog, space: SpaceId, (from, to): &KeyRange) -> String {
    let end = |bound: &Bound<Bytes>| match bound {
        Bound::Included(key) | Bound::Excluded(key) => key_text(catalog, space, key),
        Bound::Unbounded => String::new(),
    };
    format!("{} {}..{}", name(catalog, space), end(from), end(to))
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

fn table(catalog: &Catalog, space: SpaceId) -> Option<&Table> {
    catalog
        .databases()
        .flat_map(|database| catalog.schemas(database.id))
        .flat_map(|schema| catalog.tables(schema.id))
        .find(|table| table.space == space)
        .map(|table| &**table)
}
