//! A vault in which every table that the store writes has every kind of value, made through its public calls alone: for
//! whatever must carry a whole vault over and lose nothing.

mod contacts;
mod events;
mod groups;
mod messages;
mod others;

use privatus_domain::Timestamp;
use privatus_store::{Store, StoreError};

/// A moment of June 2025, so many minutes after noon of the 15th.
pub(crate) fn minute(minutes: i64) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_unix_ms(1_749_988_800_000 + minutes * 60_000)?)
}

/// Fills an empty vault.
///
/// # Errors
///
/// [`StoreError`] of the store: none, in a vault that was empty.
pub fn fill(store: &Store) -> Result<(), StoreError> {
    contacts::fill(store)?;
    groups::fill(store)?;
    messages::fill(store)?;
    others::fill(store)?;
    events::fill(store)?;
    // Last of all somebody goes: what it wrote in groups stays, and its transfers have nobody.
    store.write("filled", |tx| tx.contact_remove(&contacts::GONE.parse()?))?;
    store.removals_sweep()?;
    Ok(())
}
