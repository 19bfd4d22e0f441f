//! Plans: what a statement lowers to.
//!
//! Where the predicate fixes the key, an [`Access`] says which keys are read: that is the promise
//! of the project, and golden scripts show it.

use std::sync::Arc;

use super::expr::Expr;
use crate::catalog::{DatabaseId, SchemaId, Table, TableId};
use crate::types::{Aggregate, Kind, Type};

/// What a statement that reads or writes data, or the catalog, lowers to.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// SELECT, VALUES
    Query(Query),
    /// INSERT
    Insert(Insert),
    /// UPDATE
    Update(Update),
    /// DELETE
    Delete(Delete),
    /// CREATE, DROP, TRUNCATE
    Ddl(Ddl),
    /// EXPLAIN of the plan; the text has been made by the planner.
    Explain {
        /// The lines.
        lines: Vec<String>,
    },
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The table it is from, and its number there (from 1), when it is a plain column of one.
    pub origin: Option<(TableId, i16)>,
}

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What makes the rows.
    pub root: Node,
    /// What they look like.
    pub columns: Vec<OutputColumn>,
}

/// A relational operator. Each says what its rows are; expressions above it see these.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Rows of expressions (which see no input): VALUES, and one row of nothing for a SELECT
    /// without FROM.
    Values {
        /// The rows.
        rows: Vec<Vec<Expr>>,
    },
    /// Rows of a table: all of its columns, those that nobody needs left NULL.
    Scan(Scan),
    /// The input's rows for which the predicate is true.
    Filter {
        /// The input.
        input: Box<Node>,
        /// The predicate.
        predicate: Expr,
    },
    /// The values of the expressions, over each row of the input.
    Project {
        /// The input.
        input: Box<Node>,
        /// The expressions.
        exprs: Vec<Expr>,
    },
    /// The input's rows, ordered; `keys` see the input's row. Stable.
    Sort {
        /// The input.
        input: Box<Node>,
        /// By what.
        keys: Vec<SortKey>,
    },
    /// Some of the input's rows: evaluated once, when the query starts. NULL is no limit.
    Limit {
        /// The input.
        input: Box<Node>,
        /// LIMIT, a `bigint`.
        limit: Option<Expr>,
        /// OFFSET, a `bigint`.
        offset: Option<Expr>,
    },
    /// The input's rows without duplicates, in the order of their first appearance. `columns` says
    /// how many leading columns count (those behind are for a Sort above).
    Distinct {
        /// The input.
        input: Box<Node>,
        /// How many leading columns are compared.
        columns: usize,
    },
    /// One row a group: the groups' values, then the aggregates'. Without groups one row always.
    Aggregate {
        /// The input.
        input: Box<Node>,
        /// GROUP BY, over the input.
        groups: Vec<Expr>,
        /// The aggregates, over the input.
        calls: Vec<AggregateCall>,
    },
    /// The first `columns` columns of the input's rows: drops what only a Sort needed.
    Trim {
        /// The input.
        input: Box<Node>,
        /// How many are kept.
        columns: usize,
    },
}

/// ORDER BY of one expression.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// By what.
    pub expr: Expr,
    /// DESC
    pub descending: bool,
    /// NULLS FIRST
    pub nulls_first: bool,
}

/// A call of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateCall {
    /// Which.
    pub aggregate: &'static Aggregate,
    /// Its arguments, over the input.
    pub args: Vec<Expr>,
    /// `count(DISTINCT x)`
    pub distinct: bool,
    /// `FILTER (WHERE ...)`
    pub filter: Option<Expr>,
}

impl PartialEq for Aggregate {
    fn eq(&self, other: &Self) -> bool {
        self.oid == other.oid
    }
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The table.
    pub table: Arc<Table>,
    /// Which keys are read.
    pub access: Access,
    /// Which columns are needed above; others may stay NULL.
    pub needed: Vec<bool>,
    /// What the key does not decide; over the table's row.
    pub filter: Option<Expr>,
}

/// Which keys of a table are read. The expressions see no input row: only parameters and
/// constants. Each has the kind of its key column, or is an integer as that is. A NULL among them
/// selects nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Access {
    /// One key: a value for each key column.
    Point(Vec<Expr>),
    /// Several keys: the product of the sources, one for each key column. Read in key order, each
    /// once.
    Multi(Vec<KeySource>),
    /// The keys that start with the prefix (one source for each leading key column; several ranges
    /// when a source has several values) and whose next columns are within the bounds.
    Range {
        /// Leading key columns that are fixed.
        prefix: Vec<KeySource>,
        /// From where, in terms of the values (not of the key's order).
        lower: Option<KeyBound>,
        /// To where.
        upper: Option<KeyBound>,
        /// `LIKE` on the key column after the prefix: the pattern, a `text`. The literal text
        /// before its first wildcard bounds the range; the filter has the LIKE itself, unless the
        /// pattern is a constant that is no more than a prefix.
        like: Option<Expr>,
        /// Whether the keys are read from the greatest.
        reverse: bool,
    },
    /// Nothing: the predicate can never be true.
    Nothing,
}

