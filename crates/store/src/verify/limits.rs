//! The size limits of stored data, as enforced on writes, in one table. Anything larger was written by something else.

use privatus_crypto::ENVELOPE_OVERHEAD;
use privatus_domain::limits::{
    FILE_HASH_BYTES, FILE_NAME_CHARS, GROUP_DESCRIPTION_CHARS, GROUP_JSON_BYTES, ID_CHARS, NAME_CHARS,
    PICTURE_BYTES, PUBLIC_KEY_BYTES, SETTING_KEY_CHARS, SETTING_VALUE_BYTES, STATISTIC_METRIC_BYTES,
    TRANSFER_ERROR_CHARS, USER_CHARS,
};

use super::columns::{Check, Of};

/// The limit of a column.
#[derive(Clone, Copy)]
enum Limit {
    /// Characters of a text.
    Chars(usize),
    /// Bytes of a text.
    Bytes(usize),
    /// Bytes of the data sealed in an envelope.
    Sealed(usize),
}

impl Limit {
    /// Returns the condition that a value exceeds the limit. `length` of a text stops at a NUL, so its bytes are
    /// counted too.
    fn beyond(self, column: &str) -> String {
        let longer = |most: usize| format!("length(CAST({column} AS BLOB)) > {most}");
        match self {
            Self::Chars(most) => format!("length({column}) > {most} OR {}", longer(4 * most)),
            Self::Bytes(most) => longer(most),
            Self::Sealed(most) => longer(most + ENVELOPE_OVERHEAD),
        }
    }
}

const OF_CONTACT: Of = Of::Builds("created_at");

/// Each column with its limit, and whose rows the limit applies to.
const LIMITS: [(&str, &str, Limit, Of); 22] = [
    ("contacts", "contact_id", Limit::Chars(ID_CHARS), Of::Anybody),
    ("contacts", "display_name", Limit::Chars(NAME_CHARS), Of::Anybody),
    (
        "contacts",
        "profile_picture",
        Limit::Bytes(PICTURE_BYTES),
        OF_CONTACT,
    ),
    (
        "contacts",
        "public_key",
        Limit::Sealed(PUBLIC_KEY_BYTES),
        OF_CONTACT,
    ),
    ("groups", "group_id", Limit::Chars(ID_CHARS), Of::Anybody),
    ("groups", "name", Limit::Chars(NAME_CHARS), Of::Anybody),
    (
        "groups",
        "description",
        Limit::Chars(GROUP_DESCRIPTION_CHARS),
        OF_CONTACT,
    ),
    ("groups", "settings", Limit::Sealed(GROUP_JSON_BYTES), OF_CONTACT),
    (
        "group_members",
        "permissions",
        Limit::Sealed(GROUP_JSON_BYTES),
        OF_CONTACT,
    ),
    (
        "conversations",
        "conversation_id",
        Limit::Chars(ID_CHARS),
        Of::Anybody,
    ),
    ("senders", "name", Limit::Chars(NAME_CHARS), Of::Anybody),
    ("settings", "scope", Limit::Chars(USER_CHARS), OF_CONTACT),
    ("settings", "key", Limit::Chars(SETTING_KEY_CHARS), OF_CONTACT),
    (
        "settings",
        "value",
        Limit::Sealed(SETTING_VALUE_BYTES),
        OF_CONTACT,
    ),
    (
        "file_transfers",
        "transfer_id",
        Limit::Chars(ID_CHARS),
        Of::Anybody,
    ),
    (
        "file_transfers",
        "file_name",
        Limit::Sealed(4 * FILE_NAME_CHARS),
        OF_CONTACT,
    ),
    (
        "file_transfers",
        "file_hash",
        Limit::Sealed(FILE_HASH_BYTES),
        OF_CONTACT,
    ),
    (
        "file_transfers",
        "error_message",
        Limit::Chars(TRANSFER_ERROR_CHARS),
        OF_CONTACT,
    ),
    (
        "access_control",
        "user_id",
        Limit::Chars(USER_CHARS),
        Of::Builds("granted_at"),
    ),
    (
        "access_control",
        "resource_id",
        Limit::Chars(ID_CHARS),
        Of::Builds("granted_at"),
    ),
    (
        "performance_metrics",
        "metric_name",
        Limit::Bytes(1_024),
        Of::Builds("timestamp"),
    ),
    (
        "usage_statistics",
        "metric",
        Limit::Bytes(STATISTIC_METRIC_BYTES),
        Of::Builds("date"),
    ),
];

/// Returns one check for each limit.
pub(super) fn checks() -> impl Iterator<Item = Check> {
    LIMITS.into_iter().map(|(table, column, limit, of)| Check {
        table,
        column,
        wrong: limit.beyond(column),
        of,
    })
}
