//! `$n`: each takes its type from the first context that has one.

use sqlparser::tokenizer::Location;

use super::{Binder, Typed};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::Kind;

/// As many as the protocol can count.
const MAX_PARAMS: usize = 65_535;

/// The parameters of a statement.
#[derive(Debug, Default)]
pub(super) struct Params {
    /// What is known of each: unknown until a context decides.
    kinds: Vec<Kind>,
    /// Where parameters stand that no context has decided yet.
    undecided: Vec<(usize, Location)>,
    /// Whether there can be none.
    refused: bool,
}

impl Params {
    pub fn new(declared: &[Option<Kind>]) -> Self {
        Self {
            kinds: declared
                .iter()
                .map(|kind| kind.unwrap_or(Kind::Unknown))
                .collect(),
            undecided: Vec::new(),
            refused: false,
        }
    }

    /// There can be no parameters here.
    pub fn refused() -> Self {
        Self {
            refused: true,
            ..Self::default()
        }
    }

    /// The kinds at the end; an error for what is still undecided.
    pub fn finish(self, position: impl Fn(Location) -> Option<u32>) -> Result<Vec<Kind>> {
        // A use that was bound as if the type were open, although another use fixed it later.
        let left_open = self.undecided.iter();
        let first = left_open
            .copied()
            .find(|(index, _)| self.kinds[*index] != Kind::Unknown);
        if let Some((index, at)) = first {
            return Err(undetermined(SqlState::AmbiguousParameter, index).at(position(at)));
        }
        match self.kinds.iter().position(|kind| *kind == Kind::Unknown) {
            Some(index) => Err(undetermined(SqlState::IndeterminateDatatype, index)),
            None => Ok(self.kinds),
        }
    }
}

fn undetermined(state: SqlState, index: usize) -> Error {
    Error::new(
        state,
        format!("could not determine data type of parameter ${}", index + 1),
    )
}

impl Binder<'_> {
    /// `$n`
    pub(super) fn param(&mut self, placeholder: &str, at: Location) -> Result<Typed> {
        let number = placeholder
            .strip_prefix('$')
            .and_then(|digits| digits.parse::<usize>().ok());
        let Some(index) = number
            .and_then(|n| n.checked_sub(1))
            .filter(|i| *i < MAX_PARAMS)
        else {
            return Err(self.error(
                SqlState::UndefinedParameter,
                format!("there is no parameter {placeholder}"),
                at,
            ));
        };
        if self.params.refused || self.clause == super::Clause::Default {
            return Err(self.error(
                SqlState::UndefinedParameter,
                format!("there is no parameter {placeholder}"),
                at,
            ));
        }
        let params = &mut self.params;
        if params.kinds.len() <= index {
            params.kinds.resize(index + 1, Kind::Unknown);
        }
        let kind = params.kinds[index];
        if kind == Kind::Unknown {
            params.undecided.push((index, at));
        }
        Ok(Typed::new(Expr::Param { index, kind }, kind, at))
    }

    /// A context gives a parameter its type.
    pub(super) fn decide_param(&mut self, index: usize, kind: Kind, at: Location) -> Result<Expr> {
        let decided = self.params.kinds[index];
        if decided != Kind::Unknown && decided != kind {
            return Err(self
                .error(
                    SqlState::AmbiguousParameter,
                    format!("inconsistent types deduced for parameter ${}", index + 1),
                    at,
                )
                .with_detail(format!("{decided} versus {kind}")));
        }
        self.params.kinds[index] = kind;
        self.params.undecided.retain(|u| *u != (index, at));
        Ok(Expr::Param { index, kind })
    }
}
