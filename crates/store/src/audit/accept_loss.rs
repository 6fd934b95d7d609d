//! A loss in the log is accepted: what stands is chained on, and an entry, an event and the key ring's note say that it was.

use privatus_crypto::Secret;
use privatus_domain::{
    Act, NewAuditEntry, NewSecurityEvent, Permission, Resource, ResourceKind, SecurityKind, Severity,
};
use serde_json::json;

use super::losses::AuditLoss;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::chain_head::ChainHead;
use crate::vault::ring_note::anew::ring_note_anew;

impl Store {
    /// Takes the audit log as it stands from here on, though entries of it are lost or cannot be proven; `current` is the
    /// password or the recovery code. Entries whose MAC does not hold, and all behind the first of them, get another MAC: a
    /// head that was kept of these fits no longer. What was lost is not given back by it: the entry that is written says
    /// what it was, an event stands until it is resolved, and the key ring's note counts it. Gives `None`, and changes
    /// nothing, when the log holds. `asked` is what somebody agreed to: another loss than that is refused.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] for a user that may not do everything with the vault; [`StoreError::WrongSecret`];
    /// [`StoreError::AuditBroken`] when the loss is another than `asked`; [`StoreError::ReadOnly`];
    /// [`StoreError`] of the database when an entry cannot be read at all.
    pub fn audit_accept_loss(
        &self,
        current: &Secret,
        asked: Option<&AuditLoss>,
    ) -> Result<Option<AuditLoss>, StoreError> {
        self.pool.check_writable()?;
        self.read(|tx| tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin))?;
        let is_lost = |store: &Self| {
            let found = store.read_long(|tx| tx.audit_losses_walk())?;
            found.as_ref().map_or(Ok(()), |found| is_asked(found, asked))?;
            Ok(found.is_some())
        };
        ring_note_anew(self, current, is_lost, |store| {
            store.write_durably("audit_settle", |tx| tx.audit_accept_loss(asked))
        })
    }
}

/// Refuses another loss than the one that somebody agreed to.
fn is_asked(found: &AuditLoss, asked: Option<&AuditLoss>) -> Result<(), StoreError> {
    if asked.is_some_and(|asked| !asked.is_as(found)) {
        let why = "what does not hold of it is not what was asked about any more: look at it again";
        return Err(StoreError::AuditBroken(why.into()));
    }
    Ok(())
}

impl WriteTx<'_> {
    /// Chains on what stands; gives what is lost, and the number of the entry that says so.
    fn audit_accept_loss(
        &mut self,
        asked: Option<&AuditLoss>,
    ) -> Result<Option<(AuditLoss, i64)>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        let Some(loss) = self.audit_losses_walk()? else {
            return Ok(None);
        };
        is_asked(&loss, asked)?;
        // First: what is written below needs its numbers.
        let gone = self.counters_mend(&loss.altered, loss.up_to)?;
        let gone: Vec<_> = gone
            .iter()
            .map(|(table, rows)| json!({ "table": table, "rows_removed": rows }))
            .collect();
        if loss.is_checkpoint_lost {
            self.audit_checkpoint_forget()?;
        }
        let mut details_lost = Vec::new();
        let mut mac = loss.last_mac;
        if let Some((previous, from)) = loss.from {
            (mac, details_lost) = self.audit_chain_anew(previous, from.saturating_sub(1), loss.entries)?;
        }
        self.audit_head = Some(ChainHead {
            given: loss.up_to,
            mac,
        });
        let details = json!({
            "accepted_loss": true, "why": loss.why, "up_to": loss.up_to, "missing": loss.missing.to_json(),
            "unproven": loss.unproven.to_json(), "checkpoint_lost": loss.is_checkpoint_lost, "counters": gone,
            "noted_entry_lost": loss.noted_lost, "chained_anew_from": loss.from.map(|(_, from)| from), "details_lost": details_lost,
        });
        let entry = NewAuditEntry::done(self.now(), Act::AuditSettle)
            .on(Resource::every(ResourceKind::Audit))
            .with(details.clone());
        self.audit(&entry)?;
        let entry = self.audit_position()?.given;
        self.security_event(&NewSecurityEvent {
            at: self.now(),
            kind: SecurityKind::AuditLoss,
            severity: Severity::High,
            user: None,
            description: format!(
                "{} entries of the audit log are missing and {} cannot be proven{}; this was accepted with entry {entry}",
                loss.missing.count,
                loss.unproven.count,
                if loss.noted_lost.is_some() {
                    ", and how many stood behind the one that the key ring notes nobody can say"
                } else {
                    ""
                }
            ),
            raw_data: Some(details.into()),
        })?;
        Ok(Some((loss, entry)))
    }
}
