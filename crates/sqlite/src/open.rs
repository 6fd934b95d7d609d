//! Opens a database: a file, or one in memory.

use std::path::Path;

use crate::connection::Connection;
use crate::error::SqliteError;
use crate::library::library;
use crate::options::OpenOptions;
use crate::uri;

impl Connection {
    /// Opens a database file and sets its key. **The file is not read yet**: a wrong key or a damaged file shows at
    /// the first statement.
    ///
    /// On the connection, extension loading is off, the defensive mode is on (no writable schema), and functions and
    /// virtual tables named in the schema are not trusted. A call ends with
    /// [`ErrorCode::Endless`](crate::ErrorCode::Endless) if it exceeds
    /// [`WorkLimit::DEFAULT`](crate::WorkLimit::DEFAULT).
    ///
    /// # Errors
    ///
    /// [`ErrorCode::CantOpen`](crate::ErrorCode::CantOpen), with the system's error, if the file does not exist
    /// (except for [`OpenMode::Create`](crate::OpenMode::Create)), is a folder or may not be read; if the path is
    /// empty, is not UTF-8 or contains a NUL.
    pub fn open(path: &Path, options: &OpenOptions<'_>) -> Result<Self, SqliteError> {
        library()?;
        let connection = Self::establish(&uri::file_uri(path, options)?, options.key, options.page_mac)?;
        connection.handle.work.count_pages_of(path);
        Ok(connection)
    }

    /// Opens a private database in memory; the mode of `options` does not matter.
    ///
    /// # Errors
    ///
    /// Out of memory, or an unknown VFS.
    pub fn open_in_memory(options: &OpenOptions<'_>) -> Result<Self, SqliteError> {
        library()?;
        Self::establish(&uri::memory_uri(options)?, options.key, options.page_mac)
    }
}
