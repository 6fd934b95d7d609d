//! When things of the filled vault happened.

use privatus_domain::Timestamp;
use privatus_store::StoreError;

/// A moment of June 2025, so many minutes after noon of the 15th.
pub(super) fn minute(minutes: i64) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_unix_ms(1_749_988_800_000 + minutes * 60_000)?)
}
