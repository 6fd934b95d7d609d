//! Repairs a schema that is not this build's (ADR 0026): removes what no build creates, and creates what is missing or
//! altered.

use privatus_crypto::Secret;
use privatus_domain::{
    Act, NewAuditEntry, NewSecurityEvent, Permission, Resource, ResourceKind, SecurityKind, Severity,
};
use privatus_sqlite::ErrorCode;
use serde_json::json;

use crate::db::real_tables::RealTables;
use crate::db::schema_fault::{SchemaFault, StrangeObject, Wrong};
use crate::db::schema_texts::{month_object, text_of};
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::catalogue::Catalogue;
use crate::partition::schema::{VIEW, refresh_views};
use crate::run::write_durably_on;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};
use crate::vault::rings::unlock_own;

impl Store {
    /// Removes the triggers, views, indexes and tables that no build creates, and creates those that are missing or
    /// altered again. `current` is the password or the recovery code, and `asked` the fault that the user agreed to
    /// have repaired. The audit log names each object; if the log itself must be settled first, the entry is written
    /// after that. Returns whether anything was done; from then on the vault can be written.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`]; [`StoreError::WrongSecret`]; [`StoreError::ReadOnly`];
    /// [`StoreError::DatabaseDamaged`] for an altered table, an extra one that may contain messages, and an object that
    /// cannot be repaired. Nothing is changed then.
    pub fn schema_repair(&self, current: &Secret, asked: &SchemaFault) -> Result<bool, StoreError> {
        let Some(fault) = self.pool.fault() else {
            return Ok(false);
        };
        self.read(|tx| tx.permit(&Resource::every(ResourceKind::Vault), Permission::Admin))?;
        for_a_backup(&fault)?;
        let mut lease = self.pool.writer_for_repair()?;
        unlock_own(&self.files, self.shared.vault_id, current)?;
        let (db, shared) = (lease.db()?, &self.shared);
        let mut entry = None;
        let noted = write_durably_on(db, shared, |tx| {
            let (act, event) = tx.schema_repair(asked)?;
            entry = Some(act.clone());
            tx.audit(&act)?;
            tx.security_event(&event)
        });
        if let Err(error) = noted {
            let Some(act) = entry.filter(|_| !error.is_put_off()) else {
                return Err(error);
            };
            // The log's counters or chain were altered too. Settling comes next and writes this entry.
            write_durably_on(db, shared, |tx| tx.schema_repair(asked).map(drop))?;
            self.audit_note(act);
        }
        self.pool.refuse(None);
        Ok(true)
    }
}

/// Refuses a fault that only a backup can repair.
fn for_a_backup(fault: &SchemaFault) -> Result<(), StoreError> {
    match fault.beyond_repair() {
        Some(object) => Err(StoreError::DatabaseDamaged(format!(
            "{object}, and its rows cannot be trusted; only a backup can repair that"
        ))),
        None => Ok(()),
    }
}

impl ReadTx<'_> {
    /// Returns how the schema currently differs from the one this build creates.
    pub(crate) fn schema_fault(&mut self) -> Result<Option<SchemaFault>, StoreError> {
        let schema = RealTables::read(self.db)?.schema;
        let months = Catalogue::load_again(self.db, 0)?.tables();
        Ok(schema.fault(months.iter().map(String::as_str)))
    }
}

impl WriteTx<'_> {
    /// Repairs the schema; returns the audit entry and the security event to record.
    fn schema_repair(
        &mut self,
        asked: &SchemaFault,
    ) -> Result<(NewAuditEntry, NewSecurityEvent), StoreError> {
        let found = self.schema_fault()?.filter(|found| found == asked);
        let found = found.ok_or(StoreError::Busy("its schema has changed since it was checked"))?;
        for_a_backup(&found)?;
        self.schema_changed = true;
        self.drop_objects(&found)?;
        self.delete_rows_left(&found)?;
        let is_view = |object: &StrangeObject| object.name == VIEW;
        self.make_what_is_missing()?;
        if found.objects().iter().any(is_view) {
            refresh_views(self.db.raw())?;
        }
        if let Some(left) = self.schema_fault()? {
            return Err(StoreError::DatabaseDamaged(format!(
                "its schema cannot be repaired: {left}; restore a backup"
            )));
        }
        let details = json!({ "objects": found.lines() });
        let act = NewAuditEntry::done(self.now(), Act::SchemaRepair)
            .on(Resource::of(ResourceKind::Vault, self.own_id()))
            .with(details.clone());
        let event = NewSecurityEvent {
            at: self.now(),
            kind: SecurityKind::Tampering,
            severity: Severity::Critical,
            user: None,
            description: format!("the schema was not what this build makes, and was repaired: {found}"),
            raw_data: Some(details.into()),
        };
        Ok((act, event))
    }

    /// Drops the objects that SQLite can drop. Dropping one frees the pages that its row names, and whoever plants a
    /// row chooses the page, so the database is first checked for pages that are used twice.
    fn drop_objects(&mut self, found: &SchemaFault) -> Result<(), StoreError> {
        let has_pages = found.objects().iter().any(StrangeObject::has_pages);
        // If SQLite cannot load the schema, the check would not cover all of it.
        let is_sound = !has_pages || !self.db.has_broken_schema() && self.is_each_page_of_one()?;
        for object in found
            .objects()
            .iter()
            .filter(|object| is_sound || !object.has_pages())
        {
            let Some(kind) = object.dropped_as() else {
                continue;
            };
            let name = object.name.replace('"', "\"\"");
            let sql = format!("DROP {kind} IF EXISTS main.\"{name}\"");
            match self.db.raw().execute_batch(&sql) {
                Ok(()) => {}
                // It is not what its row says; delete the row instead.
                Err(error) if error.code == ErrorCode::Sql => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn is_each_page_of_one(&mut self) -> Result<bool, StoreError> {
        let sql = Sql::new("PRAGMA quick_check(1)");
        let said: Option<String> = self.db.row(sql, "check the pages")?;
        Ok(said.as_deref() == Some("ok"))
    }

    /// Deletes the remaining rows: those that SQLite does not recognize, and those whose pages must not be freed.
    fn delete_rows_left(&mut self, found: &SchemaFault) -> Result<(), StoreError> {
        let left = self.schema_fault()?;
        let left = left.iter().flat_map(SchemaFault::objects);
        let strange = found.objects().iter().chain(left);
        let rows: Vec<i64> = strange.filter_map(|object| object.row).collect();
        if rows.is_empty() {
            return Ok(());
        }
        Ok(self.db.raw().delete_schema_rows(&rows)?)
    }

    /// Creates what is missing: indexes, then views, then triggers, since later ones refer to earlier ones.
    fn make_what_is_missing(&mut self) -> Result<(), StoreError> {
        let Some(left) = self.schema_fault()? else {
            return Ok(());
        };
        for kind in ["index", "view", "trigger"] {
            let missing = left.objects().iter();
            for object in missing.filter(|object| object.wrong == Wrong::Missing && object.kind == kind) {
                let sql = text_of(&object.name).map(|object| object.sql.to_owned());
                if let Some(sql) = sql.or_else(|| month_object(&object.name)) {
                    self.db.raw().execute_batch(&sql)?;
                }
            }
        }
        Ok(())
    }
}
