//! One message of an export: what it says, and what is wrong with it.

use privatus_domain::{Attributes, Body, BodyError, Media, Timestamp};
use serde_json::{Map, Value};

use super::walk::scalar;
use crate::legacy::Zone;

/// A message as the export has it.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) id: Option<String>,
    /// Bytes of its text, and roughly of what hangs on it.
    pub(super) size: usize,
    pub(super) at: Timestamp,
    pub(super) edited_at: Option<Timestamp>,
    pub(super) from: Option<String>,
    pub(super) from_id: Option<String>,
    pub(super) reply_to: Option<String>,
    /// The chat that holds the message it answers, when that is another one.
    pub(super) reply_to_peer: Option<String>,
    /// Formatting or details over the limit were left out.
    pub(super) trimmed: bool,
    /// Fields that could not be read; the message came over without them.
    pub(super) odd: Vec<&'static str>,
    pub(super) body: Body,
}

/// Media fields by which a message is more than its text, with the kind each stands for.
const MEDIA: [(&str, &str); 12] = [
    ("photo", "photo"),
    ("file", "file"),
    ("location_information", "location"),
    ("contact_information", "contact"),
    ("poll", "poll"),
    ("game_title", "game"),
    ("invoice_information", "invoice"),
    ("todo_list", "todo_list"),
    ("giveaway_information", "giveaway"),
    ("giveaway_results", "giveaway_results"),
    ("paid_stars_amount", "paid_media"),
    ("live_location_period_seconds", "location"),
];

/// Why an entry is passed over.
pub(super) enum Skip {
    /// Telegram's own entries that are no messages: nothing is amiss.
    NoMessage(String),
    /// A message that cannot be read.
    Unreadable(String),
}

impl From<&str> for Skip {
    fn from(why: &str) -> Self {
        Self::Unreadable(why.to_owned())
    }
}

impl From<String> for Skip {
    fn from(why: String) -> Self {
        Self::Unreadable(why)
    }
}

/// Reads one message.
pub(super) fn message(value: &Value, zone: &Zone) -> Result<Parsed, Skip> {
    let map = value.as_object().ok_or("an entry that is no object")?;
    match map.get("type").and_then(Value::as_str) {
        Some("message") => {}
        Some("service") => {
            let action = map.get("action").and_then(Value::as_str).unwrap_or("unknown");
            let action: String = action.chars().take(64).collect();
            return Err(Skip::NoMessage(format!("service: {action}")));
        }
        Some("unsupported") => {
            return Err(Skip::NoMessage("unsupported by Telegram's own export".into()));
        }
        Some(_) => return Err("another type of entry".into()),
        None => return Err("no type".into()),
    }
    let at = time(map, "date_unixtime", "date", zone)?.ok_or("no time")?;
    // A message is worth more than what stands beside its text: what cannot be read there gives way.
    let mut odd = Vec::new();
    let edited_at = time(map, "edited_unixtime", "edited", zone).unwrap_or_else(|_| {
        odd.push("edited");
        None
    });
    // An edit older than its message is a fault of the source, and no reason to lose the message.
    let edited_at = edited_at.filter(|edited| *edited >= at);
    let Text {
        flat: text,
        entities,
        whole,
    } = text_of(map)?;
    if !whole {
        odd.push("a part of the text");
    }
    let mut optional = |key| optional(map, key, &mut odd);
    let (from, from_id) = (optional("from"), optional("from_id"));
    let reply_to = optional("reply_to_message_id");
    let reply_to_peer = optional("reply_to_peer_id");
    let attributes = Attributes {
        media: media(map),
        forwarded_from: map.get("forwarded_from").and_then(scalar),
        entities,
    };
    let (body, trimmed) = body(text, attributes)?;
    Ok(Parsed {
        size: body.as_text().len() + 2 * map.len() * 16,
        id: map.get("id").and_then(scalar),
        at,
        edited_at,
        from,
        from_id,
        reply_to,
        reply_to_peer,
        trimmed,
        odd,
        body,
    })
}

/// A message is worth more than its formatting: what is over the limit is left out before the message is.
fn body(text: String, attributes: Attributes) -> Result<(Body, bool), Skip> {
    match Body::new(text.as_str(), attributes.clone()) {
        Ok(body) => Ok((body, false)),
        Err(BodyError::AttributesTooLarge(_)) => {
            let media = attributes.media.map(|media| Media {
                details: None,
                ..media
            });
            let attributes = Attributes {
                media,
                entities: None,
                ..attributes
            };
            Body::new(text, attributes)
                .map(|body| (body, true))
                .map_err(|_| "a media reference over the limit of size".into())
        }
        Err(_) => Err("a text over 1,048,576 bytes".into()),
    }
}

