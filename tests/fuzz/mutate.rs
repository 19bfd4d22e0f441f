//! The ways in which a conversation is bent.

use crate::support::random::Random;

/// Numbers that lengths and counts are replaced by: too small, negative, too large, just beyond a limit.
const NUMBERS: [u32; 10] = [
    0,
    1,
    3,
    4,
    0x7f,
    0xffff,
    0x0010_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
];
/// Bytes that mean something somewhere: ends, quotes, invalid UTF-8.
const BYTES: [u8; 12] = [
    0, 1, 0x7f, 0x80, 0xc3, 0xff, b'\'', b'"', b'$', b'\\', b';', b'(',
];

/// Applies a few random mutations, to the order of the messages and to their bytes.
pub fn mutate(random: &mut Random, messages: &mut Vec<Vec<u8>>) {
    for _ in 0..1 + random.below(4) {
        if messages.is_empty() {
            return;
        }
        let at = random.below(messages.len());
        match random.below(12) {
            0 => {
                messages.remove(at);
            }
            1 => messages.insert(at, messages[random.below(messages.len())].clone()),
            2 => {
                let other = random.below(messages.len());
                messages.swap(at, other);
            }
            3 => repeat(random, messages, at),
            4 => {
                let kept = random.below(messages[at].len() + 1);
                messages[at].truncate(kept);
            }
            5 => overwrite_length(random, &mut messages[at]),
            6 => overwrite_number(random, &mut messages[at]),
            7 => insert_bytes(random, &mut messages[at]),
            8 => reframe(&mut messages[at], |body| body.extend([0, 0, 0, 0])),
            9 => {
                let byte = *random.pick(&BYTES);
                reframe(&mut messages[at], |body| body.insert(body.len() / 2, byte));
            }
            _ => overwrite_byte(random, &mut messages[at]),
        }
    }
}

/// The same message many times: whatever is kept for each must be bounded.
fn repeat(random: &mut Random, messages: &mut Vec<Vec<u8>>, at: usize) {
    let message = messages[at].clone();
    let times = random.below(200);
    messages.splice(at..at, std::iter::repeat_n(message, times));
}

fn overwrite_byte(random: &mut Random, message: &mut [u8]) {
    if !message.is_empty() {
        let at = random.below(message.len());
        message[at] = if random.one_in(2) {
            *random.pick(&BYTES)
        } else {
            random.next() as u8
        };
    }
}

fn overwrite_length(random: &mut Random, message: &mut [u8]) {
    if let Some(length) = message.get_mut(1..5) {
        length.copy_from_slice(&random.pick(&NUMBERS).to_be_bytes());
    }
}

/// Two or four bytes anywhere: counts, lengths of values, OIDs.
fn overwrite_number(random: &mut Random, message: &mut [u8]) {
    let (at, number) = (
        random.below(message.len().max(1)),
        random.pick(&NUMBERS).to_be_bytes(),
    );
    let number = if random.one_in(2) {
        &number[..]
    } else {
        &number[2..]
    };
    if let Some(place) = message.get_mut(at..at + number.len()) {
        place.copy_from_slice(number);
    }
}

fn insert_bytes(random: &mut Random, message: &mut Vec<u8>) {
    let at = random.below(message.len() + 1);
    let bytes: Vec<u8> = (0..random.below(64)).map(|_| random.next() as u8).collect();
    message.splice(at..at, bytes);
}

/// Changes the body and makes the length fit again, so that the change is reached.
fn reframe(message: &mut Vec<u8>, change: impl FnOnce(&mut Vec<u8>)) {
    if message.len() >= 5 {
        let mut body = message.split_off(5);
        change(&mut body);
        message.truncate(1);
        message.extend((body.len() as u32 + 4).to_be_bytes());
        message.extend(body);
    }
}
