//! Makes rows of an older schema follow the rules of the current one, once: after an upgrade, and in an adopted vault.

use diesel::prelude::*;
use privatus_domain::{Act, NewAuditEntry, Resource, ResourceKind};
use privatus_schema::{SqlInt, vault_state};
use serde_json::json;

use crate::db::connection::Connection;
use crate::error::StoreError;
use crate::run::write_on;
use crate::tx::WriteTx;
use crate::tx::shared::Shared;
use crate::upgrade::outcome::Upgrade;
use crate::vault::doubt::{Doubt, may_lack_chain};

/// The schema version whose rules are applied to older rows (docs/MIGRATIONS.md, "Expand, backfill, contract").
pub(crate) const RULES_VERSION: i64 = 20_261_125_000_003;

/// Makes the rows of an older schema follow the current rules, after the steps of an upgrade and still with exclusive
/// access.
///
/// # Errors
/// [`StoreError`] of the database; nothing is changed then, and the next open tries again.
pub(crate) fn adapt(
    db: &mut Connection,
    shared: &Shared,
    upgrade: &Upgrade,
    doubt: Option<&Doubt>,
) -> Result<(), StoreError> {
    write_on(db, shared, |tx| tx.older_rows_adapt_noted(Some(upgrade), doubt))
}

impl WriteTx<'_> {
    /// Makes the rows follow the rules and records it in the audit log. `doubt` is a contradiction between the key
    /// ring's note and the database: it is recorded too, so that a log is never silently given a new chain.
    pub(crate) fn older_rows_adapt_noted(
        &mut self,
        upgrade: Option<&Upgrade>,
        doubt: Option<&Doubt>,
    ) -> Result<(), StoreError> {
        let is_expected = upgrade.is_some() || may_lack_chain(&self.shared.noted());
        self.older_rows_adapt(is_expected)?;
        if let Some(doubt) = doubt {
            self.doubt_note(doubt)?;
        }
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let details = json!({
            "from": upgrade.map(|upgrade| upgrade.from), "to": RULES_VERSION,
            "steps": upgrade.map(|upgrade| upgrade.steps.as_slice()),
        });
        let entry = NewAuditEntry::done(self.now(), Act::SchemaUpgrade);
        self.audit(&entry.on(vault).with(details))
    }

    /// Makes the rows follow the rules, in one transaction; `is_expected` is true for a vault that this build has just
    /// created or upgraded.
    pub(crate) fn older_rows_adapt(&mut self, is_expected: bool) -> Result<(), StoreError> {
        self.audit_take_unchained(is_expected)?;
        self.contact_names_fold()?;
        self.groups_adapt()?;
        self.db.ask_one("note that rows are settled", |db| {
            diesel::update(vault_state::table.find(SqlInt(1)))
                .set(vault_state::settled_version.eq(SqlInt(RULES_VERSION)))
                .execute(db)
        })
    }
}
