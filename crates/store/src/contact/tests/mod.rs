//! Tests of contacts through the API, and of rows that plain SQL leaves.

mod keys;

use privatus_domain::folded::folded_name;
use privatus_domain::{
    Act, AuditFilter, Contact, ContactError, ContactId, DisplayName, MessageId, NewContact, NewMessage,
    Permission, ProfilePicture, PublicKey, SafetyNumber, SafetyNumberError, Timestamp, UserId,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::safety_number;
use crate::db::statement::Sql;
use crate::testing::{Vault, at, clock, contact, message, unlock};
use crate::{Inserted, Missing, StoreError, WriteTx};

fn alice() -> ContactId {
    "alice".parse().unwrap()
}

fn key(first: u8) -> PublicKey {
    PublicKey::new((first..first + 32).collect()).unwrap()
}

fn new(id: &str, name: &str) -> NewContact {
    NewContact {
        id: id.parse().unwrap(),
        display_name: DisplayName::lenient(name, ""),
        public_key: key(0),
        is_verified: true,
        added_at: clock(),
        last_seen: None,
    }
}

impl Vault {
    fn tx<T>(&self, work: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.store.write("test", work)
    }

    fn alice(&self) -> Contact {
        self.store.read(|tx| tx.contact_by_id(&alice())).unwrap()
    }

    /// Returns the actions in the audit log with their details, oldest first.
    fn acts(&self) -> Vec<(String, Option<Value>)> {
        let filter = AuditFilter {
            event_type: Some("contact".into()),
            ..AuditFilter::default()
        };
        let entries = self.store.read(|tx| tx.audit_entries(&filter, 100)).unwrap();
        let details = |text: &str| serde_json::from_str(text).unwrap();
        let act = |entry: privatus_domain::AuditEntry| {
            assert_eq!(entry.resource_type.as_deref(), Some("contact"));
            (entry.action, entry.details.map(|text| details(text.as_str())))
        };
        entries.into_iter().rev().map(act).collect()
    }

    fn events(&self) -> Vec<(String, String)> {
        let sql = Sql::new("SELECT event_type, severity FROM security_events ORDER BY event_id");
        self.store.read(|tx| tx.db.rows(sql, "test")).unwrap()
    }

    fn search(&self, query: &str, limit: usize) -> Vec<String> {
        let found = self.store.read(|tx| tx.contacts_search(query, limit)).unwrap();
        found.into_iter().map(|contact| contact.id.to_string()).collect()
    }
}

#[test]
fn a_blocked_contact_reaches_nobody_live() {
    let vault = Vault::new();
    let insert =
        |id: &str| vault.tx(|tx| tx.message_insert(&vault.chat, &message(id, "2025-06-01T00:00:00Z")));
    assert!(insert("before").unwrap());
    assert!(vault.tx(|tx| tx.contact_block(&alice())).unwrap());
    assert!(
        !vault.tx(|tx| tx.contact_block(&alice())).unwrap(),
        "blocked already"
    );
    assert_eq!(vault.alice().blocked_at, Some(clock()));
    let error = insert("blocked").unwrap_err();
    assert!(
        matches!(error, StoreError::Contact(ContactError::Blocked(since)) if since == clock())
            && error.to_string().contains("2025-06-15"),
        "{error}"
    );
    vault.receive(&[("history", "2025-05-01T00:00:00Z")]);
    let body = privatus_domain::Body::text("still sent").unwrap();
    let sent = NewMessage::sent(
        MessageId::new("sent".parse::<MessageId>().unwrap().as_id().clone()),
        body,
        clock(),
    );
    assert!(vault.tx(|tx| tx.message_insert(&vault.chat, &sent)).unwrap());
    // A batch, as a server kept it: messages of others and outgoing ones are accepted.
    let bob = contact(&vault.store, "bob");
    let mut answered = sent.clone();
    answered.id = "answered".parse().unwrap();
    let mut other = message("other", "2025-06-01T00:00:00Z");
    other.sender = privatus_domain::SenderRef::Contact("bob".parse().unwrap());
    let batch = [
        (vault.chat.clone(), message("blocked", "2025-06-01T00:00:00Z")),
        (vault.chat.clone(), answered),
        (vault.chat.clone(), message("before", "2025-06-01T00:00:00Z")),
        (bob, other),
    ];
    let received = vault.tx(|tx| tx.messages_receive(&batch)).unwrap();
    let wanted = Inserted {
        added: 2,
        blocked: 2,
        ..Inserted::default()
    };
    assert_eq!(received, wanted);
    assert!(vault.tx(|tx| tx.contact_unblock(&alice())).unwrap());
    assert!(!vault.tx(|tx| tx.contact_unblock(&alice())).unwrap());
    let received = vault.tx(|tx| tx.messages_receive(&batch[..1])).unwrap();
    assert_eq!(
        (received.added, received.blocked),
        (1, 0),
        "nothing was left of it"
    );
    let acts: Vec<String> = vault.acts().into_iter().map(|(act, _)| act).collect();
    assert_eq!(acts, ["add", "block", "add", "unblock"]);
    assert_eq!(vault.verify().problems, Vec::<String>::new());
}

#[test]
fn presence_picture_and_mute_are_kept() {
    let vault = Vault::new();
    let seen = |online, time: Option<&str>| {
        let time = time.map(at);
        vault.tx(|tx| tx.contact_presence(&alice(), online, time))
    };
    seen(false, None).unwrap();
    assert!(vault.alice().last_seen.is_none() && !vault.alice().is_online);
    seen(true, None).unwrap();
    assert!(vault.alice().last_seen == Some(clock()) && vault.alice().is_online);
    let later = "2025-06-16T12:00:00Z";
    seen(false, Some(later)).unwrap();
    seen(true, Some("2025-06-14T12:00:00Z")).unwrap();
    seen(false, None).unwrap();
    assert_eq!(vault.alice().last_seen, Some(at(later)), "never back");
    let error = seen(true, Some("2025-06-16T12:00:00.001Z")).unwrap_err();
    assert!(
        matches!(error, StoreError::Contact(ContactError::SeenAhead(_)))
            && error.to_string().contains("2025-06-16"),
        "{error}"
    );

    let picture = ProfilePicture::new("data:image/png;base64,iVBORw0KGgo=").unwrap();
    vault
        .tx(|tx| tx.contact_picture(&alice(), Some(&picture)))
        .unwrap();
    assert_eq!(vault.alice().profile_picture.as_deref(), Some(picture.as_str()));
    vault.tx(|tx| tx.contact_picture(&alice(), None)).unwrap();
    assert_eq!(vault.alice().profile_picture, None);

    let mute = |until| vault.tx(|tx| tx.contact_mute(&alice(), until));
    assert!(matches!(
        mute(Some(clock())).unwrap_err(),
        StoreError::Contact(ContactError::MuteOver { .. })
    ));
    for until in [Some(at(later)), Some(Timestamp::MAX), None] {
        mute(until).unwrap();
        assert_eq!(vault.alice().muted_until, until);
        let chat = vault.store.read(|tx| tx.conversation_by_id(&vault.chat)).unwrap();
        assert_eq!(chat.muted_until, until);
    }
    let nobody: ContactId = "nobody".parse().unwrap();
    for result in [
        vault.tx(|tx| tx.contact_presence(&nobody, true, None)),
        vault.tx(|tx| tx.contact_picture(&nobody, None)),
        vault.tx(|tx| tx.contact_mute(&nobody, None)),
        vault.tx(|tx| tx.contact_block(&nobody).map(drop)),
        vault.tx(|tx| tx.contact_key_replace(&nobody, &key(0)).map(drop)),
        vault.tx(|tx| tx.contact_remove(&nobody)),
    ] {
        assert!(matches!(
            result.unwrap_err(),
            StoreError::NotFound(Missing::Contact(_))
        ));
    }
    let own = vault.store.read(|tx| Ok::<_, StoreError>(tx.own_id())).unwrap();
    let me = vault.tx(|tx| tx.contact_create(&new(&own.to_string(), "Me")));
    assert!(matches!(
        me.unwrap_err(),
        StoreError::Contact(ContactError::OwnId)
    ));
}

/// Groups whose members were written by plain SQL. Alice owns two of them and is banned from a third.
const GROUPS: &str = "
    INSERT INTO contacts (contact_id, display_name, public_key) SELECT 'bob', 'Bob', public_key FROM contacts;
    INSERT INTO contacts (contact_id, display_name, public_key) SELECT 'eve', 'Eve', public_key FROM contacts LIMIT 1;
    INSERT INTO groups (group_id, name, group_type) VALUES ('g1', 'One', 'private'), ('g2', 'Two', 'private'), ('g3', 'Three', 'private');
    INSERT INTO group_members (group_id, contact_id, display_name, role, joined_at) VALUES
        ('g1', 'alice', 'A', 'owner', '2025-01-01 00:00:00.000'), ('g1', 'bob', 'B', 'member', '2025-01-02 00:00:00.000'),
        ('g1', 'eve', 'E', 'admin', '2025-01-03 00:00:00.000'),
        ('g2', 'alice', 'A', 'owner', '2025-01-01 00:00:00.000'), ('g2', 'bob', 'B', 'member', '2025-01-02 00:00:00.000');
    INSERT INTO group_bans (group_id, contact_id, banned_by, banned_at) VALUES ('g3', 'alice', 'x', '2025-01-01 00:00:00.000');
    INSERT INTO file_transfers (transfer_id, contact_id, file_name, file_size, file_hash, direction, status)
        SELECT 't', 'alice', public_key, 1, public_key, 'inbound', 'pending' FROM contacts LIMIT 1;";

#[test]
fn what_hangs_on_a_contact_goes_or_passes_on() {
    for plain in [false, true] {
        let vault = Vault::new();
        vault.receive(&[("one", "2025-06-01T00:00:00Z"), ("two", "2025-06-02T00:00:00Z")]);
        vault.sql(GROUPS);
        if plain {
            vault.sql("DELETE FROM contacts WHERE contact_id = 'alice'");
        } else {
            vault.tx(|tx| tx.contact_remove(&alice())).unwrap();
            let details = json!({ "messages": 2, "groups": 2 });
            assert_eq!(vault.acts().last(), Some(&("remove".to_owned(), Some(details))));
        }
        assert!(
            vault.store.read(|tx| tx.conversations(10)).unwrap().is_empty(),
            "hidden at once"
        );
        let sql = Sql::new("SELECT group_id || contact_id || role FROM group_members ORDER BY 1");
        let members: Vec<String> = vault.store.read(|tx| tx.db.rows(sql, "test")).unwrap();
        assert_eq!(
            members,
            ["g1bobmember", "g1eveadmin", "g2bobowner"].map(|m| m.replace("eveadmin", "eveowner"))
        );
        let sql = Sql::new(
            "SELECT (SELECT count(*) FROM group_bans), (SELECT contact_id IS NULL FROM file_transfers), \
             (SELECT count(*) FROM messages)",
        );
        let left: Option<(i64, bool, i64)> = vault.store.read(|tx| tx.db.row(sql, "test")).unwrap();
        assert_eq!(left, Some((0, true, 0)));
        assert_eq!(vault.store.removals_sweep().unwrap(), 2);
        let sql = Sql::new("SELECT count(*) FROM message_locator WHERE row_key IS NOT NULL");
        let located: Option<i64> = vault.store.read(|tx| tx.db.row(sql, "test")).unwrap();
        assert_eq!(located, Some(0));
    }
}

#[test]
fn a_session_sees_the_contacts_it_was_granted() {
    let vault = Vault::new();
    vault.tx(|tx| tx.contact_create(&new("bob", "Alicia"))).unwrap();
    vault.sql(
        "INSERT INTO access_control (resource_type, resource_id, user_id, permissions) \
         VALUES ('contact', 'alice', 'u', '[\"read\"]')",
    );
    let session = vault.store.session(UserId::new("u").unwrap());
    let ids = |found: Vec<Contact>| {
        found
            .into_iter()
            .map(|one| one.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(session.read(|tx| tx.contacts()).unwrap()), ["alice"]);
    assert_eq!(
        ids(session.read(|tx| tx.contacts_search("ali", 9)).unwrap()),
        ["alice"]
    );
    session.read(|tx| tx.contact_by_id(&alice())).unwrap();
    let bob: ContactId = "bob".parse().unwrap();
    let name = DisplayName::new("Other").unwrap();
    let refused = [
        session.read(|tx| tx.contact_by_id(&bob).map(drop)),
        session.write("test", |tx| tx.contact_rename(&alice(), &name)),
        session.write("test", |tx| tx.contact_remove(&alice())),
        session.write("test", |tx| tx.contact_verify(&alice())),
        session.write("test", |tx| tx.contact_block(&alice()).map(drop)),
        session.write("test", |tx| tx.contact_mute(&alice(), None)),
        session.write("test", |tx| tx.contact_presence(&alice(), true, None)),
        session.write("test", |tx| tx.contact_picture(&alice(), None)),
        session.write("test", |tx| tx.contact_key_replace(&alice(), &key(0)).map(drop)),
        session.write("test", |tx| tx.contact_create(&new("new", "New")).map(drop)),
    ];
    let count = refused.len();
    for result in refused {
        assert!(matches!(
            result,
            Err(StoreError::AccessDenied {
                permission: Permission::Read | Permission::Write | Permission::Delete,
                ..
            })
        ));
    }
    let filter = AuditFilter {
        event_type: Some(Act::AccessRefuse.event_type().into()),
        ..AuditFilter::default()
    };
    let entries = vault.store.read(|tx| tx.audit_entries(&filter, 100)).unwrap();
    assert_eq!(entries.len(), count);
}

/// Rows from plain SQL have no folded name until the store settles them. They are found before and after.
#[test]
fn names_of_plain_sql_are_found_and_settled() {
    let vault = Vault::new();
    vault
        .tx(|tx| {
            for number in 1..=1_203 {
                tx.contact_create(&new(&format!("n{number}"), &format!("ZOE\u{308} {number}")))?;
            }
            Ok(())
        })
        .unwrap();
    vault.sql("UPDATE contacts SET folded_name = NULL");
    for settled in [false, true] {
        assert_eq!(vault.search("zoë", 5_000).len(), 1_203);
        assert_eq!(vault.search("zoë", 7).len(), 7);
        assert_eq!(vault.search("1203", 9), ["n1203"]);
        assert!(vault.search("zoe", 9).is_empty());
        assert_eq!(vault.search("", 5_000).len(), 1_204);
        if !settled {
            vault.tx(|tx| tx.contact_names_fold()).unwrap();
            let sql = Sql::new("SELECT count(*) FROM contacts WHERE folded_name IS NULL");
            let left: Option<i64> = vault.store.read(|tx| tx.db.row(sql, "test")).unwrap();
            assert_eq!(left, Some(0));
        }
    }
    let (_folder, path) = vault.lock();
    assert_eq!(
        unlock(&path)
            .unwrap()
            .read(|tx| tx.contacts_search("ZOË 12", 99))
            .unwrap()
            .len(),
        15
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A search finds exactly the contacts with the query at the beginning of the name or of a word in it.
    #[test]
    fn search_finds_every_form_and_nothing_else(
        names in prop::collection::vec("[aAeEéßẞσςı\u{301}\u{308}\u{10ffff} -]{1,5}", 1..12),
        queries in prop::collection::vec("[aAeEéßσ\u{301}\u{10ffff} -]{0,3}", 1..12),
        renamed in "[aAeE ]{1,3}",
    ) {
        let vault = Vault::new();
        let mut model: Vec<(String, String)> = vec![("alice".into(), "alice".into())];
        vault.tx(|tx| {
            for (number, name) in names.iter().enumerate() {
                tx.contact_create(&new(&format!("c{number}"), name))?;
                model.push((format!("c{number}"), name.clone()));
            }
            tx.contact_rename(&"c0".parse()?, &DisplayName::lenient(&renamed, ""))
        }).unwrap();
        model[1].1 = renamed;
        for query in queries.iter().chain(model.iter().map(|(_, name)| name)) {
            let wanted = folded_name(query.trim());
            let fits = |name: &str| {
                let name = folded_name(name);
                let mut starts = name.char_indices().filter(|(at, _)| {
                    let before = name[..*at].chars().next_back();
                    before.is_none_or(|c| c == ' ' || c == '-' || c == '\u{10ffff}')
                });
                wanted.is_empty() || starts.any(|(at, _)| name[at..].starts_with(&wanted))
            };
            let mut expected: Vec<String> =
                model.iter().filter(|(_, name)| fits(name)).map(|(id, _)| id.clone()).collect();
            let mut found = vault.search(query, 100);
            prop_assert_eq!(vault.search(query, 2), &found[..found.len().min(2)]);
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected, "{:?}", query);
        }
    }
}
