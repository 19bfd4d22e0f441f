//! The log on a disk that loses power, and over bytes that were damaged.

use std::io::ErrorKind;

use super::super::contract::{SpaceId, Write};
use super::simulated::{Disk, Fault};
use super::*;

/// A batch that can be told from all others.
fn batch(number: u64, size: usize) -> Batch {
    Batch {
        conditions: Vec::new(),
        cleared: Vec::new(),
        writes: vec![Write {
            space: SpaceId(1),
            key: Bytes::copy_from_slice(&number.to_be_bytes()),
            value: Some(vec![number as u8; size].into()),
        }],
    }
}

/// Opens the log and returns what it replays, after checking the order.
fn open(disk: &Disk, checkpointed: u64) -> Result<(Log, Vec<Batch>)> {
    let mut replayed = Vec::new();
    let log = Log::open(Box::new(disk.clone()), checkpointed, |record| {
        assert_eq!(record.sequence, checkpointed + 1 + replayed.len() as u64);
        replayed.push(record.changes);
    })?;
    assert_eq!(log.last(), checkpointed + replayed.len() as u64);
    Ok((log, replayed))
}

fn append(log: &mut Log, batches: &[Batch]) -> Result<()> {
    match log.reserve(&mut batches.iter())? {
        Ready::Yes => log.append(batches).map(drop),
        Ready::No(error) => Err(error),
    }
}

/// Numbers from a seed.
fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 8
    }
}

/// What a history of the log knows.
#[derive(Default)]
struct History {
    /// All records that were ever accepted, from number 1.
    written: Vec<Batch>,
    /// How many of them must survive.
    synced: usize,
    checkpointed: u64,
    /// Numbers the batches.
    counter: u64,
}

impl History {
    /// Does things until the disk fails.
    fn run(&mut self, log: &mut Log, random: &mut impl FnMut() -> u64) -> Result<()> {
        for _ in 0..30 {
            let batches: Vec<_> = (0..random() % 4)
                .map(|_| {
                    self.counter += 1;
                    batch(self.counter, (random() % 900) as usize)
                })
                .collect();
            // What a failed append was about may be there or not.
            self.written.extend_from_slice(&batches);
            append(log, &batches)?;
            match random() % 8 {
                0 => continue,
                1 => log.end_segment()?,
                2 => {
                    log.end_segment()?;
                    self.checkpointed = log.last();
                    self.synced = self.written.len();
                    log.segments().remove_through(self.checkpointed)?;
                }
                _ => log.sync()?,
            }
            self.synced = self.written.len();
        }
        Ok(())
    }
}

#[test]
fn what_was_synced_survives_power_loss_after_power_loss() {
    for seed in 0..1500 {
        let mut random = random(seed);
        let (mut disk, mut history) = (Disk::default(), History::default());
        for _ in 0..6 {
            disk.fail(Fault {
                at: (random() % 60) as usize + 1,
                forever: true,
                kind: ErrorKind::Other,
            });
            if let Ok((mut log, replayed)) = open(&disk, history.checkpointed) {
                history.check(&replayed, seed);
                let _ = history.run(&mut log, &mut random);
            }
            disk = match random() % 4 {
                0 => disk.after_kill(),
                _ => disk.after_power_loss(&mut random),
            };
            let (_, replayed) = open(&disk, history.checkpointed)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            history.check(&replayed, seed);
        }
    }
}

impl History {
    /// What was replayed is the start of what was written, and has all that was synced; the rest
    /// has never been.
    fn check(&mut self, replayed: &[Batch], seed: u64) {
        let checkpointed = self.checkpointed as usize;
        let end = checkpointed + replayed.len();
        assert!(end >= self.synced, "seed {seed}: {end} of {}", self.synced);
        assert_eq!(self.written[checkpointed..end], *replayed, "seed {seed}");
        self.written.truncate(end);
        // Opening made it durable.
        self.synced = end;
    }
}

#[test]
fn when_an_operation_fails_nothing_synced_is_lost() {
    let mut at = 0;
    loop {
        at += 1;
        let (disk, mut random) = (Disk::default(), random(7));
        let mut history = History::default();
        let kind = [ErrorKind::StorageFull, ErrorKind::Other][at % 2];
        disk.fail(Fault {
            at,
            forever: false,
            kind,
        });
        let (mut log, _) = open(&disk, 0).unwrap();
        let outcome = history.run(&mut log, &mut random);
        if let Err(error) = &outcome {
            let state = [SqlState::DiskFull, SqlState::IoError][at % 2];
            assert_eq!(error.state(), state);
            assert!(error.message().contains("\"log/"), "{error}");
        }
        for left in [disk.after_kill(), disk.after_power_loss(&mut random)] {
            let (_, replayed) = open(&left, history.checkpointed).unwrap();
            let end = history.checkpointed as usize + replayed.len();
            assert!(end >= history.synced, "operation {at}");
            assert_eq!(
                history.written[history.checkpointed as usize..end],
                replayed
            );
        }
        if outcome.is_ok() && disk.operations() < at {
            break;
        }
    }
    assert!(at > 60, "only {at} operations were tried");
}

