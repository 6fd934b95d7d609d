//! Checks the audit log's chain, as part of the full check.

use super::{Verification, VerifyProgress};
use crate::db::at_most::ascends;
use crate::error::StoreError;
use crate::tx::ReadTx;
use crate::upgrade::older_rows::RULES_VERSION;

impl ReadTx<'_> {
    /// Walks the chain and reports its first fault. Entries of an older schema that have not been added to the chain
    /// yet are not a fault.
    pub(super) fn verify_chain(
        &mut self,
        found: &mut Verification,
        total: u64,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<(), StoreError> {
        self.verify_generation(found)?;
        let settled = self.own_row()?.settled;
        if settled.is_none_or(|version| version < RULES_VERSION) {
            // If the key ring notes an entry of a chain, an unchained log is not waiting: it was altered.
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

    /// Reports the entries that no list can read, including those after the first fault.
    fn verify_entries_read(&mut self, found: &mut Verification, told: &str) -> Result<(), StoreError> {
        let unread = self.audit_unread()?;
        let others = unread.into_iter().filter(|line| line != told);
        others.for_each(|line| found.problem(format!("audit log: {line}")));
        Ok(())
    }

    /// Checks the mark of the key ring's generation, which rises with each audit entry that names one.
    fn verify_generation(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let compared = self
            .generation_named()
            .and_then(|named| Ok((named, self.generation()?)));
        match compared {
            Ok((named, mark)) if mark < named => found.problem(format!(
                "the mark of the key ring's generation ({mark}) is lower than one that the audit log names ({named}): \
                 it was altered"
            )),
            Ok(_) => {}
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                found.problem(format!("key ring's generation: {why}"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Reports an entry that cannot be read, which is why the entries are still unchained.
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
                    let place = match after {
                        i64::MIN => String::new(),
                        after => format!(" because of an entry after {after}"),
                    };
                    found.problem(format!("audit log: it cannot be chained{place}: {why}"));
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
}
