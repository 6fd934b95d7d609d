//! An adoption from file to vault: what is sealed, in which order, and that one that ends early leaves nothing.

use std::fs;
use std::path::PathBuf;

use privatus_domain::{JsonText, SettingKey, Timestamp};
use privatus_sqlite::fault::FaultVfs;
use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, PageMac, RawKey};
use privatus_store::{PageStart, Password, Store, StoreError, VaultOptions};

use super::compare::SPECIFICATION;
use super::{AdoptProgress, Adopted, BaselineError, BaselineSource, SourceKey};

fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(|| Timestamp::parse("2025-06-15T12:00:00Z").unwrap()),
        ..VaultOptions::cheap_for_tests()
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(mac: PageMac, sql: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.sql(mac, &format!("{SPECIFICATION}; {sql}"));
        folder
    }

    fn sql(&self, mac: PageMac, sql: &str) {
        let key = RawKey::without_salt(&[0x11; 32]);
        let options = OpenOptions::new(OpenMode::Create)
            .with_key(&key)
            .with_page_mac(mac);
        let mut connection = Connection::open(&self.database(), &options).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("source.db")
    }

    fn source(&self) -> Result<BaselineSource, BaselineError> {
        let key = SourceKey::from_file_bytes("11".repeat(32).as_bytes()).unwrap();
        BaselineSource::open(&self.database(), &key, false)
    }

    fn adopt(
        &self,
        options: &VaultOptions,
        progress: &mut dyn FnMut(AdoptProgress) -> bool,
    ) -> Result<(Store, Adopted), BaselineError> {
        let path = self.0.path().join("vault");
        let password = Password::new("secret").unwrap();
        let source = self.source()?;
        source.adopt(&path, &password, options, |_, _| Ok(()), progress)
    }

    /// Names of the files in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

/// Each value is what its table's own reader opens.
#[test]
fn each_sealed_value_is_what_the_source_says() {
    let folder = Folder::new(
        PageMac::Sha256,
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', '00fF');
         INSERT INTO groups (group_id, name, group_type, settings) VALUES ('g', 'G', 'secret', ' { \"b\" : 1.50 } ');
         INSERT INTO group_members (group_id, contact_id, display_name, role, permissions)
         VALUES ('g', 'a', 'A', 'owner', 'all of \"them\"');
         INSERT INTO settings (key, value) VALUES ('k', 'words');
         INSERT INTO audit_log (log_id, event_type, action, details) VALUES (-5, 'e', 'a', '[]');
         INSERT INTO security_events (event_id, event_type, severity, timestamp, raw_data)
         VALUES (300, 'e', 'low', '2024-01-01 00:00:00', CAST('7' AS BLOB));
         INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, contact_id, direction, status)
         VALUES ('t', 'naïve.txt', 1, 'Ab01', 'a', 'inbound', 'active'), ('u', 'x', 1, 'sha1:zz', 'a', 'inbound', 'active'),
         ('v', 'x', 1, x'3031', 'a', 'inbound', 'active');",
    );
    let (store, adopted) = folder.adopt(&options(), &mut |_| true).unwrap();
    assert!(adopted.skipped.is_empty(), "{adopted:?}");
    assert_eq!(
        adopted.notes,
        ["owners and admins of groups that were adopted: 1"]
    );
    let json = |text: Option<&JsonText>| text.map(|text| text.as_str().to_owned()).unwrap();
    let (found, hashes): (Vec<String>, Vec<Vec<u8>>) = store
        .read(|tx| {
            let (group, contact) = ("g".parse()?, "a".parse()?);
            assert_eq!(tx.contact_by_id(&contact)?.public_key.as_bytes(), [0, 255]);
            let entries = tx.audit_entries_after(-10)?;
            let transfers = ["t", "u", "v"].map(|id| tx.transfer_by_id(&id.parse().unwrap()).unwrap());
            let [named, ..] = &transfers;
            let found = vec![
                json(tx.group_by_id(&group)?.settings.as_json()),
                json(tx.group_member(&group, &contact)?.permissions.as_json()),
                json(Some(&tx.setting("", &SettingKey::new("k")?)?.value)),
                json(entries.first().unwrap().details.as_ref()),
                json(tx.security_event_by_id(300)?.raw_data.as_ref()),
                named.file_name.clone(),
            ];
            Ok::<_, StoreError>((found, transfers.map(|transfer| transfer.hash).into()))
        })
        .unwrap();
    let words = [
        "{\"b\":1.50}",
        "\"all of \\\"them\\\"\"",
        "\"words\"",
        "[]",
        "7",
        "naïve.txt",
    ];
    assert_eq!(found, words);
    assert_eq!(hashes, [&[0xab, 1][..], b"sha1:zz", b"01"]);
    let verified = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(verified.is_content(), "{:?}", verified.problems);
}

