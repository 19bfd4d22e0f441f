//! SELECT lists and RETURNING: what comes out, and what it is called.

use sqlparser::ast::{
    self, SelectItem, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
};
use sqlparser::tokenizer::Location;

use super::names::{identifier, parts};
use super::{Binder, Clause, Typed};
use crate::catalog::TableId;
use crate::error::{Error, Result};
use crate::exec::Expr;
use crate::exec::plan::{OutputColumn, Returning};
use crate::sqlstate::SqlState;
use crate::types::{CastContext, Kind, Type};

/// One column of what comes out.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub name: String,
    pub typed: Typed,
    pub origin: Option<(TableId, i16)>,
    /// Which of the binder's references to columns are in it, for grouping errors.
    pub references: std::ops::Range<usize>,
}

impl Target {
    pub fn column(&self) -> OutputColumn {
        OutputColumn {
            name: self.name.clone(),
            ty: self.typed.ty,
            origin: self.origin,
        }
    }
}

impl Binder<'_> {
    pub(super) fn targets(&mut self, items: &[SelectItem], clause: Clause) -> Result<Vec<Target>> {
        let mut targets = Vec::with_capacity(items.len());
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let name = column_name(expr);
                    targets.push(self.target(expr, name, clause)?);
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let name = self.label(alias)?;
                    targets.push(self.target(expr, name, clause)?);
                }
                SelectItem::ExprWithAliases {
                    expr: _,
                    aliases: _,
                } => {
                    return Err(Error::unsupported("several aliases for one column"));
                }
                SelectItem::Wildcard(options) => self.star(options, &mut targets)?,
                SelectItem::QualifiedWildcard(kind, options) => {
                    self.qualified_star(kind, options, &mut targets)?;
                }
            }
        }
        Ok(targets)
    }

    fn target(&mut self, expr: &ast::Expr, name: String, clause: Clause) -> Result<Target> {
        let from = self.references.len();
        let typed = self.within(clause, |binder| binder.expr(expr))?;
        Ok(Target {
            name,
            origin: self.origin(&typed.expr),
            typed,
            references: from..self.references.len(),
        })
    }

    /// The table's column that an expression is, if it is a plain one.
    fn origin(&self, expr: &Expr) -> Option<(TableId, i16)> {
        let Expr::Column { index, kind: _ } = expr else {
            return None;
        };
        let relation = self
            .names
            .relations
            .iter()
            .find(|r| (r.offset..r.offset + r.columns.len()).contains(index))?;
        let number = i16::try_from(index - relation.offset + 1).ok()?;
        Some((relation.table.id, number))
    }

    fn star(
        &mut self,
        options: &WildcardAdditionalOptions,
        targets: &mut Vec<Target>,
    ) -> Result<()> {
        let at = self.star_options(options)?;
        // EXCLUDED is seen by name only.
        let Some(relation) = self.names.relations.first() else {
            return Err(self.error(
                SqlState::SyntaxError,
                "SELECT * with no tables specified is not valid",
                at,
            ));
        };
        let name = relation.name.clone();
        self.expand(&name, at, targets);
        Ok(())
    }

    fn qualified_star(
        &mut self,
        kind: &SelectItemQualifiedWildcardKind,
        options: &WildcardAdditionalOptions,
        targets: &mut Vec<Target>,
    ) -> Result<()> {
        self.star_options(options)?;
        let name = match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => name,
            SelectItemQualifiedWildcardKind::Expr(_) => {
                return Err(Error::unsupported("* of a composite value"));
            }
        };
        let qualifier: Vec<ast::Ident> = parts(name)?.into_iter().cloned().collect();
        let at = qualifier
            .first()
            .map_or(Location::empty(), |p| p.span.start);
        let relation = self.relation(&qualifier, at)?.name.clone();
        self.expand(&relation, at, targets);
        Ok(())
    }

    fn star_options(&self, options: &WildcardAdditionalOptions) -> Result<Location> {
        let WildcardAdditionalOptions {
            wildcard_token,
            opt_ilike,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        if let Some(alias) = opt_alias {
            return Err(self.near(alias.span.start));
        }
        self.reject(&[
            (opt_ilike.is_some(), "ILIKE"),
            (opt_exclude.is_some(), "EXCLUDE"),
            (opt_except.is_some(), "EXCEPT"),
            (opt_replace.is_some(), "REPLACE"),
            (opt_rename.is_some(), "RENAME"),
        ])?;
        Ok(wildcard_token.0.span.start)
    }

    /// Adds the columns of a relation.
    fn expand(&mut self, relation: &str, at: Location, targets: &mut Vec<Target>) {
        let Some(relation) = self.names.relations.iter().find(|r| r.name == relation) else {
            return;
        };
        for (number, name) in relation.columns.iter().enumerate() {
            let (index, ty) = relation.column(number);
            let from = self.references.len();
            self.references.push((index, at));
            let kind = ty.kind;
            targets.push(Target {
                name: name.clone(),
                typed: Typed::new(Expr::Column { index, kind }, ty, at),
                origin: i16::try_from(number + 1)
                    .ok()
                    .map(|number| (relation.table.id, number)),
                references: from..from + 1,
            });
        }
    }

    pub(super) fn returning(&mut self, items: Option<&[SelectItem]>) -> Result<Option<Returning>> {
        let Some(items) = items else {
            return Ok(None);
        };
        let mut targets = self.targets(items, Clause::Returning)?;
        self.decide_targets(&mut targets, &[])?;
        Ok(Some(Returning {
            columns: targets.iter().map(Target::column).collect(),
            exprs: targets
                .into_iter()
                .map(|target| self.fold(target.typed.expr))
                .collect(),
        }))
    }

    /// What has no type comes out as what is wanted of it, or else as text.
    pub(super) fn decide_targets(&mut self, targets: &mut [Target], wanted: &[Type]) -> Result<()> {
        for (number, target) in targets.iter_mut().enumerate() {
            if target.typed.kind() == Kind::Unknown {
                let kind = wanted.get(number).map_or(Kind::Text, |ty| ty.kind);
                let typed = target.typed.clone();
                target.typed = self.coerce(typed, Type::of(kind), CastContext::Assignment)?;
            }
        }
        Ok(())
    }
}

