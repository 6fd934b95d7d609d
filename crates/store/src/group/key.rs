//! A group's own key, which seals its settings and its members' permissions. After a member leaves, the group uses a
//! new key.

use std::sync::Arc;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use privatus_crypto::{Context, TableKey};
use privatus_domain::{Act, ContactId, GroupId, GroupSettings, JsonText, MemberPermissions, NewAuditEntry};
use privatus_schema::{DbId, SqlText, group_members, groups};
use serde_json::json;

use super::read::{member_row_id, resource};
use crate::db::hot;
use crate::db::one_row::not_taken;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::keys::role::KeyRole;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// Returns the group's key. Creates it if needed, and records its number in the group's row.
    pub(super) fn group_key(&mut self, group: &GroupId) -> Result<(u32, Arc<TableKey>), StoreError> {
        let id = group.to_string();
        let (number, key) = self.key_ensure(KeyRole::Group(&id))?;
        self.group_key_name(&id, number)?;
        Ok((number, key))
    }

    /// Records the number of the group's key in its row.
    pub(crate) fn group_key_name(&mut self, group: &str, number: u32) -> Result<(), StoreError> {
        let number = number.to_string();
        let sql = Sql::new(hot::GROUP_KEY_NOTE);
        let sql = sql.bind(number.as_str()).bind(group).bind(number.as_str());
        if self.db.run(sql, "note a group's key")? == 1 {
            return Ok(());
        }
        // Either the number was recorded already, or the write had no effect.
        let is_named = self.db.ask("look for a group's key", |db| {
            let named = groups::key_id.eq(SqlText(number.as_str()));
            select(exists(groups::table.find(DbId(group)).filter(named))).get_result::<bool>(db)
        })?;
        if is_named {
            Ok(())
        } else {
            Err(not_taken("note a group's key"))
        }
    }

    fn group_seal(
        &mut self,
        group: &GroupId,
        (table, column): (&str, &str),
        row_id: &[u8],
        text: &JsonText,
    ) -> Result<Vec<u8>, StoreError> {
        let (key_number, key) = self.group_key(group)?;
        let context = Context {
            vault: &self.shared.vault_id,
            table,
            column,
            row_id,
            key_number,
        };
        let mut envelope = Vec::new();
        // It usually replaces another value, so its random bytes are drawn unbuffered.
        key.reseal_into(&context, text.as_str().as_bytes(), &mut envelope)?;
        Ok(envelope)
    }

    /// Seals a group's settings into its row.
    pub(super) fn group_settings_set(
        &mut self,
        group: &GroupId,
        settings: &GroupSettings,
    ) -> Result<(), StoreError> {
        let row_id = group.as_id().canonical();
        let sealed = settings
            .as_json()
            .map(|text| self.group_seal(group, ("groups", "settings"), &row_id, text))
            .transpose()?;
        let id = group.to_string();
        let sql = Sql::new(hot::GROUP_SETTINGS)
            .bind(sealed.as_deref())
            .bind(id.as_str());
        self.db.run_one(sql, "set a group's settings")
    }

    /// Seals a member's permissions into its row.
    pub(super) fn member_permissions_set(
        &mut self,
        group: &GroupId,
        contact: &ContactId,
        permissions: &MemberPermissions,
    ) -> Result<(), StoreError> {
        let row_id = member_row_id(group, contact);
        let sealed = permissions
            .as_json()
            .map(|text| self.group_seal(group, ("group_members", "permissions"), &row_id, text))
            .transpose()?;
        let (id, contact) = (group.to_string(), contact.to_string());
        let sql = Sql::new(hot::MEMBER_PERMISSIONS_SET);
        let sql = sql
            .bind(sealed.as_deref())
            .bind(id.as_str())
            .bind(contact.as_str());
        self.db.run_one(sql, "set a member's permissions")
    }

    /// Gives a group a new key: seals the existing values again under it, and destroys the old key.
    pub(super) fn group_key_rotate(&mut self, group: &GroupId) -> Result<(), StoreError> {
        let settings = self.group_find(group)?.settings;
        let holders: Vec<DbId> = self.db.ask("list sealed permissions", |db| {
            group_members::table
                .filter(group_members::group_id.eq(DbId(group.to_string())))
                .filter(group_members::permissions.is_not_null())
                .select(group_members::contact_id)
                .load(db)
        })?;
        let mut permissions = Vec::with_capacity(holders.len());
        for contact in holders {
            let contact: ContactId = contact.0.parse().map_err(StoreError::from)?;
            let member = self.member_find(group, &contact)?;
            permissions.extend(member.map(|member| (contact, member.permissions)));
        }
        let old = self.group_key_destroy(group)?;
        let (new, _) = self.group_key(group)?;
        self.group_settings_set(group, &settings)?;
        for (contact, permissions) in &permissions {
            self.member_permissions_set(group, contact, permissions)?;
        }
        let details = json!({ "from": old, "to": new });
        let entry = NewAuditEntry::done(self.now(), Act::GroupKeyRotate);
        self.audit(&entry.on(resource(group)).with(details))
    }

    /// Destroys a group's key by emptying its row. Returns its number.
    pub(super) fn group_key_destroy(&mut self, group: &GroupId) -> Result<Option<u32>, StoreError> {
        let Some(number) = self.key_number(KeyRole::Group(&group.to_string()))? else {
            return Ok(None);
        };
        let sql = Sql::new(hot::KEY_DESTROY).bind(i64::from(number));
        self.db.run_one(sql, "destroy a key")?;
        // A trigger could have restored it.
        if self.key_number(KeyRole::Group(&group.to_string()))?.is_some() {
            return Err(not_taken("destroy a key"));
        }
        self.key_forget(number);
        Ok(Some(number))
    }
}

