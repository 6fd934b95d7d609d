//! Attachments of a message: a file by reference, a place, a poll, and their descriptions.

use privatus_domain::Media;
use serde_json::{Map, Value};

/// Fields that make a message more than its text, and the kind of media each stands for.
const MEDIA: [(&str, &str); 14] = [
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
    // A place without coordinates.
    ("place_name", "location"),
    ("address", "location"),
];

/// Fields that describe the media further.
const DETAILS: [&str; 19] = [
    "title",
    "performer",
    "sticker_emoji",
    "duration_seconds",
    "width",
    "height",
    "media_spoiler",
    "self_destruct_period_seconds",
    "thumbnail",
    "thumbnail_file_size",
    "place_name",
    "address",
    "live_location_period_seconds",
    "paid_stars_amount",
    "game_title",
    "game_description",
    "game_link",
    "contact_vcard",
    "contact_vcard_file_size",
];

/// The media of a message, and the fields that were used for it.
pub(super) fn media(map: &Map<String, Value>) -> Option<(Media, Vec<&'static str>)> {
    let present = |key: &str| map.get(key).filter(|value| !value.is_null());
    let (key, kind) = *MEDIA.iter().find(|(key, _)| present(key).is_some())?;
    let value = present(key)?;
    let is_file = matches!(key, "photo" | "file");
    let mut used = vec![key];
    let mut take = |key: &'static str, fits: fn(&Value) -> bool| {
        let value = map.get(key).filter(|value| fits(value))?;
        used.push(key);
        Some(value)
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let kind = take("media_type", Value::is_string)
        .and_then(text)
        .unwrap_or_else(|| kind.to_owned());
    let name = take("file_name", Value::is_string).and_then(text);
    let mime = take("mime_type", Value::is_string).and_then(text);
    let size = take("file_size", Value::is_u64)
        .or_else(|| take("photo_file_size", Value::is_u64))
        .and_then(Value::as_u64);
    let path = value.as_str().filter(|_| is_file).map(str::to_owned);
    let name = name.or_else(|| value.as_str().filter(|_| key == "game_title").map(str::to_owned));
    // The object for the media; Telegram Desktop writes some as a string.
    let own = match value {
        Value::String(_) if is_file => None,
        Value::String(text) => match serde_json::from_str(text) {
            Ok(object @ Value::Object(_)) => Some(object),
            _ => None,
        },
        _ if DETAILS.contains(&key) => None,
        other => Some(other.clone()),
    };
    let (own, alone) = match own {
        Some(Value::Object(own)) => (own, None),
        Some(other) => (Map::new(), Some(other)),
        None => (Map::new(), None),
    };
    let mut details = own;
    // A value that is neither a file nor an object is stored under its own name.
    if value.is_string() && !is_file && details.is_empty() {
        details.insert(key.to_owned(), value.clone());
    }
    for field in DETAILS {
        if let Some(value) = present(field)
            && !details.contains_key(field)
        {
            details.insert(field.to_owned(), value.clone());
            used.push(field);
        }
    }
    let details = match alone {
        // A list or a number, unchanged; the fields that describe it are stored with the message.
        Some(alone) => {
            used.retain(|field| *field == key || !DETAILS.contains(field));
            Some(alone)
        }
        None => (!details.is_empty()).then_some(Value::Object(details)),
    };
    let media = Media {
        kind,
        path,
        name,
        mime,
        size,
        details,
    };
    Some((media, used))
}
