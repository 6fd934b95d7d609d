#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod access;
mod audit;
mod baseline;
mod catalogue;
mod columns;
mod connection;
mod contact;
mod conversation;
mod error;
mod group;
mod key_entry;
mod keys;
mod lease;
mod message;
mod metric;
mod migration;
mod model_settle;
mod month;
mod pending;
mod permit;
#[cfg(test)]
mod plans;
mod removal;
mod row_key;
mod security;
mod sender;
mod session;
mod setting;
mod settle;
mod shared;
mod sql;
mod statistic;
mod store;
#[cfg(test)]
mod testing;
mod transfer;
mod tx;
mod usage;
mod vault;
mod verify;
mod work_done;

pub use audit::AuditCheck;
pub use baseline::{AdoptProgress, Adopted, BaselineSource, NotARawKey, SkippedRows, SourceKey, TakenRows};
pub use contact::safety_number;
pub use error::StoreError;
pub use group::RestoredGroup;
pub use message::{Inserted, PAGE_MAX, Page, PageStart};
pub use migration::{
    DownPlan, Downgrade, Migrator, PlainWorld, STEPS, SchemaCheck, Snapshot, StepStatus, TEMPLATE, Upgrade,
};
pub use privatus_crypto::{Digest, KdfCost, Password, RecoveryCode, Secret, SecretError};
pub use privatus_migrate::{Event as MigrationEvent, Loss, Version};
pub use session::Session;
pub use setting::SettingImport;
pub use store::Store;
pub use transfer::{TRANSFERS_MAX, TransferPage};
pub use tx::{ReadTx, WriteTx};
pub use vault::{VaultKeys, VaultOptions};
pub use verify::{Verification, VerifyProgress};
pub use work_done::WorkDone;
