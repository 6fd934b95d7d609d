//! The rule cell by cell, and what holds for every grant.

use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_750_000_000_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms).unwrap()
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn grant(on: &str, to: Option<&str>, permissions: &[Permission]) -> Grant {
    Grant {
        on: on.parse().unwrap(),
        to: to.map(user),
        permissions: Permissions::new(permissions.iter().copied()).unwrap(),
        granted_by: None,
        granted_at: at(NOW),
        expires_at: None,
    }
}

/// Whether one grant allows ann this.
fn ann(grant: &Grant, on: &str, permission: Permission) -> bool {
    let on = on.parse().unwrap();
    access_allowed(
        std::slice::from_ref(grant),
        &user("ann"),
        &on,
        permission,
        at(NOW),
    )
}

#[test]
fn each_permission_allows_itself_and_admin_allows_all() {
    for given in Permission::ALL {
        let grant = grant("contact:a", Some("ann"), &[given]);
        for asked in Permission::ALL {
            let wanted = given == asked || given == Permission::Admin;
            assert_eq!(ann(&grant, "contact:a", asked), wanted, "{given} for {asked}");
        }
    }
}

#[test]
fn a_grant_holds_for_its_user_or_for_everyone() {
    for (to, wanted) in [
        (Some("ann"), true),
        (Some("bob"), false),
        (Some("Ann"), false),
        (None, true),
    ] {
        let grant = grant("contact:a", to, &[Permission::Read]);
        assert_eq!(ann(&grant, "contact:a", Permission::Read), wanted, "{to:?}");
    }
}

#[test]
fn a_grant_holds_for_its_resource_or_all_of_the_kind() {
    for kind in ResourceKind::ALL {
        for asked in ResourceKind::ALL {
            let same = kind == asked;
            let read = |given: &str, on: &str| {
                let grant = grant(given, Some("ann"), &[Permission::Read]);
                ann(&grant, on, Permission::Read)
            };
            assert_eq!(
                read(&format!("{kind}:a"), &format!("{asked}:a")),
                same,
                "{kind} {asked}"
            );
            assert_eq!(
                read(&format!("{kind}:*"), &format!("{asked}:a")),
                same,
                "{kind} {asked}"
            );
            assert_eq!(
                read(&format!("{kind}:*"), &format!("{asked}:*")),
                same,
                "{kind} {asked}"
            );
            assert!(
                !read(&format!("{kind}:a"), &format!("{asked}:b")),
                "{kind} {asked}"
            );
            assert!(
                !read(&format!("{kind}:a"), &format!("{asked}:*")),
                "one is not all: {kind}"
            );
        }
    }
}

#[test]
fn who_may_do_all_with_the_vault_may_do_all_with_what_is_in_it() {
    for kind in ResourceKind::ALL {
        for asked in Permission::ALL {
            for given in Permission::ALL {
                let grant = grant("vault:*", Some("ann"), &[given]);
                let wanted = given == Permission::Admin || kind == ResourceKind::Vault && given == asked;
                assert_eq!(
                    ann(&grant, &format!("{kind}:a"), asked),
                    wanted,
                    "{given}: {asked} {kind}"
                );
            }
        }
    }
    let other = grant("vault:a", Some("ann"), &[Permission::Admin]);
    assert!(!ann(&other, "contact:a", Permission::Read));
}

#[test]
fn a_grant_ends_with_the_moment_of_its_expiry() {
    let mut grant = grant("contact:a", None, &[Permission::Read]);
    for (end, wanted) in [(NOW - 1, false), (NOW, false), (NOW + 1, true)] {
        grant.expires_at = Some(at(end));
        assert_eq!(
            ann(&grant, "contact:a", Permission::Read),
            wanted,
            "{}",
            end - NOW
        );
        let new = NewGrant {
            on: grant.on.clone(),
            to: None,
            permissions: grant.permissions.clone(),
            expires_at: grant.expires_at,
        };
        assert_eq!(
            new.check(at(NOW)).is_ok(),
            wanted,
            "one that would never hold is refused"
        );
    }
}

