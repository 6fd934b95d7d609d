//! The work of each hot operation in counts that no machine changes, compared with `expected.txt`.
//!
//! No clock is asserted: a statement more, a page more or an allocation more for each message is seen on any machine,
//! in a debug build. What SQLite allocates is not in the heap's figures, only what Rust does.
//!
//! A separate program, because `allocation_counter` replaces the program's allocator. It counts each thread separately.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod history;
mod operations;
mod table;

use std::path::Path;

use crate::history::Vault;
use crate::table::Table;

/// If this variable is set, the measured figures become the new expectation.
const ACCEPT: &str = "PRIVATUS_ACCEPT_COUNTS";

#[test]
fn hot_operations_do_the_work_they_are_expected_to() {
    privatus_sqlite::testing::count_from_opening();
    let found = Table::new(operations::all(&Vault::new()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hot_counts/expected.txt");
    if std::env::var_os(ACCEPT).is_some() {
        std::fs::write(&path, found.to_string()).unwrap();
        eprintln!("written: {}", path.display());
        return;
    }
    let expected = Table::parse(&std::fs::read_to_string(&path).unwrap());
    let differences = found.differences(&expected);
    assert!(
        differences.is_empty(),
        "hot operations do other work than tests/tests/hot_counts/expected.txt says, \
         which is a regression, or an improvement to be kept:\n\n{}\n\n\
         All that was found:\n\n{found}\n\
         If this is meant, accept it and commit the file:\n  \
         {ACCEPT}=1 cargo test --workspace --test hot_counts\n",
        differences.join("\n")
    );
}
