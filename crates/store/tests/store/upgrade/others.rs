//! Other processes at the same vault.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use privatus_store::StoreError;

use super::{VAULT, bytes, is_content, migrator, old_vault, unlock};

#[test]
fn a_change_of_the_schema_waits_for_nobody_who_stays() {
    let (_folder, path) = old_vault();
    let before = bytes(&path);
    // Another process, of an older build, has it open.
    let held = fs::File::open(path.join("vault.lock")).unwrap();
    held.lock_shared().unwrap();
    let mut stepping = migrator(&path);
    let error = stepping.up().unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error}");
    drop(stepping);
    let error = unlock(&path).unwrap_err();
    assert!(matches!(error, StoreError::Busy(_)), "{error}");
    assert_eq!(bytes(&path), before);
    held.unlock().unwrap();
    assert!(unlock(&path).unwrap().upgrade().is_some());
}

#[test]
#[ignore = "run three times at once by several_processes_upgrade_once"]
fn child_that_opens() {
    let path = PathBuf::from(std::env::var_os(VAULT).expect("set by the test that starts this one"));
    let store = unlock(&path).unwrap();
    is_content(&store);
    let upgraded = store.upgrade().is_some();
    store.close().unwrap();
    if upgraded {
        fs::write(path.join(format!("upgraded-{}", std::process::id())), "").unwrap();
    }
}

#[test]
fn several_processes_upgrade_once() {
    let (_folder, path) = old_vault();
    let children: Vec<_> = (0..3)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["upgrade::others::child_that_opens", "--exact", "--ignored"])
                .env(VAULT, &path)
                .stdout(Stdio::null())
                .stderr(Stdio::inherit())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let upgraded = bytes(&path)
        .keys()
        .filter(|name| name.starts_with("upgraded-"))
        .count();
    assert_eq!(upgraded, 1);
}
