//! A vault's schema and its migration steps: on creation, on opening, and on request (docs/DESIGN.md, section 9).

mod change;
mod code;
mod down;
mod error;
mod host;
mod migrator;
pub(crate) mod older_rows;
mod outcome;
#[cfg(feature = "testing")]
mod plain;
mod repair;
mod snapshot;
mod status;
mod steps;
#[cfg(feature = "testing")]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod up;
mod verify;

pub use down::{DownPlan, Downgrade};
use host::VaultHost;
pub use migrator::Migrator;
pub use outcome::Upgrade;
#[cfg(feature = "testing")]
pub use plain::PlainWorld;
pub use snapshot::Snapshot;
pub use status::StepStatus;
pub(crate) use steps::{STEPS, newest, steps_noted};
pub(crate) use up::{create, pending, run_pending};
pub use verify::SchemaCheck;
pub(crate) use verify::{ledger_told, newest_schema};
