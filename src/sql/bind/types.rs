//! Type names: sqlparser knows some hundred of them, keywire those of [`Kind`].

use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, ObjectName, TimezoneInfo,
};
use sqlparser::tokenizer::Location;

use super::Binder;
use super::names::{identifier, parts};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::types::{Kind, Type};

/// Types that PostgreSQL has and keywire has not (yet): refused by name. Others do not exist.
const REFUSED: [&str; 71] = [
    "bit",
    "box",
    "bpchar",
    "char",
    "cid",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "float4",
    "inet",
    "int2vector",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "interval",
    "json",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "nummultirange",
    "numrange",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "tid",
    "time",
    "timestamp",
    "timetz",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "varbit",
    "xid",
    "xid8",
    "xml",
    "serial",
    "serial2",
    "serial4",
    "serial8",
    "bigserial",
    "smallserial",
    "cstring",
    "trigger",
    "event_trigger",
    "internal",
    "record",
];

/// The kind that PostgreSQL knows by this internal name.
pub(super) fn kind_of_name(name: &str) -> Option<Kind> {
    if let Some(element) = name.strip_prefix('_') {
        return kind_of_name(element)?.array();
    }
    Kind::SCALARS.into_iter().find(|k| k.typname() == name)
}

impl Binder<'_> {
    /// A type name.
    pub(super) fn data_type(&self, ty: &DataType) -> Result<Type> {
        Ok(match ty {
            DataType::Bool | DataType::Boolean => Type::of(Kind::Bool),
            DataType::Bytea => Type::of(Kind::Bytea),
            DataType::BigInt(None) | DataType::Int8(None) => Type::of(Kind::Int8),
            DataType::Int(None) | DataType::Integer(None) | DataType::Int4(None) => {
                Type::of(Kind::Int4)
            }
            DataType::SmallInt(None) | DataType::Int2(None) => Type::of(Kind::Int2),
            DataType::Text => Type::of(Kind::Text),
            DataType::Float8 | DataType::DoublePrecision => Type::of(Kind::Float8),
            DataType::Float(info) => float(info)?,
            DataType::Varchar(length)
            | DataType::CharacterVarying(length)
            | DataType::CharVarying(length) => varchar(length.as_ref())?,
            DataType::Timestamp(None, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => {
                Type::of(Kind::Timestamptz)
            }
            DataType::Timestamp(Some(_), TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => {
                return Err(Error::unsupported("the precision of type timestamptz"));
            }
            DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info) => {
                numeric(info)?
            }
            DataType::Uuid => Type::of(Kind::Uuid),
            DataType::JSONB => Type::of(Kind::Jsonb),
            DataType::Array(element) => self.array_type(element)?,
            DataType::Custom(name, modifiers) => self.named_type(name, modifiers)?,
            DataType::Int(Some(_))
            | DataType::Integer(Some(_))
            | DataType::Int4(Some(_))
            | DataType::BigInt(Some(_))
            | DataType::Int8(Some(_))
            | DataType::SmallInt(Some(_))
            | DataType::Int2(Some(_)) => {
                return Err(Error::syntax("syntax error at or near \"(\""));
            }
            other => return Err(refused(other)),
        })
    }

    fn array_type(&self, element: &ArrayElemTypeDef) -> Result<Type> {
        let element = match element {
            ArrayElemTypeDef::SquareBracket(element, _)
            | ArrayElemTypeDef::Qualified(element, _) => element,
            ArrayElemTypeDef::None
            | ArrayElemTypeDef::AngleBracket(_)
            | ArrayElemTypeDef::Parenthesis(_) => return Err(Error::unsupported("type array")),
        };
        let element = self.data_type(element)?;
        // An array of arrays is an array of more dimensions, which the type does not tell.
        let kind = match element.kind {
            Kind::Array(_) => Some(element.kind),
            kind => kind.array(),
        };
        match kind {
            Some(kind) => Ok(Type {
                kind,
                modifier: element.modifier,
            }),
            None => Err(Error::unsupported(format!("type {}[]", element.kind))),
        }
    }

    fn named_type(&self, name: &ObjectName, modifiers: &[String]) -> Result<Type> {
        let parts = parts(name)?;
        let at = parts.first().map_or(Location::empty(), |p| p.span.start);
        let names: Vec<String> = parts.iter().map(|p| identifier(p)).collect();
        let internal = match names.as_slice() {
            [name] => name,
            [schema, name] if schema == "pg_catalog" => name,
            [schema, _]
                if self
                    .scope
                    .catalog
                    .schema(self.scope.database, schema)
                    .is_none() =>
            {
                let message = format!("schema \"{schema}\" does not exist");
                return Err(self.error(SqlState::InvalidSchemaName, message, at));
            }
            _ => return Err(self.missing_type(&names, at)),
        };
        let unquoted = parts.iter().all(|p| p.quote_style.is_none());
        match kind_of_name(internal) {
            Some(Kind::Varchar) if !modifiers.is_empty() => {
                let length = modifiers.first().and_then(|m| m.parse().ok());
                Type::varchar(length.unwrap_or(0))
            }
            Some(_) if !modifiers.is_empty() => Err(self.error(
                SqlState::SyntaxError,
                format!("type modifier is not allowed for type \"{internal}\""),
                at,
            )),
            Some(kind) => Ok(Type::of(kind)),
            None if unquoted && internal == "decimal" => Ok(Type::of(Kind::Numeric)),
            None if REFUSED.contains(&internal.as_str()) => {
                Err(self.refuse(format!("type {internal}"), at))
            }
            None => Err(self.missing_type(&names, at)),
        }
    }

    fn missing_type(&self, names: &[String], at: Location) -> Error {
        let message = format!("type \"{}\" does not exist", names.join("."));
        self.error(SqlState::UndefinedObject, message, at)
    }
}

