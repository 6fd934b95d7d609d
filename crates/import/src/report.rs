//! The result of an import, in counts and reasons.

use std::collections::BTreeMap;

use privatus_domain::{Act, KnownSetting, NewAuditEntry, Resource, ResourceKind, SettingKey};
use privatus_store::{SettingImport, Store};
use serde::Serialize;
use serde_json::json;

use crate::authority::{AuthorityKind, Fate, TrustedItem};
use crate::insert::Batch;
use crate::note::{Advice, Note, counted, listed};

/// Most reasons to count separately.
const REASONS: usize = 100;
/// Most notes to keep.
const NOTES: usize = 200;
/// Most names of settings to keep, and characters of each.
const NAMES: usize = 200;
const NAME: usize = 60;
/// What happens to known messages that differ.
const STAYS: &str = "the vault's version is kept";
/// Most ranges of rows to keep.
const RANGES: usize = 100_000;

/// The report of one import, as the tool prints it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `telegram`, `legacy` or `privatus`.
    pub format: String,
    /// Messages new in the vault.
    pub messages_imported: u64,
    /// Messages that the vault already had.
    pub messages_known: u64,
    /// Messages that were removed from this vault earlier; they stay removed.
    pub messages_removed: u64,
    /// Known messages that differ in the source: in text, edit time, file, direction or another field. The vault's
    /// version is kept.
    pub messages_differing: u64,
    /// Differing messages with another text or edit time.
    #[serde(skip)]
    pub texts_differing: u64,
    /// Differing messages with another file, such as one that was not exported before.
    pub files_differing: u64,
    /// Differing messages that the source attributes to somebody else, or to the vault's user.
    pub directions_differing: u64,
    /// Other fields that differ in the source, by name, such as reactions, with message counts.
    pub fields_differing: BTreeMap<String, u64>,
    /// Entries of the source that are not messages or could not be read.
    pub messages_skipped: u64,
    /// New contacts.
    pub contacts_imported: u64,
    /// New contacts that were imported as verified.
    pub contacts_verified: u64,
    /// New groups.
    pub groups_imported: u64,
    /// Settings written.
    pub settings_imported: u64,
    /// New grants of access control.
    pub grants_imported: u64,
    /// New file transfers.
    pub transfers_imported: u64,
    /// Rights that were left out because nobody vouches for the source, counted by kind.
    pub not_trusted: BTreeMap<AuthorityKind, u64>,
    /// Names of settings that were left out: at most 200, each cut to 60 characters.
    pub settings_left_out: Vec<String>,
    /// Rights that were requested to be imported, in the source's order.
    pub trusted: Vec<TrustedItem>,
    /// Public keys in the source that differ from the vault's, which are kept.
    pub keys_differing: u64,
    /// Contacts of the vault without a key for whom the source has one; it is not imported.
    #[serde(skip)]
    pub keys_offered: u64,
    /// New transfers whose file name led to another folder or to a device, and was changed.
    pub file_names_cut: u64,
    /// Files that the new messages refer to, including thumbnails and contact cards. The vault stores their names, not
    /// their contents.
    pub files_by_reference: u64,
    /// Reasons why entries were skipped, with counts.
    pub reasons: BTreeMap<String, u64>,
    /// The reasons among these that mean a loss of data.
    #[serde(skip)]
    pub missing: BTreeMap<String, u64>,
    /// Rows of a database that were not imported: from the first rowid to the last, by table and reason.
    pub rows_left_out: BTreeMap<String, Vec<[i64; 2]>>,
    /// Notes for a person.
    pub notes: Vec<Note>,
    /// Whether part of the source was not imported.
    pub partial: bool,
}

