//! Notes at the end of a Telegram import.

use std::collections::BTreeMap;

use super::mend::Mended;
use super::parse::Parsed;
use crate::legacy::Zone;
use crate::note::{Advice, Note, count_some, counted, listed};
use crate::report::Report;

/// Most field names to count separately; a hostile file may give each message its own.
const NAMES: usize = 50;

/// What was encountered during the import.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Formatting and details that exceed the limit.
    trimmed: BTreeMap<String, u64>,
    /// Edits that are older than their message.
    old_edits: u64,
    /// Whether there was a time without a zone.
    by_zone: bool,
    /// Times that the clocks showed twice or never.
    doubtful: u64,
    /// Fields that could not be read, so messages were imported without them.
    odd: BTreeMap<&'static str, u64>,
    /// Fields that this build does not know: kept, or too large to be kept.
    kept: BTreeMap<String, u64>,
    left_out: BTreeMap<String, u64>,
    /// Unknown parts of the export other than messages.
    beside: BTreeMap<String, u64>,
    /// Whether there was a chat whose messages are numbered for an unknown account.
    pub(super) nameless: bool,
    pub(super) mended: Mended,
}

impl Told {
    /// Returns whether a message would add a note if it is new.
    pub(super) fn wants(&self, parsed: &Parsed) -> bool {
        parsed.by_zone && !self.by_zone
            || parsed.doubtful > 0
            || parsed.old_edit
            || ![&parsed.trimmed, &parsed.kept, &parsed.left_out]
                .iter()
                .all(|names| names.is_empty())
            || !parsed.odd.is_empty()
    }

    /// What one message adds to the notes.
    pub(super) fn of(parsed: &Parsed) -> Self {
        let mut told = Self::default();
        told.message(parsed);
        told
    }

    /// Adds the notes of a message that is new in the vault.
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

    /// Adds the notes of another part of the source.
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

    /// Counts a skipped field of a chat or of the whole export.
    pub(super) fn unknown(&mut self, key: &str) {
        count(&mut self.beside, &[key.chars().take(64).collect()]);
    }

    /// The notes as sentences.
    pub(super) fn tell(self, zone: &Zone, report: &mut Report) {
        if self.nameless {
            report.note(Note::with(
                "the export does not say whose account it is: importing the same chat from a full account export would \
                 add it again",
                Advice::UserById,
            ));
        }
        if self.by_zone {
            report.note(zone.note());
        }
        if self.doubtful > 0 {
            report.note(format!(
                "{} that the clocks showed twice or skipped: the first, or the clock before the change, was used",
                counted(self.doubtful, "local time", "local times")
            ));
        }
        for (field, count) in self.odd {
            report.note(format!(
                "{} imported without {field}, which could not be read",
                counted(count, "message", "messages")
            ));
        }
        if self.old_edits > 0 {
            report.note(counted(
                self.old_edits,
                "message was imported without its edit time, which is earlier than the message",
                "messages were imported without their edit times, which are earlier than the messages",
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
                "unknown fields that are too large to keep were left out: {}",
                listed(&self.left_out)
            ));
        }
        if !self.kept.is_empty() {
            report.note(format!(
                "unknown fields, which are not shown, were kept with their messages: {}",
                listed(&self.kept)
            ));
        }
        if !self.beside.is_empty() {
            report.note(format!(
                "unknown parts of the export were left out: {}",
                listed(&self.beside)
            ));
        }
        // Their position in the file is unknown, so they are reported only if something was imported.
        if report.messages_imported > 0 {
            if self.mended.escapes > 0 {
                report.note(format!(
                    "{} in a form that is not JSON, such as \\x0C, and read as intended{}",
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
                    "{} replaced by \u{fffd}{}",
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

/// An addition to counts over the whole file if part of it was known.
fn also_known(report: &Report) -> &'static str {
    match report.messages_known + report.messages_removed {
        0 => "",
        _ => "; this includes known messages",
    }
}

fn count(counts: &mut BTreeMap<String, u64>, names: &[String]) {
    for name in names {
        count_some(counts, name, NAMES, 1);
    }
}
