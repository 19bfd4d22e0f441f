//! Forms that have a syntax of their own and mean a function, and those that are refused.

use sqlparser::ast::{self, CeilFloorKind, ExtractSyntax, ObjectName, TrimWhereField};
use sqlparser::tokenizer::Location;

use super::expr::start;
use super::names::{identifier, parts};
use super::{Binder, Typed};
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::sqlstate::SqlState;
use crate::types::{Datum, Kind};

impl Binder<'_> {
    /// The forms of expression that are not everyday ones.
    pub(super) fn special(&mut self, expr: &ast::Expr) -> Result<Typed> {
        use ast::Expr as E;
        let at = start(expr);
        match expr {
            E::Extract {
                field,
                syntax: ExtractSyntax::From,
                expr,
            } => {
                let field = field.to_string().trim_matches('\'').to_ascii_lowercase();
                let field = Expr::Const {
                    value: Datum::text(field),
                    kind: Kind::Text,
                };
                let field = Typed::new(field, Kind::Text, at);
                let value = self.expr(expr)?;
                self.call_named("extract", vec![field, value], at)
            }
            E::Ceil { expr, field } => self.round("ceil", expr, field, at),
            E::Floor { expr, field } => self.round("floor", expr, field, at),
            E::Position { expr, r#in } => {
                let args = self.exprs(&[r#in, expr])?;
                self.call_named("position", args, at)
            }
            E::Substring {
                expr,
                substring_from,
                substring_for,
                special: _,
                shorthand,
            } => {
                let name = if *shorthand { "substr" } else { "substring" };
                let from = substring_from.as_deref();
                self.substring(name, expr, from, substring_for.as_deref(), at)
            }
            E::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters,
            } => {
                let what = trim_what.as_deref();
                self.trim(*trim_where, what, expr, trim_characters.as_deref(), at)
            }
            E::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let mut args = vec![&**expr, overlay_what, overlay_from];
                args.extend(overlay_for.as_deref());
                let args = self.exprs(&args)?;
                self.call_named("overlay", args, at)
            }
            other => Err(self.refuse(refused(other), at)),
        }
    }

    fn round(
        &mut self,
        name: &str,
        value: &ast::Expr,
        field: &CeilFloorKind,
        at: Location,
    ) -> Result<Typed> {
        match field {
            CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) => {
                let args = self.exprs(&[value])?;
                self.call_named(name, args, at)
            }
            CeilFloorKind::DateTimeField(_) | CeilFloorKind::Scale(_) => {
                Err(self.refuse(format!("{name} with a unit"), at))
            }
        }
    }

    fn substring(
        &mut self,
        name: &str,
        value: &ast::Expr,
        from: Option<&ast::Expr>,
        length: Option<&ast::Expr>,
        at: Location,
    ) -> Result<Typed> {
        let value = self.expr(value)?;
        let from = match from {
            Some(from) => self.expr(from)?,
            // `FOR` alone starts at the first character.
            None => {
                let one = Expr::Const {
                    value: Datum::Int4(1),
                    kind: Kind::Int4,
                };
                Typed::new(one, Kind::Int4, at)
            }
        };
        let mut args = vec![value, from];
        if let Some(length) = length {
            args.push(self.expr(length)?);
        }
        self.call_named(name, args, at)
    }

    fn trim(
        &mut self,
        side: Option<TrimWhereField>,
        what: Option<&ast::Expr>,
        value: &ast::Expr,
        characters: Option<&[ast::Expr]>,
        at: Location,
    ) -> Result<Typed> {
        let name = match side {
            None | Some(TrimWhereField::Both) => "btrim",
            Some(TrimWhereField::Leading) => "ltrim",
            Some(TrimWhereField::Trailing) => "rtrim",
        };
        let mut args = vec![value];
        args.extend(what);
        args.extend(characters.unwrap_or_default());
        let args = self.exprs(&args)?;
        self.call_named(name, args, at)
    }

    /// Functions that are called without parentheses.
    pub(super) fn keyword_function(&mut self, name: &str, at: Location) -> Result<Typed> {
        let function = match name {
            "current_timestamp" => "now",
            "current_user" | "session_user" | "current_schema" => name,
            "user" | "current_role" => "current_user",
            "current_catalog" => "current_database",
            "current_date" | "current_time" | "localtime" | "localtimestamp" => {
                return Err(self.refuse(name.to_ascii_uppercase(), at));
            }
            _ => {
                return Err(Error::internal(format!(
                    "the function {name} without arguments"
                )));
            }
        };
        self.call_named(function, Vec::new(), at)
    }

    /// Names that look like functions and are syntax.
    pub(super) fn special_call(
        &mut self,
        name: &str,
        args: &[&ast::Expr],
        at: Location,
    ) -> Result<Option<Typed>> {
        let typed = match (name, args) {
            ("coalesce", [_, ..]) => self.coalesce(args, at)?,
            ("greatest", [_, ..]) => self.extreme(true, args, at)?,
            ("least", [_, ..]) => self.extreme(false, args, at)?,
            ("nullif", [a, b]) => self.nullif(a, b, at)?,
            ("row", _) => self.record_of(args, at)?,
            ("pg_typeof", [arg]) => self.pg_typeof(arg, at)?,
            ("coalesce" | "greatest" | "least" | "cast" | "nullif", _) => {
                return Err(self.bad_arguments(name, args, at));
            }
            ("array", [first, ..]) => return Err(self.near(start(first))),
            ("current_timestamp", []) => return Err(self.near_keyword(")")),
            ("current_timestamp", [_]) => {
                return Err(self.refuse("the precision of CURRENT_TIMESTAMP", at));
            }
            ("current_date" | "current_time" | "localtime" | "localtimestamp", _) => {
                return Err(self.refuse(name.to_ascii_uppercase(), at));
            }
            _ => return Ok(None),
        };
        Ok(Some(typed))
    }

    /// A call whose syntax wants another number of arguments: an error at the comma or the
    /// parenthesis where it sees that.
    fn bad_arguments(&self, name: &str, args: &[&ast::Expr], at: Location) -> Error {
        let found = match (name, args) {
            ("nullif", [_, second, _, ..]) => self.token_after(second, ","),
            (_, [.., last]) => self.token_after(last, ")"),
            (_, []) => {
                let from = super::position::byte(self.source, at);
                let rest = self.source.get(from..).unwrap_or_default();
                match rest.find(')') {
                    Some(offset) => super::position::location(self.source, from + offset),
                    None => at,
                }
            }
        };
        self.near(found)
    }

    /// Text is compared by its bytes, as the collations "C" and "POSIX" do, and so does the default.
    pub(super) fn check_collation(&self, collation: &ObjectName) -> Result<()> {
        let parts = parts(collation)?;
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        let names: Vec<String> = parts.iter().map(|p| identifier(p)).collect();
        let name = match names.as_slice() {
            [name] => name,
            [schema, name] if schema == "pg_catalog" => name,
            _ => {
                return Err(self.error(
                    SqlState::UndefinedObject,
                    format!(
                        "collation \"{}\" for encoding \"UTF8\" does not exist",
                        names.join(".")
                    ),
                    at,
                ));
            }
        };
        match name.as_str() {
            "C" | "POSIX" | "default" | "ucs_basic" => Ok(()),
            other => Err(self.refuse(format!("collation \"{other}\""), at)),
        }
    }
}

/// What a form that is refused is called.
fn refused(expr: &ast::Expr) -> &'static str {
    use ast::Expr as E;
    match expr {
        E::Subquery(_) => "a subquery",
        E::InSubquery { .. } => "IN of a subquery",
        E::Exists { .. } => "EXISTS",
        E::InUnnest { .. } => "IN UNNEST",
        E::SimilarTo { .. } => "SIMILAR TO",
        E::RLike { .. } => "RLIKE",
        E::Like { .. } | E::ILike { .. } => "LIKE ANY",
        E::IsJson { .. } => "IS JSON",
        E::IsNormalized { .. } => "IS NORMALIZED",
        E::AtTimeZone { .. } => "AT TIME ZONE",
        E::Interval(_) => "INTERVAL",
        E::GroupingSets(_) => "GROUPING SETS",
        E::Cube(_) => "CUBE",
        E::Rollup(_) => "ROLLUP",
        E::Wildcard(_) | E::QualifiedWildcard(..) => "* as an expression",
        E::Extract { .. } => "EXTRACT with a comma",
        E::Convert { .. } => "CONVERT",
        _ => "an expression of another dialect",
    }
}
