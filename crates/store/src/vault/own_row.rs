//! Reads the vault's own row as it is, whatever was put there: the value of each column, if it is one that a build
//! writes.

use std::collections::BTreeMap;

use privatus_domain::{
    Act, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity, Timestamp,
};
use serde_json::json;

use crate::audit::told::Told;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::store::Store;
use crate::tx::{ReadTx, WriteTx};
use crate::upgrade::older_rows::RULES_VERSION;

const ROW: &str = "SELECT iif(typeof(vault_id) = 'blob', vault_id, x''), \
                   iif(typeof(highest_generation) = 'integer', highest_generation, NULL), \
                   iif(typeof(next_key_number) = 'integer', next_key_number, NULL), \
                   iif(typeof(created_at) = 'text', CAST(created_at AS BLOB), x''), \
                   iif(typeof(settled_version) = 'integer', settled_version, NULL), \
                   (SELECT count(*) FROM vault_state WHERE id <> 1) FROM vault_state WHERE id = 1";

/// The creation time of the key for hashing ids is that of the vault.
const SET: &str = "UPDATE vault_state SET vault_id = ?, created_at = iif(?, created_at, \
                   coalesce((SELECT created_at FROM key_store WHERE key_type = 'id' AND scope = 'ids' \
                   AND typeof(created_at) = 'text' AND created_at GLOB '????-??-?? ??:??:??.???'), ?)), \
                   settled_version = iif(typeof(settled_version) = 'integer' AND settled_version BETWEEN 0 AND ?, \
                   settled_version, ?) WHERE id = 1";
const INSERT: &str = "INSERT INTO vault_state (id, vault_id, highest_generation, next_key_number, created_at, settled_version) \
                      VALUES (1, ?, ?, ?, ?, ?)";

/// The row of `vault_state`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OwnRow {
    /// Whether there is a row.
    is_there: bool,
    /// Whether it names this vault.
    is_ours: bool,
    pub(crate) generation: Option<i64>,
    pub(crate) next_key: Option<i64>,
    is_dated: bool,
    pub(crate) settled: Option<i64>,
    /// How many other rows there are.
    others: i64,
}

/// Describes a column whose value no build writes.
pub(crate) fn odd_mark(column: &str) -> String {
    format!("vault_state.{column} has a value that no build writes")
}

/// Returns such a column as an error for code that needs it.
pub(crate) fn odd_mark_error(column: &str) -> StoreError {
    let what = odd_mark(column);
    StoreError::DatabaseDamaged(format!(
        "{what}: it was altered; settle the audit log and accept the loss to repair it"
    ))
}

impl OwnRow {
    /// A row that was not altered.
    const fn whole() -> Self {
        Self {
            is_there: true,
            is_ours: true,
            generation: None,
            next_key: None,
            is_dated: true,
            settled: Some(RULES_VERSION),
            others: 0,
        }
    }

    /// Describes the columns whose values no build writes. The numbers are compared with other sources elsewhere.
    pub(crate) fn told(&self) -> Vec<String> {
        if !self.is_there {
            return vec!["vault_state does not have the vault's own row".to_owned()];
        }
        let is_settled = self
            .settled
            .is_some_and(|version| (0..=RULES_VERSION).contains(&version));
        let odd = [
            ("vault_id", self.is_ours),
            ("highest_generation", self.generation.is_some()),
            ("next_key_number", self.next_key.is_some()),
            ("created_at", self.is_dated),
            ("settled_version", is_settled),
        ];
        let odd = odd.into_iter().filter(|(_, holds)| !holds);
        let mut told: Vec<String> = odd.map(|(column, _)| odd_mark(column)).collect();
        if self.others != 0 {
            told.push("vault_state has rows other than the vault's own".to_owned());
        }
        told
    }
}

