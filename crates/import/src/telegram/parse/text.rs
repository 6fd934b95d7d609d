//! A message's text and its formatting, from whichever field has them.

use serde_json::{Map, Value, json};

use super::super::walk::scalar;

/// The text, flattened, and its formatting, if any.
#[derive(Default)]
pub(super) struct Text {
    pub(super) flat: String,
    pub(super) entities: Option<Value>,
    /// Whether every part was understood.
    pub(super) whole: bool,
    /// Whether `text_entities` adds nothing.
    pub(super) agrees: bool,
}

/// Reads `text`; if that is empty or malformed, `text_entities`, which newer exports have as well; or `rich_message`,
/// in which Telegram's 2026 editor stores the text of its messages.
pub(super) fn text_of(map: &Map<String, Value>) -> Text {
    let field = |key: &str| flatten(map.get(key).unwrap_or(&Value::Null));
    let plain = of_text(field("text"), field("text_entities"));
    if plain.as_ref().is_some_and(|text| !text.flat.is_empty()) {
        return plain.unwrap_or_default();
    }
    let rich = map
        .get("rich_message")
        .map(rich)
        .filter(|rich| !rich.flat.is_empty());
    // A number becomes its digits. If nothing is text, the message is imported without text.
    rich.or(plain).or_else(|| number(map)).unwrap_or_default()
}

/// A `text` that is a number.
fn number(map: &Map<String, Value>) -> Option<Text> {
    let number = map.get("text").filter(|text| text.is_number())?;
    Some(Text {
        flat: number.to_string(),
        entities: None,
        whole: true,
        agrees: true,
    })
}

fn of_text(text: Option<Text>, other: Option<Text>) -> Option<Text> {
    let other = other.filter(|other| !other.flat.is_empty());
    match (text, other) {
        (Some(mut text), Some(other)) if text.whole && !text.flat.is_empty() => {
            text.agrees = other.flat == text.flat;
            // Other programs that write this layout have only plain text in `text`.
            if text.agrees && text.entities.is_none() && other.whole {
                text.entities = other.entities;
            }
            Some(text)
        }
        (Some(text), _) if text.whole && !text.flat.is_empty() => Some(text),
        (_, Some(other)) if other.whole => Some(other),
        (Some(text), Some(other)) if text.whole || text.flat.len() < other.flat.len() => Some(other),
        (Some(text), _) => Some(text),
        (None, other) => other,
    }
}

/// Returns `None` if none of it is text.
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
            Value::Null if !value.is_array() => Some(String::new()),
            Value::String(text) => Some(text.clone()),
            Value::Object(entity) => {
                let text = entity.get("text").and_then(scalar);
                is_formatted |= text.is_some() && entity.get("type").and_then(Value::as_str) != Some("plain");
                text
            }
            _ => None,
        };
        if let Some(text) = text {
            flat.push_str(&text);
            let mut part = part.clone();
            match &mut part {
                Value::Object(entity) => {
                    entity.insert("text".into(), text.into());
                }
                part => *part = text.into(),
            }
            formatted.push(part);
            read += 1;
        }
    }
    let is_formatted = is_formatted && read > 0;
    (read > 0 || parts.is_empty()).then(|| Text {
        flat,
        entities: is_formatted.then_some(Value::Array(formatted)),
        whole: read == parts.len(),
        agrees: true,
    })
}

/// The text of a message in blocks, one line each: paragraphs, lists, tables, anything else with text; and the targets
/// of its links.
fn rich(rich: &Value) -> Text {
    let mut lines = Vec::new();
    gather(rich, &mut lines);
    let mut parts: Vec<Value> = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        if at > 0 {
            parts.push("\n".into());
        }
        parts.extend(line);
    }
    let flat = parts.iter().filter_map(inline).collect();
    let has_links = parts.iter().any(Value::is_object);
    Text {
        flat,
        entities: has_links.then_some(Value::Array(parts)),
        whole: true,
        agrees: true,
    }
}

/// Fields of a block that contain text.
const WORDS: [&str; 5] = ["title", "text", "caption", "question", "description"];

fn gather(value: &Value, lines: &mut Vec<Vec<Value>>) {
    match value {
        Value::String(text) if !text.is_empty() => lines.push(vec![value.clone()]),
        // A line in parts, if no part has blocks of its own.
        Value::Array(parts) if parts.iter().all(is_inline) => {
            let line: Vec<Value> = parts.iter().filter_map(part).collect();
            if !line.is_empty() {
                lines.push(line);
            }
        }
        Value::Array(blocks) => blocks.iter().for_each(|block| gather(block, lines)),
        Value::Object(block) => {
            match part(value) {
                Some(link @ Value::Object(_)) => lines.push(vec![link]),
                _ => block.get("text").into_iter().for_each(|text| gather(text, lines)),
            }
            for key in WORDS.iter().filter(|key| **key != "text") {
                if let Some(value) = block.get(*key) {
                    gather(value, lines);
                }
            }
            for (key, value) in block {
                let is_nested = value.is_array() || value.is_object();
                if is_nested && !WORDS.contains(&key.as_str()) {
                    match value.as_array() {
                        // Not inside a text field: each of these is a block.
                        Some(blocks) => blocks.iter().for_each(|block| gather(block, lines)),
                        None => gather(value, lines),
                    }
                }
            }
        }
        _ => {}
    }
}

fn is_inline(part: &Value) -> bool {
    match part {
        Value::String(_) => true,
        Value::Object(part) => {
            part.get("text").is_some_and(Value::is_string) && !part.values().any(Value::is_array)
        }
        _ => false,
    }
}

fn inline(part: &Value) -> Option<&str> {
    part.as_str().or_else(|| part.get("text")?.as_str())
}

/// A part of a line in the form of `text_entities`: text, or text with its link target.
fn part(value: &Value) -> Option<Value> {
    let text = inline(value).filter(|text| !text.is_empty())?;
    let address = LINKS.iter().find_map(|key| value.get(*key)?.as_str());
    Some(match address.filter(|address| !address.is_empty()) {
        Some(address) => json!({"type": "text_link", "text": text, "href": address}),
        None => text.into(),
    })
}

/// Fields of a part that contain a link target.
const LINKS: [&str; 2] = ["href", "url"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn words_of_blocks_stand_in_lines() {
        for (rich, wanted) in [
            (json!("Plan: bread"), "Plan: bread"),
            (json!(["a ", {"type": "bold", "text": "b"}, " c"]), "a b c"),
            (
                json!({"blocks": [
                    {"type": "heading", "text": "Trip"},
                    {"type": "paragraph", "text": ["on ", {"type": "bold", "text": "Friday"}]},
                    {"type": "list", "items": [{"text": "bread"}, {"checked": true, "text": [{"text": "milk"}]}]},
                    {"type": "quote", "children": [{"type": "paragraph", "text": "said"}]},
                    {"type": "table", "rows": [["x", "y"], [{"text": "z"}]]},
                ]}),
                "Trip\non Friday\nbread\nmilk\nsaid\nxy\nz",
            ),
            (json!({"version": 1, "blocks": []}), ""),
            (json!(null), ""),
            (json!(7), ""),
        ] {
            assert_eq!(super::rich(&rich).flat, wanted);
        }
    }
}
