//! Finds the files of a legacy database and checks them with ordinary reads.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::LegacyError;

const DATABASE: &str = "privatus_chat.db";
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;
const SALT: usize = 32;

/// The files of one database.
#[derive(Debug)]
pub(crate) struct Files {
    /// The database at the given path.
    pub(crate) database: PathBuf,
    /// The path with links resolved: companion files are next to the file, not next to a link to it.
    pub(crate) real: PathBuf,
    /// Files next to it, by suffix, with changes that are not in the database yet.
    pub(crate) unmerged: Vec<(PathBuf, &'static str)>,
    /// Where the salt file is, or should be.
    pub(crate) salt: PathBuf,
}

impl Files {
    /// Resolves a path to a file or a folder, and checks the header.
    pub(crate) fn find(path: &Path) -> Result<Self, LegacyError> {
        let database = match kind(path)? {
            Kind::File => path.to_path_buf(),
            Kind::Folder => in_folder(path)?,
        };
        let failed = |source| LegacyError::Io {
            path: database.clone(),
            source,
        };
        let real = if fs::symlink_metadata(&database).map_err(failed)?.is_symlink() {
            database.canonicalize().map_err(failed)?
        } else {
            database.clone()
        };
        let mut unmerged = Vec::new();
        // After a crash, a rollback journal is as much part of the database as a WAL.
        for suffix in ["-wal", "-journal"] {
            let beside = with_suffix(&real, suffix);
            match fs::metadata(&beside) {
                Ok(found) if found.is_file() && found.len() > 0 => unmerged.push((beside, suffix)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(LegacyError::Io { path: beside, source }),
            }
        }
        check_header(&database, unmerged.is_empty())?;
        let mut salt = salt_path(&real);
        if !salt.exists() {
            salt = salt_path(&database);
        }
        Ok(Self {
            database,
            real,
            unmerged,
            salt,
        })
    }

    /// Reads the salt; `None` if there is no such file.
    pub(crate) fn read_salt(&self) -> Result<Option<[u8; SALT]>, LegacyError> {
        let failed = |source| LegacyError::Io {
            path: self.salt.clone(),
            source,
        };
        // A pipe in its place would block forever.
        if fs::metadata(&self.salt).is_ok_and(|found| !found.is_file()) {
            return Err(LegacyError::NotAFile {
                path: self.salt.clone(),
            });
        }
        let mut file = match File::open(&self.salt) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(failed(source)),
        };
        let length = file.metadata().map_err(failed)?.len();
        let mut salt = [0; SALT];
        if length != u64::try_from(SALT).unwrap_or(0) {
            return Err(LegacyError::SaltLength {
                path: self.salt.clone(),
                length,
            });
        }
        file.read_exact(&mut salt).map_err(failed)?;
        Ok(Some(salt))
    }
}

enum Kind {
    File,
    Folder,
}

fn kind(path: &Path) -> Result<Kind, LegacyError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(Kind::Folder),
        Ok(found) if found.is_file() => Ok(Kind::File),
        Ok(_) => Err(LegacyError::NotAFile {
            path: path.to_path_buf(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(LegacyError::NotFound {
            path: path.to_path_buf(),
        }),
        Err(source) => Err(LegacyError::Io {
            path: path.to_path_buf(),
            source,
        }),
    }
}

/// The database in a folder: by its usual name, otherwise the only one there.
fn in_folder(folder: &Path) -> Result<PathBuf, LegacyError> {
    let usual = folder.join(DATABASE);
    if usual.is_file() {
        return Ok(usual);
    }
    let failed = |source| LegacyError::Io {
        path: folder.to_path_buf(),
        source,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "db") && path.is_file() {
            found.push(path);
        }
    }
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (more, rest) => Err(LegacyError::NoDatabase {
            path: folder.to_path_buf(),
            found: rest + usize::from(more.is_some()),
        }),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// The application's rule (`with_suffix(".salt")`); a renamed database may still have its salt under the usual name.
fn salt_path(database: &Path) -> PathBuf {
    let own = database.with_extension("salt");
    let usual = database.with_file_name("privatus_chat.salt");
    if !own.exists() && usual.is_file() {
        usual
    } else {
        own
    }
}

/// Checks the header of the file format (<https://www.sqlite.org/fileformat.html>, section 1.3): whether the file is
/// SQLite, and as long as the header says.
fn check_header(path: &Path, alone: bool) -> Result<(), LegacyError> {
    let failed = |source| LegacyError::Io {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size == 0 {
        return Err(LegacyError::Empty {
            path: path.to_path_buf(),
        });
    }
    let mut header = Vec::with_capacity(HEADER);
    file.take(100).read_to_end(&mut header).map_err(failed)?;
    if !header.starts_with(MAGIC) {
        return Err(LegacyError::NotSqlite {
            path: path.to_path_buf(),
        });
    }
    let cut = |expected| {
        Err(LegacyError::CutOff {
            path: path.to_path_buf(),
            size,
            expected,
        })
    };
    let field = |at: usize| -> Option<u32> {
        header
            .get(at..)?
            .first_chunk::<4>()
            .map(|bytes| u32::from_be_bytes(*bytes))
    };
    let (Some(sizes), Some(change), Some(pages), Some(valid_for)) =
        (field(16), field(24), field(28), field(92))
    else {
        return cut(u64::try_from(HEADER).unwrap_or(0));
    };
    let page = match sizes >> 16 {
        1 => 65_536,
        other => u64::from(other),
    };
    if page < 512 || !page.is_power_of_two() {
        return Err(LegacyError::NotSqlite {
            path: path.to_path_buf(),
        });
    }
    // With a WAL or journal next to it, the file may legitimately lag behind; SQLite then checks for itself. The page
    // count is valid only if the version number next to it is current.
    let expected = if change == valid_for {
        u64::from(pages) * page
    } else {
        page
    };
    if alone && size < expected {
        return cut(expected);
    }
    // Without a page count in the header, only a partial last page shows that the file was cut. Bytes after the last
    // page are ignored.
    if alone && change != valid_for && !size.is_multiple_of(page) {
        return cut(size.next_multiple_of(page));
    }
    Ok(())
}
