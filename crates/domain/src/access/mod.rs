//! Access control: which of an application's users may do what to which resource, and until when.
//!
//! It separates the users of one application. Anyone who holds the vault's key can read and change everything.
//!
//! [`access_allowed`] defines what a grant on `*` of a kind, on `vault:*` and to everyone means.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;

use crate::resource::{Resource, ResourceKind};
use crate::time::Timestamp;
use crate::user::UserId;

/// Why a grant was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The text is not one of [`Permission::ALL`].
    #[error("unknown permission {0:?}; use read, write, delete or admin")]
    UnknownPermission(String),
    /// The grant allows nothing; to take permissions away, revoke it.
    #[error("a grant needs at least one permission: read, write, delete or admin")]
    Nothing,
    /// The grant would have expired already.
    #[error("the expiry {0} is in the past; it must be after {1}")]
    Expired(Timestamp, Timestamp),
    /// The grant ends before it begins.
    #[error("the grant's expiry {0} is not after its start {1}")]
    NeverHeld(Timestamp, Timestamp),
    /// A grant cannot outlive the grant that allows it.
    #[error(
        "a grant cannot outlive the grant that allows it, which expires at {0}; set an expiry no later than that"
    )]
    OutlastsGiver(Timestamp),
    /// The stored JSON is not a list of strings.
    #[error("the permissions are not a JSON list of strings")]
    NotAList,
}

/// What a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// To read the resource.
    Read,
    /// To change the resource.
    Write,
    /// To remove the resource.
    Delete,
    /// All of the above, and to grant them to others.
    Admin,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Admin];

    /// The value in the stored JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Permission {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| AccessError::UnknownPermission(text.to_owned()))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A grant's permissions: at least one, without duplicates. Permissions that this build does not know are preserved
/// and allow nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    known: Vec<Permission>,
    unknown: Vec<String>,
}

impl Permissions {
    /// Builds a set of permissions; duplicates count once.
    ///
    /// # Errors
    /// [`AccessError::Nothing`].
    pub fn new(permissions: impl IntoIterator<Item = Permission>) -> Result<Self, AccessError> {
        let mut known: Vec<Permission> = permissions.into_iter().collect();
        known.sort_unstable();
        known.dedup();
        if known.is_empty() {
            return Err(AccessError::Nothing);
        }
        Ok(Self {
            known,
            unknown: Vec::new(),
        })
    }

    /// Reads the stored form: a JSON list of strings.
    ///
    /// # Errors
    /// [`AccessError::NotAList`].
    pub fn from_json(text: &str) -> Result<Self, AccessError> {
        let words: Vec<String> = serde_json::from_str(text).map_err(|_| AccessError::NotAList)?;
        Ok(Self::from_words(words))
    }

    /// Builds a set from words; those that this build does not know are preserved.
    #[must_use]
    pub fn from_words(words: Vec<String>) -> Self {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for word in words {
            match word.parse() {
                Ok(permission) => known.push(permission),
                Err(_) => unknown.push(word),
            }
        }
        known.sort_unstable();
        known.dedup();
        Self { known, unknown }
    }

    /// The permissions as a JSON list.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.words().collect()
    }

    /// Iterates over the permissions as words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let known = self.known.iter().map(|one| one.as_str());
        known.chain(self.unknown.iter().map(String::as_str))
    }

    /// Returns whether these permissions include `permission`; [`Permission::Admin`] includes every other.
    #[must_use]
    pub fn allow(&self, permission: Permission) -> bool {
        self.known.contains(&permission) || self.known.contains(&Permission::Admin)
    }
}

