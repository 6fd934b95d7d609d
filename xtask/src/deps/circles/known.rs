//! Circles that stand: to be opened, and taken off then.

/// Each as its crate and its files, in the order that the check prints them in.
pub(super) const KNOWN: &[(&str, &[&str])] = &[(
    "crates/store",
    &[
        "store.rs",
        "transfer/stale.rs",
        "upgrade/change.rs",
        "upgrade/older_rows.rs",
        "upgrade/up.rs",
        "vault/open.rs",
    ],
)];
