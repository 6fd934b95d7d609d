//! A loss in the log is accepted: what stands is chained on, and an entry, an event and the key ring's note say that it was.

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
    /// Takes the audit log as it stands from here on, though entries of it are lost or cannot be proven; `current` is the
    /// password or the recovery code. Entries whose MAC does not hold, and all behind the first of them, get another MAC: a
    /// head that was kept of these fits no longer. What was lost is not given back by it: the entry that is written says
    /// what it was, an event stands until it is resolved, and the key ring's note counts it. Gives `None`, and changes
    /// nothing, when the log holds. `asked` is what somebody agreed to: another loss than that is refused.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] for a user that may not do everything with the vault; [`StoreError::WrongSecret`];
    /// [`StoreError::AuditBroken`] when the loss is another than `asked`; [`StoreError::ReadOnly`];
    /// [`StoreError`] of the database.
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

/// Refuses another loss than the one that somebody agreed to.
fn is_asked(found: &AuditLoss, asked: Option<&AuditLoss>) -> Result<(), StoreError> {
    if asked.is_some_and(|asked| !asked.is_as(found)) {
        let why = "what does not hold of it is not what was asked about any more: look at it again";
        return Err(StoreError::AuditBroken(why.into()));
    }
    Ok(())
}

/// A loss that was agreed to, once an entry can be written again.
pub(super) struct Mended {
    found: AuditLoss,
    /// What is left of it then; nothing where only counters, keys or marks were altered.
    left: Option<AuditLoss>,
    /// Rows with a number that no vault gives, by table.
    gone: Vec<(&'static str, usize)>,
}

impl WriteTx<'_> {
    /// Puts right what lets no entry be written, before anything else writes one: counters of numbers, keys, and marks. The
    /// entry that settles says of it, and until that stands the key ring's note does.
    pub(super) fn books_settle(&mut self, found: AuditLoss) -> Result<Mended, StoreError> {
        // What waits for the log would need all of it.
        self.is_settling = true;
        self.books_mend(&found.books)?;
        let gone = self.counters_mend(&found.altered, found.up_to)?;
        if !(found.keys.is_empty() && found.marks.is_empty() && found.counters.is_empty()) {
            // The entry comes with the rest of it. Where that is never reached, this says what was put right.
            self.security_event(&NewSecurityEvent {
                at: self.now(),
                kind: SecurityKind::AuditLoss,
                severity: Severity::High,
                user: None,
                description: "keys were given up, or marks and counters put right, for a loss that was accepted; an entry of \
                              the audit log says so too, unless that was interrupted"
                    .into(),
                raw_data: Some(
                    json!({ "keys": found.keys, "marks": found.marks, "counters": found.counters }).into(),
                ),
            })?;
        }
        let left = self.audit_losses_walk()?;
        Ok(Mended { found, left, gone })
    }

    /// Chains on what stands; gives what is lost, and the number of the entry that says so.
    fn audit_accept_loss(&mut self, mended: Mended) -> Result<(AuditLoss, i64), StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        let Mended { found, left, gone } = mended;
        let now = self.audit_losses_walk()?;
        match (&now, &left) {
            (Some(now), left) => is_asked(now, left.as_ref())?,
            (None, None) => {}
            (None, Some(_)) => {
                let why = "it holds again: somebody settled it meanwhile";
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
                    ", and how many stood behind the one that the key ring notes nobody can say"
                } else {
                    ""
                }
            ),
            raw_data: Some(details.into()),
        })?;
        Ok((loss, entry))
    }

    /// Gives what cannot be proven another MAC; gives the entries whose details were taken out.
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
