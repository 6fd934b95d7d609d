//! Rows of `usage_statistics`: what was done each day.

use std::collections::BTreeMap;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::limits::STATISTIC_VALUE;
use privatus_domain::{Day, KnownSetting, Permission, Resource, ResourceKind, Statistic, Usage};
use privatus_schema::{SqlDate, SqlInt, SqlText, usage_statistics};

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::{Rule, StoreError};
use crate::tx::gathered::Gathered;
use crate::tx::{ReadTx, WriteTx};

/// A row of `usage_statistics`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = usage_statistics, check_for_backend(Sqlite))]
struct StatisticRow {
    date: SqlDate,
    metric: SqlText,
    value: Option<SqlInt>,
}

impl ReadTx<'_> {
    /// Returns what was done on each day, starting with `since`; days without activity are left out.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] if the user may not read the whole vault.
    pub fn usage_days(&mut self, since: Day) -> Result<Vec<(Day, Usage)>, StoreError> {
        let mut days: BTreeMap<Day, Usage> = BTreeMap::new();
        for row in self.statistics()? {
            if row.date >= since {
                let value = u64::try_from(row.value).unwrap_or_default();
                days.entry(row.date).or_default().put(&row.metric, value);
            }
        }
        Ok(days
            .into_iter()
            .filter(|(_, usage)| *usage != Usage::default())
            .collect())
    }

    /// Returns every row, by day and name, including those of other applications.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] if the user may not read the whole vault.
    pub fn statistics(&mut self) -> Result<Vec<Statistic>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Read)?;
        let rows = self.db.ask("read the statistics", |db| {
            usage_statistics::table
                .order((usage_statistics::date, usage_statistics::metric))
                .select(StatisticRow::as_select())
                .load(db)
        })?;
        let statistic = |row: StatisticRow| {
            let date = Day::parse(&row.date.0).map_err(StoreError::from);
            Ok(Statistic {
                date: date.map_err(|error| {
                    error.of_row(&format!("statistic {} of {}", row.metric.0, row.date.0))
                })?,
                metric: row.metric.0,
                value: row.value.unwrap_or_default().0,
            })
        };
        rows.into_iter().map(statistic).collect()
    }
}

