//! What an import did, in counts and reasons.

use std::collections::BTreeMap;

use serde::Serialize;

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

    /// Counts an entry that is passed over.
    pub fn skip(&mut self, reason: impl Into<String>) {
        self.messages_skipped += 1;
        *self.reasons.entry(reason.into()).or_default() += 1;
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
