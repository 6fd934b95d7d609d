//! Query plans of every hot statement, as a snapshot: no scan of a growing table, no temporary B-tree.

mod groups;

use std::collections::BTreeSet;

use privatus_crypto::Password;
use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, FileHash, FileName, FileSize, GroupKind, ImportedSender,
    MessageId, NewContact, NewGroup, NewMember, NewMessage, NewTransfer, PublicKey, ResourceKind, SenderRef,
    SettingKey, Timestamp, TransferDirection, TransferFilter, TransferId, TransferPeer, TransferStatus,
};
use privatus_sqlite::testing::statements_of;

use crate::db::statement::Sql;
use crate::{PageStart, Store, StoreError, VaultOptions};

fn clock() -> Timestamp {
    Timestamp::parse("2025-06-15T12:00:00Z").unwrap()
}

/// Scans that are allowed: the step, words of its statement, and the reason. A step without a table's name reads rows
/// that are not from a table.
const WALKED: [(&str, &str, &str); 7] = [
    (
        "SCAN v USING INDEX idx_conversations_newest",
        " LIMIT ",
        "the chat list, up to its LIMIT",
    ),
    (
        "SCAN groups USING INDEX sqlite_autoindex_groups_1",
        " FROM (`groups` LEFT OUTER JOIN `group_members`",
        "all groups are listed, in the order of their ids",
    ),
    (
        "SCAN pending_removals",
        "SELECT conversation FROM pending_removals LIMIT 1",
        "one row of it, whichever comes first",
    ),
    (
        "SCAN p",
        "FROM pending_removals AS p",
        "the queue of removals, and what was planted in it",
    ),
    (
        "SCAN audit_log",
        "FROM audit_log WHERE mac IS NOT NULL ORDER BY log_id DESC LIMIT 1",
        "from the newest entry to the first that has a MAC: the newest itself",
    ),
    ("SCAN CONSTANT ROW", "", "no table"),
    (
        "SCAN (subquery-1)",
        "FROM (SELECT ? AS a, ? AS p, ? AS r)",
        "one row",
    ),
];

/// Sorts that are allowed: words of the statement, and the reason.
const SORTED: [(&str, &str); 4] = [
    (
        "UPDATE group_members SET role = 'owner' WHERE rowid IN (",
        "the members of a group whose owner has gone, when the next one is chosen",
    ),
    (
        "FROM file_transfers WHERE group_id = ? ",
        "the transfers of one group",
    ),
    (
        "FROM `group_members` WHERE (`group_members`.`group_id` = ?) ORDER BY",
        "the members of one group, the vault's own user first",
    ),
    (
        "FROM `group_bans` WHERE (`group_bans`.`group_id` = ?) ORDER BY",
        "the bans of one group, the vault's own user first",
    ),
];

/// Returns whether a step is an allowed scan or sort, and notes which entry allowed it.
fn is_allowed(step: &str, text: &str, used: &mut BTreeSet<&'static str>) -> bool {
    let walked = WALKED
        .iter()
        .find(|(walked, of, _)| step == *walked && text.contains(of));
    let sorted = SORTED.iter().find(|(of, _)| text.contains(of));
    let reason = if step.starts_with("SCAN") {
        walked.map(|(.., why)| why)
    } else if step.contains("TEMP B-TREE") {
        sorted.map(|(_, why)| why)
    } else {
        // An index that SQLite builds for one statement is a scan of the table it covers.
        return !step.contains("AUTOMATIC");
    };
    used.extend(reason.copied());
    reason.is_some()
}

fn contact(id: &ContactId, at: Timestamp) -> Result<NewContact, StoreError> {
    Ok(NewContact {
        id: id.clone(),
        display_name: DisplayName::new("Somebody")?,
        public_key: PublicKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?,
        is_verified: false,
        added_at: at,
        last_seen: None,
    })
}

