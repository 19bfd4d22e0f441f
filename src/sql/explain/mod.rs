//! EXPLAIN: the lines that show a plan.
//!
//! - [`expr`]: expressions as SQL.
//!
//! ```text
//! Limit
//!   ->  Range Scan Backward on kvstore
//!         Range: (key >= 'a')
//!         Filter: (value IS NOT NULL)
//! ```

mod expr;

use crate::catalog::Table;
use crate::exec::Expr;
use crate::exec::plan::{
    Access, AggregateCall, Insert, KeyBound, KeySource, Node, OnConflict, Plan, Query, Scan,
    SortKey,
};
use crate::types::Datum;
use crate::types::quote::quoted;
use expr::Printer;

/// The lines of a plan.
pub(super) fn lines(plan: &Plan) -> Vec<String> {
    let mut out = Lines::default();
    match plan {
        Plan::Query(Query { root, columns: _ }) => {
            out.node(root);
        }
        Plan::Insert(insert) => out.insert(insert),
        Plan::Update(update) => {
            out.line(&format!("Update on {}", name(&update.scan.table)));
            out.child(|out| out.scan(&update.scan));
        }
        Plan::Delete(delete) => {
            out.line(&format!("Delete on {}", name(&delete.scan.table)));
            out.child(|out| out.scan(&delete.scan));
        }
        Plan::Ddl(_) => out.line("Utility Statement"),
        Plan::Explain { lines } => return lines.clone(),
    }
    out.lines
}

/// The lines so far, and how deep the next ones are.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    depth: usize,
}

impl Lines {
    /// The line of a node: below the first one with an arrow.
    fn line(&mut self, text: &str) {
        let line = match self.depth {
            0 => text.to_owned(),
            depth => format!("{}->  {text}", " ".repeat(depth * 6 - 4)),
        };
        self.lines.push(line);
    }

    /// A line that belongs to the node above it.
    fn detail(&mut self, text: &str) {
        self.lines
            .push(format!("{}{text}", " ".repeat(self.depth * 6 + 2)));
    }

    fn child<T>(&mut self, below: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let result = below(self);
        self.depth -= 1;
        result
    }

    /// Adds a node and those below it; what its rows' columns are called.
    fn node(&mut self, node: &Node) -> Vec<String> {
        match node {
            Node::Values { rows } => {
                match rows.as_slice() {
                    [_] => self.line("Result"),
                    rows => self.line(&format!("Values Scan ({} rows)", rows.len())),
                }
                let width = rows.first().map_or(0, Vec::len);
                (1..=width).map(|n| format!("column{n}")).collect()
            }
            Node::Scan(scan) => self.scan(scan),
            Node::Filter { input, predicate } => self.filter(input, predicate),
            Node::Project { input, exprs } => {
                let names = self.node(input);
                let printer = Printer::new(&names);
                exprs.iter().map(|expr| printer.bare(expr)).collect()
            }
            Node::Sort { input, keys } => self.sort(input, keys),
            Node::Limit {
                input,
                limit: _,
                offset: _,
            } => {
                self.line("Limit");
                self.child(|out| out.node(input))
            }
            Node::Distinct { input, columns: _ } => {
                self.line("Distinct");
                self.child(|out| out.node(input))
            }
            Node::Aggregate {
                input,
                groups,
                calls,
            } => self.aggregate(input, groups, calls),
            Node::Trim { input, columns } => {
                let mut names = self.node(input);
                names.truncate(*columns);
                names
            }
        }
    }

    /// A detail is shown before the children, whose names it needs: it is put in its place after.
    fn with_details(
        &mut self,
        title: &str,
        input: &Node,
        details: impl FnOnce(&Printer<'_>) -> Vec<String>,
    ) -> Vec<String> {
        self.line(title);
        let at = self.lines.len();
        let names = self.child(|out| out.node(input));
        let below = self.lines.split_off(at);
        for detail in details(&Printer::new(&names)) {
            self.detail(&detail);
        }
        self.lines.extend(below);
        names
    }

    fn filter(&mut self, input: &Node, predicate: &Expr) -> Vec<String> {
        self.with_details("Filter", input, |p| {
            vec![format!("Filter: {}", p.expr(predicate))]
        })
    }

    fn sort(&mut self, input: &Node, keys: &[SortKey]) -> Vec<String> {
        self.with_details("Sort", input, |p| {
            let keys: Vec<String> = keys.iter().map(|key| sort_key(p, key)).collect();
            vec![format!("Sort Key: {}", keys.join(", "))]
        })
    }

    fn aggregate(&mut self, input: &Node, groups: &[Expr], calls: &[AggregateCall]) -> Vec<String> {
        let title = if groups.is_empty() {
            "Aggregate"
        } else {
            "HashAggregate"
        };
        let mut outputs = Vec::new();
        self.with_details(title, input, |p| {
            outputs.extend(groups.iter().map(|group| p.bare(group)));
            let keys = outputs.join(", ");
            outputs.extend(calls.iter().map(|call| p.aggregate(call)));
            if groups.is_empty() {
                Vec::new()
            } else {
                vec![format!("Group Key: {keys}")]
            }
        });
        outputs
    }

    fn scan(&mut self, scan: &Scan) -> Vec<String> {
        let Scan {
            table,
            access,
            needed: _,
            filter,
        } = scan;
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|c| quoted(&c.name).into_owned())
            .collect();
        let printer = Printer::new(&names);
        let (title, keys) = access_lines(table, access, &printer);
        self.line(&title);
        keys.iter().for_each(|line| self.detail(line));
        if let Some(filter) = filter {
            self.detail(&format!("Filter: {}", printer.expr(filter)));
        }
        names
    }

