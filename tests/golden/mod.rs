//! That SQL lowers to point operations: each script of sql/golden shows, statement by statement, the plan, every
//! operation on storage, the rows and the command tag. A plan that reads more than it must shows up here as a diff.
//!
//! A line is a statement, `[plan]> ` before it asks for its EXPLAIN as well, and `name: > ` runs it in a session of
//! that name. `make golden` rewrites the expected output; read the difference before you commit it.

mod render;
mod same_rows;

use keywire::catalog::CatalogStore;
use keywire::session::{Instance, Options, Session, Startup};
use keywire::storage::traced::Traced;
use keywire::storage::{self, Engine, View};
use keywire::txn::locks::LockTable;
use render::{Answer, Tables};
use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// A server without sockets, over a memory engine that writes down what is asked of it.
struct Golden {
    runtime: Runtime,
    trace: Arc<Traced>,
    instance: Arc<Instance>,
    sessions: HashMap<String, Session>,
    tables: Tables,
}

impl Golden {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let trace = Traced::new(storage::memory());
        let engine: Arc<dyn Engine> = trace.clone();
        let roles = ["postgres".to_owned()];
        let catalogs = runtime
            .block_on(CatalogStore::open(&engine, &roles))
            .unwrap();
        let locks = Arc::new(LockTable::default());
        let instance = Instance::new(engine, locks, Arc::new(catalogs), Options::default());
        trace.drain();
        Self {
            runtime,
            trace,
            instance,
            sessions: HashMap::new(),
            tables: Tables::new(),
        }
    }

    fn session(&mut self, name: &str) -> &mut Session {
        let instance = &self.instance;
        self.sessions.entry(name.to_owned()).or_insert_with(|| {
            let startup = Startup {
                user: "postgres".to_owned(),
                database: "postgres".to_owned(),
                settings: Vec::new(),
            };
            Session::open(instance.clone(), startup).unwrap()
        })
    }

    /// What a statement answers, as lines.
    fn run(&mut self, session: &str, sql: &str) -> Vec<String> {
        self.session(session);
        let session = self.sessions.get_mut(session).unwrap();
        let mut answer = Answer::default();
        let result = self.runtime.block_on(session.query(sql, &mut answer));
        answer.lines(result.err())
    }

    /// The operations since the last time, as lines.
    fn operations(&mut self) -> Vec<String> {
        let view = View::new(self.instance.engine.snapshot(), Default::default());
        let events = self.trace.drain();
        let catalog = self.instance.catalogs.at(&view).unwrap();
        self.trace.drain();
        render::learn(&mut self.tables, &catalog);
        render::operations(&events, &self.tables)
    }
}

impl goldenscript::Runner for Golden {
    type Command = goldenscript::Command;

    fn run(
        &mut self,
        command: &Self::Command,
        context: &goldenscript::Context,
    ) -> Result<String, Box<dyn Error>> {
        let session = context.prefix.clone().unwrap_or_else(|| "main".to_owned());
        let sql = &command.name;
        let mut lines = Vec::new();
        if context.tags.contains("plan") {
            let plan = self.run(&session, &format!("EXPLAIN {sql}"));
            lines.extend(
                plan.iter()
                    .filter(|line| *line != "EXPLAIN")
                    .map(|line| format!("plan  {line}")),
            );
            self.operations();
        }
        let answer = self.run(&session, sql);
        lines.extend(self.operations());
        lines.extend(answer);
        Ok(lines.join("\n"))
    }
}

#[test]
fn golden_scripts() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/golden");
    let mut scripts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    scripts.sort();
    assert!(scripts.len() >= 5, "the scripts of {folder} are missing");
    for script in scripts {
        println!("{}", script.display());
        goldenscript::run(&mut Golden::new(), &script).unwrap();
    }
}
