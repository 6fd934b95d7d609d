//! The rows that `privatus migrate status` shows.

use privatus_migrate::{Applied, Step, Version};

use super::STEPS;

/// A step that this build knows or that the vault has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStatus {
    /// Its version.
    pub version: Version,
    /// The name of its folder, if known.
    pub name: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// When it was applied, as UTC text.
    pub applied_at: Option<String>,
    /// The version of the tool that applied it.
    pub tool_version: Option<String>,
    /// Whether it succeeded; `None` while it is pending.
    pub success: Option<bool>,
    /// Whether it has not been applied yet.
    pub pending: bool,
    /// Whether `migrate down` can take it back.
    pub reversible: bool,
    /// Why it cannot be taken back.
    pub irreversible: Option<String>,
    /// Whether this build knows it.
    pub known: bool,
}

impl StepStatus {
    pub(super) fn pending(step: &Step) -> Self {
        Self {
            version: step.version(),
            name: Some(step.name.into()),
            description: Some(step.description.into()),
            applied_at: None,
            tool_version: None,
            success: None,
            pending: true,
            reversible: step.irreversible.is_none(),
            irreversible: step.irreversible.map(Into::into),
            known: true,
        }
    }

    pub(super) fn applied(row: &Applied) -> Self {
        let altered = || "its row in the vault was altered".to_owned();
        let reason = match &row.irreversible {
            None if !row.is_authentic => Some(altered()),
            reason => reason.clone(),
        };
        Self {
            version: row.version,
            name: row.name.clone(),
            description: row.description.clone(),
            applied_at: row.applied_at.clone(),
            tool_version: row.tool_version.clone(),
            success: Some(row.success),
            pending: false,
            reversible: reason.is_none() && row.down_sql.is_some(),
            irreversible: reason,
            known: STEPS.find(row.version).is_some(),
        }
    }
}
