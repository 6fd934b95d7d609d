//! A vault that the store made, closed, and opened with its key: what a program has that runs the specification's SQL.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use privatus_domain::{
    Body, ContactId, ConversationId, DisplayName, GroupKind, ImportedSender, NewContact, NewGroup,
    NewMessage, Partition, PublicKey, SenderRef, Timestamp,
};
use privatus_sqlite::{Connection, OpenMode, OpenOptions, RawKey};
use privatus_store::{Password, Secret, Store, StoreError, VaultOptions, WriteTx};
use privatus_tests::{PASSWORD, raw_key};
use tempfile::TempDir;

/// A database in a file, because WAL needs one.
pub(crate) struct Database {
    connection: Connection,
    folder: TempDir,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

/// The vault that each test has a copy of, and its key: a key derivation is slow.
static MADE: OnceLock<(TempDir, RawKey)> = OnceLock::new();

/// A message that the store wrote.
pub(crate) struct Written {
    pub(crate) view: &'static str,
    pub(crate) id: &'static str,
    /// A guest has none.
    pub(crate) contact: Option<&'static str>,
    pub(crate) is_outgoing: bool,
    pub(crate) at: &'static str,
    pub(crate) reply_to: Option<&'static str>,
}

const fn from_ann(id: &'static str, at: &'static str) -> Written {
    Written {
        view: "messages",
        id,
        contact: Some("ann"),
        is_outgoing: false,
        at,
        reply_to: None,
    }
}

/// What is in the vault.
pub(crate) const WRITTEN: [Written; 5] = [
    Written {
        view: "messages_archive",
        ..from_ann("of-december", "2024-12-31 23:59:59.999")
    },
    Written {
        reply_to: Some("of-december"),
        ..from_ann("0192f0a1-b2c3-7d4e-8f00-665544332211", "2025-01-01 00:00:00.000")
    },
    Written {
        is_outgoing: true,
        reply_to: Some("0192f0a1-b2c3-7d4e-8f00-665544332211"),
        ..from_ann("of-january", "2025-01-15 12:00:00.001")
    },
    Written {
        contact: Some("bob"),
        ..from_ann("of-february", "2025-02-01 00:00:00.000")
    },
    Written {
        contact: None,
        ..from_ann("of-a-guest", "2025-02-28 23:59:59.999")
    },
];

/// What each of them says.
pub(crate) const SAID: &str = "what the store was given to keep";

impl Database {
    /// A plain database, for what the specification's own tables are.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = OpenOptions::new(OpenMode::Create);
        let connection = Connection::open(&folder.path().join("plain.db"), &options).unwrap();
        Self { connection, folder }
    }

    /// A vault with two live months and one in the archive, and the messages that the store [wrote](WRITTEN) in them.
    pub(crate) fn vault() -> Self {
        let (made, key) = MADE.get_or_init(made);
        let folder = tempfile::tempdir().unwrap();
        for file in fs::read_dir(made.path().join("vault")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        let path = folder.path().join("privatus.db");
        assert!(
            !fs::read(&path).unwrap().starts_with(b"SQLite format 3"),
            "a vault is encrypted"
        );
        let options = OpenOptions::new(OpenMode::ReadWrite).with_key(key);
        let connection = Connection::open(&path, &options).unwrap();
        let mut database = Self { connection, folder };
        database.run("PRAGMA foreign_keys = ON").unwrap();
        database
    }

    /// Lets the schema be written, which a vault's own connection never does.
    pub(crate) fn undefended(&mut self) {
        self.connection.undefended().unwrap();
    }

    /// Closes the vault and has the store open it, which must find nothing wrong.
    pub(crate) fn close_for_the_store(self) {
        let Self { connection, folder } = self;
        drop(connection);
        let secret = Secret::Password(Password::new(PASSWORD).unwrap());
        let store = Store::unlock(folder.path(), &secret, &options()).unwrap();
        let found = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
        assert!(found.is_content(), "{:?}", found.problems);
        for written in WRITTEN {
            let id = written.id.parse().unwrap();
            let message = store.read(|tx| tx.message_by_id(&id)).unwrap();
            assert_eq!(message.body.unwrap().as_text(), SAID);
        }
    }

    pub(crate) fn run(&mut self, sql: &str) -> Result<(), String> {
        self.connection
            .diesel()
            .batch_execute(sql)
            .map_err(|error| error.to_string())
    }

    /// The column `value` of all rows, NULL as `NULL`.
    fn values(&mut self, sql: &str) -> Vec<String> {
        let rows: Vec<Value> = sql_query(sql)
            .load(self.connection.diesel())
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        rows.into_iter()
            .map(|row| row.value.unwrap_or_else(|| "NULL".to_owned()))
            .collect()
    }

    /// The first column of all rows, as text.
    pub(crate) fn texts(&mut self, query: &str) -> Vec<String> {
        self.values(&format!(
            "WITH q(value) AS ({query}) SELECT CAST(value AS TEXT) AS value FROM q"
        ))
    }

    /// The only value of a query, as text.
    pub(crate) fn text(&mut self, query: &str) -> String {
        let values = self.texts(query);
        assert_eq!(values.len(), 1, "{query}");
        values.into_iter().next().unwrap()
    }

    /// What a pragma answers: through its table-valued function, so that any column type reads as text.
    pub(crate) fn pragma(&mut self, name: &str) -> String {
        self.text(&format!("SELECT * FROM pragma_{name}"))
    }
}

fn clock() -> Timestamp {
    Timestamp::parse("2025-02-28T23:59:59.999Z").unwrap()
}

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(clock),
        ..VaultOptions::cheap_for_tests()
    }
}

