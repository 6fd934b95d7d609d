//! What a side of the comparison can do, and the one procedure that measures it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::sample::{CONVERSATIONS, Sample, SplitMix, chat};
use super::timing::median;

/// Messages of one transaction.
pub(crate) const BATCH: usize = 5_000;
/// Messages sent one by one, pages and messages read: a round of each.
const SENDS: usize = 500;
const READS: usize = 1_000;
const OPENS: usize = 20;
/// Conversations walked from their newest message to their oldest.
const WALKS: usize = 20;
/// The small cache, in KiB.
pub(crate) const SMALL_CACHE: u32 = 2_000;

/// A store of messages, ours or another.
pub(crate) trait Side {
    /// Writes messages in one transaction.
    fn insert(&mut self, messages: &[Sample]) -> Result<()>;
    /// Reads the newest 50 messages of a conversation whole; returns how many there were.
    fn newest(&mut self, chat: usize) -> Result<usize>;
    /// Reads a conversation from its newest message to its oldest, 50 at a time.
    fn page_back(&mut self, chat: usize) -> Result<usize>;
    /// Reads one message whole by its id.
    fn by_id(&mut self, message: &Sample) -> Result<()>;
    /// The first 50 conversations with their last message; `None` if the side has no such query.
    fn chat_list(&mut self) -> Result<Option<usize>>;
    /// Merges the log and closes.
    fn close(&mut self) -> Result<()>;
    /// Opens again, with a page cache of this many KiB for reads if one is passed.
    fn open(&mut self, cache: Option<u32>) -> Result<()>;
    /// The files, for their sizes and to drop them from the system's cache.
    fn files(&self) -> Vec<PathBuf>;
}

/// One measured figure, in the unit of its name.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
}

/// Names and their units, in the order in which they are printed.
pub(crate) const NAMES: [(&str, &str); 11] = [
    ("bulk_insert", "µs/message"),
    ("send_one", "µs/message"),
    ("newest_50_warm", "µs/page"),
    ("newest_50_small_cache", "µs/page"),
    // The same with one conversation after the other: the worst order for a cache that forgets what was not used for
    // longest. Nobody reads so, and it has no target.
    ("newest_50_in_turn", "µs/page"),
    ("newest_50_cold", "µs/open"),
    ("open_warm", "µs/open"),
    ("by_id", "µs/message"),
    ("chat_list", "µs/list"),
    ("page_back", "µs/message"),
    ("bytes_per_message", "bytes"),
];

/// Fills an empty side and measures every name; `sends` are messages that come after `samples`.
pub(crate) fn measure(
    side: &mut dyn Side,
    samples: &[Sample],
    sends: &[Sample],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut note = |name, elapsed: Duration, work: usize| {
        let value = elapsed.as_secs_f64() * 1e6 / as_f64(work);
        figures.push(Figure { name, value });
    };
    let begun = Instant::now();
    for batch in samples.chunks(BATCH) {
        side.insert(batch)?;
    }
    note("bulk_insert", begun.elapsed(), samples.len());
    side.close()?;
    let bytes: u64 = side
        .files()
        .iter()
        .filter_map(|file| std::fs::metadata(file).ok())
        .map(|file| file.len())
        .sum();
    let bytes_per_message = as_f64(usize::try_from(bytes)?) / as_f64(samples.len());
    side.open(None)?;
    // Conversations as they come, the same for every side.
    let mut source = SplitMix::new(0x0dd_ba11);
    let at_random: Vec<usize> = (0..READS).map(|_| chat(&mut source)).collect::<Result<_>>()?;
    let in_turn: Vec<usize> = (0..CONVERSATIONS).cycle().take(READS).collect();
    if wanted("newest_50_warm") {
        note("newest_50_warm", pages(side, &at_random)?, READS);
    }
    if wanted("by_id") {
        let every = (samples.len() / READS).max(1);
        let read = |side: &mut dyn Side| -> Result<()> {
            let mut chosen = samples.iter().step_by(every).take(READS);
            chosen.try_for_each(|sample| side.by_id(sample))
        };
        read(side)?;
        let begun = Instant::now();
        read(side)?;
        note("by_id", begun.elapsed(), READS);
    }
    if wanted("chat_list") && side.chat_list()?.is_some() {
        let begun = Instant::now();
        for _ in 0..READS / 10 {
            ensure!(side.chat_list()? == Some(50), "a chat list was short");
        }
        note("chat_list", begun.elapsed(), READS / 10);
    }
    if wanted("page_back") {
        let walk =
            |side: &mut dyn Side| -> Result<usize> { (0..WALKS).map(|chat| side.page_back(chat)).sum() };
        walk(side)?;
        let begun = Instant::now();
        let read = walk(side)?;
        note("page_back", begun.elapsed(), read);
    }
    if wanted("send_one") {
        let begun = Instant::now();
        for message in sends.iter().take(SENDS) {
            side.insert(std::slice::from_ref(message))?;
        }
        note("send_one", begun.elapsed(), SENDS.min(sends.len()));
    }
    side.close()?;
    for (name, chats) in [
        ("newest_50_small_cache", &at_random),
        ("newest_50_in_turn", &in_turn),
    ] {
        if wanted(name) {
            side.open(Some(SMALL_CACHE))?;
            note(name, pages(side, chats)?, READS);
            side.close()?;
        }
    }
    for (name, cold) in [("newest_50_cold", true), ("open_warm", false)] {
        if !wanted(name) {
            continue;
        }
        if !cold {
            // Every page that the measured opens want: only then is the system's cache warm for both sides.
            (0..OPENS).try_for_each(|open| open_and_read(side, open).map(drop))?;
        }
        let mut times = Vec::with_capacity(OPENS);
        for open in 0..OPENS {
            if cold {
                super::file_cache::drop_from(&side.files())?;
            }
            times.push(open_and_read(side, open)?);
        }
        // An open is much shorter than a time slice of the scheduler: one interrupted open would dominate the mean.
        figures.push(Figure {
            name,
            value: median(&times),
        });
    }
    figures.push(Figure {
        name: "bytes_per_message",
        value: bytes_per_message,
    });
    figures.retain(|figure| wanted(figure.name));
    Ok(figures)
}

/// Reads the newest page of each of these conversations, after all were read once.
fn pages(side: &mut dyn Side, chats: &[usize]) -> Result<Duration> {
    (0..CONVERSATIONS).try_for_each(|chat| side.newest(chat).map(drop))?;
    let begun = Instant::now();
    for chat in chats {
        ensure!(side.newest(*chat)? > 0, "a page was empty");
    }
    Ok(begun.elapsed())
}

/// Opens a side, reads the first page of a conversation and closes it; the microseconds of the first two.
fn open_and_read(side: &mut dyn Side, open: usize) -> Result<f64> {
    let begun = Instant::now();
    side.open(None)?;
    side.newest(open * 17 % CONVERSATIONS)?;
    let elapsed = begun.elapsed();
    side.close()?;
    Ok(elapsed.as_secs_f64() * 1e6)
}

/// Sends that a measurement takes.
pub(crate) const fn sends() -> usize {
    SENDS
}

pub(crate) fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
