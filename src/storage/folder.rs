//! The data folder.
//!
//! ```text
//! LOCK          locked by the server that uses the folder; holds its process id
//! FORMAT        "keywire data folder, format 1" and a line feed
//! keywire.redb  the B-tree
//! log/          the commit log; absent until the engine was opened
//! ```
//!
//! FORMAT is read before anything is touched, and written last when a folder is set up: a folder
//! without it is either empty, or foreign, or its setting up was interrupted before anybody was
//! served, and is done again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sqlstate::SqlState;

const LOCK: &str = "LOCK";
const FORMAT: &str = "FORMAT";
const FORMAT_NEW: &str = "FORMAT.new";
/// The name of the B-tree's file.
pub(super) const DATA: &str = "keywire.redb";
const LOG: &str = "log";
const DATA_NEW: &str = "keywire.redb.new";

/// What FORMAT says before the number.
const FORMAT_TEXT: &str = "keywire data folder, format ";

/// The format that this code reads and writes.
const VERSION: u32 = 1;

/// How much of FORMAT is read: enough for its line, and not a gigabyte of something else.
const FORMAT_BYTES: u64 = 256;

/// A data folder that this process has locked.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    /// Closing it gives the lock back.
    _lock: File,
}

/// What a folder is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Ours.
    Ready,
    /// To be set up.
    Fresh,
}

impl Folder {
    /// Locks a folder, and sets it up if it is empty or absent. `create` makes the empty data file
    /// at the path it is given, durably.
    pub(super) fn open(dir: &Path, create: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        make_dir(dir)?;
        inspect(dir)?;
        let lock = lock(dir)?;
        // Another process may have set it up before the lock was ours.
        let state = inspect(dir)?;
        if state == State::Fresh {
            set_up(dir, create)?;
        } else if !dir.join(DATA).exists() {
            return Err(Error::new(
                SqlState::DataCorrupted,
                format!("data folder {dir:?} has lost its file {DATA}: restore it from a backup"),
            ));
        }
        Ok(Self {
            dir: dir.to_owned(),
            _lock: lock,
        })
    }

    /// The path of the commit log.
    pub(super) fn log(&self) -> PathBuf {
        self.dir.join(LOG)
    }

    /// The path of the data file.
    pub(super) fn data(&self) -> PathBuf {
        self.dir.join(DATA)
    }
}

fn make_dir(dir: &Path) -> Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| failed("create", dir, &e))?;
    // The folder's own name must survive a crash as well.
    match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_dir(parent),
        _ => sync_dir(Path::new(".")),
    }
}

/// Reads what the folder is and changes nothing.
fn inspect(dir: &Path) -> Result<State> {
    match File::open(dir.join(FORMAT)) {
        Ok(file) => {
            let mut text = String::new();
            let read = file.take(FORMAT_BYTES).read_to_string(&mut text);
            read.map_err(|e| failed("read FORMAT in", dir, &e))?;
            check_format(dir, &text)?;
            return Ok(State::Ready);
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(failed("read FORMAT in", dir, &e)),
    }
    for entry in fs::read_dir(dir).map_err(|e| failed("read", dir, &e))? {
        let name = entry.map_err(|e| failed("read", dir, &e))?.file_name();
        if ![LOCK, FORMAT_NEW, DATA, DATA_NEW]
            .iter()
            .any(|ours| name == *ours)
        {
            return Err(Error::new(
                SqlState::ObjectNotInPrerequisiteState,
                format!(
                    "folder {dir:?} is not empty and is not a keywire data folder (it has {name:?}): \
                     choose another one with --data"
                ),
            ));
        }
    }
    Ok(State::Fresh)
}

fn check_format(dir: &Path, text: &str) -> Result<()> {
    let version = text
        .strip_prefix(FORMAT_TEXT)
        .and_then(|rest| rest.lines().next())
        .and_then(|number| number.parse::<u32>().ok());
    let message = match version {
        Some(VERSION) => return Ok(()),
        Some(other) => format!(
            "data folder {dir:?} has format {other}, and this keywire reads format {VERSION}: \
             start the version of keywire that wrote it"
        ),
        None => format!(
            "folder {dir:?} is not a keywire data folder (its file {FORMAT} says something else): \
             choose another one with --data"
        ),
    };
    Err(Error::new(SqlState::ObjectNotInPrerequisiteState, message))
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .map_err(|e| failed("open", &path, &e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            // The number is a courtesy: without it the message still says what to do.
            let _ = file.take(FORMAT_BYTES).read_to_string(&mut owner);
            return Err(Error::new(
                SqlState::ObjectInUse,
                format!(
                    "data folder {dir:?} is in use by another keywire (process {}): \
                     stop that one, or choose another folder with --data",
                    owner.trim()
                ),
            ));
        }
        Err(TryLockError::Error(e)) => return Err(failed("lock", &path, &e)),
    }
    let write = file
        .set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    write.map_err(|e| failed("write", &path, &e))?;
    Ok(file)
}

fn set_up(dir: &Path, create: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (data, data_new) = (dir.join(DATA), dir.join(DATA_NEW));
    // A data file under its final name is complete, and never thrown away.
    if !data.exists() {
        match fs::remove_file(&data_new) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &data_new, &e));
            }
            _ => create(&data_new)?,
        }
        fs::rename(&data_new, &data).map_err(|e| failed("create", &data, &e))?;
    }
    sync_dir(dir)?;
    let (format, format_new) = (dir.join(FORMAT), dir.join(FORMAT_NEW));
    let write = File::create(&format_new).and_then(|mut file| {
        writeln!(file, "{FORMAT_TEXT}{VERSION}")?;
        file.sync_all()?;
        fs::rename(&format_new, &format)
    });
    write.map_err(|e| failed("create", &format, &e))?;
    sync_dir(dir)
}

