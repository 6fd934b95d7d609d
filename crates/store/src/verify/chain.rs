//! The audit log's chain, as a part of the check of everything.

use super::{Verification, VerifyProgress};
use crate::db::at_most::ascends;
use crate::error::StoreError;
use crate::tx::ReadTx;
use crate::upgrade::older_rows::RULES_VERSION;

impl ReadTx<'_> {
    /// Walks the chain; its first fault is a problem. Entries of an older schema that wait to be taken into it are no
    /// fault.
    pub(super) fn verify_chain(
        &mut self,
        found: &mut Verification,
        total: u64,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<(), StoreError> {
        self.verify_generation(found)?;
        let settled = self.own_row()?.settled;
        if settled.is_none_or(|version| version < RULES_VERSION) {
            // The key ring notes an entry of a chain: one that lost it does not wait, it was altered.
            let noted = self.shared.noted();
            if let Some(doubt) = self.doubt_of_log(&noted)? {
                let why = doubt.told();
                found.problem(format!("audit log: {why}"));
                found.audit_broken = Some(why);
            }
            return self.verify_unchained(found);
        }
        let done = found.messages;
        let check = self.audit_walk(None, &mut |_| {
            progress(VerifyProgress {
                step: "audit log",
                done,
                total,
            });
            true
        });
        match check {
            Ok(check) => {
                found.audit_entries = check.entries;
                found.values += check.details;
                if let Some((_, why)) = check.broken {
                    found.problem(format!("audit log: {why}"));
                    self.verify_entries_read(found, &why)?;
                    found.audit_broken = Some(why);
                }
                Ok(())
            }
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                found.problem(format!("audit log: {why}"));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Names the entries that no list can read, behind the first fault of the log too.
    fn verify_entries_read(&mut self, found: &mut Verification, told: &str) -> Result<(), StoreError> {
        let unread = self.audit_unread()?;
        let others = unread.into_iter().filter(|line| line != told);
        others.for_each(|line| found.problem(format!("audit log: {line}")));
        Ok(())
    }

    /// The mark of the key ring's generation goes up with the entry that names one.
    fn verify_generation(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let compared = self
            .generation_named()
            .and_then(|named| Ok((named, self.generation()?)));
        match compared {
            Ok((named, mark)) if mark < named => found.problem(format!(
                "the mark of the key ring's generation ({mark}) is lower than one that the audit log names ({named}): \
                 somebody lowered it"
            )),
            Ok(_) => {}
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                found.problem(format!("key ring's generation: {why}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// One that does not read is why they still wait.
    fn verify_unchained(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            match self.audit_rows(after) {
                Ok(rows) => match rows.last() {
                    Some(last) => {
                        ascends(&after, &last.number(), "read the audit log")?;
                        after = last.number();
                    }
                    None => return Ok(()),
                },
                Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                    found.problem(format!(
                        "audit log: it cannot be chained, for an entry behind {after}: {why}"
                    ));
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
}
