//! The tool has nothing that exists only for tests: its release build has none of the names that the tests' build has.

use std::path::PathBuf;
use std::process::Command;

use privatus_sqlite::fault::FaultVfs;
use privatus_store::{PlainWorld, STEPS, VaultOptions};
use serde_json::Value;

/// What is looked for: pieces of the names of symbols.
const NAMES: [(&str, &str); 3] = [
    ("the VFS that injects faults", "FaultVfs"),
    ("the cheapest KDF", "cheap_for_tests"),
    ("a host without a vault", "PlainWorld"),
];

fn holds(bytes: &[u8], name: &str) -> bool {
    bytes.windows(name.len()).any(|window| window == name.as_bytes())
}

/// The tool as cargo builds it for release.
fn tool() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--package", "privatus-cli"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(built.status.success(), "the tool was not built");
    let lines = String::from_utf8(built.stdout).unwrap();
    let path = lines.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    path.unwrap()
}

#[test]
#[ignore = "builds the tool for release, which takes minutes: .ci/run runs it after the demo"]
fn the_tool_has_nothing_that_exists_for_tests() {
    // Used, so that the linker keeps them in this program.
    assert!(!STEPS.all().is_empty());
    assert!(FaultVfs::register("looked for by its name").is_ok());
    let used = format!(
        "{:?} {:?}",
        VaultOptions::cheap_for_tests().readers,
        size_of::<PlainWorld>()
    );
    assert!(!used.is_empty());

    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let tool = std::fs::read(tool()).unwrap();
    for (what, name) in NAMES {
        assert!(holds(&own, name), "{what} would not be found as {name}");
        assert!(!holds(&tool, name), "{what} is in the tool: {name}");
    }
    // And what the tool has is found in it.
    assert!(holds(&tool, "privatus_store"));
}
