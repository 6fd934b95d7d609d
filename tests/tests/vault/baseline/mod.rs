//! `migrate baseline`: a database with the specification's tables, as another program made it, becomes a vault; or it is
//! refused, and then nothing was created and nothing changed.

mod differs;
mod full;
mod owners;
mod refused;
mod rows;
mod source;

use std::collections::BTreeSet;

use crate::split;

/// The text that the store compares with is the specification's own SQL, but for what SQLite refuses.
#[test]
fn the_copy_that_is_compared_with_is_the_specification() {
    let ours: BTreeSet<String> = split::statements(include_str!(
        "../../../../crates/import/src/baseline/specification.sql"
    ))
    .into_iter()
    .collect();
    let theirs: BTreeSet<String> = source::specification().into_iter().collect();
    assert_eq!(ours.len(), 17 + 15);
    assert_eq!(ours, theirs);
}
