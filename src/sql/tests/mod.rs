//! Statements against a catalog made by hand: what they become, and how they fail.

mod errors;
mod limits;
mod plans;
mod syntax;
mod typing;

use std::sync::Arc;

use super::{Action, Bound, Limits, Parsed, Scope, bind, explain, parse};
use crate::catalog::{Catalog, Database, DatabaseId, Schema, SchemaId, TableId};
use crate::error::{Error, Result};
use crate::exec::plan::{Ddl, Plan};
use crate::types::Kind;
use crate::types::testing::TestEnv;

pub(super) const LIMITS: Limits = Limits {
    depth: 200,
    size: 64 << 20,
};

/// A database with some tables.
pub(super) struct World {
    catalog: Catalog,
    env: TestEnv,
    search_path: Vec<Arc<Schema>>,
}

const DATABASE: DatabaseId = DatabaseId(5);

/// The tables that most tests are about.
const TABLES: &str = "
    CREATE TABLE kvstore (key varchar, value varchar, PRIMARY KEY (key));
    CREATE TABLE t (id int PRIMARY KEY, name text, n bigint NOT NULL DEFAULT 1 + 1, ok boolean,
        f double precision, at timestamptz DEFAULT now(), u uuid, doc jsonb, tags text[],
        short varchar(3), num numeric(5, 2));
    CREATE TABLE pairs (a int, b text, c bigint, PRIMARY KEY (a, b));
    CREATE TABLE log (k text, seq int, PRIMARY KEY (k, seq DESC));
    CREATE TABLE nokey (x int, y int);
";

impl World {
    pub fn new() -> Self {
        let mut catalog = Catalog::default();
        catalog.add_database(Database {
            id: DATABASE,
            name: "postgres".into(),
        });
        for (id, name) in [(2200, "public"), (16385, "app")] {
            catalog.add_schema(Schema {
                id: SchemaId(id),
                database: DATABASE,
                name: name.into(),
            });
        }
        let public = catalog.schema(DATABASE, "public").unwrap().clone();
        let mut world = Self {
            catalog,
            env: TestEnv::default(),
            search_path: vec![public],
        };
        for (i, statement) in parse(TABLES, LIMITS).unwrap().iter().enumerate() {
            let plan = match world.bind(statement, &[]).unwrap().action {
                Action::Plan(plan) => plan,
                Action::Command(_) => panic!("a command"),
            };
            let Plan::Ddl(Ddl::CreateTable { table, .. }) = &*plan else {
                panic!("no CREATE TABLE");
            };
            let mut table = (**table).clone();
            table.id = TableId(16400 + i as u32);
            world.catalog.add_table(table);
        }
        world
    }

    pub fn scope(&self) -> Scope<'_> {
        Scope {
            catalog: &self.catalog,
            database: DATABASE,
            search_path: &self.search_path,
            env: &self.env,
        }
    }

    pub fn bind(&self, statement: &Parsed, declared: &[Option<Kind>]) -> Result<Bound> {
        bind(statement, &self.scope(), declared)
    }

    /// Binds a text of one statement.
    pub fn bind_text(&self, text: &str, declared: &[Option<Kind>]) -> Result<Bound> {
        let statements = parse(text, LIMITS)?;
        assert_eq!(statements.len(), 1, "{text}");
        self.bind(&statements[0], declared)
    }

    /// The lines of EXPLAIN, or the error.
    pub fn explain(&self, text: &str) -> String {
        match self.bind_text(text, &[]) {
            Ok(bound) => match bound.action {
                Action::Plan(plan) => explain::lines(&plan).join("\n"),
                Action::Command(command) => format!("{command:?}"),
            },
            Err(e) => show(&e),
        }
    }

    /// The names and types of the columns, then the kinds of the parameters.
    pub fn types(&self, text: &str) -> String {
        match self.bind_text(text, &[]) {
            Ok(Bound {
                action: Action::Plan(plan),
                params,
            }) => {
                let columns: Vec<String> = plan
                    .columns()
                    .unwrap_or_default()
                    .iter()
                    .map(|c| format!("{} {}", c.name, c.ty))
                    .collect();
                let params: Vec<&str> = params.iter().map(|k| k.name()).collect();
                match params.is_empty() {
                    true => columns.join(", "),
                    false => format!("{} <- {}", columns.join(", "), params.join(", ")),
                }
            }
            Ok(bound) => format!("{:?}", bound.action),
            Err(e) => show(&e),
        }
    }

    /// The error of a statement.
    pub fn error(&self, text: &str) -> Error {
        match self.bind_text(text, &[]) {
            Ok(_) => panic!("no error: {text}"),
            Err(e) => e,
        }
    }
}

/// `42703 at 8: column "x" does not exist`
pub(super) fn show(e: &Error) -> String {
    let at = match e.position() {
        Some(position) => format!(" at {position}"),
        None => String::new(),
    };
    format!("{}{at}: {}", e.state().code(), e.message())
}

/// Checks many statements, and shows all that are not as expected.
pub(super) fn check(actual: impl Fn(&str) -> String, expected: &[(&str, &str)]) {
    let wrong: Vec<String> = expected
        .iter()
        .filter_map(|(text, expected)| {
            let actual = actual(text);
            (actual != *expected)
                .then(|| format!("{text}\n  is       {actual}\n  expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
