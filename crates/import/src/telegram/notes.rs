//! What an import of an export tells at its end.

use std::collections::BTreeMap;

use super::mend::Mended;
use super::parse::Parsed;
use crate::legacy::Zone;
use crate::note::{Advice, Note};
use crate::report::Report;

/// Names of fields told apart; a hostile file may give each message its own.
const NAMES: usize = 50;

/// What was met on the way.
#[derive(Debug, Default)]
pub(super) struct Told {
    trimmed: u64,
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
    /// Counts what came with a message.
    pub(super) fn message(&mut self, parsed: &Parsed) {
        self.trimmed += u64::from(parsed.trimmed);
        self.by_zone |= parsed.by_zone;
        self.doubtful += parsed.doubtful;
        for field in &parsed.odd {
            *self.odd.entry(field).or_default() += 1;
        }
        count(&mut self.kept, &parsed.kept);
        count(&mut self.left_out, &parsed.left_out);
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
                "{} local times the clocks showed twice or skipped; the first, or the clock before the change, was taken",
                self.doubtful
            ));
        }
        for (field, count) in self.odd {
            report.note(format!(
                "{count} messages came over without {field}, which could not be read"
            ));
        }
        if self.trimmed > 0 {
            report.note(format!(
                "{} messages came over without formatting or details, which are over 262,144 bytes",
                self.trimmed
            ));
        }
        if !self.left_out.is_empty() {
            report.note(format!(
                "fields that are not known and too large to be kept were left out: {}",
                list(self.left_out)
            ));
        }
        if !self.kept.is_empty() {
            report.note(format!(
                "fields that are not shown were kept with their messages: {}",
                list(self.kept)
            ));
        }
        if !self.beside.is_empty() {
            report.note(format!(
                "parts of the export that are not known were left out: {}",
                list(self.beside)
            ));
        }
        if self.mended.escapes > 0 {
            report.note(format!(
                "{} characters were written as no JSON has them, such as \\x0C, and came over",
                self.mended.escapes
            ));
        }
        if self.mended.surrogates > 0 {
            report.note(format!(
                "{} halves of characters were taken over as \u{fffd}",
                self.mended.surrogates
            ));
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, names: &[String]) {
    for name in names {
        let is_full = counts.len() >= NAMES && !counts.contains_key(name);
        let name = if is_full { "others" } else { name.as_str() };
        match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => {
                counts.insert(name.to_owned(), 1);
            }
        }
    }
}

/// The most frequent first.
fn list(counts: BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let names: Vec<String> = counts
        .into_iter()
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    names.join(", ")
}
