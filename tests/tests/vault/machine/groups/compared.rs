//! What the store says of groups, members and bans.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use privatus_domain::{ContactId, GroupKind, JsonText};
use privatus_store::{Store, StoreError};

use super::{Group, Seat, Who};
use crate::machine::model::Model;
use crate::machine::world::{GROUPS, PEOPLE, contact_id, group_id};

pub(crate) fn compare(store: &Store, model: &Model) {
    let groups = store.read(|tx| tx.groups()).unwrap();
    assert_eq!(groups.len(), model.groups.len(), "the groups");
    for (number, known) in &model.groups {
        let id = group_id(*number);
        let (own, group, members, bans) = store
            .read(|tx| {
                let (group, members) = (tx.group_by_id(&id)?, tx.group_members(&id)?);
                Ok::<_, StoreError>((tx.own_id(), group, members, tx.group_bans(&id)?))
            })
            .unwrap();
        let who = |id: &ContactId| {
            let place = || PEOPLE.iter().position(|name| *name == id.to_string()).unwrap();
            if *id == own { Who::Me } else { Who::Person(place()) }
        };
        assert_eq!((group.kind, group.limit), (known.kind, known.limit), "{id}");
        assert_eq!(
            (group.is_anonymous, &group.description),
            (known.is_anonymous, &known.description),
            "{id}"
        );
        let text = |json: Option<&JsonText>| json.map(|json| json.as_str().to_owned());
        assert_eq!(
            text(group.settings.as_json()),
            known.settings,
            "the settings of {id}"
        );
        assert_eq!(group.member_count as usize, known.members.len(), "{id}");
        let members = members.iter().map(|member| {
            let seat = Seat {
                role: member.role,
                joined: member.joined_at.unix_ms(),
                permissions: text(member.permissions.as_json()),
            };
            (who(&member.contact), seat)
        });
        assert_eq!(
            members.collect::<BTreeMap<_, _>>(),
            known.members,
            "the members of {id}"
        );
        let bans = bans.iter().map(|ban| who(&ban.contact));
        assert_eq!(bans.collect::<BTreeSet<_>>(), known.bans, "the bans of {id}");
    }
    compare_seen(store, model);
}

thread_local! {
    static ANONYMOUS: RefCell<BTreeMap<String, (usize, Who)>> = const { RefCell::new(BTreeMap::new()) };
}

/// All stories begin with the same vault.
fn same_as_ever(ids: &BTreeMap<String, (usize, Who)>) -> bool {
    ANONYMOUS.with_borrow_mut(|known| {
        if known.is_empty() {
            known.clone_from(ids);
        }
        known == ids
    })
}

/// Which groups each of them sees, and under which id the others know it in each.
fn compare_seen(store: &Store, model: &Model) {
    let own = store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
    let people = (0..PEOPLE.len()).map(|who| (Who::Person(who), contact_id(who)));
    let mut ids = BTreeMap::new();
    for (who, contact) in people.chain([(Who::Me, own)]) {
        let seen = store.read(|tx| tx.groups_seen_by(&contact)).unwrap();
        let seen: Vec<String> = seen.iter().map(|group| group.id.to_string()).collect();
        let sees = |group: &Group| group.kind == GroupKind::Public || group.members.contains_key(&who);
        let expected = model.groups.iter().filter(|(_, group)| sees(group));
        let mut expected: Vec<&str> = expected.map(|(number, _)| GROUPS[*number]).collect();
        expected.sort_unstable();
        assert_eq!(seen, expected, "what {who:?} sees");
        for (group, name) in GROUPS.iter().enumerate() {
            let id = store
                .read(|tx| tx.group_anonymous_id(&group_id(group), &contact))
                .unwrap();
            if let Some(other) = ids.insert(id.to_string(), (group, who)) {
                panic!("{other:?} and {who:?} in {name} are {id}");
            }
        }
    }
    assert!(same_as_ever(&ids), "other anonymous ids than before: {ids:?}");
}
