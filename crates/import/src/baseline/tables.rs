//! The tables that are adopted column by column, and the type of each column.

use privatus_store::RawTable;

/// Every table of the specification, in its order.
pub(super) const ALL: [&str; 17] = [
    "contacts",
    "messages",
    "groups",
    "group_members",
    "settings",
    "audit_log",
    "key_store",
    "file_transfers",
    "message_content",
    "backup_metadata",
    "backup_contents",
    "schema_migrations",
    "performance_metrics",
    "usage_statistics",
    "access_control",
    "security_events",
    "retention_policies",
];

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An id: 1 to 1,024 characters, no NUL.
    Id,
    /// A name of a contact, group or member: 1 to 1,024 characters.
    Name,
    /// A setting's name.
    SettingKey,
    /// A user, or an empty text for everyone, where the source has NULL.
    Text,
    /// A user, or the empty text for everyone, which NULL meant.
    UserOrAll,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A moment.
    Time,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// 0 or 1.
    Flag,
    /// A whole number.
    Integer,
    /// A whole number of 32 bits.
    Small,
    /// A group's member limit; 100 if NULL.
    MemberLimit,
    /// Any number.
    Number,
    /// A value that the vault seals.
    Sealed(Form),
}

/// How a value is encoded before it is sealed (docs/CRYPTO.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON; a text that is not JSON becomes a JSON string.
    Json,
    /// A setting's value: as JSON, and numbers as numbers.
    Setting,
    /// The text in UTF-8.
    Text,
    /// A hash's bytes, in hexadecimal in the source; anything else unchanged.
    Hash,
    /// A key's bytes, in hexadecimal or base64 in the source; anything else unchanged.
    Key,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// NULL is refused.
    pub(super) is_needed: bool,
}

/// One table that is adopted column by column.
#[derive(Debug, Clone, Copy)]
pub(super) struct CopiedTable {
    pub(super) table: RawTable,
    /// The first column is the key, or a part of it.
    pub(super) fields: &'static [Field],
}

const fn may(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        is_needed: false,
    }
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        is_needed: true,
    }
}

