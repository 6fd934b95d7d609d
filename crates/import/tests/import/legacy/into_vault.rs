//! Imports such a database into a vault: what is imported, how everything is counted, and that a second import adds
//! nothing.

use std::ops::ControlFlow;
use std::path::Path;

use privatus_domain::{ContactId, JsonText, PublicKey, SecurityFilter, SecurityKind, SettingKey, Timestamp};
use privatus_import::legacy::{LegacyError, SearchOptions, Zone};
use privatus_import::{Advice, AuthorityKind, ImportError, Report, legacy_import, privatus};
use privatus_store::{Password, Store, VaultOptions};

use crate::legacy::maker::{ALICE, Maker, PASSWORD, blob, seal};

struct Vault(
    Store,
    #[allow(dead_code, reason = "keeps the folder")] tempfile::TempDir,
);

impl Vault {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let password = Password::new("the vault's own").unwrap();
        let options = VaultOptions::cheap_for_tests();
        let (store, _) = Store::create(&folder.path().join("vault"), &password, &options).unwrap();
        Self(store, folder)
    }

    fn import(&self, path: &Path) -> Result<Report, ImportError> {
        let mut report = Report::new("legacy");
        let options = SearchOptions {
            password: Some(PASSWORD.as_bytes()),
            max_iterations: 50,
            ..SearchOptions::default()
        };
        let zone = Zone::named("Europe/Berlin").unwrap();
        let mut search = |_: &_| ControlFlow::Continue(());
        legacy_import::import(
            &self.0,
            path,
            &options,
            &zone,
            &mut report,
            &mut search,
            &mut |_| true,
        )?;
        Ok(report)
    }

    fn export(&self) -> String {
        let mut out = Vec::new();
        privatus::export(&self.0, &mut out, &mut |_| true).unwrap();
        String::from_utf8(out).unwrap()
    }
}

#[test]
fn settings_come_over_letter_by_letter() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.message(&key, "");
    let value = r#"{"id": 123456789012345678901234567890, "scale": 1.10, "name": "\u00e9 \ud83d"}"#;
    maker.setting(&key, "exact", value);
    let folder = maker.close();
    let vault = Vault::new();
    let report = vault.import(folder.path()).unwrap();
    assert_eq!(
        (report.settings_imported, report.messages_imported, report.partial),
        (1, 1, false)
    );
    let kept = r#""value":{"id":123456789012345678901234567890,"scale":1.10,"name":"\u00e9 \ud83d"}"#;
    assert!(vault.export().contains(kept));
    let again = vault.import(folder.path()).unwrap();
    assert_eq!(
        (
            again.settings_imported,
            again.messages_imported,
            again.messages_known
        ),
        (0, 0, 1)
    );
}

#[test]
fn what_stays_out_is_counted_for_what_it_is() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.messages(&key, 3);
    // The clocks showed this hour twice.
    maker.sql(&format!(
        "INSERT INTO messages VALUES ('twice', 'a stranger', {}, 0, 0, '2025-10-26T02:30:00')",
        blob(&seal(&key, b"at half past two"))
    ));
    maker.token(b"no token");
    maker.token(&seal(&[9; 32], b"under a key that no count gives"));
    maker.setting(&key, "broken", "{no json");
    maker.setting(&key, "line\nbreak", "1");
    maker.sql("INSERT INTO contacts VALUES (x'07', 'Bytes for an id', '', 0, 0, NULL, NULL)");
    let folder = maker.close();
    let vault = Vault::new();
    let report = vault.import(folder.path()).unwrap();
    assert_eq!(
        (report.messages_imported, report.messages_skipped),
        (4, 2),
        "{report:?}"
    );
    assert!(report.partial);
    let reasons: Vec<(&str, u64)> = report
        .reasons
        .iter()
        .map(|(why, count)| (why.as_str(), *count))
        .collect();
    assert_eq!(
        reasons,
        [
            ("contacts: wrong_type", 1),
            ("no_key", 1),
            ("not_a_token", 1),
            ("settings: name", 1),
            ("settings: not_json", 1)
        ]
    );
    let notes: Vec<&str> = report.notes.iter().map(|note| note.text.as_str()).collect();
    let notes = notes.join("\n");
    for word in [
        "found: a key of 20 iterations",
        "Europe/Berlin (given)",
        "1 local time that",
        "no key opens 1 row",
    ] {
        assert!(notes.contains(word), "{word}: {notes}");
    }
    // The contact that is missing in the source was created.
    assert_eq!(report.contacts_imported, 2);
    let again = vault.import(folder.path()).unwrap();
    assert_eq!(
        (
            again.messages_imported,
            again.messages_known,
            again.contacts_imported
        ),
        (0, 4, 0)
    );
}

#[test]
fn a_wrong_password_imports_nothing_and_has_its_own_code() {
    let mut maker = Maker::new();
    let key = crate::legacy::maker::derive("another password", &maker.salt, 20);
    maker.message(&key, "text");
    let folder = maker.close();
    let vault = Vault::new();
    let error = vault.import(folder.path()).unwrap_err();
    assert!(matches!(
        error,
        ImportError::Legacy(LegacyError::NothingOpens { .. })
    ));
    let text = error.to_string();
    assert!(
        text.contains("up to 50") && text.contains("higher count") && text.contains("password"),
        "{text}"
    );
    assert!(!vault.export().contains("\"type\":\"message\""));
}

