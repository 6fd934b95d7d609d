//! Everything that prevents the adoption of a database: exit code, one line, the source as it was, nothing created.

use std::fs;

use privatus_sqlite::{Connection, OpenMode, OpenOptions};
use privatus_tests::{init, privatus};

use crate::baseline::source::{Source, specification};

#[test]
fn a_raw_key_file_that_holds_none() {
    let source = Source::new();
    for text in [
        String::new(),
        "6b".repeat(31),
        "6b".repeat(33),
        "6b".repeat(49),
        format!("{} ", "6b".repeat(32)),
        format!("x'{}", "6b".repeat(32)),
        "6b".repeat(32).replace("b6", "bz"),
        "6b".repeat(10_000),
        "correct horse battery staple".into(),
    ] {
        privatus_tests::secret_file(&source.key(), &text);
        let output = source.refuses(&[], 2, "64 hexadecimal digits");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(text.is_empty() || !errors.contains(&text), "{errors}");
    }
    fs::remove_file(source.key()).unwrap();
    source.refuses(&[], 2, "key.txt cannot be read");
}

#[test]
fn a_key_that_does_not_open_it() {
    let source = Source::new();
    privatus_tests::secret_file(&source.key(), "6c".repeat(32));
    source.refuses(&[], 10, "the key does not open");
    // The right key with another salt is another key.
    privatus_tests::secret_file(&source.key(), format!("{}{}", "6b".repeat(32), "00".repeat(16)));
    source.refuses(&[], 10, "the key does not open");
    // Bytes that belong to nothing.
    privatus_tests::secret_file(&source.key(), "6b".repeat(32));
    fs::write(source.database(), [0xa5; 8192]).unwrap();
    source.refuses(&[], 10, "has another format or a damaged");
}

/// Databases of SQLCipher that open only with other settings: the refusal says which are accepted.
#[test]
fn pages_of_another_form() {
    let source = Source::new();
    let form = "the supported format is SQLCipher 4 with pages of 4,096 bytes, HMAC-SHA512 or HMAC-SHA256, and no plaintext header";
    for (pragma, code, says) in [
        (
            "cipher_page_size = 1024",
            25,
            "ends in the middle of a page, so it was cut off or has another format",
        ),
        ("cipher_page_size = 8192", 10, "the key does not open"),
        ("cipher_compatibility = 3", 25, "another format"),
        ("cipher_use_hmac = OFF", 10, "another format"),
        ("cipher_hmac_algorithm = HMAC_SHA1", 10, "another format"),
        (
            "cipher_plaintext_header_size = 32",
            23,
            "it is not encrypted, or has a plaintext header",
        ),
    ] {
        fs::remove_file(source.database()).unwrap();
        let mut sql = format!("PRAGMA {pragma}; {};", specification().join(";"));
        // An odd number of small pages.
        if code == 25 {
            sql += "CREATE TABLE filler (a)";
        }
        source.sql(&sql);
        assert!(
            code != 25
                || !fs::metadata(source.database())
                    .unwrap()
                    .len()
                    .is_multiple_of(4096),
            "{pragma}"
        );
        source.refuses(&[], code, says);
        source.refuses(&[], code, form);
    }
}

#[test]
fn a_file_that_is_no_encrypted_database() {
    let source = Source::new();
    let whole = fs::read(source.database()).unwrap();
    for (bytes, code, says) in [
        (&whole[..0], 25, "it is empty"),
        (&whole[..100], 25, "cut off"),
        (&whole[..whole.len() - 1], 25, "cut off"),
    ] {
        fs::write(source.database(), bytes).unwrap();
        source.refuses(&[], code, says);
    }
    fs::remove_file(source.database()).unwrap();
    source.refuses(&[], 25, "it does not exist");
    fs::create_dir(source.database()).unwrap();
    source.refuses(&[], 25, "it is not a file");
    fs::remove_dir(source.database()).unwrap();
    let mut plain = Connection::open(&source.database(), &OpenOptions::new(OpenMode::Create)).unwrap();
    plain.execute_batch(&specification().join(";")).unwrap();
    drop(plain);
    source.refuses(&[], 23, "it is not encrypted");
}

#[test]
fn a_damaged_page_or_a_missing_end() {
    let source = Source::new();
    source.sql("INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', '');
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
        INSERT INTO messages (message_id, contact_id, content, is_outgoing) SELECT 'm' || i, 'a', hex(randomblob(400)), 0 FROM n");
    let whole = fs::read(source.database()).unwrap();
    let mut refused = 0;
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 9] ^= 1;
        fs::write(source.database(), bytes).unwrap();
        let output = source.command(&["--json"]).output().unwrap();
        match output.status.code() {
            // An index that no query uses, or a free page.
            Some(0) => fs::remove_dir_all(source.vault()).unwrap(),
            code => {
                assert_eq!(code, Some(25), "{output:?}");
                source.refuses(&[], 25, "damaged or cut off");
                refused += 1;
            }
        }
    }
    assert!(refused > 60, "{refused}");
    fs::write(source.database(), &whole[..whole.len() - 4096]).unwrap();
    source.refuses(&[], 25, "damaged or cut off");
}

#[test]
fn changes_that_are_not_in_it_yet() {
    let source = Source::new();
    source.sql("PRAGMA journal_mode = WAL");
    // Closed, it is adopted: the mode alone leaves no file next to it.
    source.adopt(&[]);
    fs::remove_dir_all(source.vault()).unwrap();
    for suffix in ["-wal", "-journal"] {
        let beside = source.dir.path().join(format!("chat.db{suffix}"));
        fs::write(&beside, "changes").unwrap();
        source.refuses(&[], 23, suffix);
        fs::write(&beside, "").unwrap();
        source.adopt(&[]);
        fs::remove_dir_all(source.vault()).unwrap();
        fs::remove_file(beside).unwrap();
    }
}

