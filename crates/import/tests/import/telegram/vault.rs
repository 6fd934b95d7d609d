//! A test's vault, and imports into it.

use std::path::{Path, PathBuf};

use privatus_domain::Message;
use privatus_import::legacy::Zone;
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_import::{ImportError, Report, telegram};
use privatus_store::{PAGE_MAX, PageStart, Password, Store, VaultOptions};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Vault {
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
}

impl Vault {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let password = Password::new("a password").unwrap();
        let (store, _) = Store::create(
            &folder.path().join("vault"),
            &password,
            &VaultOptions::cheap_for_tests(),
        )
        .unwrap();
        Self { store, folder }
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn telegram_as(&self, path: &Path, me: Option<&str>) -> (Report, Result<(), ImportError>) {
        let mut report = Report::new("telegram");
        let zone = Zone::named("UTC").unwrap();
        let options = telegram::Options {
            me,
            zone: &zone,
            chat: None,
        };
        let result = telegram::import(&self.store, path, &options, &mut report, &mut |_| true);
        (report, result)
    }

    /// Imports with all the options that can be typed.
    pub(crate) fn telegram_in(
        &self,
        path: &Path,
        me: Option<&str>,
        zone: &str,
        again: bool,
    ) -> (Report, Result<(), ImportError>) {
        let mut report = Report::new("telegram");
        let zone = Zone::named(zone).unwrap();
        let options = telegram::Options {
            me,
            zone: &zone,
            chat: None,
        };
        let import = if again {
            telegram::import_again
        } else {
            telegram::import
        };
        let result = import(&self.store, path, &options, &mut report, &mut |_| true);
        (report, result)
    }

    /// Imports an export that must be read to its end.
    pub(crate) fn telegram(&self, path: &Path) -> Report {
        let (report, result) = self.telegram_as(path, None);
        result.unwrap();
        report
    }

    /// Imports this JSON.
    pub(crate) fn json(&self, export: &Value) -> Report {
        self.telegram(&self.write("export.json", export.to_string()))
    }

    pub(crate) fn own(&self, path: &Path) -> (Report, Result<(), ImportError>) {
        let mut report = Report::new("privatus");
        let result = privatus::import(&self.store, path, Trust::Content, &mut report, &mut |_| true);
        (report, result)
    }

    /// Imports with the rights in the export, which must be intact.
    pub(crate) fn own_vouched(&self, path: &Path) -> (Report, Result<(), ImportError>) {
        let mut report = Report::new("privatus");
        let vouched = Vouched::read(path, &mut |_| true).unwrap();
        let trust = Trust::Vouched(&vouched);
        let result = privatus::import(&self.store, path, trust, &mut report, &mut |_| true);
        (report, result)
    }

    pub(crate) fn export(&self) -> String {
        let mut out = Vec::new();
        privatus::export(&self.store, &mut out, &mut |_| true).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Every message, conversation by conversation, oldest first.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.store
            .read_long(|tx| {
                let mut all = Vec::new();
                for chat in tx.conversations(usize::MAX)? {
                    let mut start = PageStart::Oldest;
                    loop {
                        let page = tx.messages_page(&chat.id, &start, PAGE_MAX)?;
                        let Some(newest) = page.messages.first().map(|m| m.id.clone()) else {
                            break;
                        };
                        let more = page.has_newer;
                        all.extend(page.messages.into_iter().rev());
                        if !more {
                            break;
                        }
                        start = PageStart::After(newest);
                    }
                }
                Ok::<_, privatus_store::StoreError>(all)
            })
            .unwrap()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.messages()
            .iter()
            .map(|m| m.body.as_ref().unwrap().as_text().to_owned())
            .collect()
    }
}

/// A direct chat with these messages.
pub(crate) fn chat(messages: &[Value]) -> Value {
    serde_json::json!({"name": "Ann", "type": "personal_chat", "id": 7, "messages": messages})
}

/// A message from Ann.
pub(crate) fn message(id: u64, text: &str) -> Value {
    serde_json::json!({
        "id": id, "type": "message", "date_unixtime": (1_700_000_000 + id).to_string(),
        "from": "Ann", "from_id": "user7", "text": text,
    })
}
