//! Calls of functions and aggregates (manual, 10.3).

use sqlparser::ast::{
    self, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments,
};
use sqlparser::tokenizer::Location;

use super::coerce::is_binary_coercible;
use super::names::{identifier, parts};
use super::resolve::{Candidate, NoChoice, choose};
use super::{Binder, Clause, Typed, generic, group};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::AggregateCall;
use crate::sqlstate::SqlState;
use crate::types::casts::{CastPath, find_cast};
use crate::types::{Aggregate, CastContext, Datum, Function, Kind, Type, registry};

/// What a name with parentheses can be.
#[derive(Debug, Clone, Copy)]
enum Callee {
    Function(&'static Function),
    Aggregate(&'static Aggregate),
}

/// A call as it is written.
struct Call<'e> {
    name: String,
    at: Location,
    args: Vec<&'e ast::Expr>,
    /// `count(*)`
    star: bool,
    distinct: bool,
    filter: Option<&'e ast::Expr>,
}

impl Binder<'_> {
    pub(super) fn call(&mut self, function: &ast::Function) -> Result<Typed> {
        let ast::Function {
            name,
            uses_odbc_syntax,
            parameters,
            args,
            within_group,
            filter,
            null_treatment,
            over,
        } = function;
        let (name, at) = self.function_name(name)?;
        self.refuse_any(&[
            (*uses_odbc_syntax, "{fn ...}"),
            (
                *parameters != FunctionArguments::None,
                "parameters of a function",
            ),
            (!within_group.is_empty(), "WITHIN GROUP"),
            (null_treatment.is_some(), "IGNORE NULLS"),
            (over.is_some(), "OVER"),
        ])?;
        let list = match args {
            FunctionArguments::List(list) => list,
            FunctionArguments::None => return self.keyword_function(&name, at),
            FunctionArguments::Subquery(_) => return Err(self.refuse("a subquery", at)),
        };
        let mut call = self.call_arguments(name, at, list)?;
        call.filter = filter.as_deref();
        if let Some(typed) = self.special_call(&call.name, &call.args, at)? {
            return Ok(typed);
        }
        self.resolve_call(call)
    }

    /// The name of a function; its schema can only be `pg_catalog`.
    fn function_name(&self, name: &ast::ObjectName) -> Result<(String, Location)> {
        let parts = parts(name)?;
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        match parts.as_slice() {
            [name] => Ok((identifier(name), at)),
            [schema, name] => {
                let schema = identifier(schema);
                let exists = self
                    .scope
                    .catalog
                    .schema(self.scope.database, &schema)
                    .is_some();
                match schema.as_str() {
                    "pg_catalog" => Ok((identifier(name), at)),
                    // The user's schemas have no functions, so that this name leads nowhere.
                    _ if exists => Ok((format!("{schema}.{}", identifier(name)), at)),
                    _ => Err(self.error(
                        SqlState::InvalidSchemaName,
                        format!("schema \"{schema}\" does not exist"),
                        at,
                    )),
                }
            }
            _ => Err(self.refuse("a function of another database", at)),
        }
    }

