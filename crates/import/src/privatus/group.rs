//! The `group` record: a group with its members and bans.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use privatus_domain::{
    self as domain, ContactId, Description, DisplayName, GroupKind, GroupSettings, Id, IdError, JsonText,
    MemberLimit, MemberPermissions, NewGroup, NewMember, Role,
};
use privatus_store::{ReadTx, RestoredGroup, StoreError, WriteTx};
use serde::{Deserialize, Serialize};

use super::group_fate::Found;
use super::record_error::RecordError;
use super::values::{Time, bounded, id};
use crate::authority::Fate;
use crate::report::Report;

/// A `group` record. Another vault's own user has another id, so the vault's own user is written as `me`.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    pub(super) kind: Option<String>,
    max_members: Option<u32>,
    #[serde(default, skip_serializing_if = "is_false")]
    is_anonymous: bool,
    /// JSON as text: numbers in it are copied unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created_by: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) created_by_me: bool,
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "bounded")]
    pub(super) members: Vec<Member>,
    #[serde(default, deserialize_with = "bounded", skip_serializing_if = "Vec::is_empty")]
    pub(super) bans: Vec<Ban>,
    /// The id of its conversation, if it is not the group's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conversation: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Member {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) me: bool,
    pub(super) display_name: String,
    /// This, like the members below, may be missing in an export of an older build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) joined_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) permissions: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) anonymous_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Ban {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) me: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) banned_by: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) banned_by_me: bool,
    banned_at: Time,
}

/// The part of a group that a right concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Group,
    /// The member at this position.
    Member(usize),
    /// The vault's own user, who is not a member.
    Absent,
    /// The vault's own user, who is banned.
    Banned,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// A user, who may be the vault's own: by id, or by the flag.
fn named(id: &ContactId, own: &ContactId) -> (Option<String>, bool) {
    let is_own = id == own;
    ((!is_own).then(|| id.to_string()), is_own)
}

impl Group {
    /// A placeholder for an export that has the conversation but not its group.
    pub(super) fn named(id: String, name: String) -> Self {
        Self {
            id,
            name,
            ..Self::default()
        }
    }

    /// Builds the record of a group in the vault.
    pub(super) fn from_vault(
        tx: &mut ReadTx<'_>,
        group: domain::Group,
        conversation: Option<String>,
    ) -> Result<Self, StoreError> {
        let own = tx.own_id();
        let mut members = tx.group_members(&group.id)?;
        // Another vault derives other ids, so the members of an anonymous group keep theirs.
        if group.is_anonymous {
            for member in &mut members {
                member.anonymous_id = Some(tx.group_anonymous_id(&group.id, &member.contact)?);
            }
        }
        let text = |json: Option<&JsonText>| json.map(ToString::to_string);
        let member = |member: domain::Member| {
            let (contact, me) = named(&member.contact, &own);
            Member {
                contact,
                me,
                display_name: member.display_name,
                role: Some(member.role.to_string()),
                joined_at: Some(Time(member.joined_at)),
                permissions: text(member.permissions.as_json()),
                anonymous_id: member.anonymous_id.map(|id| id.to_string()),
            }
        };
        let ban = |ban: domain::Ban| {
            let (contact, me) = named(&ban.contact, &own);
            let (banned_by, banned_by_me) = named(&ban.banned_by, &own);
            Ban {
                contact,
                me,
                banned_by,
                banned_by_me,
                banned_at: Time(ban.banned_at),
            }
        };
        let bans = tx.group_bans(&group.id)?;
        let by = group.created_by.as_ref().map(|by| named(by, &own));
        let (created_by, created_by_me) = by.unwrap_or_default();
        Ok(Self {
            id: group.id.to_string(),
            name: group.name,
            description: group.description,
            kind: Some(group.kind.to_string()),
            max_members: Some(group.limit),
            is_anonymous: group.is_anonymous,
            settings: text(group.settings.as_json()),
            created_by,
            created_by_me,
            created_at: Some(Time(group.created_at)),
            members: members.into_iter().map(member).collect(),
            bans: bans.into_iter().map(ban).collect(),
            conversation,
        })
    }

