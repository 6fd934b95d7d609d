//! Creating a group from an imported history, together with its members and bans.

use privatus_domain::{Ban, ConversationId, MemberLimit, NewGroup, NewMember, Permission};

use super::read::resource;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// What an import did with a group of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredGroup {
    /// The group's conversation.
    pub conversation: ConversationId,
    /// Whether the group is new. An existing group and its members stay unchanged.
    pub is_new: bool,
    /// How many members were left out because they are not contacts of the vault, are banned, occur twice, or exceed
    /// the greatest possible limit.
    pub left_out: u32,
    /// How many bans were left out because they are not of contacts of the vault.
    pub bans_left_out: u32,
}

impl WriteTx<'_> {
    /// Creates a group with the members and bans from a history. The member limit is raised to fit them. If the history
    /// does not name exactly one owner, the store chooses one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_restore(
        &mut self,
        new: &NewGroup,
        conversation: &ConversationId,
        members: &[NewMember],
        bans: &[Ban],
    ) -> Result<RestoredGroup, StoreError> {
        self.permit(&resource(&new.id), Permission::Write)?;
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let new = NewGroup {
            limit: MemberLimit::for_count(new.limit, count),
            ..new.clone()
        };
        let (conversation, is_new) = self.group_insert(&new, conversation)?;
        let (mut left_out, mut bans_left_out) = (0, 0);
        if is_new {
            (left_out, bans_left_out) = self.group_fill(&new, members, bans)?;
            let count = self.group_count(&new.id)?;
            self.group_created(&new, count)?;
        }
        Ok(RestoredGroup {
            conversation,
            is_new,
            left_out,
            bans_left_out,
        })
    }

    /// Adds members and bans to a new group, and returns how many of each were left out.
    fn group_fill(
        &mut self,
        new: &NewGroup,
        members: &[NewMember],
        bans: &[Ban],
    ) -> Result<(u32, u32), StoreError> {
        let mut bans_left_out = 0;
        for ban in bans {
            if !self.is_known(&ban.contact)? {
                bans_left_out += 1;
            } else if !self.is_banned(&new.id, &ban.contact)? {
                self.ban_insert(&new.id, ban)?;
            }
        }
        let (mut left_out, mut room) = (0, new.limit.get());
        for member in members {
            if room == 0
                || !self.is_known(&member.contact)?
                || self.is_banned(&new.id, &member.contact)?
                || self.member_find(&new.id, &member.contact)?.is_some()
            {
                left_out += 1;
                continue;
            }
            self.member_insert(&new.id, member)?;
            room -= 1;
        }
        self.group_owner_ensure(&new.id)?;
        Ok((left_out, bans_left_out))
    }
}
