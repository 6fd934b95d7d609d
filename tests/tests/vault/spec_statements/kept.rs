//! The statements that are valid and whose outcome is in every vault already: the outcome is compared.

use crate::spec_statements::database::Database;
use crate::spec_statements::specification;

pub(crate) const KEPT: &[&str] = &[
    "CREATE TABLE contacts",
    "CREATE TABLE group_members",
    "CREATE TABLE settings",
    "CREATE TABLE audit_log",
    "CREATE TABLE key_store",
    "CREATE TABLE file_transfers",
    "CREATE TABLE backup_metadata",
    "CREATE TABLE backup_contents",
    "CREATE TABLE schema_migrations",
    "CREATE TABLE performance_metrics",
    "CREATE TABLE usage_statistics",
    "CREATE TABLE access_control",
    "CREATE TABLE security_events",
    "CREATE TABLE retention_policies",
    "ALTER TABLE contacts ADD COLUMN profile_picture TEXT",
    "CREATE INDEX idx_contacts_display_name",
    "CREATE INDEX idx_contacts_online",
    "CREATE INDEX idx_groups_type",
    "CREATE INDEX idx_group_members_group_role",
    "CREATE INDEX idx_audit_timestamp_type",
    "CREATE INDEX idx_audit_user_events",
    "CREATE INDEX idx_transfers_status",
    "CREATE INDEX idx_transfers_contact",
    "CREATE INDEX idx_audit_failed_auth",
    "CREATE INDEX idx_audit_suspicious",
    "CREATE INDEX idx_keys_last_used",
    "CREATE INDEX idx_keys_expiring",
];

/// Sealed columns: BLOB where the specification says TEXT.
const SEALED: &[&str] = &[
    "audit_log.details",
    "contacts.public_key",
    "file_transfers.file_hash",
    "file_transfers.file_name",
    "group_members.permissions",
    "security_events.raw_data",
];

/// 64 bits to diesel: BIGINT where the specification says INTEGER and a value may pass 2^31, DOUBLE where it says REAL.
const WIDE: &[&str] = &[
    "backup_contents.data_size",
    "backup_contents.record_count",
    "backup_metadata.file_count",
    "backup_metadata.total_size",
    "file_transfers.file_size",
    "key_store.usage_count",
    "performance_metrics.metric_value",
    "usage_statistics.value",
];

/// Columns that the specification's tables do not have.
const ADDED: &[&str] = &[
    "audit_log.key_number",
    "audit_log.mac",
    "contacts.blocked_at",
    "contacts.folded_name",
    "contacts.profile_picture",
    "key_store.key_number",
    "key_store.scope",
    "schema_migrations.down_rows",
    "schema_migrations.down_sql",
    "schema_migrations.irreversible",
    "schema_migrations.mac",
    "schema_migrations.name",
    "schema_migrations.partition_down_sql",
    "schema_migrations.tool_version",
    "settings.scope",
];

/// Lines `contacts.contact_id TEXT`, with the specification's primary key and what NOT NULL and DEFAULT say.
pub(crate) const COLUMNS: &str = "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' ||
        CASE WHEN c.pk THEN 'key' WHEN c.\"notnull\" THEN 'not null' ELSE 'null' END || ' ' ||
        replace(coalesce(c.dflt_value, ''), 'strftime(''%Y-%m-%d %H:%M:%f'', ''now'')', 'CURRENT_TIMESTAMP')
    FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name = ";

/// The columns of each key and UNIQUE of a table; `key_store.key_number` is ours.
fn unique(table: &str) -> String {
    format!(
        "SELECT l.origin || ' ' || group_concat(i.name ORDER BY i.seqno)
         FROM pragma_index_list('{table}') l JOIN pragma_index_info(l.name) i
         WHERE l.origin <> 'c' AND i.name <> 'key_number' GROUP BY l.name ORDER BY 1"
    )
}

fn expected(line: &str) -> String {
    let column = line.split(' ').next().unwrap();
    if SEALED.contains(&column) {
        line.replacen(" TEXT ", " BLOB ", 1)
    } else if WIDE.contains(&column) {
        line.replacen(" INTEGER ", " BIGINT ", 1)
            .replacen(" REAL ", " DOUBLE ", 1)
    } else if column == "access_control.user_id" {
        // '' means everyone: a NULL in a primary key would allow the same grant twice.
        format!("{line}''")
    } else {
        line.to_owned()
    }
}

