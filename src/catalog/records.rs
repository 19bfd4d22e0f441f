//! The bytes of catalog records, version 1.
//!
//! Each record is an entry of the space [`crate::storage::CATALOG`]. Integers are big-endian; a
//! `string` is a `u32` length and that many bytes of UTF-8. The key is a tag and what identifies
//! the record under it; the value starts with the version byte.
//!
//! | key | value after the version |
//! |---|---|
//! | `d`, `u32` oid | database: `string` name |
//! | `n` | the next oid block: `u32`, greater than every oid and space number ever given |
//! | `r`, bytes of its name | role: nothing |
//! | `s`, `u32` oid | schema: `u32` database, `string` name |
//! | `t`, `u32` oid | table: see below |
//!
//! A table is `u32` database, `u32` schema, `u32` space, `string` name, `u16` number of columns,
//! the columns, and its key. A column is `string` name, `u32` oid of its type, `i32` modifier, a
//! byte of flags (1 NOT NULL, 2 has a default) and, if it has one, `string` default. The key is a
//! byte 0 for a hidden row id; or a byte 1, `string` name of the constraint, `u16` number of
//! columns, and for each the `u16` number of the table's column (from 0) and a byte of flags
//! (1 descending).
//!
//! A reader refuses a version it does not know, a tag it does not know and bytes left over: they
//! are from a newer keywire, or damaged.

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    Column, Database, DatabaseId, KeyColumn, PrimaryKey, Schema, SchemaId, Table, TableId,
};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::{Entry, SpaceId};
use crate::types::{Kind, Type};

/// The version that is written.
const VERSION: u8 = 1;

const DATABASE: u8 = b'd';
const NEXT_OID: u8 = b'n';
const ROLE: u8 = b'r';
const SCHEMA: u8 = b's';
const TABLE: u8 = b't';

const NOT_NULL: u8 = 1;
const HAS_DEFAULT: u8 = 2;
const DESCENDING: u8 = 1;

const ROW_ID_KEY: u8 = 0;
const COLUMNS_KEY: u8 = 1;

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A database.
    Database(Database),
    /// Where the next block of oids starts.
    NextOid(u32),
    /// A role, by its name.
    Role(String),
    /// A schema.
    Schema(Schema),
    /// A table; it is read without the name of its schema.
    Table(Table),
}

impl Record {
    /// The entry of the record.
    pub fn encode(&self) -> Entry {
        let mut value = BytesMut::new();
        value.put_u8(VERSION);
        let key = match self {
            Record::Database(database) => {
                put_str(&mut value, &database.name);
                database_key(database.id)
            }
            Record::NextOid(next) => {
                value.put_u32(*next);
                next_oid_key()
            }
            Record::Role(name) => {
                let mut key = BytesMut::with_capacity(1 + name.len());
                key.put_u8(ROLE);
                key.put_slice(name.as_bytes());
                key.freeze()
            }
            Record::Schema(schema) => {
                value.put_u32(schema.database.0);
                put_str(&mut value, &schema.name);
                schema_key(schema.id)
            }
            Record::Table(table) => {
                put_table(&mut value, table);
                table_key(table.id)
            }
        };
        (key, value.freeze())
    }

    /// The record of an entry.
    pub fn decode(key: &[u8], value: &[u8]) -> Result<Self> {
        let mut key = Reader(key);
        let mut value = Reader(value);
        let tag = key.u8()?;
        let version = value.u8()?;
        if version != VERSION {
            return Err(damaged(format!(
                "a catalog record has version {version}, and this keywire reads version {VERSION}"
            )));
        }
        let record = match tag {
            DATABASE => Record::Database(Database {
                id: DatabaseId(key.u32()?),
                name: value.string()?,
            }),
            NEXT_OID => Record::NextOid(value.u32()?),
            ROLE => Record::Role(key.rest()?),
            SCHEMA => Record::Schema(Schema {
                id: SchemaId(key.u32()?),
                database: DatabaseId(value.u32()?),
                name: value.string()?,
            }),
            TABLE => Record::Table(read_table(TableId(key.u32()?), &mut value)?),
            tag => {
                return Err(damaged(format!(
                    "a catalog record has the unknown tag {tag}"
                )));
            }
        };
        if !key.0.is_empty() || !value.0.is_empty() {
            return Err(damaged("a catalog record has bytes left over".to_owned()));
        }
        Ok(record)
    }
}

