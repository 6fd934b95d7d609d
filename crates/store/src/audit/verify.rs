//! Checking the chain from its beginning, and naming the first entry that is not as it was written.

use privatus_crypto::AuditKey;
use privatus_domain::{Act, AuditHead, Permission, Resource, ResourceKind};
use serde_json::Value;
use zeroize::Zeroizing;

use super::chain::{EntryRow, GENESIS, entry_mac};
use super::checkpoint::Checkpoint;
use super::unread::FoundRow;
use crate::error::{Rule, StoreError};
use crate::keys::role::KeyRole;
use crate::tx::ReadTx;

/// The result of a check of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// How many entries have a MAC that holds.
    pub entries: u64,
    /// How many of them have details.
    pub details: u64,
    /// The number of the first existing entry, if there is one.
    pub first: Option<i64>,
    /// The number of the last entry that retention removed, if it removed any.
    pub removed: Option<i64>,
    /// The newest entry whose MAC holds.
    pub head: AuditHead,
    /// The first thing that is wrong, with the number of its entry.
    pub broken: Option<(i64, String)>,
    /// Whether all of the log holds, except that the head it was compared with is not in it.
    pub is_anchor_missed: bool,
}

/// The MAC of a proven entry, and the plaintext of its details.
type Proven = ([u8; 32], Option<Zeroizing<Vec<u8>>>);

/// The state of a walk over the chain.
pub(super) struct Walk {
    pub(super) previous: [u8; 32],
    pub(super) last: i64,
    key: Option<(i64, u32, AuditKey)>,
    /// A gap in the numbers although the MACs hold: its last number and a description. It is not a fault if a later
    /// entry records that everything up to there is from before the chain.
    gap: Option<(i64, String)>,
}

/// Returns up to which number an entry settled the log: `None` if it does not record a settling, `Some(None)` if it
/// settled everything before itself.
pub(super) fn settled_up_to(row: &EntryRow, details: Option<&[u8]>) -> Option<Option<i64>> {
    let act = Act::AuditSettle;
    if (row.event_type.0.as_str(), row.action.0.as_str()) != (act.event_type(), act.action()) {
        return None;
    }
    let details = details.and_then(|plain| serde_json::from_slice::<Value>(plain).ok());
    Some(details.and_then(|details| details.get("up_to").and_then(Value::as_i64)))
}

impl Walk {
    /// Starts a walk after an entry with this MAC and number.
    pub(super) const fn new(previous: [u8; 32], last: i64) -> Self {
        Self {
            previous,
            last,
            key: None,
            gap: None,
        }
    }

    /// Advances past a row whose MAC holds.
    fn follow(&mut self, log_id: i64, mac: [u8; 32]) {
        let expected = self.last.saturating_add(1);
        if log_id != expected && self.gap.is_none() {
            self.gap = Some((
                log_id.saturating_sub(1),
                missing(expected, log_id.saturating_sub(1)),
            ));
        }
        self.previous = mac;
        self.last = log_id;
    }

    /// Forgets gaps in the numbers that an entry records as settled.
    fn settle(&mut self, row: &EntryRow, details: Option<&[u8]>) {
        if self.gap.is_none() {
            return;
        }
        let Some(up_to) = settled_up_to(row, details) else {
            return;
        };
        self.gap = self
            .gap
            .take()
            .filter(|(end, _)| up_to.is_none_or(|up_to| *end > up_to));
    }
}

/// Describes missing numbers.
fn missing(first: i64, last: i64) -> String {
    if first >= last {
        format!("entry {last} is missing")
    } else {
        format!("entries {first} to {last} are missing")
    }
}