/// More than one batch, contacts interleaved, several messages of one instant, times ahead of the clock, ids that
/// occur again.
#[test]
fn many_messages_keep_their_order_and_their_times() {
    let folder = Folder::new(
        PageMac::Sha512,
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', ''), ('b', 'B', '');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         INSERT INTO messages (message_id, contact_id, content, is_outgoing, timestamp, created_at, updated_at)
         SELECT printf('m%05d', i), iif(i % 3, 'a', 'b'), 'text ' || i, i % 2,
             datetime('2024-01-01', (i / 3000 * 40) || ' days'), '2024-06-01 00:00:00', NULL FROM n;
         INSERT INTO messages (message_id, contact_id, content, is_outgoing, timestamp, created_at) VALUES
             ('ahead', 'b', 'claims to be of a later year', 0, '2031-01-01 00:00:00', '2020-01-01 00:00:00');",
    );
    let mut steps = Vec::new();
    let (store, adopted) = folder
        .adopt(&options(), &mut |at| {
            steps.push((at.table, at.done, at.total));
            true
        })
        .unwrap();
    assert!(
        adopted
            .tables
            .iter()
            .any(|taken| (taken.table, taken.rows) == ("messages", 12_001))
    );
    assert_eq!(
        steps,
        [
            ("contacts", 2, 12_003),
            ("messages", 5_002, 12_003),
            ("messages", 10_002, 12_003),
            ("messages", 12_003, 12_003)
        ]
    );
    let verified = store.read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(verified.is_content(), "{:?}", verified.problems);
    let chats = store.read(|tx| tx.conversations(9)).unwrap();
    let named: Vec<_> = chats
        .iter()
        .map(|chat| (chat.title.as_str(), chat.messages, chat.unread))
        .collect();
    assert_eq!(named, [("B", 4_001, 0), ("A", 8_000, 0)]);
    // The message that claims to be from 2031 arrived in 2020, so it is not the last of its chat.
    let last = chats.first().unwrap().last_message.as_ref();
    assert_eq!(last.unwrap().to_string(), "m12000");
    let chat = chats.last().unwrap().id.clone();
    let page = store
        .read(|tx| tx.messages_page(&chat, &PageStart::Newest, 1_000))
        .unwrap();
    let ids: Vec<String> = page
        .messages
        .iter()
        .map(|message| message.id.to_string())
        .collect();
    assert!(
        ids.is_sorted_by(|a, b| a > b),
        "newest first, in the order they were written"
    );
    let first = page.messages.first().unwrap();
    assert_eq!(first.arrived_at.to_sql(), "2024-06-01 00:00:00.000");
}

#[test]
fn one_that_is_stopped_or_fails_leaves_nothing() {
    let folder = Folder::new(
        PageMac::Sha512,
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', '');
         INSERT INTO settings (key, value) VALUES ('k', hex(zeroblob(200000)));",
    );
    let before = fs::read(folder.database()).unwrap();
    let stopped = folder.adopt(&options(), &mut |at| at.table != "settings");
    assert!(matches!(stopped, Err(BaselineError::Stopped)), "{stopped:?}");
    assert_eq!(folder.names(), ["source.db"]);

    let vfs = FaultVfs::register("baseline-full").unwrap();
    let faulty = VaultOptions {
        vfs: Some("baseline-full".into()),
        ..options()
    };
    // The schema matches, the settings do not.
    let mut armed = false;
    let full = folder.adopt(&faulty, &mut |_| {
        if !armed {
            vfs.fail_writes_after(100_000, ErrorCode::Full);
            armed = true;
        }
        true
    });
    let error = full.unwrap_err();
    assert!(
        matches!(error, BaselineError::DiskFull) && error.to_string().contains("nothing was created"),
        "{error}"
    );
    vfs.disarm();
    assert_eq!(folder.names(), ["source.db"]);
    assert_eq!(fs::read(folder.database()).unwrap(), before);
    folder.adopt(&options(), &mut |_| true).unwrap();
}

#[test]
fn a_source_that_changes_meanwhile_is_refused() {
    let folder = Folder::new(
        PageMac::Sha512,
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', '')",
    );
    let changed = folder.adopt(&options(), &mut |_| {
        folder.sql(PageMac::Sha512, "CREATE TABLE more (a)");
        true
    });
    let error = changed.unwrap_err();
    assert!(
        matches!(error, BaselineError::Changed(_)) && error.to_string().contains("changed while it was read"),
        "{error}"
    );
    assert_eq!(folder.names(), ["source.db"]);
}

/// Its key would open it; but the file of a vault that is open in this process is not even looked at, since that would
/// drop its locks.
#[test]
fn a_vault_that_this_process_has_open_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new("secret").unwrap();
    let (store, _) = Store::create(&folder.path().join("vault"), &password, &options()).unwrap();
    let key = SourceKey::from_file_bytes("11".repeat(32).as_bytes()).unwrap();
    let path = store.database_path();
    let error = BaselineSource::open(&path, &key, false).unwrap_err();
    assert!(matches!(error, BaselineError::IsVault(_)), "{error}");
    store.close().unwrap();
    let error = BaselineSource::open(&path, &key, false).unwrap_err();
    assert!(matches!(error, BaselineError::Key(_)), "{error}");
}
