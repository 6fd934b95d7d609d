//! The packed row key of a month: conversation number, milliseconds into the month, tie-break.
//!
//! One B-tree, clustered for reading a conversation and keyed by an integer (docs/adr/0001): 20 + 32 + 11 bits.

use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{Partition, Timestamp};

const TIE_BITS: u32 = 11;
const TIME_BITS: u32 = 32;
pub(crate) const CONVERSATION_SHIFT: u32 = TIE_BITS + TIME_BITS;

/// Returns the key for a message of this time, if that key is free. `early` and `late` have no such key (`None`): there
/// the order is that of arrival, so a message gets the key after the last one.
pub(crate) fn wanted(conversation: i64, partition: Partition, at: Timestamp) -> Option<i64> {
    debug_assert!((1..=CONVERSATIONS_MAX).contains(&conversation));
    let into = at.unix_ms() - partition.start()?.unix_ms();
    debug_assert!((0..1_i64 << TIME_BITS).contains(&into));
    Some((conversation << CONVERSATION_SHIFT) | (into << TIE_BITS))
}

/// Returns the first and the last key of a conversation.
pub(crate) const fn range(conversation: i64) -> (i64, i64) {
    let low = conversation << CONVERSATION_SHIFT;
    (low, low | ((1 << CONVERSATION_SHIFT) - 1))
}

/// Returns the number of the conversation that a key belongs to.
pub(crate) const fn conversation(row_key: i64) -> i64 {
    row_key >> CONVERSATION_SHIFT
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIRST: i64 = 1_738_368_000_000; // 2025-02-01
    const LAST: i64 = 1_740_787_199_999;

    proptest! {
        #[test]
        fn order_of_keys_is_order_of_time(
            conversation in 1..=CONVERSATIONS_MAX, a in FIRST..=LAST, b in FIRST..=LAST,
        ) {
            let month = Partition::from_number(202_502).unwrap();
            let key = |ms| wanted(conversation, month, Timestamp::from_unix_ms(ms).unwrap()).unwrap();
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
            let (low, high) = range(conversation);
            prop_assert!(low <= key(a) && key(a) <= high && key(a) > 0);
            prop_assert_eq!(super::conversation(key(a)), conversation);
        }
    }

    #[test]
    fn the_highest_conversation_in_the_longest_month_fits() {
        let month = Partition::from_number(202_501).unwrap();
        let end = Timestamp::parse("2025-01-31T23:59:59.999Z").unwrap();
        let key = wanted(CONVERSATIONS_MAX, month, end).unwrap();
        assert!(key > 0 && key <= range(CONVERSATIONS_MAX).1);
    }
}
