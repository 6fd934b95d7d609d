//! A vault between its making and its being seen.

use std::path::Path;

use privatus_crypto::{Password, RecoveryCode};
use privatus_domain::Act;

use super::rows::RawRows;
use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::run::write_on;
use crate::store::Store;
use crate::tx::shared::Shared;
use crate::vault::VaultOptions;

/// A vault that is being made and that nobody sees yet.
pub struct UnfinishedVault<'a> {
    db: &'a mut Connection,
    shared: &'a Shared,
}

impl std::fmt::Debug for UnfinishedVault<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UnfinishedVault")
    }
}

impl UnfinishedVault<'_> {
    /// Writes rows in one transaction; an error keeps none of them.
    ///
    /// # Errors
    /// Those of `work`; [`StoreError`] of the database.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut RawRows<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        write_on(self.db, self.shared, |tx| work(&mut RawRows::new(tx)))
    }
}

impl Store {
    /// Makes a vault in `path` as [`create_keeping`](Self::create_keeping) does, with the rows that `fill` writes in it, and opens it. It
    /// says in its audit log that it was adopted.
    ///
    /// # Errors
    /// Those of [`create`](Self::create), of `fill` and of `keep`; nothing is left behind.
    pub fn create_filled<E: From<StoreError>>(
        path: &Path,
        password: &Password,
        options: &VaultOptions,
        fill: impl FnOnce(&mut UnfinishedVault<'_>) -> Result<(), E>,
        keep: impl FnOnce(&RecoveryCode) -> Result<(), E>,
    ) -> Result<Self, E> {
        let fill = |db: &mut Connection, shared: &Shared| fill(&mut UnfinishedVault { db, shared });
        Self::create_with(path, password, options, Act::VaultAdopt, fill, keep).map(|(store, _)| store)
    }
}
