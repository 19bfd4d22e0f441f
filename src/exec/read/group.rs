//! Aggregates and DISTINCT: rows that count as one.
//!
//! Rows are the same when all of their values are, and NULLs are the same as each other, as
//! [`GroupKey`] says. Groups come out in the order in which they first appeared.

use std::collections::{HashMap, HashSet};

use super::Cursor;
use crate::error::Result;
use crate::exec::eval::eval_all;
use crate::exec::limits::Budget;
use crate::exec::plan::{AggregateCall, Node};
use crate::exec::{Context, Expr};
use crate::types::compare::GroupKey;
use crate::types::function::Accumulator;
use crate::types::{Datum, Row};

/// DISTINCT that runs.
pub(in crate::exec) struct DistinctCursor {
    input: Cursor,
    seen: HashSet<GroupKey>,
    budget: Budget,
}

impl DistinctCursor {
    pub(super) fn new(input: Cursor) -> Self {
        Self {
            input,
            seen: HashSet::new(),
            budget: Budget::default(),
        }
    }

    pub(super) fn next(
        &mut self,
        input: &Node,
        columns: usize,
        ctx: &Context,
    ) -> Result<Option<Row>> {
        while let Some(row) = self.input.next(input, ctx)? {
            let compared = row.get(..columns).unwrap_or(&row);
            let values = GroupKey(compared.to_vec());
            if !self.seen.contains(&values) {
                self.budget.take(compared)?;
                self.seen.insert(values);
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

/// GROUP BY that runs: it reads all of its input before its first row.
pub(in crate::exec) struct GroupCursor {
    input: Cursor,
    groups: Option<std::vec::IntoIter<Group>>,
}

struct Group {
    values: Row,
    states: Vec<State>,
}

/// One aggregate of one group.
struct State {
    accumulator: Box<dyn Accumulator>,
    /// The arguments that were seen, for DISTINCT.
    seen: HashSet<GroupKey>,
}

impl Group {
    fn new(values: Row, calls: &[AggregateCall]) -> Self {
        let states = calls.iter().map(|call| State {
            accumulator: (call.aggregate.start)(),
            seen: HashSet::new(),
        });
        Self {
            values,
            states: states.collect(),
        }
    }

    fn push(
        &mut self,
        row: &[Datum],
        calls: &[AggregateCall],
        budget: &mut Budget,
        ctx: &Context,
    ) -> Result<()> {
        for (state, call) in self.states.iter_mut().zip(calls) {
            state.push(row, call, budget, ctx)?;
        }
        Ok(())
    }

    fn finish(mut self, ctx: &Context) -> Result<Row> {
        let mut row = self.values;
        for state in &mut self.states {
            row.push(state.accumulator.finish(&*ctx.env)?);
        }
        Ok(row)
    }
}

impl State {
    fn push(
        &mut self,
        row: &[Datum],
        call: &AggregateCall,
        budget: &mut Budget,
        ctx: &Context,
    ) -> Result<()> {
        if let Some(filter) = &call.filter
            && !filter.holds(row, &ctx.eval())?
        {
            return Ok(());
        }
        let mut args = eval_all(&call.args, row, &ctx.eval())?;
        if call.distinct {
            let values = GroupKey(args);
            if self.seen.contains(&values) {
                return Ok(());
            }
            budget.take(&values.0)?;
            args = values.0.clone();
            self.seen.insert(values);
        }
        budget.give_back(self.accumulator.held());
        self.accumulator.push(&*ctx.env, &args)?;
        budget.take_bytes(self.accumulator.held())
    }
}

impl GroupCursor {
    pub(super) fn new(input: Cursor) -> Self {
        Self {
            input,
            groups: None,
        }
    }

    pub(super) fn next(
        &mut self,
        input: &Node,
        groups: &[Expr],
        calls: &[AggregateCall],
        ctx: &Context,
    ) -> Result<Option<Row>> {
        if self.groups.is_none() {
            self.groups = Some(self.group(input, groups, calls, ctx)?.into_iter());
        }
        let next = self.groups.as_mut().and_then(Iterator::next);
        next.map(|group| group.finish(ctx)).transpose()
    }

    fn group(
        &mut self,
        input: &Node,
        by: &[Expr],
        calls: &[AggregateCall],
        ctx: &Context,
    ) -> Result<Vec<Group>> {
        let mut groups = Vec::new();
        let mut places = HashMap::new();
        let mut budget = Budget::default();
        if by.is_empty() {
            groups.push(Group::new(Row::new(), calls));
            places.insert(GroupKey(Row::new()), 0);
        }
        while let Some(row) = self.input.next(input, ctx)? {
            let values = GroupKey(eval_all(by, &row, &ctx.eval())?);
            let place = match places.get(&values) {
                Some(place) => *place,
                None => {
                    budget.take(&values.0)?;
                    groups.push(Group::new(values.0.clone(), calls));
                    places.insert(values, groups.len() - 1);
                    groups.len() - 1
                }
            };
            groups[place].push(&row, calls, &mut budget, ctx)?;
        }
        Ok(groups)
    }
}
