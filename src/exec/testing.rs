//! What the tests of the executor share: an engine in memory with a catalog, a session without
//! settings, and short ways to write plans.

use std::sync::Arc;
use std::time::Duration;

use crate::catalog::{
    Catalog, CatalogStore, Column, Database, DatabaseId, Form, KeyColumn, PrimaryKey, SchemaId,
    Table, TableId,
};
use crate::error::Result;
use crate::storage::{self, Engine, SpaceId};
use crate::txn::locks::LockTable;
use crate::txn::{Isolation, Transaction};
use crate::types::testing::TestEnv;
use crate::types::{Datum, Kind, Row, Type, registry};

use super::plan::{
    Access, Ddl, Insert, Node, OnConflict, OutputColumn, Plan, Query, Returning, Scan,
};
use super::{Context, Expr, Field, Limits, OutputRow, Written};

/// A database of its own.
pub(super) struct Db {
    pub engine: Arc<dyn Engine>,
    pub locks: Arc<LockTable>,
    pub catalogs: CatalogStore,
    pub env: Arc<TestEnv>,
}

impl Db {
    pub(super) async fn new() -> Self {
        let engine = storage::memory();
        Self {
            catalogs: CatalogStore::open(&engine, &["me".to_owned()])
                .await
                .unwrap(),
            engine,
            locks: Arc::default(),
            env: Arc::default(),
        }
    }

    /// A database with a table.
    pub(super) async fn with_table(table: Table) -> (Self, Arc<Table>) {
        let db = Self::new().await;
        let mut txn = db.begin(Isolation::ReadCommitted);
        db.ddl(&mut txn, &create(table.clone())).await.unwrap();
        txn.commit().await.unwrap();
        let table = db.table(&table.name);
        (db, table)
    }

    pub(super) fn begin(&self, isolation: Isolation) -> Transaction {
        let mut txn = Transaction::new(self.engine.clone(), self.locks.clone(), isolation);
        txn.start_statement();
        txn
    }

    pub(super) fn context(&self, txn: &Transaction) -> Context {
        Context {
            view: txn.view(),
            params: Arc::from([]),
            env: self.env.clone(),
            lock_timeout: Some(Duration::from_millis(200)),
            limits: Limits::default(),
        }
    }

    pub(super) fn catalog(&self) -> Arc<Catalog> {
        let txn = self.begin(Isolation::ReadCommitted);
        self.catalogs.at(&txn.view()).unwrap()
    }

    pub(super) fn database(&self, name: &str) -> Arc<Database> {
        self.catalog().database(name).unwrap().clone()
    }

    /// A table of the schema `public` of `postgres`.
    pub(super) fn table(&self, name: &str) -> Arc<Table> {
        let catalog = self.catalog();
        catalog.table(PUBLIC, name).unwrap().clone()
    }

    /// Runs DDL as the transaction's next statement and returns its notices.
    pub(super) async fn ddl(&self, txn: &mut Transaction, ddl: &Ddl) -> Result<Vec<String>> {
        txn.start_statement();
        let context = self.context(txn);
        let done = super::ddl(ddl, &context, txn, &self.catalogs).await?;
        let notices = done.notices.into_iter();
        Ok(notices
            .map(|(state, message)| format!("{} {message}", state.code()))
            .collect())
    }

    /// Runs a write as the transaction's next statement.
    pub(super) async fn write(&self, txn: &mut Transaction, plan: &Plan) -> Result<Written> {
        txn.start_statement();
        let context = self.context(txn);
        assert_send(super::write(plan, &context, txn)).await
    }

    /// Runs a write in a transaction of its own and returns how many rows it changed.
    pub(super) async fn commit(&self, plan: &Plan) -> Result<u64> {
        let mut txn = self.begin(Isolation::ReadCommitted);
        let written = self.write(&mut txn, plan).await?;
        txn.commit().await?;
        Ok(written.count)
    }

    /// The rows of a query as text.
    pub(super) fn rows(&self, node: Node) -> Result<Vec<String>> {
        self.rows_in(&mut self.begin(Isolation::ReadCommitted), node)
    }

    pub(super) fn rows_in(&self, txn: &mut Transaction, node: Node) -> Result<Vec<String>> {
        txn.start_statement();
        let plan = Arc::new(Plan::Query(Query {
            root: node,
            columns: Vec::new(),
        }));
        let mut rows = super::query(&plan, self.context(txn))?;
        let mut shown = Vec::new();
        while let Some(row) = rows.next()? {
            shown.push(show(&row));
        }
        Ok(shown)
    }
}

fn assert_send<F: Future + Send>(future: F) -> F {
    future
}

