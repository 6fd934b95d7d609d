//! The files of a vault: names, permissions, durable writes and locks.
//!
//! The only module of the store that touches files by hand: POSIX drops a process's locks on a file when it closes any
//! descriptor of it, so nobody else may open `privatus.db` (DESIGN section 2).
#![allow(
    clippy::disallowed_methods,
    reason = "the one module that opens files; never the database"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
#[cfg(target_os = "linux")]
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use crate::error::{Rule, StoreError};

/// SQLCipher 4's page size in bytes.
const PAGE: u64 = 4096;
/// A key ring is small; what is larger is none.
const KEY_RING_MAX: u64 = 65_536;
/// Room that a key ring with its slots fits into.
const KEY_RING_USUAL: usize = 4_096;
/// Bytes of a new database: the schema, and the first page of every table and index.
#[cfg(target_os = "linux")]
const HEAD: u64 = 512 << 10;
/// `attempts.json` is smaller; what is larger is not ours.
const ATTEMPTS_MAX: u64 = 4_096;
/// What is written to learn whether a disk is full: more than the slack of one block.
const PROBE: usize = 65_536;

/// The paths of one vault.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    root: PathBuf,
}

impl Files {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("privatus.db")
    }

    fn key_rings(&self) -> [PathBuf; 2] {
        [self.root.join("keyring.json"), self.root.join("keyring.json.1")]
    }

    /// SQLite takes names in UTF-8 alone.
    fn check_name(&self) -> Result<(), StoreError> {
        match self.root.to_str() {
            Some(_) => Ok(()),
            None => Err(Rule::PathNotUtf8(self.root.clone()).into()),
        }
    }

    /// Whether `root` can become a vault: it does not exist (`false`), or is an empty folder (`true`).
    pub(crate) fn check_vacant(&self) -> Result<bool, StoreError> {
        self.check_name()?;
        let metadata = match fs::metadata(&self.root) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                let why = "its path leads through a file";
                return Err(StoreError::NotAVault(self.root.clone(), why));
            }
            Err(error) => return Err(StoreError::io(&error, "look at the vault's folder")),
            Ok(metadata) => metadata,
        };
        if !metadata.is_dir() {
            return Err(StoreError::NotAVault(self.root.clone(), "it is not a folder"));
        }
        for (path, name) in [
            (self.database(), "privatus.db"),
            (self.key_rings()[0].clone(), "keyring.json"),
        ] {
            if exists(&path)? {
                return Err(StoreError::VaultExists(self.root.clone(), name));
            }
        }
        if exists(&self.key_rings()[1])? {
            return Err(StoreError::VaultExists(self.root.clone(), "keyring.json.1"));
        }
        let mut entries =
            fs::read_dir(&self.root).map_err(|error| StoreError::io(&error, "read the folder"))?;
        if let Some(Ok(entry)) = entries.next() {
            return Err(Rule::FolderNotEmpty {
                folder: self.root.clone(),
                holds: entry.file_name().display().to_string(),
            }
            .into());
        }
        Ok(true)
    }

    /// Checks that there is a whole vault, in the order of DESIGN section 2, without opening the database.
    pub(crate) fn check_present(&self) -> Result<(), StoreError> {
        self.check_name()?;
        let not_a_vault = |why| StoreError::NotAVault(self.root.clone(), why);
        match fs::metadata(&self.root) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(not_a_vault("it does not exist"));
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(not_a_vault("its path leads through a file"));
            }
            Err(error) => return Err(StoreError::io(&error, "look at the vault's folder")),
            Ok(metadata) if !metadata.is_dir() => return Err(not_a_vault("it is a file")),
            Ok(_) => {}
        }
        let [first, second] = self.key_rings();
        let ring = exists(&first)? || exists(&second)?;
        match (ring, exists(&self.database())?) {
            (false, false) => return Err(not_a_vault("it has neither key ring nor database")),
            (false, true) => return Err(StoreError::KeyRingMissing(self.root.clone())),
            (true, false) => return Err(StoreError::DatabaseMissing(self.root.clone())),
            (true, true) => {}
        }
        Ok(())
    }

    /// Tells the system that the head of the database will be wanted: a new vault's tables all begin in it, and one read of
    /// the disk takes the place of twenty. Call before any connection of this process is open.
    #[cfg(target_os = "linux")]
    pub(crate) fn read_ahead(&self) {
        // Advice: nothing depends on it, and what is wrong with the file is said later.
        // A pipe in its place would block.
        let path = self.database();
        if !fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            return;
        }
        if let Ok(file) = File::open(path) {
            let _ = rustix::fs::fadvise(&file, 0, NonZeroU64::new(HEAD), rustix::fs::Advice::WillNeed);
        }
    }

    /// Other systems are not asked.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn read_ahead(&self) {}

    /// Checks the database file from outside: regular, not empty, whole pages, encrypted. Call before any connection
    /// of this process is open.
    pub(crate) fn check_database(&self, is_read_only: bool) -> Result<(), StoreError> {
        let damaged = |why: &str| Err(StoreError::DatabaseDamaged(why.into()));
        let path = self.database();
        let metadata = fs::metadata(&path).map_err(|error| StoreError::io(&error, "look at privatus.db"))?;
        if !metadata.is_file() {
            return damaged("privatus.db is not a file");
        }
        if metadata.len() == 0 {
            return damaged("privatus.db is empty");
        }
        if metadata.len() % PAGE != 0 {
            return damaged("privatus.db ends in the middle of a page: it was cut off");
        }
        let mut head = [0_u8; 16];
        // Opened to write as well: refused here, SQLite leaves no empty log beside a database it may not write.
        OpenOptions::new()
            .read(true)
            .write(!is_read_only)
            .open(&path)
            .and_then(|mut file| file.read_exact(&mut head))
            .map_err(|error| StoreError::io(&error, "open privatus.db"))?;
        if &head == b"SQLite format 3\0" {
            return damaged("privatus.db is a plain SQLite file, not this vault's database");
        }
        Ok(())
    }

    /// The bytes of both copies of the key ring, where they exist.
    pub(crate) fn read_key_rings(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut copies = Vec::new();
        for path in self.key_rings() {
            let failed = |error: &std::io::Error| StoreError::io(error, "read the key ring");
            let mut bytes = Vec::new();
            match fs::metadata(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(&error)),
                Ok(data) if data.is_file() => {
                    let file = File::open(&path).map_err(|error| failed(&error))?;
                    bytes.reserve(KEY_RING_USUAL);
                    if file.take(KEY_RING_MAX + 1).read_to_end(&mut bytes).is_err() {
                        bytes.clear();
                    }
                }
                // A folder or a pipe in its place, or a file too large, is a damaged copy and not an end: the other
                // may do.
                Ok(_) => {}
            }
            copies.push(bytes);
        }
        Ok(copies)
    }

    /// Writes both copies: temporary file, fsync, rename, fsync of the folder, one after the other.
    pub(crate) fn write_key_rings(&self, bytes: &[u8]) -> Result<(), StoreError> {
        for path in self.key_rings() {
            self.replace(&path, bytes)
                .map_err(|error| StoreError::io(&error, "write the key ring"))?;
        }
        Ok(())
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let temporary = path.with_extension("partial");
        let mut file = create(&temporary, true)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        self.sync_folder()
    }

    fn attempts(&self) -> PathBuf {
        self.root.join("attempts.json")
    }

    /// The bytes of `attempts.json`, if it is a small file.
    pub(crate) fn read_attempts(&self) -> Option<Vec<u8>> {
        // A pipe or device in its place would block or never end.
        let path = self.attempts();
        if !fs::symlink_metadata(&path).ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        File::open(path)
            .ok()?
            .take(ATTEMPTS_MAX)
            .read_to_end(&mut bytes)
            .ok()?;
        Some(bytes)
    }

    /// Replaces `attempts.json`; where that is not allowed, it stays as it is.
    pub(crate) fn write_attempts(&self, bytes: &[u8]) {
        let _ = self.replace(&self.attempts(), bytes);
    }

    /// Removes `attempts.json`, where that is allowed.
    pub(crate) fn remove_attempts(&self) {
        let _ = fs::remove_file(self.attempts());
    }

    /// Bytes of the write-ahead log; 0 when there is none.
    pub(crate) fn wal_size(&self) -> u64 {
        self.wal().unwrap_or_default()
    }

    /// Bytes of the write-ahead log. SQLite removes it when the last connection closes: where one stands, somebody has
    /// the vault open, or did not close it.
    pub(crate) fn wal(&self) -> Option<u64> {
        let metadata = fs::metadata(self.root.join("privatus.db-wal"));
        metadata.ok().map(|metadata| metadata.len())
    }

    /// Makes renames and new files of the folder durable.
    pub(crate) fn sync_folder(&self) -> std::io::Result<()> {
        File::open(&self.root)?.sync_all()
    }

    /// Makes the empty database file, 0600, for SQLite to fill.
    pub(crate) fn create_database(&self) -> Result<(), StoreError> {
        create(&self.database(), false)
            .map(drop)
            .map_err(|error| StoreError::io(&error, "create privatus.db"))
    }
}