impl ReadTx<'_> {
    /// Reads the row as it is.
    pub(crate) fn own_row(&mut self) -> Result<OwnRow, StoreError> {
        type Values = (Vec<u8>, Option<i64>, Option<i64>, Vec<u8>, Option<i64>, i64);
        let row: Option<Values> = self.db.row(Sql::new(ROW), "read vault_state")?;
        let Some((vault_id, generation, next_key, created_at, settled, others)) = row else {
            return Ok(OwnRow::default());
        };
        let created_at = str::from_utf8(&created_at).ok();
        Ok(OwnRow {
            is_there: true,
            is_ours: vault_id == self.shared.vault_id.as_bytes(),
            generation,
            next_key,
            is_dated: created_at.is_some_and(|at| Timestamp::parse(at).is_ok_and(|time| time.to_sql() == at)),
            settled,
            others,
        })
    }
}

impl WriteTx<'_> {
    /// Rewrites the row from other sources: which vault it is, when it was created, and that its rows follow the
    /// current rules.
    pub(crate) fn own_row_put_right(&mut self, own: &OwnRow) -> Result<(), StoreError> {
        let doing = "repair vault_state";
        if own.others != 0 {
            self.db
                .run(Sql::new("DELETE FROM vault_state WHERE id <> 1"), doing)?;
        }
        let told = own.told();
        if told.is_empty() {
            return Ok(());
        }
        let (id, now) = (self.shared.vault_id, self.now().to_sql());
        if own.is_there {
            let sql = Sql::new(SET)
                .bind(id.as_bytes().as_slice())
                .bind(own.is_dated)
                .bind(now.as_str())
                .bind(RULES_VERSION)
                .bind(RULES_VERSION);
            return self.db.run_one(sql, doing);
        }
        let generation = self.shared.ring_generation().max(self.generation_named()?);
        let next = i64::from(self.keys_survey(&BTreeMap::new(), None)?.highest).saturating_add(1);
        let sql = Sql::new(INSERT)
            .bind(id.as_bytes().as_slice())
            .bind(generation)
            .bind(next)
            .bind(now.as_str())
            .bind(RULES_VERSION);
        self.db.run_one(sql, doing)
    }

    /// Repairs the row when a vault is opened, because nothing is written correctly without it, and records that.
    pub(crate) fn own_row_heal(&mut self, own: &OwnRow) -> Result<(), StoreError> {
        self.own_row_put_right(own)?;
        let (at, told) = (self.now(), own.told());
        let details = json!({ "put_right": told });
        self.security_event(&NewSecurityEvent {
            at,
            kind: SecurityKind::Tampering,
            severity: Severity::Critical,
            user: None,
            description: format!(
                "the vault's own row was altered and repaired: {}",
                told.join("; ")
            ),
            raw_data: Some(details.clone().into()),
        })?;
        let vault = Resource::of(ResourceKind::Vault, self.own_id());
        let entry = NewAuditEntry::done(at, Act::OwnRowRepair).on(vault);
        self.audit(&entry.with(details))
    }
}

impl Store {
    /// Warns about faults in the vault's own row and in the key for hashing ids.
    pub(super) fn own_row_tell(&mut self) -> OwnRow {
        let looked = self.read(|tx| {
            let own = tx.own_row()?;
            let mut told = own.told();
            told.extend(Told::of(tx.keys_survey(&BTreeMap::new(), None)?.told().cloned()));
            Ok::<_, StoreError>((own, told))
        });
        let (own, told) = looked.unwrap_or_else(|error| (OwnRow::whole(), vec![error.reason()]));
        let way = "settle the audit log and accept the loss to repair it";
        // If only this column is wrong, this open updates the rows and sets it.
        let by_open = "this open repairs it";
        let way_of = |what: &str| {
            if what.contains("settled_version") {
                by_open
            } else {
                way
            }
        };
        self.warnings
            .extend(told.iter().map(|what| format!("{what}; {}", way_of(what))));
        own
    }

    /// Repairs the row if it is missing or names another vault. What it should contain is known from elsewhere.
    pub(super) fn own_row_heal(&mut self, own: OwnRow) {
        if own.is_there && own.is_ours {
            return;
        }
        let healed = self.write_durably("own_row", |tx| tx.own_row_heal(&own));
        match healed {
            Ok(()) => self.warnings.push("the vault's own row was repaired".to_owned()),
            healed => self.put_off(healed, "the vault's own row could not be repaired"),
        }
    }
}
