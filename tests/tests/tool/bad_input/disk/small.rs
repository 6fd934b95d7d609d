//! A separate small file system: full, without inodes, and mounted read-only.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use privatus_tests::PASSWORD;
use serde_json::Value;

use super::{MESSAGES, source};

/// Full disks with the tool, on a separate small file system that is removed together with its mount namespace.
/// The test in the parent module shows the same without a mount.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "mounts a file system: needs root or user namespaces; .ci/run runs it"]
fn a_small_disk_that_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("source.json");
    source(&path);
    let at = dir.path().join("disk");
    fs::create_dir(&at).unwrap();
    let script = r#"
        tool="$0" disk="$1" source="$2" n=0
        typed() { "$tool" --vault "$disk/vault" "$@" >"$disk.out" 2>"$disk.err"; echo "$1 $? $(wc -l <"$disk.err") $(cat "$disk.err")"; }
        mount -t tmpfs -o size=300k tmpfs "$disk"
        typed init --code-to-stdout --kdf-iterations 210000
        ls "$disk" | wc -l
        mount -o remount,size=2600k "$disk"
        typed init --code-to-stdout --kdf-iterations 210000
        typed import telegram "$source"
        dd if=/dev/zero of="$disk/fill" bs=1k count=9000 2>/dev/null
        typed send Someone hello
        mount -o remount,size=64m "$disk"
        typed import telegram "$source"
        typed verify
        typed --json stats
        tr -d '\n' <"$disk.out"
        echo
        mount -o remount,ro "$disk"
        typed chats
        typed send Someone hello
        mount -o remount,rw "$disk"
        typed send Someone hello
    "#;
    let shown = in_namespace(script, &at, &[path.as_os_str()]);
    let mut lines = shown.lines();
    let mut next = |begins: &str| {
        let line = lines.next().unwrap_or_default();
        assert!(line.starts_with(begins), "{begins}: {line}");
        line.to_owned()
    };
    assert!(next("init 20 1 privatus: ").contains("make space and run the command again"));
    next("0");
    next("init 0 0 ");
    assert!(next("import 20 1 privatus: ").contains("completed transactions were kept"));
    // The log may have room for a small message yet: kept and acknowledged, or neither.
    let is_sent = match next("send ") {
        line if line.starts_with("send 0 0") => 1,
        line => {
            assert!(line.starts_with("send 20 1 privatus: "), "{line}");
            0
        }
    };
    next("import 0 0 ");
    next("verify 0 0 ");
    next("--json 0 0 ");
    let stats: Value = serde_json::from_str(&next("{")).unwrap();
    assert_eq!(stats["messages"], MESSAGES + is_sent);
    let last: Vec<&str> = shown.lines().rev().take(4).collect();
    let read_only = "privatus: warning: the vault is on a file system that is mounted read-only";
    assert!(last[3].starts_with(&format!("chats 0 1 {read_only}")), "{last:?}");
    assert!(last[2].starts_with(&format!("send 22 2 {read_only}")), "{last:?}");
    assert!(
        last[1].contains("nothing can be changed; copy the vault"),
        "{last:?}"
    );
    assert!(last[0].starts_with("send 0 0"), "{last:?}");
}

