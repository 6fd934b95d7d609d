//! The records of an export, one per line: all except settings, whose lines are assembled as text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::grant::Grant;
use super::group::Group;
use super::lines::LINE_MAX;
use super::message::Message;
use super::statistic::Statistic;
use super::transfer::Transfer;

/// The version this build writes and reads.
pub const VERSION: u64 = 1;

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
    /// Every type that this version writes.
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

/// What is wrong with a line that could not be read as a record; never contains its content.
pub(super) fn no_record(line: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Tag {
        r#type: String,
    }
    if line.is_empty() {
        return format!("longer than {LINE_MAX} bytes");
    }
    match serde_json::from_slice::<Tag>(line) {
        Ok(Tag { r#type: kind }) if Record::KINDS.contains(&kind.as_str()) => {
            format!("a {kind} with a missing or malformed field")
        }
        Ok(_) => "a record of a type that this build does not know".into(),
        Err(_) => "a line that is not a record".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::Record;

    const PAGE: &str = include_str!("../../../../docs/CRYPTO.md");

    #[test]
    fn the_page_lists_every_type_in_the_order_of_the_lines() {
        let table = PAGE.split("## An export").nth(1).unwrap_or_default();
        let told = table
            .lines()
            .take_while(|line| !line.contains("The vault's own user"))
            .skip_while(|line| !line.starts_with("|---"))
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect::<Vec<_>>();
        assert_eq!(told, Record::KINDS);
    }
}
