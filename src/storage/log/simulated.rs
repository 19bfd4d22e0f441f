//! A disk that loses power, and one that fails.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use super::files::{Files, LogFile};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A disk. Clones are the same disk.
#[derive(Clone, Default)]
pub(in super::super) struct Disk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: Vec<Contents>,
    names: BTreeMap<String, usize>,
    /// The names as they were last synced.
    synced_names: BTreeMap<String, usize>,
    /// How many operations there were that change something.
    operations: usize,
    fault: Option<Fault>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Fault {
    /// Which operation fails, from 1.
    pub(in super::super) at: usize,
    /// Whether all after it fail as well: the power is gone.
    pub(in super::super) forever: bool,
    /// With what.
    pub(in super::super) kind: io::ErrorKind,
}

#[derive(Clone, Default)]
struct Contents {
    synced: Vec<u8>,
    /// What was written since.
    pending: Vec<(usize, Vec<u8>)>,
}

impl Contents {
    fn current(&self) -> Vec<u8> {
        self.with(|_| true)
    }

    /// The synced bytes and those sectors of the later writes that `keep` keeps.
    fn with(&self, mut keep: impl FnMut(usize) -> bool) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for (offset, data) in &self.pending {
            let mut at = 0;
            while at < data.len() {
                let start = offset + at;
                let end = (start / SECTOR + 1) * SECTOR;
                let part = &data[at..data.len().min(end - offset)];
                if keep(start / SECTOR) {
                    if bytes.len() < start + part.len() {
                        bytes.resize(start + part.len(), 0);
                    }
                    bytes[start..start + part.len()].copy_from_slice(part);
                }
                at += part.len();
            }
        }
        bytes
    }
}

impl Disk {
    /// Lets an operation fail, counted from now.
    pub(in super::super) fn fail(&self, fault: Fault) {
        let mut state = self.state();
        state.operations = 0;
        state.fault = Some(fault);
    }

    /// How many operations there were since [`Disk::fail`].
    pub(in super::super) fn operations(&self) -> usize {
        self.state().operations
    }

    /// What is left when the power goes: of that which was not synced, any part. `random` gives
    /// numbers.
    pub(in super::super) fn after_power_loss(&self, mut random: impl FnMut() -> u64) -> Self {
        let state = self.state();
        let mut left = State::default();
        let all = state.names.iter().chain(&state.synced_names);
        for (name, file) in all {
            let (now, before) = (state.names.get(name), state.synced_names.get(name));
            let file = match (now == before, random() % 2) {
                (true, _) => Some(file),
                (false, 0) => now,
                (false, _) => before,
            };
            let Some(file) = file else { continue };
            let contents = &state.files[*file];
            // None, all, or some of it.
            let bytes = match random() % 4 {
                0 => contents.synced.clone(),
                1 => contents.current(),
                _ => contents.with(|_| random().is_multiple_of(2)),
            };
            if !left.names.contains_key(name) {
                left.names.insert(name.clone(), left.files.len());
                left.files.push(Contents {
                    synced: bytes,
                    pending: Vec::new(),
                });
            }
        }
        left.synced_names = left.names.clone();
        Self(Arc::new(Mutex::new(left)))
    }

    /// What is left when the process is killed.
    pub(in super::super) fn after_kill(&self) -> Self {
        let state = self.state();
        let left = State {
            files: state.files.clone(),
            names: state.names.clone(),
            synced_names: state.synced_names.clone(),
            ..State::default()
        };
        Self(Arc::new(Mutex::new(left)))
    }

    /// Changes the bytes of a file, which are on disk then.
    pub(in super::super) fn edit(&self, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.names[name];
        let mut bytes = state.files[file].current();
        edit(&mut bytes);
        state.files[file] = Contents {
            synced: bytes,
            pending: Vec::new(),
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The state, for an operation that changes something.
    fn strike(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.operations += 1;
        match state.fault {
            Some(fault)
                if state.operations == fault.at || fault.forever && state.operations > fault.at =>
            {
                Err(fault.kind.into())
            }
            _ => Ok(state),
        }
    }
}

impl Files for Disk {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from("log").join(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state().names.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let state = self.state();
        Ok(state.files[state.names[name]].current())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>> {
        let mut state = self.strike()?;
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = state.files.len();
        state.names.insert(name.to_owned(), file);
        state.files.push(Contents::default());
        Ok(Box::new(Handle {
            disk: self.clone(),
            file,
        }))
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        let mut state = self.strike()?;
        let file = state.names[name];
        let mut bytes = state.files[file].current();
        bytes.resize(len as usize, 0);
        state.files[file] = Contents {
            synced: bytes,
            pending: Vec::new(),
        };
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.strike()?;
        state
            .names
            .remove(name)
            .map(drop)
            .ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.strike()?;
        state.synced_names = state.names.clone();
        Ok(())
    }
}

struct Handle {
    disk: Disk,
    file: usize,
}

impl LogFile for Handle {
    /// One that fails has written its first half.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let struck = self.disk.strike().map(drop);
        let written = if struck.is_ok() {
            data.len()
        } else {
            data.len() / 2
        };
        let write = (offset as usize, data[..written].to_vec());
        self.disk.state().files[self.file].pending.push(write);
        struck
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.strike()?;
        let contents = &mut state.files[self.file];
        contents.synced = contents.current();
        contents.pending.clear();
        Ok(())
    }
}
