//! The two copies of the key ring in the folder: what stands there, and writing them.

use crate::error::{StoreError, SystemFault};
use crate::folder::{Kind, Purpose, Strange};
use crate::vault::Files;
use crate::vault::files::RINGS;

/// A key ring is small; what is larger is none.
const KEY_RING_MAX: u64 = 65_536;

/// What stands at the name of one copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RingCopy {
    Missing,
    /// Something else than a file of one name. It is not read: a damaged copy, and the other may do.
    Strange(Strange),
    /// A file that the system does not read. A damaged copy, and the other may do.
    Unread(SystemFault),
    /// Its bytes.
    Held(Vec<u8>),
}

/// Both copies, in the order in which they are written.
pub(crate) type RingCopies = [RingCopy; 2];

impl Files {
    /// Both copies of the key ring.
    ///
    /// # Errors
    /// [`StoreError::Denied`] where one may not be read.
    pub(crate) fn read_key_rings(&self) -> Result<RingCopies, StoreError> {
        let [first, second] = RINGS;
        Ok([self.read_key_ring(first)?, self.read_key_ring(second)?])
    }

    fn read_key_ring(&self, name: &str) -> Result<RingCopy, StoreError> {
        match self.folder().read(name, KEY_RING_MAX + 1, "read the key ring") {
            Ok(None) => Ok(RingCopy::Missing),
            Ok(Some(bytes)) => Ok(RingCopy::Held(bytes)),
            Err(StoreError::StrangeFile { what, .. }) => Ok(RingCopy::Strange(what)),
            // A bad place of the disk is one of this copy alone.
            Err(StoreError::System {
                fault: fault @ (SystemFault::DiskFails | SystemFault::Other(_)),
                ..
            }) => Ok(RingCopy::Unread(fault)),
            Err(StoreError::Unexpected(_)) => Ok(RingCopy::Unread(SystemFault::DiskFails)),
            Err(error) => Err(error),
        }
    }

    /// Writes both copies, one after the other: new file, fsync, rename, fsync of the folder. Under `keyring.lock`, or in a
    /// folder that nobody else knows.
    ///
    /// Once the first has its place the new key ring is in force: what fails from then on is given, and no error. The next
    /// open makes the second again.
    ///
    /// # Errors
    /// [`StoreError::StrangeFile`] when a folder stands at one of them, before the first is written; those of writing the
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
        // One that a killed process left may open with a password that is changed by now.
        self.remove_left(&[Purpose::Ring])?;
        let [first, second] = RINGS;
        let mut late = None;
        if let Err(error) = self.write_key_ring(first, bytes) {
            // Only to make its name durable may have failed.
            match self.read_key_ring(first) {
                Ok(RingCopy::Held(found)) if found == bytes => late = Some(error),
                _ => return Err(error),
            }
        }
        Ok(self.write_key_ring(second, bytes).err().or(late))
    }

    /// Writes one copy. A link at its name is replaced, and not followed.
    pub(crate) fn write_key_ring(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        #[cfg(test)]
        failing::check(name)?;
        self.write(name, Purpose::Ring, bytes)
            .map_err(|error| StoreError::io(&error, "write the key ring"))
    }
}

/// Has the writing of one copy fail in a test: no file system here fails for the second alone.
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
