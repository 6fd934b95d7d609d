//! The list of migration steps that this build knows. `cargo xtask migrations new` adds one at the end.

use privatus_migrate::{Step, Steps, Version};

macro_rules! step {
    ($name:literal, $description:literal) => {
        Step::new(
            $name,
            $description,
            include_str!(concat!("../../../../migrations/", $name, "/up.sql")),
            include_str!(concat!("../../../../migrations/", $name, "/down.sql")),
        )
    };
    ($name:literal, $description:literal, partition) => {
        step!($name, $description).with_partition(
            include_str!(concat!("../../../../migrations/", $name, "/partition_up.sql")),
            include_str!(concat!("../../../../migrations/", $name, "/partition_down.sql")),
        )
    };
}

/// Counts the members that the step back leaves: it deletes the vault's own user, because the previous build only knows
/// members that are contacts.
const MEMBERS_DOWN: &str = "SELECT count(*) FROM group_members WHERE contact_id NOT IN \
     (SELECT substr(lower(hex(vault_id)), 1, 8) || '-' || substr(lower(hex(vault_id)), 9, 4) || '-' \
     || substr(lower(hex(vault_id)), 13, 4) || '-' || substr(lower(hex(vault_id)), 17, 4) || '-' \
     || substr(lower(hex(vault_id)), 21) FROM vault_state)";

/// All steps, in order; a test compares the list with the folder that diesel embeds.
pub(crate) static STEPS: Steps = Steps::new(&[
    step!(
        "2026-11-24-000001_v1_0_0",
        "the specification's schema, version 1.0.0, and the tables of a vault"
    )
    .with_no_way_back("it is the first: no vault is older"),
    step!(
        "2026-11-24-000002_v1_1_0",
        "profile pictures and replies, version 1.1.0",
        partition
    ),
    step!(
        "2026-11-25-000003_v1_2_0",
        "bans, folded names, blocked contacts and the chain of the audit log, version 1.2.0"
    )
    .with_rows(&[], &[("group_members", MEMBERS_DOWN)]),
    // `cargo xtask migrations new` writes above this line.
]);

/// Returns the schema version that this build creates and upgrades every vault to.
pub(crate) fn newest() -> Version {
    STEPS.newest()
}

/// Returns what the ledger records about a step: name, description, checksum, why it cannot be taken back, and the SQL
/// to take back the schema and each month.
pub(crate) fn steps_noted(version: Version) -> Option<[Option<String>; 6]> {
    let step = STEPS.find(version)?;
    Some([
        Some(step.name.into()),
        Some(step.description.into()),
        Some(step.checksum()),
        step.irreversible.map(Into::into),
        Some(step.down.into()),
        step.partition_down.map(Into::into),
    ])
}

#[cfg(test)]
mod tests {
    use diesel::migration::MigrationSource;
    use diesel::sqlite::Sqlite;
    use diesel_migrations::{EmbeddedMigrations, embed_migrations};

    use super::STEPS;

    const EMBEDDED: EmbeddedMigrations = embed_migrations!("../../migrations");

    #[test]
    fn the_list_is_what_diesel_embeds() {
        let embedded = MigrationSource::<Sqlite>::migrations(&EMBEDDED).unwrap();
        let embedded: Vec<(String, String)> = embedded
            .iter()
            .map(|step| (step.name().to_string(), step.name().version().to_string()))
            .collect();
        let listed: Vec<(String, String)> = STEPS
            .all()
            .iter()
            .map(|step| (step.name.to_owned(), step.version().to_string()))
            .collect();
        assert_eq!(listed, embedded);
        let versions: Vec<i64> = STEPS.all().iter().map(|step| step.version()).collect();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    }
}
