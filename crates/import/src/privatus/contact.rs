//! The `contact` record of an export.

use privatus_domain::{
    Contact as Stored, ContactState, DisplayName, NewContact, PictureError, ProfilePicture, PublicKey,
};
use privatus_store::{StoreError, WriteTx};
use serde::{Deserialize, Serialize};

use super::values::{Time, id};
use crate::authority::{AuthorityItem, AuthorityKind, Fate, quoted};

/// Fields with a default may be missing in an export from another program or an older build.
#[derive(Serialize, Deserialize)]
pub(super) struct Contact {
    pub(super) id: String,
    pub(super) display_name: String,
    #[serde(default)]
    pub(super) public_key: String,
    #[serde(default)]
    pub(super) is_verified: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    pub(super) is_online: bool,
    pub(super) added_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_seen: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) profile_picture: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) blocked_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) muted_until: Option<Time>,
    /// The id of its conversation, if it is not the contact's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conversation: Option<String>,
}

/// The outcome for the verified mark given what the vault has, and whether the record has a key where the vault has
/// none.
pub(super) fn fate(known: Option<&Stored>, new: &NewContact) -> (Fate, bool) {
    let is_offered = known.is_some_and(|known| known.public_key.is_empty() && !new.public_key.is_empty());
    let fate = match known {
        None => Fate::Taken,
        Some(_) if is_offered => Fate::refused("the contact is already in the vault, without a key"),
        Some(known) if known.public_key != new.public_key => {
            Fate::refused("the vault has another key for the contact and keeps it")
        }
        Some(known) if known.is_verified => Fate::Known,
        Some(_) => Fate::refused("the contact is already in the vault, and not verified there"),
    };
    (fate, is_offered)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_not(flag: &bool) -> bool {
    !*flag
}

impl Contact {
    /// A placeholder for an export that has the conversation but not its contact.
    pub(super) const fn named(id: String, display_name: String) -> Self {
        Self {
            id,
            display_name,
            public_key: String::new(),
            is_verified: false,
            is_online: false,
            added_at: None,
            last_seen: None,
            profile_picture: None,
            blocked_at: None,
            muted_until: None,
            conversation: None,
        }
    }

    /// Builds the record of a contact in the vault.
    pub(super) fn from_vault(contact: Stored, conversation: Option<String>) -> Self {
        Self {
            id: contact.id.to_string(),
            display_name: contact.display_name,
            public_key: contact.public_key.to_base64(),
            is_verified: contact.is_verified,
            is_online: contact.is_online,
            added_at: Some(Time(contact.added_at)),
            last_seen: contact.last_seen.map(Time),
            profile_picture: contact.profile_picture,
            blocked_at: contact.blocked_at.map(Time),
            muted_until: contact.muted_until.map(Time),
            conversation,
        }
    }

    /// The right that it grants: that the key counts as verified. Without a key there is none.
    pub(super) fn claims(&self) -> Option<AuthorityItem> {
        (self.is_verified && !self.public_key.is_empty()).then(|| {
            let (name, id) = (quoted(&self.display_name), quoted(&self.id));
            let text = format!("contact {name} (id {id}) is verified");
            AuthorityItem::new(AuthorityKind::VerifiedContact, text)
        })
    }

    /// The key that counts as verified.
    pub(super) fn verified_key(&self) -> Option<PublicKey> {
        let key = PublicKey::kept_base64(&self.public_key).ok()?;
        (self.is_verified && !key.is_empty()).then_some(key)
    }

    /// The contact to create; verified only if the record is trusted.
    pub(super) fn to_new(&self, tx: &WriteTx<'_>, is_trusted: bool) -> Result<NewContact, StoreError> {
        Ok(NewContact {
            id: id(tx, &self.id)?,
            display_name: DisplayName::lenient(&self.display_name, "Unnamed contact"),
            public_key: PublicKey::kept_base64(&self.public_key)?,
            is_verified: self.is_verified && is_trusted,
            added_at: self.added_at.map_or(tx.now(), |at| at.0),
            last_seen: self.last_seen.map(|at| at.0),
        })
    }

    /// The contact's further state, without a picture that breaks the rules; `None` if there is none.
    pub(super) fn state(&self) -> (Option<ContactState>, Result<(), PictureError>) {
        let (picture, kept) = match self
            .profile_picture
            .as_deref()
            .map(ProfilePicture::new)
            .transpose()
        {
            Ok(picture) => (picture, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let state = ContactState {
            is_online: self.is_online,
            profile_picture: picture,
            blocked_at: self.blocked_at.map(|at| at.0),
            muted_until: self.muted_until.map(|at| at.0),
        };
        let is_plain = !state.is_online
            && state.profile_picture.is_none()
            && state.blocked_at.is_none()
            && state.muted_until.is_none();
        ((!is_plain).then_some(state), kept)
    }
}
