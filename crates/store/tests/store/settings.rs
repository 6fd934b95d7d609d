//! Settings: scopes that fall back, known ones with their types, and a user's own.

use privatus_domain::{Effective, JsonText, KnownSetting, SettingKey, Timestamp, UserId};
use privatus_store::{Missing, Store, StoreError};
use serde_json::{Value, json};

use crate::fixture::create;

fn vault() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let store = create(&path);
    (folder, store)
}

fn key(name: &str) -> SettingKey {
    SettingKey::kept(name).unwrap()
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn set(store: &Store, scope: &str, name: &str, value: Value) -> Result<(), StoreError> {
    store.write("set", |tx| tx.setting_set(scope, &key(name), value, tx.now()))
}

fn effective(store: &Store, who: Option<&str>, name: &str) -> Result<Effective, StoreError> {
    store.read(|tx| tx.setting_effective(who.map(user).as_ref(), &key(name)))
}

fn value(store: &Store, who: Option<&str>, name: &str) -> Value {
    effective(store, who, name).unwrap().value().to_value()
}

#[test]
fn a_users_value_goes_before_the_applications_and_that_before_the_default() {
    let (_folder, store) = vault();
    const NAME: &str = "privacy.read_receipts";
    assert_eq!(
        effective(&store, Some("alice"), NAME).unwrap(),
        Effective::Default(json!(true).into())
    );
    set(&store, "", NAME, json!(false)).unwrap();
    set(&store, "alice", NAME, json!(true)).unwrap();
    assert_eq!(value(&store, Some("alice"), NAME), json!(true));
    assert_eq!(value(&store, Some("bob"), NAME), json!(false));
    assert_eq!(value(&store, None, NAME), json!(false));
    store
        .write("unset", |tx| tx.setting_unset("alice", &key(NAME)))
        .unwrap();
    assert_eq!(value(&store, Some("alice"), NAME), json!(false));
    let unset = effective(&store, Some("alice"), "theme").unwrap_err();
    assert!(
        matches!(unset, StoreError::NotFound(Missing::Setting(_))),
        "{unset}"
    );
    let own = store.read(|tx| tx.settings_of("")).unwrap();
    assert_eq!(own.len(), 1);
}

#[test]
fn what_is_set_keeps_the_rules_and_what_came_from_elsewhere_is_kept() {
    let (_folder, store) = vault();
    for (scope, name, value) in [
        ("", "font size", json!(12)),
        ("", "metrics.enabled", json!("yes")),
        ("alice", "metrics.enabled", json!(false)),
        (" ", "theme", json!(1)),
        ("", "theme", json!("x".repeat(1_048_576))),
    ] {
        let refused = set(&store, scope, name, value).unwrap_err();
        assert!(refused.broken_rule().is_some(), "{name}: {refused}");
    }
    assert!(store.read(|tx| tx.settings()).unwrap().is_empty());
    let at = Timestamp::parse("2025-06-15T12:00:00Z").unwrap();
    let restored = [
        ("", "font size", json!(12)),
        ("", "metrics.enabled", json!("yes")),
    ];
    for (scope, name, value) in restored {
        store
            .write("restore", |tx| tx.setting_restore(scope, &key(name), value, at))
            .unwrap();
    }
    assert_eq!(value(&store, None, "font size"), json!(12));
    assert_eq!(value(&store, None, "metrics.enabled"), json!("yes"));
    let known = |who: Option<&str>, known| {
        let who = who.map(user);
        store.read(|tx| tx.setting_known(who.as_ref(), known)).unwrap()
    };
    assert_eq!(
        known(None, KnownSetting::MetricsEnabled),
        Some(json!(true)),
        "of another type: not set"
    );
    set(&store, "", "metrics.enabled", json!(false)).unwrap();
    assert_eq!(
        known(Some("alice"), KnownSetting::MetricsEnabled),
        Some(json!(false))
    );
    assert_eq!(known(None, KnownSetting::IdentityPublicKey), None);
    store
        .write("unset", |tx| tx.setting_unset("", &key("font size")))
        .unwrap();
}

#[test]
fn a_user_has_the_own_settings_and_no_others() {
    let (_folder, store) = vault();
    let text = || JsonText::from(json!("dark"));
    for scope in ["", "alice", "bob"] {
        set(&store, scope, "theme", json!("dark")).unwrap();
    }
    let alice = store.session(user("alice"));
    let theme = key("theme");
    alice
        .write("set", |tx| tx.setting_set("alice", &theme, text(), tx.now()))
        .unwrap();
    assert_eq!(
        alice.read(|tx| tx.setting("alice", &theme)).unwrap().scope,
        "alice"
    );
    let listed: Vec<String> = alice
        .read(|tx| tx.settings())
        .unwrap()
        .into_iter()
        .map(|setting| setting.scope)
        .collect();
    assert_eq!(listed, ["alice"]);
    alice
        .write("unset", |tx| tx.setting_unset("alice", &theme))
        .unwrap();
    let denied = [
        alice.read(|tx| tx.setting("", &theme)).map(drop),
        alice.read(|tx| tx.setting("bob", &theme)).map(drop),
        // The own is unset: this would be the application's.
        alice
            .read(|tx| tx.setting_effective(Some(&user("alice")), &theme))
            .map(drop),
        alice.write("set", |tx| tx.setting_set("", &theme, text(), tx.now())),
        alice.write("set", |tx| tx.setting_set("bob", &theme, text(), tx.now())),
        alice.write("unset", |tx| tx.setting_unset("bob", &theme)),
    ];
    for result in denied {
        assert!(matches!(result.unwrap_err(), StoreError::AccessDenied { .. }));
    }
    assert_eq!(store.read(|tx| tx.settings()).unwrap().len(), 2);
}
