//! The statements that the model knows, how they are made up, and how they look as SQL.

use crate::support::random::Random;

pub const TABLES: &str = "CREATE TABLE simple (k text PRIMARY KEY, v int8); \
    CREATE TABLE composite (a int4, b text, v int8, PRIMARY KEY (a, b))";

pub const DUMPS: [(&str, &str); 2] = [
    ("simple", "SELECT * FROM simple ORDER BY k"),
    ("composite", "SELECT * FROM composite ORDER BY a, b"),
];

/// A key of one of the two tables; the order is that of SQL: by byte for text, by number for numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Simple(String),
    Composite(i32, String),
}

/// Rows between two keys of one table; a bound that is absent does not bound.
#[derive(Clone, Debug, Default)]
pub struct Range {
    pub composite: bool,
    pub from: Option<Key>,
    pub to: Option<Key>,
    /// Every row with this first part of a composite key.
    pub prefix: Option<i32>,
}

#[derive(Clone, Debug)]
pub enum Step {
    Begin,
    Commit,
    Rollback,
    Savepoint(String),
    RollbackTo(String),
    Release(String),
    Insert(Vec<(Key, i64)>),
    InsertIfAbsent(Key, i64),
    Upsert(Key, i64),
    Update(Range, i64),
    Delete(Range),
    Select {
        range: Range,
        descending: bool,
        limit: Option<usize>,
        offset: usize,
    },
    Sum(Range),
}

impl Key {
    pub fn columns(&self) -> Vec<Option<String>> {
        match self {
            Key::Simple(k) => vec![Some(k.clone())],
            Key::Composite(a, b) => vec![Some(a.to_string()), Some(b.clone())],
        }
    }
}

impl Range {
    pub fn contains(&self, key: &Key) -> bool {
        let first = |key: &Key| {
            if let Key::Composite(a, _) = key {
                Some(*a)
            } else {
                None
            }
        };
        self.from.as_ref().is_none_or(|from| from <= key)
            && self.to.as_ref().is_none_or(|to| key < to)
            && self.prefix.is_none_or(|prefix| first(key) == Some(prefix))
    }

    /// The only key, where the range is one key: `from` and the next possible one.
    fn point(key: Key) -> Range {
        let to = match key.clone() {
            Key::Simple(k) => Key::Simple(k + "\0"),
            Key::Composite(a, b) => Key::Composite(a, b + "\0"),
        };
        Range {
            composite: matches!(key, Key::Composite(..)),
            from: Some(key),
            to: Some(to),
            prefix: None,
        }
    }

    fn is_point(&self) -> bool {
        let next = self.from.clone().map(Range::point);
        self.from.is_some() && next.is_some_and(|next| next.to == self.to)
    }
}

// ------------------------------------------------------------------------------------------------ making them up

const WORDS: [&str; 12] = [
    "",
    "a",
    "aa",
    "ab",
    "b",
    "user1",
    "user1.name",
    "user2",
    "Z",
    "grün",
    "it's",
    "\\x",
];

fn make_key(random: &mut Random, composite: bool) -> Key {
    let word = format!(
        "{}{}",
        random.pick(&WORDS),
        if random.one_in(2) { "" } else { "7" }
    );
    if composite {
        Key::Composite(random.below(5) as i32 - 2, word)
    } else {
        Key::Simple(word)
    }
}

fn make_range(random: &mut Random) -> Range {
    let composite = random.one_in(2);
    if random.one_in(2) {
        return Range::point(make_key(random, composite));
    }
    let mut bound = |one_in| random.one_in(one_in).then(|| make_key(random, composite));
    let (from, to) = (bound(2), bound(2));
    let prefix = (composite && random.one_in(3)).then(|| random.below(5) as i32 - 2);
    Range {
        composite,
        from,
        to,
        prefix,
    }
}

fn make_value(random: &mut Random) -> i64 {
    random.below(2000) as i64 - 1000
}

fn make_block_step(random: &mut Random) -> Step {
    let name = random.pick(&["s1", "s2", "s3"]).to_string();
    match random.below(12) {
        0..4 => Step::Begin,
        4..6 => Step::Commit,
        6 => Step::Rollback,
        7..9 => Step::Savepoint(name),
        9..11 => Step::RollbackTo(name),
        _ => Step::Release(name),
    }
}

pub fn make_step(random: &mut Random) -> Step {
    let composite = random.one_in(2);
    match random.below(20) {
        0..5 => make_block_step(random),
        5..8 => {
            let rows = (0..1 + random.below(4))
                .map(|_| (make_key(random, composite), make_value(random)))
                .collect();
            Step::Insert(rows)
        }
        8 => Step::InsertIfAbsent(make_key(random, composite), make_value(random)),
        9..12 => Step::Upsert(make_key(random, composite), make_value(random)),
        12..14 => Step::Update(make_range(random), make_value(random)),
        14 => Step::Delete(make_range(random)),
        15..19 => {
            let limit = random.one_in(2).then(|| random.below(6));
            let (descending, offset) = (
                random.one_in(3),
                if random.one_in(4) { random.below(4) } else { 0 },
            );
            Step::Select {
                range: make_range(random),
                descending,
                limit,
                offset,
            }
        }
        _ => Step::Sum(make_range(random)),
    }
}

