//! The records of an export, one a line.

use std::collections::BTreeMap;

use privatus_domain::{JsonText, Media, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::member::member;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Record {
    Header {
        format: String,
        version: u64,
    },
    Contact(Contact),
    Group(Group),
    Conversation {
        id: String,
        kind: String,
        title: String,
    },
    Message(Box<Message>),
    End {
        counts: BTreeMap<String, u64>,
        checksum: String,
    },
}

/// A `setting`: its value is raw text, so that no number is rounded on the way.
pub(super) struct Setting {
    pub(super) scope: String,
    pub(super) key: String,
    pub(super) value: JsonText,
    pub(super) updated_at: Time,
}

impl Setting {
    /// Its line, without the line end.
    pub(super) fn to_line(&self) -> Result<String, serde_json::Error> {
        Ok(format!(
            r#"{{"type":"setting","scope":{},"key":{},"value":{},"updated_at":{}}}"#,
            serde_json::to_string(&self.scope)?,
            serde_json::to_string(&self.key)?,
            self.value,
            serde_json::to_string(&self.updated_at)?
        ))
    }

    /// Reads a line that is valid JSON; `None` when it is no setting, or not a whole one.
    pub(super) fn from_line(line: &str) -> Option<Self> {
        Some(Self {
            scope: serde_json::from_str(member(line, "scope")?).ok()?,
            key: serde_json::from_str(member(line, "key")?).ok()?,
            value: JsonText::new(member(line, "value")?).ok()?,
            updated_at: serde_json::from_str(member(line, "updated_at")?).ok()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Contact {
    pub(super) id: String,
    pub(super) display_name: String,
    pub(super) public_key: String,
    pub(super) is_verified: bool,
    pub(super) added_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_seen: Option<Time>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) max_members: u32,
    pub(super) created_at: Time,
    pub(super) members: Vec<Member>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) contact: String,
    pub(super) display_name: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) conversation: String,
    pub(super) direction: String,
    /// The name shown; null for the vault's own user and for the unknown.
    pub(super) sender: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sender_contact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sender_source: Option<String>,
    pub(super) text: String,
    pub(super) at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) edited_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deleted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<Media>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) forwarded_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entities: Option<Value>,
    pub(super) is_encrypted: bool,
    pub(super) is_read: bool,
}

/// RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
