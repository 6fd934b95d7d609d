//! Parses one message of an export, and reports what is wrong with it.

mod media;
mod text;

use privatus_domain::{Attributes, Body, BodyError, Media, Timestamp};
use serde_json::{Map, Value};

use self::media::media;
use self::text::{Text, text_of};
use super::walk::scalar;
use crate::legacy::Zone;

/// Maximum bytes of unknown fields to keep with a message.
const SOURCE_BYTES: usize = 16_384;
/// Reported when `rich_message` is too large to keep: words may be lost in the part that is not parsed.
const RICH_LEFT_OUT: &str = "words of rich_message over 16,384 bytes";
/// An edit time this close to 1970 means "never edited", in any zone.
const NEVER_MS: i64 = 2 * 86_400_000;
/// The original author of a forwarded message, if the source does not name them: the account is deleted or hidden.
const SOMEBODY: &str = "Unknown";

/// A message as in the export.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) id: Option<String>,
    /// Bytes of its text, and approximately of its attributes.
    pub(super) size: usize,
    pub(super) at: Timestamp,
    pub(super) edited_at: Option<Timestamp>,
    pub(super) from: Option<String>,
    pub(super) from_id: Option<String>,
    pub(super) reply_to: Option<String>,
    /// The chat of the message it answers, if that is another chat.
    pub(super) reply_to_peer: Option<String>,
    /// Whether a time without a zone was used.
    pub(super) by_zone: bool,
    /// How many times the clocks showed twice, or never.
    pub(super) doubtful: u64,
    /// What was left out because it exceeds the limit: formatting, or the details of a file or a poll.
    pub(super) trimmed: Vec<String>,
    /// Unknown fields that were kept.
    pub(super) kept: Vec<String>,
    /// Unknown fields that were too large to keep.
    pub(super) left_out: Vec<String>,
    /// Fields that could not be read; the message was imported without them.
    pub(super) odd: Vec<&'static str>,
    /// Whether its edit time is earlier than its own and was left out.
    pub(super) old_edit: bool,
    pub(super) body: Body,
}

/// Fields that are parsed, apart from those of media. All others are stored with the message unchanged.
const READ: [&str; 13] = [
    "id",
    "type",
    "date",
    "date_unixtime",
    "edited",
    "edited_unixtime",
    "from",
    "from_id",
    "reply_to_message_id",
    "reply_to_peer_id",
    "text",
    "text_entities",
    "forwarded_from",
];

/// Why an entry is skipped.
pub(super) enum Skip {
    /// One of Telegram's own entries, which are not messages; nothing is wrong.
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

/// Reads one message. `is_called` returns whether a writer with this name and id is the chat's contact under another
/// name: the message then keeps the name.
pub(super) fn message(
    value: &Value,
    zone: &Zone,
    is_called: &dyn Fn(Option<&str>, Option<&str>) -> bool,
) -> Result<Parsed, Skip> {
    let map = value.as_object().ok_or("an entry that is not an object")?;
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
    let mut clock = Clock::new(zone);
    let at = clock.time(map, "date_unixtime", "date")?.ok_or("no time")?;
    // The message is worth more than its other fields, so unreadable ones are dropped.
    let mut odd = Vec::new();
    let mut old_edit = false;
    let edited_at = edited(map, at, &mut clock, &mut odd, &mut old_edit);
    let (media, used) = media(map).unzip();
    let Text {
        flat: text,
        entities,
        whole,
        agrees,
    } = text_of(map);
    if !whole {
        odd.push(if text.is_empty() {
            "a text"
        } else {
            "a part of the text"
        });
    }
    let mut optional = |key| optional(map, key, &mut odd);
    let (from, from_id) = (optional("from"), optional("from_id"));
    let reply_to = optional("reply_to_message_id");
    let reply_to_peer = optional("reply_to_peer_id");
    let forwarded_from = forwarded_from(map, &mut odd);
    let used = used.unwrap_or_default();
    let is_elsewhere = is_called(from.as_deref(), from_id.as_deref());
    let is_read = |key: &str| match key {
        "text_entities" => agrees,
        // What cannot be parsed is kept as it is.
        "text" => whole,
        "from" => !is_elsewhere,
        _ => READ.contains(&key) || used.contains(&key),
    };
    let rest = map.iter().filter(|(key, value)| !is_read(key) && says(value));
    let (source, kept, left_out) = source(rest);
    let attributes = Attributes {
        media,
        forwarded_from,
        entities,
    };
    let mut parsed = Parsed {
        size: 2 * map.len() * 16,
        id: map.get("id").and_then(scalar),
        at,
        edited_at,
        from,
        from_id,
        reply_to,
        reply_to_peer,
        by_zone: clock.by_zone,
        doubtful: clock.doubtful,
        trimmed: Vec::new(),
        kept,
        left_out,
        odd,
        old_edit,
        body: Body::default(),
    };
    body(text, attributes, source, &mut parsed)?;
    parsed.size += parsed.body.as_text().len();
    Ok(parsed)
}

/// Returns whether the value of an unknown field contains any information.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(parts) => !parts.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The unknown fields, if they are small; and the names of those kept and of those not.
fn source<'v>(
    fields: impl Iterator<Item = (&'v String, &'v Value)>,
) -> (Option<Value>, Vec<String>, Vec<String>) {
    let (mut kept, mut names, mut left_out, mut size) = (Map::new(), Vec::new(), Vec::new(), 0);
    for (key, value) in fields {
        let bytes = serde_json::to_vec(value).map_or(SOURCE_BYTES, |json| json.len()) + key.len();
        let name = key.chars().take(64).collect();
        if size + bytes > SOURCE_BYTES {
            left_out.push(match key.as_str() {
                // Without these, a person may miss words rather than formatting.
                "rich_message" => RICH_LEFT_OUT.to_owned(),
                _ => name,
            });
        } else {
            size += bytes;
            kept.insert(key.clone(), value.clone());
            names.push(name);
        }
    }
    ((!kept.is_empty()).then_some(Value::Object(kept)), names, left_out)
}

