//! A contact's public key: replacing it, which is a separate operation, and verifying it by its safety number.

use privatus_domain::{
    Act, ContactError, ContactId, KnownSetting, NewAuditEntry, NewSecurityEvent, Permission, PublicKey,
    SafetyNumber, SafetyNumberError, SecurityKind, Severity,
};
use privatus_schema::{Flag, SqlBlob};
use serde_json::{Value, json};

use super::change::ContactUpdate;
use super::list::resource;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// Returns the safety number of one key, or of two in either order (docs/CRYPTO.md, "Safety numbers").
///
/// # Errors
/// [`StoreError::Contact`] if a key is empty; [`StoreError::PublicKey`] for another program's key that was only stored
/// and must not pass for a valid one.
pub fn safety_number(one: &PublicKey, other: Option<&PublicKey>) -> Result<SafetyNumber, StoreError> {
    for key in [Some(one), other].into_iter().flatten() {
        if key.is_empty() {
            return Err(ContactError::NoSafetyNumber.into());
        }
        key.check_verifiable()?;
    }
    let one = privatus_crypto::fingerprint(one.as_bytes())?;
    let other = other
        .map(|key| privatus_crypto::fingerprint(key.as_bytes()))
        .transpose()?;
    Ok(other.map_or_else(
        || SafetyNumber::of_one(&one),
        |other| SafetyNumber::of_two(&one, &other),
    ))
}

impl ReadTx<'_> {
    /// Returns the public key of the vault's own user; `None` until the setting `identity.public_key` has one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn own_public_key(&mut self) -> Result<Option<PublicKey>, StoreError> {
        let value = self.setting_known(None, KnownSetting::IdentityPublicKey)?;
        let text = value.as_ref().and_then(Value::as_str);
        text.map(|text| PublicKey::from_base64(text).map_err(StoreError::from))
            .transpose()
    }
}

impl WriteTx<'_> {
    /// Replaces or removes a contact's public key; no other function can. The new key is not verified. Returns `false`
    /// if the contact already has this key, which then stays verified.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_key_replace(&mut self, id: &ContactId, key: &PublicKey) -> Result<bool, StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let before = self.contact_find(id)?;
        if before.public_key == *key {
            return Ok(false);
        }
        let sealed = self.reseal_value("contacts", "public_key", &id.as_id().canonical(), key.as_bytes())?;
        let update = ContactUpdate {
            public_key: Some(SqlBlob(sealed)),
            is_verified: Some(Flag(false)),
            ..ContactUpdate::default()
        };
        self.contact_update(id, &update)?;
        let (had_key, was_verified) = (!before.public_key.is_empty(), before.is_verified);
        let details = json!({ "had_key": had_key, "has_key": !key.is_empty(), "was_verified": was_verified });
        let entry = NewAuditEntry::done(self.now(), Act::ContactKeyReplace);
        self.audit(&entry.on(resource(id)).with(details))?;
        // A first key does not replace another.
        if had_key {
            self.security_event(&NewSecurityEvent {
                at: self.now(),
                kind: SecurityKind::PublicKeyReplaced,
                severity: if was_verified {
                    Severity::High
                } else {
                    Severity::Medium
                },
                user: None,
                description: if was_verified {
                    "the public key of a contact was replaced; the previous one was verified"
                } else {
                    "the public key of a contact was replaced"
                }
                .into(),
                raw_data: Some(json!({ "contact": id, "was_verified": was_verified }).into()),
            })?;
        }
        Ok(true)
    }

    /// Whether an import has a different public key of a contact than the vault. Somebody may be impersonating the
    /// contact there, so the vault's key stays and a security event is recorded. If either key is empty, they do not
    /// differ.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn contact_key_differs(&mut self, id: &ContactId, key: &PublicKey) -> Result<bool, StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let known = self.contact_find(id)?;
        if known.public_key.is_empty() || key.is_empty() || known.public_key == *key {
            return Ok(false);
        }
        self.security_event(&NewSecurityEvent {
            at: self.now(),
            kind: SecurityKind::PublicKeyDiffers,
            severity: if known.is_verified {
                Severity::High
            } else {
                Severity::Medium
            },
            user: None,
            description: if known.is_verified {
                "an import has a public key of a contact that differs from the verified one; the verified key was kept"
            } else {
                "an import has a public key of a contact that differs from the vault's; the vault's key was kept"
            }
            .into(),
            raw_data: Some(json!({ "contact": id, "is_verified": known.is_verified }).into()),
        })?;
        Ok(true)
    }

    /// Marks a contact's key as verified.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Contact`] if the contact has no key; [`StoreError::PublicKey`] for a key
    /// of another program that is too short.
    pub fn contact_verify(&mut self, id: &ContactId) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        verifiable(&self.contact_find(id)?.public_key)?;
        self.verified_write(id, "word")
    }

    /// Marks a contact's key as verified if a safety number from the other side matches: that of the contact's key, or
    /// of it and the vault's own.
    ///
    /// # Errors
    /// Those of [`contact_verify`](Self::contact_verify); [`StoreError::SafetyNumber`] if the number does not match.
    pub fn contact_verify_by(&mut self, id: &ContactId, number: &SafetyNumber) -> Result<(), StoreError> {
        self.permit(&resource(id), Permission::Write)?;
        let key = self.contact_find(id)?.public_key;
        verifiable(&key)?;
        let own = if number.is_of_two() {
            Some(self.own_public_key()?.ok_or(ContactError::NoOwnKey)?)
        } else {
            None
        };
        if safety_number(&key, own.as_ref())? != *number {
            return Err(SafetyNumberError::Differs.into());
        }
        self.verified_write(id, "safety_number")
    }

    fn verified_write(&mut self, id: &ContactId, by: &str) -> Result<(), StoreError> {
        let update = ContactUpdate {
            is_verified: Some(Flag(true)),
            ..ContactUpdate::default()
        };
        self.contact_update(id, &update)?;
        let entry = NewAuditEntry::done(self.now(), Act::ContactVerify);
        self.audit(&entry.on(resource(id)).with(json!({ "by": by })))
    }
}

fn verifiable(key: &PublicKey) -> Result<(), StoreError> {
    if key.is_empty() {
        return Err(ContactError::NothingToVerify.into());
    }
    Ok(key.check_verifiable()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of docs/CRYPTO.md were computed by another program.
    #[test]
    fn the_numbers_of_the_document_are_true() {
        let key = |bytes: std::ops::Range<u8>| PublicKey::new(bytes.collect()).unwrap();
        let (one, other) = (key(0..32), key(32..65));
        let document = include_str!("../../../../docs/CRYPTO.md");
        for (number, golden) in [
            (safety_number(&one, None), "50318 41019 01520 05049 38277 28756"),
            (safety_number(&other, None), "90575 64675 27244 77774 60939 74423"),
            (
                safety_number(&other, Some(&one)),
                "50318 41019 01520 05049 38277 28756 90575 64675 27244 77774 60939 74423",
            ),
        ] {
            assert_eq!(number.unwrap().to_string(), golden);
            assert!(document.contains(&format!("\n{golden}\n")));
        }
    }
}
