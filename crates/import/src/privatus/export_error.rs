//! Why an export was not written.

use privatus_store::StoreError;

/// An export that was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The vault's refusal or failure.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it is written to fails: a full disk there is not the vault's.
    #[error("the export cannot be written: {}", .0.kind())]
    Output(std::io::Error),
}
