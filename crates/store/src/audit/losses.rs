//! Finds everything that does not hold in the log: missing numbers, and entries whose MAC cannot be proven.

use privatus_crypto::Noted;
use privatus_domain::{Permission, Resource, ResourceKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Books, Named};
use super::chain::{EntryRow, GENESIS};
use super::checkpoint::Checkpoint;
use super::counters::{Altered, NEAR};
use super::told::{NAMED, Told};
use super::verify::{Walk, settled_up_to};
use crate::db::at_most::ascends;
use crate::error::StoreError;
use crate::tx::ReadTx;
use crate::vault::doubt::Doubt;

/// Ranges of entries' numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct AuditRanges {
    /// How many numbers the ranges contain in total.
    pub count: u64,
    /// The first hundred ranges, each with its first and last number.
    pub ranges: Vec<(i64, i64)>,
}

impl AuditRanges {
    fn add(&mut self, first: i64, last: i64) {
        let count = last.saturating_sub(first).saturating_add(1);
        self.count = self
            .count
            .saturating_add(u64::try_from(count).unwrap_or_default());
        let is_room = self.ranges.len() < NAMED;
        match self.ranges.last_mut() {
            Some((_, end)) if end.saturating_add(1) == first => *end = last,
            _ if is_room => self.ranges.push((first, last)),
            _ => {}
        }
    }

    /// Whether every range is named.
    fn is_whole(&self) -> bool {
        let mut named = Self::default();
        let ranges = self.ranges.iter();
        ranges.for_each(|(first, last)| named.add(*first, *last));
        named.count == self.count
    }

    /// Returns the ranges as JSON, for the details of an entry.
    pub(super) fn to_json(&self) -> Value {
        json!({ "count": self.count, "ranges": self.ranges })
    }
}

/// What is lost from the audit log, or can no longer be proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLoss {
    /// What a check says about it.
    pub why: String,
    /// Assigned numbers whose entries are missing.
    pub missing: AuditRanges,
    /// Existing entries whose MAC does not hold: changed, inserted, or after a missing one.
    pub unproven: AuditRanges,
    /// Tables that cannot number another row, because somebody altered SQLite's counter for them.
    pub counters: Vec<&'static str>,
    /// Lost keys: those that do not open, were destroyed or have no row.
    pub keys: Vec<String>,
    /// Impossible rows of keys, and impossible marks in the vault's own row; these are repaired.
    pub marks: Vec<String>,
    /// Entries with values that no list can read; these values are removed. At most a hundred entries are named.
    pub unread: Vec<String>,
    /// Security events with details that do not open, or values that no list can read; at most a hundred are named.
    pub events: Vec<String>,
    /// Whether it is no longer known up to where retention removed entries.
    pub is_checkpoint_lost: bool,
    /// The entry that the key ring notes, if it is missing or was replaced. Everything up to there is then unproven,
    /// and it is unknown how many entries there were after it.
    pub noted_lost: Option<i64>,
    /// The last number that is known to be assigned.
    pub up_to: i64,
    /// The MAC before the first unproven entry, and the number of that entry.
    pub(super) from: Option<([u8; 32], i64)>,
    /// The counters to repair.
    pub(super) altered: Vec<Altered>,
    /// The keys and marks to repair.
    pub(super) books: Books,
    /// How many entries there are.
    pub(super) entries: i64,
    /// The MAC in the newest entry.
    pub(super) last_mac: [u8; 32],
}

impl AuditLoss {
    /// Whether the two losses are the same to a person. `why` is not compared, because it depends on what was written
    /// after the loss in the meantime.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.keys == other.keys
            && self.marks == other.marks
            && self.unread == other.unread
            && self.events == other.events
            && self.missing == other.missing
            && self.unproven == other.unproven
            && self.counters == other.counters
            && self.is_checkpoint_lost == other.is_checkpoint_lost
            && self.noted_lost == other.noted_lost
    }
}

