//! What an unlock counts, warns of and refuses, and how many statements stay prepared.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs
)]

use std::fs;
use std::path::{Path, PathBuf};

use privatus_domain::Timestamp;
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions};

fn clock() -> Timestamp {
    Timestamp::parse("2025-06-15T12:00:00Z").unwrap()
}

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    }
}

fn vault() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let (store, _) = Store::create(&path, &Password::new("secret").unwrap(), &options()).unwrap();
    store.lock().unwrap();
    (folder, path)
}

fn unlock(path: &Path, password: &str) -> Result<Store, StoreError> {
    let secret = Secret::Password(Password::new(password).unwrap());
    Store::unlock(path, &secret, &options())
}

#[test]
fn failed_unlocks_are_counted_until_a_good_one() {
    let (_folder, path) = vault();
    let attempts = path.join("attempts.json");
    assert!(!attempts.exists());
    for _ in 0..3 {
        assert_eq!(unlock(&path, "wrong").unwrap_err().exit_code(), 10);
    }
    let text = fs::read_to_string(&attempts).unwrap();
    assert!(text.contains("\"failed\":3") && !text.contains("wrong"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&attempts).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let store = unlock(&path, "secret").unwrap();
    let warnings = store.warnings().join(" ");
    assert!(
        warnings.contains("3 times") && warnings.contains("2025-06-15T12:00:00.000Z"),
        "{warnings}"
    );
    assert!(!attempts.exists());
    store.lock().unwrap();
    assert!(unlock(&path, "secret").unwrap().warnings().is_empty());
}

#[test]
fn nothing_in_attempts_json_hinders_or_speaks() {
    let (_folder, path) = vault();
    let attempts = path.join("attempts.json");
    for content in [
        "".to_owned(),
        "no json".into(),
        "\u{1b}[31m".repeat(100_000),
        r#"{"failed":7,"first_at":"\u001b[31m","last_at":"\u001b[31m"}"#.into(),
        r#"{"failed":4294967295,"first_at":"","last_at":""}"#.into(),
    ] {
        fs::write(&attempts, &content).unwrap();
        assert_eq!(unlock(&path, "wrong").unwrap_err().exit_code(), 10);
        assert!(fs::metadata(&attempts).unwrap().len() < 4_096);
        fs::write(&attempts, &content).unwrap();
        let store = unlock(&path, "secret").unwrap();
        let warnings = store.warnings().join(" ");
        assert!(!warnings.contains('\u{1b}'), "{warnings:?}");
        store.lock().unwrap();
    }
    // A folder in its place can be neither read nor replaced: the answer stays the same.
    fs::create_dir(&attempts).unwrap();
    assert_eq!(unlock(&path, "wrong").unwrap_err().exit_code(), 10);
    unlock(&path, "secret").unwrap();
}

/// The key ring in the outer form of all versions, with a body this build does not know.
fn newer_ring() -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let body = b"a body of another form";
    let mut digest = privatus_store::Digest::new();
    digest.update(body);
    format!(
        r#"{{"format":"privatus-keyring-2","body":"{}","checksum":"{}","mac":"{}"}}"#,
        STANDARD.encode(body),
        STANDARD.encode(digest.finalize()),
        STANDARD.encode([0_u8; 32]),
    )
}

#[test]
fn one_copy_of_a_newer_format_refuses_the_vault() {
    for name in ["keyring.json", "keyring.json.1"] {
        let (_folder, path) = vault();
        fs::write(path.join(name), newer_ring()).unwrap();
        let error = unlock(&path, "secret").unwrap_err();
        assert_eq!(error.exit_code(), 18, "{name}: {error}");
        assert_eq!(
            fs::read_to_string(path.join(name)).unwrap(),
            newer_ring(),
            "left as it was"
        );
    }
}
