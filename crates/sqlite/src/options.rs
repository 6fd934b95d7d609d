//! The options of an open.

use crate::key::RawKey;

/// Which file is opened, and for what. Only [`Create`](Self::Create) makes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenMode {
    /// Read and write; a missing file is created, an empty one becomes a database.
    Create,
    /// Read and write an existing file (`mode=rw`). SQLite falls back to reading when the file
    /// cannot be opened for writing: see [`Connection::is_readonly`](crate::Connection::is_readonly).
    #[default]
    ReadWrite,
    /// Read an existing file (`mode=ro`). A database in WAL mode still gets a `-shm` beside it, and
    /// its `-wal` is read.
    ReadOnly,
    /// Read an existing file that nobody changes (`mode=ro&immutable=1`): no locks, no files
    /// beside it, **and an existing `-wal` is ignored**.
    ReadOnlyImmutable,
}

/// The MAC that each page of a keyed file carries; it cannot be read from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageMac {
    /// HMAC-SHA256: every file of ours (docs/adr/0011).
    #[default]
    Sha256,
    /// HMAC-SHA512: SQLCipher 4 as it comes, so files of other programs.
    Sha512,
}

/// The options of [`Connection::open`](crate::Connection::open).
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenOptions<'a> {
    /// Which file is opened, and for what.
    pub mode: OpenMode,
    /// The raw key; without one the file is read as plain SQLite.
    pub key: Option<&'a RawKey>,
    /// The MAC of each page; without a key it does not matter.
    pub page_mac: PageMac,
    /// Whether a path with a symbolic link in it is refused, where the default VFS is used and tells of links: Unix's does.
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

    /// The same with a key.
    #[must_use]
    pub fn with_key(mut self, key: &'a RawKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The same, refusing a path with a symbolic link in it.
    #[must_use]
    pub fn without_links(mut self) -> Self {
        self.refuses_links = true;
        self
    }

    /// The same for a file whose pages carry another MAC than ours.
    #[must_use]
    pub fn with_page_mac(mut self, mac: PageMac) -> Self {
        self.page_mac = mac;
        self
    }

    /// The same on a registered VFS.
    #[must_use]
    pub fn with_vfs(mut self, name: &'a str) -> Self {
        self.vfs = Some(name);
        self
    }
}
