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
    // An edit older than its message is a fault of the source, and no reason to lose the message.
    let edited_at = time(map, "edited_unixtime", "edited", zone)?.filter(|edited| *edited >= at);
    let (text, entities) = text(map.get("text"))?;
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
        from: optional(map, "from")?,
        from_id: optional(map, "from_id")?,
        reply_to: optional(map, "reply_to_message_id")?,
        reply_to_peer: optional(map, "reply_to_peer_id")?,
        trimmed,
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

fn optional(map: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => scalar(value)
            .map(Some)
            .ok_or_else(|| format!("{key} has a wrong type")),
    }
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
fn text(value: Option<&Value>) -> Result<(String, Option<Value>), String> {
    match value {
        None | Some(Value::Null) => Ok((String::new(), None)),
        Some(Value::String(text)) => Ok((text.clone(), None)),
        Some(entity @ Value::Object(_)) => text(Some(&Value::Array(vec![entity.clone()]))),
        Some(Value::Array(parts)) => {
            let mut flat = String::new();
            let mut formatted = false;
            for part in parts {
                match part {
                    Value::String(text) => flat.push_str(text),
                    Value::Object(entity) => {
                        let text = entity.get("text").and_then(Value::as_str);
                        flat.push_str(text.ok_or("text has an entity without text")?);
                        formatted |= entity.get("type").and_then(Value::as_str) != Some("plain");
                    }
                    _ => return Err("text has a wrong type".into()),
                }
            }
            Ok((flat, formatted.then(|| Value::Array(parts.clone()))))
        }
        Some(_) => Err("text has a wrong type".into()),
    }
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
