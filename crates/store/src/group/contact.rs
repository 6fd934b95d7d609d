//! What the end of a contact means for its groups.

use privatus_domain::{ContactId, GroupId};

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::WriteTx;

impl WriteTx<'_> {
    /// The groups a contact is a member of.
    pub(crate) fn groups_of(&mut self, contact: &ContactId) -> Result<Vec<GroupId>, StoreError> {
        let id = contact.to_string();
        let sql = Sql::new("SELECT group_id FROM group_members WHERE contact_id = ?");
        let groups: Vec<String> = self.link.rows(sql.bind(id.as_str()), "list a member's groups")?;
        let groups: Result<_, _> = groups.iter().map(|id| id.parse()).collect();
        groups.map_err(|error: privatus_domain::IdError| StoreError::from(error).of_stored())
    }

    /// Gives groups that lost a member new keys.
    pub(crate) fn groups_rekey(&mut self, groups: &[GroupId]) -> Result<(), StoreError> {
        groups.iter().try_for_each(|group| self.group_key_rotate(group))
    }
}
