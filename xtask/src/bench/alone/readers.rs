//! Two readers of pages, alone and while a writer runs.
//!
//! If the machine has fewer than three CPUs, the slowest pages are those whose thread waited some milliseconds for the
//! system's scheduler.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{ScopedJoinHandle, scope};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use privatus_store::PageStart;

use super::report::{Name, Report};
use crate::bench::ours::Ours;
use crate::bench::sample::{CONVERSATIONS, Samples, SplitMix, chat};
use crate::bench::side::{BATCH, as_f64};

pub(super) const NAMES: &[Name] = &[
    (
        "page_read_alone_p50",
        "µs",
        "the newest 50 of a conversation, two threads, no writer",
    ),
    ("page_read_alone_p99", "µs", ""),
    (
        "page_read_beside_writer_p50",
        "µs",
        "the same while a third thread writes batches of 5,000",
    ),
    ("page_read_beside_writer_p99", "µs", ""),
    ("batches_beside_readers", "messages/s", "what that thread writes"),
];

/// The store has as many connections for reading by default.
const READERS: u64 = 2;
/// Pages that all readers read together, and the least number if there are few messages.
const PAGES: usize = 20_000;
const PAGES_LEAST: usize = 2_000;

/// Reads random conversations, first without a writer.
pub(super) fn measure(ours: &Ours, later: &mut Samples, rows: usize, report: &mut Report) -> Result<()> {
    let pages = (rows / 5).clamp(PAGES_LEAST, PAGES) / usize::try_from(READERS)?;
    let alone = read(ours, pages)?;
    report.add(&[
        ("page_read_alone_p50", percentile(&alone, 50)),
        ("page_read_alone_p99", percentile(&alone, 99)),
    ]);
    let done = AtomicBool::new(false);
    let (beside, rate) = scope(|threads| {
        let writer = threads.spawn(|| write(ours, later, &done));
        let read = read(ours, pages);
        done.store(true, Ordering::Relaxed);
        let rate = joined(writer)?;
        Ok::<_, anyhow::Error>((read?, rate))
    })?;
    report.add(&[
        ("page_read_beside_writer_p50", percentile(&beside, 50)),
        ("page_read_beside_writer_p99", percentile(&beside, 99)),
        ("batches_beside_readers", rate),
    ]);
    Ok(())
}

/// Returns the time of each page, the fastest first.
fn read(ours: &Ours, pages: usize) -> Result<Vec<Duration>> {
    let mut took = Vec::new();
    scope(|threads| {
        let readers: Vec<_> = (0..READERS)
            .map(|seed| threads.spawn(move || read_random(ours, seed, pages)))
            .collect();
        readers
            .into_iter()
            .try_for_each(|reader| joined(reader).map(|pages| took.extend(pages)))
    })?;
    took.sort_unstable();
    Ok(took)
}

fn read_random(ours: &Ours, seed: u64, pages: usize) -> Result<Vec<Duration>> {
    let newest = |chat| -> Result<()> {
        ensure!(
            ours.page(chat, &PageStart::Newest)?.len() == 50,
            "a page was short"
        );
        Ok(())
    };
    // Both connections are open and warm before anything is timed.
    (0..CONVERSATIONS).try_for_each(newest)?;
    let mut source = SplitMix::new(seed);
    (0..pages)
        .map(|_| {
            let chat = chat(&mut source)?;
            let begun = Instant::now();
            newest(chat)?;
            Ok(begun.elapsed())
        })
        .collect()
}

/// Writes batches until the readers are done; returns messages a second. Making the messages is not timed.
fn write(ours: &Ours, later: &mut Samples, done: &AtomicBool) -> Result<f64> {
    let (mut written, mut elapsed) = (0, Duration::ZERO);
    while written == 0 || !done.load(Ordering::Relaxed) {
        let batch = later.batch(BATCH)?;
        let begun = Instant::now();
        ours.receive(&batch)?;
        elapsed += begun.elapsed();
        written += batch.len();
    }
    Ok(as_f64(written) / elapsed.as_secs_f64())
}

fn joined<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread panicked"))?
}

/// Returns a percentile in µs.
fn percentile(sorted: &[Duration], hundredths: usize) -> f64 {
    let at = sorted.len() * hundredths / 100;
    sorted.get(at).map_or(f64::NAN, |took| took.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_a_hundred() {
        let sorted: Vec<Duration> = (0..100).map(Duration::from_micros).collect();
        assert_eq!((percentile(&sorted, 50), percentile(&sorted, 99)), (50.0, 99.0));
        assert!(percentile(&[], 50).is_nan());
    }
}