fn refused(ty: &DataType) -> Error {
    Error::unsupported(format!("type {}", ty.to_string().to_ascii_lowercase()))
}

fn varchar(length: Option<&CharacterLength>) -> Result<Type> {
    match length {
        None => Ok(Type::of(Kind::Varchar)),
        Some(CharacterLength::IntegerLength { length, unit: None }) => {
            Type::varchar(i64::try_from(*length).unwrap_or(i64::MAX))
        }
        Some(
            CharacterLength::IntegerLength {
                length: _,
                unit: Some(_),
            }
            | CharacterLength::Max,
        ) => Err(Error::unsupported("the length's unit of type varchar")),
    }
}

/// `float(p)`: single precision up to 24 bits.
fn float(info: &ExactNumberInfo) -> Result<Type> {
    let invalid = |message: &'static str| Error::new(SqlState::InvalidParameterValue, message);
    match info {
        ExactNumberInfo::None | ExactNumberInfo::Precision(25..=53) => Ok(Type::of(Kind::Float8)),
        ExactNumberInfo::Precision(0) => {
            Err(invalid("precision for type float must be at least 1 bit"))
        }
        ExactNumberInfo::Precision(1..=24) => Err(Error::unsupported("type real")),
        ExactNumberInfo::Precision(_) => Err(invalid(
            "precision for type float must be less than 54 bits",
        )),
        ExactNumberInfo::PrecisionAndScale(..) => Err(Error::syntax("invalid type modifier")),
    }
}

/// `numeric(p, s)`
fn numeric(info: &ExactNumberInfo) -> Result<Type> {
    const MAX_PRECISION: u64 = 1000;
    let (precision, scale) = match info {
        ExactNumberInfo::None => return Ok(Type::of(Kind::Numeric)),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
    };
    if !(1..=MAX_PRECISION).contains(&precision) {
        return Err(Error::new(
            SqlState::InvalidParameterValue,
            format!("NUMERIC precision {precision} must be between 1 and {MAX_PRECISION}"),
        ));
    }
    if !(-1000..=1000).contains(&scale) {
        return Err(Error::new(
            SqlState::InvalidParameterValue,
            format!("NUMERIC scale {scale} must be between -1000 and 1000"),
        ));
    }
    // As PostgreSQL packs them (`make_numeric_typmod`): the scale has 11 bits.
    let packed = ((precision as i32) << 16) | (scale as i32 & 0x7ff);
    Ok(Type {
        kind: Kind::Numeric,
        modifier: packed + 4,
    })
}
