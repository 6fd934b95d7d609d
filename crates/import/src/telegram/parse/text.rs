//! A message's words and their formatting, from whichever field has them.

use serde_json::{Map, Value};

/// The text, flattened, and its formatting where there is any.
#[derive(Default)]
pub(super) struct Text {
    pub(super) flat: String,
    pub(super) entities: Option<Value>,
    /// No part of it was passed over.
    pub(super) whole: bool,
    /// `text_entities` says nothing more.
    pub(super) agrees: bool,
}

/// From `text`, or where that is empty or odd, from `text_entities`, which newer exports have beside it, or from
/// `rich_message`, where Telegram's editor of 2026 puts the words of its own messages.
pub(super) fn text_of(map: &Map<String, Value>, has_media: bool) -> Result<Text, &'static str> {
    let field = |key: &str| flatten(map.get(key).unwrap_or(&Value::Null));
    let plain = of_text(field("text"), field("text_entities"));
    if plain.as_ref().is_some_and(|text| !text.flat.is_empty()) {
        return plain.ok_or("no text");
    }
    let rich = map.get("rich_message").map(words).unwrap_or_default();
    match plain {
        _ if !rich.is_empty() => Ok(Text {
            flat: rich,
            entities: None,
            whole: true,
            agrees: true,
        }),
        Some(text) => Ok(text),
        None if has_media => Ok(Text::default()),
        None => Err("text has a wrong type"),
    }
}

fn of_text(text: Option<Text>, other: Option<Text>) -> Option<Text> {
    let other = other.filter(|other| !other.flat.is_empty());
    match (text, other) {
        (Some(mut text), Some(other)) if text.whole && !text.flat.is_empty() => {
            text.agrees = other.flat == text.flat;
            // Other writers of this layout have the words alone in `text`.
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
        agrees: true,
    })
}

/// The words of a message in blocks, a line each: paragraphs, lists, tables, whatever else holds a text.
fn words(rich: &Value) -> String {
    let mut lines = Vec::new();
    gather(rich, &mut lines);
    lines.join("\n")
}

/// Fields of a block that hold words themselves.
const WORDS: [&str; 5] = ["title", "text", "caption", "question", "description"];

fn gather(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => lines.push(text.clone()),
        // A line in parts, if no part has blocks of its own.
        Value::Array(parts) if parts.iter().all(is_inline) => {
            let line: String = parts.iter().filter_map(inline).collect();
            if !line.is_empty() {
                lines.push(line);
            }
        }
        Value::Array(blocks) => blocks.iter().for_each(|block| gather(block, lines)),
        Value::Object(block) => {
            for key in WORDS {
                if let Some(value) = block.get(key) {
                    gather(value, lines);
                }
            }
            for (key, value) in block {
                let is_nested = value.is_array() || value.is_object();
                if is_nested && !WORDS.contains(&key.as_str()) {
                    match value.as_array() {
                        // Not under a field of words: each of these is a block.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
            assert_eq!(words(&rich), wanted);
        }
    }
}
