//! What an import did, in counts and reasons.

use std::collections::BTreeMap;

use serde::Serialize;

/// Reasons that are told apart.
const REASONS: usize = 100;
/// Sentences that are kept.
const NOTES: usize = 200;

/// The report of one import, printed by the tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `telegram`, `legacy` or `privatus`.
    pub format: String,
    /// Messages that are new in the vault.
    pub messages_imported: u64,
    /// Messages that the vault had already.
    pub messages_known: u64,
    /// Entries of the source that are no message or could not be read.
    pub messages_skipped: u64,
    /// Contacts that are new.
    pub contacts_imported: u64,
    /// Groups that are new.
    pub groups_imported: u64,
    /// Settings written.
    pub settings_imported: u64,
    /// Why entries were skipped, with counts.
    pub reasons: BTreeMap<String, u64>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// A part of the source did not come over.
    pub partial: bool,
}

impl Report {
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
        self.reason(reason.into());
    }

    /// Counts something else than a message that did not come over.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        self.partial = true;
        self.reason(reason.into());
    }

    fn reason(&mut self, reason: String) {
        // A source may give each entry a reason of its own.
        let full = self.reasons.len() >= REASONS && !self.reasons.contains_key(&reason);
        let reason = if full { "other reasons".into() } else { reason };
        *self.reasons.entry(reason).or_default() += 1;
    }

    /// Adds a sentence for a person, as long as there are not too many.
    pub fn note(&mut self, sentence: impl Into<String>) {
        if self.notes.len() < NOTES {
            self.notes.push(sentence.into());
        } else if self.notes.len() == NOTES {
            self.notes.push("more of the same kind is not listed".into());
        }
    }
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
