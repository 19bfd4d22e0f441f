//! [`Kind`]: the types by name and oid, and [`Type`]: a kind with its modifier.

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

/// A data type, without its modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `boolean`
    Bool,
    /// `bytea`
    Bytea,
    /// `name`: an identifier of at most 63 bytes.
    Name,
    /// `bigint`
    Int8,
    /// `smallint`
    Int2,
    /// `integer`
    Int4,
    /// `text`
    Text,
    /// `oid`
    Oid,
    /// `double precision`
    Float8,
    /// The type of a quoted literal or a parameter before its context gives it one.
    Unknown,
    /// `varchar`, `character varying(n)`
    Varchar,
    /// `timestamp with time zone`
    Timestamptz,
    /// `numeric`
    Numeric,
    /// `uuid`
    Uuid,
    /// `jsonb`
    Jsonb,
    /// What a function without a result returns.
    Void,
    /// A row of columns without a name for their type.
    Record,
    /// An array of any number of elements of one kind.
    Array(&'static Kind),
    /// Pseudo-type of function signatures: any type at all (`count`).
    Any,
    /// Pseudo-type of function signatures: any element, the same throughout one call.
    AnyElement,
    /// Pseudo-type of function signatures: the array of the call's [`Kind::AnyElement`].
    AnyArray,
}

/// A kind and its modifier, as a column has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Type {
    /// Which type.
    pub kind: Kind,
    /// PostgreSQL's `atttypmod`: -1 for none; `varchar(n)` has n + 4, `numeric(p, s)` has
    /// p * 65536 + s + 4, s in 11 bits.
    pub modifier: i32,
}

/// The bits of a modifier that hold the scale of a `numeric`.
const SCALE_MASK: i32 = 0x7FF;

/// PostgreSQL's type categories (manual, `pg_type.typcategory`): they steer overload resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// `A`
    Array,
    /// `B`
    Boolean,
    /// `C`
    Composite,
    /// `D`
    DateTime,
    /// `N`
    Numeric,
    /// `P`
    Pseudo,
    /// `S`
    String,
    /// `U`
    User,
    /// `X`
    Unknown,
}

impl Kind {
    /// Every kind that a value can have and that is not an array.
    pub const SCALARS: [Kind; 15] = [
        Kind::Bool,
        Kind::Bytea,
        Kind::Name,
        Kind::Int8,
        Kind::Int2,
        Kind::Int4,
        Kind::Text,
        Kind::Oid,
        Kind::Float8,
        Kind::Unknown,
        Kind::Varchar,
        Kind::Timestamptz,
        Kind::Numeric,
        Kind::Uuid,
        Kind::Jsonb,
    ];

    /// PostgreSQL's oid of the type.
    pub fn oid(self) -> u32 {
        match self {
            Kind::Bool => 16,
            Kind::Bytea => 17,
            Kind::Name => 19,
            Kind::Int8 => 20,
            Kind::Int2 => 21,
            Kind::Int4 => 23,
            Kind::Text => 25,
            Kind::Oid => 26,
            Kind::Float8 => 701,
            Kind::Unknown => 705,
            Kind::Varchar => 1043,
            Kind::Timestamptz => 1184,
            Kind::Numeric => 1700,
            Kind::Uuid => 2950,
            Kind::Jsonb => 3802,
            Kind::Void => 2278,
            Kind::Record => 2249,
            Kind::Any => 2276,
            Kind::AnyElement => 2283,
            Kind::AnyArray => 2277,
            Kind::Array(element) => element.array_oid(),
        }
    }

    /// The kind with this oid, if keywire has it.
    pub fn from_oid(oid: u32) -> Option<Kind> {
        let scalars = || Kind::SCALARS.into_iter();
        scalars()
            .chain([Kind::Void, Kind::Record])
            .find(|k| k.oid() == oid)
            .or_else(|| {
                scalars()
                    .find(|k| k.array_oid() == oid && oid != 0)
                    .and_then(Kind::array)
            })
    }