/// The key of a database's record.
pub fn database_key(id: DatabaseId) -> Bytes {
    oid_key(DATABASE, id.0)
}

/// The key of a schema's record.
pub fn schema_key(id: SchemaId) -> Bytes {
    oid_key(SCHEMA, id.0)
}

/// The key of a table's record.
pub fn table_key(id: TableId) -> Bytes {
    oid_key(TABLE, id.0)
}

/// The key of the record that says where the next block of oids starts.
pub fn next_oid_key() -> Bytes {
    Bytes::from_static(&[NEXT_OID])
}

fn oid_key(tag: u8, oid: u32) -> Bytes {
    let mut key = BytesMut::with_capacity(5);
    key.put_u8(tag);
    key.put_u32(oid);
    key.freeze()
}

fn put_str(out: &mut BytesMut, s: &str) {
    out.put_u32(s.len() as u32);
    out.put_slice(s.as_bytes());
}

fn put_table(out: &mut BytesMut, table: &Table) {
    out.put_u32(table.database.0);
    out.put_u32(table.schema.0);
    out.put_u32(table.space.0);
    put_str(out, &table.name);
    out.put_u16(table.columns.len() as u16);
    for column in &table.columns {
        put_column(out, column);
    }
    match &table.key {
        PrimaryKey::RowId => out.put_u8(ROW_ID_KEY),
        PrimaryKey::Columns { name, columns } => {
            out.put_u8(COLUMNS_KEY);
            put_str(out, name);
            out.put_u16(columns.len() as u16);
            for column in columns {
                out.put_u16(column.column as u16);
                out.put_u8(if column.descending { DESCENDING } else { 0 });
            }
        }
    }
}

fn put_column(out: &mut BytesMut, column: &Column) {
    put_str(out, &column.name);
    out.put_u32(column.ty.kind.oid());
    out.put_i32(column.ty.modifier);
    let not_null = if column.not_null { NOT_NULL } else { 0 };
    let has_default = if column.default.is_some() {
        HAS_DEFAULT
    } else {
        0
    };
    out.put_u8(not_null | has_default);
    if let Some(default) = &column.default {
        put_str(out, default);
    }
}

fn read_table(id: TableId, value: &mut Reader<'_>) -> Result<Table> {
    let database = DatabaseId(value.u32()?);
    let schema = SchemaId(value.u32()?);
    let space = SpaceId(value.u32()?);
    let name = value.string()?;
    let columns = (0..value.u16()?)
        .map(|_| read_column(value))
        .collect::<Result<Vec<_>>>()?;
    let key = read_key(value, columns.len())?;
    Ok(Table {
        id,
        database,
        schema,
        schema_name: String::new(),
        name,
        space,
        columns,
        key,
        form: Default::default(),
    })
}

fn read_column(value: &mut Reader<'_>) -> Result<Column> {
    let name = value.string()?;
    let oid = value.u32()?;
    let kind = Kind::from_oid(oid)
        .ok_or_else(|| damaged(format!("column \"{name}\" has the unknown type {oid}")))?;
    let modifier = value.i32()?;
    let flags = value.u8()?;
    let default = match flags & HAS_DEFAULT {
        0 => None,
        _ => Some(value.string()?),
    };
    Ok(Column {
        name,
        ty: Type { kind, modifier },
        not_null: flags & NOT_NULL != 0,
        default,
    })
}