    fn call_arguments<'e>(
        &self,
        name: String,
        at: Location,
        list: &'e FunctionArgumentList,
    ) -> Result<Call<'e>> {
        let FunctionArgumentList {
            duplicate_treatment,
            args,
            clauses,
        } = list;
        if let Some(clause) = clauses.first() {
            let text = clause.to_string();
            let words: Vec<&str> = text.split_whitespace().take(2).collect();
            return Err(self.refuse(format!("{} in a function's arguments", words.join(" ")), at));
        }
        let mut call = Call {
            name,
            at,
            args: Vec::with_capacity(args.len()),
            star: false,
            distinct: *duplicate_treatment == Some(DuplicateTreatment::Distinct),
            filter: None,
        };
        for arg in args {
            match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => call.args.push(expr),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if args.len() == 1 => {
                    call.star = true;
                }
                FunctionArg::Unnamed(
                    FunctionArgExpr::Wildcard
                    | FunctionArgExpr::QualifiedWildcard(_)
                    | FunctionArgExpr::WildcardWithOptions(_),
                ) => return Err(self.refuse("* in a function's arguments", at)),
                FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => {
                    return Err(self.refuse("named arguments", at));
                }
            }
        }
        Ok(call)
    }

    fn resolve_call(&mut self, call: Call<'_>) -> Result<Typed> {
        let outer = self.in_aggregate;
        self.in_aggregate = outer || !registry::aggregates(&call.name).is_empty();
        let args: Result<Vec<Typed>> = call.args.iter().map(|arg| self.expr(arg)).collect();
        self.in_aggregate = outer;
        let args = args?;
        if call.star {
            return self.call_star(&call);
        }
        let actual: Vec<Kind> = args.iter().map(Typed::kind).collect();
        if let Some(target) = self.cast_by_name(&call.name, &actual) {
            return self.coerce(
                args.into_iter()
                    .next()
                    .ok_or_else(|| Error::internal("no argument"))?,
                Type::of(target),
                CastContext::Explicit,
            );
        }
        match find_callee(&call.name, &actual) {
            Ok(Candidate {
                item: Callee::Function(function),
                args: declared,
            }) => {
                self.refuse_aggregate_clauses(&call)?;
                self.call_function(function, &declared, args, call.at)
            }
            Ok(Candidate {
                item: Callee::Aggregate(aggregate),
                args: declared,
            }) => self.call_aggregate(aggregate, &declared, args, &call),
            Err(why) => Err(self.no_function(why, &call.name, &actual, call.at)),
        }
    }

    /// Calls a function by its name, as the syntax `SUBSTRING(x FROM 1)` does.
    pub(super) fn call_named(
        &mut self,
        name: &str,
        args: Vec<Typed>,
        at: Location,
    ) -> Result<Typed> {
        let actual: Vec<Kind> = args.iter().map(Typed::kind).collect();
        match find_callee(name, &actual) {
            Ok(Candidate {
                item: Callee::Function(function),
                args: declared,
            }) => self.call_function(function, &declared, args, at),
            Ok(Candidate {
                item: Callee::Aggregate(_),
                args: _,
            }) => Err(Error::internal("an aggregate has no special syntax")),
            Err(why) => {
                // sqlparser remembers no place but those of the arguments.
                let written = match name {
                    "btrim" | "ltrim" | "rtrim" => "trim",
                    name => name,
                };
                let at = match self.keyword_before(at, written) {
                    Location { line: 0, .. } => at,
                    found => found,
                };
                let name = format!("pg_catalog.{name}");
                Err(self.no_function(why, &name, &actual, at))
            }
        }
    }

    fn call_function(
        &mut self,
        function: &'static Function,
        declared: &[Kind],
        args: Vec<Typed>,
        at: Location,
    ) -> Result<Typed> {
        let (args, element) = self.coerce_args(declared, args)?;
        let result = generic::concrete(function.result, element).unwrap_or(function.result);
        let expr = Expr::Call {
            function,
            operator: None,
            args,
        };
        Ok(Typed::new(expr, result, at))
    }

    /// `text(1)`, `int4('1')`: a type's name calls its cast, where there is one that needs no
    /// function of its own.
    fn cast_by_name(&self, name: &str, actual: &[Kind]) -> Option<Kind> {
        let [source] = actual else {
            return None;
        };
        let target = super::types::kind_of_name(name)?;
        let exact = registry::functions(name).iter().any(|f| f.args == actual);
        if exact {
            return None;
        }
        match find_cast(*source, target, CastContext::Explicit) {
            _ if *source == Kind::Unknown => Some(target),
            Some(CastPath::Relabel) if is_binary_coercible(*source, target) => Some(target),
            Some(_) => Some(target),
            None => None,
        }
    }

    fn refuse_aggregate_clauses(&self, call: &Call<'_>) -> Result<()> {
        let clause = match call {
            Call { distinct: true, .. } => "DISTINCT",
            Call {
                filter: Some(_), ..
            } => "FILTER",
            _ => return Ok(()),
        };
        Err(self.error(
            SqlState::WrongObjectType,
            format!(
                "{clause} specified, but {} is not an aggregate function",
                call.name
            ),
            call.at,
        ))
    }

    fn call_star(&mut self, call: &Call<'_>) -> Result<Typed> {
        let aggregates = registry::aggregates(&call.name);
        let Some(aggregate) = aggregates.iter().find(|a| a.args.is_empty()) else {
            let callable = registry::functions(&call.name)
                .iter()
                .any(|f| f.args.is_empty());
            if !aggregates.is_empty() || !callable {
                return Err(self.no_function(NoChoice::None, &call.name, &[], call.at));
            }
            return Err(self.error(
                SqlState::WrongObjectType,
                format!(
                    "{}(*) specified, but {} is not an aggregate function",
                    call.name, call.name
                ),
                call.at,
            ));
        };
        if call.distinct {
            return Err(self.error(
                SqlState::SyntaxError,
                "syntax error at or near \"*\"",
                call.at,
            ));
        }
        self.call_aggregate(aggregate, &[], Vec::new(), call)
    }

    fn call_aggregate(
        &mut self,
        aggregate: &'static Aggregate,
        declared: &[Kind],
        args: Vec<Typed>,
        call: &Call<'_>,
    ) -> Result<Typed> {
        self.check_aggregate_place(call.at)?;
        if call.args.is_empty() && !call.star {
            return Err(self.error(
                SqlState::WrongObjectType,
                format!(
                    "{}(*) must be used to call a parameterless aggregate function",
                    call.name
                ),
                call.at,
            ));
        }
        let (args, element) = self.coerce_args(declared, args)?;
        let args = args.into_iter().map(|arg| self.fold(arg)).collect();
        let filter = match call.filter {
            Some(filter) => {
                let outer = std::mem::replace(&mut self.in_aggregate, true);
                let filter = self.predicate(filter, Clause::Filter);
                self.in_aggregate = outer;
                let filter = filter?;
                Some(self.fold(filter))
            }
            None => None,
        };
        let result = generic::concrete(aggregate.result, element).unwrap_or(aggregate.result);
        let bound = AggregateCall {
            aggregate,
            args,
            distinct: call.distinct,
            filter,
        };
        let known = self.aggregates.iter().position(|known| *known == bound);
        let number = known.unwrap_or_else(|| {
            self.aggregates.push(bound);
            self.aggregates.len() - 1
        });
        let expr = Expr::Column {
            index: group::BASE + number,
            kind: result,
        };
        Ok(Typed::new(expr, result, call.at))
    }

    fn check_aggregate_place(&self, at: Location) -> Result<()> {
        let message = if self.clause == Clause::Filter {
            "aggregate functions are not allowed in FILTER".to_owned()
        } else if self.in_aggregate {
            "aggregate function calls cannot be nested".to_owned()
        } else if !self.clause.allows_aggregates() {
            format!(
                "aggregate functions are not allowed in {}",
                self.clause.name()
            )
        } else {
            return Ok(());
        };
        Err(self.error(SqlState::GroupingError, message, at))
    }

    fn no_function(&self, why: NoChoice, name: &str, actual: &[Kind], at: Location) -> Error {
        let kinds: Vec<&str> = actual.iter().map(|kind| kind.name()).collect();
        let signature = format!("{name}({})", kinds.join(", "));
        match why {
            NoChoice::Ambiguous => self
                .error(
                    SqlState::AmbiguousFunction,
                    format!("function {signature} is not unique"),
                    at,
                )
                .with_hint(
                    "Could not choose a best candidate function. \
                     You might need to add explicit type casts.",
                ),
            NoChoice::None => self
                .error(
                    SqlState::UndefinedFunction,
                    format!("function {signature} does not exist"),
                    at,
                )
                .with_hint(
                    "No function matches the given name and argument types. \
                     You might need to add explicit type casts.",
                ),
        }
    }

    /// `pg_typeof(x)`: a constant, as every type is known here. There is no `regtype` yet, so that
    /// it is text.
    pub(super) fn pg_typeof(&mut self, arg: &ast::Expr, at: Location) -> Result<Typed> {
        let typed = self.expr(arg)?;
        let expr = Expr::Const {
            value: Datum::text(typed.kind().name()),
            kind: Kind::Text,
        };
        Ok(Typed::new(expr, Kind::Text, at))
    }
}

