//! A message's media in a few words: its kind, and its file, question, name or place.

use privatus_domain::Media;
use serde_json::Value;

use crate::text::one_line;

/// The fields of a source's details that describe the media, the most descriptive first; fields of one group are joined.
const TELLING: [&[&str]; 7] = [
    &["question"],
    &["first_name", "last_name", "phone_number"],
    &["title"],
    &["name"],
    &["place_name"],
    &["address"],
    &["latitude", "longitude"],
];

/// Describes media, such as `[photo: photos/1.jpg]` or `[poll: Tea or coffee?]`.
pub(crate) fn words(media: &Media) -> String {
    let kind = one_line(&media.kind, 30);
    let file = media.path.clone().or_else(|| media.name.clone());
    match file.or_else(|| details(media.details.as_ref()?)) {
        Some(what) if !what.is_empty() => format!("[{kind}: {}]", one_line(&what, 60)),
        _ => format!("[{kind}]"),
    }
}

fn details(details: &Value) -> Option<String> {
    if !details.is_object() {
        return flat(details);
    }
    TELLING.iter().find_map(|keys| {
        let found: Vec<String> = keys
            .iter()
            .filter_map(|key| flat(details.get(key)?))
            .filter(|text| !text.is_empty())
            .collect();
        let between = if keys.contains(&"latitude") { ", " } else { " " };
        (!found.is_empty()).then(|| found.join(between))
    })
}

/// Returns a text as Telegram writes it (plain or in parts), or a number.
fn flat(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(part) => part.get("text")?.as_str().map(str::to_owned),
        Value::Array(parts) => Some(parts.iter().filter_map(flat).collect()),
        Value::Null | Value::Bool(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(details: Value) -> String {
        words(&Media {
            kind: "thing".into(),
            details: Some(details),
            ..Media::default()
        })
    }

    #[test]
    fn each_kind_says_what_it_is_about() {
        let file = Media {
            kind: "photo".into(),
            path: Some("photos/1.jpg".into()),
            ..Media::default()
        };
        assert_eq!(words(&file), "[photo: photos/1.jpg]");
        for (details, words) in [
            (
                serde_json::json!({"question": "Tea?", "total_voters": 3}),
                "[thing: Tea?]",
            ),
            (
                serde_json::json!({"question": ["Tea", {"type": "bold", "text": "?"}]}),
                "[thing: Tea?]",
            ),
            (
                serde_json::json!({"latitude": 52.5, "longitude": 13.25}),
                "[thing: 52.5, 13.25]",
            ),
            (
                serde_json::json!({"first_name": "Al", "last_name": "", "phone_number": "+1"}),
                "[thing: Al +1]",
            ),
            (
                serde_json::json!({"address": "1 High St", "latitude": 1.5, "longitude": 2, "place_name": "Café"}),
                "[thing: Café]",
            ),
            (serde_json::json!(50), "[thing: 50]"),
            (serde_json::json!({"else": 1}), "[thing]"),
            (Value::Null, "[thing]"),
        ] {
            assert_eq!(shown(details), words);
        }
    }
}
