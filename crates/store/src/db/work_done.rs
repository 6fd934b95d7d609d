//! The work that the connections of a store did, in counts that are the same on every machine.

use std::ops::{AddAssign, Sub};

use privatus_sqlite::testing::Counters;

/// What a store's connections did, for tests and the benchmark: the difference of two readings of
/// [`Store::work_done`](crate::Store::work_done) is the work between them.
///
/// Pages count from the opening of a connection, statements from the first reading, or from the opening after
/// `privatus_sqlite::testing::count_from_opening`. The counts of a connection are lost when it is closed or renewed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkDone {
    /// Statements prepared, including those that SQLite prepared again.
    pub statements_prepared: u64,
    /// Statements run, including BEGIN and COMMIT.
    pub statements_run: u64,
    /// Operations of SQLite's virtual machine.
    pub vm_steps: u64,
    /// Rows stepped in scans of whole tables.
    pub full_scan_steps: u64,
    /// Sorts: an ORDER BY, GROUP BY or DISTINCT that no index answers.
    pub sorts: u64,
    /// Pages found in the page cache.
    pub cache_hits: u64,
    /// Pages fetched from file or write-ahead log, and decrypted.
    pub pages_fetched: u64,
    /// Pages encrypted and written to file or write-ahead log.
    pub pages_written: u64,
}

impl From<Counters> for WorkDone {
    fn from(counters: Counters) -> Self {
        Self {
            statements_prepared: counters.statements_prepared,
            statements_run: counters.statements_run,
            vm_steps: counters.vm_steps,
            full_scan_steps: counters.fullscan_steps,
            sorts: counters.sorts,
            cache_hits: counters.cache_hit,
            pages_fetched: counters.cache_miss,
            pages_written: counters.cache_write,
        }
    }
}

impl WorkDone {
    fn zip(self, other: Self, merge: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            statements_prepared: merge(self.statements_prepared, other.statements_prepared),
            statements_run: merge(self.statements_run, other.statements_run),
            vm_steps: merge(self.vm_steps, other.vm_steps),
            full_scan_steps: merge(self.full_scan_steps, other.full_scan_steps),
            sorts: merge(self.sorts, other.sorts),
            cache_hits: merge(self.cache_hits, other.cache_hits),
            pages_fetched: merge(self.pages_fetched, other.pages_fetched),
            pages_written: merge(self.pages_written, other.pages_written),
        }
    }
}

impl AddAssign for WorkDone {
    fn add_assign(&mut self, more: Self) {
        *self = self.zip(more, u64::saturating_add);
    }
}

impl Sub for WorkDone {
    type Output = Self;

    /// Returns the work since an `earlier` reading. If a connection was renewed in between, counts do not go below
    /// zero.
    fn sub(self, earlier: Self) -> Self {
        self.zip(earlier, u64::saturating_sub)
    }
}
