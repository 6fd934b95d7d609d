//! Messages as a person reads them.

use std::collections::HashMap;

use privatus_domain::{Direction, Message, MessageId, ReplyState};
use privatus_store::{ReadTx, StoreError};

use crate::text::{harmless, one_line};

/// What the messages of a page answer, in words.
pub(crate) type Answered = HashMap<MessageId, String>;

/// Looks up what a page's replies point at: a message, one that was deleted, or one this vault never had.
pub(crate) fn answered(tx: &mut ReadTx<'_>, messages: &[Message]) -> Result<Answered, StoreError> {
    let mut found: Answered = messages
        .iter()
        .map(|message| (message.id.clone(), named(message)))
        .collect();
    for id in messages.iter().filter_map(|message| message.reply_to.as_ref()) {
        if found.contains_key(id) {
            continue;
        }
        let words = match tx.message_by_id(id) {
            Ok(message) => named(&message),
            Err(StoreError::NotFound(_)) => match tx.reply_state(id)? {
                ReplyState::Absent => "a message not in this vault".to_owned(),
                ReplyState::Deleted | ReplyState::Present => "a deleted message".to_owned(),
            },
            Err(error) => return Err(error),
        };
        found.insert(id.clone(), words);
    }
    Ok(found)
}

fn named(message: &Message) -> String {
    if message.body.is_none() {
        return "a deleted message".to_owned();
    }
    let text = one_line(&text_of(message), 32);
    format!("{} “{text}”", who(message, 24))
}

fn who(message: &Message, width: usize) -> String {
    match (message.direction, &message.sender) {
        (Direction::Out, _) => "you".to_owned(),
        (Direction::In, Some(sender)) => one_line(sender.name().unwrap_or("unknown"), width),
        (Direction::In, None) => "unknown".to_owned(),
    }
}

fn text_of(message: &Message) -> String {
    match &message.body {
        None => "(deleted)".to_owned(),
        Some(body) => match &body.attributes().media {
            Some(media) if body.as_text().is_empty() => {
                let file = media.path.as_deref().or(media.name.as_deref()).unwrap_or("-");
                format!("[{}: {}]", one_line(&media.kind, 30), one_line(file, 60))
            }
            _ => harmless(body.as_text()),
        },
    }
}

/// The line above a message: when, who, and what it is to others.
pub(crate) fn heading(message: &Message, answered: &Answered) -> String {
    let mut marks = String::new();
    if message.edited_at.is_some() {
        marks.push_str(" (edited)");
    }
    if let Some(words) = message.reply_to.as_ref().and_then(|id| answered.get(id)) {
        marks.push_str(&format!(" ↳ {words}"));
    }
    let at = message.at.to_sql();
    let at = at.get(..16).unwrap_or(&at);
    format!("{at}  {}{marks}", who(message, 40))
}

/// The message's text below it, made harmless.
pub(crate) fn body(message: &Message) -> String {
    text_of(message)
}

/// Both, as `show` prints them.
pub(crate) fn lines(message: &Message, answered: &Answered, ids: bool) -> String {
    let mut text = heading(message, answered);
    if ids {
        text.push_str(&format!("\n    id {}", one_line(&message.id.to_string(), 1_024)));
    }
    text.push_str("\n    ");
    text.push_str(&body(message).replace('\n', "\n    "));
    text
}
