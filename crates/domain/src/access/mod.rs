//! Access control: who of an application's users may do what to which resource, and until when.
//!
//! It separates users of one application. Whoever holds the vault's key reads and changes everything.
//!
//! What a grant on `*` of a kind, on `vault:*` and to everyone means is said once, in [`access_allowed`].

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
    /// Not one of [`Permission::ALL`].
    #[error("a permission is read, write, delete or admin, not {0:?}")]
    UnknownPermission(String),
    /// A grant that allows nothing is a revocation.
    #[error("a grant names at least one permission: read, write, delete or admin")]
    Nothing,
    /// It would never hold.
    #[error("the expiry {0} is in the past; it must be after {1}")]
    Expired(Timestamp, Timestamp),
    /// It never held.
    #[error("the grant ended at {0}, not after it was given at {1}")]
    NeverHeld(Timestamp, Timestamp),
    /// A grant cannot outlive the grant that allows it.
    #[error(
        "a grant may not outlive the one that allows it, which ends at {0}; give it an end not after that"
    )]
    OutlastsGiver(Timestamp),
    /// The stored JSON is no list of texts.
    #[error("the permissions are no JSON list of texts")]
    NotAList,
}

/// What a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// To see it.
    Read,
    /// To change it.
    Write,
    /// To remove it.
    Delete,
    /// All of these, and to grant them.
    Admin,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Admin];

    /// The value in the database's JSON.
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

/// A grant's permissions: at least one, without repeats. What a newer build wrote and this one does not know is kept
/// and allows nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    known: Vec<Permission>,
    unknown: Vec<String>,
}

impl Permissions {
    /// Takes each permission once.
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

    /// Reads what stands in the database: a JSON list of texts.
    ///
    /// # Errors
    /// [`AccessError::NotAList`].
    pub fn from_json(text: &str) -> Result<Self, AccessError> {
        let words: Vec<String> = serde_json::from_str(text).map_err(|_| AccessError::NotAList)?;
        Ok(Self::from_words(words))
    }

    /// Takes words as they were written; those that this build does not know are kept.
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

    /// The JSON list.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.words().collect()
    }

    /// Each as its word.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let known = self.known.iter().map(|one| one.as_str());
        known.chain(self.unknown.iter().map(String::as_str))
    }

    /// Whether `permission` is allowed by them; [`Permission::Admin`] stands for all.
    #[must_use]
    pub fn allow(&self, permission: Permission) -> bool {
        self.known.contains(&permission) || self.known.contains(&Permission::Admin)
    }
}

/// A row of `access_control`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// On what; the id `*` is all of a kind.
    pub on: Resource,
    /// To whom; `None` is everyone.
    pub to: Option<UserId>,
    /// What it allows.
    pub permissions: Permissions,
    /// Who granted it; `None` is the vault's own user.
    pub granted_by: Option<UserId>,
    /// When.
    pub granted_at: Timestamp,
    /// From when on it no longer holds.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// Refuses one that no build gives: without a permission, with a word that is none, or over before it was given.
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

    /// Whether it allows something on a resource to a user at a moment.
    fn allows(&self, user: &UserId, on: &Resource, permission: Permission, now: Timestamp) -> bool {
        let whole_vault = self.on.kind == ResourceKind::Vault && self.on.id() == Resource::EVERY;
        let covers = self.on.kind == on.kind && (self.on.id() == Resource::EVERY || self.on.id() == on.id());
        self.to.as_ref().is_none_or(|to| to == user)
            && self.expires_at.is_none_or(|end| now < end)
            && (covers && self.permissions.allow(permission)
                || whole_vault && self.permissions.allow(Permission::Admin))
    }
}

/// A grant to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// On what; the id `*` is all of a kind.
    pub on: Resource,
    /// To whom; `None` is everyone.
    pub to: Option<UserId>,
    /// What it allows.
    pub permissions: Permissions,
    /// From when on it no longer holds.
    pub expires_at: Option<Timestamp>,
}

impl NewGrant {
    /// Checks its end against the clock.
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

/// Which grants are wanted; every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// Of this user; `Some(None)` is everyone.
    pub to: Option<Option<UserId>>,
    /// On exactly this; `*` is the grants on all of a kind, and no others.
    pub on: Option<Resource>,
}

impl GrantFilter {
    /// Whether a grant passes.
    #[must_use]
    pub fn passes(&self, grant: &Grant) -> bool {
        self.to.as_ref().is_none_or(|to| *to == grant.to) && self.on.as_ref().is_none_or(|on| *on == grant.on)
    }
}

/// The one rule: some grant allows it now. Nothing is allowed without one.
///
/// A grant holds for its user, or for every user; for its resource, or with the id `*` for every one of its kind; from
/// the moment it is given until before the moment it expires. [`Permission::Admin`] stands for every permission, and on
/// `vault:*` for every permission on everything.
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

/// Until when it is allowed, by the grant that lasts longest; [`Timestamp::MAX`] without an end.
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