#[test]
fn what_is_not_known_is_kept_and_allows_nothing() {
    let text = r#"["share","read","admin2","read"]"#;
    let permissions = Permissions::from_json(text).unwrap();
    assert_eq!(permissions.to_json().to_string(), r#"["read","share","admin2"]"#);
    let allowed: Vec<bool> = Permission::ALL.map(|one| permissions.allow(one)).into();
    assert_eq!(allowed, [true, false, false, false]);
    assert!(!Permissions::from_json("[]").unwrap().allow(Permission::Read));
    for wrong in ["", "{}", "[1]", "\"read\"", "null"] {
        assert_eq!(
            Permissions::from_json(wrong),
            Err(AccessError::NotAList),
            "{wrong}"
        );
    }
    assert_eq!(Permissions::new([]), Err(AccessError::Nothing));
    assert_eq!(
        "Read".parse::<Permission>(),
        Err(AccessError::UnknownPermission("Read".into()))
    );
}

#[test]
fn what_is_allowed_lasts_as_long_as_its_longest_grant() {
    let on: Resource = "contact:a".parse().unwrap();
    let until = |grants: &[Grant]| access_allowed_until(grants, &user("ann"), &on, Permission::Read, at(NOW));
    let ending = |end: Option<i64>| Grant {
        expires_at: end.map(at),
        ..grant("contact:a", Some("ann"), &[Permission::Read])
    };
    assert_eq!(until(&[]), None);
    assert_eq!(until(&[ending(Some(NOW))]), None, "it is over");
    let short = ending(Some(NOW + 1));
    assert_eq!(until(&[short.clone(), ending(Some(NOW + 2))]), Some(at(NOW + 2)));
    assert_eq!(until(&[ending(None), short]), Some(Timestamp::MAX));
}

#[test]
fn a_filter_lets_through_what_fits_both_its_parts() {
    let (of_ann, of_all) = (
        grant("contact:a", Some("ann"), &Permission::ALL),
        grant("contact:*", None, &Permission::ALL),
    );
    let passes = |to: Option<Option<&str>>, on: Option<&str>| {
        let filter = GrantFilter {
            to: to.map(|to| to.map(user)),
            on: on.map(|on| on.parse().unwrap()),
        };
        (filter.passes(&of_ann), filter.passes(&of_all))
    };
    assert_eq!(passes(None, None), (true, true));
    assert_eq!(passes(Some(Some("ann")), None), (true, false));
    assert_eq!(passes(Some(None), None), (false, true));
    assert_eq!(passes(None, Some("contact:a")), (true, false));
    assert_eq!(passes(None, Some("contact:*")), (false, true));
    assert_eq!(passes(Some(Some("ann")), Some("contact:*")), (false, false));
    assert_eq!(passes(Some(None), Some("contact:a")), (false, false));
    assert_eq!(passes(Some(Some("bob")), None), (false, false));
}

#[test]
fn a_permission_is_shown_by_its_word() {
    assert_eq!(
        Permission::ALL.map(|one| one.to_string()),
        ["read", "write", "delete", "admin"]
    );
}

fn any_permissions() -> impl Strategy<Value = Permissions> {
    let word = prop_oneof!["read", "write", "delete", "admin", "[a-z]{1,6}"];
    proptest::collection::vec(word, 0..5)
        .prop_map(|words| Permissions::from_json(&serde_json::to_string(&words).unwrap()).unwrap())
}

fn any_resource() -> impl Strategy<Value = Resource> {
    let kind = proptest::sample::select(&ResourceKind::ALL[..]);
    (kind, "[ab*]").prop_map(|(kind, id)| Resource::new(kind, &id).unwrap())
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let (to, end) = (
        proptest::option::of("[ab]"),
        proptest::option::of(NOW - 2..NOW + 2),
    );
    (any_resource(), to, any_permissions(), end).prop_map(|(on, to, permissions, end)| Grant {
        on,
        to: to.as_deref().map(user),
        permissions,
        granted_by: None,
        granted_at: at(NOW),
        expires_at: end.map(at),
    })
}

proptest! {
    #[test]
    fn another_grant_never_takes_anything_away(
        grants in proptest::collection::vec(any_grant(), 0..5), more in any_grant(),
        on in any_resource(), permission in proptest::sample::select(&Permission::ALL[..]), who in "[ab]",
    ) {
        let asked = |grants: &[Grant]| access_allowed(grants, &user(&who), &on, permission, at(NOW));
        let (before, mut both) = (asked(&grants), grants);
        both.insert(0, more.clone());
        prop_assert_eq!(asked(&both), before || asked(&[more]), "each grant speaks for itself");
        prop_assert!(!asked(&[]));
    }

    #[test]
    fn time_only_takes_away(
        grants in proptest::collection::vec(any_grant(), 0..5), on in any_resource(),
        permission in proptest::sample::select(&Permission::ALL[..]), early in NOW - 3..NOW + 3, later in 0_i64..4,
    ) {
        let at_time = |ms| access_allowed(&grants, &user("a"), &on, permission, at(ms));
        prop_assert!(at_time(early) || !at_time(early + later));
    }

    #[test]
    fn a_grant_on_all_is_worth_one_on_each(
        mut grant in any_grant(), on in any_resource(), permission in proptest::sample::select(&Permission::ALL[..]),
    ) {
        let one = access_allowed(&[grant.clone()], &user("a"), &on, permission, at(NOW));
        grant.on = Resource::every(grant.on.kind);
        prop_assert!(!one || access_allowed(&[grant], &user("a"), &on, permission, at(NOW)));
    }

    #[test]
    fn permissions_come_back_from_their_json(permissions in any_permissions()) {
        let text = permissions.to_json().to_string();
        let again = Permissions::from_json(&text).unwrap();
        prop_assert_eq!(again.to_json().to_string(), text);
        prop_assert_eq!(again, permissions);
    }
}

#[test]
fn a_grant_that_no_build_writes_is_refused() {
    let good = grant("contact:a", Some("ann"), &[Permission::Read]);
    assert_eq!(good.check(), Ok(()));
    let ending = |ms| {
        let grant = Grant {
            expires_at: Some(at(ms)),
            ..good.clone()
        };
        grant.check()
    };
    assert_eq!(ending(NOW + 1), Ok(()));
    for end in [NOW, NOW - 1] {
        assert_eq!(ending(end), Err(AccessError::NeverHeld(at(end), at(NOW))));
    }
    let with = |words: &[&str]| {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let grant = Grant {
            permissions: Permissions::from_words(words),
            ..good.clone()
        };
        grant.check()
    };
    assert_eq!(with(&["read", "write"]), Ok(()));
    assert_eq!(with(&[]), Err(AccessError::Nothing));
    assert_eq!(
        with(&["read", "fly"]),
        Err(AccessError::UnknownPermission("fly".to_owned()))
    );
}