fn optional(map: &Map<String, Value>, key: &'static str, odd: &mut Vec<&'static str>) -> Option<String> {
    let value = map.get(key).filter(|value| !value.is_null())?;
    let text = scalar(value);
    if text.is_none() {
        odd.push(key);
    }
    text
}

/// Seconds since 1970 where the export has them, else local time without a zone.
fn time(map: &Map<String, Value>, unix: &str, local: &str, zone: &Zone) -> Result<Option<Timestamp>, String> {
    let of_unix =
        |seconds: &str| Timestamp::from_unix_ms(seconds.parse::<i64>().ok()?.checked_mul(1_000)?).ok();
    let of_local = |text: &str| Timestamp::from_unix_ms(zone.unix_ms(text)?).ok();
    let unix = map.get(unix).filter(|value| !value.is_null());
    let local = map.get(local).filter(|value| !value.is_null());
    if unix.is_none() && local.is_none() {
        return Ok(None);
    }
    unix.and_then(scalar)
        .and_then(|seconds| of_unix(&seconds))
        .or_else(|| of_local(&local.and_then(scalar)?))
        .map(Some)
        .ok_or_else(|| "a time that is none, or outside the years 0 to 9999".to_owned())
}

/// The text, flattened, and its formatting where there is any.
struct Text {
    flat: String,
    entities: Option<Value>,
    /// No part of it was passed over.
    whole: bool,
}

/// From `text`, or where that is empty or odd, from `text_entities`, which newer exports have beside it.
fn text_of(map: &Map<String, Value>) -> Result<Text, &'static str> {
    let field = |key: &str| flatten(map.get(key).unwrap_or(&Value::Null));
    let text = field("text");
    if matches!(&text, Some(text) if text.whole && !text.flat.is_empty()) {
        return text.ok_or("no text");
    }
    let other = field("text_entities").filter(|other| !other.flat.is_empty());
    match (text, other) {
        (_, Some(other)) if other.whole => Ok(other),
        (Some(text), None) => Ok(text),
        (Some(text), Some(other)) if text.whole || text.flat.len() < other.flat.len() => Ok(other),
        (Some(text), Some(_)) => Ok(text),
        (None, Some(other)) => Ok(other),
        (None, None) if media(map).is_some() => Ok(Text {
            flat: String::new(),
            entities: None,
            whole: false,
        }),
        (None, None) => Err("text has a wrong type"),
    }
}

/// `None` when nothing of it is text.
fn flatten(value: &Value) -> Option<Text> {
    let parts = match value {
        Value::Null | Value::String(_) | Value::Object(_) => std::slice::from_ref(value),
        Value::Array(parts) => parts,
        _ => return None,
    };
    let (mut flat, mut formatted, mut read) = (String::new(), Vec::new(), 0);
    let mut is_formatted = false;
    for part in parts {
        let text = match part {
            Value::Null if !value.is_array() => Some(""),
            Value::String(text) => Some(text.as_str()),
            Value::Object(entity) => {
                is_formatted |= entity.get("type").and_then(Value::as_str) != Some("plain");
                entity.get("text").and_then(Value::as_str)
            }
            _ => None,
        };
        if let Some(text) = text {
            flat.push_str(text);
            formatted.push(part.clone());
            read += 1;
        }
    }
    let is_formatted = is_formatted && read > 0;
    (read > 0 || parts.is_empty()).then(|| Text {
        flat,
        entities: is_formatted.then_some(Value::Array(formatted)),
        whole: read == parts.len(),
    })
}

fn media(map: &Map<String, Value>) -> Option<Media> {
    let (key, kind) = MEDIA
        .iter()
        .find(|(key, _)| map.get(*key).is_some_and(|value| !value.is_null()))?;
    let value = map.get(*key)?;
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| map.get(key).and_then(Value::as_u64);
    Some(Media {
        kind: text("media_type").unwrap_or_else(|| (*kind).to_owned()),
        path: value.as_str().map(str::to_owned),
        name: text("file_name"),
        mime: text("mime_type"),
        size: number("file_size").or_else(|| number("photo_file_size")),
        details: (!value.is_string()).then(|| value.clone()),
    })
}