/// The tables in the order of adoption: a row comes after the rows that it refers to.
pub(super) const COPIED: &[CopiedTable] = &[
    CopiedTable {
        table: RawTable::Contacts,
        fields: &[
            must("contact_id", Kind::Id),
            must("display_name", Kind::Name),
            must("public_key", Kind::Sealed(Form::Key)),
            may("is_verified", Kind::Flag),
            may("is_online", Kind::Flag),
            may("added_at", Kind::Time),
            may("last_seen", Kind::Time),
            may("created_at", Kind::Time),
            may("updated_at", Kind::Time),
        ],
    },
    CopiedTable {
        table: RawTable::Groups,
        fields: &[
            must("group_id", Kind::Id),
            must("name", Kind::Name),
            may("description", Kind::Text),
            must("group_type", Kind::Word(&["public", "private", "secret"])),
            may("created_by", Kind::Text),
            may("created_at", Kind::Time),
            must("max_members", Kind::MemberLimit),
            may("is_anonymous", Kind::Flag),
            may("settings", Kind::Sealed(Form::Json)),
            may("updated_at", Kind::Time),
        ],
    },
    CopiedTable {
        table: RawTable::GroupMembers,
        fields: &[
            must("group_id", Kind::Id),
            must("contact_id", Kind::Id),
            must("display_name", Kind::Name),
            must("role", Kind::Word(&["owner", "admin", "member"])),
            may("joined_at", Kind::Time),
            may("last_active", Kind::Time),
            may("is_online", Kind::Flag),
            may("anonymous_id", Kind::Text),
            may("permissions", Kind::Sealed(Form::Json)),
            may("created_at", Kind::Time),
            may("updated_at", Kind::Time),
        ],
    },
    CopiedTable {
        table: RawTable::Settings,
        fields: &[
            must("key", Kind::SettingKey),
            must("value", Kind::Sealed(Form::Setting)),
            may("updated_at", Kind::Time),
            may("created_at", Kind::Time),
        ],
    },
    CopiedTable {
        table: RawTable::AuditLog,
        fields: &[
            must("log_id", Kind::Integer),
            may("timestamp", Kind::Time),
            must("event_type", Kind::Text),
            may("user_id", Kind::Text),
            may("resource_type", Kind::Text),
            may("resource_id", Kind::Text),
            must("action", Kind::Text),
            may("details", Kind::Sealed(Form::Json)),
            may("ip_address", Kind::Text),
            may("user_agent", Kind::Text),
            may("success", Kind::Flag),
            may("error_message", Kind::Text),
        ],
    },
    CopiedTable {
        table: RawTable::FileTransfers,
        fields: &[
            must("transfer_id", Kind::Id),
            must("file_name", Kind::Sealed(Form::Text)),
            must("file_size", Kind::Integer),
            must("file_hash", Kind::Sealed(Form::Hash)),
            may("contact_id", Kind::Id),
            may("group_id", Kind::Id),
            must("direction", Kind::Word(&["inbound", "outbound"])),
            must(
                "status",
                Kind::Word(&["pending", "active", "paused", "completed", "failed", "cancelled"]),
            ),
            may("progress", Kind::Small),
            may("created_at", Kind::Time),
            may("completed_at", Kind::Time),
            may("error_message", Kind::Text),
        ],
    },
    CopiedTable {
        table: RawTable::BackupMetadata,
        fields: &[
            must("backup_id", Kind::Id),
            must("backup_type", Kind::Text),
            may("created_at", Kind::Time),
            may("completed_at", Kind::Time),
            must("status", Kind::Word(&["running", "completed", "failed"])),
            may("total_size", Kind::Integer),
            may("file_count", Kind::Integer),
            may("encryption_info", Kind::Text),
            may("integrity_hash", Kind::Text),
            may("retention_until", Kind::Time),
        ],
    },
    CopiedTable {
        table: RawTable::BackupContents,
        fields: &[
            must("backup_id", Kind::Id),
            must("table_name", Kind::Text),
            may("record_count", Kind::Integer),
            may("data_size", Kind::Integer),
            may("checksum", Kind::Text),
        ],
    },
    CopiedTable {
        table: RawTable::PerformanceMetrics,
        fields: &[
            must("metric_id", Kind::Integer),
            may("timestamp", Kind::Time),
            must("metric_name", Kind::Text),
            may("metric_value", Kind::Number),
            may("unit", Kind::Text),
            may("category", Kind::Text),
            may("metadata", Kind::Text),
        ],
    },
    CopiedTable {
        table: RawTable::UsageStatistics,
        fields: &[
            must("stat_id", Kind::Integer),
            must("date", Kind::Date),
            must("metric", Kind::Text),
            may("value", Kind::Integer),
        ],
    },
    CopiedTable {
        table: RawTable::AccessControl,
        fields: &[
            must("resource_type", Kind::Text),
            must("resource_id", Kind::Text),
            must("user_id", Kind::UserOrAll),
            must("permissions", Kind::Text),
            may("granted_by", Kind::Text),
            may("granted_at", Kind::Time),
            may("expires_at", Kind::Time),
        ],
    },
    CopiedTable {
        table: RawTable::SecurityEvents,
        fields: &[
            must("event_id", Kind::Integer),
            may("timestamp", Kind::Time),
            must("event_type", Kind::Text),
            must("severity", Kind::Word(&["low", "medium", "high", "critical"])),
            may("source_ip", Kind::Text),
            may("user_id", Kind::Text),
            may("description", Kind::Text),
            may("raw_data", Kind::Sealed(Form::Json)),
            may("resolved", Kind::Flag),
            may("resolved_at", Kind::Time),
            may("resolution", Kind::Text),
        ],
    },
    CopiedTable {
        table: RawTable::RetentionPolicies,
        fields: &[
            must("table_name", Kind::Text),
            must("retention_days", Kind::Small),
            may("archive_table", Kind::Text),
            may("cleanup_enabled", Kind::Flag),
            may("last_cleanup", Kind::Time),
        ],
    },
];
