//! The files that may contain SQL text, each with the kind of its reason.

use super::super::finding::Finding;

/// The committed list, with one `path  kind  reason` per line. A file with several kinds has several lines.
pub(crate) const LIST: &str = "xtask/sql-files.txt";

/// Why a file does not use the query builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tables of months, whose names are made at run time.
    Months,
    /// Transactions and pragmas.
    Transactions,
    /// The ledger's engine, which works on a database of any schema.
    Ledger,
    /// Walks over unknown tables.
    Walk,
    /// Statements of the hot operations, each a constant with a name.
    Hot,
    /// SQL that the builder cannot express: `INDEXED BY`, row values, `sqlite_sequence`.
    Beyond,
}

const KINDS: [(&str, Kind); 6] = [
    ("months", Kind::Months),
    ("transactions", Kind::Transactions),
    ("ledger", Kind::Ledger),
    ("walk", Kind::Walk),
    ("hot", Kind::Hot),
    ("beyond", Kind::Beyond),
];

impl Kind {
    pub(super) fn name(self) -> &'static str {
        let own = KINDS.iter().find(|(_, kind)| *kind == self);
        own.map_or("", |(name, _)| name)
    }
}

/// One line of the list.
pub(super) struct Entry<'a> {
    pub(super) line: usize,
    pub(super) path: &'a str,
    pub(super) kind: Kind,
}

/// Reads the list. An invalid line is a finding.
pub(super) fn entries<'a>(list: &'a str, findings: &mut Vec<Finding>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let lines = (1..).zip(list.lines());
    for (line, text) in lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#')) {
        let mut words = text.split_whitespace();
        let (path, kind, reason) = (words.next(), words.next(), words.next());
        let kind = kind.and_then(|kind| KINDS.iter().find(|(name, _)| *name == kind));
        match (path, kind, reason) {
            (Some(path), Some((_, kind)), Some(_)) => {
                if entries
                    .iter()
                    .any(|entry| entry.path == path && entry.kind == *kind)
                {
                    findings.push(Finding::new(
                        LIST,
                        line,
                        format!("{path} is listed twice with this kind"),
                    ));
                }
                entries.push(Entry {
                    line,
                    path,
                    kind: *kind,
                });
            }
            _ => {
                let kinds = KINDS.map(|(name, _)| name).join(", ");
                let message = format!("expected `path  kind  reason`, the kind one of {kinds}");
                findings.push(Finding::new(LIST, line, message));
            }
        }
    }
    entries
}
