//! The key of a vault's database, in SQLCipher's form.

use privatus_crypto::Unlocked;
use privatus_sqlite::RawKey;

/// Returns SQLCipher's raw key of an unlocked vault.
pub(crate) fn raw_key(unlocked: &Unlocked) -> RawKey {
    RawKey::new(
        unlocked.database_key().dangerously_expose_bytes(),
        unlocked.cipher_salt(),
    )
}
