#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod access;
mod adopt;
mod audit;
mod contact;
mod conversation;
mod db;
mod error;
mod folder;
mod group;
#[cfg(test)]
mod hostile;
mod keys;
mod message;
mod names;
mod partition;
#[cfg(test)]
mod plans;
mod run;
mod setting;
mod stats;
mod store;
mod sweep;
#[cfg(test)]
mod testing;
mod transfer;
mod tx;
mod unwritten;
mod upgrade;
mod vault;
mod verify;

pub use access::{GrantRestored, Session};
pub use adopt::{RawMessage, RawRows, RawTable, RawValue, UnfinishedVault};
pub use audit::{AuditCheck, AuditLoss, AuditRanges};
pub use contact::safety_number;
pub use db::connection::APPLICATION_ID;
pub use db::schema_fault::SchemaFault;
#[cfg(feature = "testing")]
pub use db::work_done::WorkDone;
pub use error::{Missing, RingFault, Rule, StoreError, SystemFault, TooNew, UnusableRing};
pub use folder::{Strange, open_above};
pub use group::RestoredGroup;
pub use message::{Inserted, PAGE_MAX, Page, PageStart};
pub use privatus_crypto::{Digest, KdfCost, KeyRingError, Password, RecoveryCode, Secret, SecretError};
pub use privatus_migrate::{Event as MigrationEvent, Loss, Version};
pub use privatus_sqlite::answer_file_size_limit;
pub use setting::SettingImport;
pub use store::Store;
pub use transfer::{TRANSFERS_MAX, TransferPage};
pub use tx::{ReadTx, WriteTx};
pub use upgrade::{DownPlan, Downgrade, Migrator, SchemaCheck, Snapshot, StepStatus, Upgrade};
#[cfg(feature = "testing")]
pub use upgrade::{
    PlainWorld,
    testing::{STEPS, TEMPLATE},
};
pub use vault::{VaultKeys, VaultOptions, is_in_open_vault};
pub use verify::{Verification, VerifyProgress};
