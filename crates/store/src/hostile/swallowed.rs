//! Tests that no operation succeeds if one of its writes is swallowed.

use std::collections::BTreeSet;

use privatus_domain::{
    Body, ContactState, Day, DisplayName, FileSize, GroupChange, GroupKind, GroupSettings, MemberPermissions,
    NewGrant, NewGroup, NewMember, NewSecurityEvent, Partition, Permission, Permissions, ProfilePicture,
    PublicKey, Resolution, Resource, ResourceKind, Role, SecurityKind, SenderRef, SettingKey, Severity,
    Statistic, Timestamp, Transfer, TransferDirection, TransferState, TransferStatus, UserId,
};

use super::{IGNORED, is_damage, vault};
use crate::StoreError;
use crate::db::statement::Sql;
use crate::testing::{Vault, at, contact, message};
use crate::tx::WriteTx;

type Work = fn(&mut WriteTx<'_>) -> Result<(), StoreError>;

/// What an operation needs in addition to the vault of [`filled`].
const STANDS: [(&str, &str); 3] = [
    (
        "names",
        "UPDATE contacts SET folded_name = NULL WHERE contact_id = 'carol'",
    ),
    (
        "groups adapt",
        "UPDATE groups SET max_members = NULL WHERE group_id = 'hers'; \
         UPDATE group_members SET role = 'member' WHERE group_id = 'hers'",
    ),
    (
        "sweep",
        "INSERT INTO pending_removals (conversation) SELECT conversation FROM conversations WHERE contact_id = 'alice'; \
         UPDATE conversations SET is_hidden = TRUE, contact_id = NULL WHERE contact_id = 'alice'",
    ),
];

/// All operations, run on the vault of [`filled`].
const WORKS: [(&str, Work); 38] = [
    ("contact", |tx| {
        let new = privatus_domain::NewContact {
            id: "dora".parse()?,
            display_name: DisplayName::new("Dora")?,
            public_key: PublicKey::kept(b"key".to_vec())?,
            is_verified: false,
            added_at: tx.now(),
            last_seen: None,
        };
        tx.contact_create(&new)?;
        let state = ContactState {
            is_online: true,
            profile_picture: None,
            blocked_at: Some(tx.now()),
            muted_until: Some(Timestamp::MAX),
        };
        tx.contact_restore(&new.id, &state)
    }),
    ("contact rename", |tx| {
        tx.contact_rename(&"bob".parse()?, &DisplayName::new("Robert")?)
    }),
    ("contact picture", |tx| {
        let picture = ProfilePicture::new("data:image/png;base64,iVBORw0KGgo=")?;
        tx.contact_picture(&"bob".parse()?, Some(&picture))
    }),
    ("contact presence", |tx| {
        tx.contact_presence(&"bob".parse()?, true, None)
    }),
    ("contact block", |tx| tx.contact_block(&"bob".parse()?).map(drop)),
    ("contact unblock", |tx| {
        tx.contact_unblock(&"carol".parse()?).map(drop)
    }),
    ("contact mute", |tx| {
        tx.contact_mute(&"bob".parse()?, Some(Timestamp::MAX))
    }),
    ("contact key", |tx| {
        let key = PublicKey::new((0..32).collect())?;
        tx.contact_key_replace(&"bob".parse()?, &key)?;
        tx.contact_verify(&"bob".parse()?)
    }),
    ("contact key of a file", |tx| {
        let key = PublicKey::new((0..32).collect())?;
        tx.contact_key_differs(&"bob".parse()?, &key).map(drop)
    }),
    // An owner, a member, a sender, and the contact of a transfer.
    ("contact remove", |tx| tx.contact_remove(&"alice".parse()?)),
    ("contact remove, banned", |tx| {
        tx.contact_remove(&"carol".parse()?)
    }),
    ("names", |tx| tx.contact_names_fold()),
    ("group", |tx| {
        tx.group_create(&NewGroup {
            settings: GroupSettings::new(r#"{"a":1}"#)?,
            ..NewGroup::new(
                "more".parse()?,
                DisplayName::new("More")?,
                GroupKind::Private,
                tx.now(),
            )
        })
        .map(drop)
    }),
    ("group restore", |tx| {
        let new = NewGroup::new(
            "old".parse()?,
            DisplayName::new("Old")?,
            GroupKind::Private,
            tx.now(),
        );
        let ban = privatus_domain::Ban {
            contact: "carol".parse()?,
            banned_by: "bob".parse()?,
            banned_at: tx.now(),
        };
        let member = NewMember::new("bob".parse()?, DisplayName::new("Bob")?);
        tx.group_restore(&new, &"old".parse()?, &[member], &[ban])
            .map(drop)
    }),
    ("group change", |tx| {
        let change = GroupChange {
            name: Some(DisplayName::new("Teams")?),
            settings: Some(GroupSettings::new(r#"{"a":2}"#)?),
            ..GroupChange::default()
        };
        let own = tx.own_id();
        tx.group_change(&"team".parse()?, &change, &own)
    }),
    ("group add", |tx| {
        let (own, member) = (
            tx.own_id(),
            NewMember::new("alice".parse()?, DisplayName::new("A")?),
        );
        tx.group_member_add(&"team".parse()?, &member, &own)
    }),
    ("group kick", |tx| {
        let own = tx.own_id();
        tx.group_member_remove(&"team".parse()?, &"bob".parse()?, &own)
    }),
    ("group leave", |tx| {
        tx.group_member_leave(&"team".parse()?, &"bob".parse()?)
    }),
    ("group ban", |tx| {
        let own = tx.own_id();
        tx.group_member_ban(&"team".parse()?, &"bob".parse()?, &own)
    }),
    ("group unban", |tx| {
        let own = tx.own_id();
        tx.group_member_unban(&"team".parse()?, &"carol".parse()?, &own)
    }),
    ("group role", |tx| {
        let own = tx.own_id();
        tx.group_member_role(&"team".parse()?, &"bob".parse()?, Role::Admin, &own)
    }),
    ("group owner", |tx| {
        let own = tx.own_id();
        tx.group_transfer(&"team".parse()?, &"bob".parse()?, &own)
    }),
    ("group permissions", |tx| {
        let (own, none) = (tx.own_id(), MemberPermissions::new(r#"{"write":false}"#)?);
        tx.member_permissions(&"team".parse()?, &"bob".parse()?, &none, &own)
    }),
    ("group remove", |tx| {
        let own = tx.own_id();
        tx.group_remove(&"team".parse()?, &own)
    }),
    ("groups adapt", |tx| tx.older_rows_adapt(true)),
    ("setting", |tx| {
        tx.setting_set(
            "",
            &SettingKey::new("colour")?,
            serde_json::json!("red"),
            tx.now(),
        )
    }),
    ("setting unset", |tx| {
        tx.setting_unset("", &SettingKey::new("theme")?)
    }),
    ("grant", |tx| {
        tx.access_grant(&NewGrant {
            on: Resource::every(ResourceKind::Group),
            to: Some(UserId::new("ben")?),
            permissions: Permissions::new([Permission::Read])?,
            expires_at: None,
        })
    }),
    ("revoke", |tx| {
        tx.access_revoke(
            &Resource::every(ResourceKind::Contact),
            Some(&UserId::new("ann")?),
        )
    }),
    ("send", |tx| {
        let mut large = message("large two", "2025-06-02T00:00:00Z");
        large.body = Body::text("x".repeat(20_000))?;
        large.sender = SenderRef::Contact("bob".parse()?);
        let late = message("early", "1990-01-02T00:00:00Z");
        tx.messages_insert(&"alice".parse()?, &[large, late]).map(drop)
    }),
    // A month that exists without messages of this conversation; under another name.
    ("send to another", |tx| {
        let anonymous_id = tx.group_anonymous_id(&"masked".parse()?, &"bob".parse()?)?;
        let mut sent = message("masked", "2025-06-02T00:00:00Z");
        sent.sender = SenderRef::Anonymous {
            group: "masked".parse()?,
            anonymous_id,
        };
        tx.message_insert(&"masked".parse()?, &sent).map(drop)
    }),
    ("mark", |tx| {
        tx.conversation_mark_read(&"alice".parse()?, None).map(drop)
    }),
    ("mark one", |tx| {
        let one = "one".parse()?;
        tx.conversation_mark_read(&"alice".parse()?, Some(&one)).map(drop)
    }),
    ("archive", |tx| {
        tx.partition_archive(Partition::from_number(202_506).unwrap())
    }),
    ("sweep", |tx| {
        let sql = Sql::new("SELECT conversation FROM pending_removals");
        let number: i64 = tx.db.row(sql, "find a removal")?.unwrap();
        while tx.removal_batch(number)? > 0 {}
        Ok(())
    }),
    ("transfers", |tx| {
        tx.transfer_restore(&transfer("two")?)?;
        tx.transfer_step(&"t".parse()?, TransferStatus::Active, None)?;
        tx.transfer_progress(&"t".parse()?, 50).map(drop)
    }),
    ("books", |tx| {
        tx.generation_set(9)?;
        tx.security_resolve(1, &Resolution::new("done")?)?;
        tx.statistic_restore(&Statistic {
            date: Day::of(tx.now()),
            metric: "more".into(),
            value: 1,
        })?;
        tx.key_expiry_set(1, Some(Timestamp::MAX))
    }),
    ("prune", |tx| tx.audit_prune(at("2025-06-16T00:00:00Z")).map(drop)),
];

fn transfer(id: &str) -> Result<Transfer, StoreError> {
    Ok(Transfer {
        id: id.parse()?,
        file_name: "a.txt".to_owned(),
        size: FileSize::new(1).unwrap(),
        hash: vec![7; 32],
        direction: TransferDirection::Inbound,
        contact: Some("alice".parse()?),
        group: None,
        state: TransferState::OFFERED,
        created_at: at("2025-06-01T00:00:00Z"),
        completed_at: None,
        error: None,
    })
}

fn filled() -> Vault {
    let vault = vault();
    contact(&vault.store, "bob");
    contact(&vault.store, "carol");
    let group = |tx: &mut WriteTx<'_>, id: &str, is_anonymous| -> Result<(), StoreError> {
        tx.group_create(&NewGroup {
            is_anonymous,
            ..NewGroup::new(id.parse()?, DisplayName::new(id)?, GroupKind::Private, tx.now())
        })?;
        let bob = NewMember::new("bob".parse()?, DisplayName::new("Bob")?);
        tx.group_members_add(&id.parse()?, &[bob])
    };
    let fill = |tx: &mut WriteTx<'_>| -> Result<(), StoreError> {
        let own = tx.own_id();
        group(tx, "team", false)?;
        group(tx, "masked", true)?;
        group(tx, "hers", false)?;
        let alice = NewMember::new("alice".parse()?, DisplayName::new("Alice")?);
        tx.group_members_add(&"hers".parse()?, &[alice])?;
        tx.group_transfer(&"hers".parse()?, &"alice".parse()?, &own)?;
        tx.group_member_ban(&"team".parse()?, &"carol".parse()?, &own)?;
        tx.contact_block(&"carol".parse()?)?;
        tx.transfer_restore(&transfer("t")?)?;
        tx.setting_set(
            "",
            &SettingKey::new("theme")?,
            serde_json::json!("dark"),
            tx.now(),
        )?;
        tx.access_grant(&NewGrant {
            on: Resource::every(ResourceKind::Contact),
            to: Some(UserId::new("ann")?),
            permissions: Permissions::new([Permission::Read])?,
            expires_at: None,
        })?;
        tx.security_event(&NewSecurityEvent {
            at: tx.now(),
            kind: SecurityKind::Tampering,
            severity: Severity::High,
            user: None,
            description: "found".into(),
            raw_data: None,
        })?;
        let mut large = message("large", "2025-06-03T00:00:00Z");
        large.body = Body::text("x".repeat(20_000))?;
        tx.messages_insert(&"alice".parse()?, &[large]).map(drop)
    };
    vault.store.write("fill", fill).unwrap();
    vault
}

/// Plants `plant`, runs an operation in a transaction that is rolled back, and returns its result and what `look`
/// finds.
fn run<T>(
    vault: &Vault,
    plant: &str,
    work: Work,
    look: impl FnOnce(&mut WriteTx<'_>) -> T,
) -> (Result<(), StoreError>, T) {
    let mut found = None;
    let given_up = vault.store.write("plant", |tx| {
        tx.db.raw().execute_batch(plant)?;
        let done = work(tx);
        found = Some((done, look(tx)));
        Err::<(), _>(StoreError::Interrupted)
    });
    assert!(matches!(given_up, Err(StoreError::Interrupted)), "{given_up:?}");
    found.unwrap()
}

/// The database reports which writes an operation does, so new ones are tried too.
#[test]
fn no_write_that_a_trigger_swallows_is_a_success() {
    let vault = filled();
    let tables: Vec<String> = vault
        .store
        .read(|tx| {
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
            tx.db.rows(Sql::new(sql), "list")
        })
        .unwrap();
    let mut log = "CREATE TABLE hits (hit TEXT)".to_owned();
    for table in &tables {
        for act in ["INSERT", "UPDATE", "DELETE"] {
            let hit = format!("{act} ON {table}");
            log += &format!(
                "; CREATE TRIGGER \"{hit}\" AFTER {hit} BEGIN INSERT INTO hits VALUES ('{hit}'); END"
            );
        }
    }
    let mut all = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, work) in WORKS {
        let stands = STANDS.iter().find(|(of, _)| *of == name);
        let stands = stands.map_or("", |(_, sql)| sql);
        let (done, hits) = run(&vault, &format!("{stands}; {log}"), work, |tx| {
            let sql = Sql::new("SELECT DISTINCT hit FROM hits");
            tx.db.rows::<String>(sql, "list").unwrap()
        });
        if let Err(error) = done {
            wrong.push(format!("{name}: {error}"));
        }
        for hit in hits {
            let trigger = format!("{stands}; CREATE TRIGGER swallows BEFORE {hit} BEGIN {IGNORED}; END");
            let (done, ()) = run(&vault, &trigger, work, |_| ());
            if !is_damage(&done, "") {
                wrong.push(format!("{name}, {hit}: {done:?}"));
            }
            all.insert(hit);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(all.len() >= 43, "an operation is missing: {all:?}");
}
