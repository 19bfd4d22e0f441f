//! ErrorResponse and NoticeResponse (PostgreSQL manual, 55.8).

use bytes::{BufMut, BytesMut};

use crate::error::Error;
use crate::session::{Notice, Severity};

/// How bad an error is for the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gravity {
    /// The statement fails.
    Error,
    /// The connection ends.
    Fatal,
}

/// Appends an ErrorResponse.
pub(super) fn error(error: &Error, gravity: Gravity, out: &mut BytesMut) {
    let severity = match gravity {
        Gravity::Error => "ERROR",
        Gravity::Fatal => "FATAL",
    };
    let position = error.position().map(|p| p.to_string());
    let object = error.object();
    let fields = [
        (b'S', Some(severity)),
        (b'V', Some(severity)),
        (b'C', Some(error.state().code())),
        (b'M', Some(error.message())),
        (b'D', error.detail()),
        (b'H', error.hint()),
        (b'P', position.as_deref()),
        (b's', object.schema.as_deref()),
        (b't', object.table.as_deref()),
        (b'c', object.column.as_deref()),
        (b'n', object.constraint.as_deref()),
    ];
    put(b'E', &fields, out);
}

/// Appends a NoticeResponse.
pub(super) fn notice(notice: &Notice, out: &mut BytesMut) {
    let severity = match notice.severity {
        Severity::Notice => "NOTICE",
        Severity::Warning => "WARNING",
    };
    let fields = [
        (b'S', Some(severity)),
        (b'V', Some(severity)),
        (b'C', Some(notice.state.code())),
        (b'M', Some(notice.message.as_str())),
    ];
    put(b'N', &fields, out);
}

fn put(kind: u8, fields: &[(u8, Option<&str>)], out: &mut BytesMut) {
    let present = fields
        .iter()
        .filter_map(|(code, value)| Some((*code, (*value)?)));
    let length: usize = present.clone().map(|(_, value)| value.len() + 2).sum();
    out.put_u8(kind);
    out.put_u32((4 + length + 1) as u32);
    for (code, value) in present {
        out.put_u8(code);
        // A zero byte would end the field early; text of clients cannot hold one, ours does not.
        out.put_slice(value.as_bytes());
        out.put_u8(0);
    }
    out.put_u8(0);
}
