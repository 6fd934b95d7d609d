//! The files of a vault: their names, and checks whether a folder contains a vault.

use std::fs;
use std::io::{ErrorKind, Read};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use crate::error::{Rule, StoreError};
use crate::folder::{DatabaseFile, Folder, Kind, PartialFile, Purpose, Strange, read_ahead};

pub(super) const DATABASE: &str = "privatus.db";
/// The two copies of the key ring, in the order in which they are written.
pub(super) const RINGS: [&str; 2] = ["keyring.json", "keyring.json.1"];
pub(super) const ATTEMPTS: &str = "attempts.json";
pub(super) const VAULT_LOCK: &str = "vault.lock";
pub(super) const RING_LOCK: &str = "keyring.lock";

/// SQLCipher 4's page size in bytes.
const PAGE: u64 = 4096;
/// The size of a new database in bytes: the schema, and the first page of every table and index.
const HEAD: NonZeroU64 = NonZeroU64::MIN.saturating_add((512 << 10) - 1);
/// `attempts.json` is smaller; a larger file was not written by the store.
const ATTEMPTS_MAX: u64 = 4_096;

/// The files of one vault, accessed through the descriptor of its folder.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: Folder,
}

/// Checks that the path is UTF-8, because SQLite accepts no other names.
pub(super) fn check_path(path: &Path) -> Result<(), StoreError> {
    match path.to_str() {
        Some(_) => Ok(()),
        None => Err(Rule::PathNotUtf8(path.to_owned()).into()),
    }
}

/// Returns the error for a vault folder that cannot be examined.
pub(super) fn unseen(path: &Path, error: &std::io::Error) -> StoreError {
    if Folder::is_loop(error) {
        return StoreError::StrangeFile {
            file: path.to_owned(),
            what: Strange::Loop,
        };
    }
    StoreError::io(error, "look at the vault's folder")
}

/// Returns the error for a folder that was replaced a moment ago.
fn replaced(path: &Path) -> StoreError {
    StoreError::StrangeFile {
        file: path.to_owned(),
        what: Strange::Replaced,
    }
}

/// Says what is at a vault's path, if it is not a folder.
pub(super) const fn no_folder(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Folder => None,
        Kind::File | Kind::Link => Some("it is a file, not a folder"),
        Kind::Pipe => Some("it is a pipe, not a folder"),
        Kind::Socket => Some("it is a socket, not a folder"),
        Kind::Device => Some("it is a device, not a folder"),
    }
}

