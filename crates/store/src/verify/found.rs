//! Checks whose outcome is written down: what a person should look at must not depend on that person's terminal.

use privatus_domain::{
    Act, AuditHead, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity,
};
use serde_json::json;

use super::{Verification, VerifyProgress};
use crate::audit::AuditCheck;
use crate::error::StoreError;
use crate::store::Store;
use crate::vault::generation::is_older;
use crate::vault::rings::{generation_of, newest_ring};

impl Store {
    /// As [`ReadTx::verify`](crate::ReadTx::verify), on a connection of its own. What it finds leaves an entry in the audit
    /// log and, once until somebody resolves it, a security event; a file with damaged pages is not written to.
    ///
    /// # Errors
    /// [`StoreError`] when the check itself could not run.
    pub fn verify(&self, progress: &mut dyn FnMut(VerifyProgress)) -> Result<Verification, StoreError> {
        let mut found = self.read_long(|tx| tx.verify(progress))?;
        self.verify_key_ring(&mut found);
        if let Some(first) = found.problems.first().filter(|_| !found.is_damaged) {
            self.note_found(ResourceKind::Vault, first, found.problem_count);
        }
        Ok(found)
    }

    /// As [`ReadTx::audit_verify`](crate::ReadTx::audit_verify), on a connection of its own. What it finds leaves the same.
    ///
    /// # Errors
    /// [`StoreError`] when the check itself could not run.
    pub fn audit_verify(
        &self,
        anchor: Option<&AuditHead>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<AuditCheck, StoreError> {
        let check = self.read_long(|tx| tx.audit_verify(anchor, progress))?;
        // A head that somebody typed is no finding in the vault: it may be another's.
        let of_the_log = check.broken.as_ref().filter(|_| !check.is_anchor_missed);
        if let Some((_, why)) = of_the_log {
            // In the words of a check of everything: that is one finding, and one event.
            self.note_found(ResourceKind::Audit, &format!("audit log: {why}"), 1);
        }
        Ok(check)
    }

    /// The key ring is written before the database follows: one that is older than what the database knows was put back.
    fn verify_key_ring(&self, found: &mut Verification) {
        let highest = self.read(|tx| Ok::<_, StoreError>(tx.generation()?.max(tx.generation_named()?)));
        // What cannot be read was told already.
        if let (Ok(highest), Ok(ring)) = (highest, newest_ring(&self.files, self.shared.vault_id)) {
            let older = is_older(generation_of(&ring), highest);
            older.into_iter().for_each(|told| found.problem(told));
        }
    }

    fn note_found(&self, what: ResourceKind, first: &str, problems: u64) {
        let at = self.shared.now();
        let details = json!({ "problems": problems, "first": first });
        let entry = NewAuditEntry::done(at, Act::VerifyFailed)
            .on(Resource::every(what))
            .with(&details)
            .failed("something is not as it was written");
        let event = NewSecurityEvent {
            at,
            kind: SecurityKind::Tampering,
            severity: Severity::Critical,
            user: None,
            description: "a check found what is not as it was written".into(),
            raw_data: Some(details.into()),
        };
        let written = self.write("verify_failed", |tx| {
            tx.audit(&entry)?;
            tx.security_event_once(&event).map(drop)
        });
        if let Err(error) = written {
            // The answer is what was asked for; whoever cannot write the vault reads it all the same.
            tracing::debug!(%error, "what a check found was not written down");
        }
    }
}
