//! Reads every list and each of its rows with the functions that show and export them, so that anything they cannot
//! read is reported here first.

use privatus_domain::limits::CONVERSATIONS_MAX;
use privatus_domain::{Contact, Day, GrantFilter, GroupId, KeyFilter, Timestamp, TransferId};
use privatus_schema::{SqlInt, senders};

use diesel::prelude::*;

use super::Verification;
use crate::error::StoreError;
use crate::tx::ReadTx;

impl ReadTx<'_> {
    /// Reads all lists, whatever the session's user may see. If a sealed value was already reported with its row,
    /// problems of the lists that open sealed values are not reported again.
    pub(super) fn verify_lists(
        &mut self,
        found: &mut Verification,
        are_sealed_told: bool,
    ) -> Result<(), StoreError> {
        let user = self.user.take();
        let checked = self.lists_read(found, are_sealed_told);
        self.user = user;
        checked
    }

    fn lists_read(&mut self, found: &mut Verification, are_sealed_told: bool) -> Result<(), StoreError> {
        let settings = self.settings().map(|settings| settings.len());
        let count = self.list(found, "settings", settings)?;
        found.values += u64::try_from(count.unwrap_or_default()).unwrap_or_default();
        let mut opened = Verification::default();
        self.sealed_lists_read(&mut opened)?;
        if !are_sealed_told {
            found.take(opened);
        }
        let keys = self.keys(&KeyFilter::default());
        self.list(found, "keys", keys)?;
        let statistics = self.statistics();
        self.list(found, "statistics", statistics)?;
        let times = self.transaction_times(Day::of(Timestamp::MIN));
        self.list(found, "times of transactions", times)?;
        let conversations = self.conversations(usize::try_from(CONVERSATIONS_MAX).unwrap_or(usize::MAX));
        self.list(found, "conversations", conversations)?;
        let grants = self.access_list(&GrantFilter::default());
        self.list(found, "grants", grants)?;
        self.senders_read(found)
    }

    fn sealed_lists_read(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let contacts = self.contacts();
        for contact in self.list(found, "contacts", contacts)?.unwrap_or_default() {
            contact_check(found, &contact);
        }
        let groups = self.groups();
        for group in self.list(found, "groups", groups)?.unwrap_or_default() {
            self.group_read(found, &group.id)?;
        }
        self.transfers_read(found)
    }

    fn group_read(&mut self, found: &mut Verification, group: &GroupId) -> Result<(), StoreError> {
        let members = self.group_members(group);
        self.list(found, &format!("members of group {group}"), members)?;
        let bans = self.group_bans(group);
        // A ban may name someone who is no longer a contact, or never was: an import adds bans by id.
        self.list(found, &format!("bans of group {group}"), bans)?;
        Ok(())
    }

    fn transfers_read(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let mut after: Option<TransferId> = None;
        loop {
            let page = self.transfers_by_id(after.as_ref());
            let page = self.list(found, "transfers", page)?.unwrap_or_default();
            let Some(last) = page.into_iter().last() else {
                return Ok(());
            };
            after = Some(last.id);
        }
    }

    fn senders_read(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let numbers: Vec<SqlInt> = self.db.ask("read the senders", |db| {
            senders::table
                .order(senders::sender)
                .select(senders::sender)
                .load(db)
        })?;
        let mut seen = std::collections::HashMap::new();
        for SqlInt(number) in numbers {
            let sender = self.sender(number, &mut seen).map_err(StoreError::of_stored);
            self.list(found, &format!("sender {number}"), sender)?;
        }
        Ok(())
    }

    /// Returns what was read; reports a problem if the rows cannot be read.
    fn list<T>(
        &mut self,
        found: &mut Verification,
        what: &str,
        read: Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(StoreError::DatabaseDamaged(why)) if !self.db.is_spoiled() => {
                found.problem(format!("{what} cannot be listed: {why}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Reports a verified contact without a key: nobody can have compared its safety number.
fn contact_check(found: &mut Verification, contact: &Contact) {
    if contact.is_verified && contact.public_key.is_empty() {
        let id = &contact.id;
        found.problem(format!("contact {id} is marked as verified but has no key"));
    }
}
