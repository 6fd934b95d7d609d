//! What an import did, in counts and reasons.

use std::collections::BTreeMap;

use privatus_domain::{Act, KnownSetting, NewAuditEntry, Resource, ResourceKind, SettingKey};
use privatus_store::{SettingImport, Store};
use serde::Serialize;
use serde_json::json;

use crate::authority::{AuthorityKind, Fate, TrustedItem};
use crate::insert::Batch;
use crate::note::{Advice, Note, counted, listed};

/// Reasons that are told apart.
const REASONS: usize = 100;
/// Sentences that are kept.
const NOTES: usize = 200;
/// Names of settings that are kept, and characters of each.
const NAMES: usize = 200;
const NAME: usize = 60;
/// What becomes of known messages that differ.
const STAYS: &str = "those of the vault stay as they are";
/// Ranges of rows that are kept.
const RANGES: usize = 100_000;

/// The report of one import, printed by the tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `telegram`, `legacy` or `privatus`.
    pub format: String,
    /// Messages that are new in the vault.
    pub messages_imported: u64,
    /// Messages that the vault had already.
    pub messages_known: u64,
    /// Messages that were removed from this vault: they stay removed.
    pub messages_removed: u64,
    /// Of those known: messages that are another in the source: their text, time of edit, file, direction or
    /// another field. The vault's stay.
    pub messages_differing: u64,
    /// Of those that differ: messages with another text or time of edit.
    #[serde(skip)]
    pub texts_differing: u64,
    /// Of those that differ: messages with another file, such as one that was not exported before.
    pub files_differing: u64,
    /// Of those that differ: messages that the source has as somebody else's, or as the vault's user's.
    pub directions_differing: u64,
    /// Of those that differ: fields of messages that are others in the source, by name, such as reactions.
    pub fields_differing: BTreeMap<String, u64>,
    /// Entries of the source that are no message or could not be read.
    pub messages_skipped: u64,
    /// Contacts that are new.
    pub contacts_imported: u64,
    /// Of those: contacts that came over as verified.
    pub contacts_verified: u64,
    /// Groups that are new.
    pub groups_imported: u64,
    /// Settings written.
    pub settings_imported: u64,
    /// Grants of access control that are new.
    pub grants_imported: u64,
    /// File transfers that are new.
    pub transfers_imported: u64,
    /// What gives rights and was left out, because nobody vouches for the source: how many of each kind.
    pub not_trusted: BTreeMap<AuthorityKind, u64>,
    /// The names of settings that were left out, as far as they are kept: at most 200, each cut to 60 characters.
    pub settings_left_out: Vec<String>,
    /// What gives rights and was to be taken, in the order of the source.
    pub trusted: Vec<TrustedItem>,
    /// Public keys of the source that are others than those the vault has, which stay.
    pub keys_differing: u64,
    /// Contacts of the vault without a key, for which the source has one: it is not taken.
    #[serde(skip)]
    pub keys_offered: u64,
    /// Of the transfers that are new: those whose file's name led to another folder or is a device's, and was changed.
    pub file_names_cut: u64,
    /// Files that the new messages name, small pictures and cards of contacts too. The vault keeps their names, and not
    /// what is in them.
    pub files_by_reference: u64,
    /// Why entries were skipped, with counts.
    pub reasons: BTreeMap<String, u64>,
    /// Of these reasons: those by which something is missing now.
    #[serde(skip)]
    pub missing: BTreeMap<String, u64>,
    /// Rows of a database that did not come over: from the first rowid to the last, by table and reason.
    pub rows_left_out: BTreeMap<String, Vec<[i64; 2]>>,
    /// What a person should know.
    pub notes: Vec<Note>,
    /// A part of the source did not come over.
    pub partial: bool,
}

