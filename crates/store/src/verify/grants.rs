//! Checks for grants with fields that no build writes: they allow nothing, and `access list` does not show them.

use super::Verification;
use super::origin::Foreign;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Reports such grants, except for those of another application.
    pub(super) fn verify_grants(
        &mut self,
        found: &mut Verification,
        foreign: &Foreign,
    ) -> Result<(), StoreError> {
        for grant in self.grants_read()? {
            let is_foreign = foreign.may_have(grant.given_at.as_deref());
            if let Some(why) = grant.strange.filter(|_| !is_foreign) {
                found.problem(format!("the grant {} {why}", grant.name));
            }
        }
        Ok(())
    }
}
