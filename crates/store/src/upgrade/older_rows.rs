//! Rows of an older schema brought under the rules of this one, once: after an upgrade, and in a vault that was adopted.

use privatus_domain::{Act, NewAuditEntry, Resource, ResourceKind};
use serde_json::json;

use crate::db::connection::Link;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::shared::Shared;
use crate::upgrade::Upgrade;

/// The schema whose rules the store settles (docs/MIGRATIONS.md, "Expand, backfill, contract").
pub(crate) const SETTLED: i64 = 20_261_125_000_003;

impl Store {
    /// Settles the rows of an older schema.
    ///
    /// # Errors
    /// [`StoreError`] of the database; nothing is settled then, and the next open does it.
    pub(crate) fn model_settle(&self) -> Result<(), StoreError> {
        self.write("model_settle", |tx| tx.settle_noted(self.upgrade.as_ref()))
    }
}

/// The same on a connection, behind the steps of an upgrade and still alone with the vault.
///
/// # Errors
/// As [`Store::model_settle`].
pub(crate) fn settle(link: &mut Link, shared: &Shared, upgrade: &Upgrade) -> Result<(), StoreError> {
    Store::write_on(link, shared, |tx| tx.settle_noted(Some(upgrade)))
}

impl WriteTx<'_> {
    fn settle_noted(&mut self, upgrade: Option<&Upgrade>) -> Result<(), StoreError> {
        self.model_settle(upgrade.is_some())?;
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let details = json!({
            "from": upgrade.map(|upgrade| upgrade.from), "to": SETTLED,
            "steps": upgrade.map(|upgrade| upgrade.steps.as_slice()),
        });
        let entry = NewAuditEntry::done(self.now(), Act::SchemaUpgrade);
        self.audit(&entry.on(vault).with(details))
    }

    /// All of it, in one transaction; `is_expected` in a vault that was just made or brought up by this build.
    pub(crate) fn model_settle(&mut self, is_expected: bool) -> Result<(), StoreError> {
        self.audit_settle(is_expected)?;
        self.contact_settle()?;
        self.groups_settle()?;
        let sql = Sql::new("UPDATE vault_state SET settled_version = ? WHERE id = 1");
        self.link
            .run(sql.bind(SETTLED), "note that rows are settled")
            .map(drop)
    }
}
