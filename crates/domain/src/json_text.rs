//! JSON as its source wrote it: no number is rounded and no escape rewritten.

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// Invalid JSON, and the position of the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value is not valid JSON: error at line {line}, column {column}")]
pub struct NotJson {
    /// The line, from 1.
    pub line: usize,
    /// The byte within the line, from 1; 0 if nothing of the line was read.
    pub column: usize,
}

impl From<serde_json::Error> for NotJson {
    fn from(error: serde_json::Error) -> Self {
        Self {
            line: error.line(),
            column: error.column(),
        }
    }
}

/// One JSON value as text. Only whitespace between tokens is removed, so it fits on one line.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// Checks a text and stores it.
    ///
    /// # Errors
    /// [`NotJson`].
    pub fn new(text: &str) -> Result<Self, NotJson> {
        serde_json::from_str::<IgnoredAny>(text)?;
        let (mut quoted, mut escaped) = (false, false);
        let kept = text.chars().filter(|c| {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = !quoted,
                ' ' | '\t' | '\n' | '\r' if !quoted => return false,
                _ => {}
            }
            true
        });
        Ok(Self(kept.collect()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Converts to a [`Value`]; a number that does not fit in 64 bits is rounded. If no value can represent the JSON
    /// (for example an escape for half a character), the value is the text itself.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_else(|_| Value::String(self.0.to_string()))
    }
}

impl From<&Value> for JsonText {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl From<Value> for JsonText {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

impl From<&Self> for JsonText {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl PartialEq<Value> for JsonText {
    fn eq(&self, other: &Value) -> bool {
        self.to_value() == *other
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonText(«{} bytes»)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_escapes_stay_letter_by_letter() {
        for (text, kept) in [
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (" [ 1.10 , 1e400 ,\n -0.0 ] ", "[1.10,1e400,-0.0]"),
            (r#"{ "a b" : "\u00e9 \" \\" }"#, r#"{"a b":"\u00e9 \" \\"}"#),
            (r#""\ud83d""#, r#""\ud83d""#),
        ] {
            assert_eq!(JsonText::new(text).unwrap().as_str(), kept);
        }
        assert_eq!(JsonText::new("2").unwrap(), json!(2));
        assert_ne!(JsonText::new("2").unwrap(), json!(3));
        assert_eq!(
            JsonText::new(r#""\ud83d""#).unwrap().to_value(),
            json!(r#""\ud83d""#)
        );
        for (text, line, column) in [
            ("", 1, 0),
            ("x", 1, 1),
            ("1 2", 1, 3),
            ("\"a\nb\"", 1, 2),
            ("{\n\"a\":}", 2, 5),
        ] {
            assert_eq!(JsonText::new(text), Err(NotJson { line, column }), "{text}");
        }
    }

    #[test]
    fn it_is_shown_as_text_and_debugged_by_its_size() {
        let text = JsonText::new("[1, 2]").unwrap();
        assert_eq!(
            (text.to_string(), format!("{text:?}")),
            ("[1,2]".into(), "JsonText(«5 bytes»)".into())
        );
    }

    proptest! {
        #[test]
        fn a_value_comes_back(text in "\\PC{0,40}", number in any::<i64>()) {
            let value = json!({ &text: [number, text, null] });
            let kept = JsonText::new(&serde_json::to_string_pretty(&value).unwrap()).unwrap();
            prop_assert_eq!(kept.as_str(), value.to_string());
            prop_assert_eq!(kept.to_value(), value);
        }
    }
}
