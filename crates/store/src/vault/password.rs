//! Changes the password: one small file, no data is encrypted again (docs/DESIGN.md, section 4).

use std::sync::atomic::Ordering;

use privatus_crypto::{KdfCost, Password, Secret};
use privatus_domain::{Act, NewAuditEntry, Permission, Resource, ResourceKind};
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::shared::system_time;
use crate::vault::create::KDF_TARGET;
use crate::vault::healing::faulty_now;
use crate::vault::rings::{generation_of, unlock_own};

impl Store {
    /// Replaces the password slot. `current` is the old password or the recovery code. Afterwards no file of the vault
    /// opens with the old password, but earlier copies of the folder still do. Once the first copy of the key ring is
    /// in its place, the new password is in force; failures from then on are returned as warnings.
    ///
    /// # Errors
    /// [`StoreError::WrongSecret`] if `current` is wrong; [`StoreError::AccessDenied`] if the user does not have full
    /// access to the vault. The old password then stays in force.
    pub fn change_password(
        &self,
        current: &Secret,
        new: &Password,
        cost: Option<KdfCost>,
    ) -> Result<Vec<String>, StoreError> {
        self.pool.check_writable()?;
        self.read(|tx| tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin))?;
        let _lock = self.files.lock_key_ring()?;
        let (ring, unlocked) = unlock_own(&self.files, self.shared.vault_id, current)?;
        // Both copies are rewritten, which removes the evidence of a faulty one, so record it first.
        let found = faulty_now(&self.files, &unlocked)?;
        if !found.is_empty() {
            self.write_durably("key_ring_heal", |tx| tx.key_rings_faulty(&found))?;
        }
        let cost = cost.unwrap_or_else(|| KdfCost::calibrate(KDF_TARGET));
        let highest = u64::try_from(self.read(|tx| tx.generation())?).unwrap_or_default();
        let ring = ring.replace_password(&unlocked, new, cost, &system_time().to_sql(), highest)?;
        let mut warnings = Vec::new();
        if let Some(error) = self.files.write_key_rings(&ring.to_bytes())? {
            warnings.push(format!(
                "the new password is in force, but a copy of the key ring could not be written: {error}; until an open \
                 rewrites that copy, it opens with the old password"
            ));
        }
        let generation = generation_of(&ring);
        self.shared.ring.fetch_max(ring.generation(), Ordering::Relaxed);
        let secret = match current {
            Secret::Password(_) => "password",
            Secret::RecoveryCode(_) => "recovery_code",
        };
        // The key ring is durable by now. Its generation must be durable too before this returns: if the database lost
        // it in a power failure, it would accept the previous key ring as the newest. If the database cannot be
        // written, the password is changed all the same, and the next open records it.
        let noted = self.write_durably("password_change", |tx| {
            tx.generation_set(generation)?;
            tx.password_changed(json!({ "generation": generation, "with": secret }))
        });
        if let Err(error) = noted {
            warnings.push(format!(
                "the new password is in force, but the database could not record it yet: {}; the next open will",
                error.reason()
            ));
        }
        Ok(warnings)
    }
}

impl WriteTx<'_> {
    /// Records the change.
    pub(crate) fn password_changed(&mut self, details: Value) -> Result<(), StoreError> {
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let entry = NewAuditEntry::done(self.now(), Act::PasswordChange);
        self.audit(&entry.on(vault).with(details))
    }
}

#[cfg(test)]
mod tests {
    use privatus_crypto::{KdfCost, Password, Secret};
    use privatus_sqlite::ErrorCode;
    use privatus_sqlite::fault::FaultVfs;

    use crate::testing::{Vault, clock, options, secret, unlock};
    use crate::vault::files::RINGS;
    use crate::vault::ring_copies::failing;
    use crate::{Store, StoreError, VaultOptions};

    fn another() -> Password {
        Password::new("another").unwrap()
    }

    /// Changes the password while writing one copy of the key ring fails.
    fn change(store: &Store, failing_copy: Option<&'static str>) -> Result<Vec<String>, StoreError> {
        failing::fail(failing_copy);
        let changed = store.change_password(&secret(), &another(), Some(KdfCost::minimum()));
        failing::fail(None);
        changed
    }

    #[test]
    fn a_change_is_done_once_the_first_copy_is_in_its_place() {
        let [first, second] = RINGS;
        let vault = Vault::new();
        assert!(change(&vault.store, Some(first)).is_err());
        let told = change(&vault.store, Some(second)).unwrap();
        assert!(
            matches!(told.as_slice(), [one] if one.contains("is in force, but a copy")),
            "{told:?}"
        );
        let (_folder, path) = vault.lock();
        assert!(matches!(unlock(&path), Err(StoreError::WrongSecret)));
        let new = Secret::Password(another());
        let store = Store::unlock(&path, &new, &options(clock)).unwrap();
        let told = store.warnings().join("\n");
        assert!(told.contains("it was rewritten"), "{told}");
    }

    #[test]
    fn a_database_that_does_not_know_of_a_change_yet_is_told_of() {
        const NAME: &str = "password-and-a-full-disk";
        let faults = FaultVfs::register(NAME).unwrap();
        let vault = Vault::with(&VaultOptions {
            vfs: Some(NAME.into()),
            ..options(clock)
        });
        faults.fail_writes_after(0, ErrorCode::Full);
        let told = change(&vault.store, None).unwrap();
        assert!(
            matches!(told.as_slice(), [one] if one.contains("could not record it yet")),
            "{told:?}"
        );
        faults.disarm();
    }
}
