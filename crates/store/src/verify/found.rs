//! Runs checks and records their findings, so that they are not only visible on the terminal of the person who ran the
//! check.

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
    /// Runs [`ReadTx::verify`](crate::ReadTx::verify) on a separate connection. Findings are recorded in the audit log
    /// and, until someone resolves it, as one security event; a file with damaged pages is not written to.
    ///
    /// # Errors
    /// [`StoreError`] if the check itself could not run.
    pub fn verify(&self, progress: &mut dyn FnMut(VerifyProgress)) -> Result<Verification, StoreError> {
        let mut found = self.read_long(|tx| tx.verify(progress))?;
        self.verify_key_ring(&mut found);
        if let Some(first) = found.problems.first().filter(|_| !found.is_damaged) {
            self.note_found(ResourceKind::Vault, first, found.problem_count);
        }
        Ok(found)
    }

    /// Runs [`ReadTx::audit_verify`](crate::ReadTx::audit_verify) on a separate connection. Findings are recorded in
    /// the same way.
    ///
    /// # Errors
    /// [`StoreError`] if the check itself could not run.
    pub fn audit_verify(
        &self,
        anchor: Option<&AuditHead>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<AuditCheck, StoreError> {
        let check = self.read_long(|tx| tx.audit_verify(anchor, progress))?;
        // A head passed by the caller is not a finding about the vault: it may be another vault's.
        let of_the_log = check.broken.as_ref().filter(|_| !check.is_anchor_missed);
        if let Some((_, why)) = of_the_log {
            // In the same words as the full check, so that both lead to one event.
            self.note_found(ResourceKind::Audit, &format!("audit log: {why}"), 1);
        }
        Ok(check)
    }

    /// Checks the key ring, which is written before the database: if it is older than the database knows, it was put
    /// back.
    fn verify_key_ring(&self, found: &mut Verification) {
        let highest = self.read(|tx| Ok::<_, StoreError>(tx.generation()?.max(tx.generation_named()?)));
        // Anything that cannot be read has already been reported.
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
            description: "a check found data that is not as it was written".into(),
            raw_data: Some(details.into()),
        };
        let written = self.write("verify_failed", |tx| {
            tx.audit(&entry)?;
            tx.security_event_once(&event).map(drop)
        });
        if let Err(error) = written {
            // The findings are returned even if the vault cannot be written.
            tracing::debug!(%error, "the findings of a check were not recorded");
        }
    }
}
