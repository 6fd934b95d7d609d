//! The tool's commands, each in a separate process: messages a second, and memory.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::report::{Name, Report};
use super::{peak, telegram};
use crate::bench::side::as_f64;
use crate::process;

pub(super) const NAMES: &[Name] = &[
    (
        "import_telegram",
        "messages/s",
        "an account's JSON into an empty vault; the whole command, so below",
    ),
    ("export", "messages/s", "everything as JSON Lines"),
    ("import_privatus", "messages/s", "that export into another vault"),
    ("verify", "messages/s", "every book and every sealed value"),
    (
        "peak_import_telegram",
        "MB",
        "ru_maxrss of the command, in 10⁶ bytes; so below",
    ),
    ("peak_export", "MB", ""),
    ("peak_import_privatus", "MB", ""),
    ("peak_verify", "MB", ""),
    ("peak_chats", "MB", "all conversations"),
    ("peak_show", "MB", "the newest 50 messages of one"),
    ("peak_stats", "MB", ""),
    ("peak_send", "MB", "one message"),
];

/// The cheapest KDF that the tool accepts: each command runs it once, and `kdf` measures a real one.
const KDF_ITERATIONS: &str = "210000";

/// Imports a history, reads it, exports it and imports the export.
pub(super) fn measure(folder: &Path, rows: usize, months: usize, report: &mut Report) -> Result<()> {
    let tool = find()?;
    let folder = tempfile::tempdir_in(folder)?;
    let (history, export) = (
        folder.path().join("result.json"),
        folder.path().join("export.jsonl"),
    );
    let first = Vault::create(&tool, folder.path().join("first"))?;
    let second = Vault::create(&tool, folder.path().join("second"))?;
    let chat = telegram::title(0);

    telegram::write(&history, rows, months)?;
    let taken = first.measure(["import", "telegram"], Some(&history))?;
    first.check_messages(rows)?;
    std::fs::remove_file(&history)?;
    let rate = |taken: &peak::Taken| as_f64(rows) / taken.seconds;
    report.add(&[
        ("import_telegram", rate(&taken)),
        ("peak_import_telegram", taken.peak),
    ]);
    report.add(&[("peak_chats", first.measure(["chats"], None)?.peak)]);
    report.add(&[("peak_show", first.measure(["show", &chat], None)?.peak)]);
    report.add(&[("peak_stats", first.measure(["stats"], None)?.peak)]);
    let taken = first.measure(["verify"], None)?;
    report.add(&[("verify", rate(&taken)), ("peak_verify", taken.peak)]);
    let taken = first.measure(["export"], Some(&export))?;
    report.add(&[("export", rate(&taken)), ("peak_export", taken.peak)]);
    let taken = second.measure(["import", "privatus"], Some(&export))?;
    second.check_messages(rows)?;
    report.add(&[
        ("import_privatus", rate(&taken)),
        ("peak_import_privatus", taken.peak),
    ]);
    // Last: every other command then met as many messages as were asked for.
    let taken = first.measure(["send", &chat, "a message of the benchmark"], None)?;
    report.add(&[("peak_send", taken.peak)]);
    Ok(())
}

/// Finds the tool, which is built next to this program.
fn find() -> Result<PathBuf> {
    let name = format!("privatus{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::current_exe()?.with_file_name(name);
    ensure!(
        path.is_file(),
        "{} is not there; build it: cargo build --release -p privatus-cli",
        path.display()
    );
    Ok(path)
}

/// A vault that the tool made.
struct Vault<'a> {
    tool: &'a Path,
    path: PathBuf,
}

impl<'a> Vault<'a> {
    fn create(tool: &'a Path, path: PathBuf) -> Result<Self> {
        let vault = Self { tool, path };
        process::output(vault.command().args([
            "init",
            "--code-to-stdout",
            "--kdf-iterations",
            KDF_ITERATIONS,
        ]))?;
        Ok(vault)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.tool);
        command
            .arg("--vault")
            .arg(&self.path)
            .env("PRIVATUS_PASSWORD", "a password of the benchmark");
        command
    }

    fn measure<const N: usize>(&self, words: [&str; N], file: Option<&Path>) -> Result<peak::Taken> {
        peak::measure(self.command().args(words).args(file))
    }

    /// Checks that the command did all of its work: otherwise it would look fast.
    fn check_messages(&self, wanted: usize) -> Result<()> {
        let stats = process::output(self.command().args(["stats", "--json"]))?;
        let stats: Value = serde_json::from_str(&stats).context("reading the tool's stats")?;
        let there = stats.get("messages").and_then(Value::as_u64);
        ensure!(
            there == Some(u64::try_from(wanted)?),
            "the vault has {there:?} messages instead of {wanted}"
        );
        Ok(())
    }
}