// ---------------------------------------------------------------------------------------------------- as SQL

/// SQL in the making: the text has `$n`, the values stand beside it.
#[derive(Default)]
struct Sql {
    text: String,
    values: Vec<String>,
}

impl Sql {
    fn push(&mut self, text: &str) {
        self.text += text;
    }

    fn bind(&mut self, value: impl ToString) {
        self.values.push(value.to_string());
        self.text += &format!("${}", self.values.len());
    }

    fn bind_key(&mut self, key: &Key) {
        for (at, column) in key.columns().into_iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            self.bind(column.unwrap_or_default());
        }
    }

    /// The WHERE clause: equality for one key, row comparison for composite bounds.
    fn bind_range(&mut self, range: &Range) {
        let columns = if range.composite { "(a, b)" } else { "(k)" };
        let mut word = " WHERE ";
        let bounds = match range.is_point() {
            true => vec![("=", &range.from)],
            false => vec![(">=", &range.from), ("<", &range.to)],
        };
        for (operator, key) in bounds
            .into_iter()
            .filter_map(|(operator, key)| Some((operator, key.as_ref()?)))
        {
            self.push(&format!("{word}{columns} {operator} ("));
            self.bind_key(key);
            self.push(")");
            word = " AND ";
        }
        if let Some(prefix) = range.prefix {
            self.push(&format!("{word}a = "));
            self.bind(prefix);
        }
    }

    fn bind_row(&mut self, key: &Key, value: i64) {
        self.push("(");
        self.bind_key(key);
        self.push(", ");
        self.bind(value);
        self.push(")");
    }
}

impl Step {
    /// Which table the step is about: 0 is the simple one.
    pub fn table(&self) -> usize {
        let composite = match self {
            Step::Insert(rows) => matches!(rows[0].0, Key::Composite(..)),
            Step::InsertIfAbsent(key, _) | Step::Upsert(key, _) => {
                matches!(key, Key::Composite(..))
            }
            Step::Update(range, _) | Step::Delete(range) | Step::Sum(range) => range.composite,
            Step::Select { range, .. } => range.composite,
            _ => false,
        };
        usize::from(composite)
    }

    fn build(&self) -> Sql {
        let mut sql = Sql::default();
        let (table, key) = [("simple", "k"), ("composite", "a, b")][self.table()];
        match self {
            Step::Begin => sql.push("BEGIN"),
            Step::Commit => sql.push("COMMIT"),
            Step::Rollback => sql.push("ROLLBACK"),
            Step::Savepoint(name) => sql.push(&format!("SAVEPOINT {name}")),
            Step::RollbackTo(name) => sql.push(&format!("ROLLBACK TO SAVEPOINT {name}")),
            Step::Release(name) => sql.push(&format!("RELEASE SAVEPOINT {name}")),
            Step::Insert(rows) => {
                sql.push(&format!("INSERT INTO {table} VALUES "));
                for (at, (key, value)) in rows.iter().enumerate() {
                    sql.push(if at > 0 { ", " } else { "" });
                    sql.bind_row(key, *value);
                }
            }
            Step::InsertIfAbsent(row, value) => {
                sql.push(&format!("INSERT INTO {table} VALUES "));
                sql.bind_row(row, *value);
                sql.push(" ON CONFLICT DO NOTHING");
            }
            Step::Upsert(row, value) => {
                sql.push(&format!("INSERT INTO {table} AS t VALUES "));
                sql.bind_row(row, *value);
                sql.push(&format!(
                    " ON CONFLICT ({key}) DO UPDATE SET v = t.v + EXCLUDED.v RETURNING v"
                ));
            }
            Step::Update(range, value) => {
                sql.push(&format!("UPDATE {table} SET v = v + "));
                sql.bind(value);
                sql.bind_range(range);
            }
            Step::Delete(range) => {
                sql.push(&format!("DELETE FROM {table}"));
                sql.bind_range(range);
            }
            Step::Select {
                range,
                descending,
                limit,
                offset,
            } => {
                sql.push(&format!("SELECT * FROM {table}"));
                sql.bind_range(range);
                let direction = if *descending { " DESC" } else { "" };
                sql.push(&format!(
                    " ORDER BY {}{direction}",
                    key.replace(", ", &format!("{direction}, "))
                ));
                sql.push(&limit.map_or(String::new(), |limit| format!(" LIMIT {limit}")));
                sql.push(&if *offset > 0 {
                    format!(" OFFSET {offset}")
                } else {
                    String::new()
                });
            }
            Step::Sum(range) => {
                sql.push(&format!("SELECT count(*), sum(v) FROM {table}"));
                sql.bind_range(range);
            }
        }
        sql
    }

    /// The text with `$1`, `$2`...
    pub fn sql(&self) -> String {
        self.build().text
    }

    pub fn parameters(&self) -> Vec<Option<String>> {
        self.build().values.into_iter().map(Some).collect()
    }

    /// The text with the values in it, for a simple Query.
    pub fn with_literals(&self) -> String {
        let Sql { mut text, values } = self.build();
        for (number, value) in values.iter().enumerate().rev() {
            text = text.replace(
                &format!("${}", number + 1),
                &format!("'{}'", value.replace('\'', "''")),
            );
        }
        text
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.with_literals())
    }
}