/// A row of `access_control`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The resource; the id `*` means all of a kind.
    pub on: Resource,
    /// The user; `None` means everyone.
    pub to: Option<UserId>,
    /// What it allows.
    pub permissions: Permissions,
    /// The user who granted it; `None` is the vault's own user.
    pub granted_by: Option<UserId>,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When it expires; it no longer holds at that moment.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// Checks the rules that every grant of this build obeys: at least one permission, only known ones, and an end
    /// after its start.
    ///
    /// # Errors
    /// [`AccessError::Nothing`], [`AccessError::UnknownPermission`] or [`AccessError::NeverHeld`].
    pub fn check(&self) -> Result<(), AccessError> {
        if let Some(word) = self.permissions.unknown.first() {
            return Err(AccessError::UnknownPermission(word.chars().take(40).collect()));
        }
        if self.permissions.known.is_empty() {
            return Err(AccessError::Nothing);
        }
        match self.expires_at {
            Some(end) if end <= self.granted_at => Err(AccessError::NeverHeld(end, self.granted_at)),
            _ => Ok(()),
        }
    }

    /// Returns whether this grant allows a user a permission on a resource at a given time.
    fn allows(&self, user: &UserId, on: &Resource, permission: Permission, now: Timestamp) -> bool {
        let whole_vault = self.on.kind == ResourceKind::Vault && self.on.id() == Resource::EVERY;
        let covers = self.on.kind == on.kind && (self.on.id() == Resource::EVERY || self.on.id() == on.id());
        self.to.as_ref().is_none_or(|to| to == user)
            && self.expires_at.is_none_or(|end| now < end)
            && (covers && self.permissions.allow(permission)
                || whole_vault && self.permissions.allow(Permission::Admin))
    }
}

/// A grant to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// The resource; the id `*` means all of a kind.
    pub on: Resource,
    /// The user; `None` means everyone.
    pub to: Option<UserId>,
    /// What it allows.
    pub permissions: Permissions,
    /// When it expires; it no longer holds at that moment.
    pub expires_at: Option<Timestamp>,
}

impl NewGrant {
    /// Checks the expiry against the clock.
    ///
    /// # Errors
    /// [`AccessError::Expired`].
    pub const fn check(&self, now: Timestamp) -> Result<(), AccessError> {
        match self.expires_at {
            Some(end) if end.unix_ms() <= now.unix_ms() => Err(AccessError::Expired(end, now)),
            _ => Ok(()),
        }
    }
}

/// A filter for grants; a grant must match every field that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// Grants to this user; `Some(None)` means grants to everyone.
    pub to: Option<Option<UserId>>,
    /// Grants on exactly this resource; `*` selects the grants on all of a kind, and no others.
    pub on: Option<Resource>,
}

impl GrantFilter {
    /// Returns whether a grant matches the filter.
    #[must_use]
    pub fn passes(&self, grant: &Grant) -> bool {
        self.to.as_ref().is_none_or(|to| *to == grant.to) && self.on.as_ref().is_none_or(|on| *on == grant.on)
    }
}

/// Returns whether some grant allows the permission now; without a grant, nothing is allowed. This is the only rule.
///
/// A grant holds for its user, or for every user; for its resource, or with the id `*` for every resource of its kind;
/// and from the moment it is created until just before it expires. [`Permission::Admin`] includes every permission,
/// and on `vault:*` every permission on everything.
#[must_use]
pub fn access_allowed(
    grants: &[Grant],
    user: &UserId,
    on: &Resource,
    permission: Permission,
    now: Timestamp,
) -> bool {
    grants.iter().any(|grant| grant.allows(user, on, permission, now))
}

/// Returns until when it is allowed, by the grant that lasts longest; [`Timestamp::MAX`] if a grant has no expiry.
#[must_use]
pub fn access_allowed_until(
    grants: &[Grant],
    user: &UserId,
    on: &Resource,
    permission: Permission,
    now: Timestamp,
) -> Option<Timestamp> {
    let allowing = grants
        .iter()
        .filter(|grant| grant.allows(user, on, permission, now));
    allowing
        .map(|grant| grant.expires_at.unwrap_or(Timestamp::MAX))
        .max()
}

#[cfg(test)]
mod tests;
