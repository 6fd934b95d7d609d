//! A public key in a file that differs from the one in the vault.

use privatus_domain::{
    ContactId, DisplayName, JsonText, KnownSetting, NewContact, SecurityFilter, SecurityKind,
};
use privatus_import::Advice;
use serde_json::json;

use super::{ann, key, records, setting, text};
use crate::telegram::vault::Vault;

fn differing(vault: &Vault) -> Vec<String> {
    let filter = SecurityFilter {
        kind: Some(SecurityKind::PublicKeyDiffers),
        ..SecurityFilter::default()
    };
    let events = vault.store.read(|tx| tx.security_events(&filter, 100)).unwrap();
    events.iter().map(|event| event.severity.to_string()).collect()
}

#[test]
fn another_key_than_the_vault_s_is_an_event_and_replaces_none() {
    for is_vouched in [false, true] {
        let vault = Vault::new();
        let identity = KnownSetting::IdentityPublicKey.key();
        let id: ContactId = "ann".parse().unwrap();
        let new = NewContact {
            id: id.clone(),
            display_name: DisplayName::new("Ann").unwrap(),
            public_key: key(7),
            is_verified: true,
            added_at: vault.store.now(),
            last_seen: None,
        };
        let own = JsonText::from(json!(key(8).to_base64()));
        vault
            .store
            .write("test", |tx| {
                tx.contact_create(&new)?;
                tx.setting_set("", &identity, own.clone(), tx.now())
            })
            .unwrap();
        let again =
            json!({"type": "contact", "id": "ann", "display_name": "Ann", "public_key": key(2).to_base64()});
        let mut all = records();
        all.extend([again, setting(identity.as_str(), &json!(key(6).to_base64()))]);
        let path = vault.write("export.jsonl", text(&all));
        let (report, result) = if is_vouched {
            vault.own_vouched(&path)
        } else {
            vault.own(&path)
        };
        result.unwrap();
        let known = vault.store.read(|tx| tx.contact_by_id(&id)).unwrap();
        assert_eq!((known.public_key, known.is_verified), (key(7), true));
        assert_eq!(
            vault.store.read(|tx| tx.setting("", &identity)).unwrap().value,
            own
        );
        assert!(report.keys_differing >= 2, "{report:?}");
        assert!(
            report
                .notes
                .iter()
                .any(|note| note.advice == Some(Advice::SecurityEvents))
        );
        // However often an export repeats it, there is one event per contact.
        let events = differing(&vault);
        assert!(events.iter().all(|severity| severity == "high"), "{events:?}");
        assert_eq!(events.len(), if is_vouched { 3 } else { 2 });
        // An identical key does not differ.
        let same = text(&[ann(7), setting(identity.as_str(), &own.to_value())]);
        let (report, _) = vault.own(&vault.write("same.jsonl", same));
        assert_eq!(
            (report.keys_differing, differing(&vault).len()),
            (0, events.len())
        );
    }
}
