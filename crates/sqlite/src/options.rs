//! Options for opening a database.

use crate::key::RawKey;

/// How the file is opened. Only [`Create`](Self::Create) creates a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenMode {
    /// Read and write; a missing file is created, and an empty one becomes a database.
    Create,
    /// Read and write an existing file (`mode=rw`). If the file cannot be opened for writing, SQLite falls back to
    /// reading: see [`Connection::is_readonly`](crate::Connection::is_readonly).
    #[default]
    ReadWrite,
    /// Read an existing file (`mode=ro`). For a database in WAL mode, SQLite still creates a `-shm` file next to it
    /// and reads its `-wal`.
    ReadOnly,
    /// Read an existing file that nobody changes (`mode=ro&immutable=1`): no locks, no files next to it, **and an
    /// existing `-wal` is ignored**.
    ReadOnlyImmutable,
}

/// The MAC on each page of a keyed file; it cannot be determined from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageMac {
    /// HMAC-SHA256: all of our files (docs/adr/0011).
    #[default]
    Sha256,
    /// HMAC-SHA512: SQLCipher 4's default, used by other programs.
    Sha512,
}

/// The options of [`Connection::open`](crate::Connection::open).
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenOptions<'a> {
    /// How the file is opened.
    pub mode: OpenMode,
    /// The raw key; without one the file is read as plain SQLite.
    pub key: Option<&'a RawKey>,
    /// The MAC of each page; irrelevant without a key.
    pub page_mac: PageMac,
    /// Whether a path that contains a symbolic link is refused. Only applies if the default VFS is used and reports
    /// links, as on Unix.
    pub refuses_links: bool,
    /// A registered VFS, for tests (`fault`, feature `testing`); the default one otherwise.
    pub vfs: Option<&'a str>,
}

impl<'a> OpenOptions<'a> {
    /// Options for `mode`, without a key, on the default VFS.
    pub fn new(mode: OpenMode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }

    /// Adds a key.
    #[must_use]
    pub fn with_key(mut self, key: &'a RawKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Refuses a path that contains a symbolic link.
    #[must_use]
    pub fn without_links(mut self) -> Self {
        self.refuses_links = true;
        self
    }

    /// Sets another page MAC than ours.
    #[must_use]
    pub fn with_page_mac(mut self, mac: PageMac) -> Self {
        self.page_mac = mac;
        self
    }

    /// Chooses a registered VFS.
    #[must_use]
    pub fn with_vfs(mut self, name: &'a str) -> Self {
        self.vfs = Some(name);
        self
    }
}
