//! Rows of `performance_metrics`: how long transactions took, one row for each name and day.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_domain::{Day, Histogram, Permission, Resource, ResourceKind};
use privatus_schema::{SqlInt, SqlReal, SqlText, SqlTime, TimeText, performance_metrics};
use serde::{Deserialize, Serialize};

use crate::db::hot;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// How many days rows are stored.
const KEPT_DAYS: u32 = 30;

/// `category` of the store's own rows.
const CATEGORY: &str = "transaction";

/// A row of `performance_metrics`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = performance_metrics, check_for_backend(Sqlite))]
struct MetricRow {
    metric_id: SqlInt,
    metric_name: SqlText,
    metadata: Option<SqlText>,
}

/// A new row, for a day that has none with this name.
#[derive(Insertable)]
#[diesel(table_name = performance_metrics)]
struct NewMetricRow<'a> {
    timestamp: SqlTime<&'a str>,
    metric_name: SqlText<&'a str>,
    metric_value: SqlReal,
    unit: SqlText<&'a str>,
    category: SqlText<&'a str>,
    metadata: SqlText<&'a str>,
}

/// `metadata`: the figures in microseconds, and the counts they are computed from.
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
struct Metadata {
    count: u64,
    p50: u64,
    p95: u64,
    max: u64,
    buckets: Vec<(usize, u64)>,
}

impl Metadata {
    fn of(histogram: &Histogram) -> Self {
        Self {
            count: histogram.count(),
            p50: histogram.percentile(50),
            p95: histogram.percentile(95),
            max: histogram.max(),
            buckets: histogram.buckets().collect(),
        }
    }

    /// Returns whether the text is what a build writes: its figures follow from its counts.
    fn is_written(text: &SqlText) -> bool {
        let read: Option<Self> = serde_json::from_str(&text.0).ok();
        read.is_some_and(|read| {
            let again = Histogram::from_buckets(read.buckets.iter().copied(), read.max);
            Self::of(&again) == read
        })
    }

    /// Reads the counts; figures in another form start from zero, as they are only statistics.
    fn read(text: Option<&SqlText>) -> Histogram {
        let read = text.and_then(|text| serde_json::from_str::<Self>(&text.0).ok());
        let read = read.unwrap_or_default();
        Histogram::from_buckets(read.buckets, read.max)
    }
}

impl ReadTx<'_> {
    /// Returns how long transactions took from a day on, by name.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] if the user may not read the whole vault.
    pub fn transaction_times(&mut self, since: Day) -> Result<BTreeMap<String, Histogram>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Read)?;
        let since = SqlTime(since.start().to_sql());
        let rows = self.db.ask("read the metrics", |db| {
            performance_metrics::table
                .filter(performance_metrics::category.eq(SqlText(CATEGORY)))
                .filter(performance_metrics::timestamp.ge(&since))
                .select(MetricRow::as_select())
                .load(db)
        })?;
        let mut times: BTreeMap<String, Histogram> = BTreeMap::new();
        for row in rows {
            times
                .entry(row.metric_name.0)
                .or_default()
                .merge(&Metadata::read(row.metadata.as_ref()));
        }
        Ok(times)
    }
}

impl ReadTx<'_> {
    /// Returns the store's rows whose figures no build writes, with their dates, and all rows whose JSON is invalid.
    pub(crate) fn figures_strange(&mut self) -> Result<Vec<(i64, Option<String>)>, StoreError> {
        type FiguresRow = (
            SqlInt,
            Option<TimeText>,
            Option<SqlText>,
            Option<SqlText>,
            Option<SqlText>,
        );
        let rows: Vec<FiguresRow> = self.db.ask("check the metrics", |db| {
            performance_metrics::table
                .order(performance_metrics::metric_id)
                .select((
                    performance_metrics::metric_id,
                    performance_metrics::timestamp,
                    performance_metrics::category,
                    performance_metrics::unit,
                    performance_metrics::metadata,
                ))
                .load(db)
        })?;
        let is_json = |text: &SqlText| serde_json::from_str::<serde::de::IgnoredAny>(&text.0).is_ok();
        let strange = rows.into_iter().filter(|(_, _, category, unit, metadata)| {
            match category.as_ref().is_some_and(|category| category.0 == CATEGORY) {
                true => {
                    unit.as_ref().is_none_or(|unit| unit.0 != "us")
                        || !metadata.as_ref().is_some_and(Metadata::is_written)
                }
                false => !metadata.as_ref().is_none_or(is_json),
            }
        });
        Ok(strange.map(|(row, at, ..)| (row.0, at.map(|at| at.0))).collect())
    }
}

impl WriteTx<'_> {
    /// Adds a day's times to its rows, and removes the rows of days long past.
    pub(crate) fn metrics_write(
        &mut self,
        day: Day,
        times: &BTreeMap<&'static str, Histogram>,
    ) -> Result<(), StoreError> {
        let at = day.start().to_sql();
        let rows: Vec<MetricRow> = self.db.ask("read the metrics", |db| {
            performance_metrics::table
                .filter(performance_metrics::category.eq(SqlText(CATEGORY)))
                .filter(performance_metrics::timestamp.eq(SqlTime(at.as_str())))
                .select(MetricRow::as_select())
                .load(db)
        })?;
        let known: BTreeMap<&str, &MetricRow> =
            rows.iter().map(|row| (row.metric_name.0.as_str(), row)).collect();
        for (name, more) in times {
            let known = known.get(name);
            let mut all = Metadata::read(known.and_then(|row| row.metadata.as_ref()));
            all.merge(more);
            let metadata = Metadata::of(&all);
            let text = serde_json::to_string(&metadata)
                .map_err(|_| StoreError::Unexpected("a metric cannot be written".into()))?;
            if let Some(known) = known {
                let sql = Sql::new(hot::METRIC_SET)
                    .bind(i64::try_from(metadata.p50).unwrap_or(i64::MAX))
                    .bind(text.as_str())
                    .bind(known.metric_id.0);
                self.db.run_one(sql, "write a metric")?;
            } else {
                let row = NewMetricRow {
                    timestamp: SqlTime(&at),
                    metric_name: SqlText(name),
                    metric_value: SqlReal(metadata.p50 as f64),
                    unit: SqlText("us"),
                    category: SqlText(CATEGORY),
                    metadata: SqlText(&text),
                };
                self.db.ask_one("write a metric", |db| {
                    diesel::insert_into(performance_metrics::table)
                        .values(&row)
                        .execute(db)
                })?;
            }
        }
        let oldest = Day::of(self.now()).before(KEPT_DAYS).start().to_sql();
        self.db.ask("remove old metrics", |db| {
            let old = performance_metrics::table
                .filter(performance_metrics::category.eq(SqlText(CATEGORY)))
                .filter(performance_metrics::timestamp.lt(SqlTime(oldest.as_str())));
            diesel::delete(old).execute(db)
        })?;
        Ok(())
    }
}
