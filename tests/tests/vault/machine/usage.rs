//! Statistics: what was done on each day, and how often a transaction ran. They are written now and then, and all of
//! them when the vault is closed.

use std::collections::BTreeMap;

use privatus_domain::{Day, Timestamp, Usage};
use privatus_store::Store;

use crate::machine::model::Model;
use crate::machine::world::pages_opened;

/// The transactions that steps are: what they are called in the metrics.
pub(crate) const STEP: &str = "step";

const DAY: i64 = 86_400_000;

/// When the day of a moment begins: the rule of the domain, written out once more.
fn day(ms: i64) -> i64 {
    ms.div_euclid(DAY) * DAY
}

impl Model {
    /// A transaction was tried.
    pub(crate) fn tried(&mut self) {
        *self.steps.entry(day(self.now)).or_default() += 1;
    }

    /// A message was stored.
    pub(crate) fn used(&mut self, outgoing: bool, bytes: usize) {
        let usage = self.usage.entry(day(self.now)).or_default();
        *(if outgoing {
            &mut usage.messages_out
        } else {
            &mut usage.messages_in
        }) += 1;
        usage.message_bytes += bytes as u64;
    }
}

/// Of a vault that was just closed and opened again. Pages are counted by who opened them.
pub(crate) fn compare(store: &Store, model: &Model) {
    let first = Day::of(Timestamp::MIN);
    let days = store.read(|tx| tx.usage_days(first)).unwrap();
    let mut expected = model.usage.clone();
    for (at, pages) in pages_opened() {
        expected.entry(day(at)).or_default().chats_opened += pages;
    }
    expected.retain(|_, usage| *usage != Usage::default());
    assert_eq!(
        days.into_iter()
            .map(|(day, usage)| (day.start().unix_ms(), usage))
            .collect::<BTreeMap<_, _>>(),
        expected,
        "what was done on each day"
    );
    // The times of long ago are not kept.
    let today = day(model.now);
    let from = Day::of(Timestamp::from_unix_ms(today).unwrap());
    let times = store.read(|tx| tx.transaction_times(from)).unwrap();
    let count = times.get(STEP).map_or(0, privatus_domain::Histogram::count);
    let known = model.steps.get(&today).copied().unwrap_or_default();
    assert_eq!(count, known, "how often a step was taken");
}
