//! A crash between any two statements of a step, up or back, and of the copy before it: the vault has the old schema or
//! the new one, whole, and opens.
//!
//! The processes that crash are this test program again, running one of its ignored tests: they abort when they are told
//! of the event whose number they were given.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use privatus_store::{MigrationEvent, Migrator, STEPS, Store, VaultOptions, Version};

use super::{VAULT, is_content, migrator, old_vault, password, secret, unlock, vault, version};

const STOP_AT: &str = "PRIVATUS_UPGRADE_STOP_AT";

static EVENTS: AtomicUsize = AtomicUsize::new(0);

fn abort_at(_: MigrationEvent<'_>) {
    let stop: usize = std::env::var(STOP_AT).unwrap().parse().unwrap();
    if EVENTS.fetch_add(1, Ordering::Relaxed) == stop {
        std::process::abort();
    }
}

fn aborting() -> VaultOptions {
    VaultOptions {
        on_migration: std::env::var_os(STOP_AT).map(|_| abort_at as fn(MigrationEvent<'_>)),
        ..VaultOptions::cheap_for_tests()
    }
}

fn vault_path() -> PathBuf {
    std::env::var_os(VAULT)
        .expect("set by the test that starts this one")
        .into()
}

#[test]
#[ignore = "aborts where it is told to, by a_crash_in_an_upgrade_…"]
fn child_that_upgrades() {
    let store = Store::unlock(&vault_path(), &secret(), &aborting()).unwrap();
    assert!(store.upgrade().is_some());
}

#[test]
#[ignore = "aborts where it is told to, by a_crash_in_a_step_back_…"]
fn child_that_steps_back() {
    let mut migrator = Migrator::unlock(&vault_path(), &secret(), &aborting()).unwrap();
    let plan = migrator.plan_down(version(0)).unwrap();
    migrator.down(&plan).unwrap();
}

#[test]
#[ignore = "aborts where it is told to, by a_crash_in_a_creation_…"]
fn child_that_creates() {
    Store::create(&vault_path(), &password(), &aborting()).unwrap();
}

/// Runs a child that aborts at this event; `false` when it came to its end before.
fn crashes(child: &str, vault: &Path, stop: usize) -> bool {
    let ended = Command::new(std::env::current_exe().unwrap())
        .args([
            &format!("upgrade::crash::{child}"),
            "--exact",
            "--ignored",
            "--test-threads=1",
        ])
        .env(VAULT, vault)
        .env(STOP_AT, stop.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if ended.success() {
        return false;
    }
    // An assertion that fails is an exit code, an abort is none.
    assert_eq!(ended.code(), None, "{child} failed at {stop}");
    true
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    // As the vault's own, or an open warns of it.
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// The schema that the ledger names, which the database has; its rows and its messages are whole.
fn look_and_open(path: &Path) -> Version {
    let mut migrator = migrator(path);
    let applied = migrator
        .status()
        .unwrap()
        .into_iter()
        .filter(|step| !step.pending);
    let version = applied.map(|step| step.version).max().unwrap();
    let check = migrator.verify().unwrap();
    assert_eq!(check.problems, Vec::<String>::new(), "schema {version}");
    assert!(check.objects > 50);
    drop(migrator);
    let store = unlock(path).unwrap();
    assert_eq!(store.warnings(), Vec::<String>::new());
    assert_eq!(store.upgrade().is_some(), version != STEPS.newest());
    is_content(&store);
    let chats = store.read(|tx| tx.conversations(10)).unwrap();
    assert_eq!(chats[0].messages, 5);
    store.close().unwrap();
    version
}

/// Crashes `child` at every event in a copy of `vault`, and gives the versions that were found.
fn crash_everywhere(child: &str, vault: &Path) -> (usize, BTreeSet<Version>) {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = BTreeSet::new();
    for stop in 0.. {
        let at = folder.path().join(stop.to_string());
        copy(vault, &at);
        if !crashes(child, &at, stop) {
            return (stop, seen);
        }
        seen.insert(look_and_open(&at));
        let left: Vec<String> = fs::read_dir(&at)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("partial"))
            .collect();
        assert_eq!(left, Vec::<String>::new(), "crash {stop}");
        fs::remove_dir_all(&at).unwrap();
    }
    unreachable!("a child comes to its end")
}

/// Every event was a place to stop at: copy begun and done, and of each step its begin, at least one statement, and before
/// and after COMMIT. Every schema was met.
fn check_places(places: usize, seen: &BTreeSet<Version>) {
    let steps = STEPS.all().len() - 1;
    assert!(places >= 2 + 4 * steps, "{places}");
    let all: BTreeSet<Version> = STEPS.all().iter().map(|step| step.version()).collect();
    assert_eq!(seen, &all);
}

#[test]
fn a_crash_in_an_upgrade_leaves_the_old_schema_or_the_new_one() {
    let (_folder, vault) = old_vault();
    let (places, seen) = crash_everywhere("child_that_upgrades", &vault);
    check_places(places, &seen);
}

#[test]
fn a_crash_in_a_step_back_leaves_the_new_schema_or_the_old_one() {
    let (_folder, vault) = vault();
    let (places, seen) = crash_everywhere("child_that_steps_back", &vault);
    check_places(places, &seen);
}

#[test]
fn a_crash_in_a_creation_leaves_no_vault_and_a_second_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for stop in 0.. {
        let vault = folder.path().join("vault");
        if !crashes("child_that_creates", &vault, stop) {
            assert!(stop > 70, "only {stop} places");
            unlock(&vault).unwrap();
            break;
        }
        assert!(!vault.exists(), "crash {stop}");
    }
}