fn read_key(value: &mut Reader<'_>, table_columns: usize) -> Result<PrimaryKey> {
    match value.u8()? {
        ROW_ID_KEY => Ok(PrimaryKey::RowId),
        COLUMNS_KEY => {
            let name = value.string()?;
            let mut columns = Vec::new();
            for _ in 0..value.u16()? {
                let column = usize::from(value.u16()?);
                let descending = value.u8()? & DESCENDING != 0;
                if column >= table_columns {
                    return Err(damaged(format!("key \"{name}\" has no column {column}")));
                }
                columns.push(KeyColumn { column, descending });
            }
            Ok(PrimaryKey::Columns { name, columns })
        }
        other => Err(damaged(format!(
            "a table has the unknown kind of key {other}"
        ))),
    }
}

fn damaged(message: String) -> Error {
    Error::new(SqlState::DataCorrupted, message)
}

/// What is left of a key or a value.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| damaged("a catalog record is too short".to_owned()))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn i32(&mut self) -> Result<i32> {
        self.array().map(i32::from_be_bytes)
    }

    fn string(&mut self) -> Result<String> {
        let length = self.u32()? as usize;
        text(self.take(length)?)
    }

    fn rest(&mut self) -> Result<String> {
        let length = self.0.len();
        text(self.take(length)?)
    }
}

fn text(bytes: &[u8]) -> Result<String> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| damaged("a catalog record has a name that is not UTF-8".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            id: TableId(16400),
            database: DatabaseId(5),
            schema: SchemaId(2200),
            schema_name: String::new(),
            name: "kv".to_owned(),
            space: SpaceId(16401),
            columns: vec![
                Column {
                    name: "k".to_owned(),
                    ty: Type {
                        kind: Kind::Varchar,
                        modifier: 14,
                    },
                    not_null: true,
                    default: None,
                },
                Column {
                    name: "n".to_owned(),
                    ty: Type::of(Kind::Int8),
                    not_null: false,
                    default: Some("0".to_owned()),
                },
            ],
            key: PrimaryKey::Columns {
                name: "kv_pkey".to_owned(),
                columns: vec![KeyColumn {
                    column: 0,
                    descending: true,
                }],
            },
            form: Default::default(),
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The format is pinned: these bytes are in people's data folders.
    #[test]
    fn golden_bytes() {
        let golden = [
            (
                Record::Database(Database {
                    id: DatabaseId(5),
                    name: "postgres".to_owned(),
                }),
                "6400000005",
                "0100000008706f737467726573",
            ),
            (Record::NextOid(16640), "6e", "0100004100"),
            (Record::Role("me".to_owned()), "726d65", "01"),
            (
                Record::Schema(Schema {
                    id: SchemaId(2200),
                    database: DatabaseId(5),
                    name: "public".to_owned(),
                }),
                "7300000898",
                "0100000005000000067075626c6963",
            ),
            (
                Record::Table(table()),
                "7400004010",
                concat!(
                    "01000000050000089800004011000000026b76",
                    "0002",
                    "000000016b000004130000000e01",
                    "000000016e00000014ffffffff020000000130",
                    "01000000076b765f706b657900010000",
                    "01"
                ),
            ),
        ];
        for (record, key, value) in golden {
            let (k, v) = record.encode();
            assert_eq!((hex(&k), hex(&v)), (key.to_owned(), value.to_owned()));
            assert_eq!(Record::decode(&k, &v).unwrap(), record);
        }
    }

    #[test]
    fn damage_is_an_error() {
        let (key, value) = Record::Table(table()).encode();
        for length in 0..value.len() {
            let state = Record::decode(&key, &value[..length]).unwrap_err().state();
            assert_eq!(state, SqlState::DataCorrupted, "{length}");
        }
        for (key, value) in [
            (&b"x"[..], &b"\x01"[..]),
            (b"", b"\x01"),
            (b"rme", b"\x02"),
            (b"rme", b"\x01more"),
            (b"r\xff", b"\x01"),
        ] {
            let state = Record::decode(key, value).unwrap_err().state();
            assert_eq!(state, SqlState::DataCorrupted);
        }
    }
}
