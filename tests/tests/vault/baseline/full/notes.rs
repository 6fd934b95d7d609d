//! What the report of an adoption says, and an adoption into an empty folder.

use super::*;

/// The note counts only the verified ones; a separate content may be longer than the large one.
#[test]
fn notes_say_what_became_another() {
    let source = Source::new();
    source.sql(
        "INSERT INTO contacts (contact_id, display_name, public_key, is_verified) VALUES
            ('a', 'A', '', TRUE), ('b', 'B', '', FALSE), ('c', 'C', 'q83v', TRUE), ('d', 'D', '', NULL), ('e', 'E', ' ', TRUE);
         INSERT INTO messages (message_id, contact_id, content, is_outgoing) VALUES ('m', 'a', 'longer than the other', 0);
         INSERT INTO message_content (message_id, content) VALUES ('m', 'long')",
    );
    let told = source.adopt(&[]);
    assert_eq!(
        told["notes"],
        json!([
            "1 message with large content also had different content of its own; the large content was adopted",
            "2 contacts were marked as verified but without a key, so the mark was removed",
            "contacts that were adopted as verified: 1",
        ])
    );
    let verified =
        "SELECT group_concat(contact_id || quote(is_verified), ' ' ORDER BY contact_id) FROM contacts";
    assert_eq!(rows(&mut database(&source), verified), ["a0 b0 c1 dNULL e0"]);
}

/// Only what a build reads gives rights.
#[test]
fn notes_count_the_grants_that_can_be_read() {
    let source = Source::new();
    source.sql(
        "INSERT INTO access_control (resource_type, resource_id, user_id, permissions, granted_at) VALUES
            ('contact', 'zoe', 'a', '[\"read\"]', '2024-01-01 00:00:00'),
            ('contact', 'zoe', 'b', 'read', '2024-01-01 00:00:00'),
            ('contact', 'zoe', 'c', '{\"admin\":true}', '2024-01-01 00:00:00'),
            ('chat', 'zoe', 'd', '[\"admin\"]', '2024-01-01 00:00:00')",
    );
    let told = source.adopt(&[]);
    assert_eq!(
        told["notes"],
        json!([
            "grants that were adopted and are in effect: 1",
            "rows of access_control that were adopted but that no build can read; they grant nothing: 3",
        ])
    );
}

#[test]
fn a_person_reads_what_was_taken_and_what_was_not() {
    let source = Source::new();
    source.sql("INSERT INTO key_store (key_id, key_type, encrypted_key, algorithm) VALUES ('k', 'message', x'00', 'aes')");
    source.sql("DROP INDEX idx_groups_type; CREATE INDEX mine ON groups (name); CREATE TABLE messages_202501 (LIKE messages)");
    let output = source.command(&["--skip-keys"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let created = format!("Vault created in {}\n", source.vault().display());
    assert!(said.starts_with("\n    Recovery code:  "), "{said}");
    for words in [
        created.as_str(),
        "Write it down",
        " retention_policies              0",
        "left out of key_store: 1 row, keys of another application",
        "· the source lacks the index idx_groups_type",
        "· the index mine is not in version 1.0.0",
        "· the table messages_202501 is empty and was left out",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    ok(&source.vault(), &["verify"]);
}

/// A folder that is there and empty becomes the vault, as with `init`; and the source may be one of ours in its pages.
#[test]
fn into_an_empty_folder_with_a_salt_in_the_key() {
    let source = Source::new();
    fs::create_dir(source.vault()).unwrap();
    let salt: String = fs::read(source.database()).unwrap()[..16]
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    privatus_tests::secret_file(&source.key(), format!("{}{salt}", "6B".repeat(32)));
    source.adopt(&[]);
    ok(&source.vault(), &["verify"]);
}
