//! Nothing readable on disk: markers of every kind are looked for in every file, after a kill and after lock.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use privatus_tests::{files, init, ok, privatus, telegram};

const NAME: &str = "Marker-Name-Quokka";
const TEXT: &str = "marker-text-axolotl";
const SETTING: &str = "marker-setting-pangolin";

#[track_caller]
fn nothing_readable(vault: &Path) {
    let files = files(vault);
    assert!(files.contains_key("privatus.db"));
    for (name, bytes) in files {
        for marker in [NAME, TEXT, SETTING, "SQLite format 3", privatus_tests::PASSWORD] {
            let found = bytes.windows(marker.len()).any(|at| at == marker.as_bytes());
            assert!(!found, "{marker} stands in {name}");
        }
    }
}

/// Checks that the running tool has no temporary file open, only the vault and the source.
#[cfg(target_os = "linux")]
fn no_temporary_file(process: u32, vault: &Path) {
    let vault = vault.canonicalize().unwrap();
    let folder = vault.parent().unwrap().to_owned();
    let open: Vec<_> = fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .collect();
    assert!(open.iter().any(|file| file.starts_with(&vault)), "{open:?}");
    for file in open {
        let known = file.starts_with(&vault) || file == folder.join("source.json");
        let temporary =
            !known && (file.to_string_lossy().ends_with(" (deleted)") || file.starts_with(&folder));
        assert!(!temporary, "{} is open", file.display());
    }
}

#[test]
fn markers_are_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let (vault, source) = (dir.path().join("vault"), dir.path().join("source.json"));
    init(&vault);
    ok(&vault, &["contacts", "add", NAME]);
    ok(&vault, &["send", NAME, TEXT]);
    ok(&vault, &["settings", "set", SETTING, SETTING, "--text"]);
    nothing_readable(&vault);
    let mut texts = vec![TEXT.repeat(20_000)];
    texts.extend((0..8_000).map(|n| format!("{TEXT} {n}")));
    fs::write(&source, telegram(NAME, &texts)).unwrap();
    let mut command = privatus(&vault);
    command.args(["import", "telegram"]).arg(&source);
    // Any temporary file would be created here and be seen.
    command.env("TMPDIR", dir.path()).env("SQLITE_TMPDIR", dir.path());
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let log = vault.join("privatus.db-wal");
    while fs::metadata(&log).map_or(0, |at| at.len()) < 100_000 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    #[cfg(target_os = "linux")]
    no_temporary_file(child.id(), &vault);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        log.exists(),
        "the log of the killed import is there to be looked at"
    );
    nothing_readable(&vault);
    ok(&vault, &["import", "telegram", source.to_str().unwrap()]);
    nothing_readable(&vault);
}