impl Report {
    /// Returns whether nothing of the source was read, so that there is nothing to report.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let nothing = Self {
            format: self.format.clone(),
            partial: self.partial,
            ..Self::default()
        };
        *self == nothing
    }

    /// Adds an entry to the audit log, unless nothing of the source was read.
    pub(crate) fn audit(&self, store: &Store, is_whole: bool) {
        let entries =
            self.messages_imported + self.messages_known + self.contacts_imported + self.groups_imported;
        if !is_whole && entries + self.settings_imported == 0 {
            return;
        }
        let at = store.now();
        let entry = NewAuditEntry::done(at, Act::HistoryImport)
            .on(Resource::every(ResourceKind::Vault))
            .with(json!({
                "format": self.format, "messages": self.messages_imported, "contacts": self.contacts_imported,
                "groups": self.groups_imported, "settings": self.settings_imported, "not_trusted": self.not_trusted,
            }));
        store.audit_note(match is_whole {
            true => entry,
            false => entry.failed("part of the source was not imported"),
        });
    }

    /// An empty report of a format.
    #[must_use]
    pub fn new(format: &str) -> Self {
        Self {
            format: format.into(),
            ..Self::default()
        }
    }

    /// Counts a message, or an entry that may be one, that was skipped.
    pub fn skip(&mut self, reason: impl Into<String>) {
        self.messages_skipped += 1;
        count(&mut self.reasons, reason.into());
    }

    /// Counts a message that is missing because it cannot be read.
    pub fn unreadable(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        self.partial = true;
        count(&mut self.missing, reason.clone());
        self.skip(reason);
    }

    /// Counts another entry that was not imported.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        self.leave_out_all(reason, 1);
    }

    /// Counts several such entries.
    pub(crate) fn leave_out_all(&mut self, reason: impl Into<String>, many: u32) {
        let reason = reason.into();
        self.partial = true;
        count_many(&mut self.missing, reason.clone(), many);
        count_many(&mut self.reasons, reason, many);
    }

    /// Counts the results of a batch of messages.
    pub(crate) fn wrote(&mut self, batch: Batch) {
        let Batch {
            inserted,
            differing,
            files,
        } = batch;
        self.files_by_reference += files;
        self.messages_differing += differing.messages;
        self.texts_differing += differing.texts;
        self.files_differing += differing.files;
        self.directions_differing += differing.directions;
        for (field, count) in differing.fields {
            *self.fields_differing.entry(field).or_default() += count;
        }
        self.messages_imported += inserted.added;
        self.messages_known += inserted.known.saturating_sub(inserted.removed);
        self.messages_removed += inserted.removed;
    }

    /// Sets the outcome of the rights at these positions of [`Self::trusted`]: one for each, or the same for all.
    pub(crate) fn take(&mut self, first: usize, count: usize, fates: &[Fate]) {
        let all = match fates {
            [one] => std::slice::from_ref(one).iter().cycle().take(count),
            each => each.iter().cycle().take(each.len()),
        };
        for (item, fate) in self.trusted.iter_mut().skip(first).zip(all) {
            item.meet(fate);
        }
    }

    /// Counts a setting, or notes why the vault's value is kept.
    pub(crate) fn setting(&mut self, key: &SettingKey, written: SettingImport) {
        match written {
            SettingImport::Written => self.settings_imported += 1,
            SettingImport::Known => {}
            SettingImport::Older => self.note(format!(
                "the setting {} was left unchanged: the value in the vault is not older",
                key.as_str()
            )),
            SettingImport::OtherIdentity => self.other_own_key(),
        }
    }

    /// Notes that the source has another key for the vault's own user.
    pub(crate) fn other_own_key(&mut self) {
        self.keys_differing += 1;
        self.note(Note::with(
            "the source has another public key for the vault's own user; the vault's is kept",
            Advice::Setting(KnownSetting::IdentityPublicKey.name().to_owned()),
        ));
    }

    /// Counts rights that are not imported.
    pub(crate) fn not_trusted(&mut self, kind: AuthorityKind, count: u64) {
        if count > 0 {
            *self.not_trusted.entry(kind).or_default() += count;
        }
    }

    /// Keeps the name of a setting that is not imported, for whoever sets it manually.
    pub(crate) fn setting_left_out(&mut self, name: &str) {
        if self.settings_left_out.len() < NAMES {
            let mut cut: String = name.chars().take(NAME).collect();
            if cut.len() < name.len() {
                cut.push('…');
            }
            self.settings_left_out.push(cut);
        }
    }

    /// Adds a note on what was left out of these kinds, with advice.
    pub(crate) fn tell_not_trusted(&mut self, kinds: &[AuthorityKind], advice: Advice) {
        let words: Vec<String> = self
            .not_trusted
            .iter()
            .filter(|(kind, _)| kinds.contains(kind))
            .map(|(kind, count)| kind.counted(*count))
            .collect();
        if !words.is_empty() {
            let text = format!("left out, because the file is not trusted: {}", words.join(", "));
            self.notes.push(Note::with(text, advice));
        }
    }

    /// Adds the final notes on verified contacts, files, grants, and messages that were not imported.
    pub(crate) fn sum_up(&mut self) {
        if self.contacts_verified > 0 {
            let text = format!(
                "{} imported as verified",
                counted(self.contacts_verified, "contact", "contacts")
            );
            self.notes.push(Note::with(text, Advice::Contacts));
        }
        if self.keys_differing > 0 {
            let text = format!(
                "{} from the vault's, which are kept: somebody else may be using these names",
                counted(
                    self.keys_differing,
                    "public key in the source differs",
                    "public keys in the source differ"
                )
            );
            self.notes.push(Note::with(text, Advice::SecurityEvents));
        }
        if self.keys_offered > 0 {
            self.notes.push(
                format!(
                    "the source has keys for {} of your contacts without one; they were not imported: ask the \
                     contacts for their keys",
                    self.keys_offered
                )
                .into(),
            );
        }
        if self.file_names_cut > 0 {
            self.notes.push(
                counted(
                    self.file_names_cut,
                    "file name led to another folder or to a device and was changed",
                    "file names led to another folder or to a device and were changed",
                )
                .into(),
            );
        }
        match self.files_by_reference {
            0 => {}
            1 => self.note(
                "1 file is stored by reference only: the vault has its name, not its contents; keep the source's folder",
            ),
            files => self.note(format!(
                "{files} files are stored by reference only: the vault has their names, not their contents; keep the \
                 source's folder"
            )),
        }
        if self.grants_imported > 0 {
            let text = format!(
                "{} of access control imported",
                counted(self.grants_imported, "grant", "grants")
            );
            self.notes.push(Note::with(text, Advice::Grants));
        }
        if self.texts_differing > 0 {
            self.notes.push(
                format!(
                    "{} another text or time of edit in the source; {STAYS}",
                    counted(self.texts_differing, "message has", "messages have")
                )
                .into(),
            );
        }
        if self.files_differing > 0 {
            let text = format!(
                "{} to another file in the source; {STAYS}",
                counted(self.files_differing, "message refers", "messages refer")
            );
            self.notes.push(Note::with(text, Advice::Again));
        }
        if self.directions_differing > 0 {
            let text = counted(
                self.directions_differing,
                "message has the opposite direction in the vault and was left unchanged",
                "messages have the opposite direction in the vault and were left unchanged",
            );
            self.notes.push(Note::with(text, Advice::Again));
        }
        if !self.fields_differing.is_empty() {
            let text = format!(
                "known messages have different fields in the source; {STAYS}: {}",
                listed(&self.fields_differing)
            );
            self.notes.push(Note::with(text, Advice::Again));
        }
        if self.messages_removed > 0 {
            // This must not be lost after too many notes: it tells a person where missing messages are.
            let text = format!(
                "{} removed from this vault and {} removed",
                counted(self.messages_removed, "message was", "messages were"),
                if self.messages_removed == 1 {
                    "stays"
                } else {
                    "stay"
                }
            );
            self.notes.push(Note {
                text,
                advice: (self.format == "telegram").then_some(Advice::Return),
            });
        }
    }

    /// Adds rows of a database that were not imported; rows must come in rising order.
    pub(crate) fn row_left_out(&mut self, what: String, first: i64, last: i64) {
        let kept: usize = self.rows_left_out.values().map(Vec::len).sum();
        let ranges = self.rows_left_out.entry(what).or_default();
        match ranges.last_mut() {
            Some([_, end]) if end.checked_add(1) == Some(first) => *end = last,
            // Too many ranges: extend the last one over the imported rows between.
            Some([_, end]) if kept >= RANGES => *end = last,
            _ => ranges.push([first, last]),
        }
    }

    /// Adds a note, up to a limit.
    pub fn note(&mut self, sentence: impl Into<Note>) {
        if self.notes.len() < NOTES {
            self.notes.push(sentence.into());
        } else if self.notes.len() == NOTES {
            self.notes.push("more notes are not listed".into());
        }
    }
}

