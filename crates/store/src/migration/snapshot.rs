//! A copy of the database before its schema changes: encrypted under the same key, beside it, until an open goes well.

use std::path::PathBuf;

use privatus_migrate::Event;
use privatus_sqlite::RawKey;

use crate::connection::{Link, Role};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::vault::Files;

/// Room beside the copy itself: the change may write every page once more into the log.
const COPIES: u64 = 2;
/// And some for what grows.
const SPARE: u64 = 1 << 20;

/// The copy that was made before the schema changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The file, in the vault's folder.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Writes the copy whole and durable, after asking for room on the disk; one from before is replaced.
pub(super) fn take(
    link: &mut Link,
    files: &Files,
    event: &mut dyn FnMut(Event<'_>),
) -> Result<Snapshot, StoreError> {
    let pages = link.raw().pragma_i64("page_count")?.unwrap_or(0);
    let page = link.raw().pragma_i64("page_size")?.unwrap_or(0);
    let bytes = u64::try_from(pages.saturating_mul(page)).unwrap_or(0);
    let needed = bytes.saturating_mul(COPIES).saturating_add(SPARE);
    if let Some(free) = files.free_bytes()
        && free < needed
    {
        return Err(StoreError::NoRoom { needed, free });
    }
    event(Event::SnapshotBegun { bytes });
    let partial = files.snapshot_begin()?;
    let written = write(link, &partial).and_then(|()| files.snapshot_keep());
    match written {
        Ok(bytes) => {
            let path = files.snapshot();
            event(Event::SnapshotDone { path: &path, bytes });
            Ok(Snapshot { path, bytes })
        }
        Err(error) => {
            files.snapshot_abandon();
            Err(error)
        }
    }
}

fn write(link: &mut Link, to: &std::path::Path) -> Result<(), StoreError> {
    let name = to
        .to_str()
        .ok_or_else(|| StoreError::Refused("the vault's path is not UTF-8".into()))?;
    link.run(Sql::new("VACUUM INTO ?").bind(name), "copy the database")
        .map(drop)
}

/// Whether the copy opens with the key and has the rows of `sqlite_schema` that the database has.
pub(super) fn check(snapshot: &Snapshot, key: &RawKey, link: &mut Link) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema";
    let expected: Option<i64> = link.row(Sql::new(sql), "count the tables")?;
    let mut copy = Link::open(
        &snapshot.path,
        key,
        None,
        Role::Reader {
            cache_kib: crate::connection::READER_CACHE_KIB,
        },
    )?;
    let found: Option<i64> = copy.row(Sql::new(sql), "count the tables of the copy")?;
    if found == expected {
        return Ok(());
    }
    Err(StoreError::Unexpected(
        "the copy of the database has other tables than the database".into(),
    ))
}
