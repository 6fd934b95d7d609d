//! `chats`, `show`, `send` and `mark-read`.

use std::io::{Read, stdin};

use privatus_domain::{Body, Conversation, MessageId, NewMessage, limits};
use privatus_store::{PAGE_MAX, PageStart, ReadTx, StoreError, SystemFault};
use serde_json::json;

use crate::args::{Arguments, Show};
use crate::chat_table::chat_table;
use crate::failure::Failure;
use crate::notice::warn;
use crate::text::{counted, grouped, one_line};
use crate::vault::open;
use crate::{find, output, show};

/// `chats`
pub(crate) fn chats(arguments: &Arguments, limit: Option<usize>) -> Result<u8, Failure> {
    if limit == Some(0) {
        return Err(Failure::Usage("--limit must be at least 1".into()));
    }
    let store = open(arguments)?;
    let (chats, lost) = store.read(|tx| {
        let chats = tx.conversations(limit.unwrap_or(usize::MAX))?;
        Ok::<_, StoreError>((chats, tx.conversations_lost()?))
    })?;
    crate::vault::close(store);
    for lost in &lost {
        warn(&format!(
            "{}; `privatus verify` shows more",
            find::lost_text(lost)
        ));
    }
    if arguments.json {
        let chats: Vec<_> = chats.iter().map(output::chat_json).collect();
        output::json(&json!({ "chats": chats }))?;
    } else if chats.is_empty() {
        output::empty(
            arguments,
            "chats",
            "No chats yet. `privatus import` imports a history, `privatus contacts add` starts a chat.",
        )?;
    } else {
        output::line(&chat_table(&chats, output::width()))?;
    }
    Ok(0)
}

/// Returns where a page begins, from the three options.
fn start(tx: &mut ReadTx<'_>, chat: &Conversation, show: &Show) -> Result<PageStart, Failure> {
    let mut place = |text: &str| find::place(tx, chat, text);
    Ok(match (&show.before, &show.after, &show.around) {
        (Some(text), ..) => place(text)?.before(),
        (_, Some(text), _) => place(text)?.after(),
        (.., Some(text)) => place(text)?.around(),
        _ => PageStart::Newest,
    })
}

/// `show`
pub(crate) fn show(arguments: &Arguments, show: &Show) -> Result<u8, Failure> {
    if show.limit == 0 || show.limit > PAGE_MAX {
        return Err(Failure::Usage(format!(
            "--limit must be between 1 and {}",
            grouped(PAGE_MAX as u64)
        )));
    }
    let store = open(arguments)?;
    let chat = find::chat(&store, &show.chat)?;
    let (page, answered) = store.read(|tx| {
        let start = start(tx, &chat, show)?;
        let page = tx.messages_page(&chat.id, &start, show.limit)?;
        let answered = if arguments.json {
            show::Answered::new()
        } else {
            show::answered(tx, &page.messages)?
        };
        Ok::<_, Failure>((page, answered))
    })?;
    crate::vault::close(store);
    let older = page.messages.last().filter(|_| page.has_older);
    let newer = page.messages.first().filter(|_| page.has_newer);
    if arguments.json {
        let messages: Vec<_> = page.messages.iter().map(output::message_json).collect();
        // The id for the same option of the next call.
        let next = if show.after.is_some() { newer } else { older };
        output::json(&json!({ "messages": messages, "next": next.map(|message| &message.id) }))?;
        return Ok(0);
    }
    let columns = output::columns();
    let again = again(show, &chat);
    let mut lines = vec![
        format!(
            "{} · {} · times are UTC",
            one_line(&chat.title, 60),
            counted(chat.messages, "message", "messages")
        ),
        String::new(),
    ];
    if let Some(message) = older {
        lines.push(show::hint("older", &again, "--before", &message.id, columns));
        lines.push(String::new());
    }
    for message in page.messages.iter().rev() {
        lines.push(show::lines(message, &answered, show.ids, columns));
    }
    if let Some(message) = newer {
        lines.push(String::new());
        lines.push(show::hint("newer", &again, "--after", &message.id, columns));
    }
    if page.messages.is_empty() {
        lines.push("No messages here.".into());
    }
    output::line(&lines.join("\n"))?;
    Ok(0)
}

/// Returns the command for another page of the same chat, named as before if that needs no quotes in a shell.
fn again(show: &Show, chat: &Conversation) -> String {
    let id = chat.id.to_string();
    let named = if show::is_plain(&show.chat) {
        &show.chat
    } else {
        &id
    };
    let mut command = format!("privatus show {}", show::shell_word(named));
    if show.limit != Show::LIMIT {
        command.push_str(&format!(" --limit {}", show.limit));
    }
    command
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
    let store = open(arguments)?;
    let chat = find::chat(&store, chat)?;
    let id = store.write("send", |tx| {
        let reply_to = reply_to
            .map(|wanted| find::message(tx, &chat, wanted))
            .transpose()?;
        let id = MessageId::new(tx.new_id()?);
        let message = NewMessage {
            reply_to,
            ..NewMessage::sent(id.clone(), body, tx.now())
        };
        tx.message_insert(&chat.id, &message)?;
        Ok::<_, Failure>(id)
    })?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({ "id": id, "conversation": chat.id }))?;
    } else {
        output::line(&format!("Sent {id}"))?;
    }
    Ok(0)
}

/// Reads a text from standard input: on Linux an argument has at most 128 KiB, but a message eight times that.
fn typed() -> Result<String, Failure> {
    const MOST: usize = limits::TEXT_BYTES + "\r\n".len();
    let mut bytes = Vec::new();
    stdin()
        .lock()
        .take(MOST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Failure::Usage(format!(
                "standard input cannot be read: {}",
                SystemFault::words(&error)
            ))
        })?;
    if bytes.len() > MOST {
        let why = "the text on standard input has more than 1,048,576 bytes; send it in parts".to_owned();
        return Err(Failure::Refused(why));
    }
    let mut text = String::from_utf8(bytes)
        .map_err(|_| Failure::Refused("the text on standard input is not UTF-8; convert it first".into()))?;
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
    let store = open(arguments)?;
    let chat = find::chat(&store, chat)?;
    let marked = store.write("mark_read", |tx| {
        let up_to = up_to.map(|wanted| find::message(tx, &chat, wanted)).transpose()?;
        Ok::<_, Failure>(tx.conversation_mark_read(&chat.id, up_to.as_ref())?)
    })?;
    crate::vault::close(store);
    if marked == 0 {
        crate::unchanged::nothing_changed();
    }
    if arguments.json {
        output::json(&json!({ "marked": marked }))?;
    } else {
        output::line(&format!(
            "{} marked as read",
            counted(marked, "message", "messages")
        ))?;
    }
    Ok(0)
}
