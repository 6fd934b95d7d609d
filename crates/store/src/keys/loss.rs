//! Creating a key in a place that lost its key is always reported and recorded.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use diesel::prelude::*;
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity};
use privatus_schema::{LimitLiteral, SqlInt, SqlText, key_store};
use serde_json::json;

use super::role::KeyRole;
use crate::audit::told::Told;
use crate::error::StoreError;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Checks for losses before a key is created: whether the place had a key that was destroyed, which only happens to
    /// a group's keys, and once per open store whether rows of keys were altered or removed. Settling reports both
    /// itself.
    pub(super) fn key_loss_look(&mut self, role: KeyRole<'_>) -> Result<(), StoreError> {
        if self.is_settling {
            return Ok(());
        }
        if !matches!(role, KeyRole::Group(_)) {
            let (kind, scope) = (role.kind(), role.scope());
            let number: Option<SqlInt> = self.db.ask("look for a destroyed key", |db| {
                key_store::table
                    .filter(key_store::key_type.eq(SqlText(kind)))
                    .filter(key_store::scope.eq(SqlText(&*scope)))
                    .select(key_store::key_number)
                    .limit_literal(1)
                    .get_result(db)
                    .optional()
            })?;
            self.lost_keys
                .extend(number.map(|number| format!("key {} ({role}) was destroyed", number.0)));
        }
        // A group's key that this transaction destroyed is not a loss.
        if !self.gone_keys.is_empty() || self.shared.keys.is_looked.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let next = self.own_row()?.next_key;
        let next = next.and_then(|next| u32::try_from(next).ok());
        let survey = self.keys_survey(&BTreeMap::new(), next)?;
        for told in Told::of(survey.told().cloned()) {
            if !self.lost_keys.contains(&told) {
                self.lost_keys.push(told);
            }
        }
        let taken = next.map_or(0, |next| next.saturating_sub(1).saturating_sub(survey.highest));
        if taken > 0 {
            self.lost_keys
                .push(format!("{taken} of the keys that were created have no row"));
        }
        Ok(())
    }

    /// Records the losses after everything else in the transaction, because an audit entry may itself need a key.
    pub(crate) fn lost_keys_note(&mut self) -> Result<(), StoreError> {
        let at = self.now();
        while !self.lost_keys.is_empty() {
            let told = std::mem::take(&mut self.lost_keys);
            let details = json!({ "keys": told });
            let text = format!(
                "keys of the vault were lost or altered, and new keys are created in their place: {}",
                told.join("; ")
            );
            let is_new = self.security_event_once(&NewSecurityEvent {
                at,
                kind: SecurityKind::Tampering,
                severity: Severity::Critical,
                user: None,
                description: text.chars().take(1_000).collect(),
                raw_data: Some(details.clone().into()),
            })?;
            if is_new {
                let entry = NewAuditEntry::done(at, Act::KeyLost).on(Resource::every(ResourceKind::Key));
                self.audit(&entry.with(details))?;
                self.told.push(text);
            }
        }
        Ok(())
    }
}
