//! The files of the log, as far as the log needs files: so that tests can put a disk under it that
//! loses what was not synced.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A folder of files.
pub(in super::super) trait Files: Send + Sync {
    /// Where a file is, for messages.
    fn path(&self, name: &str) -> PathBuf;

    /// The names in the folder.
    fn list(&self) -> io::Result<Vec<String>>;

    /// All bytes of a file.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Makes a new file, which must not exist.
    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>>;

    /// Cuts a file, durably.
    fn truncate(&self, name: &str, len: u64) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes durable which names there are.
    fn sync(&self) -> io::Result<()>;
}

/// A file that is being written.
pub(in super::super) trait LogFile: Send {
    /// Writes bytes at an offset.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()>;

    /// Makes what was written durable.
    fn sync(&self) -> io::Result<()>;
}

/// A real folder.
#[derive(Debug)]
pub(in super::super) struct Dir(PathBuf);

impl Dir {
    /// A folder; it is made if it is absent.
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        if !path.is_dir() {
            fs::create_dir(path)?;
            let parent = path.parent().unwrap_or(Path::new("."));
            File::open(parent)?.sync_all()?;
        }
        Ok(Self(path.to_owned()))
    }
}

impl Files for Dir {
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
        };
        fs::read_dir(&self.0)?.map(name).collect()
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).open(self.path(name))?;
        Ok(Box::new(file))
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path(name))?;
        file.set_len(len)?;
        file.sync_all()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}

impl LogFile for File {
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.write_all_at(data, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
