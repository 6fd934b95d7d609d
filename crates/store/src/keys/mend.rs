//! Repairs the rows of `key_store` after a survey that the caller agreed to.

use privatus_crypto::KEY_WRAP_ALGORITHM;
use privatus_domain::KeyKind;

use super::role::KeyRole;
use super::survey::KeySurvey;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::partition::table::PartitionTable;
use crate::tx::WriteTx;

const INSERT: &str = "INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm, created_at, \
                      expires_at, last_used, usage_count) VALUES (?, ?, ?, ?, ?, ?, coalesce(?, ?), ?, ?, ?)";

impl WriteTx<'_> {
    /// Removes rows that do not belong, and writes a row for each assigned number.
    pub(crate) fn keys_put_right(&mut self, survey: &KeySurvey) -> Result<(), StoreError> {
        let doing = "repair a row of key_store";
        // A month refers to a key's row that is deleted and written again.
        self.db
            .run(Sql::new("PRAGMA defer_foreign_keys = ON"), "begin to repair keys")?;
        for (rowid, number) in &survey.out {
            let sql = Sql::new("DELETE FROM key_store WHERE rowid = ?").bind(*rowid);
            self.db.run_one(sql, doing)?;
            number.iter().for_each(|number| self.key_forget(*number));
        }
        let now = self.now().to_sql();
        for row in &survey.written {
            let id = row.number.to_string();
            let sql = Sql::new(INSERT)
                .bind(id.as_str())
                .bind(i64::from(row.number))
                .bind(row.kind.as_str())
                .bind(row.scope.as_str())
                .bind(row.wrapped.as_slice())
                .bind(KEY_WRAP_ALGORITHM)
                .bind(row.created_at.as_deref())
                .bind(now.as_str())
                .bind(row.expires_at.as_deref())
                .bind(row.last_used.as_deref())
                .bind(row.usage);
            self.db.run_one(sql, doing)?;
            self.key_forget(row.number);
        }
        Ok(())
    }

    /// Creates a new key for each place that lost its key, and makes months and groups name their own key.
    pub(crate) fn keys_made_anew(&mut self, survey: &KeySurvey) -> Result<(), StoreError> {
        for (kind, scope) in &survey.bare {
            // Months and groups are handled below.
            match scope.split_once('.') {
                _ if kind == KeyKind::Audit.as_str() => self.key_made(KeyRole::Audit)?,
                Some((table, column)) => self.key_made(KeyRole::Column(table, column))?,
                None => continue,
            };
        }
        for group in &survey.groups {
            let id = group.to_string();
            let number = self.key_made(KeyRole::Group(&id))?.to_string();
            let sql = Sql::new("UPDATE groups SET key_id = ? WHERE group_id = ?");
            let sql = sql.bind(number.as_str()).bind(group);
            self.db.run_one(sql, "name a group's key")?;
        }
        let doing = "name a month's key";
        for month in &survey.months {
            let number = self.key_made(KeyRole::Month(*month))?;
            let id = number.to_string();
            let sql = Sql::new("UPDATE partitions SET key_id = ? WHERE partition = ?");
            self.db
                .run_one(sql.bind(id.as_str()).bind(month.number()), doing)?;
            if self.partitions.contains_key(month) {
                let table = PartitionTable::new(*month, number).into();
                std::sync::Arc::make_mut(&mut self.partitions).insert(*month, table);
            }
        }
        if !survey.months.is_empty() {
            // Other connections read the catalogue again when the schema version changes.
            self.views_refresh()?;
        }
        Ok(())
    }
}