impl Report {
    /// Whether there is nothing to tell of: of the source nothing came to be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let nothing = Self {
            format: self.format.clone(),
            partial: self.partial,
            ..Self::default()
        };
        *self == nothing
    }

    /// Leaves an entry in the audit log, unless nothing of the source came to be read.
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
            false => entry.failed("a part of the source did not come over"),
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

    /// Counts a message, or an entry that may have been one, that is passed over.
    pub fn skip(&mut self, reason: impl Into<String>) {
        self.messages_skipped += 1;
        count(&mut self.reasons, reason.into());
    }

    /// Counts a message that is missing now, for it cannot be read.
    pub fn unreadable(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        self.partial = true;
        count(&mut self.missing, reason.clone());
        self.skip(reason);
    }

    /// Counts something else than a message that did not come over.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        self.leave_out_all(reason, 1);
    }

    /// Counts several of the same.
    pub(crate) fn leave_out_all(&mut self, reason: impl Into<String>, many: u32) {
        let reason = reason.into();
        self.partial = true;
        count_many(&mut self.missing, reason.clone(), many);
        count_many(&mut self.reasons, reason, many);
    }

    /// Counts what became of a batch of messages.
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

    /// What became of the rights at these places of [`Self::trusted`]: of each, or the one fate of all of them.
    pub(crate) fn take(&mut self, first: usize, count: usize, fates: &[Fate]) {
        let all = match fates {
            [one] => std::slice::from_ref(one).iter().cycle().take(count),
            each => each.iter().cycle().take(each.len()),
        };
        for (item, fate) in self.trusted.iter_mut().skip(first).zip(all) {
            item.meet(fate);
        }
    }

    /// Counts a setting, or says why the vault's stays.
    pub(crate) fn setting(&mut self, key: &SettingKey, written: SettingImport) {
        match written {
            SettingImport::Written => self.settings_imported += 1,
            SettingImport::Known => {}
            SettingImport::Older => self.note(format!(
                "the setting {} stays as it is: the value in the vault is no older",
                key.as_str()
            )),
            SettingImport::OtherIdentity => self.other_own_key(),
        }
    }

    /// The source has another key of the vault's own user.
    pub(crate) fn other_own_key(&mut self) {
        self.keys_differing += 1;
        self.note(Note::with(
            "the source has another public key of the vault's own user; the vault's stays",
            Advice::Setting(KnownSetting::IdentityPublicKey.name().to_owned()),
        ));
    }

    /// Counts what gives rights and does not come over.
    pub(crate) fn not_trusted(&mut self, kind: AuthorityKind, count: u64) {
        if count > 0 {
            *self.not_trusted.entry(kind).or_default() += count;
        }
    }

    /// Keeps the name of a setting that does not come over: whoever sets it by hand has to know which.
    pub(crate) fn setting_left_out(&mut self, name: &str) {
        if self.settings_left_out.len() < NAMES {
            let mut cut: String = name.chars().take(NAME).collect();
            if cut.len() < name.len() {
                cut.push('…');
            }
            self.settings_left_out.push(cut);
        }
    }

    /// The sentence on what was left out of these kinds, and what helps.
    pub(crate) fn tell_not_trusted(&mut self, kinds: &[AuthorityKind], advice: Advice) {
        let words: Vec<String> = self
            .not_trusted
            .iter()
            .filter(|(kind, _)| kinds.contains(kind))
            .map(|(kind, count)| format!("{count} {}", kind.plural()))
            .collect();
        if !words.is_empty() {
            let text = format!("left out, because a file may say anything: {}", words.join(", "));
            self.notes.push(Note::with(text, advice));
        }
    }

    /// The sentences on verified contacts, files, grants, and on messages that are not taken over, at the end of an import.
    pub(crate) fn sum_up(&mut self) {
        if self.contacts_verified > 0 {
            let text = format!(
                "{} came over as verified",
                counted(self.contacts_verified, "contact", "contacts")
            );
            self.notes.push(Note::with(text, Advice::Contacts));
        }
        if self.keys_differing > 0 {
            let text = format!(
                "{} from the vault's, which stay: somebody else may use these names",
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
                    "{} contacts of the vault have no key and stay so, though the source has one: ask them for it",
                    self.keys_offered
                )
                .into(),
            );
        }
        if self.file_names_cut > 0 {
            self.notes.push(
                counted(
                    self.file_names_cut,
                    "name of a file led to another folder or to a device; what is left of it is kept",
                    "names of files led to another folder or to a device; what is left of them is kept",
                )
                .into(),
            );
        }
        match self.files_by_reference {
            0 => {}
            1 => self.note(
                "1 file is kept by reference only: the vault has its name, not what is in it; keep the source's folder",
            ),
            files => self.note(format!(
                "{files} files are kept by reference only: the vault has their names, not what is in them; keep the \
                 source's folder"
            )),
        }
        if self.grants_imported > 0 {
            let text = format!(
                "{} of access control came over",
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
                "message is there with the other direction, and keeps it",
                "messages are there with the other direction, and keep it",
            );
            self.notes.push(Note::with(text, Advice::Again));
        }
        if !self.fields_differing.is_empty() {
            let text = format!(
                "messages that were known have other fields in the source; {STAYS}: {}",
                listed(&self.fields_differing)
            );
            self.notes.push(Note::with(text, Advice::Again));
        }
        if self.messages_removed > 0 {
            // It says where messages are that a person looks for: never lost behind too many notes.
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

    /// Lists rows of a database that did not come over; rows come in rising order.
    pub(crate) fn row_left_out(&mut self, what: String, first: i64, last: i64) {
        let kept: usize = self.rows_left_out.values().map(Vec::len).sum();
        let ranges = self.rows_left_out.entry(what).or_default();
        match ranges.last_mut() {
            Some([_, end]) if end.checked_add(1) == Some(first) => *end = last,
            // A range too many: the last one reaches over what came over between.
            Some([_, end]) if kept >= RANGES => *end = last,
            _ => ranges.push([first, last]),
        }
    }

    /// Adds a sentence for a person, as long as there are not too many.
    pub fn note(&mut self, sentence: impl Into<Note>) {
        if self.notes.len() < NOTES {
            self.notes.push(sentence.into());
        } else if self.notes.len() == NOTES {
            self.notes
                .push("more of the same kind is not listed one by one".into());
        }
    }
}

/// Counts a reason; a source may give each entry one of its own.
fn count(reasons: &mut BTreeMap<String, u64>, reason: String) {
    count_many(reasons, reason, 1);
}

fn count_many(reasons: &mut BTreeMap<String, u64>, reason: String, many: u32) {
    let full = reasons.len() >= REASONS && !reasons.contains_key(&reason);
    let reason = if full { "other reasons".into() } else { reason };
    *reasons.entry(reason).or_default() += u64::from(many);
}

/// How far an import is, told after each transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Messages handled so far.
    pub done: u64,
    /// Messages in all, where known.
    pub total: Option<u64>,
}

/// Told of progress; answers whether to go on. Stopping leaves whole transactions.
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
