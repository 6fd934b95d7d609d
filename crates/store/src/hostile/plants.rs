//! Schemas that no build makes.

/// What is planted, what opening the vault reports, and whether it can be repaired without a backup.
pub(super) const PLANTS: [(&str, &str, bool); 46] = [
    (
        "CREATE TRIGGER fails BEFORE INSERT ON audit_log BEGIN INSERT INTO nosuch VALUES (1); END",
        "trigger fails is not part of this build's schema",
        true,
    ),
    (
        "CREATE TRIGGER fails BEFORE INSERT ON audit_log BEGIN SELECT json('{'); END",
        "trigger fails is not part of",
        true,
    ),
    (
        "CREATE TRIGGER spy AFTER INSERT ON messages_202506 BEGIN SELECT 1; END",
        "trigger spy is not part of",
        true,
    ),
    (
        "CREATE TRIGGER \"a\u{1b}]0;\"\"b\" AFTER INSERT ON contacts BEGIN SELECT 1; END",
        "trigger a\\u{1b}]0;\\\"b is not part of",
        true,
    ),
    (
        "CREATE INDEX fails ON audit_log (json(error_message))",
        "index fails is not part of",
        true,
    ),
    (
        "CREATE UNIQUE INDEX one ON audit_log (event_type) WHERE log_id > 1000",
        "index one is not part of",
        true,
    ),
    ("CREATE VIEW shown AS SELECT 1", "view shown is not part of", true),
    (
        "CREATE TABLE kept (a REFERENCES contacts (contact_id))",
        "table kept is not part of",
        true,
    ),
    ("CREATE VIRTUAL TABLE words USING fts5 (a)", "words", true),
    (
        "CREATE TABLE messages_kept (a)",
        "table messages_kept is not part of",
        false,
    ),
    (
        "ALTER TABLE audit_log ADD COLUMN more AS (json(error_message)) VIRTUAL",
        "table audit_log differs from this build's schema",
        false,
    ),
    (
        "ALTER TABLE contacts ADD COLUMN more AS (json('{')) VIRTUAL",
        "table contacts differs from this build's schema",
        false,
    ),
    (
        "ALTER TABLE messages_202506 ADD COLUMN more",
        "table messages_202506 differs from this build's schema",
        false,
    ),
    (
        "ALTER TABLE settings ADD COLUMN more",
        "table settings differs from this build's schema",
        false,
    ),
    (
        "DELETE FROM partitions WHERE partition = 202506",
        "table messages_202506 is not part of",
        false,
    ),
    (
        "DROP TRIGGER groups_removal",
        "trigger groups_removal is missing",
        true,
    ),
    (
        "DROP TRIGGER groups_removal; CREATE TRIGGER groups_removal BEFORE DELETE ON groups BEGIN SELECT 1; END",
        "trigger groups_removal differs from this build's schema",
        true,
    ),
    ("DROP INDEX idx_keys_type", "index idx_keys_type is missing", true),
    (
        "DROP INDEX idx_messages_late_order",
        "index idx_messages_late_order is missing",
        true,
    ),
    (
        "DROP INDEX idx_messages_late_order; CREATE INDEX idx_messages_late_order ON messages_late (timestamp)",
        "index idx_messages_late_order differs from this build's schema",
        true,
    ),
    ("DROP VIEW messages", "view messages is missing", true),
    (
        "DROP VIEW messages; CREATE VIEW messages AS SELECT 1",
        "view messages differs from this build's schema",
        true,
    ),
    ("DROP VIEW message_rows", "view message_rows is missing", true),
    (
        "INSERT INTO sqlite_master VALUES ('trigger', 'sqlite_stat9', 'contacts', 0, \
         'CREATE TRIGGER sqlite_stat9 AFTER INSERT ON contacts BEGIN SELECT 1; END')",
        "trigger sqlite_stat9 is not part of",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES (CAST('trigger' AS BLOB), 'odd', 'contacts', 0, \
         'CREATE TRIGGER odd AFTER INSERT ON contacts BEGIN SELECT 1; END')",
        "trigger (not text) odd is not part of",
        true,
    ),
    // SQLite itself refuses the following, or would return another object's pages.
    (
        "INSERT INTO sqlite_master VALUES ('blah', 'x', 'x', 0, 'CREATE TABLE x (a)')",
        "blah x is not part of",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES ('table', 'kept', 'kept', 77777, 'CREATE TABLE kept (a)')",
        "table kept is not part of",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES ('table', 'kept', 'kept', 0, 'CREATE TABL kept (a)')",
        "table kept is not part of",
        true,
    ),
    (
        "INSERT INTO sqlite_master VALUES ('index', 'sqlite_autoindex_contacts_9', 'contacts', 5, NULL)",
        "index sqlite_autoindex_contacts_9 is not part of",
        true,
    ),
    (
        "DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_settings_1'",
        "index sqlite_autoindex_settings_1 is missing",
        false,
    ),
    (
        "UPDATE sqlite_master SET name = upper(name) WHERE name = 'groups_removal'",
        "trigger GROUPS_REMOVAL is not part of",
        true,
    ),
    (
        "UPDATE sqlite_master SET name = 'zzz' WHERE name = 'groups_removal'",
        "trigger groups_removal is missing",
        true,
    ),
    (
        "INSERT INTO sqlite_master SELECT * FROM sqlite_master WHERE name = 'settings'",
        "table settings is not part of",
        false,
    ),
    (
        "INSERT INTO sqlite_master SELECT 'table', 'kept', 'kept', rootpage, 'CREATE TABLE kept (a)' FROM sqlite_master \
         WHERE name = 'contacts'",
        "table kept is not part of",
        true,
    ),
    (
        "INSERT INTO sqlite_master SELECT 'index', 'more', 'contacts', rootpage, 'CREATE INDEX more ON contacts (status)' \
         FROM sqlite_master WHERE name = 'messages_202506'",
        "index more is not part of",
        true,
    ),
    // Rows that name another object's first page or none, and unknown types.
    (
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'idx_audit_resource') \
         WHERE name = 'idx_audit_event_type'",
        "index idx_audit_event_type differs from this build's schema",
        true,
    ),
    (
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'cache_entries') \
         WHERE name = 'idx_contacts_online'",
        "index idx_contacts_online differs from this build's schema",
        true,
    ),
    (
        "UPDATE sqlite_master SET rootpage = 1 WHERE name = 'idx_audit_event_type'",
        "index idx_audit_event_type differs from this build's schema",
        true,
    ),
    (
        "UPDATE sqlite_master SET rootpage = 5 WHERE name = 'messages'",
        "view messages differs from this build's schema",
        true,
    ),
    (
        "UPDATE sqlite_master SET type = 'abc' WHERE name = 'idx_audit_event_type'",
        "abc idx_audit_event_type differs from this build's schema",
        true,
    ),
    (
        "UPDATE sqlite_master SET type = 'Index' WHERE name = 'idx_messages_late_order'",
        "Index idx_messages_late_order differs from this build's schema",
        true,
    ),
    (
        "UPDATE sqlite_master SET name = 'idx_zzz' WHERE name = 'idx_audit_event_type'",
        "index idx_audit_event_type is missing",
        true,
    ),
    (
        "INSERT INTO sqlite_master SELECT 'table', 'sqlite_stat1', 'sqlite_stat1', rootpage, \
         'CREATE TABLE sqlite_stat1(tbl,idx,stat)' FROM sqlite_master WHERE name = 'contacts'",
        "table sqlite_stat1 is not part of",
        true,
    ),
    (
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'settings') \
         WHERE name = 'usage_statistics'",
        "table usage_statistics differs from",
        false,
    ),
    (
        "UPDATE sqlite_master SET type = 'TABLE' WHERE name = 'cache_entries'",
        "TABLE cache_entries differs from",
        false,
    ),
    (
        "UPDATE sqlite_master SET type = 'trigger', name = 'zzz' WHERE name = 'messages_202506'; \
         DELETE FROM partitions WHERE partition = 202506",
        "trigger zzz is not part of",
        false,
    ),
];
