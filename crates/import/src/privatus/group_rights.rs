//! What a `group` record of an export gives somebody as rights, and the group without it.

use privatus_domain::{GroupKind, Role, Timestamp};

use super::group::{Group, Member};
use super::values::Time;
use crate::authority::{AuthorityItem, AuthorityKind};

impl Group {
    /// The rights that it gives: roles, who owns it when its owner is gone, and what the application reads as permissions.
    pub(super) fn claims(&self) -> Vec<AuthorityItem> {
        self.claims_by_member()
            .into_iter()
            .map(|(_, item)| item)
            .collect()
    }

    /// The same, each with the place of the member that it is about.
    pub(super) fn claims_by_member(&self) -> Vec<(Option<usize>, AuthorityItem)> {
        let mut items = Vec::new();
        let mut item = |kind, text| items.push((None, AuthorityItem::new(kind, text)));
        let group = &self.name;
        if self.kind.as_deref() == Some(GroupKind::Public.as_str()) {
            item(
                AuthorityKind::PublicGroup,
                format!("whoever wants to joins group {group}"),
            );
        }
        if self.settings.is_some() {
            item(AuthorityKind::GroupSettings, format!("settings of group {group}"));
        }
        if let Some(creator) = self.created_by.as_ref().filter(|_| !self.created_by_me) {
            item(
                AuthorityKind::GroupCreator,
                format!("{creator} made group {group}, and owns it where nobody or more than one does"),
            );
        }
        let has_others = self.members.iter().any(|member| !member.me);
        if has_others && self.members.iter().any(|member| member.joined_at.is_some()) {
            item(
                AuthorityKind::GroupOrder,
                format!("when members of group {group} joined it: the first owns it next"),
            );
        }
        for (at, member) in self.members.iter().enumerate() {
            let mut item = |kind, text| items.push((Some(at), AuthorityItem::new(kind, text)));
            let name = &member.display_name;
            if let Some(role) = member.role_of_another() {
                item(
                    AuthorityKind::GroupRole,
                    format!("{name} is {role} of group {group}"),
                );
            }
            if member.permissions.is_some() {
                item(
                    AuthorityKind::MemberPermissions,
                    format!("permissions of {name} in group {group}"),
                );
            }
        }
        items
    }

    /// The same group without those rights: the vault's own user made and owns it and was in it first; the others are plain
    /// members since now.
    pub(super) fn without_claims(mut self, now: Timestamp) -> Self {
        self.kind = self.kind.filter(|kind| kind != GroupKind::Public.as_str());
        self.settings = None;
        self.created_by = None;
        self.created_by_me = true;
        for member in &mut self.members {
            member.role = None;
            member.joined_at = member.joined_at.filter(|_| member.me).or(Some(Time(now)));
            member.permissions = None;
        }
        // First, so that no list of others is so long that it leaves no room.
        let own = self.members.iter().position(|member| member.me);
        let mut own = own.map_or_else(Member::own, |at| self.members.remove(at));
        own.role = Some(Role::Owner.to_string());
        let before = Timestamp::from_unix_ms(now.unix_ms() - 1).unwrap_or(now);
        own.joined_at = own.joined_at.filter(|at| at.0 < before).or(Some(Time(before)));
        self.members.insert(0, own);
        self
    }
}

impl Member {
    /// The vault's own user, of whom the record says nothing.
    fn own() -> Self {
        Self {
            contact: None,
            me: true,
            display_name: "Me".into(),
            role: None,
            joined_at: None,
            permissions: None,
            anonymous_id: None,
        }
    }

    /// The role of somebody else, where it is more than a member's.
    fn role_of_another(&self) -> Option<&str> {
        let role = self.role.as_deref().filter(|_| !self.me);
        role.filter(|role| *role != Role::Member.as_str())
    }
}
