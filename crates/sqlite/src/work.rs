//! Limits what one call may do: a flag of the caller's, and a limit on work that grows with the file.
//!
//! SQLite calls back after a fixed number of operations of its virtual machine
//! (<https://www.sqlite.org/c3ref/progress_handler.html>). On real tables a statement needs a bounded number of
//! operations per page. On a view or a trigger that calls itself forever, or on pages that point at one another, it
//! never ends. No clock is involved: a slow disk is not an error.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Operations between two checks.
pub(crate) const EVERY: u32 = 10_000;
/// Bytes of a page.
const PAGE: u64 = 4_096;

/// Operations of SQLite's virtual machine that one call may take: a fixed number, plus a number for each page of the
/// file and of its log. The heaviest statement over a whole vault takes a few hundred per page (docs/PERFORMANCE.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkLimit {
    /// Operations regardless of the file's size.
    pub steps: u64,
    /// Additional operations per page.
    pub steps_per_page: u64,
}

impl WorkLimit {
    /// The limit of every connection.
    pub const DEFAULT: Self = Self {
        steps: 20_000_000,
        steps_per_page: 20_000,
    };

    /// What a file of this many pages allows.
    #[must_use]
    pub const fn of_pages(self, pages: u64) -> u64 {
        self.steps
            .saturating_add(self.steps_per_page.saturating_mul(pages))
    }
}

/// The work of the running call, and what ends it.
#[derive(Default)]
pub(crate) struct Work {
    looks: AtomicU64,
    /// What the call may do, once the file's size is known; 0 before.
    allowed: AtomicU64,
    is_over: AtomicBool,
    /// The file whose pages count; `None` in memory.
    file: OnceLock<PathBuf>,
    stop: OnceLock<Arc<AtomicBool>>,
}

impl Work {
    /// Starts a call.
    pub(crate) fn begin(&self) {
        self.looks.store(0, Ordering::Relaxed);
        self.allowed.store(0, Ordering::Relaxed);
        self.is_over.store(false, Ordering::Relaxed);
    }

    /// Makes `flag` end what runs, now and later. Only the first flag counts.
    pub(crate) fn stop_with(&self, flag: Arc<AtomicBool>) {
        let _ = self.stop.set(flag);
    }

    pub(crate) fn count_pages_of(&self, file: &Path) {
        // A connection has one file.
        let _ = self.file.set(file.to_owned());
    }

    /// Returns whether the call was ended because of its work.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Returns whether the call must end now.
    pub(crate) fn ends(&self) -> bool {
        if self.stop.get().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return true;
        }
        let looks = self.looks.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let done = looks.saturating_mul(EVERY.into());
        if done <= WorkLimit::DEFAULT.steps {
            return false;
        }
        if done <= self.allowed.load(Ordering::Relaxed) {
            return false;
        }
        // The file may have grown meanwhile.
        let allowed = WorkLimit::DEFAULT.of_pages(self.pages());
        self.allowed.store(allowed, Ordering::Relaxed);
        let over = done > allowed;
        self.is_over.store(over, Ordering::Relaxed);
        over
    }

    /// Pages of the file and of its log; a lower bound.
    fn pages(&self) -> u64 {
        let Some(file) = self.file.get() else {
            return 0;
        };
        let mut log = file.clone().into_os_string();
        log.push("-wal");
        let bytes = |path: &Path| path.metadata().map_or(0, |file| bytes_held(&file));
        bytes(file).saturating_add(bytes(Path::new(&log))) / PAGE
    }
}

/// Bytes that a file occupies on disk, at most its length: anyone who can write to the folder can create an
/// arbitrarily long file without any data in it.
#[cfg(unix)]
fn bytes_held(file: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    // In units of 512 whatever the file system uses (POSIX, sys_stat.h, of Linux and macOS).
    file.blocks().saturating_mul(512).min(file.len())
}

/// Bytes of a file: how much of it the disk holds is not available here.
#[cfg(not(unix))]
fn bytes_held(file: &Metadata) -> u64 {
    file.len()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_or_a_log_of_holes_allows_no_work() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        std::fs::write(&file, vec![1; 4 * 4_096]).unwrap();
        let work = Work::default();
        work.count_pages_of(&file);
        assert_eq!(work.pages(), 4);
        let log = std::fs::File::create(folder.path().join("a.db-wal")).unwrap();
        log.set_len(1 << 30).unwrap();
        assert!(work.pages() < 100, "{}", work.pages());
        let longer = std::fs::File::options().write(true).open(&file).unwrap();
        longer.set_len(1 << 30).unwrap();
        assert!(work.pages() < 100, "{}", work.pages());
    }
}
