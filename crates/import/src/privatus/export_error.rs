//! Why an export was not written.

use privatus_store::StoreError;

/// An export that was not completed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The vault reported an error.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The destination cannot be written. A full disk there is not an error of the vault.
    #[error("the export cannot be written: {}", .0.kind())]
    Output(std::io::Error),
}