/// Plain SQL marks a contact as verified, and moves a sealed value to another name.
#[test]
fn whoever_could_write_the_file_gives_no_rights() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.message(&key, "text");
    maker.setting(
        &key,
        "identity.public_key",
        "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"",
    );
    maker.setting(&key, "privacy.read_receipts", "true");
    // Names that the Python application does not have: names with parts, and lookalikes.
    for name in [
        "app.lock",
        "identity.public_key ",
        "theme\u{200b}",
        "not\u{131}fy",
        "Language",
    ] {
        maker.setting(&key, name, "false");
    }
    maker.setting(&key, "theme", "\"dark\"");
    let folder = maker.close();
    let vault = Vault::new();
    let report = vault.import(folder.path()).unwrap();
    assert_eq!((report.settings_imported, report.partial), (1, false));
    let counted: Vec<(AuthorityKind, u64)> = report.not_trusted.clone().into_iter().collect();
    assert_eq!(
        counted,
        [
            (AuthorityKind::OwnKey, 1),
            (AuthorityKind::Setting, 6),
            (AuthorityKind::VerifiedContact, 1)
        ]
    );
    // Every name is listed, so that a person can set them manually.
    let mut left_out = report.settings_left_out.clone();
    left_out.sort();
    assert_eq!(
        left_out,
        [
            "Language",
            "app.lock",
            "identity.public_key",
            "identity.public_key ",
            "not\u{131}fy",
            "privacy.read_receipts",
            "theme\u{200b}"
        ]
    );
    for advice in [Advice::Verify, Advice::Settings] {
        assert!(
            report
                .notes
                .iter()
                .any(|note| note.advice.as_ref() == Some(&advice))
        );
    }
    let alice: ContactId = ALICE.parse().unwrap();
    let known = vault.0.read(|tx| tx.contact_by_id(&alice)).unwrap();
    assert!(!known.is_verified && !known.public_key.is_empty());

    // A key other than the vault's is reported and never imported.
    let other = PublicKey::new(vec![7; 32]).unwrap();
    vault
        .0
        .write("test", |tx| tx.contact_key_replace(&alice, &other))
        .unwrap();
    let report = vault.import(folder.path()).unwrap();
    assert_eq!(report.keys_differing, 1);
    let known = vault.0.read(|tx| tx.contact_by_id(&alice)).unwrap();
    assert_eq!(known.public_key, other);
    let filter = SecurityFilter {
        kind: Some(SecurityKind::PublicKeyDiffers),
        ..SecurityFilter::default()
    };
    let events = vault.0.read(|tx| tx.security_events(&filter, 9)).unwrap();
    assert_eq!(events.len(), 1);
}

#[test]
fn a_setting_of_the_vault_stays() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.message(&key, "text");
    maker.setting(&key, "language", "\"theirs\"");
    let folder = maker.close();
    let vault = Vault::new();
    let set = |value: &str, at: i64| {
        let (key, value) = (
            SettingKey::new("language").unwrap(),
            JsonText::new(value).unwrap(),
        );
        let at = Timestamp::from_unix_ms(at).unwrap();
        vault
            .0
            .write("set", |tx| tx.setting_set("", &key, &value, at))
            .unwrap();
    };
    let value = || {
        let key = SettingKey::new("language").unwrap();
        let setting = vault.0.read(|tx| tx.setting("", &key)).unwrap();
        (setting.value.as_str().to_owned(), setting.updated_at.to_string())
    };
    // The source's value is from 2025-06-01T10:00 in Berlin according to plain SQL; an older value in the vault stays
    // as well.
    set("\"older\"", 1_748_764_799_000);
    assert_eq!(vault.import(folder.path()).unwrap().settings_imported, 0);
    assert_eq!(value().0, "\"older\"");
    set("\"mine\"", 1_748_822_400_000);
    let before = value();
    let report = vault.import(folder.path()).unwrap();
    assert_eq!((report.settings_imported, value()), (0, before));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.text.contains("language was left unchanged")),
        "{:?}",
        report.notes
    );
}

#[test]
fn every_row_left_out_is_listed_by_range_however_many_they_are() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.messages(&key, 2);
    let other = seal(&[9; 32], b"under a key that no count gives");
    for _ in 0..300 {
        maker.token(&other);
    }
    maker.messages(&key, 1);
    maker.token(b"no token");
    maker.token(&other);
    let folder = maker.close();
    let report = Vault::new().import(folder.path()).unwrap();
    assert_eq!((report.messages_imported, report.messages_skipped), (3, 302));
    let rows: Vec<(&str, &[[i64; 2]])> = report
        .rows_left_out
        .iter()
        .map(|(what, rows)| (what.as_str(), rows.as_slice()))
        .collect();
    let wanted: [(&str, &[[i64; 2]]); 2] = [
        ("messages: no_key", &[[3, 302], [305, 305]]),
        ("messages: not_a_token", &[[304, 304]]),
    ];
    assert_eq!(rows, wanted);
}

#[test]
fn what_was_removed_stays_removed_and_is_counted_apart() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.messages(&key, 3);
    let folder = maker.close();
    let vault = Vault::new();
    vault.import(folder.path()).unwrap();
    let alice: ContactId = ALICE.parse().unwrap();
    vault.0.write("remove", |tx| tx.contact_remove(&alice)).unwrap();
    vault.0.removals_sweep().unwrap();
    let again = vault.import(folder.path()).unwrap();
    assert_eq!(
        (
            again.messages_imported,
            again.messages_known,
            again.messages_removed,
            again.contacts_imported
        ),
        (0, 0, 3, 0),
        "{again:?}"
    );
    assert!(again.notes.iter().any(|note| note.text.contains("stay removed")));
    assert!(
        vault.0.read(|tx| tx.contact_by_id(&alice)).is_err(),
        "no empty contact"
    );
}
