//! Our own words for the kinds of I/O errors.

use std::io::ErrorKind;

/// Describes a kind of I/O error. The standard library's words ("entity not found") are for programmers.
pub(super) fn words(kind: ErrorKind) -> String {
    let known = match kind {
        ErrorKind::NotFound => "no such file or folder",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::AlreadyExists => "a file or folder of this name exists",
        ErrorKind::IsADirectory => "it is a folder, not a file",
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder",
        ErrorKind::DirectoryNotEmpty => "the folder is not empty",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the disk quota is used up",
        ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only",
        ErrorKind::BrokenPipe => "nothing reads the other end of the pipe",
        ErrorKind::UnexpectedEof => "the file ends too early",
        ErrorKind::InvalidData => "the data is not valid",
        other => return other.to_string(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_have_plain_words() {
        assert_eq!(words(ErrorKind::NotFound), "no such file or folder");
        assert_eq!(words(ErrorKind::TimedOut), ErrorKind::TimedOut.to_string());
    }
}
