//! The tool's exit codes, and what to type after a failure: one table for every error of the libraries, which say what is
//! wrong. README.md lists the codes; a test compares the two.

use std::path::Path;

use privatus_domain::ContactError;
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
    /// What the process ends with.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }
}

/// Makes the table of one error type: for each of its variants the code, and a hint where there is something to type; what
/// stands `elsewhere` is in another table. It is a `match` without a wildcard: a new variant is a compile error here.
/// Tests read its patterns.
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
    /// Code and hint of a refusal or failure of the store.
    of_store, STORE: StoreError, elsewhere: {
        StoreError::Made { vault, why } => (of_store(why).0, Some(format!(
            "open it with `privatus --vault {} chats`; its recovery code is the one that was kept",
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
            "`privatus verify` names every such row; `privatus audit settle --accept-loss` puts right those of the audit log \
             and of security events";
        StoreError::DatabaseDamaged(_) => DatabaseDamaged;
        StoreError::StrangeFile { file, what } => StrangeFile, strange_file(file, *what);
        StoreError::SchemaNewer(TooNew::Schema { known, .. }) => SchemaNewer,
            format!(
                "use a newer privatus; if `privatus migrate status` says that its row was altered, no build wrote it: \
                 restore a backup; else step back with `privatus migrate down --to {known}`"
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
            "`.new-…` is left of an `init` that was interrupted, and can be removed";
        StoreError::Access(_) | StoreError::Audit(_) | StoreError::Body(_) | StoreError::Contact(_)
            | StoreError::Group(_) | StoreError::Id(_) | StoreError::KeyEntry(_) | StoreError::Member(_)
            | StoreError::Message(_) | StoreError::Picture(_) | StoreError::PublicKey(_) | StoreError::Resource(_)
            | StoreError::SafetyNumber(_) | StoreError::Security(_) | StoreError::Setting(_)
            | StoreError::Timestamp(_) | StoreError::Transfer(_) | StoreError::User(_) | StoreError::Rule(_) => Refused;
        StoreError::NotFound(Missing::Key(_)) => NotFound, "`privatus keys list` lists them";
        StoreError::NotFound(Missing::Grant { .. }) => NotFound, "`privatus access list` lists them";
        StoreError::NotFound(_) => NotFound;
        StoreError::AuditBroken(_) => AuditBroken,
            "when entries are lost for good, `privatus audit settle --accept-loss` goes on from what stands";
        StoreError::AccessDenied { .. } => AccessDenied, "ask for `privatus access grant`";
        StoreError::Interrupted => Stopped, "run the command again for the rest";
        StoreError::Unexpected(_) => Unexpected;
    }
}

table! {
    /// Code and hint of a database of the earlier application that cannot be read.
    of_legacy, LEGACY: LegacyError, elsewhere: {} {
        LegacyError::NothingOpens { .. } => WrongSecret, "then raise --max-iterations";
        LegacyError::OriginalPathWrong { .. } => WrongSecret;
        LegacyError::OriginalPathNeeded { .. } => Source,
            "--original-path takes it, for example /home/NAME/.privatus-chat/privatus_chat.db";
        LegacyError::NotFound { .. } | LegacyError::NoDatabase { .. } | LegacyError::NotAFile { .. }
            | LegacyError::Empty { .. } | LegacyError::NotSqlite { .. } | LegacyError::CutOff { .. }
            | LegacyError::SuperJournal { .. } | LegacyError::OtherSchema { .. }
            | LegacyError::SaltLength { .. } | LegacyError::PasswordNeeded { .. }
            | LegacyError::UnknownZone { .. } | LegacyError::Damaged { .. } | LegacyError::Sqlite { .. }
            | LegacyError::Io { .. } | LegacyError::Copy { .. } => Source;
    }
}

table! {
    /// Code and hint of a database that did not become a vault.
    of_baseline, BASELINE: BaselineError, elsewhere: {
        BaselineError::Store(error) => of_store(error);
    } {
        BaselineError::Key(_) => WrongSecret;
        BaselineError::Differs { .. } => SchemaDiffers;
        BaselineError::DiskFull => DiskFull;
        BaselineError::IsVault(_) => Refused, "open its folder with --vault";
        BaselineError::NotEncrypted(_) => Refused, "`privatus import legacy` takes the Python application's file";
        BaselineError::ForeignKeys(_) => Refused, "give --skip-keys to leave them out (the source keeps them)";
        BaselineError::Unmerged { .. } | BaselineError::Changed(_) | BaselineError::Row { .. } => Refused;
        BaselineError::Unreadable { .. } | BaselineError::HalfPage(_) => Source;
        BaselineError::Stopped => Stopped;
    }
}

table! {
    /// Code and hint of an import that did not finish; an error within it is in its own table.
    of_import, IMPORT: ImportError, elsewhere: {
        ImportError::Legacy(error) => of_legacy(error);
        ImportError::Store(error) => of_store(error);
    } {
        ImportError::Source { .. } | ImportError::Partial { .. } => Source;
        ImportError::Unvouched { .. } => Source, "export it again, or leave out --trust to take its content alone";
        ImportError::NoChat(_) => NotFound;
        ImportError::NoWriter(_) => NotFound, "name one who does with --me, by name or id";
        ImportError::ManyWriters { .. } => Usage, "name one by id with --me";
        ImportError::Stopped => Stopped;
    }
}

/// What to do where no copy of the key ring can be used.
fn ring_put_back(copies: &[UnusableRing]) -> String {
    let mut told = "put keyring.json back from a backup".to_owned();
    for copy in copies {
        if let RingFault::Strange(what) = copy.fault {
            let path = copy.file.display();
            told += &format!(
                "; or, where {path} was the vault's: {}",
                strange_file(&copy.file, what)
            );
        }
    }
    told
}

/// A path as a shell takes it for one word, and no command for an option.
fn quoted(path: &str) -> String {
    let here = if path.starts_with('-') { "./" } else { "" };
    format!("'{here}{}'", path.replace('\'', r"'\''"))
}

/// What to type about what stands at a name of the vault. Locks and counts are made again; what a link leads to may be the
/// only copy there is.
fn strange_file(file: &Path, what: Strange) -> String {
    if Store::records_nothing(folder_of(file)) {
        return "nothing can be changed on that disk: copy the vault to a disk that can be written, and run the command on the \
                copy, which says what to do there"
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
            "nothing of the vault is in it: with nothing open, move it out of the folder, `mv {at} ELSEWHERE`, and try again"
        ),
        Strange::Link | Strange::Names if is_disposable => {
            format!("remove the name, `rm {at}`: it is made again")
        }
        // Copied, it would be a journal still.
        Strange::Link | Strange::Names if name.ends_with("-journal") => {
            format!("remove the name, `rm {at}`: a vault has no such file")
        }
        Strange::Link if name.ends_with("-wal") => {
            format!(
                "remove the link, `rm {at}`: a vault's log is never one, and what it leads to is not this vault's"
            )
        }
        Strange::Link if leads_nowhere => format!(
            "the link leads nowhere: remove it, `rm {at}`, and where it was the database or the key ring, put that back from a \
             backup"
        ),
        Strange::Link | Strange::Names => {
            // The name is the system's to choose, and new: what somebody put there before would be written through.
            format!(
                "with nothing open, copy it to a file of its own: `own=$(mktemp -d {own}) && cp {at} \"$own/file\" && \
                 mv -f \"$own/file\" {at} && rmdir \"$own\"`"
            )
        }
        Strange::Loop => {
            format!("see where its links lead, `ls -l {at}`, and name the vault's own folder with --vault")
        }
        Strange::Replaced => "see which program writes there, and try again".into(),
        _ => format!("move it out of the folder, `mv {at} ELSEWHERE`, and try again"),
    }
}

/// What to type about a note of an import.
fn of_advice(advice: &Advice) -> String {
    match advice {
        Advice::User => "say who you are with --me".into(),
        Advice::OtherUser => "name another with --me".into(),
        Advice::UserById => "name yourself by id with --me (user and a number)".into(),
        Advice::Again => {
            "to take the source's: `privatus contacts remove` (or `groups delete`), then import with --again"
                .into()
        }
        Advice::Return => "--again brings back chats that were removed".into(),
        Advice::MoreIterations => "raise --max-iterations".into(),
        Advice::Zone => "name it with --timezone".into(),
        Advice::OtherZone => "name another with --timezone".into(),
        Advice::Setting(name) => format!("`privatus settings set {name}` replaces it"),
        Advice::Contacts => "`privatus contacts list` shows which".into(),
        Advice::Grants => "`privatus access list` shows whom they let do what".into(),
        Advice::Trust => "if you vouch for the file, --trust lists them, asks, and takes them".into(),
        Advice::Verify => "compare safety numbers, then `privatus contacts verify` marks them again".into(),
        Advice::SecurityEvents => "`privatus security list` shows whose".into(),
        Advice::Settings => "`privatus settings set` sets them".into(),
    }
}

/// A note of an import, with what to type.
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

    /// Codes that no error of a library has.
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

    /// Variants by code, as the tables have them. One whose hint alone is another counts with the rest of its kind.
    fn in_tables() -> BTreeMap<u8, BTreeSet<String>> {
        let mut codes: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
        for exit in TOOLS_OWN {
            codes.entry(exit.code()).or_default();
        }
        for (patterns, exit) in [STORE, BASELINE, LEGACY, IMPORT].concat() {
            // Behind the name that a condition asks for.
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

    /// The same as README.md has it.
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
                "{code} stands there twice"
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
        assert!(hint.unwrap().ends_with("`privatus migrate down --to 7`"));
    }

    /// What somebody put at a name that can be guessed would be written through, and a path may look like an option.
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

    /// The advice does what it says, and follows nothing.
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
        // Nor is what would be refused as a file too, or is made again.
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
