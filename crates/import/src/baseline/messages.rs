//! Adopts messages: each with its large content, into its contact's conversation, through the store's own write path.

use privatus_domain::limits::TEXT_BYTES;
use privatus_domain::{Body, ContactId, Direction, IdError, MessageId, NewMessage, SenderRef};
use privatus_sqlite::Row;
use privatus_store::{RawMessage, RawRows};

use super::cells::{Cells, refused};
use super::error::BaselineError;
use super::findings::Findings;

/// Reads messages in the order in which they were written; the rowid and key of large content come first.
pub(super) const SELECT: &str = "SELECT m.rowid, m.message_id, m.contact_id, m.content, m.is_outgoing, m.is_encrypted, \
     m.timestamp, m.edited_at, m.is_deleted, m.deleted_at, m.created_at, m.updated_at, \
     c.rowid, c.content, c.compression_algorithm, c.original_size \
     FROM messages AS m LEFT JOIN message_content AS c ON c.message_id = m.message_id COLLATE BINARY ORDER BY m.rowid";

const LARGE_ROW: i32 = 12;
const LARGE: i32 = 13;
const ALGORITHM: i32 = 14;
const ORIGINAL: i32 = 15;

/// A message in the source.
pub(super) struct Record {
    name: String,
    contact: ContactId,
    message: RawMessage,
}

/// Reads a message and returns how many bytes it holds.
pub(super) fn read(row: &Row<'_>, findings: &mut Findings) -> Result<(Record, usize), BaselineError> {
    let cells = Cells::new("messages", row);
    let id: MessageId = parse(&cells, 1, "message_id")?;
    let contact: ContactId = parse(&cells, 2, "contact_id")?;
    let is_outgoing = cells.flag(4, "is_outgoing")?;
    let time = |index, column| cells.optional(index, |cells| cells.time(index, column));
    let at = cells.time(6, "timestamp")?;
    let edited_at = time(7, "edited_at")?;
    if edited_at.is_some_and(|edited| edited < at) {
        return Err(cells.refused("edited_at", "is before the message's own time"));
    }
    let updated_at = time(11, "updated_at")?;
    let is_deleted = cells.optional(8, |cells| cells.flag(8, "is_deleted"))? == Some(true);
    let deleted_at = match (is_deleted, time(9, "deleted_at")?) {
        (true, None) => Some(updated_at.unwrap_or(at)),
        (true, deleted_at) => deleted_at,
        (false, None) => None,
        (false, Some(_)) => return Err(cells.refused("deleted_at", "is set, but the message is not deleted")),
    };
    let body = if is_deleted {
        let has_large = cells.integer(LARGE_ROW, "message_id").is_ok();
        findings.deleted += u64::from(has_large || !cells.bytes(3, "content").is_ok_and(<[u8]>::is_empty));
        findings.deleted_large += u64::from(has_large);
        Body::default()
    } else {
        body(&cells, row, findings)?
    };
    let size = body.as_text().len();
    let message = NewMessage {
        id,
        direction: if is_outgoing {
            Direction::Out
        } else {
            Direction::In
        },
        sender: if is_outgoing {
            SenderRef::Nobody
        } else {
            SenderRef::Contact(contact.clone())
        },
        body,
        at,
        edited_at,
        deleted_at,
        reply_to: None,
        was_encrypted: cells
            .optional(5, |cells| cells.flag(5, "is_encrypted"))?
            .unwrap_or(true),
        // The source does not record this; old messages count as read.
        is_read: true,
    };
    let record = Record {
        name: cells.name(),
        contact,
        message: RawMessage {
            message,
            arrived_at: time(10, "created_at")?,
            updated_at,
        },
    };
    Ok((record, size))
}

fn parse<T: std::str::FromStr<Err = IdError>>(
    cells: &Cells<'_, '_>,
    index: i32,
    column: &str,
) -> Result<T, BaselineError> {
    let parsed: Result<T, IdError> = cells.text(index, column)?.parse();
    parsed.map_err(|error| cells.refused(column, &error.to_string()))
}

/// A message's content: its large content if it has any, otherwise its own.
fn body(cells: &Cells<'_, '_>, row: &Row<'_>, findings: &mut Findings) -> Result<Body, BaselineError> {
    let own = cells.utf8(3, "content")?;
    let whole = |text: &str| Body::text(text).map_err(|error| error.to_string());
    if cells.integer(LARGE_ROW, "message_id").is_err() {
        return whole(own).map_err(|why| cells.refused("content", &why));
    }
    let number = cells.integer(LARGE_ROW, "message_id")?;
    let name = format!("message_content, row {number} ({})", cells.text(1, "message_id")?);
    let refuse = |column: &str, why: &str| refused(&name, column, why);
    let packed = Cells::new("message_content", row);
    let packed = packed
        .bytes(LARGE, "content")
        .map_err(|_| refuse("content", "is neither a BLOB nor a text"))?;
    let algorithm = match cells.optional(ALGORITHM, |cells| cells.text(ALGORITHM, "compression_algorithm")) {
        Ok(algorithm) => algorithm.unwrap_or_default(),
        Err(_) => return Err(refuse("compression_algorithm", "is not a text")),
    };
    let unpacked = match algorithm.to_ascii_lowercase().as_str() {
        "" | "none" => None,
        "zstd" => Some(
            // The limit is one byte above a message's, so that a longer one is not truncated.
            zstd::bulk::decompress(packed, TEXT_BYTES + 1)
                .map_err(|_| refuse("content", "does not unpack with zstd to at most 1,048,576 bytes"))?,
        ),
        _ => return Err(refuse("compression_algorithm", "is not zstd")),
    };
    let bytes = unpacked.as_deref().unwrap_or(packed);
    let original = cells.optional(ORIGINAL, |cells| cells.integer(ORIGINAL, "original_size"));
    match original {
        Ok(None) => {}
        Ok(Some(size)) if usize::try_from(size) == Ok(bytes.len()) => {}
        _ => {
            return Err(refuse(
                "original_size",
                &format!("is not the size of the content, {}", bytes.len()),
            ));
        }
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("content", "is not UTF-8"))?;
    findings.differing += u64::from(!text.starts_with(own));
    whole(text).map_err(|why| refuse("content", &why))
}

/// Writes messages; those of one contact in the order in which the source wrote them.
pub(super) fn write(rows: &mut RawRows<'_, '_>, mut records: Vec<Record>) -> Result<(), BaselineError> {
    records.sort_by(|a, b| a.contact.cmp(&b.contact));
    for group in records.chunk_by(|a, b| a.contact == b.contact) {
        let Some(first) = group.first() else { continue };
        let inserted = rows.messages_insert(&first.contact, group.iter().map(|record| &record.message))?;
        if inserted.known > 0 {
            return Err(refused(
                &first.name,
                "",
                "its contact has two messages with the same id",
            ));
        }
    }
    Ok(())
}
