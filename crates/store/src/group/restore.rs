//! A group as a history has it, with its members and bans, in one piece: for imports.

use privatus_domain::{Ban, ConversationId, MemberLimit, NewGroup, NewMember, Permission};

use super::read::resource;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// What became of a group of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredGroup {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Whether it is new: one that the vault had stays as it is, and so do its members.
    pub is_new: bool,
    /// Members that were left out: no contact of the vault, banned, named twice, or one too many for any group.
    pub left_out: u32,
    /// Bans that were left out: of no contact of the vault.
    pub bans_left_out: u32,
}

impl WriteTx<'_> {
    /// Creates a group with the members and bans that a history gives it. Its limit grows to hold them, and where they have
    /// not exactly one owner, the store finds one.
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

    /// Members and bans of a new group; gives how many of each were left out.
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
