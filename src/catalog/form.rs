//! How a row of a table becomes an entry of its space, and back.
//!
//! The key holds the key columns in their order; the value holds the other columns, and those key
//! columns that the key does not give back exactly (1.0 and 1.00 are one key). A table without a
//! key numbers its rows: the key is that number as a `bigint`.

use std::borrow::Cow;
use std::ops::Bound;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use super::{PrimaryKey, Table};
use crate::codec::key::Decoder;
use crate::codec::{
    Order, RawValue, RowLayout, encode_prefix, encode_text_prefix, key_is_lossless,
};
use crate::error::{Error, Result};
use crate::sqlstate::SqlState;
use crate::storage::{Direction, View};
use crate::types::{Datum, Kind, Row};

/// The only column of a key that is a hidden number.
const ROW_ID: (Kind, Order) = (Kind::Int8, Order::Ascending);

/// Bytes that most keys fit in.
const KEY_CAPACITY: usize = 64;

/// What is worked out once for a table. It does not count when tables are compared.
#[derive(Debug, Clone, Default)]
pub struct Form {
    layout: OnceLock<Arc<Layout>>,
    row_ids: Arc<RowIds>,
}

impl PartialEq for Form {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Form {
    /// A form with a counter that other versions of the table use as well.
    pub fn new(row_ids: Arc<RowIds>) -> Self {
        Self {
            layout: OnceLock::new(),
            row_ids,
        }
    }
}

/// Where the columns are.
#[derive(Debug)]
struct Layout {
    /// The key's columns.
    key: Vec<(Kind, Order)>,
    /// The columns in the value.
    row: RowLayout,
    /// The table's column for each of the value's.
    stored: Vec<usize>,
    /// For each column of the table its kind and where it is.
    places: Vec<(Kind, Place)>,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// This column of the key.
    Key(usize),
    /// This column of the value.
    Value(usize),
}

impl Layout {
    fn of(table: &Table) -> Self {
        let key = table.key_columns().iter().filter_map(|part| {
            let column = table.columns.get(part.column)?;
            Some((column.ty.kind, Order::new(part.descending)))
        });
        let (mut kinds, mut stored, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for (index, column) in table.columns.iter().enumerate() {
            let kind = column.ty.kind;
            let mut parts = table.key_columns().iter();
            match parts.position(|part| part.column == index) {
                Some(part) if key_is_lossless(kind) => places.push((kind, Place::Key(part))),
                Some(_) | None => {
                    places.push((kind, Place::Value(stored.len())));
                    stored.push(index);
                    kinds.push(kind);
                }
            }
        }
        Self {
            key: key.collect(),
            row: RowLayout::new(&kinds),
            stored,
            places,
        }
    }

    fn key_part(&self, position: usize) -> Result<(Kind, Order)> {
        self.key.get(position).copied().ok_or_else(|| {
            let parts = self.key.len();
            Error::internal(format!("a key of {parts} columns has no column {position}"))
        })
    }

    /// A decoder that stands before a column of the key.
    fn before_part<'a>(&self, key: &'a [u8], position: usize) -> Result<Decoder<'a>> {
        let mut decoder = Decoder::new(key);
        for (kind, order) in self.key.iter().take(position) {
            decoder.value(*kind, *order)?;
        }
        Ok(decoder)
    }

    /// The columns of the key, as many as have a column that is needed among them or behind them.
    fn decode_key(&self, key: &[u8], needed: &[bool]) -> Result<Vec<Datum>> {
        let wanted =
            self.places
                .iter()
                .zip(needed)
                .filter_map(|((_, place), needed)| match place {
                    Place::Key(part) => needed.then_some(part + 1),
                    Place::Value(_) => None,
                });
        let mut decoder = Decoder::new(key);
        let parts = self.key.iter().take(wanted.max().unwrap_or(0));
        parts
            .map(|(kind, order)| decoder.value(*kind, *order))
            .collect()
    }

    fn decode(&self, key: &[u8], value: &[u8], needed: &[bool]) -> Result<Row> {
        let mut row = vec![Datum::Null; self.places.len()];
        let parts = self.decode_key(key, needed)?;
        for ((column, (_, place)), needed) in row.iter_mut().zip(&self.places).zip(needed) {
            if let (Place::Key(part), true) = (place, needed) {
                *column = parts.get(*part).cloned().unwrap_or(Datum::Null);
            }
        }
        for (index, raw) in self.row.raw_values(value)?.enumerate() {
            let raw = raw?;
            let column = self.stored.get(index).copied().unwrap_or(usize::MAX);
            if let (Some(true), Some(place)) = (needed.get(column), row.get_mut(column)) {
                *place = self.row.decode_raw(index, raw)?.unwrap_or(Datum::Null);
            }
        }
        Ok(row)
    }

