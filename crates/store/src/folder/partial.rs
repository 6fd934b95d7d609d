//! New files: made under a random name, filled, made durable, and only then put in their place.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Error, ErrorKind, Result, Write};

use super::{Folder, Standing};

/// What stands between purpose and ending: 8 random bytes in hexadecimal.
const RANDOM: usize = 16;
const BEGIN: &str = ".privatus-";
const END: &str = ".partial";
/// What SQLite puts beside a copy of the database.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];
/// What is written to learn whether a disk is full: more than the slack of one block.
const PROBE: usize = 65_536;

/// What a new file becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A copy of the key ring; made under `keyring.lock`.
    Ring,
    /// A copy of the database; made under `vault.lock`, alone.
    Copy,
    /// The note of one; the same.
    Note,
    /// `attempts.json`.
    Attempts,
    /// Nothing: it is written to learn whether there is room.
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

/// What a name of a new file was for, if it is the name of one.
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

/// A new file; removed when it is dropped before it has its place.
#[derive(Debug)]
pub(crate) struct PartialFile<'a> {
    folder: &'a Folder,
    name: String,
    file: File,
    is_placed: bool,
}

impl<'a> PartialFile<'a> {
    /// Makes it empty, 0600: whatever stands in the folder is neither opened nor changed.
    pub(crate) fn begin(folder: &'a Folder, purpose: Purpose) -> Result<Self> {
        let mut random = [0; RANDOM / 2];
        getrandom::fill(&mut random).map_err(|_| Error::other("the system has no randomness"))?;
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

    /// Its name for now.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The open file.
    pub(crate) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Makes durable what somebody else wrote to it; gives its size.
    pub(crate) fn sync(&self) -> Result<u64> {
        self.file.sync_all()?;
        Ok(self.file.metadata()?.len())
    }

    /// Writes to it and makes that durable.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()
    }

    /// Puts it in the place of what stands at `name`: a link is replaced, and not followed.
    pub(crate) fn replace(mut self, name: &str) -> Result<()> {
        self.folder.handle.rename(&self.name, name)?;
        self.is_placed = true;
        self.folder.sync()
    }

    /// Puts it at a name that is free.
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
    /// Asks the file system whether it is full, by writing a little. SQLite calls a quota an I/O error (docs/DESIGN.md, section 10).
    pub(crate) fn is_full(&self) -> bool {
        let written = PartialFile::begin(self, Purpose::Probe).and_then(|mut probe| probe.write(&[0; PROBE]));
        written.is_err_and(|error| matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
    }

    /// What the system says to a new file here. SQLite tries a file that it cannot open once more to read it, and keeps
    /// what was said to the second try.
    pub(crate) fn new_file_fails(&self) -> Option<Error> {
        PartialFile::begin(self, Purpose::Probe).err()
    }

    /// What the system says to a lock here, of a file that nobody else knows.
    pub(crate) fn lock_fails(&self) -> Option<Error> {
        let probe = PartialFile::begin(self, Purpose::Probe).ok()?;
        super::system::Handle::locks(&probe.file).err()
    }
}

/// A new file that a killed process left.
pub(crate) struct Leftover(String);

impl Leftover {
    /// The one that stands at `name`, when its name, kind, number of names and owner say that it is one of ours.
    pub(crate) fn at(name: &str, found: &Standing) -> Option<Self> {
        (purpose_of(name).is_some() && found.strange().is_none() && found.is_own())
            .then(|| Self(name.to_owned()))
    }

    /// Removes it. Only under the lock of its purpose: another process may be filling it.
    pub(crate) fn remove(self, folder: &Folder) {
        let _ = folder.remove(&self.0);
    }
}