    /// The array of this kind, if there is one.
    pub fn array(self) -> Option<Kind> {
        Some(match self {
            Kind::Bool => Kind::Array(&Kind::Bool),
            Kind::Bytea => Kind::Array(&Kind::Bytea),
            Kind::Name => Kind::Array(&Kind::Name),
            Kind::Int8 => Kind::Array(&Kind::Int8),
            Kind::Int2 => Kind::Array(&Kind::Int2),
            Kind::Int4 => Kind::Array(&Kind::Int4),
            Kind::Text => Kind::Array(&Kind::Text),
            Kind::Oid => Kind::Array(&Kind::Oid),
            Kind::Float8 => Kind::Array(&Kind::Float8),
            Kind::Varchar => Kind::Array(&Kind::Varchar),
            Kind::Timestamptz => Kind::Array(&Kind::Timestamptz),
            Kind::Numeric => Kind::Array(&Kind::Numeric),
            Kind::Uuid => Kind::Array(&Kind::Uuid),
            Kind::Jsonb => Kind::Array(&Kind::Jsonb),
            Kind::Unknown
            | Kind::Void
            | Kind::Record
            | Kind::Array(_)
            | Kind::Any
            | Kind::AnyElement
            | Kind::AnyArray => return None,
        })
    }

    /// The kind of an array's elements.
    pub fn element(self) -> Option<Kind> {
        match self {
            Kind::Array(element) => Some(*element),
            _ => None,
        }
    }

    fn array_oid(self) -> u32 {
        match self {
            Kind::Bool => 1000,
            Kind::Bytea => 1001,
            Kind::Name => 1003,
            Kind::Int2 => 1005,
            Kind::Int4 => 1007,
            Kind::Text => 1009,
            Kind::Varchar => 1015,
            Kind::Int8 => 1016,
            Kind::Float8 => 1022,
            Kind::Oid => 1028,
            Kind::Timestamptz => 1185,
            Kind::Numeric => 1231,
            Kind::Uuid => 2951,
            Kind::Jsonb => 3807,
            Kind::Unknown
            | Kind::Void
            | Kind::Record
            | Kind::Array(_)
            | Kind::Any
            | Kind::AnyElement
            | Kind::AnyArray => 0,
        }
    }

    /// The name that PostgreSQL prints (`format_type`), as in "timestamp with time zone".
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "boolean",
            Kind::Bytea => "bytea",
            Kind::Name => "name",
            Kind::Int8 => "bigint",
            Kind::Int2 => "smallint",
            Kind::Int4 => "integer",
            Kind::Text => "text",
            Kind::Oid => "oid",
            Kind::Float8 => "double precision",
            Kind::Unknown => "unknown",
            Kind::Varchar => "character varying",
            Kind::Timestamptz => "timestamp with time zone",
            Kind::Numeric => "numeric",
            Kind::Uuid => "uuid",
            Kind::Jsonb => "jsonb",
            Kind::Void => "void",
            Kind::Record => "record",
            Kind::Any => "any",
            Kind::AnyElement => "anyelement",
            Kind::AnyArray => "anyarray",
            Kind::Array(Kind::Bool) => "boolean[]",
            Kind::Array(Kind::Bytea) => "bytea[]",
            Kind::Array(Kind::Name) => "name[]",
            Kind::Array(Kind::Int8) => "bigint[]",
            Kind::Array(Kind::Int2) => "smallint[]",
            Kind::Array(Kind::Int4) => "integer[]",
            Kind::Array(Kind::Text) => "text[]",
            Kind::Array(Kind::Oid) => "oid[]",
            Kind::Array(Kind::Float8) => "double precision[]",
            Kind::Array(Kind::Varchar) => "character varying[]",
            Kind::Array(Kind::Timestamptz) => "timestamp with time zone[]",
            Kind::Array(Kind::Numeric) => "numeric[]",
            Kind::Array(Kind::Uuid) => "uuid[]",
            Kind::Array(Kind::Jsonb) => "jsonb[]",
            Kind::Array(_) => "array",
        }
    }

    /// The internal name (`pg_type.typname`), which is also what an unnamed cast column is called.
    pub fn typname(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int8 => "int8",
            Kind::Int2 => "int2",
            Kind::Int4 => "int4",
            Kind::Float8 => "float8",
            Kind::Varchar => "varchar",
            Kind::Timestamptz => "timestamptz",
            Kind::Array(Kind::Bool) => "_bool",
            Kind::Array(Kind::Bytea) => "_bytea",
            Kind::Array(Kind::Name) => "_name",
            Kind::Array(Kind::Int8) => "_int8",
            Kind::Array(Kind::Int2) => "_int2",
            Kind::Array(Kind::Int4) => "_int4",
            Kind::Array(Kind::Text) => "_text",
            Kind::Array(Kind::Oid) => "_oid",
            Kind::Array(Kind::Float8) => "_float8",
            Kind::Array(Kind::Varchar) => "_varchar",
            Kind::Array(Kind::Timestamptz) => "_timestamptz",
            Kind::Array(Kind::Numeric) => "_numeric",
            Kind::Array(Kind::Uuid) => "_uuid",
            Kind::Array(Kind::Jsonb) => "_jsonb",
            other => other.name(),
        }
    }

    /// `pg_type.typlen`: bytes of the value, or -1 for variable length, -2 for a C string.
    pub fn length(self) -> i16 {
        match self {
            Kind::Bool => 1,
            Kind::Int2 => 2,
            Kind::Int4 | Kind::Oid | Kind::Void | Kind::Any | Kind::AnyElement => 4,
            Kind::Int8 | Kind::Float8 | Kind::Timestamptz => 8,
            Kind::Uuid => 16,
            Kind::Name => 64,
            Kind::Unknown => -2,
            Kind::Bytea
            | Kind::Text
            | Kind::Varchar
            | Kind::Numeric
            | Kind::Jsonb
            | Kind::Record
            | Kind::Array(_)
            | Kind::AnyArray => -1,
        }
    }

    /// The category that overload resolution groups the type under.
    pub fn category(self) -> Category {
        match self {
            Kind::Bool => Category::Boolean,
            Kind::Int8 | Kind::Int2 | Kind::Int4 | Kind::Oid | Kind::Float8 | Kind::Numeric => {
                Category::Numeric
            }
            Kind::Text | Kind::Varchar | Kind::Name => Category::String,
            Kind::Timestamptz => Category::DateTime,
            Kind::Bytea | Kind::Uuid | Kind::Jsonb => Category::User,
            Kind::Unknown => Category::Unknown,
            Kind::Array(_) => Category::Array,
            Kind::Record | Kind::Void | Kind::Any | Kind::AnyElement | Kind::AnyArray => {
                Category::Pseudo
            }
        }
    }

    /// Whether the type is the preferred one of its category.
    pub fn is_preferred(self) -> bool {
        matches!(
            self,
            Kind::Bool | Kind::Oid | Kind::Float8 | Kind::Text | Kind::Timestamptz
        )
    }
}

