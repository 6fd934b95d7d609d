//! The tables that accept raw rows, their values, and the row ids of sealed values.

use privatus_domain::Id;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::setting;

/// A table of a vault that accepts raw rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawTable {
    /// Contacts; each row gets a conversation.
    Contacts,
    /// Groups; each row gets a conversation.
    Groups,
    /// Members of groups.
    GroupMembers,
    /// Settings of the application.
    Settings,
    /// Audit entries from before the log's chain; they are added to the chain.
    AuditLog,
    /// File transfers.
    FileTransfers,
    /// Backups.
    BackupMetadata,
    /// What a backup contains of each table.
    BackupContents,
    /// Durations of transactions.
    PerformanceMetrics,
    /// Usage counts by day.
    UsageStatistics,
    /// Grants.
    AccessControl,
    /// Security events.
    SecurityEvents,
    /// How long rows are kept; a row replaces the vault's own policy for the same table.
    RetentionPolicies,
}

/// One value of a raw row.
#[derive(Clone)]
pub enum RawValue {
    /// No value.
    Null,
    /// A whole number; a flag is 0 or 1.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(String),
    /// The plaintext of a column that a vault seals; wiped from memory when dropped.
    ToSeal(Zeroizing<Vec<u8>>),
}

/// Does not show the value, which is personal data.
impl std::fmt::Debug for RawValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawValue")
    }
}

impl RawValue {
    /// Returns the number of bytes that the value holds on the heap.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) => 0,
            Self::Text(text) => text.len(),
            Self::ToSeal(bytes) => bytes.len(),
        }
    }
}

impl RawTable {
    /// Returns the table's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Groups => "groups",
            Self::GroupMembers => "group_members",
            Self::Settings => "settings",
            Self::AuditLog => "audit_log",
            Self::FileTransfers => "file_transfers",
            Self::BackupMetadata => "backup_metadata",
            Self::BackupContents => "backup_contents",
            Self::PerformanceMetrics => "performance_metrics",
            Self::UsageStatistics => "usage_statistics",
            Self::AccessControl => "access_control",
            Self::SecurityEvents => "security_events",
            Self::RetentionPolicies => "retention_policies",
        }
    }

    /// Whether the table's values are sealed with the key of the row's group.
    pub(super) const fn is_of_group(self) -> bool {
        matches!(self, Self::Groups | Self::GroupMembers)
    }

    /// Returns the canonical bytes of a row's key (docs/CRYPTO.md, "Row id").
    pub(super) fn row_id(self, row: &[(&'static str, RawValue)]) -> Result<Vec<u8>, StoreError> {
        let id = |column| {
            let id: Id = text(row, column)?.parse()?;
            Ok::<_, StoreError>(id.canonical())
        };
        match self {
            Self::Contacts => id("contact_id"),
            Self::Groups => id("group_id"),
            Self::FileTransfers => id("transfer_id"),
            Self::GroupMembers => Ok(setting::fields([&id("group_id")?, &id("contact_id")?])),
            Self::Settings => Ok(setting::row_id("", text(row, "key")?)),
            Self::AuditLog => number(row, "log_id"),
            Self::SecurityEvents => number(row, "event_id"),
            _ => Err(StoreError::Unexpected(format!(
                "table {} seals no values",
                self.name()
            ))),
        }
    }
}

/// Returns the text in a column of a row.
pub(super) fn text<'r>(row: &'r [(&'static str, RawValue)], wanted: &str) -> Result<&'r str, StoreError> {
    match row.iter().find(|(column, _)| *column == wanted) {
        Some((_, RawValue::Text(text))) => Ok(text),
        _ => Err(without(wanted)),
    }
}

fn number(row: &[(&'static str, RawValue)], wanted: &str) -> Result<Vec<u8>, StoreError> {
    match row.iter().find(|(column, _)| *column == wanted) {
        Some((_, RawValue::Integer(number))) => Ok(number.to_le_bytes().to_vec()),
        _ => Err(without(wanted)),
    }
}

fn without(column: &str) -> StoreError {
    StoreError::Unexpected(format!("a raw row has no {column}"))
}
