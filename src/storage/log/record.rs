//! The bytes of a segment's header and of its records, as the folder's docs specify them.

use std::ops::Range;

use bytes::Bytes;

use super::super::contract::{Batch, SpaceId, Write};

/// What a segment starts with.
const MAGIC: [u8; 8] = *b"KEYWLOG\n";

/// The version of the format that this code reads and writes.
pub(super) const VERSION: u32 = 1;

/// Bytes of a segment's header.
pub(super) const HEADER: usize = 32;

/// Bytes of a record before its payload.
pub(super) const PREFIX: usize = 24;

/// What the lengths of records are multiples of.
pub(super) const ALIGN: usize = 8;

/// The length of a value that says that there is none.
const DELETED: u32 = u32::MAX;

/// A segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// What the checksums of its records start from.
    pub(super) salt: u32,
    /// The sequence number of its first record.
    pub(super) first: u64,
}

/// What the start of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A header.
    Header(Header),
    /// A header of another version.
    Version(u32),
    /// Something else.
    Bad,
}

impl Header {
    pub(super) fn encode(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.salt.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..HEADER - 4]);
        bytes[HEADER - 4..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Start {
        let Some(bytes) = bytes.first_chunk::<HEADER>() else {
            return Start::Bad;
        };
        let intact = u32_at(bytes, HEADER - 4) == Some(crc32c::crc32c(&bytes[..HEADER - 4]));
        if bytes[..8] != MAGIC || !intact {
            return Start::Bad;
        }
        match (u32_at(bytes, 8), u32_at(bytes, 12), u64_at(bytes, 16)) {
            (Some(VERSION), Some(salt), Some(first)) => Start::Header(Self { salt, first }),
            (Some(other), ..) => Start::Version(other),
            _ => Start::Bad,
        }
    }
}

/// A record whose checksum is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Its number.
    pub(super) sequence: u64,
    /// Where the next record starts.
    pub(super) end: usize,
}

/// Adds a record to a buffer.
pub(super) fn encode(batch: &Batch, sequence: u64, synced: u64, salt: u32, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(&synced.to_le_bytes());
    put_len(out, batch.cleared.len());
    for space in &batch.cleared {
        out.extend_from_slice(&space.0.to_le_bytes());
    }
    put_len(out, batch.writes.len());
    for write in &batch.writes {
        out.extend_from_slice(&write.space.0.to_le_bytes());
        put_len(out, write.key.len());
        match &write.value {
            Some(value) => put_len(out, value.len()),
            None => out.extend_from_slice(&DELETED.to_le_bytes()),
        }
        out.extend_from_slice(&write.key);
        out.extend_from_slice(write.value.as_deref().unwrap_or_default());
    }
    let payload = out.len() - start - PREFIX;
    out.resize(start + end_of(payload), 0);
    out[start + 4..start + 8].copy_from_slice(&(payload as u32).to_le_bytes());
    let crc = crc32c::crc32c_append(salt, &out[start + 4..]);
    out[start..start + 4].copy_from_slice(&crc.to_le_bytes());
}

/// How many bytes a batch takes at most, so that a buffer is allocated once.
pub(super) fn size(batch: &Batch) -> usize {
    end_of(8 + batch.cleared.len() * 4 + batch.writes.len() * 12 + batch.size())
}

fn end_of(payload: usize) -> usize {
    (PREFIX + payload).next_multiple_of(ALIGN)
}

/// A number of things or bytes. The largest transaction is far smaller than what fits: see
/// [`super::MAX_RECORD_BYTES`].
fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&(len as u32).to_le_bytes());
}

/// The record that starts at an offset, if it is whole.
pub(super) fn decode(file: &[u8], at: usize, salt: u32) -> Option<Record> {
    let payload = payload(file, at)?;
    let end = at + end_of(payload.len());
    let covered = file.get(at + 4..end)?;
    if payload.len() < 8 || u32_at(file, at)? != crc32c::crc32c_append(salt, covered) {
        return None;
    }
    let sequence = u64_at(file, at + 8)?;
    Some(Record { sequence, end })
}

/// Where the payload of the record at an offset is, if the record's length can be believed.
pub(super) fn payload(file: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + PREFIX;
    let end = start.checked_add(u32_at(file, at + 4)? as usize)?;
    (end <= file.len()).then_some(start..end)
}

/// Through which record the log was on disk when the one at an offset was written.
pub(super) fn synced(file: &[u8], at: usize) -> Option<u64> {
    u64_at(file, at + 16)
}

/// The changes of a payload. Keys and values are slices of it, not copies. None if it is not what
/// [`encode`] makes, which no payload with the right checksum is.
pub(super) fn changes(payload: &Bytes) -> Option<Batch> {
    let mut at = 0;
    let cleared = take_u32(payload, &mut at)?;
    let cleared: Option<Vec<_>> = (0..cleared)
        .map(|_| take_u32(payload, &mut at).map(SpaceId))
        .collect();
    let count = take_u32(payload, &mut at)? as usize;
    // The count is not trusted with an allocation: a write takes 12 bytes at least.
    let mut writes = Vec::with_capacity(count.min(payload.len() / 12));
    for _ in 0..count {
        writes.push(take_write(payload, &mut at)?);
    }
    (at == payload.len()).then_some(Batch {
        conditions: Vec::new(),
        cleared: cleared?,
        writes,
    })
}