impl WriteTx<'_> {
    /// Writes a row from an export; returns `false` if the day already has one with this name, which is left unchanged.
    ///
    /// # Errors
    /// [`StoreError::Rule`] for a figure that the store cannot have counted; [`StoreError::AccessDenied`] if the user
    /// does not have full access to the vault.
    pub fn statistic_restore(&mut self, row: &Statistic) -> Result<bool, StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Admin)?;
        row.check().map_err(Rule::from)?;
        let date = row.date.to_string();
        let sql = Sql::new(hot::STATISTIC_RESTORE)
            .bind(date.as_str())
            .bind(row.metric.as_str())
            .bind(row.value);
        let doing = "write a statistic";
        let added = self.db.run(sql, doing)?;
        self.db.kept(added, doing, |db| {
            let row = usage_statistics::table
                .filter(usage_statistics::date.eq(SqlDate(date.as_str())))
                .filter(usage_statistics::metric.eq(SqlText(row.metric.as_str())));
            select(exists(row)).get_result(db)
        })
    }

    /// Writes the gathered figures, or drops them if the setting says so. Figures that cannot be written are lost: a
    /// statistic never makes a transaction fail.
    pub(crate) fn statistics_write(&mut self) {
        let gathered = self.shared.statistics.take();
        if gathered.0.is_empty() {
            return;
        }
        // The figures belong to the vault, whichever user the session acts for.
        let user = self.user.take();
        if self.gathers() {
            if let Err(error) = self.gathered_write(&gathered) {
                tracing::debug!(%error, "statistics were not written");
            }
            self.gathered = Some(gathered);
        }
        self.user = user;
    }

    fn gathers(&mut self) -> bool {
        // Not a read by the user, so it ignores the session's grants.
        let set = self.setting_known(None, KnownSetting::MetricsEnabled);
        !matches!(set, Ok(Some(serde_json::Value::Bool(false))))
    }

    fn gathered_write(&mut self, gathered: &Gathered) -> Result<(), StoreError> {
        for (day, of_day) in &gathered.0 {
            let date = day.to_string();
            for (name, value) in of_day.usage.named().into_iter().filter(|(_, value)| *value > 0) {
                let sql = Sql::new(hot::STATISTIC_ADD).bind(date.as_str()).bind(name).bind(
                    i64::try_from(value)
                        .unwrap_or(STATISTIC_VALUE)
                        .min(STATISTIC_VALUE),
                );
                self.db.run_one(sql, "write a statistic")?;
            }
            self.metrics_write(*day, &of_day.times)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use privatus_domain::{Histogram, Timestamp};
    use serde_json::json;

    use super::*;
    use crate::testing::{Vault, message, options, unlock_at};
    use crate::tx::key_cache::EVERY_MS;
    use crate::{PageStart, Store};

    const START: i64 = 1_750_000_000_000;
    const DAY_MS: i64 = 86_400_000;

    thread_local! {
        static LATER: Cell<i64> = const { Cell::new(0) };
    }

    fn clock() -> Timestamp {
        Timestamp::from_unix_ms(START + LATER.get()).unwrap()
    }

    fn go_on(ms: i64) {
        LATER.set(LATER.get() + ms);
    }

    fn send(vault: &Vault, id: &str) {
        let new = message(id, "2025-06-01T00:00:00Z");
        vault
            .store
            .write("send", |tx| tx.message_insert(&vault.chat, &new))
            .unwrap();
    }

    fn rows(store: &Store) -> Vec<(String, String, i64)> {
        let rows = store.read(|tx| tx.statistics()).unwrap();
        rows.into_iter()
            .map(|row| (row.date.to_string(), row.metric, row.value))
            .collect()
    }

    fn usage(store: &Store) -> Vec<(String, Usage)> {
        let since = Day::of(clock()).before(100);
        let days = store.read(|tx| tx.usage_days(since)).unwrap();
        days.into_iter()
            .map(|(day, usage)| (day.to_string(), usage))
            .collect()
    }

    fn sends(store: &Store) -> u64 {
        let times = store
            .read(|tx| tx.transaction_times(Day::of(clock()).before(100)))
            .unwrap();
        times.get("send").map_or(0, Histogram::count)
    }

    #[test]
    fn figures_are_written_once_a_minute_and_on_close_by_their_day() {
        let vault = Vault::with(&options(clock));
        (0..5).for_each(|number| send(&vault, &format!("a{number}")));
        vault.receive(&[("history", "2025-06-02T00:00:00Z")]);
        let start = PageStart::Newest;
        vault
            .store
            .read(|tx| tx.messages_page(&vault.chat, &start, 9))
            .unwrap();
        let rolled_back = vault.store.write("send", |tx| {
            tx.message_insert(&vault.chat, &message("never", "2025-06-01T00:00:00Z"))?;
            Err::<(), _>(StoreError::Interrupted)
        });
        assert!(rolled_back.is_err());
        assert_eq!(rows(&vault.store), [], "not for each message");
        go_on(EVERY_MS);
        send(&vault, "b0");
        let first = [("chats_opened", 1), ("message_bytes", 60), ("messages_in", 6)]
            .map(|(name, value)| ("2025-06-15".to_owned(), name.to_owned(), value));
        assert_eq!(
            rows(&vault.store),
            first,
            "written after the transaction, with what it did"
        );
        assert_eq!(
            sends(&vault.store),
            6,
            "the one that was given up took its time too"
        );
        // The next day, and a clock that is set back by a day: each figure is counted on its own day.
        go_on(DAY_MS);
        send(&vault, "c0");
        go_on(-DAY_MS);
        send(&vault, "d0");
        let (_folder, path) = vault.lock();
        let store = unlock_at(&path, clock).unwrap();
        let usages: Vec<_> = usage(&store)
            .into_iter()
            .map(|(day, usage)| (day, usage.messages_in))
            .collect();
        assert_eq!(
            usages,
            [("2025-06-15".to_owned(), 7), ("2025-06-16".to_owned(), 1)]
        );
        assert_eq!(sends(&store), 9);
        let counted: Option<i64> = {
            let sql = Sql::new("SELECT count(*) FROM performance_metrics WHERE metric_name = 'send'");
            store.read(|tx| tx.db.row(sql, "count")).unwrap()
        };
        assert_eq!(counted, Some(2), "a row a name and day");
    }

    #[test]
    fn a_setting_ends_it_and_rows_of_metrics_go_after_thirty_days() {
        let vault = Vault::with(&options(clock));
        vault.sql(
            "INSERT INTO performance_metrics (timestamp, metric_name, category, metadata) VALUES \
             ('2020-01-01 00:00:00.000', 'latency', NULL, '{}'), \
             ('2025-05-15 00:00:00.000', 'send', 'transaction', '{\"other\":1}'), \
             ('2025-05-16 00:00:00.000', 'send', 'transaction', '{}'), \
             ('2025-06-15 00:00:00.000', 'send', 'transaction', 'no JSON')",
        );
        send(&vault, "a0");
        go_on(EVERY_MS);
        send(&vault, "a1");
        let dates = || -> Vec<String> {
            let sql = Sql::new(
                "SELECT timestamp FROM performance_metrics WHERE metric_name <> 'read' ORDER BY timestamp",
            );
            let all: Vec<String> = vault.store.read(|tx| tx.db.rows(sql, "list")).unwrap();
            all.into_iter()
                .filter_map(|at| Some(at.get(..10)?.to_owned()))
                .collect()
        };
        assert_eq!(
            dates(),
            ["2020-01-01", "2025-05-16", "2025-06-15", "2025-06-15"],
            "another's row stays"
        );
        assert_eq!(sends(&vault.store), 1);

        let key = KnownSetting::MetricsEnabled.key();
        let set = |value: serde_json::Value| {
            vault
                .store
                .write("set", |tx| tx.setting_set("", &key, value, tx.now()))
                .unwrap();
        };
        set(json!(false));
        let before = rows(&vault.store);
        go_on(EVERY_MS);
        send(&vault, "b0");
        go_on(EVERY_MS);
        send(&vault, "b1");
        assert_eq!(rows(&vault.store), before);
        set(json!(true));
        send(&vault, "c0");
        go_on(EVERY_MS);
        send(&vault, "c1");
        assert_ne!(rows(&vault.store), before);
    }

    #[test]
    fn a_figure_ends_at_the_most_that_one_counts() {
        let vault = Vault::with(&options(clock));
        let most = STATISTIC_VALUE;
        let row = Statistic {
            date: Day::of(clock()),
            metric: "messages_in".into(),
            value: most,
        };
        vault
            .store
            .write("restore", |tx| tx.statistic_restore(&row))
            .unwrap();
        send(&vault, "a0");
        go_on(EVERY_MS);
        send(&vault, "a1");
        let counted = rows(&vault.store);
        assert!(
            counted.contains(&(row.date.to_string(), row.metric, most)),
            "{counted:?}"
        );
        assert!(counted.len() > 1, "{counted:?}");
        let found = vault.store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
    }

    #[test]
    fn what_cannot_be_written_is_no_reason_to_fail_and_what_is_rolled_back_is_kept() {
        let vault = Vault::with(&options(clock));
        send(&vault, "a0");
        // The figures wait for the next write, and the transaction's work is kept.
        vault.sql(
            "CREATE TRIGGER fail BEFORE UPDATE OF usage_count ON key_store BEGIN SELECT RAISE(ABORT, 'no'); END",
        );
        go_on(EVERY_MS);
        send(&vault, "a1");
        assert_eq!(usage(&vault.store), []);
        vault.sql("DROP TRIGGER fail");
        go_on(EVERY_MS);
        send(&vault, "a2");
        assert_eq!(
            usage(&vault.store).first().map(|(_, usage)| usage.messages_in),
            Some(3)
        );
        assert_eq!(sends(&vault.store), 2);
        vault.sql("DROP TABLE usage_statistics");
        go_on(EVERY_MS);
        send(&vault, "a3");
        vault.store.read(|tx| tx.message_by_id(&"a3".parse()?)).unwrap();
    }
}