    /// Imports the group; a group that exists stays unchanged. Returns which parts of its members were left out, and
    /// the outcome of each right that it claims.
    pub(super) fn restore(
        mut self,
        tx: &mut WriteTx<'_>,
        chat: &str,
        is_trusted: bool,
    ) -> Result<(RestoredGroup, LeftOut, Vec<Fate>), RecordError> {
        let claims = self.claims_by_part();
        if !is_trusted {
            self = self.without_claims(tx.now());
        }
        let new = NewGroup {
            id: id(tx, &self.id)?,
            name: DisplayName::lenient(&self.name, "Unnamed group"),
            description: Description::lenient(&self.description.unwrap_or_default()),
            kind: self
                .kind
                .map_or(Ok(GroupKind::Private), |kind| kind.parse::<GroupKind>())
                .map_err(StoreError::from)?,
            limit: self
                .max_members
                .map_or(Ok(MemberLimit::default()), MemberLimit::new)
                .map_err(StoreError::from)?,
            is_anonymous: self.is_anonymous,
            settings: stored(self.settings.as_deref())?
                .map_or_else(GroupSettings::default, GroupSettings::stored),
            created_by: person(tx, self.created_by, self.created_by_me)?,
            created_at: self.created_at.map_or(tx.now(), |at| at.0),
            own_name: None,
        };
        let mut left_out = LeftOut::default();
        let members: Result<Vec<NewMember>, RecordError> = self
            .members
            .into_iter()
            .map(|member| {
                let is_me = member.me;
                let member = member.restore(tx, &mut left_out)?;
                let is_hidden = is_trusted && !is_me && member.contact == tx.own_id();
                if is_hidden {
                    Err(RecordError::OwnById)
                } else {
                    Ok(member)
                }
            })
            .collect();
        let mut members = members?;
        let mut anonymous_ids = HashSet::new();
        for member in &mut members {
            let id = member.anonymous_id.as_ref();
            if id.is_some_and(|id| !anonymous_ids.insert(id.to_string())) {
                member.anonymous_id = None;
                left_out.anonymous_ids += 1;
            }
        }
        let mut bans = Vec::with_capacity(self.bans.len());
        for ban in self.bans {
            let is_listed = is_trusted && ban.me;
            let contact = person(tx, ban.contact, ban.me)?;
            let by = person(tx, ban.banned_by, ban.banned_by_me)?;
            // A ban of the vault's own user makes somebody else the owner. Only one that names that user as `me` was
            // listed as such.
            let contact = contact.filter(|contact: &ContactId| is_listed || *contact != tx.own_id());
            bans.extend(contact.map(|contact| domain::Ban {
                contact,
                banned_by: by.unwrap_or_else(|| tx.own_id()),
                banned_at: ban.banned_at.0,
            }));
        }
        let chat = id(tx, chat)?;
        let restored = tx.group_restore(&new, &chat, &members, &bans)?;
        let mut taken = Vec::new();
        if is_trusted {
            let there = Found {
                group: tx.group_by_id(&new.id)?,
                members: by_contact(tx.group_members(&new.id)?),
                banned: bans.iter().map(|ban| ban.contact.clone()).collect(),
                own: tx.own_id(),
                is_new: restored.is_new,
            };
            for (part, item) in &claims {
                taken.push(match part {
                    Part::Group => there.group_fate(&new, &members, item.kind),
                    Part::Member(at) => match members.get(*at) {
                        Some(member) => there.member_fate(tx, member, item.kind)?,
                        None => Fate::refused("the group has no such member"),
                    },
                    Part::Absent | Part::Banned => there.absent_fate(),
                });
            }
        }
        Ok((restored, left_out, taken))
    }
}

fn by_contact(members: Vec<domain::Member>) -> HashMap<ContactId, domain::Member> {
    let members = members.into_iter();
    members.map(|member| (member.contact.clone(), member)).collect()
}

/// Data that members of a group were imported without.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Anonymous ids that another member of the group already had.
    anonymous_ids: u32,
    /// Permissions that are not a JSON object.
    permissions: u32,
}

impl LeftOut {
    pub(super) fn tell(&self, restored: &RestoredGroup, report: &mut Report) {
        if !restored.is_new {
            return;
        }
        if restored.bans_left_out > 0 {
            report.leave_out_all("bans of a group refused", restored.bans_left_out);
            report.note(format!(
                "bans of a group on people who are not contacts of the vault were left out: {}",
                restored.bans_left_out
            ));
        }
        if restored.left_out > 0 {
            report.leave_out_all("members of a group refused", restored.left_out);
            report.note(format!(
                "members of a group who are not contacts of the vault, are listed twice or exceed its limit were left \
                 out: {}",
                restored.left_out
            ));
        }
        for (count, what) in [
            (
                self.anonymous_ids,
                "anonymous ids that another member of the group has",
            ),
            (
                self.permissions,
                "permissions of members that are not a JSON object",
            ),
        ] {
            if count > 0 {
                report.leave_out_all(what, count);
                report.note(format!("{count} were left out: {what}"));
            }
        }
    }
}

impl Member {
    fn restore(self, tx: &WriteTx<'_>, left_out: &mut LeftOut) -> Result<NewMember, RecordError> {
        let contact = person(tx, self.contact, self.me)?;
        let contact = contact.ok_or(RecordError::NoContact)?;
        let name = DisplayName::lenient(&self.display_name, "Unnamed member");
        let given = self.permissions.as_deref();
        let permissions = given.and_then(|text| JsonText::new(text).ok());
        let permissions = permissions.filter(|text| text.as_str().starts_with('{'));
        left_out.permissions += u32::from(given.is_some() && permissions.is_none());
        Ok(NewMember {
            role: self
                .role
                .map_or(Ok(Role::Member), |role| role.parse::<Role>())
                .map_err(StoreError::from)?,
            joined_at: self.joined_at.map(|at| at.0),
            permissions: permissions.map_or_else(MemberPermissions::default, MemberPermissions::stored),
            anonymous_id: self.anonymous_id.map(|text| id(tx, &text)).transpose()?,
            ..NewMember::new(contact, name)
        })
    }
}

/// Settings that were stored sealed in a vault.
fn stored(text: Option<&str>) -> Result<Option<JsonText>, RecordError> {
    let refused = |_| RecordError::SettingsNotJson;
    text.map(|text| JsonText::new(text).map_err(refused)).transpose()
}

/// The person meant: the vault's own user, or somebody by id.
fn person<T: FromStr<Err = IdError> + From<Id>>(
    tx: &WriteTx<'_>,
    text: Option<String>,
    is_own: bool,
) -> Result<Option<T>, StoreError> {
    if is_own {
        return Ok(Some(tx.own_id().as_id().clone().into()));
    }
    text.map(|text| id(tx, &text)).transpose()
}