/// What can be read of a disk that cannot be written, and what is left of it: nothing.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "mounts a file system: needs root or user namespaces; .ci/run runs it"]
fn a_small_disk_that_can_only_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("disk");
    fs::create_dir(&at).unwrap();
    let script = r#"
        tool="$0" disk="$1"
        typed() { "$tool" --vault "$disk/vault" "$@" >"$disk.out" 2>"$disk.err"; echo "$1 $? $(tr '\n' ' ' <"$disk.err")| $(tr '\n' ' ' <"$disk.out")"; }
        sum() { (cd "$disk/vault" && ls -l --time-style=full-iso | grep -v total && cat privatus.db keyring.json* attempts.json 2>/dev/null) | cksum; }
        mount -t tmpfs -o size=64m tmpfs "$disk"
        typed init --code-to-stdout --kdf-iterations 210000 >/dev/null
        typed contacts add Someone >/dev/null
        typed send Someone hello >/dev/null
        typed audit head >/dev/null
        before=$(sum)
        mount -o remount,ro "$disk"
        typed show Someone
        typed --json show Someone
        typed export "$disk.jsonl"
        typed verify
        PRIVATUS_PASSWORD=wrong typed chats
        PRIVATUS_PASSWORD=wrong typed --json migrate status
        typed send Someone again
        typed --json send Someone again
        typed passwd
        typed migrate status
        typed migrate verify
        typed --json migrate verify
        exec 9<"$disk/vault/vault.lock"
        flock -x 9
        typed show Someone
        exec 9<&-
        [ "$before" = "$(sum)" ] && echo unchanged
        mount -o remount,rw "$disk"
        typed audit list
        "$tool" --vault "$disk/vault" --json audit list >"$disk.entries"
        grep -c '"unlock_failed"\|"export"' "$disk.entries"
        rm "$disk/vault/vault.lock"
        mount --bind "$disk" "$disk"
        mount -o remount,bind,ro "$disk"
        typed show Someone
        mount -o remount,bind,rw "$disk"
        touch "$disk/vault/vault.lock"
        mount -o remount,bind,ro "$disk"
        typed show Someone
        mount -o remount,bind,rw "$disk"
        printf 'a log' >"$disk/vault/privatus.db-wal"
        mount -o remount,bind,ro "$disk"
        typed show Someone
        mount -o remount,bind,rw "$disk"
        rm "$disk/vault/privatus.db-wal"
        cp "$disk/vault/privatus.db" "$disk.db"
        mount -o remount,bind,ro "$disk"
        mount --bind "$disk.db" "$disk/vault/privatus.db"
        typed show Someone
    "#;
    let shown = in_namespace(script, &at, &[]);
    let mut lines = shown.lines();
    let mut next = |begins: &str, says: &str| {
        let line = lines.next().unwrap_or_default();
        assert!(
            line.starts_with(begins) && line.contains(says),
            "{begins}, {says}: {line}"
        );
    };
    next(
        "show 0 privatus: warning: the vault is on a file system that is mounted read-only",
        "hello",
    );
    next("--json 0 privatus: warning: ", "\"read_only\": true");
    next("export 0 privatus: warning: ", "");
    next("verify 0 privatus: warning: ", "all is well");
    next("chats 10 ", "this failed unlock was not recorded");
    next("--json 10 ", "\"read_only\":true");
    next("send 22 ", "nothing can be changed; copy the vault");
    next("--json 22 ", "\"read_only\":true");
    next("passwd 22 ", "nothing can be changed; copy the vault");
    let read_only = "migrate 0 privatus: warning: the vault is on a file system that is mounted read-only";
    next(read_only, "applied");
    next(read_only, "all is well");
    next("--json 0 privatus: warning: ", "\"read_only\": true");
    next("show 21 ", "vault.lock is held");
    next("unchanged", "");
    next("audit 0 ", "");
    next("0", "");
    next(
        "show 22 ",
        "there is no vault.lock to prevent that; copy the vault",
    );
    next("show 0 ", "hello");
    next(
        "show 22 ",
        "in the write-ahead log, which cannot be merged there; copy the vault",
    );
    next("show 22 ", "privatus.db or its folder, but not both");
}

/// A disk with room for bytes and for no new file, and one that can only be read with something strange on it.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "mounts a file system: needs root or user namespaces; .ci/run runs it"]
fn a_small_disk_without_inodes_and_strange_things_on_a_disk_to_read() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("disk");
    fs::create_dir(&at).unwrap();
    let script = r#"
        tool="$0" disk="$1"
        typed() { "$tool" --vault "$disk/vault" "$@" >"$disk.out" 2>"$disk.err"; echo "$1 $? $(tr '\n' ' ' <"$disk.err")"; }
        mount -t tmpfs -o size=64m,nr_inodes=40 tmpfs "$disk"
        typed init --code-to-stdout --kdf-iterations 210000
        typed contacts add Someone
        n=0; while [ $n -lt 100 ] && touch "$disk/fill$n" 2>/dev/null; do n=$((n+1)); done
        typed chats
        typed send Someone hello
        typed export "$disk/out.jsonl"
        rm "$disk/fill0"
        typed chats
        rm "$disk"/fill*
        typed send Someone hello
        printf 'a copy' >"$disk/vault/privatus.db.snapshot-own"
        mount -o remount,ro "$disk"
        typed chats
        mount -o remount,rw "$disk"
        mv "$disk/vault/privatus.db" "$disk/elsewhere"
        ln -s ../elsewhere "$disk/vault/privatus.db"
        mount -o remount,ro "$disk"
        typed chats
        mount -o remount,rw "$disk"
        typed chats
    "#;
    let shown = in_namespace(script, &at, &[]);
    let lines: Vec<&str> = shown.lines().collect();
    for (line, (begins, says)) in lines.iter().zip([
        ("init 0 ", ""),
        ("contacts 0 ", ""),
        ("chats 26 ", "no inodes left"),
        ("send 26 ", "no inodes left"),
        ("export 26 ", "no inodes left"),
        ("chats 26 ", "no inodes left"),
        ("send 0 ", ""),
        (
            "chats 0 ",
            "privatus.db.snapshot-own next to the database has no valid note",
        ),
        ("chats 17 ", "copy the vault to a writable disk"),
        ("chats 17 ", "replace it with a copy"),
    ]) {
        assert!(
            line.starts_with(begins) && line.contains(says),
            "{begins}, {says}: {line}"
        );
    }
    assert_eq!(lines.len(), 10, "{shown}");
    assert!(!lines[8].contains("rm ") && !lines[8].contains("mv "), "{shown}");
}

