//! `stats`: shows counts, sizes, activity by day, and how long transactions took.

use std::collections::BTreeMap;

use privatus_domain::{Day, Histogram, Usage};
use privatus_store::StoreError;
use serde_json::{Value, json};

use crate::args::{Arguments, Stats};
use crate::failure::Failure;
use crate::output;
use crate::table::{self, Column};
use crate::text::grouped;
use crate::vault::open;

pub(crate) fn run(arguments: &Arguments, stats: &Stats) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let today = Day::of(store.now());
    let since = today.before(u32::from(stats.days) - 1);
    let (chats, contacts, groups, usage, times) = store.read(|tx| {
        Ok::<_, StoreError>((
            tx.conversations(usize::MAX)?,
            tx.contacts()?.len(),
            tx.groups()?.len(),
            tx.usage_days(since)?,
            tx.transaction_times(since)?,
        ))
    })?;
    let messages = sum(chats.iter().map(|chat| chat.messages));
    let unread = sum(chats.iter().map(|chat| chat.unread));
    let bytes = std::fs::metadata(store.database_path())
        .map(|data| data.len())
        .unwrap_or_default();
    let log = store.wal_size();
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({
            "conversations": chats.len(), "contacts": contacts, "groups": groups, "messages": messages,
            "unread": unread, "database_bytes": bytes, "wal_bytes": log,
            "usage": usage.iter().map(usage_json).collect::<Vec<_>>(),
            "transactions": times.iter().map(times_json).collect::<Vec<_>>(),
        }))?;
        return Ok(0);
    }
    let row = |name: &str, value: u64| vec![name.to_owned(), grouped(value)];
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    table::print(
        &[Column::text("", 20), Column::number("count")],
        vec![
            row("conversations", count(chats.len())),
            row("contacts", count(contacts)),
            row("groups", count(groups)),
            row("messages", messages),
            row("unread", unread),
            row("database, bytes", bytes),
            row("log, bytes", log),
        ],
    )?;
    usage_table(u32::from(stats.days), today, &usage)?;
    times_table(&times)?;
    Ok(0)
}

/// Adds counts from the vault, which somebody may have altered; the sum saturates.
fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

fn usage_json((day, usage): &(Day, Usage)) -> Value {
    json!({
        "date": day, "messages_in": usage.messages_in, "messages_out": usage.messages_out,
        "message_bytes": usage.message_bytes, "chats_opened": usage.chats_opened,
    })
}

fn times_json((name, times): (&String, &Histogram)) -> Value {
    json!({
        "name": name, "count": times.count(), "p50_us": times.percentile(50), "p95_us": times.percentile(95),
        "max_us": times.max(),
    })
}

/// Prints the days with activity, newest first, below a line for all days.
fn usage_table(days: u32, today: Day, usage: &[(Day, Usage)]) -> Result<(), Failure> {
    if usage.is_empty() {
        return Ok(());
    }
    let by_day: BTreeMap<Day, &Usage> = usage.iter().map(|(day, usage)| (*day, usage)).collect();
    let all = (0..days).rev().map(|back| {
        let usage = by_day.get(&today.before(back));
        usage.map_or(0, |usage| usage.messages_in.saturating_add(usage.messages_out))
    });
    let line = sparkline(&all.collect::<Vec<u64>>());
    output::line(&format!(
        "\n Messages a day, the last {days} days (UTC)  {line}\n"
    ))?;
    let row = |(day, usage): &(Day, Usage)| {
        let numbers = usage.named().map(|(_, value)| grouped(value));
        std::iter::once(day.to_string()).chain(numbers).collect()
    };
    let columns = [
        Column::text("day", 10),
        Column::number("in"),
        Column::number("out"),
        Column::number("bytes").dropped(2),
        Column::number("chats opened").dropped(1),
    ];
    table::print(&columns, usage.iter().rev().map(row).collect())
}

fn times_table(times: &BTreeMap<String, Histogram>) -> Result<(), Failure> {
    if times.is_empty() {
        return Ok(());
    }
    output::line("")?;
    let row = |(name, times): (&String, &Histogram)| {
        let figures = [times.percentile(50), times.percentile(95), times.max()].map(milliseconds);
        [name.clone(), grouped(times.count())]
            .into_iter()
            .chain(figures)
            .collect()
    };
    let columns = [
        Column::name("transaction", 36),
        Column::number("count").dropped(3),
        Column::number("median, ms"),
        Column::number("95%, ms").dropped(2),
        Column::number("longest, ms").dropped(1),
    ];
    table::print(&columns, times.iter().map(row).collect())
}

/// Returns microseconds as milliseconds.
fn milliseconds(micros: u64) -> String {
    format!("{}.{:03}", grouped(micros / 1_000), micros % 1_000)
}

/// Returns a character for each number, as high as its share of the highest; a dot for zero.
fn sparkline(numbers: &[u64]) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = u128::from(numbers.iter().copied().max().unwrap_or_default().max(1));
    let height = |number: &u64| {
        let eighth = (u128::from(*number) * 8).div_ceil(highest);
        let at = usize::try_from(eighth).unwrap_or_default().checked_sub(1);
        at.and_then(|at| HEIGHTS.get(at)).copied().unwrap_or('·')
    };
    numbers.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_cannot_be_have_a_sum() {
        let most = u64::try_from(i64::MAX).unwrap_or_default();
        assert_eq!(sum([most, most, most].into_iter()), u64::MAX);
        assert_eq!(sum([1, 2].into_iter()), 3);
    }

    #[test]
    fn lines_are_as_high_as_their_numbers() {
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[0, 0]), "··");
        assert_eq!(sparkline(&[0, 1, 4, 8]), "·▁▄█");
        assert_eq!(sparkline(&[0, 1, 1_000, u64::MAX]), "·▁▁█");
        assert_eq!(milliseconds(1_234_567), "1,234.567");
        assert_eq!(milliseconds(7), "0.007");
    }
}
