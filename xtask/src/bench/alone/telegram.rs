//! An invented Telegram account, to measure the tool's import.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;

use crate::bench::sample::{CONVERSATIONS, SplitMix, spread, text};

/// The name of this chat in the export.
pub(super) fn title(chat: usize) -> String {
    format!("Contact {chat}")
}

/// Writes an export of the whole account, as Telegram Desktop does: chat by chat, and each text twice, as text and as
/// its only entity. Messages alternate between the chats; every second one of a chat is the owner's.
pub(super) fn write(path: &Path, rows: usize, months: usize) -> Result<()> {
    let (first, step) = spread(rows, months)?;
    let mut out = BufWriter::new(File::create(path)?);
    let mut source = SplitMix::new(0x7465_6c65_6772_616d);
    out.write_all(
        b"{\"personal_information\":{\"user_id\":1,\"first_name\":\"Owner\"},\"chats\":{\"list\":[",
    )?;
    for chat in 0..CONVERSATIONS {
        let (title, peer) = (title(chat), 1_000 + chat);
        let comma = if chat > 0 { "," } else { "" };
        write!(
            out,
            "{comma}\n{{\"name\":\"{title}\",\"type\":\"personal_chat\",\"id\":{peer},\"messages\":["
        )?;
        for (nth, row) in (chat..rows).step_by(CONVERSATIONS).enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            let (from, writer) = if nth % 2 == 1 {
                ("Owner", 1)
            } else {
                (title.as_str(), peer)
            };
            let (at, text) = ((first + step * i64::try_from(row)?) / 1_000, text(&mut source));
            write!(
                out,
                "{comma}\n{{\"id\":{},\"type\":\"message\",\"date_unixtime\":\"{at}\",\"from\":\"{from}\",\
                 \"from_id\":\"user{writer}\",\"text\":\"{text}\",\
                 \"text_entities\":[{{\"type\":\"plain\",\"text\":\"{text}\"}}]}}",
                row + 1
            )?;
        }
        out.write_all(b"]}")?;
    }
    out.write_all(b"]}}\n")?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn it_is_json_with_every_message_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        write(&path, 1_001, 6).unwrap();
        let export: Value = serde_json::from_reader(File::open(&path).unwrap()).unwrap();
        let chats = export.pointer("/chats/list").and_then(Value::as_array).unwrap();
        assert_eq!(chats.len(), CONVERSATIONS);
        let mut ids: Vec<u64> = chats
            .iter()
            .filter_map(|chat| chat.get("messages")?.as_array())
            .flatten()
            .filter_map(|message| message.get("id")?.as_u64())
            .collect();
        ids.sort_unstable();
        assert!(ids.into_iter().eq(1..=1_001));
    }
}
