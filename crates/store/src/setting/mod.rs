//! Settings: sealed JSON values under `(scope, key)`.

mod change;
mod effective;
mod identity;
mod import;
mod read;

pub use import::SettingImport;

/// Returns the canonical bytes of `(scope, key)`, both length-prefixed.
pub(crate) fn row_id(scope: &str, key: &str) -> Vec<u8> {
    fields([scope.as_bytes(), key.as_bytes()])
}

/// Encodes two fields, each preceded by its length (docs/CRYPTO.md, "Field encoding").
pub(crate) fn fields(parts: [&[u8]; 2]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + parts.iter().map(|part| part.len()).sum::<usize>());
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
