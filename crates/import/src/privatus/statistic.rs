//! The `statistic` records of an export.

use privatus_domain::{Day, Statistic as Row};
use privatus_store::StoreError;
use serde::{Deserialize, Serialize};

/// A row of `usage_statistics`.
#[derive(Serialize, Deserialize)]
pub(super) struct Statistic {
    date: String,
    metric: String,
    value: i64,
}

impl From<Row> for Statistic {
    fn from(row: Row) -> Self {
        Self {
            date: row.date.to_string(),
            metric: row.metric,
            value: row.value,
        }
    }
}

impl TryFrom<Statistic> for Row {
    type Error = StoreError;

    fn try_from(record: Statistic) -> Result<Self, StoreError> {
        Ok(Self {
            date: Day::parse(&record.date)?,
            metric: record.metric,
            value: record.value,
        })
    }
}
