//! Public keys: replaced and verified.

use super::*;

#[test]
fn a_key_is_replaced_by_one_act_alone() {
    let vault = Vault::new();
    vault.tx(|tx| tx.contact_create(&new("bob", "Bob"))).unwrap();
    let bob: ContactId = "bob".parse().unwrap();
    let read = || vault.store.read(|tx| tx.contact_by_id(&bob)).unwrap();
    let again = NewContact {
        public_key: key(1),
        is_verified: false,
        ..new("bob", "Robert")
    };
    vault.tx(|tx| tx.contact_create(&again)).unwrap();
    assert!(read().public_key == key(0) && read().is_verified && read().display_name == "Bob");

    assert!(!vault.tx(|tx| tx.contact_key_replace(&bob, &key(0))).unwrap());
    assert!(read().is_verified && vault.events().is_empty(), "the same key");
    assert!(vault.tx(|tx| tx.contact_key_replace(&bob, &key(1))).unwrap());
    assert!(read().public_key == key(1) && !read().is_verified);
    assert!(vault.tx(|tx| tx.contact_key_replace(&bob, &key(2))).unwrap());
    let event = |severity: &str| ("public_key_replaced".to_owned(), severity.to_owned());
    assert_eq!(vault.events(), [event("high"), event("medium")]);
    assert!(
        vault
            .tx(|tx| tx.contact_key_replace(&bob, &PublicKey::default()))
            .unwrap()
    );
    assert!(vault.tx(|tx| tx.contact_key_replace(&bob, &key(3))).unwrap());
    assert_eq!(vault.events().len(), 3, "a first key replaces none");
    let replaced = vault.acts().into_iter().filter(|(act, _)| act == "key_replace");
    let had = |details: Option<Value>| details.unwrap()["had_key"].as_bool().unwrap();
    assert_eq!(
        replaced.map(|(_, details)| had(details)).collect::<Vec<_>>(),
        [true, true, true, false]
    );
    assert_eq!(vault.verify().problems, Vec::<String>::new());
}

#[test]
fn a_key_is_verified_by_a_number_that_fits() {
    let vault = Vault::new();
    vault.tx(|tx| tx.contact_key_replace(&alice(), &key(7))).unwrap();
    let by = |number: &SafetyNumber| vault.tx(|tx| tx.contact_verify_by(&alice(), number));
    let (half, both) = (
        safety_number(&key(7), None).unwrap(),
        safety_number(&key(7), Some(&key(9))).unwrap(),
    );
    let error = by(&both).unwrap_err();
    assert!(
        matches!(error, StoreError::Contact(ContactError::NoOwnKey))
            && error.to_string().contains("identity.public_key")
    );
    let own = json!(key(9).to_base64());
    vault
        .tx(|tx| {
            tx.setting_set(
                "",
                &privatus_domain::SettingKey::new("identity.public_key")?,
                &own,
                tx.now(),
            )
        })
        .unwrap();
    for other in [
        safety_number(&key(8), None).unwrap(),
        safety_number(&key(8), Some(&key(9))).unwrap(),
    ] {
        let error = by(&other).unwrap_err();
        assert!(
            matches!(error, StoreError::SafetyNumber(SafetyNumberError::Differs))
                && error.to_string().contains("does not match"),
            "{error}"
        );
    }
    assert!(!vault.alice().is_verified);
    for number in [half, both] {
        by(&number).unwrap();
        assert!(vault.alice().is_verified);
    }
    vault
        .tx(|tx| tx.contact_key_replace(&alice(), &PublicKey::default()))
        .unwrap();
    let error = vault.tx(|tx| tx.contact_verify(&alice())).unwrap_err();
    assert!(
        matches!(error, StoreError::Contact(ContactError::NothingToVerify)),
        "{error}"
    );
    assert!(!vault.alice().is_verified);
}
