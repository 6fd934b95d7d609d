//! One entry of a list of messages. If a field occurs twice, neither value is lost.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// An entry as it is in the file.
pub(super) struct Entry(pub(super) Value);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut twice = Vec::new();
        let mut value = Part { twice: &mut twice }.deserialize(deserializer)?;
        if let Value::Object(fields) = &mut value {
            for (key, first) in twice {
                again(fields, &key, first);
            }
        }
        Ok(Self(value))
    }
}

/// A value at any depth of an entry.
struct Part<'a> {
    /// Further values of repeated fields, at any depth; the message keeps them.
    twice: &'a mut Vec<(String, Value)>,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Part { twice: self.twice })?;
            match fields.get_mut(&key) {
                None => {
                    fields.insert(key, value);
                }
                // Telegram Desktop writes a gift's `text` twice, the second time empty.
                Some(_) if is_empty(&value) => {}
                Some(first) => {
                    let first = std::mem::replace(first, value);
                    let is_same = fields.get(&key) == Some(&first);
                    if !is_empty(&first) && !is_same {
                        self.twice.push((key, first));
                    }
                }
            }
        }
        Ok(Value::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = seq.next_element_seed(Part { twice: self.twice })? {
            parts.push(part);
        }
        Ok(Value::Array(parts))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// Stores a further value of a repeated field under a name of its own.
fn again(fields: &mut Map<String, Value>, key: &str, value: Value) {
    let others = fields
        .entry(format!("{key} (again)"))
        .or_insert_with(|| Value::Array(Vec::new()));
    match others {
        Value::Array(others) => others.push(value),
        other => *other = Value::Array(vec![other.take(), value]),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(parts) => parts.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