    fn field<'a>(&self, key: &'a [u8], value: &'a [u8], column: usize) -> Result<Field<'a>> {
        let (kind, place) = self
            .places
            .get(column)
            .ok_or_else(|| Error::internal(format!("a table has no column {column}")))?;
        let datum = match place {
            Place::Key(part) => {
                let (kind, order) = self.key_part(*part)?;
                let mut decoder = self.before_part(key, *part)?;
                match order {
                    Order::Ascending if is_sent_as_stored(kind) => {
                        return Ok(Field::Wire(text_before_end(decoder.rest())));
                    }
                    Order::Ascending | Order::Descending => decoder.value(kind, order)?,
                }
            }
            Place::Value(index) => match self.row.raw(value, *index)? {
                RawValue::Null | RawValue::Absent => Datum::Null,
                RawValue::Bytes(bytes) if is_sent_as_stored(*kind) => {
                    return Ok(Field::Wire(bytes));
                }
                raw @ RawValue::Bytes(_) => {
                    self.row.decode_raw(*index, raw)?.unwrap_or(Datum::Null)
                }
            },
        };
        Ok(match datum {
            Datum::Null => Field::Null,
            datum => Field::Datum(Cow::Owned(datum)),
        })
    }
}

/// Whether the stored bytes of a value are both its text and its binary form on the wire. Those of
/// jsonb are its text only.
fn is_sent_as_stored(kind: Kind) -> bool {
    match kind {
        Kind::Text | Kind::Varchar | Kind::Name => true,
        Kind::Bool
        | Kind::Bytea
        | Kind::Int8
        | Kind::Int2
        | Kind::Int4
        | Kind::Oid
        | Kind::Float8
        | Kind::Unknown
        | Kind::Timestamptz
        | Kind::Numeric
        | Kind::Uuid
        | Kind::Jsonb
        | Kind::Void
        | Kind::Record
        | Kind::Array(_)
        | Kind::Any
        | Kind::AnyElement
        | Kind::AnyArray => false,
    }
}

/// A text in a key ends with a zero, which it cannot have within it.
fn text_before_end(key: &[u8]) -> &[u8] {
    let end = key.iter().position(|byte| *byte == 0);
    &key[..end.unwrap_or(key.len())]
}

/// One value of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum Field<'a> {
    /// NULL
    Null,
    /// A value to be encoded; never NULL.
    Datum(Cow<'a, Datum>),
    /// The value as it is on the wire, in the text and in the binary format alike.
    Wire(&'a [u8]),
}

/// Gives the rows of a table without a key their numbers.
#[derive(Debug, Default)]
pub struct RowIds {
    /// The number given last; none before the first, when the stored rows must be asked.
    last: Mutex<Option<i64>>,
}

impl RowIds {
    fn next(&self, greatest: impl FnOnce() -> Result<i64>) -> Result<i64> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match *last {
            Some(before) => before,
            None => greatest()?,
        };
        let next = before.checked_add(1).ok_or_else(|| {
            Error::new(
                SqlState::ProgramLimitExceeded,
                "a table has used up its row numbers",
            )
        })?;
        *last = Some(next);
        Ok(next)
    }
}

impl Table {
    fn layout(&self) -> &Layout {
        self.form.layout.get_or_init(|| Arc::new(Layout::of(self)))
    }

    /// The entry of a row of a table with a key.
    pub fn encode(&self, row: &[Datum]) -> Result<(Bytes, Bytes)> {
        Ok((self.encode_key(row)?, self.encode_value(row)?))
    }

    /// The key of a row of a table with a key.
    pub fn encode_key(&self, row: &[Datum]) -> Result<Bytes> {
        if let PrimaryKey::RowId = self.key {
            return Err(Error::internal("a row without a key was asked for it"));
        }
        let mut key = Vec::with_capacity(KEY_CAPACITY);
        for (position, part) in self.key_columns().iter().enumerate() {
            self.put_key_part(position, value_of(row, part.column)?, &mut key)?;
        }
        Ok(key.into())
    }

    /// The value of a row's entry.
    pub fn encode_value(&self, row: &[Datum]) -> Result<Bytes> {
        let layout = self.layout();
        let mut values = Vec::with_capacity(layout.stored.len());
        for column in &layout.stored {
            values.push(value_of(row, *column)?.clone());
        }
        Ok(layout.row.encode(&values, None).into())
    }

    /// The row of an entry, with those columns that are needed; the others are NULL.
    pub fn decode(&self, key: &[u8], value: &[u8], needed: &[bool]) -> Result<Row> {
        self.layout().decode(key, value, needed)
    }

