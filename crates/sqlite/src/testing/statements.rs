//! The SQL of the statements that run on a thread.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::CStr;

use libsqlite3_sys as ffi;

thread_local! {
    /// `Some` while this thread is inside [`statements_of`].
    static SEEN: RefCell<Option<BTreeSet<String>>> = const { RefCell::new(None) };
}

/// Runs `work`, and returns its result with the text of every statement that began to run on this thread meanwhile, on
/// any connection of this crate, including through diesel. Texts are as prepared, without bound values. Statements of
/// triggers are not included.
///
/// Calls do not nest: the inner one would take the outer one's statements.
pub fn statements_of<T>(work: impl FnOnce() -> T) -> (T, BTreeSet<String>) {
    /// Ends the collection, even if `work` panics.
    struct Collecting;
    impl Drop for Collecting {
        fn drop(&mut self) {
            SEEN.take();
        }
    }
    SEEN.set(Some(BTreeSet::new()));
    let _collecting = Collecting;
    let done = work();
    (done, SEEN.take().unwrap_or_default())
}

/// Records a statement that begins to run.
///
/// # Safety
///
/// `statement` is a live prepared statement.
pub(crate) unsafe fn note(statement: *mut ffi::sqlite3_stmt) {
    // Called by SQLite, so nothing here may unwind; a thread that is ending records nothing.
    let _ended = SEEN.try_with(|seen| {
        if let Ok(mut seen) = seen.try_borrow_mut()
            && let Some(seen) = seen.as_mut()
        {
            // SAFETY: a live statement (caller); its text is NUL-terminated, or null.
            let sql = unsafe { ffi::sqlite3_sql(statement) };
            if !sql.is_null() {
                // SAFETY: not null, and the statement's own while it lives.
                let sql = unsafe { CStr::from_ptr(sql) };
                seen.insert(sql.to_string_lossy().into_owned());
            }
        }
    });
}
