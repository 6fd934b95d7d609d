//! What is at a name in the folder, and whether a vault can work with it.

use std::fmt;

/// The type of a directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

/// What is at a name; for a link, the link itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) kind: Kind,
    /// How many names it has (hard links).
    pub(super) links: i128,
    /// Device and inode.
    pub(super) id: (i128, i128),
    /// The permission bits.
    pub(crate) mode: u32,
    pub(super) owner: u32,
    pub(super) group: u32,
    pub(crate) size: u64,
}

/// Why a vault does not work with what is at one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strange {
    /// A symbolic link, whatever its target.
    Link,
    /// A symbolic link that leads back to itself, here or on the way.
    Loop,
    /// A file that has other names too, so a write would change it there as well.
    Names,
    /// A folder.
    Folder,
    /// A pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// A rollback journal, which a vault never has: SQLite would write it into the database.
    Journal,
    /// A file that is not the same as a moment before.
    Replaced,
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "is a symbolic link",
            Self::Loop => "is, or leads through, a symbolic link that points back to itself",
            Self::Names => "has another name elsewhere (a hard link)",
            Self::Folder => "is a folder",
            Self::Pipe => "is a pipe",
            Self::Socket => "is a socket",
            Self::Device => "is a device",
            Self::Journal => {
                "is a rollback journal, which a vault never has and which SQLite would write into the database"
            }
            Self::Replaced => "was replaced while it was being opened",
        })
    }
}

impl Standing {
    /// Returns why it is not a regular file with one name; `None` if it is.
    pub(crate) const fn strange(&self) -> Option<Strange> {
        match self.kind {
            Kind::File if self.links > 1 => Some(Strange::Names),
            Kind::File => None,
            Kind::Folder => Some(Strange::Folder),
            Kind::Link => Some(Strange::Link),
            Kind::Pipe => Some(Strange::Pipe),
            Kind::Socket => Some(Strange::Socket),
            Kind::Device => Some(Strange::Device),
        }
    }

    /// Whether it belongs to the user of this process.
    pub(crate) fn is_own(&self) -> bool {
        super::owner::is_own(self.owner)
    }

    /// Whether it belongs to another user, who is not the administrator either.
    pub(crate) fn is_foreign(&self) -> bool {
        !super::owner::is_trusted(self.owner)
    }

    /// Returns device and inode, where the system reports them.
    pub(crate) fn identity(&self) -> Option<(i128, i128)> {
        (self.id != (0, 0)).then_some(self.id)
    }

    /// Whether it is the same file.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
