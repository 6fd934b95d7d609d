//! The tool's exit codes and hints: a table for each error type of the libraries. The libraries say what is wrong; the hint
//! says what to type. README.md lists the codes, and a test compares the two.

use std::path::Path;

use privatus_domain::{ContactError, MemberError};
use privatus_import::baseline::BaselineError;
use privatus_import::legacy::LegacyError;
use privatus_import::{Advice, ImportError, Note};
use privatus_store::{Missing, RingFault, Rule, Store, StoreError, Strange, TooNew, UnusableRing};

use crate::folder::folder_of;

/// How the tool ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Done = 0,
    Unexpected = 1,
    Usage = 2,
    WrongSecret = 10,
    NotAVault = 11,
    VaultExists = 12,
    KeyRingMissing = 13,
    KeyRingDamaged = 14,
    DatabaseMissing = 15,
    DatabaseDamaged = 16,
    StrangeFile = 17,
    SchemaNewer = 18,
    SchemaDiffers = 19,
    DiskFull = 20,
    Busy = 21,
    Denied = 22,
    Refused = 23,
    NotFound = 24,
    Source = 25,
    System = 26,
    AuditBroken = 27,
    AccessDenied = 28,
    Output = 29,
    Stopped = 130,
}

impl Exit {
    /// Returns the exit code of the process.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }
}