/// Every number of inodes up to enough for a vault, a count that has no inode, and a key ring that is a mount of its
/// own.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "mounts a file system: needs root or user namespaces; .ci/run runs it"]
fn a_vault_without_inodes_is_not_made_and_a_mounted_key_ring_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("disk");
    fs::create_dir(&at).unwrap();
    let script = r#"
        tool="$0" disk="$1"
        typed() { "$tool" --vault "$disk/vault" "$@" >"$disk.out" 2>"$disk.err"; echo "$1 $? $(tr '\n' ' ' <"$disk.err")"; }
        for inodes in 1 2 3 4 5 6; do
            mount -t tmpfs -o size=64m,nr_inodes=$inodes tmpfs "$disk"
            typed init --code-to-stdout --kdf-iterations 210000
            umount "$disk"
        done
        mount -t tmpfs -o size=64m,nr_inodes=40 tmpfs "$disk"
        typed init --code-to-stdout --kdf-iterations 210000
        typed chats
        n=0; while [ $n -lt 100 ] && touch "$disk/fill$n" 2>/dev/null; do n=$((n+1)); done
        PRIVATUS_PASSWORD=wrong typed chats
        rm "$disk"/fill*
        cp "$disk/vault/keyring.json" "$disk/ring"
        mount --bind "$disk/ring" "$disk/vault/keyring.json"
        echo another >"$disk/new"
        chmod 600 "$disk/new" "$disk/ring"
        typed passwd --new-password-file "$disk/new"
    "#;
    let shown = in_namespace(script, &at, &[]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 10, "{shown}");
    for line in &lines[..6] {
        assert!(
            line.starts_with("init 26 ") && line.contains("no inodes left"),
            "{line}"
        );
    }
    assert!(
        lines[6].starts_with("init 0 ") && lines[7].starts_with("chats 0 "),
        "{shown}"
    );
    assert!(
        lines[8].starts_with("chats 10 ")
            && lines[8].contains(
                "this failed unlock was not counted: write attempts.json: the file system has no inodes left"
            ),
        "{shown}"
    );
    assert!(
        lines[9].starts_with("passwd ") && lines[9].contains("it is a mount point"),
        "{shown}"
    );
}

/// Runs a script with the tool, a folder to mount on and more arguments in a mount namespace; returns what it prints.
#[cfg(target_os = "linux")]
fn in_namespace(script: &str, at: &Path, more: &[&OsStr]) -> String {
    let Some(namespace) = namespace(at) else {
        panic!("no file system can be mounted here, neither as root nor in a namespace");
    };
    let mut command = std::process::Command::new("unshare");
    command
        .args([namespace, "sh", "-c", script])
        .arg(privatus_tests::tool())
        .arg(at)
        .args(more)
        .env("PRIVATUS_PASSWORD", PASSWORD)
        .env("PRIVATUS_NEW_PASSWORD", "another word");
    let output = command.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    println!("{shown}");
    shown
}

/// How a mount of our own is possible: as root, else as root of a user namespace.
#[cfg(target_os = "linux")]
fn namespace(at: &Path) -> Option<&'static str> {
    ["-m", "-Urm"].into_iter().find(|flags| {
        let mut probe = std::process::Command::new("unshare");
        probe.args([flags, "mount", "-t", "tmpfs", "tmpfs"]).arg(at);
        probe.output().is_ok_and(|output| output.status.success())
    })
}
