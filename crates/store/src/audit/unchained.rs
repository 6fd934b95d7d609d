//! Entries from before the chain: those of an adopted database, and of a vault whose schema was stepped back.

use diesel::dsl::{count, count_star, exists, select};
use diesel::prelude::*;
use privatus_domain::{Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity};
use privatus_schema::{SqlText, audit_log, key_store};
use serde_json::json;

use super::KEY;
use super::chain::{GENESIS, entry_mac};
use super::unread::FoundRow;
use crate::db::at_most::{AtMost, ascends};
use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::WriteTx;

/// What to do with values that no list can read.
#[derive(Clone, Copy)]
pub(super) enum Unread {
    /// They stay, because nobody agreed to lose them. A time in an unknown form is chained; a value of another type is
    /// an error.
    Stays,
    /// They are removed.
    IsTakenOut,
}

impl WriteTx<'_> {
    /// Adds rows from before the chain to the chain, if there is no chain yet. A new entry records up to which number:
    /// only up to there may numbers be missing. `is_expected` is true if the vault was just created, or if this build
    /// just upgraded it from a schema without a chain; at any other time an upgrade was interrupted or somebody removed
    /// the MACs. If the key ring knows of a chain, nothing is signed: opening the vault reports that, and only the
    /// owner can settle it.
    pub(crate) fn audit_take_unchained(&mut self, is_expected: bool) -> Result<(), StoreError> {
        let (chained, rows): (i64, i64) = self.db.ask("look at the audit log", |db| {
            audit_log::table
                .select((count(audit_log::mac), count_star()))
                .get_result(db)
        })?;
        if chained > 0 || rows == 0 || !self.may_chain_old_entries()? {
            return Ok(());
        }
        let had_key = self.audit_had_key()?;
        let (_, lost) = self.audit_chain_anew(GENESIS, i64::MIN, rows, Unread::Stays)?;
        self.audit_head = None;
        let up_to = self.audit_position()?.given;
        let entry = NewAuditEntry::done(self.now(), Act::AuditSettle)
            .on(Resource::every(ResourceKind::Audit))
            .with(json!({ "entries": rows, "up_to": up_to, "details_lost": lost }));
        self.audit(&entry)?;
        if had_key || !is_expected || !lost.is_empty() {
            // Anyone who can remove the MACs could also have changed what they covered.
            self.security_event(&NewSecurityEvent {
                at: self.now(),
                kind: SecurityKind::Tampering,
                severity: if had_key && !is_expected {
                    Severity::Critical
                } else {
                    Severity::High
                },
                user: None,
                description:
                    "the audit log had no MACs and was chained anew; this is expected after the schema was \
                              stepped back or an upgrade was interrupted, otherwise somebody altered the log"
                        .into(),
                raw_data: Some(json!({ "entries": rows, "up_to": up_to, "details_lost": lost }).into()),
            })?;
        }
        Ok(())
    }

    /// Whether there was an audit key. A destroyed key counts, and so does a number without a row, because the store
    /// never removes the row of a key.
    fn audit_had_key(&mut self) -> Result<bool, StoreError> {
        let next = self.own_row()?.next_key;
        let (has_key, keys): (bool, i64) = self.db.ask("look for an audit key", |db| {
            let audit_keys = key_store::table.filter(key_store::key_type.eq(SqlText(KEY.0)));
            let has_key = select(exists(audit_keys)).get_result(db)?;
            Ok((has_key, key_store::table.count().get_result(db)?))
        })?;
        Ok(has_key || next != Some(keys.saturating_add(1)))
    }

    /// Gives each entry after `after` a new MAC, continuing from `previous`, and returns the last MAC. Details that no
    /// key of the vault opens are removed, so that the entry can be listed and checked; the numbers of the first
    /// hundred of these entries are returned too.
    pub(super) fn audit_chain_anew(
        &mut self,
        previous: [u8; 32],
        after: i64,
        entries: i64,
        unread: Unread,
    ) -> Result<([u8; 32], Vec<i64>), StoreError> {
        let (number, key) = self.key_ensure(KeyRole::Audit)?;
        let (key, vault) = (key.to_audit_key(), self.shared.vault_id);
        let place = (vault.as_bytes().as_slice(), number);
        let (mut previous, mut after, mut lost) = (previous, after, Vec::new());
        let mut most = AtMost::of(entries, "chain the audit log");
        loop {
            let rows = match unread {
                Unread::Stays => self.audit_rows(after)?.into_iter().map(FoundRow::typed).collect(),
                Unread::IsTakenOut => self.audit_rows_found(after)?,
            };
            let Some(last) = rows.last() else {
                return Ok((previous, lost));
            };
            ascends(&after, &last.row.number(), "chain the audit log")?;
            after = last.row.number();
            most.take(u64::try_from(rows.len()).unwrap_or(u64::MAX))?;
            for found in rows {
                if !found.unread.is_empty() {
                    self.audit_unread_remove(&found)?;
                }
                let row = found.row;
                let details = match self.audit_details(&row) {
                    Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {
                        let sql = Sql::new(hot::AUDIT_DETAILS_REMOVE).bind(row.number());
                        self.db.run_one(sql, "remove details that do not open")?;
                        lost.extend(Some(row.number()).filter(|_| lost.len() < 100));
                        None
                    }
                    details => details?,
                };
                previous = entry_mac(
                    &key,
                    place,
                    &previous,
                    &row,
                    details.as_deref().map(Vec::as_slice),
                );
                let sql = Sql::new(hot::AUDIT_ENTRY_CHAIN)
                    .bind(previous.as_slice())
                    .bind(i64::from(number))
                    .bind(row.number());
                self.db.run_one(sql, "add an audit entry to the chain")?;
            }
        }
    }
}
