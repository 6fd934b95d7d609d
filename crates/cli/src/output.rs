//! Tables and JSON on standard output.

use std::collections::HashMap;
use std::io::{Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use privatus_domain::{Conversation, Message};
use privatus_import::steering::json_escaped;
use privatus_store::StoreError;
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::text::one_line;

/// Whether the vault of this command can only be read.
static IS_READ_ONLY: AtomicBool = AtomicBool::new(false);

/// Whether that is because its schema is not what this build makes.
static IS_ALTERED: AtomicBool = AtomicBool::new(false);

/// Has every document from here on say `"read_only": true`.
pub(crate) fn is_read_only() {
    IS_READ_ONLY.store(true, Ordering::Relaxed);
}

/// Has every document from here on say `"schema_altered": true` as well, or neither.
pub(crate) fn is_altered(is_altered: bool) {
    IS_READ_ONLY.store(is_altered, Ordering::Relaxed);
    IS_ALTERED.store(is_altered, Ordering::Relaxed);
}

/// Prints one JSON document. What could steer a terminal is escaped: the document means the same.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    json_text(&document(value)?)
}

/// The text of one JSON document.
pub(crate) fn document(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|_| StoreError::Unexpected("a document cannot be printed".into()).into())
}

/// Prints a document that is JSON text already.
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

/// Prints text, and sees that all of it went out.
pub(crate) fn text_as_it_is(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

/// Asked before a whole document goes to standard output: whether that was closed. Rust's runtime opens `/dev/null` there, to
/// read and write, and all would be lost in silence.
pub(crate) fn whole() -> Result<(), Failure> {
    if is_closed() {
        return Err(Failure::output(&std::io::ErrorKind::NotConnected.into()));
    }
    Ok(())
}

/// Asked before any work: standard output that is open for reading alone takes nothing, and Rust's own handle swallows
/// what is written to it.
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

/// Whether an output is where everything goes lost; a descriptor that was closed is opened there by Rust's runtime.
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

/// Says that a list is empty: to a user for whom the tool acts, that there is nothing it may read.
pub(crate) fn empty(arguments: &Arguments, what: &str, usual: &str) -> Result<(), Failure> {
    match &arguments.as_user {
        Some(user) => line(&format!(
            "There are no {what} that {} may read.",
            one_line(user, 60)
        )),
        None => line(usual),
    }
}

/// Columns for running text: the terminal's, at most 100. Without a terminal those of `COLUMNS` where it is set, else
/// no bound: a program that reads us wants whole lines.
pub(crate) fn columns() -> usize {
    let asked = || std::env::var("COLUMNS").ok()?.parse().ok();
    match terminal_size::terminal_size_of(stdout()) {
        Some((terminal_size::Width(columns), _)) => usize::from(columns).clamp(20, 100),
        None => asked().map_or(usize::MAX, |columns: usize| columns.clamp(20, 100)),
    }
}

/// A column of a table.
pub(crate) enum Column {
    /// Text, cut to this many columns of the terminal.
    Text(&'static str, usize),
    /// A number, flush right.
    Number(&'static str),
}

/// Prints a table; cells are made harmless.
pub(crate) fn table(columns: &[Column], rows: Vec<Vec<String>>) -> Result<(), Failure> {
    line(&table_text(columns, rows))
}

/// A table as text, without blanks at the ends of its lines.
pub(crate) fn table_text(columns: &[Column], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|column| match column {
        Column::Text(title, _) | Column::Number(title) => *title,
    }));
    for row in rows {
        let cells = row.iter().zip(columns).map(|(cell, column)| match column {
            Column::Text(_, width) => one_line(cell, *width),
            Column::Number(_) => cell.clone(),
        });
        table.add_row(cells.collect::<Vec<_>>());
    }
    for (at, column) in columns.iter().enumerate() {
        if let (Column::Number(_), Some(shown)) = (column, table.column_mut(at)) {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.to_string();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The chat list as a person sees it, within 100 columns.
pub(crate) fn chat_table(chats: &[Conversation]) -> String {
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
            chat.messages.to_string(),
            chat.unread.to_string(),
            at.get(..16).unwrap_or_default().to_owned(),
            if is_unique { id } else { chat.id.to_string() },
        ]
    };
    let columns = [
        Column::Text("chat", 36),
        Column::Text("kind", 6),
        Column::Number("messages"),
        Column::Number("unread"),
        Column::Text("last (UTC)", 16),
        Column::Text("id", 36),
    ];
    table_text(&columns, chats.iter().map(row).collect())
}

/// A conversation as JSON.
pub(crate) fn chat_json(chat: &Conversation) -> Value {
    json!({
        "id": chat.id, "title": chat.title, "kind": chat.kind, "messages": chat.messages,
        "unread": chat.unread, "last_at": chat.last_at, "muted_until": chat.muted_until,
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
