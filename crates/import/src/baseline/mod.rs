//! Baseline: adopts a database with the specification's 1.0.0 tables and no migration ledger as a vault
//! (docs/MIGRATIONS.md). The source is compared, read and left unchanged; the vault is created completely or not at
//! all.

mod adopt;
mod adopted;
mod cells;
mod compare;
mod database;
mod error;
mod file;
mod findings;
mod key;
mod messages;
mod rows;
mod rules;
mod schema;
mod source;
mod tables;
#[cfg(test)]
mod tests;
mod time;
mod tokens;
mod value;

pub use adopted::{AdoptProgress, Adopted, SkippedRows, TakenRows};
pub use error::BaselineError;
pub use key::{NotARawKey, SourceKey};
pub use source::BaselineSource;
