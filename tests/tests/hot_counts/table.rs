//! Figures as a table that people read and git compares, and what may differ.

use std::collections::BTreeMap;
use std::fmt;

use allocation_counter::AllocationInfo;
use privatus_store::WorkDone;

/// Comments at the head of the file.
const HEAD: &str = "\
# Work of each hot operation on a warm store, as tests/tests/hot_counts counts it.
# For one operation, but the last two columns: heap allocations and bytes allocated by Rust for one of its `items`.
# `scanned` are rows stepped in scans of a whole table or index (other rows show in vm_steps), `written` pages and
# `wal_bytes` the same with headers.
# Exact: prepared, run, sorts. The others may differ by 2 %, or by 0.1 where that is more.
# PRIVATUS_ACCEPT_COUNTS=1 cargo test --workspace --test hot_counts   writes this file again.
";

/// In percent, and in hundredths: by how much a figure may differ that need not be exact.
const PERCENT: u64 = 2;
const SLACK: u64 = 10;

/// Columns and whether they are exact.
const COLUMNS: [(&str, bool); 12] = [
    ("items", true),
    ("run", true),
    ("prepared", true),
    ("vm_steps", false),
    ("scanned", false),
    ("sorts", true),
    ("cache_hits", false),
    ("fetched", false),
    ("written", false),
    ("wal_bytes", false),
    ("allocations", false),
    ("allocated", false),
];

/// What an operation does, in hundredths.
pub(crate) struct Row {
    name: String,
    figures: [u64; COLUMNS.len()],
}

impl Row {
    /// Of `times` an operation on `items` messages each: what the connections did, the bytes by which the write-ahead
    /// log grew, and the heap.
    pub(crate) fn new(
        name: &str,
        times: usize,
        items: usize,
        done: WorkDone,
        logged: u64,
        heap: AllocationInfo,
    ) -> Self {
        let (times, items) = (times as u64, items as u64);
        let each = |total: u64, of: u64| (total * 100 + of / 2) / of;
        Self {
            name: name.to_owned(),
            figures: [
                items * 100,
                each(done.statements_run, times),
                each(done.statements_prepared, times),
                each(done.vm_steps, times),
                each(done.full_scan_steps, times),
                each(done.sorts, times),
                each(done.cache_hits, times),
                each(done.pages_fetched, times),
                each(done.pages_written, times),
                each(logged, times),
                each(heap.count_total, times * items),
                each(heap.bytes_total, times * items),
            ],
        }
    }
}

/// A row for each operation.
pub(crate) struct Table(Vec<Row>);

impl Table {
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        Self(rows)
    }

    /// Reads what `to_string` wrote; an error names the line of a file that it did not write.
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        // The names of the columns are for people.
        let rows = lines.skip(1).map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_else(|| panic!("a line without a name"));
            let figures: Option<Vec<u64>> = words.map(hundredths).collect();
            let figures = figures.and_then(|figures| figures.try_into().ok());
            Row {
                name: name.to_owned(),
                figures: figures.unwrap_or_else(|| panic!("not {} figures: {line}", COLUMNS.len())),
            }
        });
        Self(rows.collect())
    }

    /// A line for each figure that differs from the expected by more than it may, and for each operation that only
    /// one of both has.
    pub(crate) fn differences(&self, expected: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        let mut unseen: BTreeMap<&str, &Row> =
            expected.0.iter().map(|row| (row.name.as_str(), row)).collect();
        for row in &self.0 {
            let Some(expected) = unseen.remove(row.name.as_str()) else {
                differences.push(format!("  {}: not expected at all", row.name));
                continue;
            };
            let figures = row.figures.iter().zip(expected.figures);
            for ((name, is_exact), (found, expected)) in COLUMNS.iter().zip(figures) {
                let may = if *is_exact {
                    0
                } else {
                    SLACK.max(expected * PERCENT / 100)
                };
                if found.abs_diff(expected) > may {
                    differences.push(format!(
                        "  {:<18} {name:<12} expected {}, found {} (may differ by {})",
                        row.name,
                        text(expected),
                        text(*found),
                        text(may)
                    ));
                }
            }
        }
        differences.extend(
            unseen
                .keys()
                .map(|name| format!("  {name}: not counted any more")),
        );
        differences
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        write!(f, "{:<18}", "operation")?;
        for (name, _) in COLUMNS {
            write!(f, "{name:>12}")?;
        }
        for row in &self.0 {
            write!(f, "\n{:<18}", row.name)?;
            for figure in row.figures {
                write!(f, "{:>12}", text(figure))?;
            }
        }
        writeln!(f)
    }
}

/// Hundredths as a decimal number, without an empty fraction.
fn text(hundredths: u64) -> String {
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => whole.to_string(),
        (whole, fraction) => format!("{whole}.{fraction:02}"),
    }
}

fn hundredths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
    let fraction = Some(fraction).filter(|fraction| fraction.len() == 2)?;
    Some(whole.parse::<u64>().ok()? * 100 + fraction.parse::<u64>().ok()?)
}

#[test]
fn planted_differences_are_found() {
    let row = |name: &str, figure| Row {
        name: name.to_owned(),
        figures: [figure; COLUMNS.len()],
    };
    let expected = Table::parse(&Table::new(vec![row("send", 10_000), row("gone", 0)]).to_string());
    // All of them at a hundred: 1 more may be for those alone that need not be exact, 3 more for none.
    let differences = |figure| {
        Table::new(vec![row("send", figure), row("gone", 0)])
            .differences(&expected)
            .len()
    };
    let exact = COLUMNS.iter().filter(|(_, is_exact)| *is_exact).count();
    let few = [10_000, 10_100, 10_300, 9_700].map(differences);
    assert_eq!(few, [0, exact, COLUMNS.len(), COLUMNS.len()]);
    let renamed = Table::new(vec![row("send", 10_000), row("new", 0)]).differences(&expected);
    assert_eq!(
        renamed,
        ["  new: not expected at all", "  gone: not counted any more"]
    );
}