/// The original author. If their account is gone, a forwarded message has the field, but no name in it.
fn forwarded_from(map: &Map<String, Value>, odd: &mut Vec<&'static str>) -> Option<String> {
    let Some(value) = map.get("forwarded_from") else {
        let id = map.get("forwarded_from_id").filter(|id| !id.is_null());
        return id.map(|_| SOMEBODY.to_owned());
    };
    let name = scalar(value);
    if name.is_none() && !value.is_null() {
        odd.push("forwarded_from");
    }
    Some(
        name.filter(|name| !name.is_empty())
            .unwrap_or_else(|| SOMEBODY.to_owned()),
    )
}

/// A message is worth more than its formatting: if it exceeds the limit, first unknown fields and then formatting are
/// left out, rather than the message.
fn body(
    text: String,
    attributes: Attributes,
    source: Option<Value>,
    parsed: &mut Parsed,
) -> Result<(), Skip> {
    let too_large = |error| matches!(error, BodyError::AttributesTooLarge(_));
    let mut made = Body::with_source(text.as_str(), attributes.clone(), source);
    if made.as_ref().is_err_and(|error| too_large(*error)) {
        let kept = std::mem::take(&mut parsed.kept).into_iter();
        parsed.left_out.extend(kept.map(|name| match name.as_str() {
            "rich_message" => RICH_LEFT_OUT.to_owned(),
            _ => name,
        }));
        made = Body::new(text.as_str(), attributes.clone());
    }
    if made.as_ref().is_err_and(|error| too_large(*error)) {
        if attributes.entities.is_some() {
            parsed.trimmed.push("formatting".into());
        }
        if let Some(media) = attributes.media.as_ref().filter(|media| media.details.is_some()) {
            parsed.trimmed.push(media.kind.chars().take(64).collect());
        }
        let media = attributes.media.map(|media| Media {
            details: None,
            ..media
        });
        let bare = Attributes {
            media,
            entities: None,
            ..attributes
        };
        made = Body::new(text, bare);
    }
    parsed.body = made.map_err(|error| match error {
        BodyError::AttributesTooLarge(_) => Skip::from("a media reference over the size limit"),
        _ => Skip::from("a text over 1,048,576 bytes"),
    })?;
    Ok(())
}

fn optional(map: &Map<String, Value>, key: &'static str, odd: &mut Vec<&'static str>) -> Option<String> {
    let value = map.get(key).filter(|value| !value.is_null())?;
    let text = scalar(value);
    if text.is_none() {
        odd.push(key);
    }
    text
}

/// The edit time. An edit older than its message is an error of the source, and no reason to lose the message.
fn edited(
    map: &Map<String, Value>,
    at: Timestamp,
    clock: &mut Clock<'_>,
    odd: &mut Vec<&'static str>,
    is_old: &mut bool,
) -> Option<Timestamp> {
    let Ok(edited) = clock.time(map, "edited_unixtime", "edited") else {
        odd.push("edited");
        return None;
    };
    let edited = edited?;
    if edited >= at {
        return Some(edited);
    }
    // In an hour that the clocks showed twice: the second time.
    if let Some(second) = clock.second.filter(|second| *second >= at) {
        return Some(second);
    }
    *is_old = edited.unix_ms().abs() > NEVER_MS;
    None
}

/// Reads times, and records what is uncertain about them.
struct Clock<'a> {
    zone: &'a Zone,
    by_zone: bool,
    doubtful: u64,
    /// The other reading of the last time, if the clocks showed it twice.
    second: Option<Timestamp>,
}

impl<'a> Clock<'a> {
    const fn new(zone: &'a Zone) -> Self {
        Self {
            zone,
            by_zone: false,
            doubtful: 0,
            second: None,
        }
    }

    /// Seconds since 1970 if the export has them, otherwise local time without a zone.
    fn time(
        &mut self,
        map: &Map<String, Value>,
        unix: &str,
        local: &str,
    ) -> Result<Option<Timestamp>, String> {
        self.second = None;
        let unix = map.get(unix).filter(|value| !value.is_null());
        let local = map.get(local).filter(|value| !value.is_null());
        if unix.is_none() && local.is_none() {
            return Ok(None);
        }
        let of_unix =
            |seconds: String| Timestamp::from_unix_ms(seconds.parse::<i64>().ok()?.checked_mul(1_000)?).ok();
        unix.and_then(scalar)
            .and_then(of_unix)
            .or_else(|| self.local(&local.and_then(scalar)?))
            .map(Some)
            .ok_or_else(|| "an invalid time, or one outside the years 0 to 9999".to_owned())
    }

    fn local(&mut self, text: &str) -> Option<Timestamp> {
        let moment = self.zone.convert(text)?;
        let at = Timestamp::from_unix_ms(moment.unix_ms).ok()?;
        self.by_zone = true;
        // An edit in 1970 means none.
        self.doubtful += u64::from(moment.ambiguous && moment.unix_ms.abs() > NEVER_MS);
        self.second = moment.second_ms.and_then(|ms| Timestamp::from_unix_ms(ms).ok());
        Some(at)
    }
}
