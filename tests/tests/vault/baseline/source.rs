//! Databases as another program makes them: the specification's SQL, SQLCipher's own defaults, a raw key.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use privatus_sqlite::{Connection, OpenMode, OpenOptions, PageMac, RawKey};
use privatus_tests::privatus;
use tempfile::TempDir;

use crate::split;

const KEY: [u8; 32] = [0x6b; 32];

/// The CREATE statements of the specification that SQLite takes and that make what they say; `created_at` of `groups`
/// once.
pub(crate) fn specification() -> Vec<String> {
    let twice = "created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, ";
    split::statements(include_str!("../../../data/spec.sql"))
        .into_iter()
        .filter(|text| text.starts_with("CREATE ") && !text.contains("LIKE") && !text.contains("AS SELECT"))
        .map(|text| {
            if text.starts_with("CREATE TABLE groups") {
                let (head, tail) = text.rsplit_once(twice).unwrap();
                format!("{head}{tail}")
            } else {
                text
            }
        })
        .collect()
}

/// A source in its own folder, with its key next to it, and the place of the vault.
pub(crate) struct Source {
    pub(crate) dir: TempDir,
}

impl Source {
    /// With the specification's tables.
    pub(crate) fn new() -> Self {
        Self::made_by(&specification())
    }

    /// With other statements.
    pub(crate) fn made_by(statements: &[String]) -> Self {
        let source = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let digits: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        privatus_tests::secret_file(&source.key(), format!("x'{digits}'\n"));
        source.sql(&statements.join(";\n"));
        source
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.path().join("chat.db")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.dir.path().join("key.txt")
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.dir.path().join("vault")
    }

    /// A connection of the other program.
    pub(crate) fn open(&self) -> Connection {
        let key = RawKey::without_salt(&KEY);
        let options = OpenOptions::new(OpenMode::Create)
            .with_key(&key)
            .with_page_mac(PageMac::Sha512);
        Connection::open(&self.database(), &options).unwrap()
    }

    /// Runs SQL as the other program would.
    pub(crate) fn sql(&self, text: &str) {
        self.open()
            .execute_batch(text)
            .unwrap_or_else(|error| panic!("{error}: {text}"));
    }

    /// The command followed by these words.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = privatus(&self.vault());
        command
            .args(["migrate", "baseline"])
            .arg(self.database())
            .arg("--raw-key-file")
            .arg(self.key())
            .args(words);
        if !words.contains(&"--recovery-code-file") {
            command.arg("--code-to-stdout");
        }
        if !words.contains(&"--kdf-iterations") {
            command.args(["--kdf-iterations", "210000"]);
        }
        command
    }

    /// Adopts it; returns the JSON.
    pub(crate) fn adopt(&self, words: &[&str]) -> serde_json::Value {
        let output = self.command(&[&["--json"], words].concat()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        assert_eq!(errors, "");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command that must be refused: this code, one line with these words, the source unchanged, and no new
    /// file.
    #[track_caller]
    pub(crate) fn refuses(&self, words: &[&str], code: i32, says: &str) -> Output {
        self.refused(self.command(words), code, says)
    }

    #[track_caller]
    pub(crate) fn refused(&self, mut command: Command, code: i32, says: &str) -> Output {
        let before = tree(self.dir.path());
        let output = command.output().unwrap();
        let errors = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert_eq!(errors.lines().count(), 1, "one line: {errors}");
        assert!(
            errors.starts_with("privatus: ") && errors.contains(says),
            "“{says}” is not in: {errors}"
        );
        assert!(
            !errors.contains(&"6b".repeat(4)),
            "no digit of a key is shown: {errors}"
        );
        assert!(
            tree(self.dir.path()) == before,
            "a file came, went or changed: {errors}"
        );
        output
    }
}

/// Every file beneath a folder with its bytes, and every folder.
pub(crate) fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(tree(&path));
            all.push((path, Vec::new()));
        } else {
            let bytes = fs::read(&path).unwrap();
            all.push((path, bytes));
        }
    }
    all.sort();
    all
}
