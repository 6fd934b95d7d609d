//! Tables and JSON on standard output.

use std::io::{Write, stdout};

use comfy_table::{ContentArrangement, Table, presets};
use privatus_domain::{Conversation, Direction, Message};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::text::{harmless, one_line};

/// Prints one JSON document.
pub(crate) fn json(value: &Value) -> Result<(), Failure> {
    let mut out = stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

/// Prints a line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    Ok(writeln!(stdout().lock(), "{text}")?)
}

/// Prints a table; cells are made harmless.
pub(crate) fn table(header: &[&str], rows: Vec<Vec<String>>) -> Result<(), Failure> {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|cell| (*cell).to_owned()));
    for row in rows {
        table.add_row(row.iter().map(|cell| one_line(cell, 60)).collect::<Vec<_>>());
    }
    line(&table.to_string())
}

/// A conversation as JSON.
pub(crate) fn chat_json(chat: &Conversation) -> Value {
    json!({
        "id": chat.id, "title": chat.title, "kind": chat.kind, "messages": chat.messages,
        "unread": chat.unread, "last_at": chat.last_at,
    })
}

/// A message as JSON; the same names as in an export.
pub(crate) fn message_json(message: &Message) -> Value {
    let body = message.body.as_ref();
    let mut value = json!({
        "id": message.id,
        "conversation": message.conversation,
        "direction": message.direction,
        "sender": message.sender.as_ref().and_then(|sender| sender.name()),
        "text": body.map(|body| body.as_text()).unwrap_or_default(),
        "at": message.at,
    });
    let mut put = |key: &str, field: Option<Value>| {
        if let (Some(field), Some(map)) = (field, value.as_object_mut()) {
            map.insert(key.into(), field);
        }
    };
    put("edited_at", message.edited_at.map(|at| json!(at)));
    put("deleted_at", message.deleted_at.map(|at| json!(at)));
    put("reply_to", message.reply_to.as_ref().map(|id| json!(id)));
    put(
        "media",
        body.and_then(|body| body.attributes().media.as_ref())
            .map(|media| json!(media)),
    );
    value
}

/// A message as lines for a person.
pub(crate) fn message_lines(message: &Message) -> String {
    let who = match (message.direction, &message.sender) {
        (Direction::Out, _) => "you".to_owned(),
        (Direction::In, Some(sender)) => one_line(sender.name().unwrap_or("unknown"), 40),
        (Direction::In, None) => "unknown".to_owned(),
    };
    let mut marks = String::new();
    if message.edited_at.is_some() {
        marks.push_str(" (edited)");
    }
    if let Some(reply) = &message.reply_to {
        marks.push_str(&format!(" ↳ {}", one_line(&reply.to_string(), 40)));
    }
    let text = match &message.body {
        None => "(deleted)".to_owned(),
        Some(body) => match &body.attributes().media {
            Some(media) if body.as_text().is_empty() => {
                format!(
                    "[{}: {}]",
                    one_line(&media.kind, 30),
                    one_line(media.path.as_deref().unwrap_or("-"), 60)
                )
            }
            _ => harmless(body.as_text()).replace('\n', "\n    "),
        },
    };
    let at = message.at.to_sql();
    let at = at.get(..16).unwrap_or(&at);
    format!("{at}  {who}{marks}\n    {text}")
}
