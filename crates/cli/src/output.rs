//! Text and JSON on standard output.

use std::io::{Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use privatus_domain::{Conversation, Message};
use privatus_import::steering::json_escaped;
use privatus_store::StoreError;
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::text::one_line;

/// Whether this command's vault is read-only.
static IS_READ_ONLY: AtomicBool = AtomicBool::new(false);

/// Whether it is read-only because its schema is not the one this build creates.
static IS_ALTERED: AtomicBool = AtomicBool::new(false);

/// Adds `"read_only": true` to every document from now on.
pub(crate) fn is_read_only() {
    IS_READ_ONLY.store(true, Ordering::Relaxed);
}

/// Adds both `"read_only": true` and `"schema_altered": true` to every document from now on, or neither.
pub(crate) fn is_altered(is_altered: bool) {
    IS_READ_ONLY.store(is_altered, Ordering::Relaxed);
    IS_ALTERED.store(is_altered, Ordering::Relaxed);
}

/// Prints one JSON document. Characters that could control a terminal are escaped, which does not change the document's
/// meaning.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    json_text(&document(value)?)
}

/// Returns the text of one JSON document.
pub(crate) fn document(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|_| StoreError::Unexpected("a document cannot be printed".into()).into())
}

/// Prints a document that is already JSON text.
pub(crate) fn json_text(text: &str) -> Result<(), Failure> {
    let text = json_escaped(text);
    let more = match IS_ALTERED.load(Ordering::Relaxed) {
        true => "\n  \"read_only\": true,\n  \"schema_altered\": true",
        false => "\n  \"read_only\": true",
    };
    match text
        .strip_prefix('{')
        .filter(|_| IS_READ_ONLY.load(Ordering::Relaxed))
    {
        Some(members) if members.trim_start().starts_with('}') => line(&format!("{{{more}\n}}")),
        Some(members) => line(&format!("{{{more},{members}")),
        None => line(&text),
    }
}

/// Prints a line.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    text_as_it_is(&format!("{text}\n"))
}

/// Prints text, and flushes it so that a failed write is noticed.
pub(crate) fn text_as_it_is(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

/// Checks, before a whole document is written to standard output, that it is not closed. Rust's runtime opens `/dev/null` in its
/// place, for reading and writing, and everything would be lost without an error.
pub(crate) fn whole() -> Result<(), Failure> {
    if is_closed() {
        return Err(Failure::output(&std::io::ErrorKind::NotConnected.into()));
    }
    Ok(())
}

/// Checks, before any work, that standard output is not open for reading only: Rust's own handle ignores the error of such
/// writes.
///
/// # Errors
/// [`Failure::OutputToRead`].
#[cfg(unix)]
pub(crate) fn writable() -> Result<(), Failure> {
    use rustix::fs::{OFlags, fcntl_getfl};
    match fcntl_getfl(stdout()) {
        Ok(flags) if !flags.intersects(OFlags::WRONLY | OFlags::RDWR) => Err(Failure::OutputToRead),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(crate) fn writable() -> Result<(), Failure> {
    Ok(())
}

#[cfg(unix)]
fn is_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl};
    let out = stdout();
    fcntl_getfl(&out).is_ok_and(|flags| flags.contains(OFlags::RDWR)) && is_null(&out)
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}

/// Whether an output is `/dev/null`, which Rust's runtime opens in place of a closed descriptor.
#[cfg(unix)]
pub(crate) fn is_null(out: impl std::os::fd::AsFd) -> bool {
    use rustix::fs::{FileType, fstat, stat};
    match (fstat(out), stat("/dev/null")) {
        (Ok(out), Ok(null)) => {
            FileType::from_raw_mode(out.st_mode) == FileType::CharacterDevice && out.st_rdev == null.st_rdev
        }
        _ => false,
    }
}

#[cfg(not(unix))]
pub(crate) fn is_null<T>(_: T) -> bool {
    false
}

/// Says that a list is empty; with `--as-user`, that the user may read nothing of it.
pub(crate) fn empty(arguments: &Arguments, what: &str, usual: &str) -> Result<(), Failure> {
    match &arguments.as_user {
        Some(user) => line(&format!(
            "There are no {what} that {} may read.",
            one_line(user, 60)
        )),
        None => line(usual),
    }
}

/// Returns the width of the terminal. Without a terminal it is `COLUMNS` if that is set; otherwise there is no limit, because a
/// program that reads the output needs whole lines.
pub(crate) fn width() -> usize {
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok();
    let found = match terminal_size::terminal_size_of(stdout()) {
        Some((terminal_size::Width(columns), _)) => Some(usize::from(columns)),
        None => asked(),
    };
    found.map_or(usize::MAX, |columns| columns.max(20))
}

/// Returns the width for running text: that of the terminal, but at most 100.
pub(crate) fn columns() -> usize {
    match width() {
        usize::MAX => usize::MAX,
        columns => columns.min(100),
    }
}

/// Returns a conversation as JSON.
pub(crate) fn chat_json(chat: &Conversation) -> Value {
    json!({
        "id": chat.id, "title": chat.title, "kind": chat.kind, "messages": chat.messages,
        "unread": chat.unread, "last_at": chat.last_at, "muted_until": chat.muted_until,
    })
}

/// Returns a message as JSON, with the field names of an export.
pub(crate) fn message_json(message: &Message) -> Value {
    let body = message.body.as_ref();
    let mut value = json!({
        "id": message.id,
        "conversation": message.conversation,
        "direction": message.direction,
        "sender": message.sender.as_ref().and_then(|sender| sender.name()),
        "text": body.map(|body| body.as_text()).unwrap_or_default(),
        "at": message.at,
        "is_read": message.is_read,
    });
    let mut put = |key: &str, field: Option<Value>| {
        if let (Some(field), Some(map)) = (field, value.as_object_mut()) {
            map.insert(key.into(), field);
        }
    };
    let attributes = body.map(|body| body.attributes());
    put("edited_at", message.edited_at.map(|at| json!(at)));
    put("deleted_at", message.deleted_at.map(|at| json!(at)));
    put("reply_to", message.reply_to.as_ref().map(|id| json!(id)));
    put(
        "media",
        attributes.and_then(|attributes| Some(json!(attributes.media.as_ref()?))),
    );
    put(
        "forwarded_from",
        attributes.and_then(|attributes| Some(json!(attributes.forwarded_from.as_ref()?))),
    );
    let links = attributes.into_iter().flat_map(|attributes| attributes.links());
    let links: Vec<Value> = links
        .map(|(text, href)| json!({ "text": text, "href": href }))
        .collect();
    put("links", (!links.is_empty()).then(|| json!(links)));
    value
}
