//! Prepared statements and portals.

use std::collections::HashMap;
use std::sync::Arc;

use super::Session;
use super::sink::Format;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::Rows;
use crate::exec::plan::{Access, KeySource, Node, OutputColumn, Plan, Scan};
use crate::sql::{self, Action, Command, Parsed, Scope};
use crate::sqlstate::SqlState;
use crate::types::{Datum, Kind, Row, Type, Volatility};

/// How many EXECUTEs may stand for each other, as one that the protocol has prepared can name another.
pub(super) const MOST_NESTED: usize = 32;

/// A prepared statement.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The statement; none for an empty query.
    pub parsed: Option<Parsed>,
    /// The types that the client gave its parameters.
    pub declared: Vec<Option<Kind>>,
    /// What it was bound to last.
    pub bound: Arc<Bound>,
}

/// A statement as it was bound to one catalog and one search path.
#[derive(Debug)]
pub(super) struct Bound {
    /// The catalog's version, and the search path's.
    pub version: (u64, u64),
    /// What is to be done; none for an empty query.
    pub action: Option<Action>,
    /// The kinds of the parameters.
    pub params: Vec<Kind>,
    /// Whether running it may keep a thread busy for long.
    pub heavy: bool,
}

impl Bound {
    /// Whether a failed block can run it: the end of the block can, and so can nothing at all.
    pub(super) fn ends_failed_block(&self) -> bool {
        match &self.action {
            Some(Action::Command(command)) => matches!(
                command,
                Command::Commit { .. } | Command::Rollback { .. } | Command::RollbackTo(_)
            ),
            Some(Action::Plan(_)) => false,
            None => true,
        }
    }
}

/// A statement that is ready to run, or runs.
pub(super) struct Portal {
    pub bound: Arc<Bound>,
    pub params: Arc<[Datum]>,
    pub formats: Vec<Format>,
    pub state: PortalState,
    /// How many savepoints there were when it was made.
    pub depth: usize,
}

/// The portals of a session. The unnamed one, which nearly every statement uses, has its own place.
#[derive(Default)]
pub(super) struct Portals {
    unnamed: Option<Portal>,
    named: HashMap<String, Portal>,
}

impl Portals {
    pub(super) fn get(&self, name: &str) -> Option<&Portal> {
        if name.is_empty() {
            self.unnamed.as_ref()
        } else {
            self.named.get(name)
        }
    }