/// The values of one key column.
#[derive(Debug, Clone, PartialEq)]
pub enum KeySource {
    /// One.
    One(Expr),
    /// A list: `IN (...)`.
    List(Vec<Expr>),
    /// The elements of an array: `= ANY ($1)`.
    Array(Expr),
}

/// An end of a range: one value, or several for a row comparison, of the key columns that follow
/// the prefix. All of these have the same direction in the key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyBound {
    /// The values.
    pub values: Vec<Expr>,
    /// Whether the bound itself belongs to the range.
    pub inclusive: bool,
}

/// INSERT.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The table.
    pub table: Arc<Table>,
    /// What makes the rows: one value for each column of the table, cast to its type, defaults
    /// filled in.
    pub source: Node,
    /// ON CONFLICT.
    pub conflict: Option<OnConflict>,
    /// RETURNING, over the table's row.
    pub returning: Option<Returning>,
}

/// ON CONFLICT.
#[derive(Debug, Clone, PartialEq)]
pub enum OnConflict {
    /// DO NOTHING
    Nothing,
    /// DO UPDATE; expressions see the existing row and, behind it, the one proposed (EXCLUDED).
    Update {
        /// Column and new value, cast to its type.
        assignments: Vec<(usize, Expr)>,
        /// WHERE
        filter: Option<Expr>,
    },
}

/// RETURNING: expressions over the table's row as it is after the change (before it for DELETE).
#[derive(Debug, Clone, PartialEq)]
pub struct Returning {
    /// The expressions.
    pub exprs: Vec<Expr>,
    /// What they look like.
    pub columns: Vec<OutputColumn>,
}

/// UPDATE.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The rows; all columns are needed.
    pub scan: Scan,
    /// Column and new value, cast to its type; over the table's row as it was.
    pub assignments: Vec<(usize, Expr)>,
    /// RETURNING
    pub returning: Option<Returning>,
}

/// DELETE.
#[derive(Debug, Clone, PartialEq)]
pub struct Delete {
    /// The rows.
    pub scan: Scan,
    /// RETURNING
    pub returning: Option<Returning>,
}

/// A change of the catalog. Names are checked when it runs, under its locks.
#[derive(Debug, Clone, PartialEq)]
pub enum Ddl {
    /// CREATE DATABASE
    CreateDatabase {
        /// Its name.
        name: String,
    },
    /// DROP DATABASE
    DropDatabase {
        /// Its name.
        name: String,
        /// IF EXISTS
        if_exists: bool,
        /// WITH (FORCE)
        force: bool,
    },
    /// CREATE SCHEMA
    CreateSchema {
        /// The connection's database.
        database: DatabaseId,
        /// Its name.
        name: String,
        /// IF NOT EXISTS
        if_not_exists: bool,
    },
    /// DROP SCHEMA
    DropSchema {
        /// The connection's database.
        database: DatabaseId,
        /// Their names.
        names: Vec<String>,
        /// IF EXISTS
        if_exists: bool,
        /// CASCADE
        cascade: bool,
    },
    /// CREATE TABLE
    CreateTable {
        /// The schema.
        schema: SchemaId,
        /// The table; its oid and its space are given when it runs.
        table: Box<Table>,
        /// IF NOT EXISTS
        if_not_exists: bool,
    },
    /// DROP TABLE
    DropTable {
        /// The tables, as they were when the statement was bound; none for a name that did not
        /// exist then (IF EXISTS).
        tables: Vec<Result<Arc<Table>, String>>,
    },
    /// TRUNCATE
    Truncate {
        /// The tables.
        tables: Vec<Arc<Table>>,
    },
}

impl Plan {
    /// The columns of the result, if the statement has one.
    pub fn columns(&self) -> Option<&[OutputColumn]> {
        match self {
            Plan::Query(query) => Some(&query.columns),
            Plan::Insert(Insert { returning, .. })
            | Plan::Update(Update { returning, .. })
            | Plan::Delete(Delete { returning, .. }) => {
                returning.as_ref().map(|r| r.columns.as_slice())
            }
            Plan::Ddl(_) => None,
            Plan::Explain { .. } => Some(explain_columns()),
        }
    }

    /// Whether the plan changes nothing.
    pub fn is_read_only(&self) -> bool {
        match self {
            Plan::Query(_) | Plan::Explain { .. } => true,
            Plan::Insert(_) | Plan::Update(_) | Plan::Delete(_) | Plan::Ddl(_) => false,
        }
    }
}

fn explain_columns() -> &'static [OutputColumn] {
    static COLUMNS: std::sync::LazyLock<[OutputColumn; 1]> = std::sync::LazyLock::new(|| {
        [OutputColumn {
            name: "QUERY PLAN".to_owned(),
            ty: Type::of(Kind::Text),
            origin: None,
        }]
    });
    &*COLUMNS
}
