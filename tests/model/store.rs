//! What the server should do: maps for the tables, a stack of copies for the savepoints, a flag for a failed block.

use super::statements::{Key, Range, Step};
use std::collections::BTreeMap;

pub type Table = BTreeMap<Key, i64>;
type Rows = Vec<Vec<Option<String>>>;

/// What a statement that succeeds answers.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    pub tag: String,
    pub rows: Rows,
}

/// Both tables; the composite one holds the keys that have two parts.
#[derive(Default)]
pub struct Model {
    tables: [Table; 2],
    block: Option<Block>,
}

struct Block {
    /// What ROLLBACK goes back to.
    before: [Table; 2],
    savepoints: Vec<(String, [Table; 2])>,
    failed: bool,
}

fn tag(text: impl Into<String>) -> Result<Answer, String> {
    Ok(Answer {
        tag: text.into(),
        rows: Rows::new(),
    })
}

impl Model {
    /// What the server must answer: a tag and rows, or a SQLSTATE.
    pub fn apply(&mut self, step: &Step) -> Result<Answer, String> {
        let failed = self.block.as_ref().is_some_and(|block| block.failed);
        let ends_failure = matches!(step, Step::Commit | Step::Rollback | Step::RollbackTo(_));
        if failed && !ends_failure {
            return Err("25P02".into());
        }
        let answer = self.run(step);
        if let (Err(_), Some(block)) = (&answer, &mut self.block) {
            block.failed = true;
        }
        answer
    }

    fn run(&mut self, step: &Step) -> Result<Answer, String> {
        match step {
            Step::Begin => self.begin(),
            Step::Commit => match self.block.take() {
                Some(block) if block.failed => {
                    self.tables = block.before;
                    tag("ROLLBACK")
                }
                _ => tag("COMMIT"),
            },
            Step::Rollback => {
                if let Some(block) = self.block.take() {
                    self.tables = block.before;
                }
                tag("ROLLBACK")
            }
            Step::Savepoint(name) => {
                let tables = self.tables.clone();
                self.block
                    .as_mut()
                    .ok_or("25P01")?
                    .savepoints
                    .push((name.clone(), tables));
                tag("SAVEPOINT")
            }
            Step::RollbackTo(name) => {
                let (block, at) = self.find_savepoint(name)?;
                block.savepoints.truncate(at + 1);
                block.failed = false;
                self.tables = self.block.as_ref().unwrap().savepoints[at].1.clone();
                tag("ROLLBACK")
            }
            Step::Release(name) => {
                let (block, at) = self.find_savepoint(name)?;
                block.savepoints.truncate(at);
                tag("RELEASE")
            }
            _ => self.on_table(step),
        }
    }

    fn begin(&mut self) -> Result<Answer, String> {
        let before = self.tables.clone();
        self.block.get_or_insert(Block {
            before,
            savepoints: Vec::new(),
            failed: false,
        });
        tag("BEGIN")
    }

    /// The latest savepoint of that name: a newer one of the same name hides an older one.
    fn find_savepoint(&mut self, name: &str) -> Result<(&mut Block, usize), String> {
        let block = self.block.as_mut().ok_or("25P01")?;
        let at = block
            .savepoints
            .iter()
            .rposition(|(other, _)| other == name)
            .ok_or("3B001")?;
        Ok((block, at))
    }

    fn on_table(&mut self, step: &Step) -> Result<Answer, String> {
        let table = &mut self.tables[step.table()];
        match step {
            Step::Insert(rows) => {
                let mut after = table.clone();
                for (key, value) in rows {
                    if after.insert(key.clone(), *value).is_some() {
                        return Err("23505".into());
                    }
                }
                *table = after;
                tag(format!("INSERT 0 {}", rows.len()))
            }
            Step::InsertIfAbsent(key, value) => {
                let absent = !table.contains_key(key);
                table.entry(key.clone()).or_insert(*value);
                tag(format!("INSERT 0 {}", i32::from(absent)))
            }
            Step::Upsert(key, value) => {
                let stored = table
                    .entry(key.clone())
                    .and_modify(|old| *old += value)
                    .or_insert(*value);
                Ok(Answer {
                    tag: "INSERT 0 1".into(),
                    rows: vec![vec![Some(stored.to_string())]],
                })
            }
            Step::Update(range, value) => {
                let found = table
                    .iter_mut()
                    .filter(|(key, _)| range.contains(key))
                    .map(|(_, old)| *old += value);
                tag(format!("UPDATE {}", found.count()))
            }
            Step::Delete(range) => {
                let before = table.len();
                table.retain(|key, _| !range.contains(key));
                tag(format!("DELETE {}", before - table.len()))
            }
            Step::Select {
                range,
                descending,
                limit,
                offset,
            } => {
                let mut rows = rows_of(table, range);
                if *descending {
                    rows.reverse();
                }
                let rows: Rows = rows
                    .into_iter()
                    .skip(*offset)
                    .take(limit.unwrap_or(usize::MAX))
                    .collect();
                Ok(Answer {
                    tag: format!("SELECT {}", rows.len()),
                    rows,
                })
            }
            Step::Sum(range) => {
                let values: Vec<i64> = table
                    .iter()
                    .filter(|(key, _)| range.contains(key))
                    .map(|(_, v)| *v)
                    .collect();
                let sum = (!values.is_empty()).then(|| values.iter().sum::<i64>().to_string());
                Ok(Answer {
                    tag: "SELECT 1".into(),
                    rows: vec![vec![Some(values.len().to_string()), sum]],
                })
            }
            _ => unreachable!("a step without a table"),
        }
    }

    /// All rows of the table of that name, in key order.
    pub fn dump(&self, name: &str) -> Rows {
        rows_of(
            &self.tables[usize::from(name == "composite")],
            &Range::default(),
        )
    }
}

fn rows_of(table: &Table, range: &Range) -> Rows {
    let found = table.iter().filter(|(key, _)| range.contains(key));
    found
        .map(|(key, value)| {
            key.columns()
                .into_iter()
                .chain([Some(value.to_string())])
                .collect()
        })
        .collect()
}