impl ReadTx<'_> {
    /// Returns what does not hold in the log; `None` if everything does.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn audit_losses(&mut self) -> Result<Option<AuditLoss>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Audit), Permission::Read)?;
        self.audit_losses_walk()
    }

    /// Returns what does not hold in the log, without checking permissions.
    pub(super) fn audit_losses_walk(&mut self) -> Result<Option<AuditLoss>, StoreError> {
        let counters: Vec<Altered> = self.counters_altered()?;
        let counters: Vec<Altered> = counters
            .into_iter()
            .filter(|counter| counter.is_blocking)
            .collect();
        let broken = self.audit_walk(None, &mut |_| true)?.broken;
        let books = self.books_altered(&Named::default())?;
        let why = match broken {
            Some((_, why)) => Some(why),
            None if self.shared.noted() == Noted::Nothing && self.ring_note_is_known()? => {
                Some(Doubt::NoteMissing.told())
            }
            None => counters
                .first()
                .map(|Altered { table, why, .. }| format!("SQLite's counter of {table} {why}"))
                .or_else(|| books.first()),
        };
        let Some(why) = why else { return Ok(None) };
        let (previous, last, is_checkpoint_lost) = match self.audit_checkpoint()? {
            Checkpoint::None => (GENESIS, 0, false),
            Checkpoint::At(removed, mac) => (mac, removed, false),
            Checkpoint::Broken(..) => (GENESIS, 0, true),
        };
        let noted = self.shared.noted();
        let noted_lost = self.noted_entry(&noted)?.lost();
        let mut walk = Walk::new(previous, last);
        let mut gaps: Vec<(i64, i64)> = Vec::new();
        let (mut unproven, mut from, mut unread) = (AuditRanges::default(), None, Told::default());
        let (mut after, mut entries, mut named) = (i64::MIN, 0_i64, Named::default());
        loop {
            let rows = self.audit_rows_found(after)?;
            let Some(newest) = rows.last() else { break };
            ascends(&after, &newest.row.number(), "read the audit log")?;
            after = newest.row.number();
            entries = entries.saturating_add(i64::try_from(rows.len()).unwrap_or(i64::MAX));
            for found in &rows {
                let row = &found.row;
                let number = row.number();
                named.take(row);
                if number >= NEAR {
                    // No build assigns such a number. The entry is removed, and no valid entry can follow it.
                    unproven.add(number, number);
                    continue;
                }
                if number > walk.last.saturating_add(1) {
                    gaps.push((walk.last.saturating_add(1), number.saturating_sub(1)));
                }
                let before = walk.previous;
                match self.audit_row_prove(&mut walk, found)? {
                    Ok((mac, details)) => {
                        walk.previous = mac;
                        if noted_lost.is_some_and(|noted| number <= noted) {
                            // It was signed after the entry that the key ring notes, whatever its MAC says.
                            unproven.add(number, number);
                        }
                        let details = details.as_deref().map(Vec::as_slice);
                        if let Some(up_to) = settled_up_to(row, details) {
                            gaps = unsettled(gaps, up_to, details);
                        }
                    }
                    Err(_) => {
                        unread.take(found.told());
                        unproven.add(number, number);
                        from.get_or_insert((before, number));
                        walk.previous = stored_mac(row);
                    }
                }
                walk.last = walk.last.max(number);
            }
        }
        let books = self.books_altered(&named)?;
        let noted = noted.note().map_or(0, |note| note.log_id);
        let up_to = self.audit_given()?.max(walk.last).max(noted);
        if up_to > walk.last {
            gaps.push((walk.last.saturating_add(1), up_to));
        }
        let mut missing = AuditRanges::default();
        gaps.into_iter()
            .for_each(|(first, last)| missing.add(first, last));
        Ok(Some(AuditLoss {
            why,
            missing,
            unproven,
            counters: counters.iter().map(|counter| counter.table).collect(),
            altered: counters,
            keys: books.keys.clone(),
            marks: books.marks.clone(),
            unread: unread.into_lines(),
            events: books.events_told(),
            books,
            is_checkpoint_lost,
            noted_lost,
            up_to,
            from,
            entries,
            last_mac: walk.previous,
        }))
    }
}

/// Returns the gaps that remain after an entry that settled some: those that it names, or, if it names none, all up to
/// its number.
fn unsettled(gaps: Vec<(i64, i64)>, up_to: Option<i64>, details: Option<&[u8]>) -> Vec<(i64, i64)> {
    let named = details.and_then(|plain| serde_json::from_slice::<Settled>(plain).ok());
    let named = named.map(|settled| settled.missing).filter(AuditRanges::is_whole);
    let ranges = match (named, up_to) {
        (Some(named), _) => named.ranges,
        (None, Some(up_to)) => vec![(i64::MIN, up_to)],
        (None, None) => return Vec::new(),
    };
    let outside = |gaps: Vec<(i64, i64)>, (first, last): (i64, i64)| {
        let parts = gaps.into_iter().flat_map(|(start, end)| {
            [
                (start, end.min(first.saturating_sub(1))),
                (start.max(last.saturating_add(1)), end),
            ]
        });
        parts.filter(|(start, end)| start <= end).collect()
    };
    ranges.into_iter().fold(gaps, outside)
}

/// The details of an entry that accepted a loss.
#[derive(Deserialize)]
struct Settled {
    missing: AuditRanges,
}

/// Returns the MAC that the next entry was chained to, if the row still has it.
fn stored_mac(row: &EntryRow) -> [u8; 32] {
    let stored = row.mac.as_ref().and_then(|mac| mac.0.as_slice().try_into().ok());
    stored.unwrap_or(GENESIS)
}
