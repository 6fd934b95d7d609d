//! A vault in which every table that the store writes has every kind of value, made only through its public calls: for
//! tests of anything that must copy a whole vault without loss.

mod contacts;
mod events;
mod groups;
mod messages;
mod moments;
mod others;

use privatus_domain::Timestamp;
use privatus_store::{Store, StoreError};

/// Fills an empty vault.
///
/// # Errors
///
/// [`StoreError`] of the store; none in an empty vault.
pub fn fill(store: &Store) -> Result<(), StoreError> {
    contacts::fill(store)?;
    // The log begins after the entries that were removed.
    store.write("filled", |tx| tx.audit_prune(Timestamp::MAX))?;
    groups::fill(store)?;
    messages::fill(store)?;
    others::fill(store)?;
    events::fill(store)?;
    // At the end one contact is removed: their messages in groups stay, and their transfers have no contact. A second
    // one is removed but not swept yet: their conversation is hidden.
    store.write("filled", |tx| tx.contact_remove(&contacts::GONE.parse()?))?;
    store.removals_sweep()?;
    store.write("filled", |tx| tx.contact_remove(&contacts::GOING.parse()?))
}
