//! Changing the password: one small file, no data re-encrypted (DESIGN section 4).

use privatus_crypto::{KdfCost, Password, Secret};
use privatus_domain::{Act, NewAuditEntry, Permission, Resource, ResourceKind};
use serde_json::{Value, json};

use crate::error::StoreError;
use crate::store::Store;
use crate::tx::WriteTx;
use crate::tx::shared::system_time;
use crate::vault::create::KDF_TARGET;
use crate::vault::rings::newest_ring;

impl Store {
    /// Replaces the password slot. `current` is the old password or the recovery code. Afterwards no file of the vault
    /// opens with the old password; an earlier copy of the folder still does.
    ///
    /// # Errors
    /// [`StoreError::WrongSecret`] when `current` is wrong; [`StoreError::AccessDenied`] for a user that may not do
    /// everything with the vault. The old password stays then.
    pub fn change_password(
        &self,
        current: &Secret,
        new: &Password,
        cost: Option<KdfCost>,
    ) -> Result<(), StoreError> {
        self.check_writable()?;
        self.read(|tx| tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin))?;
        let _lock = self.files.lock_key_ring()?;
        let ring = newest_ring(&self.files)?;
        let unlocked = ring.unlock(current)?;
        let cost = cost.unwrap_or_else(|| KdfCost::calibrate(KDF_TARGET));
        let highest = u64::try_from(self.read(|tx| tx.generation())?).unwrap_or_default();
        let ring = ring.replace_password(&unlocked, new, cost, &system_time().to_sql(), highest)?;
        self.files.write_key_rings(&ring.to_bytes())?;
        let generation = i64::try_from(ring.generation()).unwrap_or(i64::MAX);
        let secret = match current {
            Secret::Password(_) => "password",
            Secret::RecoveryCode(_) => "recovery_code",
        };
        // The key ring is durable by now. Its generation is made so before this returns: a database that forgot it with the
        // power would take the key ring before for the newest. The password is changed all the same when nothing can be
        // noted of it: the next open does.
        let _ = self.write_durably("password_change", |tx| {
            tx.generation_set(generation)?;
            tx.password_changed(json!({ "generation": generation, "with": secret }))
        });
        Ok(())
    }
}

impl WriteTx<'_> {
    /// Writes the change down.
    pub(crate) fn password_changed(&mut self, details: Value) -> Result<(), StoreError> {
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let entry = NewAuditEntry::done(self.now(), Act::PasswordChange);
        self.audit(&entry.on(vault).with(details))
    }
}
