//! `cargo xtask interop`: a program that shares no code with this workspace reads a vault.
//!
//! The tool builds a vault; `tests/interop/read_vault.py`, written from docs/CRYPTO.md alone over PyPI's SQLCipher, opens
//! it with its password and compares every value with the tool's export. Then a database that PyPI's SQLCipher made with
//! the specification's tables becomes a vault (`migrate baseline`), and the script reads that vault too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

const FOLDER: &str = "tests/interop";

/// é as e and U+0301: both sides must normalise it.
const PASSWORD: &str = "cafe\u{301} au lait";

/// How many messages the vault has, from the fixtures and sent here, and how many are above the large-content threshold.
const MESSAGES: u64 = 12;
const LARGE: u64 = 2;

/// Builds a vault and has Python read it.
///
/// # Errors
/// When a tool is missing, a step fails, or the two sides differ.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let python = python(workspace)?;
    let folder = tempfile::tempdir()?;
    let vault = folder.path().join("vault");
    let export = folder.path().join("export.jsonl");
    build(workspace, &vault, &export)?;

    let read = |password: &str| {
        let mut command = Command::new(&python);
        command
            .arg(workspace.path(FOLDER).join("read_vault.py"))
            .arg(&vault)
            .arg(&export);
        command.env("PRIVATUS_PASSWORD", password);
        command
    };
    let report = process::output(&mut read(PASSWORD))?;
    let report: serde_json::Value = serde_json::from_str(&report).context("reading the script's report")?;
    for (name, least) in [
        ("messages", MESSAGES),
        ("large", LARGE),
        ("contacts", 2),
        ("groups", 1),
        ("settings", 2),
        ("tables", 25),
    ] {
        if report
            .get(name)
            .and_then(serde_json::Value::as_u64)
            .is_none_or(|count| count < least)
        {
            bail!("the script compared fewer than {least} {name}: {report}");
        }
    }

    // A script that cannot fail proves nothing: it must refuse a wrong password and a changed export.
    let status = read("cafe au lait").stderr(Stdio::null()).status()?;
    if status.code() != Some(3) {
        bail!("a wrong password gave {status}");
    }
    let text = fs::read_to_string(&export)?;
    fs::write(&export, text.replacen("Happy new year", "Happy old year", 1))?;
    let output = read(PASSWORD).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(1) || !said.contains("differs in ['text']") {
        bail!("an export with another text gave {}: {said}", output.status);
    }
    println!("interop: {report}");
    baseline(workspace, &python, folder.path())
}

/// Adopts a database of another SQLCipher, and reads the vault.
fn baseline(workspace: &Workspace, python: &Path, folder: &Path) -> Result<()> {
    let [database, key, vault, export] =
        ["source.db", "source.key", "adopted", "adopted.jsonl"].map(|name| folder.join(name));
    let script = |name: &str| {
        let mut command = Command::new(python);
        command.arg(workspace.path(FOLDER).join(name));
        command
    };
    let tables = workspace.path("crates/import/src/baseline/specification.sql");
    process::run(script("make_source.py").args([&database, &tables, &key]))?;
    let before = fs::read(&database)?;
    let [database_word, key_word, export_word] = [&database, &key, &export]
        .map(|path| path.to_str().context("the temporary folder's path is not UTF-8"));
    let words = ["migrate", "baseline", database_word?, "--raw-key-file", key_word?];
    tool(
        workspace,
        &vault,
        &[&words[..], &["--code-to-stdout", "--kdf-iterations", "210000"]].concat(),
    )?;
    tool(workspace, &vault, &["export", export_word?])?;
    let report = process::output(
        script("read_vault.py")
            .args([&vault, &export])
            .env("PRIVATUS_PASSWORD", PASSWORD),
    )?;
    let read: serde_json::Value = serde_json::from_str(&report).context("reading the script's report")?;
    for (name, count) in [("messages", 4), ("large", 1), ("contacts", 1), ("settings", 1)] {
        if read.get(name).and_then(serde_json::Value::as_u64) != Some(count) {
            bail!("the adopted vault does not have {count} {name}: {read}");
        }
    }
    if fs::read(&database)? != before {
        bail!("the adopted database was changed");
    }
    println!("interop: adopted {read}");
    Ok(())
}

/// Builds a vault with several months, large content that compresses and that does not, replies, a group, contacts and
/// settings.
fn build(workspace: &Workspace, vault: &Path, export: &Path) -> Result<()> {
    let tool = |arguments: &[&str]| tool(workspace, vault, arguments);
    tool(&["init", "--code-to-stdout", "--kdf-iterations", "210000"])?;
    for history in ["telegram.json", "telegram_group.json"] {
        let history = workspace.path(FOLDER).join(history);
        let history = history.to_str().context("the workspace's path is not UTF-8")?;
        tool(&["import", "telegram", history, "--me", "Me", "--timezone", "UTC"])?;
    }
    tool(&["send", "Zoë", "a short answer"])?;
    tool(&["send", "Zoë", &"All work and no play. ".repeat(1_000)])?;
    tool(&["send", "Zoë", &noise(40_000)])?;
    tool(&[
        "contacts",
        "add",
        "Øyvind",
        "--public-key",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ])?;
    tool(&["settings", "set", "theme", "\"dark\""])?;
    tool(&["settings", "set", "size", "{\"width\":1280.5,\"tabs\":[1,null]}"])?;
    tool(&[
        "export",
        export
            .to_str()
            .context("the temporary folder's path is not UTF-8")?,
    ])
}

/// Runs a command of the tool.
fn tool(workspace: &Workspace, vault: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = process::cargo();
    command
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            "privatus-cli",
            "--",
            "--json",
            "--vault",
        ])
        .arg(vault)
        .args(arguments)
        .env("PRIVATUS_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .current_dir(workspace.root());
    process::output(&mut command).map(drop)
}

/// Returns text that does not compress: characters from a xorshift generator with a fixed seed.
fn noise(length: usize) -> String {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from_u32(0x4e00 + u32::try_from(state % 20_000).unwrap_or_default()).unwrap_or('一')
    };
    (0..length / 3).map(|_| next()).collect()
}

/// Returns Python in a virtual environment under `target/`, with the packages that `requirements.txt` pins.
fn python(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.path("target/interop");
    let binary = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    let python = folder.join(binary);
    if !python.is_file() {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("creating a virtual environment (on Debian and Ubuntu: apt-get install python3-venv)")?;
    }
    let requirements = workspace.path(FOLDER).join("requirements.txt");
    process::run(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(requirements),
    )?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::noise;

    #[test]
    fn noise_has_the_length_asked_for_and_does_not_repeat() {
        let text = noise(30_000);
        assert_eq!(text.len(), 30_000);
        let distinct: std::collections::BTreeSet<_> = text.chars().collect();
        assert!(distinct.len() > 5_000, "{}", distinct.len());
    }
}