#[test]
fn a_disk_that_is_full_for_a_while() {
    let disk = Disk::default();
    let (mut log, _) = open(&disk, 0).unwrap();
    let (mut written, mut refused) = (Vec::new(), 0);
    for number in 0..40 {
        // All of the operations that make room, in turn.
        disk.fail(Fault {
            at: number as usize % 7 + 1,
            forever: false,
            kind: ErrorKind::StorageFull,
        });
        let batch = batch(number, 900);
        let ready = log.reserve(&mut std::iter::once(&batch)).unwrap();
        disk.fail(Fault {
            at: 0,
            forever: false,
            kind: ErrorKind::Other,
        });
        match ready {
            Ready::No(error) => {
                assert_eq!(error.state(), SqlState::DiskFull);
                refused += 1;
            }
            Ready::Yes => {
                log.append(std::slice::from_ref(&batch)).unwrap();
                log.sync().unwrap();
                written.push(batch);
            }
        }
    }
    assert!(refused > 5 && written.len() > 20, "{refused} of 40");
    assert_eq!(
        open(&disk.after_power_loss(random(1)), 0).unwrap().1,
        written
    );
}

/// A log of two segments, of groups of one and of three; the last two were not synced.
fn small_log() -> (Disk, Vec<Batch>) {
    let disk = Disk::default();
    let (mut log, _) = open(&disk, 0).unwrap();
    let batches: Vec<_> = (1..=9).map(|number| batch(number, 20)).collect();
    for (group, sync) in [
        (0..1, true),
        (1..4, true),
        (4..7, true),
        (7..8, false),
        (8..9, false),
    ] {
        append(&mut log, &batches[group.clone()]).unwrap();
        if sync {
            log.sync().unwrap();
        }
        if group.end == 4 {
            log.end_segment().unwrap();
        }
    }
    (disk, batches)
}

/// Damages every byte of a small log in several ways: it is noticed, or the log ends there, and it
/// ends there only if nothing after it proves that more was on disk.
#[test]
fn damage_is_noticed_or_cut() {
    let (disk, batches) = small_log();
    assert_eq!(open(&disk.after_kill(), 0).unwrap().1, batches);
    for (name, records) in [(name_of(1), 4), (name_of(5), 5)] {
        let size = 32 + records * record::size(&batches[0]);
        let damages: [fn(&mut Vec<u8>, usize); 4] = [
            |bytes, at| bytes[at] ^= 1,
            |bytes, at| bytes[at] = !bytes[at],
            |bytes, at| bytes.truncate(at),
            |bytes, at| bytes[at..].fill(0),
        ];
        for (kind, damage) in damages.into_iter().enumerate() {
            for at in 0..size {
                let disk = disk.after_kill();
                let before = Files::read(&disk, &name).unwrap();
                disk.edit(&name, |bytes| damage(bytes, at));
                let same = Files::read(&disk, &name).unwrap() == before;
                match open(&disk, 0) {
                    Ok((_, replayed)) => {
                        assert_eq!(replayed, batches[..replayed.len()]);
                        let all = replayed.len() == batches.len();
                        // Only the last segment may be shorter; and single bytes are missed only
                        // where nothing synced comes after them.
                        assert!(name == name_of(5) || all, "{name} {kind} {at}");
                        assert!(
                            kind > 1 || replayed.len() >= 7 || same,
                            "{name} {kind} {at}"
                        );
                    }
                    Err(error) => {
                        assert_eq!(error.state(), SqlState::DataCorrupted);
                        assert!(error.message().contains(&name), "{error}");
                        assert!(error.message().contains("at offset "), "{error}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_missing_segment_is_noticed() {
    let (disk, batches) = small_log();
    disk.remove(&name_of(1)).unwrap();
    assert!(open(&disk.after_kill(), 3).is_err());
    assert_eq!(open(&disk.after_kill(), 4).unwrap().1, batches[4..]);
    assert_eq!(open(&disk.after_kill(), 6).unwrap().1, batches[6..]);
    let (log, replayed) = open(&disk, 20).unwrap();
    assert_eq!((log.last(), replayed), (20, Vec::new()));
    assert_eq!(
        disk.list().unwrap(),
        [""; 0],
        "what the B-tree has is removed"
    );
}

#[test]
fn a_newer_log_is_refused() {
    let (disk, _) = small_log();
    disk.edit(&name_of(5), |bytes| {
        bytes[8] = 2;
        let crc = crc32c::crc32c(&bytes[..28]).to_le_bytes();
        bytes[28..32].copy_from_slice(&crc);
    });
    let error = open(&disk, 0).map(drop).unwrap_err();
    assert_eq!(error.state(), SqlState::ObjectNotInPrerequisiteState);
}

/// A stored value that is a copy of the log is no proof of anything.
#[test]
fn a_log_within_the_log_is_data() {
    let (disk, _) = small_log();
    let copy = Files::read(&disk, &name_of(5)).unwrap();
    let disk = Disk::default();
    let (mut log, _) = open(&disk, 0).unwrap();
    let mut stored = batch(1, 0);
    stored.writes[0].value = Some(copy.into());
    append(&mut log, &[batch(0, 10), stored]).unwrap();
    disk.edit(&name_of(1), |bytes| bytes[HEADER + 80 + 8] ^= 1);
    assert_eq!(open(&disk, 0).unwrap().1.len(), 1);
}
