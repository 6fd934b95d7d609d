//! A vault that is being created and is not yet in its final place.

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

/// A vault that is being created and is not yet visible.
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
    /// Writes rows in one transaction, which is rolled back on an error.
    ///
    /// # Errors
    /// What `work` returns; [`StoreError`] of the database.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut RawRows<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        write_on(self.db, self.shared, |tx| work(&mut RawRows::new(tx)))
    }
}

impl Store {
    /// Creates a vault in `path` like [`create_keeping`](Self::create_keeping), with the rows that `fill` writes, and
    /// opens it. The audit log records that the vault was adopted.
    ///
    /// # Errors
    /// Those of [`create`](Self::create), of `fill` and of `keep`. Nothing is left in `path` then.
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
