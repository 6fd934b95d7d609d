//! Reading the chain from its beginning: the first entry that is not as it was written is named.

use privatus_domain::AuditHead;

use super::append::KEY;
use super::chain::{Columns, GENESIS, entry_mac};
use super::prune::checkpoint_mac;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::ReadTx;

/// What a walk over the audit log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// Entries whose MAC holds.
    pub entries: u64,
    /// Number of the first entry that stands, if there is one.
    pub first: Option<i64>,
    /// Number of the last entry that retention removed, if it did.
    pub removed: Option<i64>,
    /// The newest entry whose MAC holds.
    pub head: AuditHead,
    /// The first thing that is wrong, with the number of its entry.
    pub broken: Option<(i64, String)>,
}

/// Where a walk stands.
struct Walk {
    previous: [u8; 32],
    last: Option<i64>,
}

impl ReadTx<'_> {
    /// Checks every entry, streaming; `progress` is told how many so far, and answers `false` to stop. `anchor` is a head
    /// that was exported before: it must still be there.
    ///
    /// # Errors
    /// [`StoreError`] of the database, [`StoreError::Interrupted`]. What is wrong with the log is in the answer.
    pub fn audit_verify(
        &mut self,
        anchor: Option<&AuditHead>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<AuditCheck, StoreError> {
        let checkpoint = self.audit_checkpoint()?;
        let (removed, start, broken) = match checkpoint {
            Ok(None) => (None, GENESIS, None),
            Ok(Some((removed, mac))) => (Some(removed), mac, None),
            Err((removed, why)) => (Some(removed), GENESIS, Some((removed, why))),
        };
        let mut check = AuditCheck {
            entries: 0,
            first: None,
            removed,
            head: AuditHead {
                log_id: removed.unwrap_or_default(),
                mac: start,
            },
            broken,
        };
        let mut walk = Walk {
            previous: start,
            last: removed,
        };
        let mut anchored = anchor.is_none_or(|anchor| anchor == &check.head);
        let mut after = i64::MIN;
        while check.broken.is_none() {
            let rows = self.audit_rows(after)?;
            let Some(newest) = rows.last() else { break };
            after = newest.0;
            for row in &rows {
                if let Some(why) = self.audit_row_check(&walk, row)? {
                    check.broken = Some((row.0, why));
                    break;
                }
                let mac = row.9.0.as_deref().and_then(|mac| mac.try_into().ok());
                walk = Walk {
                    previous: mac.unwrap_or(GENESIS),
                    last: Some(row.0),
                };
                check.entries += 1;
                check.first = check.first.or(Some(row.0));
                check.head = AuditHead {
                    log_id: row.0,
                    mac: walk.previous,
                };
                anchored |= anchor == Some(&check.head);
            }
            if !progress(check.entries) {
                return Err(StoreError::Interrupted);
            }
        }
        if check.broken.is_none() {
            let anchor = anchor.filter(|_| !anchored);
            check.broken = self.audit_end_check(&check, anchor)?;
        }
        Ok(check)
    }

    /// What is wrong with a row that follows on the walk so far.
    fn audit_row_check(&mut self, walk: &Walk, row: &Columns) -> Result<Option<String>, StoreError> {
        let log_id = row.0;
        let (Some(mac), Some(number)) = &row.9 else {
            return Ok(Some(format!(
                "entry {log_id} carries no MAC: it was written past the store"
            )));
        };
        let own = self.key_number(KEY.0, KEY.1)?;
        let number = u32::try_from(*number).ok();
        let Some(number) = number.filter(|number| own.is_some_and(|own| *number <= own)) else {
            return Ok(Some(format!("entry {log_id} names a key that there never was")));
        };
        let details = match self.audit_details(row) {
            Ok(details) => details,
            Err(StoreError::DatabaseDamaged(_)) if !self.link.is_spoiled() => {
                return Ok(Some(format!("entry {log_id}: its details were changed")));
            }
            Err(error) => return Err(error),
        };
        let vault = self.shared.vault_id;
        let place = (vault.as_bytes().as_slice(), number);
        let key = self.audit_key(number)?;
        if entry_mac(&key, place, &walk.previous, row, details.as_deref()).as_slice() == mac.as_slice() {
            return Ok(None);
        }
        let expected = walk.last.map_or(1, |last| last.saturating_add(1));
        Ok(Some(match log_id.saturating_sub(1) {
            last if log_id <= expected => {
                let _ = last;
                format!("entry {log_id} was changed, or another stands in its place")
            }
            last if last == expected => format!("entry {expected} is missing"),
            last => format!("the entries {expected} to {last} are missing"),
        }))
    }

    /// What is wrong behind the last entry: numbers that were given and do not stand, or a head that is not there.
    fn audit_end_check(
        &mut self,
        check: &AuditCheck,
        anchor: Option<&AuditHead>,
    ) -> Result<Option<(i64, String)>, StoreError> {
        let head = check.head.log_id;
        if let Some(anchor) = anchor {
            let why = match anchor.log_id {
                wanted if wanted > head => {
                    format!("the entries {} to {wanted} are missing at the end", head + 1)
                }
                wanted if check.removed.is_some_and(|removed| wanted < removed) => {
                    format!(
                        "the exported head {wanted} is older than what retention removed: it cannot be compared"
                    )
                }
                wanted => format!(
                    "entry {wanted} is another than when its head was exported: the log was written anew"
                ),
            };
            return Ok(Some((anchor.log_id, why)));
        }
        let sql = Sql::new("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'");
        let given: Option<i64> = self.link.row(sql, "read the audit log's counter")?;
        let given = given.unwrap_or_default();
        Ok((given > head).then(|| {
            let why = if given == head + 1 {
                format!("entry {given} is missing at the end")
            } else {
                format!("the entries {} to {given} are missing at the end", head + 1)
            };
            (given, why)
        }))
    }

    /// The number and MAC of the last entry that retention removed; or what is wrong with the checkpoint.
    #[expect(clippy::type_complexity, reason = "a checkpoint, or what is wrong with it")]
    fn audit_checkpoint(&mut self) -> Result<Result<Option<(i64, [u8; 32])>, (i64, String)>, StoreError> {
        type Row = (Option<i64>, Option<Vec<u8>>, Option<String>, Option<Vec<u8>>);
        let sql = Sql::new(
            "SELECT audit_removed, audit_removed_mac, audit_removed_at, audit_checkpoint FROM vault_state WHERE id = 1",
        );
        let row: Option<Row> = self.link.row(sql, "read the audit log's checkpoint")?;
        let (removed, mac, at, checkpoint) = match row.unwrap_or_default() {
            (None, None, None, None) => return Ok(Ok(None)),
            (Some(removed), Some(mac), Some(at), Some(checkpoint)) => (removed, mac, at, checkpoint),
            (removed, ..) => {
                return Ok(Err((
                    removed.unwrap_or_default(),
                    "the checkpoint is not whole".into(),
                )));
            }
        };
        let changed = || {
            (
                removed,
                format!("the checkpoint behind entry {removed} was changed"),
            )
        };
        let (Some((number, stored)), Ok(mac)) = (checkpoint.split_first_chunk::<4>(), mac.try_into()) else {
            return Ok(Err(changed()));
        };
        let number = u32::from_le_bytes(*number);
        let own = self.key_number(KEY.0, KEY.1)?;
        if own.is_none_or(|own| number > own || number == 0) {
            return Ok(Err(changed()));
        }
        let vault = self.shared.vault_id;
        let key = self.audit_key(number)?;
        if checkpoint_mac(&key, (vault.as_bytes().as_slice(), number), removed, &mac, &at).as_slice()
            != stored
        {
            return Ok(Err(changed()));
        }
        Ok(Ok(Some((removed, mac))))
    }
}
