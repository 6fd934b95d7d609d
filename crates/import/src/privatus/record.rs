//! The records of an export, one a line.

use std::collections::BTreeMap;

use privatus_domain::{Media, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::contact::Contact;
use super::grant::Grant;
use super::group::Group;
use super::statistic::Statistic;
use super::transfer::Transfer;

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
    Grant(Grant),
    Statistic(Statistic),
    Conversation {
        id: String,
        kind: String,
        title: String,
    },
    Message(Box<Message>),
    Transfer(Box<Transfer>),
    End {
        counts: BTreeMap<String, u64>,
        checksum: String,
    },
}

impl Record {
    /// Every type this version writes.
    pub(super) const KINDS: [&str; 10] = [
        "header",
        "contact",
        "group",
        "setting",
        "grant",
        "statistic",
        "transfer",
        "conversation",
        "message",
        "end",
    ];

    /// The value of `type`.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Header { .. } => "header",
            Self::Contact(_) => "contact",
            Self::Group(_) => "group",
            Self::Grant(_) => "grant",
            Self::Statistic(_) => "statistic",
            Self::Conversation { .. } => "conversation",
            Self::Message(_) => "message",
            Self::Transfer(_) => "transfer",
            Self::End { .. } => "end",
        }
    }
}

/// What is wrong with a line that could not be read as a record; never its content.
pub(super) fn no_record(line: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Tag {
        r#type: String,
    }
    match serde_json::from_slice::<Tag>(line) {
        Ok(Tag { r#type: kind }) if Record::KINDS.contains(&kind.as_str()) => {
            format!("a {kind} with a field that is missing or of another form")
        }
        Ok(_) => "a record of a type that this build does not know".into(),
        Err(_) => "a line that is no record".into(),
    }
}

// What has a default may be missing in an export that another program wrote.

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sender_anonymous: Option<String>,
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
    #[serde(default = "yes")]
    pub(super) is_encrypted: bool,
    #[serde(default = "yes")]
    pub(super) is_read: bool,
}

const fn yes() -> bool {
    true
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
