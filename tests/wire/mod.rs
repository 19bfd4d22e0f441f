//! The protocol, message by message.
//!
//! - `*.script` are conversations whose expected side was recorded from PostgreSQL 15 (see `scripts`): extended and
//!   simple flow, errors and skipping to Sync, formats, startup and its refusals, cancelling, pool resets.
//! - `broken` is input that no driver sends: bad lengths, unknown messages, half a message and silence.
//! - `copy` is refused.
//! - `refused` is what drivers may send and this server does not have: each by name.
//! - `pressure` is a client that reads slowly: the server waits with it and does not buffer the result.

mod broken;
mod copy;
mod pressure;
mod refused;
mod runner;
mod scripts;
