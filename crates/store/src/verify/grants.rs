//! Grants whose fields no build writes: each allows nothing, and `access list` does not show it.

use super::Verification;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// In a vault that was adopted another application's rows may stand.
    pub(super) fn verify_grants(
        &mut self,
        found: &mut Verification,
        is_adopted: bool,
    ) -> Result<(), StoreError> {
        for (grant, strange) in self.grants_read()? {
            if let Some(why) = strange.filter(|_| !is_adopted) {
                found.problem(format!("the grant {grant} {why}"));
            }
        }
        Ok(())
    }
}