/// Runs every hot operation, in a month and outside the months.
fn operate(store: &Store, chat: &ConversationId) {
    send_and_page(store, chat);
    import_and_remove(store);
    settings(store);
    transfers(store);
    groups::groups(store);
}

/// Writes a batch as an import does, in a group with members and with a new contact; then removes the contact and all
/// that belongs to it.
fn import_and_remove(store: &Store) {
    store
        .write("import", |tx| {
            let id: ContactId = "bob".parse()?;
            let direct = tx.contact_create(&contact(&id, tx.now())?)?;
            let group = NewGroup::new(
                "choir".parse()?,
                DisplayName::new("Choir")?,
                GroupKind::Private,
                tx.now(),
            );
            let group_chat = tx.group_create(&group)?;
            let member = NewMember::new(id.clone(), DisplayName::new("Bob")?);
            tx.group_members_add(&group.id, &[member])?;
            tx.group_member_count(&group.id)?;
            for (place, sender) in [
                (&direct, SenderRef::Contact(id.clone())),
                (
                    &group_chat,
                    SenderRef::Imported(ImportedSender {
                        source_id: [7; 16],
                        name: DisplayName::new("Guest")?,
                    }),
                ),
            ] {
                let mut batch = Vec::new();
                for text in ["one", "two", "three"] {
                    let (id, at) = (MessageId::new(tx.new_id()?), tx.now());
                    batch.push(NewMessage::received(id, sender.clone(), Body::text(text)?, at));
                }
                tx.messages_insert(place, &batch)?;
                // Importing the same messages again.
                tx.messages_insert(place, &batch)?;
            }
            tx.contact_by_id(&id)?;
            tx.contact_rename(&id, &DisplayName::new("Robert")?)?;
            tx.contact_verify(&id)?;
            tx.contacts_search("rob", 20)?;
            tx.contact_remove(&id)
        })
        .unwrap();
    assert_eq!(store.removals_sweep().unwrap(), 3);
}

fn settings(store: &Store) {
    store
        .write("settings", |tx| {
            let key = SettingKey::new("theme")?;
            tx.setting_set("", &key, serde_json::json!("dark"), tx.now())?;
            tx.setting("", &key)?;
            tx.setting_unset("", &key)
        })
        .unwrap();
}

fn transfers(store: &Store) {
    let peers = || -> Result<_, StoreError> {
        Ok([
            TransferPeer::Contact("alice".parse()?),
            TransferPeer::Group("choir".parse()?),
        ])
    };
    store
        .write("transfers", |tx| {
            for peer in peers()? {
                let id = TransferId::new(tx.new_id()?);
                tx.transfer_create(&NewTransfer {
                    id: id.clone(),
                    file_name: FileName::new("photo.jpg")?,
                    size: FileSize::new(5)?,
                    hash: FileHash::new(&[7; 32])?,
                    direction: TransferDirection::Outbound,
                    peer,
                })?;
                tx.transfer_step(&id, TransferStatus::Active, None)?;
                tx.transfer_progress(&id, 40)?;
                tx.transfer_step(&id, TransferStatus::Completed, None)?;
                for status in [None, Some(TransferStatus::Completed)] {
                    let by_peer = peers()?.map(Some).into_iter().chain([None]);
                    for peer in by_peer {
                        let filter = TransferFilter { status, peer };
                        tx.transfers(&filter, None, 50)?;
                        tx.transfers(&filter, Some(&id), 50)?;
                    }
                }
                tx.transfers_by_id(None)?;
            }
            crate::vault::stale_transfers::has_active(tx.db)
        })
        .unwrap();
}

