//! Copies the database before its schema changes. The copy is encrypted under the same key and stays next to the
//! database until a vault is opened successfully.

use std::path::{Path, PathBuf};

use privatus_crypto::Unlocked;
use privatus_migrate::{Event, Version};

use privatus_sqlite::RawKey;

use crate::db::connection::{Connection, Role};
use crate::db::statement::Sql;
use crate::error::{Rule, StoreError};
use crate::folder::DatabaseFile;
use crate::vault::{Files, raw_key};

/// Room for the copy, and for the change, which may write every page to the log once more.
const COPIES: u64 = 2;
/// And some room for growth.
const SPARE: u64 = 1 << 20;

/// The copy made before the schema changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The file, in the vault's folder.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Returns the size of the database in bytes if there is room for a copy and for the change.
pub(super) fn ask_for_room(db: &mut Connection, files: &Files) -> Result<u64, StoreError> {
    let pages = db.raw().pragma_i64("page_count")?.unwrap_or(0);
    let page = db.raw().pragma_i64("page_size")?.unwrap_or(0);
    let bytes = u64::try_from(pages.saturating_mul(page)).unwrap_or(0);
    let needed = bytes.saturating_mul(COPIES).saturating_add(SPARE);
    match files.free_bytes() {
        Some(free) if free < needed => Err(StoreError::NoRoom { needed, free }),
        _ => Ok(bytes),
    }
}

/// Writes a complete and durable copy, after checking for room on the disk.
pub(super) fn take(
    db: &mut Connection,
    files: &Files,
    unlocked: &Unlocked,
    version: Version,
    event: &mut dyn FnMut(Event<'_>),
) -> Result<Snapshot, StoreError> {
    let bytes = ask_for_room(db, files)?;
    event(Event::SnapshotBegun { bytes });
    // Removed if a later step fails.
    let copy = files.snapshot_begin()?;
    let file = DatabaseFile::new(files.folder(), copy.name());
    let seen = file.look()?;
    write(db, &file.path())?;
    file.look_again(&seen)?;
    check(&file, &raw_key(unlocked), db)?;
    let (path, bytes) = files.snapshot_keep(copy, version, unlocked)?;
    event(Event::SnapshotDone { path: &path, bytes });
    Ok(Snapshot { path, bytes })
}

fn write(db: &mut Connection, to: &Path) -> Result<(), StoreError> {
    // The path is absolute, so SQLite cannot mistake it for a URI that begins with `file:`.
    let name = to.to_str().ok_or_else(|| Rule::PathNotUtf8(to.to_owned()))?;
    let copied = db.run(Sql::new("VACUUM INTO ?").bind(name), "copy the database");
    copied.map(drop).map_err(|error| match error {
        StoreError::DatabaseDamaged(_) => StoreError::DatabaseDamaged(
            "a page cannot be decrypted while the database is copied before a schema change; the build you had still opens \
             this vault: export with it"
                .into(),
        ),
        error => error,
    })
}

/// Checks that the copy opens with the key and has as many rows in `sqlite_schema` as the database. This also sets the
/// copy to WAL mode, so that it can replace the database as it is.
fn check(copy: &DatabaseFile, key: &RawKey, db: &mut Connection) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM sqlite_master";
    let expected: Option<i64> = db.row(Sql::new(sql), "count the tables")?;
    let found: Option<i64> = Connection::open(copy, key, None, Role::Writer)?
        .row(Sql::new(sql), "count the tables of the copy")?;
    if found == expected {
        return Ok(());
    }
    Err(StoreError::Unexpected(
        "the copy of the database does not have the same tables as the database".into(),
    ))
}
