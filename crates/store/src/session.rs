//! A session of the store that acts for one of the application's users.

use privatus_domain::UserId;

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};

/// A store bound to a user: every read and write of what access control covers is checked against the grants, and what
/// is refused is audited ([`StoreError::AccessDenied`], 28).
///
/// It separates users of one application. Whoever holds the vault's key needs no session.
#[derive(Debug)]
pub struct Session<'a> {
    store: &'a Store,
    user: UserId,
}

impl Store {
    /// Binds a session to a user.
    #[must_use]
    pub const fn session(&self, user: UserId) -> Session<'_> {
        Session { store: self, user }
    }
}

impl Session<'_> {
    /// The user.
    #[must_use]
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// As [`Store::read`].
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
        self.note_refusals()?;
        result
    }

    /// As [`Store::write`].
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
        self.note_refusals()?;
        result
    }

    /// A refusal is written down in a transaction of its own: the one that was refused leaves nothing.
    fn note_refusals(&self) -> Result<(), StoreError> {
        if self.store.shared.pending.has_refusals() {
            return self.store.write("access_refused", |_| Ok(()));
        }
        Ok(())
    }
}