/// Counts a reason; the number of reasons is limited, since a source may give each entry its own.
fn count(reasons: &mut BTreeMap<String, u64>, reason: String) {
    count_many(reasons, reason, 1);
}

fn count_many(reasons: &mut BTreeMap<String, u64>, reason: String, many: u32) {
    let full = reasons.len() >= REASONS && !reasons.contains_key(&reason);
    let reason = if full { "other reasons".into() } else { reason };
    *reasons.entry(reason).or_default() += u64::from(many);
}

/// The progress of an import, reported after each transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Messages handled so far.
    pub done: u64,
    /// Total number of messages, if known.
    pub total: Option<u64>,
}

/// Receives progress and returns whether to continue. Stopping leaves only whole transactions.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> bool;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_settings_are_as_many_and_as_long_as_a_person_reads() {
        let mut report = Report::default();
        for _ in 0..300 {
            report.setting_left_out(&"\u{e9}".repeat(1_000));
        }
        let names = &report.settings_left_out;
        assert_eq!((names.len(), names[0].chars().count()), (NAMES, NAME + 1));
    }

    #[test]
    fn rows_become_ranges_and_never_more_than_the_limit() {
        let mut report = Report::default();
        for row in [1, 2, 3, 7, 9, 10, i64::MAX] {
            report.row_left_out("messages: why".into(), row, row);
        }
        let ranges = &report.rows_left_out["messages: why"];
        assert_eq!(ranges[..], [[1, 3], [7, 7], [9, 10], [i64::MAX, i64::MAX]]);
        let mut report = Report::default();
        for row in 0..300_000 {
            report.row_left_out("messages: why".into(), 2 * row, 2 * row);
        }
        let ranges = &report.rows_left_out["messages: why"];
        assert_eq!((ranges.len(), ranges.last().unwrap()[1]), (RANGES, 599_998));
    }
}