    fn insert(&mut self, insert: &Insert) {
        let Insert {
            table,
            source,
            conflict,
            returning: _,
        } = insert;
        self.line(&format!("Insert on {}", name(table)));
        match conflict {
            None => {}
            Some(OnConflict::Nothing) => self.detail("Conflict Resolution: NOTHING"),
            Some(OnConflict::Update {
                assignments: _,
                filter,
            }) => {
                self.detail("Conflict Resolution: UPDATE");
                if let Some(filter) = filter {
                    let own = table
                        .columns
                        .iter()
                        .map(|c| format!("{}.{}", table.name, c.name));
                    let excluded = table.columns.iter().map(|c| format!("excluded.{}", c.name));
                    let names: Vec<String> = own.chain(excluded).collect();
                    self.detail(&format!(
                        "Conflict Filter: {}",
                        Printer::new(&names).expr(filter)
                    ));
                }
            }
        }
        self.child(|out| out.node(source));
    }
}

fn sort_key(printer: &Printer<'_>, key: &SortKey) -> String {
    let SortKey {
        expr,
        descending,
        nulls_first,
    } = key;
    let mut text = printer.bare(expr);
    if *descending {
        text.push_str(" DESC");
    }
    match (descending, nulls_first) {
        (true, false) => text.push_str(" NULLS LAST"),
        (false, true) => text.push_str(" NULLS FIRST"),
        (true, true) | (false, false) => {}
    }
    text
}

/// The title of an access and the lines that say which keys it reads.
fn access_lines(table: &Table, access: &Access, printer: &Printer<'_>) -> (String, Vec<String>) {
    let on = name(table);
    match access {
        Access::Point(values) => {
            let keys = columns(table)
                .zip(values)
                .map(|(column, value)| format!("{column} = {}", printer.operand(value)));
            (
                format!("Point Get on {on}"),
                vec![format!("Key: ({})", joined(keys))],
            )
        }
        Access::Multi(sources) => {
            let keys = fixed(table, sources, printer);
            (
                format!("Multi Get on {on}"),
                vec![format!("Keys: ({})", joined(keys.into_iter()))],
            )
        }
        Access::Range {
            prefix,
            lower,
            upper,
            like,
            reverse,
        } => {
            let way = if *reverse { " Backward" } else { "" };
            let next = || columns(table).skip(prefix.len());
            let mut parts = fixed(table, prefix, printer);
            parts.extend(
                lower
                    .as_ref()
                    .map(|b| bound(next(), b, [">", ">="], printer)),
            );
            parts.extend(
                upper
                    .as_ref()
                    .map(|b| bound(next(), b, ["<", "<="], printer)),
            );
            if let (Some(pattern), Some(column)) = (like, next().next()) {
                parts.push(format!(
                    "{column} ~~ {}",
                    printer.operand(&prefix_of(pattern))
                ));
            }
            let range = joined(parts.iter().cloned());
            let lines = if parts.is_empty() {
                Vec::new()
            } else {
                vec![format!("Range: ({range})")]
            };
            (format!("Range Scan{way} on {on}"), lines)
        }
        Access::Nothing => (
            "Result".to_owned(),
            vec!["One-Time Filter: false".to_owned()],
        ),
    }
}

/// What of a pattern bounds the keys: the text before its first wildcard.
fn prefix_of(pattern: &Expr) -> Expr {
    let Expr::Const {
        value: Datum::Text(text),
        kind,
    } = pattern
    else {
        return pattern.clone();
    };
    let mut escaped = false;
    let end = text.find(|c| {
        let wildcard = !escaped && matches!(c, '%' | '_');
        escaped = !escaped && c == '\\';
        wildcard
    });
    Expr::Const {
        value: Datum::text(format!("{}%", &text[..end.unwrap_or(text.len())])),
        kind: *kind,
    }
}

fn fixed(table: &Table, sources: &[KeySource], printer: &Printer<'_>) -> Vec<String> {
    let one = |(column, source): (String, &KeySource)| match source {
        KeySource::One(value) => format!("{column} = {}", printer.operand(value)),
        KeySource::List(values) => {
            let values = values
                .iter()
                .map(|value| printer.operand(value))
                .collect::<Vec<_>>();
            format!("{column} = ANY (ARRAY[{}])", values.join(", "))
        }
        KeySource::Array(array) => format!("{column} = ANY ({})", printer.bare(array)),
    };
    columns(table).zip(sources).map(one).collect()
}

fn bound(
    columns: impl Iterator<Item = String>,
    bound: &KeyBound,
    [open, closed]: [&str; 2],
    printer: &Printer<'_>,
) -> String {
    let KeyBound { values, inclusive } = bound;
    let operator = if *inclusive { closed } else { open };
    let names: Vec<String> = columns.take(values.len()).collect();
    let values: Vec<String> = values.iter().map(|value| printer.operand(value)).collect();
    match (names.as_slice(), values.as_slice()) {
        ([name], [value]) => format!("{name} {operator} {value}"),
        _ => format!(
            "ROW({}) {operator} ROW({})",
            names.join(", "),
            values.join(", ")
        ),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" AND ")
}

/// The names of the key's columns.
fn columns(table: &Table) -> impl Iterator<Item = String> {
    table
        .key_columns()
        .iter()
        .map(|key| quoted(&table.columns[key.column].name).into_owned())
}

/// A table's name, with its schema unless that is `public`.
fn name(table: &Table) -> String {
    match table.schema_name.as_str() {
        "public" => quoted(&table.name).into_owned(),
        schema => format!("{}.{}", quoted(schema), quoted(&table.name)),
    }
}
