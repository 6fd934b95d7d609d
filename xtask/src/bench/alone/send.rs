//! Sends, each a transaction: their time, and how many bytes they write.

use std::time::Instant;

use anyhow::{Context, Result};

use super::report::{Name, Report};
use crate::bench::ours::Ours;
use crate::bench::sample::{Sample, Samples};
use crate::bench::side::{Side, as_f64};

pub(super) const NAMES: &[Name] = &[
    ("send", "µs", "one outgoing message, committed; mean"),
    (
        "bytes_written_per_send",
        "bytes",
        "wchar of /proc/self/io: what write calls were given, merging the log included",
    ),
    (
        "bytes_dirtied_per_send",
        "bytes",
        "write_bytes of /proc/self/io: pages of the file cache that became dirty",
    ),
];

const SENDS: usize = 1_000;

/// Sends messages and closes the vault, so that the bytes include the merge of the log.
pub(super) fn measure(ours: &mut Ours, later: &mut Samples, report: &mut Report) -> Result<()> {
    ours.close()?;
    ours.open(None)?;
    let mut sends = later.batch(SENDS + 1)?;
    for sample in &mut sends {
        sample.is_outgoing = true;
    }
    let (first, sends) = sends.split_first().context("no messages to send")?;
    // The first write opens the write connection.
    send(ours, first)?;
    let before = Written::now()?;
    let begun = Instant::now();
    sends.iter().try_for_each(|sample| send(ours, sample))?;
    let elapsed = begun.elapsed();
    ours.close()?;
    let after = Written::now()?;
    ours.open(None)?;
    let each = |total: f64| total / as_f64(sends.len());
    report.add(&[
        ("send", each(elapsed.as_secs_f64() * 1e6)),
        ("bytes_written_per_send", each(after.given - before.given)),
        ("bytes_dirtied_per_send", each(after.dirtied - before.dirtied)),
    ]);
    Ok(())
}

fn send(ours: &Ours, sample: &Sample) -> Result<()> {
    ours.receive(std::slice::from_ref(sample))
}

/// Bytes that this process has written so far, to any file.
struct Written {
    given: f64,
    dirtied: f64,
}

impl Written {
    fn now() -> Result<Self> {
        let path = "/proc/self/io";
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
        let field = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(": "));
            let (_, value) = lines
                .find(|(key, _)| *key == name)
                .with_context(|| format!("{path} has no {name}"))?;
            value
                .parse()
                .with_context(|| format!("{name} of {path} is not a number"))
        };
        Ok(Self {
            given: field("wchar")?,
            dirtied: field("write_bytes")?,
        })
    }
}
