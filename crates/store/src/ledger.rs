//! `schema_migrations`: which steps were applied, each with the checksum of what was run (DESIGN section 9).

use std::sync::OnceLock;

use privatus_crypto::Digest;

use crate::connection::Link;
use crate::error::StoreError;
use crate::sql::Sql;

/// One step as this build knows it.
struct Step {
    /// Its folder under `migrations/`.
    name: &'static str,
    /// What it does, for a person.
    description: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! steps {
    ($($name:literal: $description:literal,)*) => {
        &[$(Step {
            name: $name,
            description: $description,
            up: include_str!(concat!("../../../migrations/", $name, "/up.sql")),
            down: include_str!(concat!("../../../migrations/", $name, "/down.sql")),
        },)*]
    };
}

/// Every step, in order; a test compares the list with the folder that diesel embeds.
const STEPS: &[Step] = steps! {
    "2026-11-24-000001_v1_0_0": "the schema of version 1.0.0, and our own tables",
    "2026-11-24-000002_v1_1_0": "profile pictures and replies, version 1.1.0",
};

impl Step {
    /// The digits of the name: diesel's own version.
    fn version(&self) -> i64 {
        let digits = self.name.bytes().take_while(|byte| *byte != b'_');
        digits
            .filter(u8::is_ascii_digit)
            .fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    }

    /// BLAKE2b-256 in hex over both files, each with LF line ends and its length (u32, little-endian) before it.
    fn checksum(&self) -> String {
        let mut digest = Digest::new();
        for text in [self.up, self.down] {
            let text = text.replace("\r\n", "\n");
            digest.update(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            digest.update(text.as_bytes());
        }
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The checksums of all steps, taken once a process.
fn checksums() -> &'static [String] {
    static KNOWN: OnceLock<Vec<String>> = OnceLock::new();
    KNOWN.get_or_init(|| STEPS.iter().map(Step::checksum).collect())
}

/// Writes a row for each step that was just applied.
pub(crate) fn fill(link: &mut Link) -> Result<(), StoreError> {
    for step in STEPS {
        let checksum = step.checksum();
        let sql = Sql::new(
            "INSERT INTO schema_migrations (version, description, checksum, success) VALUES (?, ?, ?, TRUE)",
        );
        let sql = sql
            .bind(step.version())
            .bind(step.description)
            .bind(checksum.as_str());
        link.run(sql, "note a migration")?;
    }
    Ok(())
}

/// Compares what was applied with what this build knows; touches nothing. A newer step comes before all else: what
/// differs may be its doing.
pub(crate) fn check(link: &mut Link) -> Result<(), StoreError> {
    type Row = (i64, Option<String>, Option<bool>);
    let sql = Sql::new("SELECT CAST(version AS INTEGER) FROM __diesel_schema_migrations");
    let applied: Vec<i64> = link.rows(sql, "read the migrations")?;
    let sql = Sql::new("SELECT version, checksum, success FROM schema_migrations ORDER BY version");
    let ledger: Vec<Row> = link.rows(sql, "read the migrations")?;
    let known = |version: i64| STEPS.iter().any(|step| step.version() == version);
    let mut noted = applied.iter().chain(ledger.iter().map(|(version, ..)| version));
    if let Some(newer) = noted.find(|version| !known(**version)) {
        return Err(StoreError::SchemaNewer(format!("migration {newer}")));
    }
    for (step, known) in STEPS.iter().zip(checksums()) {
        let (name, version) = (step.name, step.version());
        let differs = |how: &str| Err(StoreError::SchemaDiffers(format!("migration {name} {how}")));
        let row = ledger.iter().find(|(noted, ..)| *noted == version);
        let Some((_, checksum, success)) = row.filter(|_| applied.contains(&version)) else {
            return differs("was never applied");
        };
        if *success != Some(true) {
            return differs("did not succeed");
        }
        if checksum.as_deref() != Some(known.as_str()) {
            return differs("has another checksum");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use diesel::migration::MigrationSource;
    use diesel::sqlite::Sqlite;

    use super::*;
    use crate::testing::Vault;

    #[test]
    fn the_list_is_what_diesel_embeds() {
        let embedded = MigrationSource::<Sqlite>::migrations(&crate::migrate::MIGRATIONS).unwrap();
        let embedded: Vec<String> = embedded.iter().map(|step| step.name().to_string()).collect();
        let listed: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        assert_eq!(listed, embedded);
        assert_eq!(STEPS.first().unwrap().version(), 20_261_124_000_001);
    }

    #[test]
    fn line_ends_do_not_count_and_every_other_byte_does() {
        let step = |up, down| {
            Step {
                name: "1_a",
                description: "",
                up,
                down,
            }
            .checksum()
        };
        assert_eq!(step("a\nb\n", "c"), step("a\r\nb\r\n", "c"));
        assert_ne!(step("a\nb\n", "c"), step("a\nb\nc", ""));
        assert_ne!(step("a", "b"), step("b", "a"));
    }

    /// Changes the ledger, and gives what the next unlock says.
    fn after(change: &str) -> StoreError {
        let vault = Vault::new();
        vault.sql(change);
        let (_folder, path) = vault.lock();
        crate::testing::unlock(&path).unwrap_err()
    }

    #[test]
    fn another_checksum_a_failure_and_a_newer_step_are_refused() {
        let first = "WHERE version = 20261124000001";
        for change in [
            format!("UPDATE schema_migrations SET checksum = replace(checksum, 'a', 'b') {first}"),
            format!("UPDATE schema_migrations SET checksum = NULL {first}"),
            format!("UPDATE schema_migrations SET success = FALSE {first}"),
            format!("DELETE FROM schema_migrations {first}"),
            format!("DELETE FROM __diesel_schema_migrations {first}")
                .replace("20261124000001", "'20261124000001'"),
        ] {
            let error = after(&change);
            assert_eq!(error.exit_code(), 19, "{change}: {error}");
            assert!(error.to_string().contains("2026-11-24-000001_v1_0_0"), "{error}");
        }
        for change in [
            "INSERT INTO schema_migrations (version, checksum) VALUES (20991231000001, 'x')",
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')",
        ] {
            let error = after(change);
            assert_eq!(error.exit_code(), 18, "{change}: {error}");
        }
    }
}
