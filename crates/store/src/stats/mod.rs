//! Statistics of a vault's use: what was done each day, and how long transactions took.

mod impossible;
mod transaction_times;
pub(crate) mod usage_by_day;
