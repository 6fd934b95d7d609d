//! What an import of an export tells at its end.

use std::collections::BTreeMap;

use super::mend::Mended;
use super::parse::Parsed;
use crate::legacy::Zone;
use crate::note::{Advice, Note, count_some, counted, listed};
use crate::report::Report;

/// Names of fields told apart; a hostile file may give each message its own.
const NAMES: usize = 50;

/// What was met on the way.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What is over the limit of formatting and details.
    trimmed: BTreeMap<String, u64>,
    /// Edits older than their message.
    old_edits: u64,
    /// A time without a zone was met.
    by_zone: bool,
    /// Times that the clocks showed twice or never.
    doubtful: u64,
    /// Fields that messages came over without.
    odd: BTreeMap<&'static str, u64>,
    /// Fields that no build knows yet: kept, and too large to be kept.
    kept: BTreeMap<String, u64>,
    left_out: BTreeMap<String, u64>,
    /// What stands beside messages.
    beside: BTreeMap<String, u64>,
    /// A chat was met whose messages are numbered for an account that is not known.
    pub(super) nameless: bool,
    pub(super) mended: Mended,
}

impl Told {
    /// Whether a message would add to what is told, if it is new.
    pub(super) fn wants(&self, parsed: &Parsed) -> bool {
        parsed.by_zone && !self.by_zone
            || parsed.doubtful > 0
            || parsed.old_edit
            || ![&parsed.trimmed, &parsed.kept, &parsed.left_out]
                .iter()
                .all(|names| names.is_empty())
            || !parsed.odd.is_empty()
    }

    /// What comes with one message.
    pub(super) fn of(parsed: &Parsed) -> Self {
        let mut told = Self::default();
        told.message(parsed);
        told
    }

    /// Counts what came with a message that is new in the vault.
    fn message(&mut self, parsed: &Parsed) {
        self.by_zone |= parsed.by_zone;
        self.doubtful += parsed.doubtful;
        self.old_edits += u64::from(parsed.old_edit);
        for field in &parsed.odd {
            *self.odd.entry(field).or_default() += 1;
        }
        count(&mut self.trimmed, &parsed.trimmed);
        count(&mut self.kept, &parsed.kept);
        count(&mut self.left_out, &parsed.left_out);
    }

    /// Counts the same of another part of the source.
    pub(super) fn add(&mut self, more: Self) {
        self.by_zone |= more.by_zone;
        self.doubtful += more.doubtful;
        self.old_edits += more.old_edits;
        for (field, count) in more.odd {
            *self.odd.entry(field).or_default() += count;
        }
        for (counts, more) in [
            (&mut self.trimmed, more.trimmed),
            (&mut self.kept, more.kept),
            (&mut self.left_out, more.left_out),
        ] {
            for (name, count) in more {
                count_some(counts, &name, NAMES, count);
            }
        }
    }

    /// Counts a field of a chat or of the whole that is passed over.
    pub(super) fn unknown(&mut self, key: &str) {
        count(&mut self.beside, &[key.chars().take(64).collect()]);
    }

    /// The sentences.
    pub(super) fn tell(self, zone: &Zone, report: &mut Report) {
        if self.nameless {
            report.note(Note::with(
                "the export does not say whose account it is: the same chat out of a whole account would come over \
                 once more",
                Advice::UserById,
            ));
        }
        if self.by_zone {
            report.note(zone.note());
        }
        if self.doubtful > 0 {
            report.note(format!(
                "{} the clocks showed twice or skipped; the first, or the clock before the change, was taken",
                counted(self.doubtful, "local time", "local times")
            ));
        }
        for (field, count) in self.odd {
            report.note(format!(
                "{} came over without {field}, which could not be read",
                counted(count, "message", "messages")
            ));
        }
        if self.old_edits > 0 {
            report.note(counted(
                self.old_edits,
                "message came over without its edit, which is older than the message",
                "messages came over without their edit, which is older than the message",
            ));
        }
        if !self.trimmed.is_empty() {
            report.note(format!(
                "formatting and details over 262,144 bytes were left out: {}",
                listed(&self.trimmed)
            ));
        }
        if !self.left_out.is_empty() {
            report.note(format!(
                "fields that are not known and too large to be kept were left out: {}",
                listed(&self.left_out)
            ));
        }
        if !self.kept.is_empty() {
            report.note(format!(
                "fields that are not shown were kept with their messages: {}",
                listed(&self.kept)
            ));
        }
        if !self.beside.is_empty() {
            report.note(format!(
                "parts of the export that are not known were left out: {}",
                listed(&self.beside)
            ));
        }
        // Where in the file they stand is not known: told only where something came over.
        if report.messages_imported > 0 {
            if self.mended.escapes > 0 {
                report.note(format!(
                    "{} as no JSON has them, such as \\x0C, and read as meant{}",
                    counted(
                        self.mended.escapes,
                        "character in the file is written",
                        "characters in the file are written"
                    ),
                    also_known(report)
                ));
            }
            if self.mended.surrogates > 0 {
                report.note(format!(
                    "{} taken as \u{fffd}{}",
                    counted(
                        self.mended.surrogates,
                        "half of a character in the file is",
                        "halves of characters in the file are"
                    ),
                    also_known(report)
                ));
            }
        }
    }
}

/// What a count over the whole file says where a part of it was known.
fn also_known(report: &Report) -> &'static str {
    match report.messages_known + report.messages_removed {
        0 => "",
        _ => "; those of messages that were known count too",
    }
}

fn count(counts: &mut BTreeMap<String, u64>, names: &[String]) {
    for name in names {
        count_some(counts, name, NAMES, 1);
    }
}
