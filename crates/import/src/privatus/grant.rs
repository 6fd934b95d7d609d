//! The `grant` records of an export.

use privatus_domain::{Grant as Given, Permission, Permissions, Resource, UserId};
use privatus_store::StoreError;
use serde::{Deserialize, Serialize};

use super::values::Time;
use crate::authority::{AuthorityItem, AuthorityKind, quoted};

/// Permissions of a grant to list.
const WORDS: usize = 8;

/// A row of `access_control`.
#[derive(Serialize, Deserialize)]
pub(super) struct Grant {
    resource_type: String,
    resource_id: String,
    /// Missing if it is for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    permissions: Vec<String>,
    /// Missing if it is the vault's own user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    granted_by: Option<String>,
    granted_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
}

impl Grant {
    /// The right that it grants.
    pub(super) fn claims(&self) -> AuthorityItem {
        let who = self.user.as_deref().map_or_else(|| "everyone".into(), quoted);
        let until = self
            .expires_at
            .map_or_else(|| "forever".into(), |at| format!("until {}", at.0.to_rfc3339()));
        let by = self
            .granted_by
            .as_deref()
            .map_or_else(|| "you".into(), |by| format!("user {}", quoted(by)));
        let text = format!(
            "{who} may {} on {} {} {until}, granted by {by}",
            words(&self.permissions),
            quoted(&self.resource_type),
            quoted(&self.resource_id)
        );
        AuthorityItem::new(AuthorityKind::Grant, text)
    }
}

/// The permissions, shortened if there are many: `admin` and the others that a build knows come first.
fn words(permissions: &[String]) -> String {
    let mut permissions: Vec<&String> = permissions.iter().collect();
    permissions.sort_by_key(|word| {
        !Permission::ALL
            .iter()
            .any(|known| known.as_str() == word.as_str())
    });
    permissions.dedup();
    let shown: Vec<String> = permissions.iter().take(WORDS).map(|word| quoted(word)).collect();
    match permissions.len().saturating_sub(WORDS) {
        0 if shown.is_empty() => "nothing".into(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl From<Given> for Grant {
    fn from(grant: Given) -> Self {
        Self {
            resource_type: grant.on.kind.as_str().into(),
            resource_id: grant.on.id().into(),
            user: grant.to.map(|user| user.to_string()),
            permissions: grant.permissions.words().map(str::to_owned).collect(),
            granted_by: grant.granted_by.map(|user| user.to_string()),
            granted_at: Time(grant.granted_at),
            expires_at: grant.expires_at.map(Time),
        }
    }
}

impl TryFrom<Grant> for Given {
    type Error = StoreError;

    /// A grant that has expired is stored. A grant that no build would create is refused when it is written.
    fn try_from(grant: Grant) -> Result<Self, StoreError> {
        let user = |name: Option<String>| name.as_deref().map(UserId::new).transpose();
        Ok(Self {
            on: Resource::new(grant.resource_type.parse()?, &grant.resource_id)?,
            to: user(grant.user)?,
            permissions: Permissions::from_words(grant.permissions),
            granted_by: user(grant.granted_by)?,
            granted_at: grant.granted_at.0,
            expires_at: grant.expires_at.map(|at| at.0),
        })
    }
}
