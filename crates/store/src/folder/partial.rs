//! New files: created under a random name, written, made durable, and only then moved to their place.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Error, ErrorKind, Result, Write};

use super::{Folder, Standing};

/// How many characters are between purpose and ending: 8 random bytes in hexadecimal.
const RANDOM: usize = 16;
const BEGIN: &str = ".privatus-";
const END: &str = ".partial";
/// The files that SQLite creates next to a copy of the database.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];
/// How many bytes are written to find out whether a disk is full: more than the slack of one block.
const PROBE: usize = 65_536;

/// What a new file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A copy of the key ring, created under `keyring.lock`.
    Ring,
    /// A copy of the database, created under an exclusive `vault.lock`.
    Copy,
    /// The note about a copy of the database, created under the same lock.
    Note,
    /// The file `attempts.json`.
    Attempts,
    /// A probe, written to find out whether there is room and then removed.
    Probe,
}

impl Purpose {
    const ALL: [Self; 5] = [Self::Ring, Self::Copy, Self::Note, Self::Attempts, Self::Probe];

    const fn word(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Copy => "copy",
            Self::Note => "note",
            Self::Attempts => "attempts",
            Self::Probe => "probe",
        }
    }
}

/// Returns the purpose of a new file from its name; `None` if the name is not that of a new file.
pub(crate) fn purpose_of(name: &str) -> Option<Purpose> {
    let rest = name.strip_prefix(BEGIN)?;
    let rest = BESIDE
        .iter()
        .find_map(|beside| rest.strip_suffix(beside))
        .unwrap_or(rest);
    let (word, random) = rest.strip_suffix(END)?.split_once('-')?;
    let is_random = random.len() == RANDOM
        && random
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    Purpose::ALL
        .into_iter()
        .find(|purpose| is_random && purpose.word() == word)
}

/// A new file; removed if it is dropped before it is in its place.
#[derive(Debug)]
pub(crate) struct PartialFile<'a> {
    folder: &'a Folder,
    name: String,
    file: File,
    is_placed: bool,
}

impl<'a> PartialFile<'a> {
    /// Creates an empty file with mode 0600. Existing files in the folder are neither opened nor changed.
    pub(crate) fn begin(folder: &'a Folder, purpose: Purpose) -> Result<Self> {
        let mut random = [0; RANDOM / 2];
        getrandom::fill(&mut random).map_err(|_| Error::other("the system provides no random bytes"))?;
        let random = u64::from_be_bytes(random);
        let name = format!("{BEGIN}{}-{random:016x}{END}", purpose.word());
        let file = folder.create(&name)?;
        Ok(Self {
            folder,
            name,
            file,
            is_placed: false,
        })
    }

    /// Returns the file's temporary name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the open file.
    pub(crate) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Makes durable what other code wrote to the file, and returns its size.
    pub(crate) fn sync(&self) -> Result<u64> {
        self.file.sync_all()?;
        Ok(self.file.metadata()?.len())
    }

    /// Writes to the file and makes that durable.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Moves the file to `name` and replaces what is there. A link is replaced, not followed.
    pub(crate) fn replace(mut self, name: &str) -> Result<()> {
        self.folder.handle.rename(&self.name, name)?;
        self.is_placed = true;
        self.folder.sync()
    }

    /// Moves the file to a free name.
    pub(crate) fn place(mut self, name: &str) -> Result<()> {
        self.folder
            .place(OsStr::new(&self.name), self.folder, OsStr::new(name))?;
        self.is_placed = true;
        self.folder.sync()
    }
}

impl Drop for PartialFile<'_> {
    fn drop(&mut self) {
        if !self.is_placed {
            for beside in std::iter::once("").chain(BESIDE) {
                let _ = self.folder.remove(&format!("{}{beside}", self.name));
            }
        }
    }
}

impl Folder {
    /// Finds out whether the file system is full by writing a little. SQLite reports an exceeded quota only as an I/O
    /// error (docs/DESIGN.md, section 10).
    pub(crate) fn is_full(&self) -> bool {
        let written = PartialFile::begin(self, Purpose::Probe).and_then(|mut probe| probe.write(&[0; PROBE]));
        written.is_err_and(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
    }

    /// Returns the system's error for a new file here. SQLite does not keep it: when it cannot open a file it tries
    /// again to read it, and reports the error of the second try.
    pub(crate) fn new_file_fails(&self) -> Option<Error> {
        PartialFile::begin(self, Purpose::Probe).err()
    }

    /// Returns the system's error for a lock here, using a file that no other process knows.
    pub(crate) fn lock_fails(&self) -> Option<Error> {
        let probe = PartialFile::begin(self, Purpose::Probe).ok()?;
        super::system::Handle::locks(&probe.file).err()
    }
}

/// A new file that a killed process left behind.
pub(crate) struct Leftover(String);

impl Leftover {
    /// Returns the file at `name` if its name, kind, number of names and owner show that it is one of ours.
    pub(crate) fn at(name: &str, found: &Standing) -> Option<Self> {
        (purpose_of(name).is_some() && found.strange().is_none() && found.is_own())
            .then(|| Self(name.to_owned()))
    }

    /// Removes the file. The caller must hold the lock of its purpose, because another process may be writing it.
    pub(crate) fn remove(self, folder: &Folder) {
        let _ = folder.remove(&self.0);
    }
}
