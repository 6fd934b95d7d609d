//! The messages of a run: the same for every side, and for every run of a size.

use anyhow::Result;
use privatus_domain::{Id, Timestamp};

/// Conversations that the messages are spread over.
pub(crate) const CONVERSATIONS: usize = 200;
/// 2026-01-01, in milliseconds: where every run ends, and what the store's clock shows.
pub(crate) const END: i64 = 1_767_225_600_000;
const MONTH: i64 = 30 * 86_400_000;

/// One message.
pub(crate) struct Sample {
    /// A random UUID (v4) as text, the specification's id.
    pub(crate) random_id: String,
    /// A UUIDv7 of the message's time, which is what the store assigns to new messages.
    pub(crate) ordered_id: Id,
    /// `ordered_id` as text.
    pub(crate) ordered_text: String,
    pub(crate) chat: usize,
    pub(crate) is_outgoing: bool,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
    /// The time as the specification's column holds it.
    pub(crate) at_text: String,
}

/// The time of a run's first message, and from one to the next, in milliseconds.
pub(crate) fn spread(rows: usize, months: usize) -> Result<(i64, i64)> {
    let span = MONTH * i64::try_from(months)?;
    Ok((END - span, (span / i64::try_from(rows)?).max(1)))
}

/// Messages in the order of their times, without end, each made when it is asked for.
pub(crate) struct Samples {
    source: SplitMix,
    next: i64,
    step: i64,
}

impl Samples {
    /// The messages of a run, whose first `rows` are in `months` months.
    pub(crate) fn of_run(rows: usize, months: usize) -> Result<Self> {
        let (next, step) = spread(rows, months)?;
        Ok(Self {
            source: SplitMix::new(0x9e37_79b9_7f4a_7c15),
            next,
            step,
        })
    }

    /// Messages that come after a run's; `seed` makes those of two rounds differ.
    pub(crate) const fn later(seed: u64) -> Self {
        Self {
            source: SplitMix::new(seed),
            next: END,
            step: 1,
        }
    }

    /// The next `count` of them.
    pub(crate) fn batch(&mut self, count: usize) -> Result<Vec<Sample>> {
        self.take(count).collect()
    }
}

impl Iterator for Samples {
    type Item = Result<Sample>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = Timestamp::from_unix_ms(self.next);
        self.next += self.step;
        Some(at.map_err(Into::into).and_then(|at| one(&mut self.source, at)))
    }
}

/// `rows` messages over `months` months, in the order of their times.
pub(crate) fn samples(rows: usize, months: usize) -> Result<Vec<Sample>> {
    Samples::of_run(rows, months)?.batch(rows)
}

/// Messages that come after a run's, for sends; `seed` makes those of two rounds differ.
pub(crate) fn later(count: usize, seed: u64) -> Result<Vec<Sample>> {
    Samples::later(seed).batch(count)
}

fn one(source: &mut SplitMix, at: Timestamp) -> Result<Sample> {
    let (a, b) = (source.next(), source.next());
    let random_id = format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | (b >> 50),
        b & 0xffff_ffff_ffff
    );
    let mut random = [0_u8; 10];
    for (byte, value) in random
        .iter_mut()
        .zip(a.to_le_bytes().into_iter().chain(b.to_le_bytes()))
    {
        *byte = value;
    }
    let text = text(source);
    let ordered_id = Id::v7(at.unix_ms(), random);
    Ok(Sample {
        random_id,
        ordered_text: ordered_id.to_string(),
        ordered_id,
        chat: chat(source)?,
        is_outgoing: source.next().is_multiple_of(2),
        text,
        at,
        at_text: at.to_sql(),
    })
}

/// A text of 120 characters.
pub(crate) fn text(source: &mut SplitMix) -> String {
    format!(
        "{:0>40}{:0>40}{:0>40}",
        source.next(),
        source.next(),
        source.next()
    )
}

/// One of the conversations.
pub(crate) fn chat(source: &mut SplitMix) -> Result<usize> {
    Ok(usize::try_from(source.next() % u64::try_from(CONVERSATIONS)?)?)
}

/// SplitMix64: small, and the same on every machine.
pub(crate) struct SplitMix(u64);

impl SplitMix {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
