//! What opening a vault records at once: the generation of the key ring, and earlier failed unlocks.

use diesel::prelude::*;
use privatus_crypto::KeyRing;
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, ResourceKind, SecurityKind, Severity};
use privatus_schema::functions::greater;
use privatus_schema::{LimitLiteral, SqlBlob, SqlInt, SqlText, audit_log, vault_state};
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};
use crate::vault::attempts::{self, Failed};
use crate::vault::own_row::odd_mark_error;
use crate::vault::rings::generation_of;

/// How many of the newest entries that name a generation are read.
const NAMING: u32 = 64;

impl Store {
    /// Records failed unlocks and the generation, then the unlock itself. The database stores the highest generation it
    /// was opened with, so a key ring with a lower one is recognized as a restored copy. Most opens have only the
    /// unlock to record; it then waits for the next write.
    pub(super) fn note_open(
        &mut self,
        ring: &KeyRing,
        highest: i64,
        unlock: NewAuditEntry,
    ) -> Result<(), StoreError> {
        let generation = generation_of(ring);
        let failed = Failed::look(&self.files);
        self.warnings.extend(failed.as_ref().map(Failed::warning));
        self.warnings.extend(is_older(generation, highest));
        if failed.is_none() {
            attempts::tidy(&self.files);
        }
        if failed.is_none() && generation == highest {
            self.shared.pending.entry(unlock);
            return Ok(());
        }
        let noted = self.write("unlock", |tx| {
            failed.iter().try_for_each(|failed| tx.failed_unlocks(failed))?;
            tx.generation_note(ring, highest)?;
            tx.audit(&unlock)
        });
        match (&noted, failed) {
            (Err(_), _) => self.shared.pending.entry(unlock),
            // Only after the commit: otherwise the next open reports the failures again.
            (Ok(()), Some(failed)) => failed.forget(&self.files),
            (Ok(()), None) => {}
        }
        noted
    }
}

/// Returns a warning if the key ring's generation is below the highest that the vault was opened with.
pub(crate) fn is_older(generation: i64, highest: i64) -> Option<String> {
    (generation < highest).then(|| {
        format!(
            "the key ring is older (generation {generation}) than one this vault was opened with ({highest}); it may be \
             a restored copy, and an old password may open it"
        )
    })
}

impl ReadTx<'_> {
    /// Returns the highest key ring generation that this database was opened with.
    pub(crate) fn generation(&mut self) -> Result<i64, StoreError> {
        let own = self.own_row()?;
        own.generation.ok_or_else(|| odd_mark_error("highest_generation"))
    }

    /// Returns the highest generation named in the audit log; 0 if there is none. Details are sealed to their row, so
    /// someone with only the database key cannot invent a number. They can remove entries, but the chain reveals that.
    pub(crate) fn generation_named(&mut self) -> Result<i64, StoreError> {
        let own = self.own_id().to_string();
        let rows: Vec<(SqlInt, Option<SqlBlob>)> =
            self.db.ask("read the generations in the audit log", |db| {
                let named = |act: Act| audit_log::action.eq(SqlText(act.action()));
                audit_log::table
                // Uses the index on the resource: few entries are about the vault.
                .filter(audit_log::resource_type.eq(SqlText(ResourceKind::Vault.as_str())))
                .filter(audit_log::resource_id.eq(SqlText(own.as_str())))
                .filter(named(Act::PasswordChange).or(named(Act::KeyRingNote)))
                .order(audit_log::log_id.desc())
                .select((audit_log::log_id, audit_log::details))
                .limit_literal(NAMING)
                .load(db)
            })?;
        let mut highest = 0;
        for (log_id, details) in rows {
            let row_id = log_id.0.to_le_bytes();
            let open = |sealed: &SqlBlob| self.open_value("audit_log", "details", &row_id, &sealed.0);
            let plain = match details.as_ref().map(open).transpose() {
                // A planted value names nothing.
                Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => None,
                plain => plain?,
            };
            let details = plain.and_then(|plain| serde_json::from_slice::<Value>(&plain).ok());
            let named = details.and_then(|details| details.get("generation").and_then(Value::as_i64));
            highest = highest.max(named.unwrap_or_default());
        }
        Ok(highest)
    }
}

impl WriteTx<'_> {
    fn generation_note(&mut self, ring: &KeyRing, highest: i64) -> Result<(), StoreError> {
        let generation = generation_of(ring);
        if generation > highest {
            // The process that wrote the note or changed the password could not record it.
            let noted = ring.noted();
            if noted
                .note()
                .is_some_and(|note| note.generation == ring.generation())
            {
                return self.ring_noted(ring, &noted, &json!({ "noted": "at the next open" }));
            }
            self.generation_set(generation)?;
            return self.password_changed(json!({ "generation": generation, "noted": "at the next open" }));
        }
        if generation == highest {
            return Ok(());
        }
        // The log may know a higher generation than the mark, if the mark was lowered.
        self.generation_set(highest)?;
        let at = self.now();
        let details = json!({ "generation": generation, "highest": highest });
        self.audit(
            &NewAuditEntry::done(at, Act::KeyRingRollback)
                .with(&details)
                .failed("the key ring is older than the database"),
        )?;
        self.security_event_once(&NewSecurityEvent {
            at,
            kind: SecurityKind::KeyRingRollback,
            severity: Severity::Critical,
            user: None,
            description: "the key ring is older than the database".into(),
            raw_data: Some(details.into()),
        })
        .map(drop)
    }

    /// Records the key ring's generation; the mark never goes down.
    pub(crate) fn generation_set(&mut self, generation: i64) -> Result<(), StoreError> {
        let later = greater(vault_state::highest_generation, SqlInt(generation));
        self.db.ask_one("record the key ring's generation", |db| {
            diesel::update(vault_state::table.find(SqlInt(1)))
                .set(vault_state::highest_generation.eq(later))
                .execute(db)
        })
    }
}

#[cfg(test)]
mod tests {
    use privatus_crypto::{KdfCost, Password};
    use privatus_domain::{Act, AuditFilter};

    use crate::testing::{Vault, secret, unlock};

    /// The key ring was written, but the disk was too full for the database.
    #[test]
    fn a_change_of_password_that_was_not_noted_is_noted_by_the_next_open() {
        let vault = Vault::new();
        let new = Password::new("secret").unwrap();
        let cost = Some(KdfCost::minimum());
        vault.store.change_password(&secret(), &new, cost).unwrap();
        vault.sql("UPDATE vault_state SET highest_generation = highest_generation - 1");
        let (_folder, path) = vault.lock();
        for _ in 0..2 {
            unlock(&path).unwrap().close().unwrap();
        }
        let store = unlock(&path).unwrap();
        let entries = store
            .read(|tx| tx.audit_entries(&AuditFilter::default(), 100))
            .unwrap();
        let changes = entries
            .iter()
            .filter(|entry| entry.action == Act::PasswordChange.action());
        assert_eq!(changes.count(), 2, "the change, and once what it could not note");
    }
}
