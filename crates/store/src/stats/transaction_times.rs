//! Rows of `performance_metrics`: how long the transactions of a name took on a day, one row a name and day.

use std::collections::BTreeMap;

use privatus_domain::{Day, Histogram, Permission, Resource, ResourceKind};
use serde::{Deserialize, Serialize};

use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::{ReadTx, WriteTx};

/// Rows are kept for so many days.
const KEPT_DAYS: u32 = 30;

/// `metadata`: the figures in microseconds, and the counts that they are read from.
#[derive(Default, Serialize, Deserialize)]
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

    /// Figures of another form begin anew: they are a statistic.
    fn read(text: Option<&str>) -> Histogram {
        let read = text.and_then(|text| serde_json::from_str::<Self>(text).ok());
        let read = read.unwrap_or_default();
        Histogram::from_buckets(read.buckets, read.max)
    }
}

impl ReadTx<'_> {
    /// How long transactions took from a day on, by name.
    ///
    /// # Errors
    /// [`StoreError::AccessDenied`] to a user that may not read the vault as a whole.
    pub fn transaction_times(&mut self, since: Day) -> Result<BTreeMap<String, Histogram>, StoreError> {
        self.permit(&Resource::every(ResourceKind::Vault), Permission::Read)?;
        let since = since.start().to_sql();
        let sql = Sql::new(
            "SELECT metric_name, metadata FROM performance_metrics WHERE category = 'transaction' AND timestamp >= ?",
        );
        let rows: Vec<(String, Option<String>)> =
            self.db.rows(sql.bind(since.as_str()), "read the metrics")?;
        let mut times: BTreeMap<String, Histogram> = BTreeMap::new();
        for (name, metadata) in rows {
            times
                .entry(name)
                .or_default()
                .merge(&Metadata::read(metadata.as_deref()));
        }
        Ok(times)
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
        let sql = Sql::new(
            "SELECT metric_name, metric_id, metadata FROM performance_metrics \
             WHERE category = 'transaction' AND timestamp = ?",
        );
        let rows: Vec<(String, i64, Option<String>)> =
            self.db.rows(sql.bind(at.as_str()), "read the metrics")?;
        let known: BTreeMap<String, (i64, Option<String>)> = rows
            .into_iter()
            .map(|(name, id, metadata)| (name, (id, metadata)))
            .collect();
        for (name, more) in times {
            let row = known.get(*name);
            let mut all = Metadata::read(row.and_then(|(_, metadata)| metadata.as_deref()));
            all.merge(more);
            let metadata = Metadata::of(&all);
            let text = serde_json::to_string(&metadata)
                .map_err(|_| StoreError::Unexpected("a metric cannot be written".into()))?;
            let p50 = i64::try_from(metadata.p50).unwrap_or(i64::MAX);
            if let Some((id, _)) = row {
                let sql = Sql::new(
                    "UPDATE performance_metrics SET metric_value = ?, metadata = ? WHERE metric_id = ?",
                );
                self.db
                    .run(sql.bind(p50).bind(text.as_str()).bind(*id), "write a metric")?;
            } else {
                let sql = Sql::new(
                    "INSERT INTO performance_metrics (timestamp, metric_name, metric_value, unit, category, metadata) \
                     VALUES (?, ?, ?, 'us', 'transaction', ?)",
                );
                let sql = sql.bind(at.as_str()).bind(*name).bind(p50).bind(text.as_str());
                self.db.run(sql, "write a metric")?;
            }
        }
        let oldest = Day::of(self.now()).before(KEPT_DAYS).start().to_sql();
        let sql =
            Sql::new("DELETE FROM performance_metrics WHERE category = 'transaction' AND timestamp < ?");
        self.db
            .run(sql.bind(oldest.as_str()), "remove old metrics")
            .map(drop)
    }
}