fn made() -> (TempDir, RawKey) {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    let password = Password::new(PASSWORD).unwrap();
    let (store, _code) = Store::create(&vault, &password, &options()).unwrap();
    store.write("filled", fill).unwrap();
    store.close().unwrap();
    let key = raw_key(&vault);
    (folder, key)
}

fn fill(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let (ann, bob) = (contact(tx, "ann")?, contact(tx, "bob")?);
    let name = DisplayName::new("Team")?;
    let group = NewGroup::new("team".parse()?, name, GroupKind::Private, tx.now());
    let team = tx.group_create(&group)?;
    for written in WRITTEN {
        let (chat, sender) = match written.contact {
            Some("ann") => (&ann, SenderRef::Contact("ann".parse()?)),
            Some(_) => (&bob, SenderRef::Contact("bob".parse()?)),
            None => {
                let name = DisplayName::new("Guest")?;
                let source_id = [7; 16];
                (&team, SenderRef::Imported(ImportedSender { source_id, name }))
            }
        };
        let at = Timestamp::parse(&format!("{}Z", written.at.replace(' ', "T")))?;
        let (id, body) = (written.id.parse()?, Body::text(SAID)?);
        let message = if written.is_outgoing {
            NewMessage::sent(id, body, at)
        } else {
            NewMessage::received(id, sender, body, at)
        };
        let reply_to = written.reply_to.map(str::parse).transpose()?;
        tx.message_insert(chat, &NewMessage { reply_to, ..message })?;
    }
    tx.partition_archive(Partition::from_number(202_412).unwrap())
}

fn contact(tx: &mut WriteTx<'_>, id: &str) -> Result<ConversationId, StoreError> {
    let id: ContactId = id.parse()?;
    tx.contact_create(&NewContact {
        id,
        display_name: DisplayName::new("Somebody")?,
        public_key: PublicKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")?,
        is_verified: false,
        added_at: tx.now(),
        last_seen: None,
    })
}

/// The text of every `up.sql`, oldest first, or `down.sql`, newest first.
pub(crate) fn migrations(file: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut folders: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    if file == "down.sql" {
        folders.reverse();
    }
    assert!(folders.len() >= 2, "the migrations are there");
    folders
        .iter()
        .map(|folder| fs::read_to_string(folder.join(file)).unwrap())
        .collect()
}

#[test]
fn down_undoes_up_step_by_step() {
    let mut database = Database::empty();
    let schema = "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name, type";
    let mut before = Vec::new();
    for up in migrations("up.sql") {
        before.push(database.texts(schema));
        database.run(&up).unwrap();
    }
    for down in migrations("down.sql") {
        database.run(&down).unwrap();
        assert_eq!(database.texts(schema), before.pop().unwrap(), "after {down}");
    }
}

#[test]
fn every_column_of_a_foreign_key_is_indexed() {
    let unindexed = Database::vault().texts(
        "SELECT m.name || '.' || f.\"from\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
         WHERE m.type = 'table' AND NOT EXISTS (
             SELECT 1 FROM pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
             WHERE i.seqno = 0 AND i.name = f.\"from\" AND NOT l.partial)
         AND NOT EXISTS (
             SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = f.\"from\" AND c.pk = 1)",
    );
    assert_eq!(unindexed, Vec::<String>::new());
}
