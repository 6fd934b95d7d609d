//! Conversations and messages: listed, paged, answered, marked as read.

use std::io::{Read, Write, stdin, stdout};

use privatus_domain::{Body, Conversation, MessageId, NewMessage, ReplyState, limits};
use privatus_store::{PAGE_MAX, PageStart, Store, StoreError};
use serde_json::json;

use super::open;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::{find, output};

/// `chats`
pub(crate) fn chats(arguments: &Arguments, limit: usize) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let chats = store.read(|tx| tx.conversations(limit))?;
    store.lock()?;
    if arguments.json {
        let chats: Vec<_> = chats.iter().map(output::chat_json).collect();
        output::json(&json!({ "chats": chats }))?;
        return Ok(0);
    }
    chat_table(&chats)?;
    Ok(0)
}

/// The chat list as a person sees it.
pub(crate) fn chat_table(chats: &[Conversation]) -> Result<(), Failure> {
    let rows = chats
        .iter()
        .map(|chat| {
            let at = chat.last_at.map(|at| at.to_sql()).unwrap_or_default();
            let id = chat.id.to_string();
            vec![
                chat.title.chars().take(36).collect(),
                chat.kind.as_str().to_owned(),
                chat.messages.to_string(),
                chat.unread.to_string(),
                at.get(..16).unwrap_or_default().to_owned(),
                id.chars().take(13).collect(),
            ]
        })
        .collect();
    output::table(&["chat", "kind", "messages", "unread", "last (UTC)", "id"], rows)
}

fn conversation(store: &Store, wanted: &str) -> Result<Conversation, StoreError> {
    let chats = store.read(|tx| tx.conversations(usize::MAX))?;
    find::chat(&chats, wanted)
}

/// Where a page begins, from the three options.
pub(crate) fn start(
    before: Option<&str>,
    after: Option<&str>,
    around: Option<&str>,
) -> Result<PageStart, Failure> {
    let id = |text: &str| text.parse::<MessageId>().map_err(StoreError::from);
    Ok(match (before, after, around) {
        (Some(text), ..) => PageStart::Before(id(text)?),
        (_, Some(text), _) => PageStart::After(id(text)?),
        (.., Some(text)) => PageStart::Around(id(text)?),
        _ => PageStart::Newest,
    })
}

/// `show`
pub(crate) fn show(
    arguments: &Arguments,
    chat: &str,
    limit: usize,
    start: &PageStart,
) -> Result<u8, Failure> {
    if limit == 0 || limit > PAGE_MAX {
        return Err(Failure::Usage(format!("--limit takes 1 to {PAGE_MAX}")));
    }
    let store = open(arguments)?;
    let chat = conversation(&store, chat)?;
    let page = store.read(|tx| tx.messages_page(&chat.id, start, limit))?;
    store.lock()?;
    let next = page
        .messages
        .last()
        .filter(|_| page.has_older)
        .map(|message| message.id.clone());
    if arguments.json {
        let messages: Vec<_> = page.messages.iter().map(output::message_json).collect();
        output::json(&json!({ "messages": messages, "next": next }))?;
        return Ok(0);
    }
    let mut out = stdout().lock();
    if let Some(next) = &next {
        let next = crate::text::one_line(&next.to_string(), 60);
        writeln!(
            out,
            "… older messages: privatus show {} --before {next}\n",
            crate::text::one_line(&chat.id.to_string(), 40)
        )?;
    }
    for message in page.messages.iter().rev() {
        writeln!(out, "{}", output::message_lines(message))?;
    }
    Ok(0)
}

/// `send`
pub(crate) fn send(
    arguments: &Arguments,
    chat: &str,
    text: &str,
    reply_to: Option<&str>,
) -> Result<u8, Failure> {
    let text = if text == "-" { typed()? } else { text.to_owned() };
    let body = Body::text(text).map_err(StoreError::from)?;
    let reply_to: Option<MessageId> = reply_to
        .map(|id| id.parse().map_err(StoreError::from))
        .transpose()?;
    let store = open(arguments)?;
    let chat = conversation(&store, chat)?;
    let id = store.write("send", |tx| {
        if let Some(reply) = &reply_to
            && tx.reply_state(reply)? == ReplyState::Absent
        {
            return Err(StoreError::NotFound(format!("message {reply}, to answer")));
        }
        let id = MessageId::new(tx.new_id()?);
        let message = NewMessage {
            reply_to: reply_to.clone(),
            ..NewMessage::sent(id.clone(), body, tx.now())
        };
        tx.message_insert(&chat.id, &message)?;
        Ok(id)
    })?;
    store.lock()?;
    if arguments.json {
        output::json(&json!({ "id": id, "conversation": chat.id }))?;
    } else {
        output::line(&format!("Sent {id}"))?;
    }
    Ok(0)
}

/// A text from standard input: a word of a command line holds at most 128 KiB on Linux, a message eight times that.
fn typed() -> Result<String, Failure> {
    const MOST: usize = limits::TEXT_BYTES + "\r\n".len();
    let mut bytes = Vec::new();
    stdin()
        .lock()
        .take(MOST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Usage(format!("standard input cannot be read: {}", error.kind())))?;
    if bytes.len() > MOST {
        let why = "the text on standard input has more than 1,048,576 bytes; send it in parts".to_owned();
        return Err(StoreError::Refused(why).into());
    }
    let mut text = String::from_utf8(bytes).map_err(|_| {
        StoreError::Refused("the text on standard input is not UTF-8; convert it first".into())
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// `mark-read`
pub(crate) fn mark_read(arguments: &Arguments, chat: &str, up_to: Option<&str>) -> Result<u8, Failure> {
    let up_to: Option<MessageId> = up_to.map(|id| id.parse().map_err(StoreError::from)).transpose()?;
    let store = open(arguments)?;
    let chat = conversation(&store, chat)?;
    let marked = store.write("mark_read", |tx| {
        tx.conversation_mark_read(&chat.id, up_to.as_ref())
    })?;
    store.lock()?;
    if arguments.json {
        output::json(&json!({ "marked": marked }))?;
    } else {
        output::line(&format!("{marked} messages marked as read"))?;
    }
    Ok(0)
}
