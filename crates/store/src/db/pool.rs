//! A connection that was taken out of the store.

use crate::db::connection::{Link, Role};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::store::Store;

/// A connection taken out, given back also when the work panics: the next writer's turn must come.
pub(crate) struct Lease<'a> {
    store: &'a Store,
    role: Role,
    link: Option<Link>,
}

impl<'a> Lease<'a> {
    pub(crate) const fn new(store: &'a Store, role: Role, link: Link) -> Self {
        Self {
            store,
            role,
            link: Some(link),
        }
    }

    pub(crate) fn link(&mut self) -> Result<&mut Link, StoreError> {
        self.link
            .as_mut()
            .ok_or(StoreError::Busy("the connection was given back"))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let Some(mut link) = self.link.take() else {
            return;
        };
        // Only a panic leaves a transaction open.
        if !link.raw().is_autocommit() {
            let _ = link.run(Sql::new("ROLLBACK"), "roll back");
        }
        match self.role {
            Role::Writer => self.store.return_writer(link),
            Role::Reader { .. } => self.store.return_reader(link),
        }
    }
}
