//! The list of chats as a table.

use std::collections::HashMap;

use privatus_domain::Conversation;

use crate::table::{self, Column};
use crate::text::grouped;

/// Returns the list of chats as a table that is at most `width` wide.
pub(crate) fn chat_table(chats: &[Conversation], width: usize) -> String {
    let short = |chat: &Conversation| chat.id.to_string().chars().take(13).collect::<String>();
    let mut alike: HashMap<String, usize> = HashMap::new();
    for chat in chats {
        *alike.entry(short(chat)).or_default() += 1;
    }
    let row = |chat: &Conversation| {
        let at = chat.last_at.map(|at| at.to_sql()).unwrap_or_default();
        let id = short(chat);
        let is_unique = alike.get(&id) == Some(&1);
        vec![
            chat.title.clone(),
            chat.kind.as_str().to_owned(),
            grouped(chat.messages),
            grouped(chat.unread),
            at.get(..16).unwrap_or_default().to_owned(),
            if is_unique { id } else { chat.id.to_string() },
        ]
    };
    let columns = [
        Column::name("chat", 36),
        Column::text("kind", 6).dropped(1),
        Column::number("messages").dropped(3),
        Column::number("unread").dropped(4),
        Column::text("last (UTC)", 16).dropped(2),
        Column::id("id"),
    ];
    table::text(&columns, &chats.iter().map(row).collect::<Vec<_>>(), width)
}