fn send_and_page(store: &Store, chat: &ConversationId) {
    for at in [
        "2025-06-01T00:00:00Z",
        "2025-06-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
    ] {
        store
            .write("send", |tx| {
                let id = MessageId::new(tx.new_id()?);
                let body = Body::text("x".repeat(9_000))?;
                let sender = SenderRef::Contact("alice".parse()?);
                let message = NewMessage::received(id.clone(), sender, body, Timestamp::parse(at)?);
                tx.message_insert(chat, &message)?;
                tx.message_by_id(&id)?;
                tx.reply_state(&id)?;
                tx.messages_page(chat, &PageStart::Around(id.clone()), 50)?;
                tx.messages_page(chat, &PageStart::Before(id.clone()), 50)?;
                tx.messages_page(chat, &PageStart::After(id.clone()), 50)?;
                tx.messages_page(chat, &PageStart::AroundTime(Timestamp::parse(at)?), 50)?;
                tx.messages_beginning(chat, &id.to_string(), 50)?;
                tx.conversation_mark_read(chat, Some(&id))?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    store
        .read(|tx| {
            tx.messages_page(chat, &PageStart::Newest, 50)?;
            tx.messages_page(chat, &PageStart::Oldest, 50)?;
            tx.conversations(50)?;
            tx.names(ResourceKind::Contact, Some("ali"))?;
            tx.conversation_by_id(chat).map(drop)
        })
        .unwrap();
}

/// Returns the statements inside triggers, whose plans EXPLAIN does not show.
fn triggers(store: &Store) -> Vec<String> {
    let sql = Sql::new("SELECT sql FROM sqlite_master WHERE type = 'trigger'");
    let bodies: Vec<String> = store.read(|tx| tx.db.rows(sql, "read the triggers")).unwrap();
    assert!(!bodies.is_empty());
    let mut statements = Vec::new();
    for body in bodies {
        let (_, body) = body.split_once("\nBEGIN").unwrap();
        let (body, _) = body.rsplit_once("END").unwrap();
        let single = body.split_whitespace().collect::<Vec<_>>().join(" ");
        let spaced = single.split(';').map(str::trim).filter(|text| !text.is_empty());
        // RAISE is only allowed in triggers.
        statements.extend(
            spaced
                .filter(|text| !text.contains("RAISE"))
                .map(|text| text.replace("OLD.contact_id", "?").replace("OLD.group_id", "?")),
        );
    }
    statements
}

#[test]
fn no_hot_statement_scans_or_sorts() {
    let folder = tempfile::tempdir().unwrap();
    let options = VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    };
    let path = folder.path().join("vault");
    let (store, _) = Store::create(&path, &Password::new("secret").unwrap(), &options).unwrap();
    let chat = store
        .write("contact", |tx| {
            let id = "alice".parse()?;
            tx.contact_create(&contact(&id, tx.now())?)
        })
        .unwrap();
    // Months and keys are created only once; the second round runs what every send and read runs.
    operate(&store, &chat);
    let ((), seen) = statements_of(|| operate(&store, &chat));
    let seen: BTreeSet<String> = seen.into_iter().chain(triggers(&store)).collect();
    let (mut report, mut used) = (String::new(), BTreeSet::new());
    for text in seen
        .iter()
        .filter(|text| !text.starts_with("PRAGMA") && text.contains(' '))
    {
        if ["BEGIN", "COMMIT", "ROLLBACK"]
            .iter()
            .any(|word| text.starts_with(word))
        {
            continue;
        }
        let sql = Sql::new(format!("EXPLAIN QUERY PLAN {}", text.replace('?', "NULL")));
        let plan: Vec<(i32, i32, i32, String)> = store.read(|tx| tx.db.rows(sql, "explain")).unwrap();
        report.push_str(text);
        report.push('\n');
        for (.., step) in plan {
            report.push_str(&format!("    {step}\n"));
            assert!(
                is_allowed(&step, text, &mut used),
                "a scan or a sort: {step} in {text}"
            );
        }
    }
    let reasons = WALKED.iter().map(|(.., why)| why);
    for why in reasons.chain(SORTED.iter().map(|(_, why)| why)) {
        assert!(
            used.contains(why),
            "nothing is walked or sorted because of: {why}"
        );
    }
    assert!(seen.len() > 45, "only {} statements were seen", seen.len());
    insta::assert_snapshot!(report);
}
