//! Grants: given, changed, expired, taken back, each written down.

use privatus_domain::{AccessError, GrantFilter, JsonText, Permission, Resource, ResourceKind, Timestamp};
use privatus_store::{Missing, StoreError};
use serde_json::json;

use super::{LATER, NOW, World, clock, new_grant, on_chat, user};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms).unwrap()
}

fn details(world: &World) -> serde_json::Value {
    world.audited("access")[0]
        .details
        .as_ref()
        .map(JsonText::to_value)
        .unwrap()
}

#[test]
fn a_grant_is_given_changed_and_taken_back_with_what_changed_written_down() {
    let world = World::new();
    let chat = on_chat(&world.alice);
    world.grant(
        &chat,
        Some("ann"),
        &[Permission::Write, Permission::Read, Permission::Read],
    );
    let first = json!({ "user": "ann", "permissions": ["read", "write"], "expires_at": null });
    assert_eq!(details(&world), json!({ "grant": first, "before": null }));

    let end = at(NOW + 1);
    world
        .grant_until(&chat, Some("ann"), &[Permission::Delete], Some(end))
        .unwrap();
    let second = json!({ "user": "ann", "permissions": ["delete"], "expires_at": end.to_sql() });
    assert_eq!(details(&world), json!({ "grant": second, "before": first }));
    let all = world
        .store
        .read(|tx| tx.access_list(&GrantFilter::default()))
        .unwrap();
    assert_eq!(all.len(), 1, "one a resource and user");

    world
        .store
        .write("revoke", |tx| tx.access_revoke(&chat, Some(&user("ann"))))
        .unwrap();
    assert_eq!(details(&world), json!({ "before": second }));
    assert_eq!(world.audited("access")[0].action, "revoke");
    let count = world.audited("access").len();
    for to in [Some(user("ann")), None] {
        let again = world
            .store
            .write("revoke", |tx| tx.access_revoke(&chat, to.as_ref()));
        assert!(matches!(
            again.unwrap_err(),
            StoreError::NotFound(Missing::Grant { .. })
        ));
    }
    assert_eq!(world.audited("access").len(), count);
}

#[test]
fn an_expiry_that_is_not_after_now_is_refused_and_nothing_changes() {
    let world = World::new();
    let chat = on_chat(&world.alice);
    world.grant(&chat, Some("ann"), &[Permission::Read]);
    let before = world
        .store
        .read(|tx| tx.access_list(&GrantFilter::default()))
        .unwrap();
    for end in [NOW - 1, NOW] {
        let refused = world.grant_until(&chat, Some("ann"), &[Permission::Admin], Some(at(end)));
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::Access(AccessError::Expired(..))));
        assert!(error.to_string().contains("is in the past"), "{error}");
    }
    assert_eq!(
        world
            .store
            .read(|tx| tx.access_list(&GrantFilter::default()))
            .unwrap(),
        before
    );
    assert_eq!(world.audited("access").len(), 1);
}

#[test]
fn a_grant_ends_to_the_millisecond() {
    let world = World::new();
    world
        .grant_until(
            &on_chat(&world.alice),
            None,
            &[Permission::Read],
            Some(at(NOW + 10)),
        )
        .unwrap();
    let reads = |later: i64| {
        LATER.set(later);
        let session = world.store.session(user("ann"));
        let read: Result<_, StoreError> = session.read(|tx| tx.conversation_by_id(&world.alice));
        read.is_ok()
    };
    assert_eq!([9, 10, 11, 0].map(reads), [true, false, false, true]);
}

#[test]
fn what_is_granted_within_a_transaction_holds_in_it() {
    let world = World::new();
    let every = Resource::every(ResourceKind::Conversation);
    world.grant(&every, Some("ann"), &[Permission::Admin]);
    let session = world.store.session(user("ann"));
    let less = new_grant(&every, Some("ann"), &[Permission::Read], None);
    let result: Result<bool, StoreError> = session.write("less", |tx| {
        tx.conversation_mark_read(&world.bob, None)?;
        tx.access_grant(&less)?;
        Ok(tx.conversation_mark_read(&world.bob, None).is_ok())
    });
    assert!(!result.unwrap(), "it took that from itself");
}

#[test]
fn grants_may_name_what_is_not_there_and_are_listed_by_user_and_resource() {
    let world = World::new();
    let absent = Resource::of(ResourceKind::Contact, "nobody");
    let every = Resource::every(ResourceKind::Contact);
    world.grant(&absent, Some("ann"), &[Permission::Read]);
    world.grant(&every, None, &[Permission::Read]);
    world.grant(&every, Some("zoe"), &[Permission::Read]);
    let list = |to: Option<Option<&str>>, on: Option<&Resource>| {
        let filter = GrantFilter {
            to: to.map(|to| to.map(user)),
            on: on.cloned(),
        };
        world.store.read(|tx| tx.access_list(&filter)).unwrap().len()
    };
    assert_eq!(list(None, None), 3);
    assert_eq!(list(Some(Some("ann")), None), 1);
    assert_eq!(list(Some(None), None), 1);
    assert_eq!(list(None, Some(&every)), 2);
    assert_eq!(list(Some(Some("zoe")), Some(&absent)), 0);
    // A user sees what speaks of it.
    let session = world.store.session(user("ann"));
    let mine: Result<_, StoreError> = session.read(|tx| tx.access_list(&GrantFilter::default()));
    assert_eq!(mine.unwrap().len(), 2);
    let check = |who: &str, on: &Resource| {
        world
            .store
            .read(|tx| tx.access_check(&user(who), on, Permission::Read))
            .unwrap()
    };
    assert!(
        check("ann", &absent) && check("somebody", &absent),
        "the second by everyone's"
    );
    assert!(!check("ann", &on_chat(&world.alice)));
}

#[test]
fn who_may_grant_for_a_while_does_not_grant_for_longer() {
    let world = World::new();
    let on = on_chat(&world.alice);
    let end = Timestamp::from_unix_ms(clock().unix_ms() + 60_000).unwrap();
    world
        .grant_until(&on, Some("ann"), &[Permission::Admin], Some(end))
        .unwrap();
    let session = world.store.session(user("ann"));
    let give = |expires_at| {
        let new = new_grant(&on, Some("ann"), &[Permission::Admin], expires_at);
        session.write("grant", |tx| tx.access_grant(&new))
    };
    for longer in [None, Timestamp::from_unix_ms(end.unix_ms() + 1).ok()] {
        assert!(matches!(
            give(longer).unwrap_err(),
            StoreError::Access(AccessError::OutlastsGiver(_))
        ));
    }
    give(Some(end)).unwrap();
}