/// The values of a row, as text, separated by bars.
pub(super) fn show(row: &OutputRow) -> String {
    let fields = (0..row.len()).map(|index| match row.field(index).unwrap() {
        Field::Null => "null".to_owned(),
        Field::Datum(value) => show_datum(&value),
        Field::Wire(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
    });
    fields.collect::<Vec<_>>().join("|")
}

pub(super) fn show_datum(value: &Datum) -> String {
    match value {
        Datum::Null => "null".to_owned(),
        Datum::Text(s) => s.to_string(),
        Datum::Int4(i) => i.to_string(),
        Datum::Int8(i) => i.to_string(),
        other => format!("{other:?}"),
    }
}

pub(super) const PUBLIC: SchemaId = SchemaId(2200);
pub(super) const POSTGRES: DatabaseId = DatabaseId(5);

/// A table as the binder makes it for CREATE TABLE; `key` are the numbers of its key's columns.
pub(super) fn table(name: &str, columns: &[(&str, Kind)], key: &[usize]) -> Table {
    let key = match key {
        [] => PrimaryKey::RowId,
        key => PrimaryKey::Columns {
            name: String::new(),
            columns: key
                .iter()
                .map(|column| KeyColumn {
                    column: *column,
                    descending: false,
                })
                .collect(),
        },
    };
    Table {
        id: TableId(0),
        database: POSTGRES,
        schema: PUBLIC,
        schema_name: "public".to_owned(),
        name: name.to_owned(),
        space: SpaceId(0),
        columns: columns
            .iter()
            .map(|(name, kind)| Column {
                name: (*name).to_owned(),
                ty: Type::of(*kind),
                not_null: false,
                default: None,
            })
            .collect(),
        key,
        form: Form::default(),
    }
}

/// The table of the walkthrough.
pub(super) fn kvstore() -> Table {
    table(
        "kvstore",
        &[("key", Kind::Varchar), ("value", Kind::Varchar)],
        &[0],
    )
}

/// A table of counters.
pub(super) fn counters() -> Table {
    table("counters", &[("k", Kind::Text), ("n", Kind::Int4)], &[0])
}

pub(super) fn create(table: Table) -> Ddl {
    Ddl::CreateTable {
        schema: table.schema,
        table: Box::new(table),
        if_not_exists: false,
    }
}

pub(super) fn text(s: &str) -> Expr {
    Expr::Const {
        value: Datum::text(s),
        kind: Kind::Text,
    }
}

pub(super) fn int(i: i32) -> Expr {
    Expr::Const {
        value: Datum::Int4(i),
        kind: Kind::Int4,
    }
}

pub(super) fn bigint(i: i64) -> Expr {
    Expr::Const {
        value: Datum::Int8(i),
        kind: Kind::Int8,
    }
}

pub(super) fn bool(value: bool) -> Expr {
    Expr::Const {
        value: Datum::Bool(value),
        kind: Kind::Bool,
    }
}

pub(super) fn null(kind: Kind) -> Expr {
    Expr::null(kind)
}

pub(super) fn column(index: usize, kind: Kind) -> Expr {
    Expr::Column { index, kind }
}

/// `left operator right`, of one kind.
pub(super) fn op(kind: Kind, operator: &'static str, left: Expr, right: Expr) -> Expr {
    Expr::Call {
        function: function(kind, operator),
        operator: Some(operator),
        args: vec![left, right],
    }
}

/// The function of an operator between two values of a kind.
pub(super) fn function(kind: Kind, operator: &str) -> &'static crate::types::Function {
    let mut operators = registry::operators(operator).iter();
    operators
        .find(|o| o.left == Some(kind) && o.right == kind)
        .unwrap()
        .function
}

/// Columns of a scan.
pub(super) fn select(scan: Scan, columns: &[usize]) -> Node {
    let exprs = columns
        .iter()
        .map(|index| column(*index, scan.table.columns[*index].ty.kind));
    Node::Project {
        exprs: exprs.collect(),
        input: Box::new(Node::Scan(scan)),
    }
}

/// All columns of a table, by an access.
pub(super) fn scan(table: &Arc<Table>, access: Access) -> Scan {
    Scan {
        needed: vec![true; table.columns.len()],
        table: table.clone(),
        access,
        filter: None,
    }
}

/// All keys.
pub(super) fn everything() -> Access {
    Access::Range {
        prefix: Vec::new(),
        lower: None,
        upper: None,
        like: None,
        reverse: false,
    }
}

/// All rows of a table.
pub(super) fn all(table: &Arc<Table>) -> Node {
    Node::Scan(scan(table, everything()))
}

/// INSERT of rows of constants.
pub(super) fn insert(table: &Arc<Table>, rows: Vec<Vec<Expr>>) -> Insert {
    Insert {
        table: table.clone(),
        source: Node::Values { rows },
        conflict: None,
        returning: None,
    }
}

/// INSERT of pairs of texts.
pub(super) fn insert_texts(table: &Arc<Table>, rows: &[(&str, &str)]) -> Plan {
    let rows = rows.iter().map(|(k, v)| vec![text(k), text(v)]);
    Plan::Insert(insert(table, rows.collect()))
}

/// INSERT INTO counters VALUES (k, n) ON CONFLICT ...
pub(super) fn count(table: &Arc<Table>, k: &str, n: i32, conflict: Option<OnConflict>) -> Plan {
    Plan::Insert(Insert {
        conflict,
        ..insert(table, vec![vec![text(k), int(n)]])
    })
}

/// ON CONFLICT DO UPDATE SET n = counters.n + EXCLUDED.n
pub(super) fn add() -> OnConflict {
    let sum = op(
        Kind::Int4,
        "+",
        column(1, Kind::Int4),
        column(3, Kind::Int4),
    );
    OnConflict::Update {
        assignments: vec![(1, sum)],
        filter: None,
    }
}

/// RETURNING of columns.
pub(super) fn returning(table: &Table, columns: &[usize]) -> Option<Returning> {
    let columns = columns.iter().map(|index| (*index, &table.columns[*index]));
    let (exprs, columns) = columns
        .map(|(index, c)| {
            let output = OutputColumn {
                name: c.name.clone(),
                ty: c.ty,
                origin: None,
            };
            (column(index, c.ty.kind), output)
        })
        .unzip();
    Some(Returning { exprs, columns })
}

/// The rows of RETURNING, as text.
pub(super) fn shown(rows: &[Row]) -> Vec<String> {
    rows.iter()
        .map(|row| row.iter().map(show_datum).collect::<Vec<_>>().join("|"))
        .collect()
}
