//! One message of an export: what it says, and what is wrong with it.

mod media;
mod text;

use privatus_domain::{Attributes, Body, BodyError, Media, Timestamp};
use serde_json::{Map, Value};

use self::media::media;
use self::text::{Text, text_of};
use super::walk::scalar;
use crate::legacy::Zone;

/// Bytes of fields that this build does not know, kept with a message.
const SOURCE_BYTES: usize = 16_384;
/// `rich_message` where it is too large to be kept: of what is not read of it, words may be lost.
const RICH_LEFT_OUT: &str = "words of rich_message over 16,384 bytes";
/// How far from 1970 the time of an edit is that stands for none, whatever the zone.
const NEVER_MS: i64 = 2 * 86_400_000;
/// Who wrote a forwarded message first, where the source does not say: the account is gone, or hides.
const SOMEBODY: &str = "Unknown";

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
    /// A time without a zone was used.
    pub(super) by_zone: bool,
    /// Times that the clocks showed twice, or never.
    pub(super) doubtful: u64,
    /// What was left out because it is over the limit: formatting, or what is said of a file or a poll.
    pub(super) trimmed: Vec<String>,
    /// Fields that this build does not know, and that are kept.
    pub(super) kept: Vec<String>,
    /// Fields that it does not know, and that are too large to be kept.
    pub(super) left_out: Vec<String>,
    /// Fields that could not be read; the message came over without them.
    pub(super) odd: Vec<&'static str>,
    /// Its edit is older than it is, and was left out.
    pub(super) old_edit: bool,
    pub(super) body: Body,
}

/// Fields that are read, beside those of media. The others are kept with the message as they are.
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

/// Reads one message. `is_called` tells whether the chat's contact stands for a writer of this name and id under another
/// name: the message then keeps the name.
pub(super) fn message(
    value: &Value,
    zone: &Zone,
    is_called: &dyn Fn(Option<&str>, Option<&str>) -> bool,
) -> Result<Parsed, Skip> {
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
    let mut clock = Clock::new(zone);
    let at = clock.time(map, "date_unixtime", "date")?.ok_or("no time")?;
    // A message is worth more than what stands beside its text: what cannot be read there gives way.
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
        // What of it cannot be read is kept as it is.
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

/// Whether a value of a field that is not known says anything.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(parts) => !parts.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// What this build does not know, as far as it is small; the names of what is kept, and of what is not.
fn source<'v>(
    fields: impl Iterator<Item = (&'v String, &'v Value)>,
) -> (Option<Value>, Vec<String>, Vec<String>) {
    let (mut kept, mut names, mut left_out, mut size) = (Map::new(), Vec::new(), Vec::new(), 0);
    for (key, value) in fields {
        let bytes = serde_json::to_vec(value).map_or(SOURCE_BYTES, |json| json.len()) + key.len();
        let name = key.chars().take(64).collect();
        if size + bytes > SOURCE_BYTES {
            left_out.push(match key.as_str() {
                // Of these a person may miss words, where others miss a mark.
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

/// Who wrote it first; a forwarded message whose writer is gone has the field, and no name in it.
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

/// A message is worth more than its formatting: what is over the limit is left out before the message is, and what this
/// build does not know first.
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
        BodyError::AttributesTooLarge(_) => Skip::from("a media reference over the limit of size"),
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

/// When it was edited. An edit older than its message is a fault of the source, and no reason to lose the message.
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
    // The hour that the clocks showed twice: the second time round.
    if let Some(second) = clock.second.filter(|second| *second >= at) {
        return Some(second);
    }
    *is_old = edited.unix_ms().abs() > NEVER_MS;
    None
}

/// Reads times, and notes what they leave open.
struct Clock<'a> {
    zone: &'a Zone,
    by_zone: bool,
    doubtful: u64,
    /// The other reading of the last time, where the clocks showed it twice.
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

    /// Seconds since 1970 where the export has them, else local time without a zone.
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
            .ok_or_else(|| "a time that is none, or outside the years 0 to 9999".to_owned())
    }

    fn local(&mut self, text: &str) -> Option<Timestamp> {
        let moment = self.zone.convert(text)?;
        let at = Timestamp::from_unix_ms(moment.unix_ms).ok()?;
        self.by_zone = true;
        // An edit in 1970 stands for none.
        self.doubtful += u64::from(moment.ambiguous && moment.unix_ms.abs() > NEVER_MS);
        self.second = moment.second_ms.and_then(|ms| Timestamp::from_unix_ms(ms).ok());
        Some(at)
    }
}
