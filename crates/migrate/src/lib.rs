#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "testing")]
pub mod check;
mod counts;
mod error;
mod event;
mod host;
mod ledger;
mod loss;
mod partition;
mod read;
mod references;
mod run;
mod schema;
mod settle;
mod state;
mod step;
mod steps;
mod tokens;
mod version;

pub use error::MigrateError;
pub use event::Event;
pub use host::{Host, NoPartitions, Partitions};
pub use ledger::{Applied, DIESEL, Seal, applied};
pub use loss::Loss;
pub use partition::{month_sql, month_text, rows_view};
pub use read::text_of;
pub use run::Runner;
pub use schema::Schema;
pub use state::{Newer, State, pending, state};
pub use step::{Code, Rows, Step};
pub use steps::Steps;
pub use tokens::is_same_text;
pub use version::Version;
