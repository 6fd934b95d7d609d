//! Whether rows of another application may stand in the vault: `migrate baseline` keeps them as they are.

use diesel::dsl::exists;
use diesel::prelude::*;
use privatus_domain::Act;
use privatus_schema::{SqlInt, SqlText, audit_log, vault_state};

use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// The audit log says that the vault was adopted, or its beginning was removed and nobody knows. The log's chain vouches
    /// for both.
    pub(super) fn may_be_adopted(&mut self) -> Result<bool, StoreError> {
        self.db.ask("look whether the vault was adopted", |db| {
            let adopted = audit_log::table.filter(audit_log::action.eq(SqlText(Act::VaultAdopt.action())));
            let cut = vault_state::table
                .find(SqlInt(1))
                .filter(vault_state::audit_removed.is_not_null());
            diesel::select(exists(adopted).or(exists(cut))).get_result(db)
        })
    }
}
