//! What stands at a name of the folder, and whether a vault works with it.

use std::fmt;

/// What kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

/// What stands at a name; a link is told as the link it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) kind: Kind,
    /// Names that it has: hard links.
    pub(super) links: i128,
    /// Device and inode.
    pub(super) id: (i128, i128),
    /// Permissions.
    pub(crate) mode: u32,
    pub(super) owner: u32,
    pub(super) group: u32,
    pub(crate) size: u64,
}

/// Why a vault does not work with what stands at one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strange {
    /// A symbolic link, wherever it leads.
    Link,
    /// A symbolic link that leads back to itself, here or on the way.
    Loop,
    /// A file that has other names too: what is written to it is written there.
    Names,
    /// A folder.
    Folder,
    /// A pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// A rollback journal, which no vault has: SQLite would write it over the database.
    Journal,
    /// Another file than a moment before.
    Replaced,
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "is a symbolic link",
            Self::Loop => "is, or leads through, a symbolic link that leads in a circle",
            Self::Names => "has another name elsewhere (a hard link)",
            Self::Folder => "is a folder",
            Self::Pipe => "is a pipe",
            Self::Socket => "is a socket",
            Self::Device => "is a device",
            Self::Journal => {
                "is a rollback journal, which no vault has and SQLite would write over the database"
            }
            Self::Replaced => "was replaced while it was opened",
        })
    }
}

impl Standing {
    /// Why it is not a regular file of one name.
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

    /// Device and inode, where the system tells them.
    pub(crate) fn identity(&self) -> Option<(i128, i128)> {
        (self.id != (0, 0)).then_some(self.id)
    }

    /// Whether it is the very same file.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