    /// One column of an entry, for the wire.
    pub fn field<'a>(&self, key: &'a [u8], value: &'a [u8], column: usize) -> Result<Field<'a>> {
        self.layout().field(key, value, column)
    }

    /// Appends the value of a key column, by its position in the key.
    pub fn put_key_part(&self, position: usize, value: &Datum, out: &mut Vec<u8>) -> Result<()> {
        let part = self.layout().key_part(position)?;
        encode_prefix(&[part], std::slice::from_ref(value), out)
    }

    /// Appends the start of a text in a key column.
    pub fn put_key_text_prefix(
        &self,
        position: usize,
        text: &str,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let part = self.layout().key_part(position)?;
        encode_text_prefix(&[part], &[], text, out)
    }

    /// The key of a new row of a table without a key.
    pub fn next_row_key(&self, view: &View) -> Result<Bytes> {
        let greatest = || {
            let everything = (Bound::Unbounded, Bound::Unbounded);
            match view
                .scan(self.space, everything, Direction::Reverse)?
                .next()
            {
                None => Ok(0),
                Some(entry) => Decoder::new(&entry?.0).value(ROW_ID.0, ROW_ID.1)?.as_int(),
            }
        };
        let id = self.form.row_ids.next(greatest)?;
        let mut key = Vec::with_capacity(size_of::<i64>());
        encode_prefix(&[ROW_ID], &[Datum::Int8(id)], &mut key)?;
        Ok(key.into())
    }
}

fn value_of(row: &[Datum], column: usize) -> Result<&Datum> {
    row.get(column)
        .ok_or_else(|| Error::internal(format!("a row of {} has no column {column}", row.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Column, DatabaseId, KeyColumn, SchemaId, TableId};
    use crate::storage::SpaceId;
    use crate::types::Type;

    fn table(columns: &[Kind], key: &[(usize, bool)]) -> Table {
        Table {
            id: TableId(1),
            database: DatabaseId(1),
            schema: SchemaId(1),
            schema_name: "public".to_owned(),
            name: "t".to_owned(),
            space: SpaceId(1),
            columns: columns
                .iter()
                .map(|kind| Column {
                    name: kind.to_string(),
                    ty: Type::of(*kind),
                    not_null: false,
                    default: None,
                })
                .collect(),
            key: PrimaryKey::Columns {
                name: "t_pkey".to_owned(),
                columns: key
                    .iter()
                    .map(|(column, descending)| KeyColumn {
                        column: *column,
                        descending: *descending,
                    })
                    .collect(),
            },
            form: Form::default(),
        }
    }

    #[test]
    fn a_row_comes_back() {
        let t = table(
            &[
                Kind::Text,
                Kind::Int8,
                Kind::Float8,
                Kind::Varchar,
                Kind::Jsonb,
            ],
            &[(3, false), (1, true), (2, false), (0, true)],
        );
        let row = vec![
            Datum::text("descending"),
            Datum::Int8(-5),
            Datum::Float8(-0.0),
            Datum::text("ascending"),
            Datum::Null,
        ];
        let (key, value) = t.encode(&row).unwrap();
        let back = t.decode(&key, &value, &[true; 5]).unwrap();
        assert_eq!(back, row);
        // The key loses the sign of -0, so the value has the column as well.
        assert!(matches!(back[2], Datum::Float8(f) if f.is_sign_negative()));
        let some = t
            .decode(&key, &value, &[false, true, false, false, true])
            .unwrap();
        assert_eq!(some[0], Datum::Null);
        assert_eq!(some[1], Datum::Int8(-5));

        let field = |column| t.field(&key, &value, column).unwrap();
        assert_eq!(field(3), Field::Wire(b"ascending"));
        assert_eq!(
            field(0),
            Field::Datum(Cow::Owned(Datum::text("descending")))
        );
        assert_eq!(field(1), Field::Datum(Cow::Owned(Datum::Int8(-5))));
        assert_eq!(field(4), Field::Null);
        assert!(t.field(&key, &value, 5).is_err());
    }

    #[test]
    fn stored_text_is_sent_as_it_is() {
        let t = table(&[Kind::Text, Kind::Text], &[(0, false)]);
        let row = [Datum::text("k\u{e9}y"), Datum::text("")];
        let (key, value) = t.encode(&row).unwrap();
        assert_eq!(
            t.field(&key, &value, 0).unwrap(),
            Field::Wire("k\u{e9}y".as_bytes())
        );
        assert_eq!(t.field(&key, &value, 1).unwrap(), Field::Wire(b""));
    }

    #[test]
    fn the_form_does_not_count_in_comparisons() {
        let a = table(&[Kind::Text], &[(0, false)]);
        let b = a.clone();
        b.encode_key(&[Datum::text("x")]).unwrap();
        assert_eq!(a, b);
    }
}
