//! The messages of a run: the same for every side, and for every run of a size.

use anyhow::Result;
use privatus_domain::Timestamp;
use privatus_domain::id::Id;

/// Conversations that the messages are spread over.
pub(crate) const CONVERSATIONS: usize = 200;
/// 2026-01-01, in milliseconds: where every run ends, and what the store's clock shows.
pub(crate) const END: i64 = 1_767_225_600_000;
const MONTH: i64 = 30 * 86_400_000;

/// One message.
pub(crate) struct Sample {
    /// A random UUID (v4) as text, the specification's id.
    pub(crate) random_id: String,
    /// A UUIDv7 of the message's time, which is what the store gives to new messages.
    pub(crate) ordered_id: Id,
    pub(crate) chat: usize,
    pub(crate) is_outgoing: bool,
    pub(crate) text: String,
    pub(crate) at: Timestamp,
    /// The time as the specification's column holds it.
    pub(crate) at_text: String,
}

/// `rows` messages over `months` months, in the order of their times.
pub(crate) fn samples(rows: usize, months: usize) -> Result<Vec<Sample>> {
    let span = MONTH * i64::try_from(months)?;
    let step = (span / i64::try_from(rows)?).max(1);
    let mut source = SplitMix::new(0x9e37_79b9_7f4a_7c15);
    (0..rows)
        .map(|at| {
            let ms = END - span + step * i64::try_from(at)?;
            one(&mut source, Timestamp::from_unix_ms(ms)?)
        })
        .collect()
}

/// Messages that come after a run's, for sends; `seed` makes those of two rounds differ.
pub(crate) fn later(count: usize, seed: u64) -> Result<Vec<Sample>> {
    let mut source = SplitMix::new(seed);
    (0..count)
        .map(|at| one(&mut source, Timestamp::from_unix_ms(END + i64::try_from(at)?)?))
        .collect()
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
    let text = format!(
        "{:0>40}{:0>40}{:0>40}",
        source.next(),
        source.next(),
        source.next()
    );
    Ok(Sample {
        random_id,
        ordered_id: Id::v7(at.unix_ms(), random),
        chat: usize::try_from(source.next() % u64::try_from(CONVERSATIONS)?)?,
        is_outgoing: source.next().is_multiple_of(2),
        text,
        at,
        at_text: at.to_sql(),
    })
}

/// SplitMix64: small, and the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
