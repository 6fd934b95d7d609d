//! Messages as text for a person.

use std::collections::HashMap;

use privatus_domain::{Direction, Message, MessageId, ReplyState};
use privatus_store::{ReadTx, StoreError};
use unicode_width::UnicodeWidthStr;

use crate::media;
use crate::text::{harmless, one_line, wrapped};

/// The indentation below a heading.
const INDENT: &str = "    ";

/// Describes the messages that the messages of a page reply to.
pub(crate) type Answered = HashMap<MessageId, String>;

/// Describes what the replies of a page point to: a message, a deleted one, or one that this vault never had.
pub(crate) fn answered(tx: &mut ReadTx<'_>, messages: &[Message]) -> Result<Answered, StoreError> {
    let mut found: Answered = messages
        .iter()
        .map(|message| (message.id.clone(), named(message)))
        .collect();
    for id in messages.iter().filter_map(|message| message.reply_to.as_ref()) {
        if found.contains_key(id) {
            continue;
        }
        let words = match tx.reply_state(id)? {
            ReplyState::Absent => "a message not in this vault".to_owned(),
            ReplyState::Deleted => "a deleted message".to_owned(),
            ReplyState::Present => match tx.message_by_id(id)? {
                // Possible in an imported history; the text of another chat is not shown here.
                message
                    if messages
                        .first()
                        .is_some_and(|first| first.conversation != message.conversation) =>
                {
                    "a message in another chat".to_owned()
                }
                message => named(&message),
            },
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

/// Returns the text by which a reply names a message.
fn text_of(message: &Message) -> String {
    match &message.body {
        None => "(deleted)".to_owned(),
        Some(body) => match &body.attributes().media {
            Some(media) if body.as_text().is_empty() => media::words(media),
            _ => body.as_text().to_owned(),
        },
    }
}

/// Returns the line above a message: when, who, whether it was edited, and what it replies to.
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

/// Returns what is below the heading: where the message was forwarded from, its media and its text; not yet made harmless.
pub(crate) fn body(message: &Message) -> String {
    let Some(body) = &message.body else {
        return text_of(message);
    };
    let attributes = body.attributes();
    let mut parts = Vec::new();
    if let Some(name) = &attributes.forwarded_from {
        parts.push(format!("[forwarded from {}]", one_line(name, 60)));
    }
    parts.extend(attributes.media.as_ref().map(media::words));
    if !body.as_text().is_empty() {
        parts.push(body.as_text().to_owned());
    }
    // The address is not cut, so that it can be read and copied.
    let links = attributes.links();
    parts.extend(links.map(|(text, address)| format!("[link “{}”: {address}]", one_line(text, 40))));
    if parts.is_empty() {
        parts.push("(empty)".to_owned());
    }
    parts.join("\n")
}

/// Returns a message's heading and body as `show` prints them, within `columns`.
pub(crate) fn lines(message: &Message, answered: &Answered, ids: bool, columns: usize) -> String {
    let below = format!("\n{INDENT}");
    let width = columns.saturating_sub(INDENT.len());
    let mut text = wrapped(&heading(message, answered), width).join(&below);
    if ids {
        text.push_str(&format!("{below}id {}", harmless(&message.id.to_string())));
    }
    for line in wrapped(&body(message), width) {
        text.push('\n');
        if !line.is_empty() {
            text.push_str(INDENT);
            text.push_str(&line);
        }
    }
    text
}

/// Returns the command for the next page, ready to be copied; it is broken between words if it is too wide.
pub(crate) fn hint(what: &str, command: &str, option: &str, id: &MessageId, columns: usize) -> String {
    let (start, end) = (
        format!("… {what}: {command}"),
        format!("{option} {}", shell_word(&id.to_string())),
    );
    if start.width() + 1 + end.width() <= columns {
        format!("{start} {end}")
    } else {
        format!("{start} \\\n{INDENT}{end}")
    }
}

/// Quotes a word for a shell, if it needs quotes.
pub(crate) fn shell_word(word: &str) -> String {
    let word = harmless(word);
    if is_plain(&word) {
        word
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Whether a word needs no quotes in a shell and cannot be mistaken for an option.
pub(crate) fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    !word.is_empty() && !word.starts_with('-') && word.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_broken_between_words_alone() {
        let id: MessageId = "53ef41f8-429e-8c78-bd1c-33729c76c411".parse().unwrap();
        let command = "privatus show 970f169e";
        let whole = format!("… older: {command} --before {id}");
        assert_eq!(hint("older", command, "--before", &id, 100), whole);
        let broken = hint("older", command, "--before", &id, 60);
        assert_eq!(broken, format!("… older: {command} \\\n    --before {id}"));
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