/// Functions that PostgreSQL has also for types that keywire has not: see the operators.
const OVERLOADED_ELSEWHERE: [&str; 2] = ["avg", "sum"];

/// The function or aggregate of a name for these arguments.
fn find_callee(name: &str, actual: &[Kind]) -> Result<Candidate<Callee>, NoChoice> {
    let functions = registry::functions(name).iter().filter_map(|f| {
        Some(Candidate {
            item: Callee::Function(f),
            args: spread(f.args, f.variadic, actual.len())?,
        })
    });
    let aggregates = registry::aggregates(name).iter().filter_map(|a| {
        Some(Candidate {
            item: Callee::Aggregate(a),
            args: spread(a.args, false, actual.len())?,
        })
    });
    if actual == [Kind::Unknown] && OVERLOADED_ELSEWHERE.contains(&name) {
        return Err(NoChoice::Ambiguous);
    }
    let mut candidates: Vec<_> = functions.chain(aggregates).collect();
    if let Some(exact) = candidates.iter().position(|c| c.args == actual) {
        return Ok(candidates.swap_remove(exact));
    }
    choose(candidates, actual)
}

/// The kinds that a signature takes in a call with so many arguments, if it takes that many.
fn spread(declared: &[Kind], variadic: bool, count: usize) -> Option<Vec<Kind>> {
    if !variadic {
        return (declared.len() == count).then(|| declared.to_vec());
    }
    let last = declared.last()?;
    if count < declared.len() {
        return None;
    }
    let mut args = declared.to_vec();
    args.resize(count, *last);
    Some(args)
}