/// The changes are next to the file that a link leads to, and not next to the link.
#[cfg(unix)]
#[test]
fn changes_that_are_not_in_it_yet_behind_a_link() {
    let source = Source::new();
    let folder = source.dir.path().join("elsewhere");
    fs::create_dir(&folder).unwrap();
    fs::rename(source.database(), folder.join("real.db")).unwrap();
    std::os::unix::fs::symlink("elsewhere/real.db", source.dir.path().join("between.db")).unwrap();
    std::os::unix::fs::symlink("between.db", source.database()).unwrap();
    for suffix in ["-wal", "-journal"] {
        let beside = folder.join(format!("real.db{suffix}"));
        fs::write(&beside, "changes").unwrap();
        // The path as it was typed.
        let says = format!("chat.db is its {suffix} file");
        source.refuses(&[], 23, &says);
        fs::remove_file(beside).unwrap();
        // Another file's.
        fs::write(source.dir.path().join(format!("chat.db{suffix}")), "changes").unwrap();
    }
    source.adopt(&[]);
    fs::remove_file(folder.join("real.db")).unwrap();
    fs::remove_dir_all(source.vault()).unwrap();
    let output = source.command(&[]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(25) && errors.contains("chat.db cannot be adopted: it does not exist"),
        "{errors}"
    );
}

#[test]
fn what_is_a_vault_already() {
    let source = Source::new();
    source.sql(
        "INSERT INTO schema_migrations (version, checksum) VALUES (20261124000001, lower(hex(zeroblob(32))))",
    );
    source.refuses(&[], 23, "is already a vault's database");
    source.sql("DELETE FROM schema_migrations; CREATE TABLE __diesel_schema_migrations (version)");
    source.refuses(&[], 23, "is already a vault's database");
    source.sql("DROP TABLE __diesel_schema_migrations; PRAGMA application_id = 1349678708");
    source.refuses(&[], 23, "is already a vault's database");
    // A ledger of the other program with large numbers is not ours.
    source.sql(
        "PRAGMA application_id = 0; INSERT INTO schema_migrations (version, checksum) VALUES (20250101000000, 'x'), (1, NULL)",
    );
    let told = source.adopt(&[]);
    assert_eq!(told["skipped"][0]["rows"], 2);
}

#[test]
fn a_place_that_is_taken() {
    let source = Source::new();
    init(&source.vault());
    source.refuses(&[], 12, "already holds a vault");
    fs::remove_dir_all(source.vault()).unwrap();
    fs::create_dir(source.vault()).unwrap();
    fs::write(source.vault().join("note"), "").unwrap();
    source.refuses(&[], 23, "is not empty");
    // The folder of the source itself.
    let mut command = privatus(source.dir.path());
    command
        .args(["migrate", "baseline"])
        .arg(source.database())
        .arg("--raw-key-file")
        .arg(source.key());
    source.refused(command, 23, "is not empty");
    // The source itself, and a place in it.
    for (vault, why) in [
        (source.database(), "it is a file, not a folder"),
        (source.database().join("vault"), "part of its path is a file"),
    ] {
        let mut command = privatus(&vault);
        command
            .args(["migrate", "baseline"])
            .arg(source.database())
            .arg("--raw-key-file")
            .arg(source.key());
        let says = format!(
            "no vault can be created in {} ({why}); name a new",
            vault.display()
        );
        source.refused(command, 23, &says);
    }
}

#[test]
fn no_password_and_too_few_words() {
    let source = Source::new();
    let mut command = source.command(&[]);
    command.env_remove("PRIVATUS_PASSWORD");
    source.refused(command, 2, "no password");
    source.refuses(&["--kdf-iterations", "1"], 2, "--kdf-iterations");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt;

    use privatus_tests::Bound;

    let source = Source::new();
    let locked = source.dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    let bound = Bound::new(source.dir.path());
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
    let mut command = bound.command(&locked.join("vault"));
    command
        .args(["migrate", "baseline", "--code-to-stdout"])
        .arg(source.database())
        .arg("--raw-key-file")
        .arg(source.key());
    source.refused(command, 22, "permission denied");
    // Only the folder was the reason.
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = bound.command(&locked.join("vault"));
    command
        .args(["migrate", "baseline", "--code-to-stdout"])
        .args(["--kdf-iterations", "210000"])
        .arg(source.database())
        .arg("--raw-key-file")
        .arg(source.key());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// However few files may be open: a source that cannot be looked at again was not changed by anybody.
#[cfg(target_os = "linux")]
#[test]
fn too_many_open_files() {
    let source = Source::new();
    let mut refused = 0;
    for limit in 4..14 {
        let typed = source.command(&[]);
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &format!("ulimit -n {limit}; exec \"$0\" \"$@\"")]);
        command.arg(typed.get_program()).args(typed.get_args());
        for (name, value) in typed.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command.output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        // With fewer the loader cannot start the tool.
        if output.status.success() {
            break;
        }
        if errors.contains("privatus: ") {
            assert!(errors.contains("too many files are open"), "{limit}: {errors}");
            assert_eq!(output.status.code(), Some(26), "{limit}: {errors}");
            refused += 1;
        }
    }
    assert!(refused > 0);
}

/// Safety numbers would be computed from it.
#[test]
fn an_own_key_that_could_not_be_set() {
    for value in ["'\"AAAA\"'", "'notbase64!!'", "'null'", "''"] {
        let source = Source::new();
        source.sql(&format!(
            "INSERT INTO settings (key, value) VALUES ('identity.public_key', {value})"
        ));
        source.refuses(&[], 23, "a public key in base64");
    }
}
