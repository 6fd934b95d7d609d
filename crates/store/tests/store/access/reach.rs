//! Every function of a transaction that access control covers, called by a user with nothing, with less than it needs,
//! and with just what it needs.

use std::collections::BTreeSet;

use privatus_domain::{
    AuditFilter, Day, Grant, GrantFilter, KeyFilter, MessageId, Permission, Permissions, ReplyState,
    Resolution, Resource, ResourceKind, SecurityFilter, Statistic, Timestamp,
};
use privatus_store::{GrantRestored, PageStart, StoreError, WriteTx};

use super::{World, new_grant, on_chat, received, user};

/// Calls a function; gives how many things the session saw or changed.
type Call = fn(&mut WriteTx<'_>, &World) -> Result<usize, StoreError>;

/// What a user needs for it.
type Needs = fn(&World) -> Option<(Resource, Permission)>;

const READ: Needs = |world| Some((on_chat(&world.alice), Permission::Read));
const WRITE: Needs = |world| Some((on_chat(&world.alice), Permission::Write));
const ADMIN: Needs = |world| Some((on_chat(&world.alice), Permission::Admin));
const VAULT_READ: Needs = |_| Some((Resource::every(ResourceKind::Vault), Permission::Read));
const VAULT_ADMIN: Needs = |_| Some((Resource::every(ResourceKind::Vault), Permission::Admin));
const AUDIT_READ: Needs = |_| Some((Resource::every(ResourceKind::Audit), Permission::Read));
const AUDIT_DELETE: Needs = |_| Some((Resource::every(ResourceKind::Audit), Permission::Delete));
const SECURITY_READ: Needs = |_| Some((Resource::every(ResourceKind::Security), Permission::Read));
const SECURITY_WRITE: Needs = |_| Some((Resource::every(ResourceKind::Security), Permission::Write));
const KEY_READ: Needs = |_| Some((Resource::every(ResourceKind::Key), Permission::Read));
const KEY_WRITE: Needs = |_| Some((Resource::every(ResourceKind::Key), Permission::Write));
/// Nothing: it says only what the user knows already.
const NOTHING: Needs = |_| None;

/// The functions, by their names in the source.
const CALLS: &[(&str, Needs, Call)] = &[
    ("conversations", READ, |tx, _| Ok(tx.conversations(10)?.len())),
    ("conversation_by_id", READ, |tx, world| {
        tx.conversation_by_id(&world.alice).map(|_| 1)
    }),
    ("messages_page", READ, |tx, world| {
        Ok(tx
            .messages_page(&world.alice, &PageStart::Newest, 10)?
            .messages
            .len())
    }),
    ("messages_beginning", READ, |tx, world| {
        let id = MessageId::new(tx.new_id()?);
        tx.messages_beginning(&world.alice, &id.to_string(), 10)
            .map(|_| 1)
    }),
    ("names", READ, |tx, _| {
        Ok(tx.names(ResourceKind::Conversation, Some("ali"))?.len())
    }),
    ("message_by_id", READ, |tx, world| {
        tx.message_by_id(&world.message).map(|_| 1)
    }),
    ("reply_state", READ, |tx, world| {
        Ok(usize::from(tx.reply_state(&world.message)? != ReplyState::Absent))
    }),
    ("message_insert", WRITE, |tx, world| {
        tx.message_insert(&world.alice, &received(&"new".parse()?, "alice"))
            .map(usize::from)
    }),
    ("messages_insert", WRITE, |tx, world| {
        tx.messages_insert(&world.alice, &[received(&"new".parse()?, "alice")])
            .map(|_| 1)
    }),
    ("messages_import", WRITE, |tx, world| {
        tx.messages_import(&world.alice, &[received(&"new".parse()?, "alice")])
            .map(|_| 1)
    }),
    ("messages_import_again", WRITE, |tx, world| {
        tx.messages_import_again(&world.alice, &[received(&"new".parse()?, "alice")])
            .map(|_| 1)
    }),
    ("messages_receive", WRITE, |tx, world| {
        let batch = [(world.alice.clone(), received(&"new".parse()?, "alice"))];
        tx.messages_receive(&batch).map(|_| 1)
    }),
    ("conversation_mark_read", WRITE, |tx, world| {
        tx.conversation_mark_read(&world.alice, None).map(|_| 1)
    }),
    ("partition_archive", VAULT_ADMIN, |tx, _| {
        let month = privatus_domain::Partition::route(super::clock(), super::clock());
        tx.partition_archive(month).map(|()| 1)
    }),
    ("verify", VAULT_READ, |tx, _| tx.verify(&mut |_| ()).map(|_| 1)),
    ("usage_days", VAULT_READ, |tx, _| {
        tx.usage_days(today()).map(|_| 1)
    }),
    ("statistics", VAULT_READ, |tx, _| tx.statistics().map(|_| 1)),
    ("transaction_times", VAULT_READ, |tx, _| {
        tx.transaction_times(today()).map(|_| 1)
    }),
    ("statistic_restore", VAULT_ADMIN, |tx, _| {
        let row = Statistic {
            date: today(),
            metric: "one".into(),
            value: 1,
        };
        tx.statistic_restore(&row).map(usize::from)
    }),
    ("access_list", ADMIN, |tx, world| {
        let on = on_chat(&world.alice);
        let others = GrantFilter {
            to: Some(Some(user("zoe"))),
            on: Some(on),
        };
        Ok(tx.access_list(&others)?.len())
    }),
    ("access_check", ADMIN, |tx, world| {
        tx.access_check(&user("zoe"), &on_chat(&world.alice), Permission::Read)
            .map(|_| 1)
    }),
    ("access_grant", ADMIN, |tx, world| {
        let new = new_grant(&on_chat(&world.alice), Some("ann"), &[Permission::Admin], None);
        tx.access_grant(&new).map(|()| 1)
    }),
    ("access_restore", ADMIN, |tx, world| {
        let grant = Grant {
            on: on_chat(&world.alice),
            to: Some(user("yan")),
            permissions: Permissions::new([Permission::Read])?,
            granted_by: None,
            granted_at: super::clock(),
            expires_at: None,
        };
        tx.access_restore(&grant)
            .map(|restored| usize::from(restored == GrantRestored::Written))
    }),
    ("access_revoke", ADMIN, |tx, world| {
        tx.access_revoke(&on_chat(&world.alice), Some(&user("zoe")))
            .map(|()| 1)
    }),
    ("audit_entries", AUDIT_READ, |tx, _| {
        Ok(tx.audit_entries(&AuditFilter::default(), 10)?.len())
    }),
    ("audit_entries_after", AUDIT_READ, |tx, _| {
        Ok(tx.audit_entries_after(i64::MIN)?.len())
    }),
    ("audit_head", AUDIT_READ, |tx, _| tx.audit_head().map(|_| 1)),
    ("audit_losses", AUDIT_READ, |tx, _| tx.audit_losses().map(|_| 1)),
    ("audit_old", AUDIT_READ, |tx, _| {
        tx.audit_old(Timestamp::MIN).map(|_| 1)
    }),
    ("audit_retention_days", AUDIT_READ, |tx, _| {
        tx.audit_retention_days().map(|_| 1)
    }),
    ("audit_verify", AUDIT_READ, |tx, _| {
        tx.audit_verify(None, &mut |_| true).map(|_| 1)
    }),
    ("audit_prune", AUDIT_DELETE, |tx, _| {
        tx.audit_prune(Timestamp::MIN).map(|_| 1)
    }),
    ("security_events", SECURITY_READ, |tx, _| {
        Ok(tx.security_events(&SecurityFilter::default(), 10)?.len())
    }),
    ("security_event_by_id", SECURITY_READ, |tx, _| {
        tx.security_event_by_id(1).map(|_| 1)
    }),
    ("security_resolve", SECURITY_WRITE, |tx, _| {
        tx.security_resolve(1, &Resolution::new("seen")?).map(|()| 1)
    }),
    ("keys", KEY_READ, |tx, _| {
        Ok(tx.keys(&KeyFilter::default())?.len())
    }),
    ("key_by_number", KEY_READ, |tx, _| tx.key_by_number(1).map(|_| 1)),
    ("key_expiry_set", KEY_WRITE, |tx, _| {
        tx.key_expiry_set(1, None).map(|()| 1)
    }),
    ("may", NOTHING, |tx, world| {
        tx.may(&on_chat(&world.alice), Permission::Read).map(|_| 1)
    }),
];

fn today() -> Day {
    Day::of(super::clock())
}

/// What became of a call, in a transaction that is given up afterwards.
fn outcome(world: &World, call: Call) -> Result<usize, StoreError> {
    enum Ended {
        With(Result<usize, StoreError>),
        Failed(StoreError),
    }
    impl From<StoreError> for Ended {
        fn from(error: StoreError) -> Self {
            Self::Failed(error)
        }
    }
    let session = world.store.session(user("ann"));
    let ended = session.write("call", |tx| Err::<(), _>(Ended::With(call(tx, world))));
    match ended {
        Err(Ended::With(result)) => result,
        Err(Ended::Failed(error)) => panic!("the transaction itself failed: {error}"),
        Ok(()) => panic!("it was to be given up"),
    }
}

/// A world in which zoe may read a chat, and ann has what is given.
fn world(ann: Option<&(Resource, Permission)>) -> World {
    let world = World::new();
    world.grant(&on_chat(&world.alice), Some("zoe"), &[Permission::Read]);
    if let Some((on, permission)) = ann {
        world.grant(on, Some("ann"), &[*permission]);
    }
    world
}

#[test]
fn a_user_without_grants_reaches_nothing() {
    let world = world(None);
    for (name, needs, call) in CALLS.iter().filter(|(_, needs, _)| needs(&world).is_some()) {
        match outcome(&world, *call) {
            Err(StoreError::AccessDenied { user: who, .. }) => assert_eq!(who, user("ann"), "{name}"),
            Ok(0) => {}
            other => panic!("{name} of {:?}: {other:?}", needs(&world)),
        }
    }
}

#[test]
fn a_user_reaches_what_it_has_a_grant_for_and_nothing_with_another() {
    for permission in Permission::ALL {
        for kind in [
            ResourceKind::Conversation,
            ResourceKind::Contact,
            ResourceKind::Audit,
            ResourceKind::Security,
            ResourceKind::Key,
            ResourceKind::Vault,
        ] {
            let on = match kind {
                ResourceKind::Conversation | ResourceKind::Contact => Resource::of(kind, "alice"),
                _ => Resource::every(kind),
            };
            let world = world(Some(&(on.clone(), permission)));
            for (name, needs, call) in CALLS {
                let Some((needed_on, needed)) = needs(&world) else {
                    continue;
                };
                let holds = (on == needed_on
                    || kind == ResourceKind::Vault && permission == Permission::Admin)
                    && (permission == needed || permission == Permission::Admin);
                let found = outcome(&world, *call);
                match &found {
                    Ok(count) if holds => assert!(*count > 0, "{name} with {permission} on {on}"),
                    Ok(0) | Err(StoreError::AccessDenied { .. }) if !holds => {}
                    _ => panic!("{name} with {permission} on {on}: {found:?}"),
                }
            }
        }
    }
}

/// The rooms where these functions stand. Each public one that takes a transaction is in [`CALLS`] or in [`OPEN`].
const ROOMS: [&str; 9] = [
    "access",
    "audit",
    "conversation",
    "keys",
    "message",
    "names",
    "partition",
    "stats",
    "verify",
];

/// Every source file of these rooms.
#[allow(clippy::disallowed_methods, reason = "these are source files")]
fn sources() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<_> = ROOMS.iter().map(|room| root.join(room)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((
                    path.display().to_string(),
                    std::fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    found
}

/// The check itself, and what only writes down: whoever acts leaves a trace. And what asks for each contact and group that
/// it names, of which no sound vault has one.
const OPEN: &[&str] = &[
    "permit",
    "permit_named",
    "audit",
    "security_event",
    "conversations_lost",
];

#[test]
fn no_function_of_these_files_is_forgotten() {
    let called: BTreeSet<&str> = CALLS
        .iter()
        .map(|(name, ..)| *name)
        .chain(OPEN.iter().copied())
        .collect();
    let mut found = BTreeSet::new();
    let sources = sources();
    for (file, source) in &sources {
        for part in source.split("pub fn ").skip(1) {
            let (name, rest) = part.split_once('(').unwrap();
            let (receiver, _) = rest.split_once([',', ')']).unwrap();
            if receiver.trim() == "&mut self" {
                let name = name.split('<').next().unwrap();
                assert!(
                    called.contains(name),
                    "{file}: {name} is called by no test of access"
                );
                found.insert(name);
            }
        }
    }
    assert_eq!(found, called, "each of them stands in one of the files");
}

#[test]
fn the_table_of_the_data_model_says_the_same() {
    let page = include_str!("../../../../../docs/DATA_MODEL.md");
    let (_, section) = page.split_once("| function | type | permission |").unwrap();
    let (table, _) = section.split_once("\n\n").unwrap();
    let mut told = BTreeSet::new();
    for line in table.lines().skip(2) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let names = cells[1].split('`').skip(1).step_by(2);
        told.extend(names.map(|name| (name.to_owned(), cells[2].to_owned(), cells[3].to_owned())));
    }
    let world = World::new();
    let asked = CALLS.iter().filter_map(|(name, needs, _)| {
        let (on, permission) = needs(&world)?;
        Some(((*name).to_owned(), on.kind.to_string(), permission.to_string()))
    });
    assert_eq!(told, asked.collect());
}
