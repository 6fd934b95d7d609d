//! The rights that a `group` record of an export grants, and the group without them.

use std::collections::HashSet;

use privatus_domain::{GroupKind, Role, Timestamp};

use super::group::{Ban, Group, Member, Part};
use super::values::Time;
use crate::authority::{AuthorityItem, AuthorityKind, json_quoted, quoted};

/// Members of a group to list in the order they joined.
const FIRST: usize = 5;

impl Group {
    /// The rights that the group grants: roles, who owns it when the owner is gone, and what the application reads as
    /// permissions.
    pub(super) fn claims(&self) -> Vec<AuthorityItem> {
        self.claims_by_part().into_iter().map(|(_, item)| item).collect()
    }

    /// The group's rights, each with the part of the group it concerns.
    pub(super) fn claims_by_part(&self) -> Vec<(Part, AuthorityItem)> {
        let mut items = Vec::new();
        let mut item = |part, kind, text| items.push((part, AuthorityItem::new(kind, text)));
        let group = &format!("{} (id {})", quoted(&self.name), quoted(&self.id));
        if self.kind.as_deref() == Some(GroupKind::Public.as_str()) {
            item(
                Part::Group,
                AuthorityKind::PublicGroup,
                format!("anyone can join group {group}"),
            );
        }
        if let Some(settings) = &self.settings {
            let settings = json_quoted(settings);
            let text = format!("the settings of group {group} are {settings}");
            item(Part::Group, AuthorityKind::GroupSettings, text);
        }
        if let Some(creator) = self.created_by.as_ref().filter(|_| !self.created_by_me) {
            let creator = self.who(creator);
            item(
                Part::Group,
                AuthorityKind::GroupCreator,
                format!("{creator} created group {group}, and owns it if its owner is not imported"),
            );
        }
        let has_others = self.members.iter().any(|member| !member.me);
        if has_others && self.members.iter().any(|member| member.joined_at.is_some()) {
            item(
                Part::Group,
                AuthorityKind::GroupOrder,
                format!(
                    "members of group {group} joined in this order, and the first is its next owner: {}",
                    self.order()
                ),
            );
        }
        for (at, member) in self.members.iter().enumerate() {
            let part = Part::Member(at);
            let who = member.named();
            if let Some(role) = member.role_of_another() {
                let text = format!("{who} is {} of group {group}", quoted(role));
                item(part, AuthorityKind::GroupRole, text);
            }
            if let Some(role) = member.own_role() {
                let text = format!("you are {} of group {group} and do not own it", quoted(role));
                item(part, AuthorityKind::OwnRole, text);
            }
            if let Some(permissions) = &member.permissions {
                let may = json_quoted(permissions);
                let whose = match member.me {
                    true => "your permissions".to_owned(),
                    false => format!("the permissions of {who}"),
                };
                let text = format!("{whose} in group {group} are {may}");
                item(part, AuthorityKind::MemberPermissions, text);
            }
        }
        if has_others && !self.members.iter().any(|member| member.me) {
            let text = format!("you are not a member of group {group}, and somebody else owns it");
            item(Part::Absent, AuthorityKind::OwnRole, text);
        }
        if let Some(ban) = self.bans.iter().find(|ban| ban.me) {
            let text = format!(
                "you are banned from group {group} by {}, and somebody else owns it",
                self.banned_by(ban)
            );
            item(Part::Banned, AuthorityKind::OwnBan, text);
        }
        items
    }

    /// Ensures that the group has exactly one owner if one of its members is to own it: among several, or if there is
    /// none, the one that the vault would choose. So what is listed for a record is what it grants.
    pub(super) fn settle_owner(&mut self) {
        let owners: Vec<usize> = self.places(Member::is_owner).collect();
        if owners.len() == 1 {
            return;
        }
        // By id; the vault's own user has none.
        let id = |me: bool, contact: &Option<String>| contact.clone().filter(|_| !me);
        let banned: HashSet<Option<String>> = self.bans.iter().map(|ban| id(ban.me, &ban.contact)).collect();
        let is_banned = |member: &Member| banned.contains(&id(member.me, &member.contact));
        let is_creator = |member: &Member| match self.created_by_me {
            true => member.me,
            false => member.contact.is_some() && member.contact == self.created_by,
        };
        let order = |member: &Member| {
            let joined = member.joined_at.map(|at| at.0.unix_ms());
            (
                !is_creator(member),
                joined.is_none(),
                joined,
                member.contact.clone(),
            )
        };
        let may = |at: &usize| self.members.get(*at).is_some_and(|member| !is_banned(member));
        let owner = match owners.len() {
            0 => self
                .places(is_creator)
                .find(may)
                .or_else(|| self.places(|member| member.me).find(may)),
            _ => {
                let allowed = owners.iter().copied().filter(may);
                allowed.min_by_key(|at| self.members.get(*at).map(order))
            }
        };
        for (at, member) in self.members.iter_mut().enumerate() {
            if Some(at) == owner {
                member.role = Some(Role::Owner.to_string());
            } else if member.is_owner() {
                member.role = Some(Role::Admin.to_string());
            }
        }
    }

    /// The positions of such members.
    fn places(&self, is_one: impl Fn(&Member) -> bool) -> impl Iterator<Item = usize> {
        let members = self.members.iter().enumerate();
        members.filter_map(move |(at, member)| is_one(member).then_some(at))
    }

    /// The person with this id, with the name that the group gives them.
    fn who(&self, id: &str) -> String {
        let member = self
            .members
            .iter()
            .find(|member| member.contact.as_deref() == Some(id));
        member.map_or_else(|| format!("contact {}", quoted(id)), Member::named)
    }

    fn banned_by(&self, ban: &Ban) -> String {
        match ban.banned_by.as_deref().filter(|_| !ban.banned_by_me) {
            Some(by) => self.who(by),
            None => "yourself".into(),
        }
    }

    /// Who joined first, and when.
    fn order(&self) -> String {
        let mut members: Vec<&Member> = self.members.iter().collect();
        // Without a time, they join now.
        members.sort_by_key(|member| {
            (
                member.joined_at.is_none(),
                member.joined_at.map(|at| at.0.unix_ms()),
            )
        });
        let shown = members.iter().take(FIRST).map(|member| {
            let at = member.joined_at;
            let at = at.map_or_else(|| "now".into(), |at| at.0.to_rfc3339());
            format!("{} ({at})", member.named())
        });
        let shown = shown.collect::<Vec<_>>().join(", ");
        match members.len().saturating_sub(FIRST) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }

    /// The group without those rights: the vault's own user created it, owns it and joined first; all others become
    /// plain members now.
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
        // First, so that no other list is so long that there is no room for it.
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
    /// The vault's own user, whom the record does not mention.
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

    /// Names the person by id too, since anyone can use a name.
    fn named(&self) -> String {
        match &self.contact {
            _ if self.me => "yourself".into(),
            Some(id) => format!("{} (id {})", quoted(&self.display_name), quoted(id)),
            None => quoted(&self.display_name),
        }
    }

    fn is_owner(&self) -> bool {
        self.role.as_deref() == Some(Role::Owner.as_str())
    }

    /// The role of the vault's own user, if lower than owner.
    fn own_role(&self) -> Option<&str> {
        let role = self.role.as_deref().unwrap_or(Role::Member.as_str());
        (self.me && role != Role::Owner.as_str()).then_some(role)
    }

    /// The role of somebody else, if higher than member.
    fn role_of_another(&self) -> Option<&str> {
        let role = self.role.as_deref().filter(|_| !self.me);
        role.filter(|role| *role != Role::Member.as_str())
    }
}
