//! One message of an export: what it says, and what is wrong with it.

use privatus_domain::{Attributes, Body, Media, Timestamp};
use serde_json::{Map, Value};

use super::walk::scalar;
use crate::legacy::Zone;

/// A message as the export has it.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) id: Option<String>,
    pub(super) at: Timestamp,
    pub(super) edited_at: Option<Timestamp>,
    pub(super) from: Option<String>,
    pub(super) from_id: Option<String>,
    pub(super) reply_to: Option<String>,
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

/// Reads one message; an error is the reason for which it is skipped.
pub(super) fn message(value: &Value, zone: &Zone) -> Result<Parsed, String> {
    let map = value.as_object().ok_or("not an object")?;
    match map.get("type").and_then(Value::as_str) {
        Some("message") => {}
        Some("service") => {
            let action = map.get("action").and_then(Value::as_str).unwrap_or("unknown");
            return Err(format!(
                "service: {}",
                action.chars().take(64).collect::<String>()
            ));
        }
        Some("unsupported") => return Err("unsupported by Telegram's own export".into()),
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
    Ok(Parsed {
        id: map.get("id").and_then(scalar),
        at,
        edited_at,
        from: optional(map, "from")?,
        from_id: optional(map, "from_id")?,
        reply_to: optional(map, "reply_to_message_id")?,
        body: Body::new(text, attributes).map_err(|error| error.to_string())?,
    })
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
    if let Some(seconds) = optional(map, unix)? {
        let seconds: i64 = seconds
            .parse()
            .map_err(|_| format!("{unix} is not a number of seconds"))?;
        let ms = seconds.checked_mul(1_000).ok_or("a time beyond the year 9999")?;
        return Timestamp::from_unix_ms(ms)
            .map(Some)
            .map_err(|error| error.to_string());
    }
    match optional(map, local)? {
        None => Ok(None),
        Some(text) => zone
            .unix_ms(&text)
            .and_then(|ms| Timestamp::from_unix_ms(ms).ok())
            .map(Some)
            .ok_or_else(|| "a time that cannot be read".to_owned()),
    }
}

/// The text, flattened, and its formatting where there is any.
fn text(value: Option<&Value>) -> Result<(String, Option<Value>), String> {
    match value {
        None | Some(Value::Null) => Ok((String::new(), None)),
        Some(Value::String(text)) => Ok((text.clone(), None)),
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
