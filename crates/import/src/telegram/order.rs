//! The order of messages of one instant: the vault keeps that of their arrival, and their numbers tell the right one.

use super::parse::Parsed;

/// Puts messages of one instant in the order of their numbers. Gives back those at the end that go before messages still
/// to come, where the export has the newest first; nothing when it is the `last` batch.
pub(super) fn settle(batch: &mut Vec<Parsed>, last: bool) -> Vec<Parsed> {
    let is_newest_first = match batch.as_slice() {
        [.., before, end] => {
            matches!((number(before), number(end)), (Some(before), Some(end)) if end < before)
        }
        _ => false,
    };
    let end = batch.last().map(|message| message.at);
    let run = batch
        .iter()
        .rev()
        .take_while(|message| Some(message.at) == end)
        .count();
    // A run that fills a batch goes on as it is: memory has an end.
    let held = if is_newest_first && !last && run < batch.len() {
        batch.split_off(batch.len() - run)
    } else {
        Vec::new()
    };
    for run in batch.chunk_by_mut(|a, b| a.at == b.at) {
        if run.len() > 1 && run.iter().all(|message| number(message).is_some()) {
            run.sort_by_key(number);
        }
    }
    held
}

fn number(message: &Parsed) -> Option<i64> {
    message.id.as_deref()?.parse().ok()
}
