//! The parts of a step other than its SQL: its entry in the list, and its Rust part.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use privatus_crypto::Digest;
use privatus_migrate::Step;

/// The folder of the Rust parts below the workspace's root.
pub(in crate::migrations) const CODE: &str = "crates/store/src/upgrade/code";

/// Returns BLAKE2b-256 in hex over the description, the reason for no way back, the counts on the way up and on the way
/// back, and the file of the Rust part with LF line ends. Each list and each text is preceded by its length (u32,
/// little-endian), and an optional text by a byte that says whether it is present.
///
/// # Errors
/// When the entry has a Rust part without a file, or the other way round.
pub(super) fn checksum(root: &Path, step: &Step) -> Result<String> {
    let mut digest = Digest::new();
    put(&mut digest, step.description);
    put_optional(&mut digest, step.irreversible);
    for rows in [step.rows_up, step.rows_down] {
        digest.update(&length(rows.len()));
        for (table, sql) in rows {
            put(&mut digest, table);
            put(&mut digest, sql);
        }
    }
    put_optional(&mut digest, code(root, step)?.as_deref());
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Reads the text of the Rust part.
fn code(root: &Path, step: &Step) -> Result<Option<String>> {
    // Folders are named date-number_name.
    let (_, name) = step.name.split_once('_').unwrap_or(("", step.name));
    let file = format!("{CODE}/{name}.rs");
    let path = root.join(&file);
    match (step.code.is_some(), path.exists()) {
        (false, false) => Ok(None),
        (true, true) => fs::read_to_string(&path)
            .map(Some)
            .with_context(|| format!("reading {file}")),
        (true, false) => bail!("migration {} has a Rust part, but {file} is missing", step.name),
        (false, true) => bail!("{file} exists, but migration {} has no Rust part", step.name),
    }
}

fn put_optional(digest: &mut Digest, text: Option<&str>) {
    digest.update(&[u8::from(text.is_some())]);
    put(digest, text.unwrap_or_default());
}

fn put(digest: &mut Digest, text: &str) {
    let text = text.replace("\r\n", "\n");
    digest.update(&length(text.len()));
    digest.update(text.as_bytes());
}

fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use privatus_migrate::{Host, MigrateError};
    use privatus_sqlite::Connection;

    use super::*;

    fn nothing(_: &mut Connection, _: &mut dyn Host) -> Result<(), MigrateError> {
        Ok(())
    }

    #[test]
    fn every_part_of_an_entry_counts_and_its_sql_does_not() {
        let root = tempfile::tempdir().unwrap();
        let sum = |step: &Step| checksum(root.path(), step).unwrap();
        let step = Step::new("1_a", "what it does", "up", "down");
        let with_code = step.with_code(nothing);
        let told = checksum(root.path(), &with_code).unwrap_err().to_string();
        assert!(told.contains("code/a.rs"), "{told}");
        let mut sums = vec![
            sum(&step),
            sum(&Step::new("1_a", "what it did", "up", "down")),
            sum(&step.with_no_way_back("")),
            sum(&step.with_no_way_back("so it is")),
            sum(&step.with_rows(&[("a", "1")], &[])),
            sum(&step.with_rows(&[("a", "2")], &[])),
            sum(&step.with_rows(&[], &[("a", "1")])),
        ];
        let other_sql = sum(&Step::new("1_a", "what it does", "UP", "DOWN"));
        assert_eq!(sums.first(), Some(&other_sql));
        fs::create_dir_all(root.path().join(CODE)).unwrap();
        for text in ["fn run() {}\n", "fn run() { }\n"] {
            fs::write(root.path().join(CODE).join("a.rs"), text).unwrap();
            sums.push(sum(&with_code));
        }
        fs::write(root.path().join(CODE).join("a.rs"), "fn run() { }\r\n").unwrap();
        assert_eq!(sums.last(), Some(&sum(&with_code)));
        let told = checksum(root.path(), &step).unwrap_err().to_string();
        assert!(told.contains("has no Rust part"), "{told}");
        let count = sums.len();
        sums.sort();
        sums.dedup();
        assert_eq!(sums.len(), count);
    }
}
