//! A connection that was taken out of the store.

use crate::db::connection::{Connection, Role};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::store::Store;

/// A connection taken out, given back also when the work panics: the next writer's turn must come.
pub(crate) struct Lease<'a> {
    store: &'a Store,
    role: Role,
    db: Option<Connection>,
}

impl<'a> Lease<'a> {
    pub(crate) const fn new(store: &'a Store, role: Role, db: Connection) -> Self {
        Self {
            store,
            role,
            db: Some(db),
        }
    }

    pub(crate) fn db(&mut self) -> Result<&mut Connection, StoreError> {
        self.db
            .as_mut()
            .ok_or(StoreError::Busy("the connection was given back"))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let Some(mut db) = self.db.take() else {
            return;
        };
        // Only a panic leaves a transaction open.
        if !db.raw().is_autocommit() {
            let _ = db.run(Sql::new("ROLLBACK"), "roll back");
        }
        match self.role {
            Role::Writer => self.store.return_writer(db),
            Role::Reader { .. } => self.store.return_reader(db),
        }
    }
}
