//! Orders messages of one instant: the vault keeps their order of arrival, and their numbers show the right one.

use super::parse::Parsed;

/// Sorts messages of one instant by number. If the export lists the newest first, returns those at the end that belong
/// before messages still to come; nothing for the `last` batch.
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
    // A run that fills a whole batch stays as it is, to bound memory.
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
