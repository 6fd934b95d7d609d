//! What was refused leaves nothing behind but a line in the audit log.

use privatus_domain::{JsonText, Permission, Resource, ResourceKind};
use privatus_store::{PageStart, Password, Secret, Store, StoreError};
use serde_json::json;

use super::{World, audited, on_chat, options, password, received, user};

#[test]
fn a_refusal_outlives_the_transaction_that_was_refused() {
    let world = World::new();
    world.grant(&on_chat(&world.alice), Some("ann"), &[Permission::Write]);
    let refused: Result<(), StoreError> = world.store.session(user("ann")).write("both", |tx| {
        tx.message_insert(&world.alice, &received(&"kept-not".parse()?, "alice"))?;
        tx.message_insert(&world.bob, &received(&"refused".parse()?, "bob"))?;
        Ok(())
    });
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, StoreError::AccessDenied { .. })
            && refused
                .to_string()
                .starts_with("access denied: ann has no write permission on conversation:"),
        "{refused}"
    );
    let entries = world.audited("access");
    let entry = &entries[0];
    assert_eq!((entry.action.as_str(), entry.success), ("refuse", false));
    assert_eq!(entry.user_id.as_deref(), Some("ann"));
    assert_eq!(entry.resource_id.as_deref(), Some("bob"));
    assert_eq!(
        entry.details.as_ref().map(JsonText::to_value),
        Some(json!({ "permission": "write" }))
    );
    for id in ["kept-not", "refused"] {
        let found = world.store.read(|tx| tx.message_by_id(&id.parse()?));
        assert!(matches!(found, Err(StoreError::NotFound(_))), "{id}");
    }
    let world = world.reopened();
    assert_eq!(world.audited("access"), entries);
    world
        .store
        .read(|tx| tx.audit_verify(None, &mut |_| true))
        .unwrap();
}

#[test]
fn a_refused_read_is_written_down_and_lists_are_not() {
    let world = World::new();
    let session = world.store.session(user("ann"));
    let list: Result<_, StoreError> = session.read(|tx| tx.conversations(10));
    assert_eq!(list.unwrap(), Vec::new());
    assert_eq!(world.audited("access").len(), 0, "nothing was refused");
    let page: Result<_, StoreError> = session.read(|tx| tx.messages_page(&world.bob, &PageStart::Newest, 1));
    assert!(matches!(page, Err(StoreError::AccessDenied { .. })));
    assert_eq!(world.audited("access").len(), 1);
    // A caller that makes nothing of it: it is written down all the same.
    let looked: Result<bool, StoreError> = session.read(|tx| Ok(tx.conversation_by_id(&world.bob).is_ok()));
    assert!(!looked.unwrap());
    assert_eq!(world.audited("access").len(), 2);
}

#[test]
fn a_list_is_cut_after_what_may_not_be_seen_is_left_out() {
    let world = World::new();
    let all = world.store.read(|tx| tx.conversations(10)).unwrap();
    let last = all.last().unwrap();
    world.grant(&on_chat(&last.id), Some("ann"), &[Permission::Read]);
    let session = world.store.session(user("ann"));
    let list: Result<_, StoreError> = session.read(|tx| tx.conversations(1));
    assert_eq!(list.unwrap(), std::slice::from_ref(last));
}

#[test]
fn a_bound_store_is_bound_in_all_that_it_does() {
    let world = World::new();
    world.grant(&on_chat(&world.alice), Some("ann"), &[Permission::Read]);
    world.grant(
        &Resource::every(ResourceKind::Vault),
        Some("root"),
        &[Permission::Admin],
    );
    let (path, alice, bob) = (world.path(), world.alice.clone(), world.bob.clone());
    world.store.close().unwrap();
    let unlock = || Store::unlock(&path, &Secret::Password(password()), &options()).unwrap();

    let store = unlock().bind(user("ann"));
    let denied = |result: Result<(), StoreError>| {
        assert!(matches!(result.unwrap_err(), StoreError::AccessDenied { .. }));
    };
    store.read(|tx| tx.conversation_by_id(&alice)).unwrap();
    denied(store.read(|tx| tx.conversation_by_id(&bob).map(drop)));
    denied(store.read_long(|tx| tx.messages_page(&bob, &PageStart::Newest, 1).map(drop)));
    denied(store.write("send", |tx| {
        tx.message_insert(&alice, &received(&"x".parse()?, "alice"))
            .map(drop)
    }));
    let other = Password::new("another").unwrap();
    denied(
        store
            .change_password(&Secret::Password(password()), &other, None)
            .map(drop),
    );
    // Neither a session nor another binding leads out of it.
    let session = store.session(user("root"));
    assert_eq!(session.user(), &user("ann"));
    denied(session.read(|tx| tx.conversation_by_id(&bob).map(drop)));
    let store = store.bind(user("root"));
    denied(store.read(|tx| tx.conversation_by_id(&bob).map(drop)));
    // A store that is dropped without being locked has written its refusals down.
    drop(store);

    let store = unlock();
    let refused = audited(&store, "access")
        .into_iter()
        .filter(|entry| entry.action == "refuse");
    let users: Vec<_> = refused.map(|entry| entry.user_id.unwrap()).collect();
    assert_eq!(users, ["ann"; 6]);
    let unlocks = audited(&store, "authentication");
    assert!(
        unlocks.iter().all(|entry| entry.user_id.is_none()),
        "who unlocks holds the key"
    );
    assert!(!unlocks.is_empty());
}

#[test]
fn a_bound_session_signs_with_its_own_name() {
    let world = World::new();
    let chat = on_chat(&world.alice);
    world.grant(&chat, Some("ann"), &[Permission::Admin]);
    let new = super::new_grant(&chat, Some("zoe"), &[Permission::Read], None);
    let session = world.store.session(user("ann"));
    session.write("grant", |tx| tx.access_grant(&new)).unwrap();
    assert_eq!(world.audited("access")[0].user_id.as_deref(), Some("ann"));
    let grants = world
        .store
        .read(|tx| tx.access_list(&Default::default()))
        .unwrap();
    let by: Vec<_> = grants
        .iter()
        .map(|grant| grant.granted_by.as_ref().map(|by| by.as_str()))
        .collect();
    assert_eq!(by, [None, Some("ann")]);
}