#[test]
fn each_table_has_the_columns_the_specification_gives_it() {
    let specification = specification();
    let mut vault = Database::vault();
    let mut departures = 0;
    for name in KEPT.iter().filter(|name| name.starts_with("CREATE TABLE")) {
        let table = name.trim_start_matches("CREATE TABLE ");
        let mut plain = Database::empty();
        plain.run(&specification[*name]).unwrap();
        let query = format!("{COLUMNS}'{table}'");
        let (wanted, mut here) = (plain.texts(&query), vault.texts(&query));
        here.retain(|line| !ADDED.contains(&line.split(' ').next().unwrap()));
        departures += wanted.iter().filter(|line| expected(line) != **line).count();
        let mut wanted: Vec<_> = wanted.iter().map(|line| expected(line)).collect();
        wanted.sort();
        here.sort();
        assert_eq!(here, wanted, "{table}");

        let keys = format!(
            "SELECT \"from\" || ' ' || \"table\" || ' ' || on_delete FROM pragma_foreign_key_list('{table}') ORDER BY 1"
        );
        assert_eq!(vault.texts(&keys), plain.texts(&keys), "{table}");

        // Columns in the order of the key, those that are unique together, and ids that are never used again.
        if table != "settings" {
            assert_eq!(
                vault.texts(&unique(table)),
                plain.texts(&unique(table)),
                "{table}"
            );
        }
        let counted = format!("SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema WHERE name = '{table}'");
        assert_eq!(vault.text(&counted), plain.text(&counted), "{table}");
    }
    assert_eq!(
        departures,
        SEALED.len() + WIDE.len() + 1,
        "every listed departure is one"
    );
}

#[test]
fn each_index_is_there_with_its_columns_and_condition() {
    let specification = specification();
    let mut vault = Database::vault();
    for name in KEPT.iter().filter(|name| name.starts_with("CREATE INDEX")) {
        let index = name.trim_start_matches("CREATE INDEX ");
        let here = vault.text(&format!(
            "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = '{index}'"
        ));
        let plain = |sql: &str| {
            sql.replace(" (", "(")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(plain(&here), plain(&specification[*name]));
    }
}

#[test]
fn version_1_1_0_adds_the_picture() {
    let sql = "SELECT type FROM pragma_table_info('contacts') WHERE name = 'profile_picture'";
    assert_eq!(Database::vault().text(sql), "TEXT");
}

#[test]
fn what_the_checks_name_is_taken_and_nothing_else() {
    let mut db = Database::vault();
    db.run("INSERT INTO groups (group_id, name, group_type) VALUES ('g', 'G', 'private')")
        .unwrap();
    for (sql, good) in [
        (
            "INSERT INTO groups (group_id, name, group_type) VALUES ('%', 'n', '%')",
            "public private secret",
        ),
        (
            "INSERT INTO group_members (group_id, contact_id, display_name, role) VALUES ('g', '%', 'n', '%')",
            "owner admin member",
        ),
        (
            "INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, direction, status)
             VALUES ('%', x'', 0, x'', '%', 'active')",
            "inbound outbound",
        ),
        (
            "INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, direction, status)
             VALUES ('%', x'', 0, x'', 'inbound', '%')",
            "pending active paused completed failed cancelled",
        ),
        (
            "INSERT INTO backup_metadata (backup_id, backup_type, status) VALUES ('%', 't', '%')",
            "running completed failed",
        ),
        (
            "INSERT INTO security_events (event_type, severity) VALUES ('%', '%')",
            "low medium high critical",
        ),
        (
            "INSERT INTO contacts (contact_id, display_name, public_key, last_seen)
             VALUES ('%', 'n', x'', replace('%', '_', ' '))",
            "2025-01-01_00:00:00.000",
        ),
    ] {
        for value in good.split(' ') {
            db.run(&sql.replace('%', value))
                .unwrap_or_else(|error| panic!("{sql} with {value}: {error}"));
        }
        for value in ["other", "", "2025-01-01_00:00:00"] {
            let answer = db.run(&sql.replace('%', value));
            assert!(answer.is_err_and(|e| e.contains("CHECK")), "{sql} took {value:?}");
        }
    }
}
