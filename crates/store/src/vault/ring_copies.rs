//! Reads and writes the two copies of the key ring in the folder.

use crate::error::{StoreError, SystemFault};
use crate::folder::{Kind, Purpose, Strange};
use crate::vault::Files;
use crate::vault::files::RINGS;

/// A key ring is small; a larger file is not one.
const KEY_RING_MAX: u64 = 65_536;

/// What is at the name of one copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RingCopy {
    Missing,
    /// Something other than a file with one name. It is not read; it counts as a damaged copy, and the other copy may
    /// be usable.
    Strange(Strange),
    /// A file that the system cannot read. It counts as a damaged copy, and the other copy may be usable.
    Unread(SystemFault),
    /// The bytes of the file.
    Held(Vec<u8>),
}

/// Both copies, in the order in which they are written.
pub(crate) type RingCopies = [RingCopy; 2];

impl Files {
    /// Reads both copies of the key ring.
    ///
    /// # Errors
    /// [`StoreError::Denied`] if permission to read one is missing.
    pub(crate) fn read_key_rings(&self) -> Result<RingCopies, StoreError> {
        let [first, second] = RINGS;
        Ok([self.read_key_ring(first)?, self.read_key_ring(second)?])
    }

    fn read_key_ring(&self, name: &str) -> Result<RingCopy, StoreError> {
        match self.folder().read(name, KEY_RING_MAX + 1, "read the key ring") {
            Ok(None) => Ok(RingCopy::Missing),
            Ok(Some(bytes)) => Ok(RingCopy::Held(bytes)),
            Err(StoreError::StrangeFile { what, .. }) => Ok(RingCopy::Strange(what)),
            // A bad sector affects only this copy.
            Err(StoreError::System {
                fault: fault @ (SystemFault::DiskFails | SystemFault::Other(_)),
                ..
            }) => Ok(RingCopy::Unread(fault)),
            Err(StoreError::Unexpected(_)) => Ok(RingCopy::Unread(SystemFault::DiskFails)),
            Err(error) => Err(error),
        }
    }

    /// Writes both copies, one after the other: new file, fsync, rename, fsync of the folder. Call with `keyring.lock`
    /// held, or in a folder that nobody else knows.
    ///
    /// Once the first copy is in its place, the new key ring is in force; failures from then on are returned as a
    /// value, not as an error. The next open rewrites the second copy.
    ///
    /// # Errors
    /// [`StoreError::StrangeFile`] if one of them is a folder, before the first is written; any error of writing the
    /// first.
    pub(crate) fn write_key_rings(&self, bytes: &[u8]) -> Result<Option<StoreError>, StoreError> {
        for name in RINGS {
            if self
                .folder()
                .stand(name)?
                .is_some_and(|found| found.kind == Kind::Folder)
            {
                return Err(self.folder().refused(name, Strange::Folder));
            }
        }
        // A copy left by a killed process may open with a password that has since been changed.
        self.remove_left(&[Purpose::Ring])?;
        let [first, second] = RINGS;
        let mut late = None;
        if let Err(error) = self.write_key_ring(first, bytes) {
            // Perhaps only making its name durable failed.
            match self.read_key_ring(first) {
                Ok(RingCopy::Held(found)) if found == bytes => late = Some(error),
                _ => return Err(error),
            }
        }
        Ok(self.write_key_ring(second, bytes).err().or(late))
    }

    /// Writes one copy. A link at its name is replaced, not followed.
    pub(crate) fn write_key_ring(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        #[cfg(test)]
        failing::check(name)?;
        self.write(name, Purpose::Ring, bytes)
            .map_err(|error| StoreError::io(&error, "write the key ring"))
    }
}

/// Makes writing one copy fail in a test: no file system here can fail for the second copy only.
#[cfg(test)]
pub(crate) mod failing {
    use std::cell::Cell;

    use crate::error::StoreError;

    thread_local! {
        static NAME: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    pub(crate) fn fail(name: Option<&'static str>) {
        NAME.set(name);
    }

    pub(super) fn check(name: &str) -> Result<(), StoreError> {
        match NAME.get() {
            Some(failing) if failing == name => Err(StoreError::DiskFull),
            _ => Ok(()),
        }
    }
}
