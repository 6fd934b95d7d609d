//! Accepting a loss in the log: the remaining entries are chained again, and an entry, an event and the key ring's note
//! record the loss.

use privatus_crypto::Secret;
use privatus_domain::{
    Act, NewAuditEntry, NewSecurityEvent, Permission, Resource, ResourceKind, SecurityKind, Severity,
};
use serde_json::json;

use super::losses::AuditLoss;
use super::unchained::Unread;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::chain_head::ChainHead;
use crate::vault::ring_note::anew::ring_note_anew;

impl Store {
    /// Accepts the audit log as it is, although entries are lost or cannot be proven; `current` is the password or the
    /// recovery code. The first entry whose MAC does not hold and all entries after it get new MACs, so a head exported
    /// from one of these no longer matches. This does not restore what was lost: a new entry records what it was, a
    /// security event remains until it is resolved, and the key ring's note counts it. `asked` is the loss that the
    /// user agreed to; a different one is refused. Returns `None` and changes nothing if the log holds.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] for a user without [`Permission::Admin`] on the vault; [`StoreError::WrongSecret`];
    /// [`StoreError::AuditBroken`] if the loss differs from `asked`; [`StoreError::ReadOnly`]; [`StoreError`] of the
    /// database.
    pub fn audit_accept_loss(
        &self,
        current: &Secret,
        asked: Option<&AuditLoss>,
    ) -> Result<Option<AuditLoss>, StoreError> {
        self.pool.check_writable()?;
        self.read(|tx| tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin))?;
        let mend = |store: &Self| {
            let found = store.read_long(|tx| tx.audit_losses_walk())?;
            let Some(found) = found else { return Ok(None) };
            is_asked(&found, asked)?;
            store
                .write_durably("audit_settle", |tx| tx.books_settle(found))
                .map(Some)
        };
        ring_note_anew(self, current, mend, |store, mended| {
            store.write_durably("audit_settle", |tx| tx.audit_accept_loss(mended))
        })
    }
}

/// Refuses a loss that differs from the one that the user agreed to.
fn is_asked(found: &AuditLoss, asked: Option<&AuditLoss>) -> Result<(), StoreError> {
    if asked.is_some_and(|asked| !asked.is_as(found)) {
        let why = "the loss is not the one that was shown any more; check the log again";
        return Err(StoreError::AuditBroken(why.into()));
    }
    Ok(())
}

/// An accepted loss, after the log can be written again.
pub(super) struct Mended {
    found: AuditLoss,
    /// What remains of the loss then; `None` if only counters, keys or marks were altered.
    left: Option<AuditLoss>,
    /// How many rows with impossible numbers were removed, by table.
    gone: Vec<(&'static str, usize)>,
}

impl WriteTx<'_> {
    /// Repairs what prevents entries from being written, before anything else writes one: counters of numbers, keys,
    /// and marks. The entry that settles records it; until that is written, the key ring's note does.
    pub(super) fn books_settle(&mut self, found: AuditLoss) -> Result<Mended, StoreError> {
        // Waiting entries would need all of this.
        self.is_settling = true;
        self.books_mend(&found.books)?;
        let gone = self.counters_mend(&found.altered, found.up_to)?;
        if !(found.keys.is_empty() && found.marks.is_empty() && found.counters.is_empty()) {
            // The audit entry is written later. If that is never reached, this event records what was repaired.
            self.security_event(&NewSecurityEvent {
                at: self.now(),
                kind: SecurityKind::AuditLoss,
                severity: Severity::High,
                user: None,
                description: "keys were given up, or marks and counters repaired, because a loss was accepted; an entry of the \
                              audit log records this too, unless that was interrupted"
                    .into(),
                raw_data: Some(
                    json!({ "keys": found.keys, "marks": found.marks, "counters": found.counters }).into(),
                ),
            })?;
        }
        let left = self.audit_losses_walk()?;
        Ok(Mended { found, left, gone })
    }

    /// Chains the remaining entries again. Returns the loss and the number of the entry that records it.
    fn audit_accept_loss(&mut self, mended: Mended) -> Result<(AuditLoss, i64), StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        let Mended { found, left, gone } = mended;
        let now = self.audit_losses_walk()?;
        match (&now, &left) {
            (Some(now), left) => is_asked(now, left.as_ref())?,
            (None, None) => {}
            (None, Some(_)) => {
                let why = "it holds again: somebody has settled it in the meantime";
                return Err(StoreError::AuditBroken(why.into()));
            }
        }
        let gone: Vec<_> = gone
            .iter()
            .map(|(table, rows)| json!({ "table": table, "rows_removed": rows }))
            .collect();
        let mut details_lost = Vec::new();
        let chained_from = now.as_ref().and_then(|now| now.from).map(|(_, from)| from);
        if let Some(loss) = now {
            details_lost = self.audit_chain_on(loss)?;
        }
        let loss = found;
        let details = json!({
            "accepted_loss": true, "why": loss.why, "up_to": loss.up_to, "missing": loss.missing.to_json(),
            "unproven": loss.unproven.to_json(), "checkpoint_lost": loss.is_checkpoint_lost, "counters": gone,
            "keys": loss.keys, "marks": loss.marks, "values_lost": loss.unread, "events_lost": loss.events,
            "noted_entry_lost": loss.noted_lost, "chained_anew_from": chained_from, "details_lost": details_lost,
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
                    ", and it is unknown how many there were after the one that the key ring notes"
                } else {
                    ""
                }
            ),
            raw_data: Some(details.into()),
        })?;
        Ok((loss, entry))
    }

    /// Gives entries that cannot be proven new MACs. Returns the entries whose details were removed.
    fn audit_chain_on(&mut self, loss: AuditLoss) -> Result<Vec<i64>, StoreError> {
        if loss.is_checkpoint_lost {
            self.audit_checkpoint_forget()?;
        }
        let (mut mac, mut details_lost) = (loss.last_mac, Vec::new());
        if let Some((previous, from)) = loss.from {
            (mac, details_lost) =
                self.audit_chain_anew(previous, from.saturating_sub(1), loss.entries, Unread::IsTakenOut)?;
        }
        let given = loss.up_to;
        self.audit_head = Some(ChainHead { given, mac });
        Ok(details_lost)
    }
}
