//! Whether rows may stand in the vault that this build writes in no such form: `migrate baseline` keeps those of another
//! application as they are, and an upgrade those of an older schema.

use diesel::dsl::exists;
use diesel::prelude::*;
use privatus_domain::Act;
use privatus_schema::{SqlInt, SqlText, audit_log, vault_state};

use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// The audit log says that the vault was adopted or brought up to date, or its beginning was removed and nobody knows. The
    /// log's chain vouches for all three.
    pub(super) fn may_be_adopted(&mut self) -> Result<bool, StoreError> {
        self.db.ask("look whether the vault was adopted", |db| {
            let acts = [Act::VaultAdopt, Act::SchemaUpgrade].map(|act| SqlText(act.action()));
            let adopted = audit_log::table.filter(audit_log::action.eq_any(acts));
            let cut = vault_state::table
                .find(SqlInt(1))
                .filter(vault_state::audit_removed.is_not_null());
            diesel::select(exists(adopted).or(exists(cut))).get_result(db)
        })
    }
}