/// Makes the names in a folder durable.
fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir)
        .and_then(|file| file.sync_all())
        .map_err(|e| failed("sync", dir, &e))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(
        io_state(error),
        format!("could not {what} {path:?}: {error}"),
    )
}

/// The SQLSTATE of a failed system call.
pub(super) fn io_state(error: &io::Error) -> SqlState {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SqlState::DiskFull,
        _ => SqlState::IoError,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn create(path: &Path) -> Result<()> {
        fs::write(path, "data").unwrap();
        Ok(())
    }

    fn open(dir: &Path) -> Result<Folder> {
        Folder::open(dir, create)
    }

    fn names(dir: &Path) -> Vec<String> {
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(name).collect();
        names.sort();
        names
    }

    fn refused(dir: &Path, state: SqlState, says: &str) {
        let before = names(dir);
        let error = open(dir).unwrap_err();
        assert_eq!(error.state(), state, "{error}");
        assert!(error.message().contains(says), "{error}");
        assert!(error.message().contains(dir.to_str().unwrap()), "{error}");
        assert!(!error.message().contains('\n'), "{error}");
        assert_eq!(names(dir), before, "nothing is touched");
    }

    #[test]
    fn an_empty_or_absent_folder_is_set_up() {
        let temp = tempfile::tempdir().unwrap();
        for dir in [
            temp.path().join("a/b/c"),
            tempfile::tempdir_in(&temp).unwrap().keep(),
        ] {
            let folder = open(&dir).unwrap();
            assert_eq!(fs::read_to_string(folder.data()).unwrap(), "data");
            drop(folder);
            assert_eq!(names(&dir), [FORMAT, LOCK, DATA]);
            let again = Folder::open(&dir, |_| panic!("it is set up already"));
            drop(again.unwrap());
        }
    }

    #[test]
    fn a_foreign_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("PG_VERSION"), "15").unwrap();
        refused(
            dir.path(),
            SqlState::ObjectNotInPrerequisiteState,
            "PG_VERSION",
        );
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FORMAT), "A4").unwrap();
        refused(
            dir.path(),
            SqlState::ObjectNotInPrerequisiteState,
            "not a keywire data folder",
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(open(file.path()).is_err());
    }

    #[test]
    fn a_newer_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()).unwrap());
        fs::write(dir.path().join(FORMAT), "keywire data folder, format 2\n").unwrap();
        refused(
            dir.path(),
            SqlState::ObjectNotInPrerequisiteState,
            "has format 2",
        );
    }

    #[test]
    fn a_folder_in_use_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = open(dir.path()).unwrap();
        let process = format!("in use by another keywire (process {})", std::process::id());
        refused(dir.path(), SqlState::ObjectInUse, &process);
        drop(folder);
        open(dir.path()).unwrap();
    }

    #[test]
    fn an_interrupted_setting_up_is_done_again() {
        let stages: [&[&str]; 5] = [
            &[LOCK],
            &[LOCK, DATA_NEW],
            &[LOCK, DATA],
            &[LOCK, DATA, FORMAT_NEW],
            &[DATA],
        ];
        for stage in stages {
            let dir = tempfile::tempdir().unwrap();
            for name in stage {
                fs::write(dir.path().join(name), "rest").unwrap();
            }
            let folder = open(dir.path()).unwrap();
            // A complete data file is kept, whatever is in it.
            let kept = if stage.contains(&DATA) {
                "rest"
            } else {
                "data"
            };
            assert_eq!(fs::read_to_string(folder.data()).unwrap(), kept);
            assert_eq!(names(dir.path()), [FORMAT, LOCK, DATA]);
        }
    }

    #[test]
    fn a_lost_data_file_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()).unwrap());
        fs::remove_file(dir.path().join(DATA)).unwrap();
        refused(
            dir.path(),
            SqlState::DataCorrupted,
            "restore it from a backup",
        );
    }
}