    pub(super) fn insert(&mut self, name: &str, portal: Portal) {
        if name.is_empty() {
            self.unnamed = Some(portal);
        } else {
            self.named.insert(name.to_owned(), portal);
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Portal> {
        if name.is_empty() {
            self.unnamed.take()
        } else {
            self.named.remove(name)
        }
    }

    pub(super) fn clear(&mut self) {
        self.unnamed = None;
        self.named.clear();
    }

    /// Ends the portals that were made when there were at least so many savepoints: they stay, as
    /// names, until the block or the savepoint is rolled back.
    pub(super) fn fail(&mut self, depth: usize) {
        for portal in self.unnamed.iter_mut().chain(self.named.values_mut()) {
            if portal.depth >= depth {
                portal.state = PortalState::Done;
            }
        }
    }

    /// Gives the portals of released savepoints to the innermost of so many that are left.
    pub(super) fn release(&mut self, depth: usize) {
        for portal in self.unnamed.iter_mut().chain(self.named.values_mut()) {
            portal.depth = portal.depth.min(depth);
        }
    }

    /// Drops the portals that were made when there were more savepoints than this.
    pub(super) fn truncate(&mut self, depth: usize) {
        self.unnamed.take_if(|portal| portal.depth > depth);
        self.named.retain(|_, portal| portal.depth <= depth);
    }
}

/// How far a portal is.
pub(super) enum PortalState {
    /// Nothing has run.
    Ready,
    /// A query's rows are being made; so many were sent by this Execute's predecessors.
    Rows(Box<dyn Rows>),
    /// It is done, with so many rows; what it returns is being sent.
    Buffered(std::vec::IntoIter<Row>, u64),
    /// All rows of a query were sent.
    Exhausted,
    /// What has no rows, and may not run twice, is done.
    Done,
}

impl Session {
    /// Binds a statement to the catalog as it is now.
    pub(super) fn bind_statement(
        &mut self,
        parsed: &Parsed,
        declared: &[Option<Kind>],
    ) -> Result<Arc<Bound>> {
        self.bind_with(|scope| sql::bind(parsed, scope, declared))
    }

    /// Binds a statement of a Query message, which has no parameters.
    pub(super) fn bind_simple(&mut self, parsed: &Parsed) -> Result<Arc<Bound>> {
        self.bind_with(|scope| sql::bind_simple(parsed, scope))
    }

    fn bind_with(
        &mut self,
        bind: impl FnOnce(&Scope<'_>) -> Result<sql::Bound>,
    ) -> Result<Arc<Bound>> {
        let catalog = self.catalog()?;
        let bound = self.with_scope(&catalog, bind)?;
        let sql::Bound { action, params } = bound;
        let heavy = match &action {
            Action::Plan(plan) => is_heavy(plan),
            Action::Command(_) => false,
        };
        let version = (catalog.version, self.path.revision);
        Ok(Arc::new(Bound {
            version,
            action: Some(action),
            params,
            heavy,
        }))
    }

    /// The statement bound to the catalog as it is now: as it was bound last, nearly always.
    pub(super) fn current_binding(&mut self, name: &str) -> Result<Arc<Bound>> {
        let prepared = Arc::clone(self.prepared(name)?);
        let Some(parsed) = &prepared.parsed else {
            return Ok(Arc::clone(&prepared.bound));
        };
        if let Some(Action::Command(_)) = prepared.bound.action {
            return Ok(Arc::clone(&prepared.bound));
        }
        if self.is_current(prepared.bound.version) {
            return Ok(Arc::clone(&prepared.bound));
        }
        let catalog = self.catalog()?;
        self.resolve_search_path(&catalog);
        if prepared.bound.version == (catalog.version, self.path.revision) {
            return Ok(Arc::clone(&prepared.bound));
        }
        let declared: Vec<_> = prepared.bound.params.iter().copied().map(Some).collect();
        let bound = self.bind_statement(parsed, &declared)?;
        if shape(prepared.bound.action.as_ref()) != shape(bound.action.as_ref()) {
            return Err(Error::new(
                SqlState::FeatureNotSupported,
                "cached plan must not change result type",
            ));
        }
        let renewed = Prepared {
            parsed: prepared.parsed.clone(),
            declared: prepared.declared.clone(),
            bound: Arc::clone(&bound),
        };
        self.statements.insert(name.to_owned(), Arc::new(renewed));
        Ok(bound)
    }

    /// Whether what was bound to these versions would be bound to the same now. It is asked at every
    /// Bind, and so looks at no more than numbers.
    fn is_current(&mut self, version: (u64, u64)) -> bool {
        let instance = &self.instance;
        let catalog = match self.transactions.current() {
            Some(txn) if txn.has_catalog_writes() => return false,
            Some(txn) if txn.isolation().keeps_snapshot() => txn.catalog_version(),
            Some(_) | None => instance.engine.snapshot().catalog_version(),
        };
        version == (catalog, self.path.revision)
            && self.path.resolved_for == (catalog, self.env.epoch())
    }

    /// The prepared statement of this name.
    pub(super) fn prepared(&self, name: &str) -> Result<&Arc<Prepared>> {
        self.statements.get(name).ok_or_else(|| {
            let message = match name {
                "" => "unnamed prepared statement does not exist".to_owned(),
                name => format!("prepared statement \"{name}\" does not exist"),
            };
            Error::new(SqlState::InvalidSqlStatementName, message)
        })
    }

    /// Keeps a prepared statement.
    pub(super) fn keep_statement(&mut self, name: &str, prepared: Prepared) -> Result<()> {
        if !name.is_empty() && self.statements.contains_key(name) {
            return Err(Error::new(
                SqlState::DuplicatePreparedStatement,
                format!("prepared statement \"{name}\" already exists"),
            ));
        }
        let limit = self.instance.options.max_prepared_statements;
        if self.statements.len() >= limit {
            return Err(Error::new(
                SqlState::ConfigurationLimitExceeded,
                format!("a session may have at most {limit} prepared statements"),
            )
            .with_hint("Close or deallocate the ones that are no longer used."));
        }
        self.statements.insert(name.to_owned(), Arc::new(prepared));
        Ok(())
    }

    /// The columns of what a bound statement returns.
    pub(super) fn columns_of(&self, bound: &Bound) -> Option<Vec<OutputColumn>> {
        let mut bound = bound;
        for _ in 0..MOST_NESTED {
            match bound.action.as_ref()? {
                Action::Plan(plan) => return plan.columns().map(<[_]>::to_vec),
                Action::Command(Command::Show(name)) => return Some(show_columns(name)),
                Action::Command(Command::Execute { name, .. }) => {
                    bound = &self.statements.get(name)?.bound;
                }
                Action::Command(_) => return None,
            }
        }
        None
    }
}

/// The columns of SHOW.
pub(super) fn show_columns(name: &str) -> Vec<OutputColumn> {
    let text = |name: &str| OutputColumn {
        name: name.to_owned(),
        ty: Type::of(Kind::Text),
        origin: None,
    };
    if name == "all" {
        return ["name", "setting", "description"].map(text).to_vec();
    }
    vec![text(&super::settings::Settings::title(name))]
}

fn shape(action: Option<&Action>) -> Option<Vec<(&str, Type)>> {
    match action? {
        Action::Plan(plan) => plan
            .columns()
            .map(|columns| columns.iter().map(|c| (c.name.as_str(), c.ty)).collect()),
        Action::Command(_) => None,
    }
}

/// Whether a plan may keep a thread busy between two rows: it is then run where that harms nobody.
/// Reads of single keys, and scans whose every entry is a row, are not worth the change of thread.
fn is_heavy(plan: &Plan) -> bool {
    match plan {
        Plan::Query(query) => is_heavy_node(&query.root),
        Plan::Insert(insert) => match &insert.source {
            Node::Values { rows } => rows.len() > 64 || rows.iter().flatten().any(is_volatile),
            // All rows are written in one go, where a query stops now and then to send some.
            _ => true,
        },
        Plan::Update(update) => is_heavy_write(&update.scan),
        Plan::Delete(delete) => is_heavy_write(&delete.scan),
        Plan::Ddl(_) => true,
        Plan::Explain { .. } => false,
    }
}

fn is_heavy_write(scan: &Scan) -> bool {
    !matches!(scan.access, Access::Point(_) | Access::Nothing)
}

fn is_heavy_node(node: &Node) -> bool {
    match node {
        Node::Values { rows } => rows.iter().flatten().any(is_volatile),
        Node::Scan(scan) => match &scan.access {
            Access::Point(_) | Access::Nothing => false,
            Access::Multi(sources) => sources.iter().any(is_many),
            Access::Range { .. } => scan.filter.is_some(),
        },
        Node::Project { input, exprs } => is_heavy_node(input) || exprs.iter().any(is_volatile),
        Node::Limit {
            input,
            limit: _,
            offset,
        } => offset.is_some() || is_heavy_node(input),
        Node::Trim { input, columns: _ } => is_heavy_node(input),
        Node::Filter { input, predicate } => {
            matches!(&**input, Node::Scan(scan) if matches!(scan.access, Access::Range { .. }))
                || is_heavy_node(input)
                || is_volatile(predicate)
        }
        Node::Sort { .. } | Node::Distinct { .. } | Node::Aggregate { .. } => true,
    }
}

fn is_many(source: &KeySource) -> bool {
    match source {
        KeySource::One(_) => false,
        KeySource::List(items) => items.len() > 64,
        // Its length is only known when it runs; drivers send tens of keys, not millions, and the
        // executor looks for interrupts meanwhile.
        KeySource::Array(_) => false,
    }
}

/// Whether an expression calls something that may sleep, or at least does what is not just
/// calculating.
fn is_volatile(expr: &Expr) -> bool {
    let mut found = matches!(
        expr,
        Expr::Call { function, .. } if function.volatility == Volatility::Volatile
    );
    expr.for_each_child(|child| found = found || is_volatile(child));
    found
}