fn take_write(payload: &Bytes, at: &mut usize) -> Option<Write> {
    let space = SpaceId(take_u32(payload, at)?);
    let key = take_u32(payload, at)? as usize;
    let value = take_u32(payload, at)?;
    Some(Write {
        space,
        key: take(payload, at, key)?,
        value: match value {
            DELETED => None,
            len => Some(take(payload, at, len as usize)?),
        },
    })
}

fn take(payload: &Bytes, at: &mut usize, len: usize) -> Option<Bytes> {
    let end = at.checked_add(len).filter(|end| *end <= payload.len())?;
    let taken = payload.slice(*at..end);
    *at = end;
    Some(taken)
}

fn take_u32(payload: &[u8], at: &mut usize) -> Option<u32> {
    let number = u32_at(payload, *at)?;
    *at += 4;
    Some(number)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn batch() -> Batch {
        let write = |space, key: &'static str, value: Option<&'static str>| Write {
            space: SpaceId(space),
            key: Bytes::from_static(key.as_bytes()),
            value: value.map(|value| Bytes::from_static(value.as_bytes())),
        };
        Batch {
            conditions: Vec::new(),
            cleared: vec![SpaceId(7)],
            writes: vec![
                write(7, "key", Some("value")),
                write(8, "gone", None),
                write(9, "", Some("")),
            ],
        }
    }

    #[test]
    fn the_bytes_of_a_header() {
        let header = Header {
            salt: 0x0a0b0c0d,
            first: 0x0102,
        };
        let golden =
            *b"KEYWLOG\n\x01\0\0\0\x0d\x0c\x0b\x0a\x02\x01\0\0\0\0\0\0\0\0\0\0\xef\x4e\x8c\xbc";
        let bytes = header.encode();
        assert_eq!(bytes, golden);
        assert_eq!(Header::decode(&bytes), Start::Header(header));
        assert_eq!(Header::decode(&bytes[..31]), Start::Bad);
        let mut newer = bytes;
        newer[8] = 2;
        let crc = crc32c::crc32c(&newer[..28]);
        newer[28..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(Header::decode(&newer), Start::Version(2));
        for bit in 0..HEADER * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&flipped), Start::Bad);
        }
    }

    #[test]
    fn the_bytes_of_a_record() {
        let mut bytes = Vec::new();
        encode(&batch(), 0x0304, 0x0102, 0x0a0b0c0d, &mut bytes);
        let golden: Vec<u8> = [
            &b"\xeb\x23\xab\x76"[..],
            b"\x3c\0\0\0",
            b"\x04\x03\0\0\0\0\0\0",
            b"\x02\x01\0\0\0\0\0\0",
            b"\x01\0\0\0\x07\0\0\0",
            b"\x03\0\0\0",
            b"\x07\0\0\0\x03\0\0\0\x05\0\0\0keyvalue",
            b"\x08\0\0\0\x04\0\0\0\xff\xff\xff\xffgone",
            b"\x09\0\0\0\0\0\0\0\0\0\0\0",
            b"\0\0\0\0",
        ]
        .concat();
        assert_eq!(bytes, golden);
        assert!(bytes.len() <= size(&batch()));
        let record = decode(&bytes, 0, 0x0a0b0c0d).unwrap();
        assert_eq!((record.sequence, record.end), (0x0304, bytes.len()));
        assert_eq!(synced(&bytes, 0), Some(0x0102));
        let payload = payload(&bytes, 0).unwrap();
        let payload = Bytes::from(bytes).slice(payload);
        assert_eq!(changes(&payload), Some(batch()));
    }

    #[test]
    fn a_damaged_record_is_not_read() {
        let mut bytes = Vec::new();
        encode(&batch(), 5, 4, 1, &mut bytes);
        assert_eq!(decode(&bytes, 0, 2), None, "the salt of another segment");
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len], 0, 1), None);
        }
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&bytes, 0, 1), None);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert_eq!(decode(&[0; 4096], 0, 1), None);
        assert_eq!(decode(&[0xff; 4096], 0, 1), None);
    }

    #[test]
    fn a_payload_of_nonsense_is_no_panic() {
        let mut bytes = Vec::new();
        encode(&batch(), 5, 4, 1, &mut bytes);
        let payload = Bytes::from(bytes).slice(PREFIX..PREFIX + 60);
        for len in 0..payload.len() {
            assert_eq!(changes(&payload.slice(..len)), None);
        }
        for at in 0..payload.len() {
            let mut nonsense = payload.to_vec();
            nonsense[at] = 0xff;
            let _ = changes(&Bytes::from(nonsense));
        }
    }
}