impl Type {
    /// The kind without a modifier.
    pub const fn of(kind: Kind) -> Self {
        Self { kind, modifier: -1 }
    }

    /// `varchar(n)`; n is in characters.
    pub fn varchar(n: i64) -> Result<Self> {
        /// PostgreSQL's limit of a declared length (`MaxAttrSize`), in characters.
        const MAX_LENGTH: i64 = 10_485_760;
        match n {
            ..1 => Err(Error::new(
                SqlState::InvalidParameterValue,
                "length for type varchar must be at least 1",
            )),
            1..=MAX_LENGTH => Ok(Self {
                kind: Kind::Varchar,
                modifier: n as i32 + 4,
            }),
            _ => Err(Error::new(
                SqlState::InvalidParameterValue,
                format!("length for type varchar cannot exceed {MAX_LENGTH}"),
            )),
        }
    }

    /// `numeric(precision, scale)`.
    pub fn numeric(precision: i64, scale: i64) -> Result<Self> {
        let limits = |what, value, least| {
            Error::new(
                SqlState::InvalidParameterValue,
                format!("NUMERIC {what} {value} must be between {least} and 1000"),
            )
        };
        if !(1..=1000).contains(&precision) {
            return Err(limits("precision", precision, 1));
        }
        if !(-1000..=1000).contains(&scale) {
            return Err(limits("scale", scale, -1000));
        }
        Ok(Self {
            kind: Kind::Numeric,
            modifier: ((precision as i32) << 16 | (scale as i32 & SCALE_MASK)) + 4,
        })
    }

    /// The precision and the scale of `numeric(precision, scale)`.
    pub fn precision_and_scale(self) -> Option<(i32, i32)> {
        let packed =
            (self.kind == Kind::Numeric && self.modifier >= 4).then(|| self.modifier - 4)?;
        // The scale is a signed number of 11 bits.
        let scale = packed & SCALE_MASK;
        Some((
            packed >> 16,
            if scale > 1023 { scale - 2048 } else { scale },
        ))
    }

    /// The declared length of `varchar(n)`, in characters.
    pub fn char_limit(self) -> Option<usize> {
        (self.kind == Kind::Varchar && self.modifier >= 4).then(|| self.modifier as usize - 4)
    }
}

impl From<Kind> for Type {
    fn from(kind: Kind) -> Self {
        Self::of(kind)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(n) = self.char_limit() {
            write!(f, "({n})")?;
        }
        if let Some((precision, scale)) = self.precision_and_scale() {
            write!(f, "({precision},{scale})")?;
        }
        Ok(())
    }
}