/// What an unnamed column is called (PostgreSQL's `FigureColname`).
pub(super) fn column_name(expr: &ast::Expr) -> String {
    figure(expr).map_or_else(|| "?column?".to_owned(), |(name, _)| name)
}

/// A name, and whether it is a good one: a cast's type name gives way to what it casts.
fn figure(expr: &ast::Expr) -> Option<(String, bool)> {
    use ast::Expr as E;
    let good = |name: &str| Some((name.to_owned(), true));
    match expr {
        E::Identifier(ident) => Some((identifier(ident), true)),
        E::CompoundIdentifier(parts) => parts.last().map(|ident| (identifier(ident), true)),
        E::CompoundFieldAccess {
            root,
            access_chain: _,
        } => figure(root),
        E::Nested(inner) => figure(inner),
        E::Collate { expr, collation: _ } => figure(expr),
        E::Function(function) => {
            let name = function.name.0.last()?.as_ident()?;
            let name = identifier(name);
            good(&name)
        }
        E::Cast {
            expr, data_type, ..
        } => match figure(expr) {
            Some((name, true)) => Some((name, true)),
            _ => Some((type_name(data_type), false)),
        },
        E::TypedString(typed) => Some((type_name(&typed.data_type), false)),
        E::Case { else_result, .. } => match else_result.as_deref().and_then(figure) {
            Some((name, true)) => Some((name, true)),
            _ => Some(("case".to_owned(), false)),
        },
        E::Array(_) => good("array"),
        E::Tuple(_) => good("row"),
        E::Extract { .. } => good("extract"),
        E::Ceil { .. } => good("ceil"),
        E::Floor { .. } => good("floor"),
        E::Position { .. } => good("position"),
        E::Substring {
            shorthand: true, ..
        } => good("substr"),
        E::Substring { .. } => good("substring"),
        E::Overlay { .. } => good("overlay"),
        E::Trim { trim_where, .. } => good(match trim_where {
            None | Some(ast::TrimWhereField::Both) => "btrim",
            Some(ast::TrimWhereField::Leading) => "ltrim",
            Some(ast::TrimWhereField::Trailing) => "rtrim",
        }),
        E::AtTimeZone { .. } => good("timezone"),
        _ => None,
    }
}

/// The internal name of a type, without its brackets.
fn type_name(ty: &ast::DataType) -> String {
    use ast::DataType as D;
    match ty {
        D::Bool | D::Boolean => "bool".to_owned(),
        D::BigInt(_) | D::Int8(_) => "int8".to_owned(),
        D::Int(_) | D::Integer(_) | D::Int4(_) => "int4".to_owned(),
        D::SmallInt(_) | D::Int2(_) => "int2".to_owned(),
        D::Float8 | D::DoublePrecision | D::Float(_) => "float8".to_owned(),
        D::Varchar(_) | D::CharacterVarying(_) | D::CharVarying(_) => "varchar".to_owned(),
        D::Timestamp(..) => "timestamptz".to_owned(),
        D::Numeric(_) | D::Decimal(_) | D::Dec(_) => "numeric".to_owned(),
        D::Array(
            ast::ArrayElemTypeDef::SquareBracket(element, _)
            | ast::ArrayElemTypeDef::Qualified(element, _),
        ) => type_name(element),
        D::Custom(name, _) => match name.0.last().and_then(|part| part.as_ident()) {
            Some(ident) => identifier(ident),
            None => "?column?".to_owned(),
        },
        other => other.to_string().to_ascii_lowercase(),
    }
}