/// Defines the table of one error type: the exit code of each variant, and a hint if there is something to type. Variants under
/// `elsewhere` use another table. The `match` has no wildcard, so a new variant is a compile error here. Tests read the
/// patterns.
macro_rules! table {
    ($(#[$about:meta])* $name:ident, $rows:ident: $error:ty, elsewhere: { $($inner:pat => $told:expr;)* } {
        $($pattern:pat $(if $is_so:expr)? => $exit:ident $(, $hint:expr)?;)+
    }) => {
        $(#[$about])*
        pub(crate) fn $name(error: &$error) -> (Exit, Option<String>) {
            match error {
                $($inner => $told,)*
                $($pattern $(if $is_so)? => (Exit::$exit, table!(@ $($hint)?)),)+
            }
        }

        #[cfg(test)]
        const $rows: &[(&str, Exit)] = &[$((stringify!($pattern), Exit::$exit)),+];
    };
    (@) => { None };
    (@ $hint:expr) => { Some($hint.to_string()) };
}

table! {
    /// Returns the exit code and the hint for an error of the store.
    of_store, STORE: StoreError, elsewhere: {
        StoreError::Made { vault, why } => (of_store(why).0, Some(format!(
            "open it with `privatus --vault {} chats`; its recovery code is the one that was written",
            quoted(&vault.display().to_string())
        )));
        StoreError::Uncounted { error, .. } => of_store(error);
    } {
        StoreError::WrongSecret | StoreError::Secret(_) => WrongSecret;
        StoreError::NotAVault(..) => NotAVault, "create one with `privatus init` or name another with --vault";
        StoreError::VaultExists(..) => VaultExists, "name another folder with --vault";
        StoreError::KeyRingMissing(_) => KeyRingMissing;
        StoreError::KeyRingDamaged(_) => KeyRingDamaged;
        StoreError::KeyRingUnusable(copies) => KeyRingDamaged, ring_put_back(copies);
        StoreError::DatabaseMissing(_) => DatabaseMissing;
        error @ StoreError::DatabaseDamaged(_) if error.is_of_value() => DatabaseDamaged,
            "`privatus verify` lists all such rows; `privatus audit settle --accept-loss` repairs those of the audit log and of \
             security events";
        StoreError::DatabaseDamaged(_) => DatabaseDamaged;
        StoreError::StrangeFile { file, what } => StrangeFile, strange_file(file, *what);
        StoreError::SchemaNewer(TooNew::Schema { known, .. }) => SchemaNewer,
            format!(
                "use a newer privatus, or step back with `privatus migrate down --to {known}`; if `privatus migrate status` \
                 says that the step's row was altered, no build wrote it: restore a backup"
            );
        StoreError::SchemaNewer(_) => SchemaNewer;
        StoreError::SchemaDiffers(_) | StoreError::MigrationFailed(_) => SchemaDiffers;
        StoreError::NoRoom { .. } => DiskFull;
        StoreError::DiskFull => DiskFull, "make space and run the command again";
        StoreError::Busy(_) => Busy;
        StoreError::Denied(_) | StoreError::ReadOnly(_) => Denied;
        StoreError::System { .. } => System;
        StoreError::Contact(ContactError::NoSafetyNumber) => Refused, "`privatus contacts set` gives it one";
        StoreError::Rule(Rule::FolderNotEmpty { .. }) => Refused,
            "`.new-…` was left by an interrupted `init` and can be removed";
        StoreError::Member(rule) if is_about_the_owner(rule) => Refused,
            "`privatus groups transfer` hands it over";
        StoreError::Access(_) | StoreError::Audit(_) | StoreError::Body(_) | StoreError::Contact(_)
            | StoreError::Group(_) | StoreError::Id(_) | StoreError::KeyEntry(_) | StoreError::Member(_)
            | StoreError::Message(_) | StoreError::Picture(_) | StoreError::PublicKey(_) | StoreError::Resource(_)
            | StoreError::SafetyNumber(_) | StoreError::Security(_) | StoreError::Setting(_)
            | StoreError::Timestamp(_) | StoreError::Transfer(_) | StoreError::User(_) | StoreError::Rule(_) => Refused;
        StoreError::NotFound(Missing::Key(_)) => NotFound, "`privatus keys list` lists them";
        StoreError::NotFound(Missing::SecurityEvent(_)) => NotFound, "`privatus security list` lists them";
        StoreError::NotFound(Missing::Setting(_)) => NotFound, "`privatus settings list --all` lists them";
        StoreError::NotFound(Missing::Grant { .. }) => NotFound, "`privatus access list` lists all grants";
        StoreError::NotFound(_) => NotFound;
        StoreError::AuditBroken(_) => AuditBroken,
            "if entries are lost for good, `privatus audit settle --accept-loss` continues the log from what is left";
        StoreError::AccessDenied { .. } => AccessDenied, "the vault's owner can allow it with `privatus access grant`";
        StoreError::Interrupted => Stopped, "run the command again for the rest";
        StoreError::Unexpected(_) => Unexpected;
    }
}

table! {
    /// Returns the exit code and the hint for a database of the Python application that cannot be read.
    of_legacy, LEGACY: LegacyError, elsewhere: {} {
        LegacyError::NothingOpens { .. } => WrongSecret, "then raise --max-iterations";
        LegacyError::OriginalPathWrong { .. } => WrongSecret;
        LegacyError::OriginalPathNeeded { .. } => Source,
            "give it with --original-path, for example /home/NAME/.privatus-chat/privatus_chat.db";
        LegacyError::NotFound { .. } | LegacyError::NoDatabase { .. } | LegacyError::NotAFile { .. }
            | LegacyError::Empty { .. } | LegacyError::NotSqlite { .. } | LegacyError::CutOff { .. }
            | LegacyError::SuperJournal { .. } | LegacyError::OtherSchema { .. }
            | LegacyError::SaltLength { .. } | LegacyError::PasswordNeeded { .. }
            | LegacyError::UnknownZone { .. } | LegacyError::Damaged { .. } | LegacyError::Sqlite { .. }
            | LegacyError::Io { .. } | LegacyError::Copy { .. } => Source;
    }
}

table! {
    /// Returns the exit code and the hint for a database that could not become a vault.
    of_baseline, BASELINE: BaselineError, elsewhere: {
        BaselineError::Store(error) => of_store(error);
    } {
        BaselineError::Key(_) => WrongSecret;
        BaselineError::Differs { .. } => SchemaDiffers;
        BaselineError::DiskFull => DiskFull;
        BaselineError::IsVault(_) => Refused, "open its folder with --vault";
        BaselineError::NotEncrypted(_) => Refused, "`privatus import legacy` imports the Python application's file";
        BaselineError::ForeignKeys(_) => Refused, "use --skip-keys to leave them out (the source keeps them)";
        BaselineError::Unmerged { .. } | BaselineError::Changed(_) | BaselineError::Row { .. } => Refused;
        BaselineError::Unreadable { .. } | BaselineError::HalfPage(_) => Source;
        BaselineError::Stopped => Stopped;
    }
}

table! {
    /// Returns the exit code and the hint for an import that failed; an inner error has its own table.
    of_import, IMPORT: ImportError, elsewhere: {
        ImportError::Legacy(error) => of_legacy(error);
        ImportError::Store(error) => of_store(error);
    } {
        ImportError::Source { .. } | ImportError::Partial { .. } => Source;
        ImportError::Unvouched { .. } => Source, "export it again, or leave out --trust to import only its content";
        ImportError::NoChat(_) => NotFound;
        ImportError::NoWriter(_) => NotFound, "name one of the writers with --me, by name or id";
        ImportError::ManyWriters { .. } => Usage, "name one of them by id with --me";
        ImportError::Stopped => Stopped;
    }
}

/// Whether a rule is that a group has one owner, who hands it over.
const fn is_about_the_owner(rule: &MemberError) -> bool {
    matches!(
        rule,
        MemberError::SecondOwner | MemberError::OwnerStays | MemberError::OwnerLeaves
    )
}

/// Returns what to do if no copy of the key ring can be used.
fn ring_put_back(copies: &[UnusableRing]) -> String {
    let mut told = "restore keyring.json from a backup".to_owned();
    for copy in copies {
        if let RingFault::Strange(what) = copy.fault {
            let path = copy.file.display();
            told += &format!(
                "; or, if {path} was the vault's own: {}",
                strange_file(&copy.file, what)
            );
        }
    }
    told
}

/// Quotes a path so that a shell reads it as one word and no command as an option.
pub(crate) fn quoted(path: &str) -> String {
    let here = if path.starts_with('-') { "./" } else { "" };
    format!("'{here}{}'", path.replace('\'', r"'\''"))
}

/// Returns what to type if something strange has the name of one of the vault's files. Locks and counts are created again,
/// but the target of a link may be the only copy.
fn strange_file(file: &Path, what: Strange) -> String {
    if Store::records_nothing(folder_of(file)) {
        return "nothing can be changed on that disk: copy the vault to a writable disk and run the command on the copy, which \
                says what to do there"
            .into();
    }
    let at = quoted(&file.display().to_string());
    let own = quoted(&folder_of(file).join("own.XXXXXXXXXX").display().to_string());
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let is_disposable = name.ends_with(".lock") || name.ends_with("-shm") || name == "attempts.json";
    let leads_nowhere = what == Strange::Link && !file.exists();
    match what {
        Strange::Journal => format!(
            "it contains nothing of the vault: close the vault, move the file out of the folder, `mv {at} ELSEWHERE`, and try \
             again"
        ),
        Strange::Link | Strange::Names if is_disposable => {
            format!("remove it, `rm {at}`: it is created again")
        }
        // A copy would still be a journal.
        Strange::Link | Strange::Names if name.ends_with("-journal") => {
            format!("remove it, `rm {at}`: a vault has no such file")
        }
        Strange::Link if name.ends_with("-wal") => {
            format!(
                "remove the link, `rm {at}`: a vault's log is never a link, and its target is not part of this vault"
            )
        }
        Strange::Link if leads_nowhere => format!(
            "the link leads nowhere: remove it, `rm {at}`, and if it was the database or the key ring, restore that from a \
             backup"
        ),
        Strange::Link | Strange::Names => {
            // The system chooses a new name: at a predictable one, somebody could have put a link to write through.
            format!(
                "close the vault and replace it with a copy: `own=$(mktemp -d {own}) && cp {at} \"$own/file\" && \
                 mv -f \"$own/file\" {at} && rmdir \"$own\"`"
            )
        }
        Strange::Loop => {
            format!("check where its links lead, `ls -l {at}`, and name the vault's real folder with --vault")
        }
        Strange::Replaced => "find out which program writes there, and try again".into(),
        _ => format!("move it out of the folder, `mv {at} ELSEWHERE`, and try again"),
    }
}

/// Returns what to type about a note of an import.
fn of_advice(advice: &Advice) -> String {
    match advice {
        Advice::User => "say who you are with --me".into(),
        Advice::OtherUser => "if you are somebody else, say so with --me".into(),
        Advice::UserById => "name yourself by id with --me (`user` and a number)".into(),
        Advice::Again => {
            "to use the source's version: `privatus contacts remove` (or `groups delete`), then import with --again"
                .into()
        }
        Advice::Return => "--again brings back chats that were removed".into(),
        Advice::MoreIterations => "raise --max-iterations".into(),
        Advice::Zone => "give the time zone with --timezone".into(),
        Advice::OtherZone => "give another with --timezone".into(),
        Advice::Setting(name) => format!("`privatus settings set {name}` replaces it"),
        Advice::Contacts => "`privatus contacts list` shows which".into(),
        Advice::Grants => "`privatus access list` shows them".into(),
        Advice::Trust => "if you trust the file, --trust lists them, asks, and imports them".into(),
        Advice::Verify => "compare safety numbers, then `privatus contacts verify` marks them again".into(),
        Advice::SecurityEvents => "`privatus security list` shows which contacts".into(),
        Advice::Settings => "`privatus settings set` sets them".into(),
    }
}

/// Returns the text of a note of an import, with what to type.
pub(crate) fn noted(note: &Note) -> String {
    match &note.advice {
        Some(advice) => format!("{}; {}", note.text, of_advice(advice)),
        None => note.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::PathBuf;

    use super::*;

    /// Codes without an error of a library.
    const TOOLS_OWN: [Exit; 3] = [Exit::Done, Exit::Usage, Exit::Output];

    /// `Contact(NoSafetyNumber)` of `StoreError::Contact(ContactError::NoSafetyNumber)`.
    fn named(pattern: &str) -> String {
        let words = pattern.split(|c: char| !c.is_alphanumeric() && c != ':');
        let names = words.filter_map(|word| word.split_once("::").map(|(_, name)| name));
        let names: Vec<&str> = names.collect();
        match names.as_slice() {
            [variant, inner] => format!("{variant}({inner})"),
            names => names.concat(),
        }
    }

    /// The variants by code in the tables. Patterns that differ in their hint only count once.
    fn in_tables() -> BTreeMap<u8, BTreeSet<String>> {
        let mut codes: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
        for exit in TOOLS_OWN {
            codes.entry(exit.code()).or_default();
        }
        for (patterns, exit) in [STORE, BASELINE, LEGACY, IMPORT].concat() {
            // A pattern with a condition binds a name before `@`.
            let names = patterns
                .split('|')
                .map(|name| named(name.rsplit('@').next().unwrap_or(name)));
            codes.entry(exit.code()).or_default().extend(names);
        }
        for names in codes.values_mut() {
            let all = names.clone();
            names.retain(|name| name.split_once('(').is_none_or(|(kind, _)| !all.contains(kind)));
        }
        codes
    }

    /// The variants by code in README.md.
    fn in_readme() -> BTreeMap<u8, BTreeSet<String>> {
        let readme = include_str!("../README.md");
        let (_, section) = readme.split_once("## Exit codes").unwrap();
        let section = section.split("\n## ").next().unwrap();
        let rows = section
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
        let mut codes = BTreeMap::new();
        for row in rows {
            let cells: Vec<&str> = row.split(" | ").collect();
            let Ok(code) = cells[0].parse() else { continue };
            let names = cells[2].split('`').skip(1).step_by(2).map(str::to_owned);
            assert_eq!(
                codes.insert(code, names.collect()),
                None,
                "{code} is listed twice"
            );
        }
        codes
    }

    #[test]
    fn the_readme_lists_every_code_with_its_errors_and_no_other() {
        let (tables, readme) = (in_tables(), in_readme());
        assert!(tables.len() > 15 && tables[&23].contains("Rule"), "{tables:?}");
        assert_eq!(readme, tables);
    }

    #[test]
    fn a_hint_is_what_the_library_does_not_say() {
        let hinted = [
            StoreError::NotAVault(PathBuf::from("v"), "it is a file"),
            StoreError::VaultExists(PathBuf::from("v"), "privatus.db"),
            StoreError::SchemaNewer(TooNew::Schema {
                step: "x".into(),
                tool: None,
                known: 7,
            }),
            StoreError::DiskFull,
            StoreError::Interrupted,
            ContactError::NoSafetyNumber.into(),
            Missing::Key(7).into(),
            Missing::SecurityEvent(9).into(),
            MemberError::OwnerStays.into(),
        ];
        for error in hinted {
            let (text, hint) = (error.to_string(), of_store(&error).1.unwrap());
            assert!(!text.contains("--") && !text.contains('`'), "{text}");
            assert!(!text.contains(&hint), "{text}");
        }
        let (_, hint) = of_store(&StoreError::SchemaNewer(TooNew::Schema {
            step: "x".into(),
            tool: None,
            known: 7,
        }));
        let expected = "use a newer privatus, or step back with `privatus migrate down --to 7`; if `privatus migrate status` \
                        says that the step's row was altered, no build wrote it: restore a backup";
        assert_eq!(hint.unwrap(), expected);
    }

    /// A link at a predictable name would be written through, and a path may look like an option.
    #[test]
    fn what_is_to_be_typed_names_nothing_that_another_can_put_there() {
        let hint = strange_file(Path::new("-dash/vault.lock"), Strange::Link);
        assert!(hint.contains("`rm './-dash/vault.lock'`"), "{hint}");
        for what in [Strange::Names, Strange::Folder, Strange::Loop, Strange::Journal] {
            let hint = strange_file(Path::new("-dash/privatus.db"), what);
            assert!(!hint.contains("'-dash") && hint.contains("'./-dash"), "{hint}");
        }
        let hint = strange_file(Path::new("it's/privatus.db"), Strange::Names);
        assert!(hint.contains(r"$(mktemp -d 'it'\''s/own.XXXXXXXXXX')"), "{hint}");
        assert!(!hint.contains(".db.own"), "{hint}");
    }

    /// The advice does what it says, and writes through no link.
    #[cfg(unix)]
    #[test]
    fn a_copy_of_its_own_is_made_by_the_advice() {
        let dir = tempfile::tempdir().unwrap();
        let (file, elsewhere, theirs) = (
            dir.path().join("privatus.db"),
            dir.path().join("elsewhere"),
            dir.path().join("theirs"),
        );
        std::fs::write(&elsewhere, "pages").unwrap();
        std::fs::write(&theirs, "theirs").unwrap();
        std::os::unix::fs::symlink(&theirs, dir.path().join("privatus.db.own")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
        let hint = strange_file(&file, Strange::Link);
        let typed = hint.split('`').nth(1).unwrap();
        let done = std::process::Command::new("sh")
            .args(["-c", typed])
            .status()
            .unwrap();
        assert!(done.success(), "{typed}");
        assert!(std::fs::symlink_metadata(&file).unwrap().is_file());
        assert_eq!(std::fs::read(&file).unwrap(), b"pages");
        assert_eq!(std::fs::read(&theirs).unwrap(), b"theirs");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 4);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_not_to_be_copied() {
        for name in ["privatus.db", "privatus.db-wal", "keyring.json"] {
            let hint = strange_file(&Path::new("/nowhere").join(name), Strange::Link);
            assert!(hint.contains(&format!("`rm '/nowhere/{name}'`")), "{hint}");
        }
        // Nor are files that would be refused in any case, or that are created again.
        for (name, what) in [
            ("privatus.db-journal", Strange::Link),
            ("privatus.db-journal", Strange::Names),
            ("privatus.db-wal", Strange::Link),
            ("privatus.db-shm", Strange::Names),
        ] {
            let hint = strange_file(&Path::new("/nowhere").join(name), what);
            assert!(hint.contains("`rm '") && !hint.contains("cp "), "{hint}");
        }
    }
}
