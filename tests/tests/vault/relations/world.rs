//! A vault with a row at both ends of every edge, made by the tool.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::OnceLock;

use privatus_tests::{Database, init, ok, run};

pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) vault: PathBuf,
    /// Whether plain SQL deleted a row, or was refused to.
    by_sql: Cell<bool>,
}

pub(crate) const PUBLIC_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The vault that each test has a copy of: it takes many commands to make.
static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();

impl World {
    pub(crate) fn new() -> Self {
        let made = MADE.get_or_init(Self::make);
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault");
        std::fs::create_dir(&vault).unwrap();
        for file in std::fs::read_dir(made.path().join("vault")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), vault.join(file.file_name())).unwrap();
        }
        Self {
            _folder: folder,
            vault,
            by_sql: Cell::new(false),
        }
    }

    fn make() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault");
        let file = folder.path().join("letter.txt");
        std::fs::write(&file, "a file to be offered").unwrap();
        init(&vault);
        let file = file.to_str().unwrap();
        for words in [
            vec!["contacts", "add", "Alice", "--public-key", PUBLIC_KEY],
            vec!["contacts", "add", "Bob"],
            vec!["groups", "create", "Team", "--type", "private"],
            vec!["groups", "add", "Team", "Alice"],
            vec!["groups", "add", "Team", "Bob"],
            vec!["groups", "set", "Team", "--settings", "{\"topic\":\"tea\"}"],
            vec!["send", "Alice", "to one"],
            vec!["send", "Alice", &"long ".repeat(4_000)],
            vec!["send", "Team", "to all"],
            vec!["transfers", "offer", file, "--to", "Alice"],
            vec!["transfers", "offer", file, "--to", "Team"],
            vec!["settings", "set", "theme", "\"dark\"", "--user", "ann"],
            vec!["settings", "set", "theme", "\"light\""],
            vec!["access", "grant", "contact:Alice", "ann", "--permissions", "read"],
        ] {
            ok(&vault, &words);
        }
        folder
    }

    pub(crate) fn ok(&self, words: &[&str]) -> String {
        ok(&self.vault, words)
    }

    pub(crate) fn fails(&self, words: &[&str], code: i32) {
        assert_eq!(run(&self.vault, words).status.code(), Some(code), "{words:?}");
    }

    /// Deletes rows, at least one.
    pub(crate) fn sql(&self, sql: &str) {
        let mut database = Database::open(&self.vault);
        database.run(sql).unwrap();
        assert!(database.count("SELECT changes()") > 0, "{sql}: no row went");
        self.by_sql.set(true);
    }

    /// What a foreign key forbids: a delete of rows that are there.
    pub(crate) fn sql_is_refused(&self, sql: &str) {
        let mut database = Database::open(&self.vault);
        let rows = database.count(&sql.replacen("DELETE", "SELECT count(*)", 1));
        assert!(rows > 0, "{sql}: there is no row");
        let refused = database.run(sql).unwrap_err();
        assert!(
            matches!(refused.code, privatus_sqlite::ErrorCode::Constraint(_)),
            "{refused}"
        );
        self.by_sql.set(true);
    }

    /// An edge is about a delete: by the tool, and then some table of the specification has fewer rows, or by SQL.
    pub(crate) fn was_deleted_from(&self) -> bool {
        const TABLES: [&str; 8] = [
            "audit_log",
            "contacts",
            "file_transfers",
            "group_members",
            "groups",
            "key_store",
            "messages",
            "settings",
        ];
        let first = Self::new();
        let is_less = |table: &&str| {
            let rows = format!("SELECT count(*) FROM {table}");
            self.count(&rows) < first.count(&rows)
        };
        self.by_sql.get() || TABLES.iter().any(is_less)
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        Database::open(&self.vault).count(sql)
    }

    /// Asserts that every statement returns this count.
    pub(crate) fn all_are(&self, count: i64, statements: &[&str]) {
        let mut database = Database::open(&self.vault);
        for sql in statements {
            assert_eq!(database.count(sql), count, "{sql}");
        }
    }

    /// Asserts that the tool's own check finds nothing.
    pub(crate) fn is_sound(&self) {
        self.ok(&["verify"]);
    }
}
