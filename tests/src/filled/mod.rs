//! A vault in which every table that the store writes has every kind of value, made through its public calls alone: for
//! whatever must carry a whole vault over and lose nothing.

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
/// [`StoreError`] of the store: none, in a vault that was empty.
pub fn fill(store: &Store) -> Result<(), StoreError> {
    contacts::fill(store)?;
    // The log begins behind what was removed of it.
    store.write("filled", |tx| tx.audit_prune(Timestamp::MAX))?;
    groups::fill(store)?;
    messages::fill(store)?;
    others::fill(store)?;
    events::fill(store)?;
    // Last of all somebody goes: what it wrote in groups stays, and its transfers have nobody. Another is about to: what
    // there was with it is hidden, and not swept yet.
    store.write("filled", |tx| tx.contact_remove(&contacts::GONE.parse()?))?;
    store.removals_sweep()?;
    store.write("filled", |tx| tx.contact_remove(&contacts::GOING.parse()?))
}
