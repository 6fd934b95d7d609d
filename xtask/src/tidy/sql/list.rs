//! The files that may hold SQL text, each with the kind of reason that lets it.

use super::super::finding::Finding;

/// The committed list: `path  kind  reason` a line, and several lines where a file has several kinds.
pub(crate) const LIST: &str = "xtask/sql-files.txt";

/// Why the query builder does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tables of months, whose names are made at run time.
    Months,
    /// Transactions and pragmas.
    Transactions,
    /// The ledger's engine: a database of any schema.
    Ledger,
    /// Walks over tables that are not known.
    Walk,
    /// Statements of the hot operations, each a constant with a name.
    Hot,
    /// What the builder cannot say: `INDEXED BY`, row values, `sqlite_sequence`.
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

/// Reads the list; a line that is none is a finding.
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
                        format!("{path} is listed twice for this"),
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
