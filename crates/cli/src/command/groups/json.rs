//! Groups, members and bans as JSON. In an anonymous group the other members are shown by an anonymous id only, unless names are
//! asked for. A group's own JSON is printed as it was written, so that no number is rounded.

use privatus_domain::{
    AnonymousId, Ban, ContactId, Group, GroupId, GroupKind, JsonText, Member, Role, Timestamp,
};
use serde::Serialize;
use serde_json::value::RawValue;

/// Members, with the anonymous ids that the other members of an anonymous group see.
pub(super) type Known = Vec<(Member, AnonymousId)>;

/// A ban, with the anonymous ids of both contacts.
pub(super) struct KnownBan {
    pub(super) ban: Ban,
    pub(super) anonymous: AnonymousId,
    pub(super) by: AnonymousId,
}

/// A group; `show` includes its members and bans.
#[derive(Serialize)]
pub(super) struct GroupJson<'a> {
    id: &'a GroupId,
    name: &'a str,
    description: Option<&'a str>,
    group_type: GroupKind,
    max_members: u32,
    member_count: u32,
    is_anonymous: bool,
    settings: Option<Box<RawValue>>,
    /// Left out for an anonymous group, unless names are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Option<&'a ContactId>>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) members: Option<Vec<MemberJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bans: Option<Vec<BanJson<'a>>>,
}

impl<'a> GroupJson<'a> {
    pub(super) fn new(group: &'a Group, names: bool) -> Self {
        Self {
            id: &group.id,
            name: &group.name,
            description: group.description.as_deref(),
            group_type: group.kind,
            max_members: group.limit,
            member_count: group.member_count,
            is_anonymous: group.is_anonymous,
            settings: raw(group.settings.as_json()),
            created_by: (names || !group.is_anonymous).then_some(group.created_by.as_ref()),
            created_at: group.created_at,
            members: None,
            bans: None,
        }
    }
}

/// The output of `groups members`.
#[derive(Serialize)]
pub(super) struct MembersJson<'a> {
    pub(super) id: &'a GroupId,
    pub(super) members: Vec<MemberJson<'a>>,
}

#[derive(Serialize)]
pub(super) struct MemberJson<'a> {
    role: Role,
    joined_at: Timestamp,
    is_me: bool,
    permissions: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous_id: Option<&'a AnonymousId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<&'a ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
}

pub(super) fn members_json<'a>(group: &Group, known: &'a Known, names: bool) -> Vec<MemberJson<'a>> {
    let one = |(member, anonymous): &'a (Member, AnonymousId)| {
        let is_named = is_named(group, member, names);
        MemberJson {
            role: member.role,
            joined_at: member.joined_at,
            is_me: member.is_own,
            permissions: raw(member.permissions.as_json()),
            anonymous_id: Some(anonymous).filter(|_| group.is_anonymous),
            contact_id: Some(&member.contact).filter(|_| is_named),
            display_name: Some(member.display_name.as_str()).filter(|_| is_named),
        }
    };
    known.iter().map(one).collect()
}

pub(super) fn is_named(group: &Group, member: &Member, names: bool) -> bool {
    !group.is_anonymous || names || member.is_own
}

#[derive(Serialize)]
pub(super) struct BanJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous_id: Option<&'a AnonymousId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_by_anonymous_id: Option<&'a AnonymousId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<&'a ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_by: Option<&'a ContactId>,
    banned_at: Timestamp,
}

impl<'a> BanJson<'a> {
    pub(super) fn new(known: &'a KnownBan, group: &Group, names: bool) -> Self {
        let is_named = !group.is_anonymous || names;
        Self {
            anonymous_id: Some(&known.anonymous).filter(|_| group.is_anonymous),
            banned_by_anonymous_id: Some(&known.by).filter(|_| group.is_anonymous),
            contact_id: Some(&known.ban.contact).filter(|_| is_named),
            banned_by: Some(&known.ban.banned_by).filter(|_| is_named),
            banned_at: known.ban.banned_at,
        }
    }
}

fn raw(text: Option<&JsonText>) -> Option<Box<RawValue>> {
    let text = text.map_or_else(|| "{}".to_owned(), ToString::to_string);
    RawValue::from_string(text).ok()
}
