#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, clippy::disallowed_methods, clippy::panic)]

#[cfg(unix)]
mod bound;
mod changed;
mod database;
mod filled;
mod typed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

#[cfg(unix)]
pub use bound::Bound;
pub use changed::changed;
pub use database::{Database, raw_key};
pub use filled::fill;
pub use typed::{fails, json, new_vault, refused, whole_export};

/// Password of the vaults that tests make.
pub const PASSWORD: &str = "correct horse battery staple";

/// The built tool. Cargo names a binary only to tests of its own package, so it is built once per test program, into
/// the profile folder the test itself runs from.
///
/// # Panics
///
/// When the tool cannot be built.
pub fn tool() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| {
        let here = std::env::current_exe().expect("own path");
        let profile = here.parent().and_then(Path::parent).expect("profile folder");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", "privatus-cli"]);
        cargo
            .arg("--target-dir")
            .arg(profile.parent().expect("target folder"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(cargo.status().expect("cargo runs").success(), "the tool builds");
        profile.join(format!("privatus{}", std::env::consts::EXE_SUFFIX))
    })
}

/// The tool on a vault, with [`PASSWORD`] in the environment and nothing on standard input.
pub fn privatus(vault: &Path) -> Command {
    let mut command = Command::new(tool());
    for name in [
        "PRIVATUS_RECOVERY_CODE",
        "PRIVATUS_NEW_PASSWORD",
        "PRIVATUS_SOURCE_PASSWORD",
        "PRIVATUS_USER",
        "PRIVATUS_LOG",
    ] {
        command.env_remove(name);
    }
    command
        .env("PRIVATUS_PASSWORD", PASSWORD)
        .arg("--vault")
        .arg(vault);
    command.stdin(Stdio::null());
    command
}

/// Runs a command and waits for its end.
///
/// # Panics
///
/// When the tool cannot be started.
pub fn run(vault: &Path, words: &[&str]) -> Output {
    privatus(vault).args(words).output().expect("the tool starts")
}

/// Runs a command that must succeed; returns its standard output.
///
/// # Panics
///
/// When it fails.
pub fn ok(vault: &Path, words: &[&str]) -> String {
    let output = run(vault, words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {:?} {errors}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8 output")
}

/// Writes a file with a secret that no other user may read, as the tool requires.
///
/// # Panics
/// When it cannot be written.
pub fn secret_file(path: &Path, text: impl AsRef<[u8]>) {
    std::fs::write(path, text).expect("the secret is written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .expect("the secret is for its owner alone");
    }
}

/// Creates a vault with the cheapest key derivation that is allowed.
pub fn init(vault: &Path) -> String {
    ok(vault, &["--json", "init", "--kdf-iterations", "210000"])
}

/// The bundled Telegram history: 1,067 messages.
pub fn history() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/cli/demo/telegram/result.json")
}

/// Every file of a vault by name with its bytes; without lock files and without the count of failed unlocks, which a
/// wrong secret changes. Never call it for a vault that this process has open.
///
/// # Panics
///
/// When a file cannot be read.
pub fn files(vault: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(vault) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| entry.expect("entry").path())
        .filter(|path| {
            path.is_file()
                && path.extension().is_none_or(|end| end != "lock")
                && !path.ends_with("attempts.json")
        })
        .map(|path| {
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("readable"))
        })
        .collect()
}

/// A Telegram export of one chat with these `(id, text)` messages.
pub fn telegram(name: &str, texts: &[String]) -> String {
    let quoted = |text: &str| {
        let mut out = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => out.push(c),
            }
        }
        out + "\""
    };
    let rows: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| {
            format!(
                "{{\"id\":{},\"type\":\"message\",\"date\":\"2024-01-02T03:04:05\",\"date_unixtime\":\"{}\",\
                 \"from\":{},\"from_id\":\"user7\",\"text\":{}}}",
                at + 1,
                1_704_164_645 + at,
                quoted(name),
                quoted(text)
            )
        })
        .collect();
    let title = quoted(name);
    format!(
        "{{\"name\":{title},\"type\":\"personal_chat\",\"id\":7,\"messages\":[{}]}}",
        rows.join(",\n")
    )
}