/// Asks the file system whether it is full, by writing a little beside `path`. SQLite calls a quota or a file-size
/// limit an I/O error (DESIGN section 2).
pub(crate) fn disk_is_full(path: &Path) -> bool {
    let probe = path.with_file_name(format!("probe-{}.partial", std::process::id()));
    let written = create(&probe, true).and_then(|mut file| {
        file.write_all(&[0; PROBE])?;
        file.sync_all()
    });
    let _ = fs::remove_file(&probe);
    written.is_err_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
        )
    })
}

/// Whether something stands at `path`. A folder that may not be searched is an error, and not an empty one.
fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists()
        .map_err(|error| StoreError::io(&error, "look into the vault's folder"))
}

pub(super) fn create(path: &Path, may_exist: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    if may_exist {
        options.create(true).truncate(false);
    } else {
        options.create_new(true);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    if path.extension().is_some_and(|extension| extension == "partial") {
        file.set_len(0)?;
    }
    // The umask only takes bits away; a lock file of an older umask may lack or have some.
    if !is_private(&file)? {
        restrict(path, 0o600)?;
    }
    Ok(file)
}

#[cfg(unix)]
fn is_private(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o777 == 0o600)
}

#[cfg(not(unix))]
fn is_private(_file: &File) -> std::io::Result<bool> {
    Ok(true)
}

#[cfg(unix)]
pub(super) fn restrict(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn restrict(_path: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