impl ReadTx<'_> {
    /// Checks every entry in batches. `progress` receives the number of entries checked so far and returns `false` to
    /// stop. `anchor` is a head that was exported earlier and must still be in the log.
    ///
    /// # Errors
    /// [`StoreError`] of the database; [`StoreError::Interrupted`]; [`StoreError::Rule`] for a head whose entry
    /// retention removed. Faults of the log are not errors but part of the result.
    pub fn audit_verify(
        &mut self,
        anchor: Option<&AuditHead>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<AuditCheck, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        self.audit_walk(anchor, progress)
    }

    /// Checks every entry without checking permissions.
    pub(crate) fn audit_walk(
        &mut self,
        anchor: Option<&AuditHead>,
        progress: &mut dyn FnMut(u64) -> bool,
    ) -> Result<AuditCheck, StoreError> {
        let (removed, previous, broken) = match self.audit_checkpoint()? {
            Checkpoint::None => (None, GENESIS, None),
            Checkpoint::At(removed, mac) => (Some(removed), mac, None),
            Checkpoint::Broken(removed, why) => (Some(removed), GENESIS, Some((removed, why))),
        };
        let last = removed.unwrap_or_default();
        let mut check = AuditCheck {
            entries: 0,
            details: 0,
            first: None,
            removed,
            head: AuditHead {
                log_id: last,
                mac: previous,
            },
            broken,
            is_anchor_missed: false,
        };
        let mut walk = Walk::new(previous, last);
        let mut anchored = anchor.is_none_or(|anchor| anchor == &check.head);
        let mut after = i64::MIN;
        while check.broken.is_none() {
            let rows = self.audit_rows_found(after)?;
            let Some(newest) = rows.last() else { break };
            after = newest.row.number();
            for found in &rows {
                let row = &found.row;
                if let Err(why) = self.audit_row_check(&mut walk, found)? {
                    check.broken = walk.gap.take().or(Some((row.number(), why)));
                    break;
                }
                check.entries += 1;
                check.details += u64::from(row.details.is_some());
                check.first = check.first.or(Some(row.number()));
                check.head = AuditHead {
                    log_id: row.number(),
                    mac: walk.previous,
                };
                anchored |= anchor == Some(&check.head);
            }
            if !progress(check.entries) {
                return Err(StoreError::Interrupted);
            }
        }
        check.broken = check.broken.or(walk.gap);
        if check.broken.is_none() {
            check.broken = self.audit_end_check(&check)?;
        }
        if check.broken.is_none() {
            check.broken = self.audit_note_check()?;
        }
        if let Some(anchor) = anchor.filter(|_| !anchored && check.broken.is_none()) {
            check.is_anchor_missed = true;
            check.broken = Some((anchor.log_id, anchor_missed(&check, anchor)?));
        }
        Ok(check)
    }

    /// Advances past a row, or returns what is wrong with it.
    fn audit_row_check(
        &mut self,
        walk: &mut Walk,
        found: &FoundRow,
    ) -> Result<Result<(), String>, StoreError> {
        let row = &found.row;
        Ok(self.audit_row_prove(walk, found)?.map(|(mac, details)| {
            walk.follow(row.number(), mac);
            walk.settle(row, details.as_deref().map(Vec::as_slice));
        }))
    }

    /// Proves that a row follows the one before. Returns its MAC and details, or what is wrong with it.
    pub(super) fn audit_row_prove(
        &mut self,
        walk: &mut Walk,
        found: &FoundRow,
    ) -> Result<Result<Proven, String>, StoreError> {
        if let Some(why) = found.told() {
            return Ok(Err(why));
        }
        let row = &found.row;
        let log_id = row.number();
        let (Some(stored), Some(number)) = (&row.mac, row.key_number) else {
            return Ok(Err(format!(
                "entry {log_id} has no MAC: it was not written by the store"
            )));
        };
        if walk.key.as_ref().is_none_or(|(known, ..)| *known != number.0) {
            let found = match self.audit_key(number.0) {
                Ok(found) => found,
                Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                    return Ok(Err(format!("entry {log_id} cannot be proven: {why}")));
                }
                Err(error) => return Err(error),
            };
            walk.key = found.map(|(key_number, key)| (number.0, key_number, key));
        }
        let Some((_, number, key)) = &walk.key else {
            return Ok(Err(format!(
                "entry {log_id} names a key that is not the audit log's"
            )));
        };
        let details = match self.audit_details(row) {
            Ok(details) => details,
            Err(StoreError::DatabaseDamaged(_)) if !self.db.is_spoiled() => {
                let sealed = row.details.as_ref();
                let key = sealed.and_then(|sealed| privatus_crypto::envelope_key_number(&sealed.0).ok());
                let fault = key.map(|number| self.key_fault(number)).transpose()?.flatten();
                return Ok(Err(fault.map_or_else(
                    || format!("entry {log_id}: its details were changed, or are another entry's"),
                    |why| format!("entry {log_id}: its details cannot be opened: {why}"),
                )));
            }
            Err(error) => return Err(error),
        };
        let vault = self.shared.vault_id;
        let place = (vault.as_bytes().as_slice(), *number);
        let mac = entry_mac(
            key,
            place,
            &walk.previous,
            row,
            details.as_deref().map(Vec::as_slice),
        );
        if mac.as_slice() != stored.0.as_slice() {
            let expected = walk.last.saturating_add(1);
            return Ok(Err(if log_id > expected {
                missing(expected, log_id.saturating_sub(1))
            } else {
                format!("entry {log_id} was changed or replaced")
            }));
        }
        Ok(Ok((mac, details)))
    }

    /// Compares a log whose chain holds with the key ring's note, and returns what contradicts it.
    fn audit_note_check(&mut self) -> Result<Option<(i64, String)>, StoreError> {
        let noted = self.shared.noted();
        let doubt = self.doubt_of_log(&noted)?;
        let entry = noted.note().map_or(0, |note| note.log_id);
        Ok(doubt.map(|doubt| (entry, doubt.told())))
    }

    /// Checks the end of the log: finds assigned numbers that are missing there, or an empty log.
    fn audit_end_check(&mut self, check: &AuditCheck) -> Result<Option<(i64, String)>, StoreError> {
        let (head, given) = (check.head.log_id, self.audit_given()?);
        if given > head {
            return Ok(Some((
                given,
                missing(head.saturating_add(1), given) + " at the end",
            )));
        }
        // The newest entry is never removed, and no entry is written without the key.
        if check.entries == 0 && self.key_number(KeyRole::Audit)?.is_some() {
            return Ok(Some((head.saturating_add(1), "every entry is missing".into())));
        }
        Ok(None)
    }
}

/// Describes an exported head that is not in a log which otherwise holds.
fn anchor_missed(check: &AuditCheck, anchor: &AuditHead) -> Result<String, StoreError> {
    let (wanted, head) = (anchor.log_id, check.head.log_id);
    if wanted > head {
        return Ok(missing(head.saturating_add(1), wanted) + " at the end");
    }
    if let Some(removed) = check.removed.filter(|removed| wanted < *removed) {
        return Err(Rule::HeadRemoved {
            head: wanted,
            removed,
        }
        .into());
    }
    Ok(format!(
        "entry {wanted} does not match the head: the head is mistyped or from another vault, or the log was written \
         anew"
    ))
}