impl Files {
    /// Opens the folder of a vault, without checking its contents.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        check_path(path)?;
        let not_a_vault = |why| Err(StoreError::NotAVault(path.to_owned(), why));
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return not_a_vault("it does not exist"),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return not_a_vault("part of its path is a file");
            }
            Err(error) => return Err(unseen(path, &error)),
            Ok(_) => {}
        }
        if let Ok(found) = Folder::at_path(path)
            && let Some(what) = no_folder(found.kind)
        {
            return not_a_vault(what);
        }
        // There was a folder a moment ago.
        let folder = Folder::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotADirectory => replaced(path),
            _ if Folder::is_loop(&error) => replaced(path),
            _ => StoreError::io(&error, "open the vault's folder"),
        })?;
        // The path that its links lead to must be UTF-8 too.
        check_path(folder.path())?;
        Ok(Self { folder })
    }

    /// Returns the files of a vault in an open folder.
    pub(super) fn within(folder: &Folder) -> Self {
        Self {
            folder: folder.clone(),
        }
    }

    /// Returns the folder, as the caller named it.
    pub(crate) fn root(&self) -> &Path {
        self.folder.named()
    }

    pub(crate) const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Returns the database file, for SQLite.
    pub(crate) fn database(&self) -> DatabaseFile {
        DatabaseFile::new(&self.folder, DATABASE)
    }

    /// Returns the path of the database, as the user knows it.
    pub(crate) fn database_path(&self) -> PathBuf {
        self.root().join(DATABASE)
    }

    /// Checks that a complete vault is there, with nothing but files at its names (docs/DESIGN.md, section 3). Nothing
    /// is opened.
    pub(crate) fn check_present(&self) -> Result<(), StoreError> {
        let stands = |name| Ok::<_, StoreError>(self.folder.stand(name)?.is_some());
        let [first, second] = RINGS;
        let ring = stands(first)? || stands(second)?;
        match (ring, stands(DATABASE)?) {
            (false, false) => {
                let why = "it has neither a key ring nor a database";
                return Err(StoreError::NotAVault(self.root().to_owned(), why));
            }
            (false, true) => return Err(StoreError::KeyRingMissing(self.root().to_owned())),
            (true, false) => return Err(StoreError::DatabaseMissing(self.root().to_owned())),
            (true, true) => {}
        }
        // The copies of the key ring are not checked here: anything else in place of one counts as a damaged copy.
        self.database().look()?;
        for name in [VAULT_LOCK, RING_LOCK, ATTEMPTS] {
            self.folder.lone_file(name)?;
        }
        Ok(())
    }

    /// Tells the system that the head of the database will be needed soon: all tables of a new vault begin in it, and
    /// one disk read replaces twenty. Call before this process opens any connection.
    pub(crate) fn read_ahead(&self) {
        // Any fault of the file is reported later.
        if let Ok(Some(file)) = self.folder.open_file(DATABASE, false, "open privatus.db") {
            read_ahead(&file, HEAD);
        }
    }

    /// Checks the database file from outside: not empty, whole pages, encrypted. Returns its first bytes, which are the
    /// salt of its key. Call before this process opens any connection.
    pub(crate) fn check_database(&self, is_read_only: bool) -> Result<[u8; 16], StoreError> {
        let damaged = |why: &str| Err(StoreError::DatabaseDamaged(why.into()));
        let doing = "open privatus.db";
        // Opened for writing too: if that is refused here, SQLite does not leave an empty log next to a database that
        // it cannot write.
        let Some(mut file) = self.folder.open_file(DATABASE, !is_read_only, doing)? else {
            return Err(StoreError::DatabaseMissing(self.root().to_owned()));
        };
        let failed = |error: std::io::Error| StoreError::io(&error, doing);
        let size = file.metadata().map_err(failed)?.len();
        if size == 0 {
            return damaged("privatus.db is empty");
        }
        if size % PAGE != 0 {
            return damaged("privatus.db ends in the middle of a page: it was cut off");
        }
        let mut head = [0_u8; 16];
        file.read_exact(&mut head).map_err(failed)?;
        if &head == b"SQLite format 3\0" {
            return damaged("privatus.db is a plain SQLite file, not this vault's database");
        }
        Ok(head)
    }

    /// Returns the contents of `attempts.json`, if it is a readable file.
    pub(crate) fn read_attempts(&self) -> Option<Vec<u8>> {
        self.attempts().ok()?
    }

    /// Returns the contents of `attempts.json`; `None` if there is no such file.
    ///
    /// # Errors
    /// The reason why it cannot be read.
    pub(crate) fn attempts(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.read(ATTEMPTS, ATTEMPTS_MAX, "read attempts.json")
    }

    /// Returns whether anything is named `attempts.json`.
    pub(crate) fn has_attempts(&self) -> bool {
        !matches!(self.folder.stand(ATTEMPTS), Ok(None))
    }

    /// Replaces `attempts.json`; if that fails, it stays as it is.
    pub(crate) fn write_attempts(&self, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(ATTEMPTS, Purpose::Attempts, bytes)
            .map_err(|error| StoreError::io(&error, "write attempts.json"))
    }

    /// Removes `attempts.json`, if that is allowed.
    pub(crate) fn remove_attempts(&self) {
        let _ = self.folder.remove(ATTEMPTS);
    }

    /// Writes a complete, durable file, replacing any existing one.
    pub(super) fn write(&self, name: &str, purpose: Purpose, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = PartialFile::begin(&self.folder, purpose)?;
        file.write(bytes)?;
        file.replace(name)
    }

    /// Returns the size of the write-ahead log in bytes; 0 if there is none.
    pub(crate) fn wal_size(&self) -> u64 {
        self.wal().unwrap_or_default()
    }

    /// Returns the size of the write-ahead log in bytes. SQLite removes the log when the last connection closes: if
    /// there is one, the vault is open or was not closed.
    pub(crate) fn wal(&self) -> Option<u64> {
        self.database().log().ok().flatten()
    }

    /// Makes renames and new files in the folder durable.
    pub(crate) fn sync_folder(&self) -> std::io::Result<()> {
        self.folder.sync()
    }

    /// Creates the empty database file with mode 0600, for SQLite to fill.
    pub(crate) fn create_database(&self) -> Result<(), StoreError> {
        self.folder
            .create(DATABASE)
            .map(drop)
            .map_err(|error| StoreError::io(&error, "create privatus.db"))
    }
}
