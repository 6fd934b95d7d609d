//! Sessions that act for one of an application's users.

use privatus_domain::UserId;

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};
use crate::unwritten::unwritten;

/// A session of a store that serves several users. Every read and write that access control covers is checked against
/// the grants, and every refusal is audited ([`StoreError::AccessDenied`], exit code 28).
///
/// Sessions separate the users of one application. Anyone who has the vault's key can work without one.
#[derive(Debug)]
pub struct Session<'a> {
    store: &'a Store,
    user: UserId,
}

impl Store {
    /// Returns a session for a user. On a [bound](Self::bind) store, the session keeps the bound user.
    #[must_use]
    pub fn session(&self, user: UserId) -> Session<'_> {
        let user = self.shared.user.clone().unwrap_or(user);
        Session { store: self, user }
    }

    /// Binds the whole store to a user: from now on, all its transactions act for that user. This cannot be undone.
    #[must_use]
    pub fn bind(mut self, user: UserId) -> Self {
        self.shared.user = Some(self.shared.user.take().unwrap_or(user));
        self
    }

    /// Records refusals in a separate transaction, because the refused one is rolled back.
    pub(crate) fn note_refusals<T, E: From<StoreError>>(&self, result: Result<T, E>) -> Result<T, E> {
        // A read-only store cannot record anything.
        if !self.shared.pending.has_refusals() || self.is_read_only() {
            return result;
        }
        let noted = self.write_queued("access_refused", |_| Ok::<_, StoreError>(()));
        match (result, noted) {
            (Ok(value), Ok(())) => Ok(value),
            (Ok(_), Err(error)) => Err(error.into()),
            // An error that keeps a refusal out of the log is reported; a write that is only postponed waits for the
            // next one.
            (Err(refused), Err(error)) => match self.pool.writer() {
                Ok(mut lease) => Err(unwritten(lease.db()?, error).map_or(refused, E::from)),
                Err(_) if error.is_put_off() => Err(refused),
                Err(_) => Err(error.into()),
            },
            (Err(error), Ok(())) => Err(error),
        }
    }
}

impl Session<'_> {
    /// Returns the session's user.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// Runs a read transaction for the session's user, like [`Store::read`].
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] of the transaction itself.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = self.store.read(|tx| {
            tx.user = Some(self.user.clone());
            work(tx)
        });
        self.store.note_refusals(result)
    }

    /// Runs a write transaction for the session's user, like [`Store::write`].
    ///
    /// # Errors
    /// What `work` returns, or a [`StoreError`] of the transaction itself.
    pub fn write<T, E: From<StoreError>>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = self.store.write(name, |tx| {
            tx.user = Some(self.user.clone());
            work(tx)
        });
        self.store.note_refusals(result)
    }
}
