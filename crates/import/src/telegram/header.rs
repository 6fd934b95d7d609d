//! A chat's own data.

use serde::de::{IgnoredAny, MapAccess};
use serde_json::Value;

/// A chat's data other than its messages. In a file, any of it may come after the messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) id: Option<String>,
}

/// Reads a field of a chat; an unknown field is reported and skipped.
pub(super) fn header_field<'de, A: MapAccess<'de>>(
    header: &mut Header,
    key: &str,
    map: &mut A,
    unknown: &mut dyn FnMut(&str),
) -> Result<(), A::Error> {
    let slot = match key {
        "name" => &mut header.name,
        "type" => &mut header.kind,
        "id" => &mut header.id,
        // Telegram's description of the export.
        "about" => return map.next_value::<IgnoredAny>().map(drop),
        _ => {
            unknown(key);
            return map.next_value::<IgnoredAny>().map(drop);
        }
    };
    // If it occurs twice, the last one with a value counts.
    let value = map.next_value::<Value>()?;
    match scalar(&value).filter(|value| !value.is_empty()) {
        Some(value) => {
            let first = slot.replace(value);
            if first.is_some() && first != *slot {
                unknown(&format!("{key} (again)"));
            }
        }
        None if value.is_null() || value.is_string() => {}
        // A chat's name, id or kind with an invalid type.
        None => unknown(key),
    }
    Ok(())
}

/// A string or number as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        // A number beyond 64 bits was rounded, so two ids could have become one.
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}