#[cfg(test)]
mod tests {
    use privatus_domain::{DisplayName, GroupKind, NewGroup, NewMember};

    use super::*;
    use crate::testing::{Vault, contact};

    /// Returns the numbers of the group's keys, and whether each still exists.
    fn keys(vault: &Vault) -> Vec<(i64, bool)> {
        let sql = "SELECT key_number, length(encrypted_key) > 0 FROM key_store WHERE key_type = 'group' \
                   ORDER BY key_number";
        vault
            .store
            .read(|tx| tx.db.rows(Sql::new(sql), "read the keys"))
            .unwrap()
    }

    #[test]
    fn who_leaves_leaves_with_an_old_key() {
        let vault = Vault::new();
        contact(&vault.store, "bob");
        let (team, bob, own): (GroupId, ContactId, ContactId) = (
            "team".parse().unwrap(),
            "bob".parse().unwrap(),
            vault.store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap(),
        );
        let settings = GroupSettings::new(r#"{"slow_mode_seconds":9,"more":[1.50]}"#).unwrap();
        let permissions = MemberPermissions::new(r#"{"write":false}"#).unwrap();
        vault
            .store
            .write("group", |tx| {
                let new = NewGroup {
                    settings: settings.clone(),
                    ..NewGroup::new(
                        team.clone(),
                        DisplayName::new("Team")?,
                        GroupKind::Private,
                        tx.now(),
                    )
                };
                tx.group_create(&new)?;
                for name in ["alice", "bob"] {
                    let new = NewMember::new(name.parse()?, DisplayName::new(name)?);
                    tx.group_member_add(&team, &new, &own)?;
                    tx.member_permissions(&team, &name.parse()?, &permissions, &own)?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        let before = keys(&vault);
        assert_eq!(before.len(), 1);
        vault
            .store
            .write("remove", |tx| tx.group_member_remove(&team, &bob, &own))
            .unwrap();
        let after = keys(&vault);
        let old = before.first().unwrap().0;
        assert_eq!(after.first(), Some(&(old, false)), "destroyed");
        assert_eq!(after.len(), 2);
        let named = "SELECT CAST(key_id AS INTEGER) FROM groups";
        let named: Option<i64> = vault.store.read(|tx| tx.db.row(Sql::new(named), "read")).unwrap();
        assert_eq!(named, after.last().map(|(number, _)| *number));
        let (group, alice) = vault
            .store
            .read(|tx| {
                Ok::<_, StoreError>((tx.group_by_id(&team)?, tx.group_member(&team, &"alice".parse()?)?))
            })
            .unwrap();
        assert_eq!((group.settings, alice.permissions), (settings, permissions));
        assert_eq!(vault.verify().problems, Vec::<String>::new());
        // The old key is not used for anything later, even if it was in memory.
        let changed = GroupSettings::new(r#"{"slow_mode_seconds":10}"#).unwrap();
        vault
            .store
            .write("change", |tx| tx.group_settings_set(&team, &changed))
            .unwrap();
        let sealed = "SELECT settings FROM groups";
        let sealed: Option<Vec<u8>> = vault
            .store
            .read(|tx| tx.db.row(Sql::new(sealed), "read"))
            .unwrap();
        let number = privatus_crypto::envelope_key_number(&sealed.unwrap()).unwrap();
        assert_eq!(Some(i64::from(number)), named);
    }

    #[test]
    fn a_rotation_that_is_given_up_leaves_the_old_key() {
        let vault = Vault::new();
        let team: GroupId = "team".parse().unwrap();
        let settings = GroupSettings::new(r#"{"a":1}"#).unwrap();
        vault
            .store
            .write("group", |tx| {
                let new = NewGroup {
                    settings: settings.clone(),
                    ..NewGroup::new(
                        team.clone(),
                        DisplayName::new("Team")?,
                        GroupKind::Secret,
                        tx.now(),
                    )
                };
                tx.group_create(&new)
            })
            .unwrap();
        let before = keys(&vault);
        let given_up: Result<(), StoreError> = vault.store.write("rotate", |tx| {
            tx.group_key_rotate(&team)?;
            Err(StoreError::Interrupted)
        });
        given_up.unwrap_err();
        assert_eq!(keys(&vault), before);
        let group = vault.store.read(|tx| tx.group_by_id(&team)).unwrap();
        assert_eq!(group.settings, settings);
        assert_eq!(vault.verify().problems, Vec::<String>::new());
    }
}
