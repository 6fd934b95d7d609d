//! Computes the size and the hash of a file.

use std::fs::{File, metadata};
use std::io::{ErrorKind, Read};
use std::path::Path;

use privatus_domain::{FileHash, FileSize};
use privatus_store::{Digest, StoreError, SystemFault};

use crate::failure::Failure;

/// The number of bytes to read at a time.
const CHUNK: usize = 1 << 16;

/// Returns the size and the BLAKE2b-256 hash of the bytes that were read.
pub(super) fn measure(path: &Path) -> Result<(FileSize, FileHash), Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Failure::NotFound(format!("file {}", path.display()))
        }
        ErrorKind::PermissionDenied => {
            StoreError::Denied(format!("{} cannot be read", path.display())).into()
        }
        _ => match SystemFault::of(&error) {
            Some(fault) => StoreError::System {
                doing: format!("read {}", path.display()),
                fault,
            }
            .into(),
            None => Failure::Refused(format!(
                "{} cannot be read: {}",
                path.display(),
                SystemFault::words(&error)
            )),
        },
    };
    let about = metadata(path).map_err(failed)?;
    // Reading a pipe may block, and a device may have no end.
    if !about.is_file() {
        let what = if about.is_dir() {
            "a folder"
        } else {
            "not a regular file"
        };
        return Err(Failure::Refused(format!(
            "{} is {what}; name a file",
            path.display()
        )));
    }
    let mut file = File::open(path).map_err(failed)?;
    let (mut digest, mut bytes, mut chunk) = (Digest::new(), 0_u64, vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => {
                digest.update(chunk.get(..count).unwrap_or_default());
                bytes = bytes.saturating_add(u64::try_from(count).unwrap_or_default());
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    let size = FileSize::new(bytes).map_err(StoreError::from)?;
    let hash = FileHash::new(&digest.finalize()).map_err(StoreError::from)?;
    Ok((size, hash))
}

/// Returns bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
