//! The tables that take raw rows, what a value of one is, and how the row of a sealed value is named.

use privatus_domain::Id;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::setting;

/// A table of a vault that takes rows as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawTable {
    /// Each row gets its conversation.
    Contacts,
    /// Each row gets its conversation.
    Groups,
    /// Members of groups.
    GroupMembers,
    /// Settings of the application.
    Settings,
    /// Entries of before the log's chain, which are taken into it.
    AuditLog,
    /// File transfers.
    FileTransfers,
    /// Backups.
    BackupMetadata,
    /// What a backup holds of each table.
    BackupContents,
    /// Times of transactions.
    PerformanceMetrics,
    /// Use by day.
    UsageStatistics,
    /// Grants.
    AccessControl,
    /// Security events.
    SecurityEvents,
    /// How long rows are kept; a row takes the place of the vault's own for the same table.
    RetentionPolicies,
}

/// One value of a raw row.
#[derive(Clone)]
pub enum RawValue {
    /// None.
    Null,
    /// A whole number, or 0 and 1 for a flag.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(String),
    /// The plaintext of a column that a vault seals; wiped when it is written.
    ToSeal(Zeroizing<Vec<u8>>),
}

/// Shows no value: they are a person's.
impl std::fmt::Debug for RawValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawValue")
    }
}

impl RawValue {
    /// Bytes that it holds.
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
    /// The table's name.
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

    /// Whether its values are sealed with the key of the group that the row names.
    pub(super) const fn is_of_group(self) -> bool {
        matches!(self, Self::Groups | Self::GroupMembers)
    }

    /// The canonical bytes of a row's key (docs/CRYPTO.md, "Row id").
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
            _ => Err(StoreError::Unexpected(format!("{} seals nothing", self.name()))),
        }
    }
}

/// The text in a column of a row.
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
