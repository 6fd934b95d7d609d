//! Sessions that act for one of the application's users.

use privatus_domain::UserId;

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};
use crate::unwritten::unwritten;

/// A session of a store that serves several users: every read and write of what access control covers is checked
/// against the grants, and what is refused is audited ([`StoreError::AccessDenied`], 28).
///
/// It separates users of one application. Whoever holds the vault's key needs no session.
#[derive(Debug)]
pub struct Session<'a> {
    store: &'a Store,
    user: UserId,
}

impl Store {
    /// A session for a user. On a store that is [bound](Self::bind) it stays with the user of that.
    #[must_use]
    pub fn session(&self, user: UserId) -> Session<'_> {
        let user = self.shared.user.clone().unwrap_or(user);
        Session { store: self, user }
    }

    /// Binds the whole store to a user: from here on each of its transactions acts for it, and nothing takes that back.
    #[must_use]
    pub fn bind(mut self, user: UserId) -> Self {
        self.shared.user = Some(self.shared.user.take().unwrap_or(user));
        self
    }

    /// A refusal is written down in a transaction of its own: the one that was refused leaves nothing.
    pub(crate) fn note_refusals<T, E: From<StoreError>>(&self, result: Result<T, E>) -> Result<T, E> {
        // Where nothing can be written, nothing is recorded.
        if !self.shared.pending.has_refusals() || self.is_read_only() {
            return result;
        }
        let noted = self.write_queued("access_refused", |_| Ok::<_, StoreError>(()));
        match (result, noted) {
            (Ok(value), Ok(())) => Ok(value),
            (Ok(_), Err(error)) => Err(error.into()),
            // A refusal that something keeps out of the log is told as that; what is put off waits for the next write.
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
        self.store.note_refusals(result)
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
        self.store.note_refusals(result)
    }
}
