//! Every schema object of a new vault, as in `sqlite_schema`, by name. Written by `cargo xtask codegen`; do not edit.

use crate::object::Object;

/// All of them, ordered by name.
pub static OBJECTS: [Object; 94] = [
    Object {
        kind: "table",
        name: "__diesel_schema_migrations",
        table: "__diesel_schema_migrations",
        sql: r#"CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"#,
    },
    Object {
        kind: "table",
        name: "access_control",
        table: "access_control",
        sql: r#"CREATE TABLE access_control (
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    user_id TEXT NOT NULL DEFAULT '',
    permissions TEXT NOT NULL, -- JSON
    granted_by TEXT,
    granted_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (granted_at GLOB '????-??-?? ??:??:??.???'),
    expires_at TIMESTAMP CHECK (expires_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (resource_type, resource_id, user_id)
)"#,
    },
    Object {
        kind: "table",
        name: "archives",
        table: "archives",
        sql: r#"CREATE TABLE archives (
    partition BIGINT NOT NULL REFERENCES partitions (partition),
    generation BIGINT NOT NULL CHECK (generation > 0),
    file_name TEXT NOT NULL UNIQUE,
    content_hash BLOB NOT NULL,
    message_count BIGINT NOT NULL CHECK (message_count >= 0),
    file_size BIGINT NOT NULL CHECK (file_size >= 0),
    key_id TEXT NOT NULL REFERENCES key_store (key_id),
    sealed_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (sealed_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (partition, generation)
)"#,
    },
    Object {
        kind: "table",
        name: "audit_log",
        table: "audit_log",
        sql: r#"CREATE TABLE audit_log (
    log_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (timestamp GLOB '????-??-?? ??:??:??.???'),
    event_type TEXT NOT NULL,
    user_id TEXT,
    resource_type TEXT,
    resource_id TEXT,
    action TEXT NOT NULL,
    details BLOB, -- JSON, sealed
    ip_address TEXT,
    user_agent TEXT,
    success BOOLEAN DEFAULT TRUE,
    error_message TEXT
, mac BLOB CHECK (mac IS NULL OR typeof(mac) = 'blob' AND length(mac) = 32), key_number BIGINT)"#,
    },
    Object {
        kind: "table",
        name: "backup_contents",
        table: "backup_contents",
        sql: r#"CREATE TABLE backup_contents (
    backup_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    record_count BIGINT,
    data_size BIGINT,
    checksum TEXT,
    FOREIGN KEY (backup_id) REFERENCES backup_metadata (backup_id) ON DELETE CASCADE
)"#,
    },
    Object {
        kind: "table",
        name: "backup_metadata",
        table: "backup_metadata",
        sql: r#"CREATE TABLE backup_metadata (
    backup_id TEXT NOT NULL PRIMARY KEY,
    backup_type TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    completed_at TIMESTAMP CHECK (completed_at GLOB '????-??-?? ??:??:??.???'),
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    total_size BIGINT,
    file_count BIGINT,
    encryption_info TEXT, -- JSON
    integrity_hash TEXT,
    retention_until TIMESTAMP CHECK (retention_until GLOB '????-??-?? ??:??:??.???')
)"#,
    },
    Object {
        kind: "table",
        name: "cache_entries",
        table: "cache_entries",
        sql: r#"CREATE TABLE cache_entries (
    cache_key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    expires_at TIMESTAMP CHECK (expires_at GLOB '????-??-?? ??:??:??.???'),
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
)"#,
    },
    Object {
        kind: "trigger",
        name: "check_group_size",
        table: "group_members",
        sql: r#"CREATE TRIGGER check_group_size BEFORE INSERT ON group_members
WHEN NOT EXISTS (
        SELECT 1 FROM group_members WHERE group_id = NEW.group_id AND contact_id = NEW.contact_id
    )
    AND (SELECT count(*) FROM group_members WHERE group_id = NEW.group_id)
        >= (SELECT max_members FROM groups WHERE group_id = NEW.group_id)
BEGIN
    SELECT RAISE(ABORT, 'check_group_size: the group has max_members members');
END"#,
    },
    Object {
        kind: "trigger",
        name: "check_group_size_move",
        table: "group_members",
        sql: r#"CREATE TRIGGER check_group_size_move BEFORE UPDATE OF group_id ON group_members
WHEN NEW.group_id <> OLD.group_id
    AND (SELECT count(*) FROM group_members WHERE group_id = NEW.group_id)
        >= (SELECT max_members FROM groups WHERE group_id = NEW.group_id)
BEGIN
    SELECT RAISE(ABORT, 'check_group_size: the group has max_members members');
END"#,
    },
    Object {
        kind: "table",
        name: "contacts",
        table: "contacts",
        sql: r#"CREATE TABLE contacts (
    contact_id TEXT NOT NULL PRIMARY KEY,
    display_name TEXT NOT NULL,
    public_key BLOB NOT NULL, -- sealed
    is_verified BOOLEAN DEFAULT FALSE,
    is_online BOOLEAN DEFAULT FALSE,
    added_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (added_at GLOB '????-??-?? ??:??:??.???'),
    last_seen TIMESTAMP CHECK (last_seen GLOB '????-??-?? ??:??:??.???'),
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    updated_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???')
, profile_picture TEXT, folded_name TEXT, blocked_at TIMESTAMP CHECK (blocked_at GLOB '????-??-?? ??:??:??.???'))"#,
    },
    Object {
        kind: "trigger",
        name: "contacts_removal",
        table: "contacts",
        sql: r#"CREATE TRIGGER contacts_removal BEFORE DELETE ON contacts
BEGIN
    INSERT OR IGNORE INTO pending_removals (conversation)
    SELECT conversation FROM conversations WHERE contact_id = OLD.contact_id;
    UPDATE conversations SET is_hidden = TRUE WHERE contact_id = OLD.contact_id;
    UPDATE group_members SET role = 'owner' WHERE rowid IN (
        SELECT (
            SELECT n.rowid FROM group_members AS n
            WHERE n.group_id = o.group_id AND n.contact_id <> OLD.contact_id
            ORDER BY n.role = 'admin' DESC, n.joined_at, n.contact_id LIMIT 1
        )
        FROM group_members AS o WHERE o.contact_id = OLD.contact_id AND o.role = 'owner'
    );
    UPDATE group_members SET
        contact_id = (
            SELECT substr(lower(hex(vault_id)), 1, 8) || '-' || substr(lower(hex(vault_id)), 9, 4) || '-'
                || substr(lower(hex(vault_id)), 13, 4) || '-' || substr(lower(hex(vault_id)), 17, 4) || '-'
                || substr(lower(hex(vault_id)), 21)
            FROM vault_state WHERE id = 1
        ),
        display_name = 'Me', role = 'owner', is_online = FALSE, anonymous_id = NULL, permissions = NULL
    WHERE contact_id = OLD.contact_id AND NOT EXISTS (
        SELECT 1 FROM group_members AS n
        WHERE n.group_id = group_members.group_id AND n.contact_id <> OLD.contact_id
    );
    DELETE FROM group_members WHERE contact_id = OLD.contact_id;
    DELETE FROM group_bans WHERE contact_id = OLD.contact_id;
    DELETE FROM group_bans WHERE contact_id = (
        SELECT substr(lower(hex(vault_id)), 1, 8) || '-' || substr(lower(hex(vault_id)), 9, 4) || '-'
            || substr(lower(hex(vault_id)), 13, 4) || '-' || substr(lower(hex(vault_id)), 17, 4) || '-'
            || substr(lower(hex(vault_id)), 21)
        FROM vault_state WHERE id = 1
    ) AND EXISTS (
        SELECT 1 FROM group_members AS m WHERE m.group_id = group_bans.group_id AND m.contact_id = group_bans.contact_id
    );
    UPDATE senders SET contact_id = NULL, group_id = NULL, anonymous_id = NULL, name = NULL, source_id = NULL
    WHERE contact_id = OLD.contact_id;
END"#,
    },
    Object {
        kind: "table",
        name: "conversation_months",
        table: "conversation_months",
        sql: r#"CREATE TABLE conversation_months (
    conversation BIGINT NOT NULL REFERENCES conversations (conversation) ON DELETE CASCADE,
    partition BIGINT NOT NULL REFERENCES partitions (partition),
    PRIMARY KEY (conversation, partition)
) WITHOUT ROWID"#,
    },
    Object {
        kind: "table",
        name: "conversations",
        table: "conversations",
        sql: r#"CREATE TABLE conversations (
    conversation INTEGER NOT NULL PRIMARY KEY CHECK (conversation BETWEEN 1 AND 1048575), -- 20 bits of a row key
    conversation_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('direct', 'group')),
    contact_id TEXT UNIQUE REFERENCES contacts (contact_id) ON DELETE SET NULL,
    group_id TEXT UNIQUE REFERENCES groups (group_id) ON DELETE SET NULL,
    -- The last message, and its time in milliseconds since 1970; NULL when there is none.
    last_partition BIGINT,
    last_row_key BIGINT,
    last_at BIGINT,
    message_count BIGINT NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    unread_count BIGINT NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    next_expiry BIGINT,
    is_pinned BOOLEAN NOT NULL DEFAULT FALSE CHECK (is_pinned IN (0, 1)),
    muted_until TIMESTAMP CHECK (muted_until GLOB '????-??-?? ??:??:??.???'),
    disappearing_seconds BIGINT CHECK (disappearing_seconds > 0),
    is_hidden BOOLEAN NOT NULL DEFAULT FALSE CHECK (is_hidden IN (0, 1)),
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    updated_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???'),
    CHECK (contact_id IS NULL OR group_id IS NULL)
)"#,
    },
    Object {
        kind: "table",
        name: "file_transfers",
        table: "file_transfers",
        sql: r#"CREATE TABLE file_transfers (
    transfer_id TEXT NOT NULL PRIMARY KEY,
    file_name BLOB NOT NULL, -- sealed
    file_size BIGINT NOT NULL,
    file_hash BLOB NOT NULL, -- sealed
    contact_id TEXT,
    group_id TEXT,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    status TEXT NOT NULL
        CHECK (status IN ('pending', 'active', 'paused', 'completed', 'failed', 'cancelled')),
    progress INTEGER DEFAULT 0,
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    completed_at TIMESTAMP CHECK (completed_at GLOB '????-??-?? ??:??:??.???'),
    error_message TEXT,
    FOREIGN KEY (contact_id) REFERENCES contacts (contact_id) ON DELETE SET NULL,
    FOREIGN KEY (group_id) REFERENCES groups (group_id) ON DELETE SET NULL
)"#,
    },
    Object {
        kind: "table",
        name: "group_bans",
        table: "group_bans",
        sql: r#"CREATE TABLE group_bans (
    group_id TEXT NOT NULL REFERENCES groups (group_id) ON DELETE CASCADE,
    contact_id TEXT NOT NULL,
    banned_by TEXT NOT NULL,
    banned_at TIMESTAMP NOT NULL CHECK (banned_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (group_id, contact_id)
) WITHOUT ROWID"#,
    },
    Object {
        kind: "table",
        name: "group_members",
        table: "group_members",
        sql: r#"CREATE TABLE group_members (
    group_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (joined_at GLOB '????-??-?? ??:??:??.???'),
    last_active TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (last_active GLOB '????-??-?? ??:??:??.???'),
    is_online BOOLEAN DEFAULT FALSE,
    anonymous_id TEXT, -- for anonymous participation
    permissions BLOB, -- JSON, sealed with the group's key
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    updated_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (group_id, contact_id),
    FOREIGN KEY (group_id) REFERENCES groups (group_id) ON DELETE CASCADE
)"#,
    },
    Object {
        kind: "table",
        name: "groups",
        table: "groups",
        sql: r#"CREATE TABLE groups (
    group_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    group_type TEXT NOT NULL CHECK (group_type IN ('public', 'private', 'secret')),
    created_by TEXT,
    max_members INTEGER DEFAULT 100,
    is_anonymous BOOLEAN DEFAULT TRUE,
    settings BLOB, -- JSON, sealed with the group's key
    key_id TEXT REFERENCES key_store (key_id), -- the group's key
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    updated_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???')
)"#,
    },
    Object {
        kind: "trigger",
        name: "groups_removal",
        table: "groups",
        sql: r#"CREATE TRIGGER groups_removal BEFORE DELETE ON groups
BEGIN
    INSERT OR IGNORE INTO pending_removals (conversation)
    SELECT conversation FROM conversations WHERE group_id = OLD.group_id;
    UPDATE conversations SET is_hidden = TRUE WHERE group_id = OLD.group_id;
    UPDATE senders SET anonymous_id = NULL WHERE group_id = OLD.group_id;
END"#,
    },
    Object {
        kind: "index",
        name: "idx_access_control_user",
        table: "access_control",
        sql: r#"CREATE INDEX idx_access_control_user ON access_control (user_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_archives_key",
        table: "archives",
        sql: r#"CREATE INDEX idx_archives_key ON archives (key_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_audit_event_type",
        table: "audit_log",
        sql: r#"CREATE INDEX idx_audit_event_type ON audit_log (event_type)"#,
    },
    Object {
        kind: "index",
        name: "idx_audit_failed_auth",
        table: "audit_log",
        sql: r#"CREATE INDEX idx_audit_failed_auth ON audit_log (event_type, success, timestamp)
WHERE event_type = 'authentication' AND success = FALSE"#,
    },
    Object {
        kind: "index",
        name: "idx_audit_resource",
        table: "audit_log",
        sql: r#"CREATE INDEX idx_audit_resource ON audit_log (resource_type, resource_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_audit_suspicious",
        table: "audit_log",
        sql: r#"CREATE INDEX idx_audit_suspicious ON audit_log (timestamp, ip_address, success)
WHERE success = FALSE"#,
    },
    Object {
        kind: "index",
        name: "idx_audit_timestamp_type",
        table: "audit_log",
        sql: r#"CREATE INDEX idx_audit_timestamp_type ON audit_log (timestamp, event_type)"#,
    },
    Object {
        kind: "index",
        name: "idx_audit_user_events",
        table: "audit_log",
        sql: r#"CREATE INDEX idx_audit_user_events ON audit_log (user_id, timestamp)"#,
    },
    Object {
        kind: "index",
        name: "idx_backup_contents_backup",
        table: "backup_contents",
        sql: r#"CREATE INDEX idx_backup_contents_backup ON backup_contents (backup_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_cache_entries_expiring",
        table: "cache_entries",
        sql: r#"CREATE INDEX idx_cache_entries_expiring ON cache_entries (expires_at) WHERE expires_at IS NOT NULL"#,
    },
    Object {
        kind: "index",
        name: "idx_contacts_display_name",
        table: "contacts",
        sql: r#"CREATE INDEX idx_contacts_display_name ON contacts (display_name)"#,
    },
    Object {
        kind: "index",
        name: "idx_contacts_folded_name",
        table: "contacts",
        sql: r#"CREATE INDEX idx_contacts_folded_name ON contacts (folded_name)"#,
    },
    Object {
        kind: "index",
        name: "idx_contacts_online",
        table: "contacts",
        sql: r#"CREATE INDEX idx_contacts_online ON contacts (is_online, last_seen)"#,
    },
    Object {
        kind: "index",
        name: "idx_conversation_months_partition",
        table: "conversation_months",
        sql: r#"CREATE INDEX idx_conversation_months_partition ON conversation_months (partition)"#,
    },
    Object {
        kind: "index",
        name: "idx_conversations_newest",
        table: "conversations",
        sql: r#"CREATE INDEX idx_conversations_newest ON conversations (last_at DESC, conversation DESC) WHERE is_hidden = 0"#,
    },
    Object {
        kind: "index",
        name: "idx_group_bans_contact",
        table: "group_bans",
        sql: r#"CREATE INDEX idx_group_bans_contact ON group_bans (contact_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_group_members_contact",
        table: "group_members",
        sql: r#"CREATE INDEX idx_group_members_contact ON group_members (contact_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_group_members_group_role",
        table: "group_members",
        sql: r#"CREATE INDEX idx_group_members_group_role ON group_members (group_id, role)"#,
    },
    Object {
        kind: "index",
        name: "idx_group_members_online",
        table: "group_members",
        sql: r#"CREATE INDEX idx_group_members_online ON group_members (is_online)"#,
    },
    Object {
        kind: "index",
        name: "idx_groups_created_by",
        table: "groups",
        sql: r#"CREATE INDEX idx_groups_created_by ON groups (created_by)"#,
    },
    Object {
        kind: "index",
        name: "idx_groups_key",
        table: "groups",
        sql: r#"CREATE INDEX idx_groups_key ON groups (key_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_groups_type",
        table: "groups",
        sql: r#"CREATE INDEX idx_groups_type ON groups (group_type)"#,
    },
    Object {
        kind: "index",
        name: "idx_keys_expiring",
        table: "key_store",
        sql: r#"CREATE INDEX idx_keys_expiring ON key_store (expires_at) WHERE expires_at IS NOT NULL"#,
    },
    Object {
        kind: "index",
        name: "idx_keys_last_used",
        table: "key_store",
        sql: r#"CREATE INDEX idx_keys_last_used ON key_store (last_used, usage_count)"#,
    },
    Object {
        kind: "index",
        name: "idx_keys_scope",
        table: "key_store",
        sql: r#"CREATE UNIQUE INDEX idx_keys_scope ON key_store (key_type, scope) WHERE length(encrypted_key) > 0"#,
    },
    Object {
        kind: "index",
        name: "idx_keys_type",
        table: "key_store",
        sql: r#"CREATE INDEX idx_keys_type ON key_store (key_type)"#,
    },
    Object {
        kind: "index",
        name: "idx_messages_contact_timestamp",
        table: "messages_template",
        sql: r#"CREATE INDEX idx_messages_contact_timestamp ON messages_template (conversation, timestamp)"#,
    },
    Object {
        kind: "index",
        name: "idx_messages_outgoing",
        table: "messages_template",
        sql: r#"CREATE INDEX idx_messages_outgoing ON messages_template (is_outgoing, timestamp)"#,
    },
    Object {
        kind: "index",
        name: "idx_messages_timestamp",
        table: "messages_template",
        sql: r#"CREATE INDEX idx_messages_timestamp ON messages_template (timestamp)"#,
    },
    Object {
        kind: "index",
        name: "idx_partitions_key",
        table: "partitions",
        sql: r#"CREATE INDEX idx_partitions_key ON partitions (key_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_settings_updated",
        table: "settings",
        sql: r#"CREATE INDEX idx_settings_updated ON settings (updated_at)"#,
    },
    Object {
        kind: "index",
        name: "idx_transfers_contact",
        table: "file_transfers",
        sql: r#"CREATE INDEX idx_transfers_contact ON file_transfers (contact_id, created_at)"#,
    },
    Object {
        kind: "index",
        name: "idx_transfers_group",
        table: "file_transfers",
        sql: r#"CREATE INDEX idx_transfers_group ON file_transfers (group_id)"#,
    },
    Object {
        kind: "index",
        name: "idx_transfers_status",
        table: "file_transfers",
        sql: r#"CREATE INDEX idx_transfers_status ON file_transfers (status, created_at)"#,
    },
    Object {
        kind: "table",
        name: "key_store",
        table: "key_store",
        sql: r#"CREATE TABLE key_store (
    key_id TEXT NOT NULL PRIMARY KEY, -- the decimal text of key_number
    key_number BIGINT NOT NULL UNIQUE CHECK (key_number BETWEEN 0 AND 4294967295), -- the envelope's u32
    key_type TEXT NOT NULL,
    scope TEXT NOT NULL, -- what the key is for: 'messages/2025-01', 'contacts.public_key', a group's id
    encrypted_key BLOB NOT NULL, -- wrapped by the master key
    algorithm TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    expires_at TIMESTAMP CHECK (expires_at GLOB '????-??-?? ??:??:??.???'),
    last_used TIMESTAMP CHECK (last_used GLOB '????-??-?? ??:??:??.???'),
    usage_count BIGINT DEFAULT 0
)"#,
    },
    Object {
        kind: "table",
        name: "message_content",
        table: "message_content",
        sql: r#"CREATE TABLE message_content (
    message_id TEXT NOT NULL PRIMARY KEY CHECK (typeof(message_id) = 'text'),
    content BLOB NOT NULL, -- sealed, after compression
    compression_algorithm TEXT,
    compressed_size INTEGER,
    original_size INTEGER
)"#,
    },
    Object {
        kind: "table",
        name: "message_locator",
        table: "message_locator",
        sql: r#"CREATE TABLE message_locator (
    locator INTEGER NOT NULL PRIMARY KEY,
    message_id BLOB NOT NULL UNIQUE CHECK (typeof(message_id) = 'blob' AND length(message_id) = 16),
    partition BIGINT,
    row_key BIGINT,
    CHECK ((partition IS NULL) = (row_key IS NULL))
)"#,
    },
    Object {
        kind: "view",
        name: "message_rows",
        table: "message_rows",
        sql: r#"CREATE VIEW message_rows AS
SELECT
    m.archived,
    CASE typeof(m.message_id) WHEN 'blob' THEN
        substr(lower(hex(m.message_id)), 1, 8) || '-' || substr(lower(hex(m.message_id)), 9, 4) || '-'
        || substr(lower(hex(m.message_id)), 13, 4) || '-' || substr(lower(hex(m.message_id)), 17, 4) || '-'
        || substr(lower(hex(m.message_id)), 21)
    ELSE m.message_id END AS message_id,
    CASE c.kind WHEN 'group' THEN s.contact_id ELSE c.contact_id END AS contact_id,
    m.content,
    m.is_outgoing,
    m.is_encrypted,
    strftime('%Y-%m-%d %H:%M:%f', m.timestamp / 1000.0, 'unixepoch') AS timestamp,
    strftime('%Y-%m-%d %H:%M:%f', m.edited_at / 1000.0, 'unixepoch') AS edited_at,
    m.is_deleted,
    strftime('%Y-%m-%d %H:%M:%f', m.deleted_at / 1000.0, 'unixepoch') AS deleted_at,
    strftime('%Y-%m-%d %H:%M:%f', m.created_at / 1000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%d %H:%M:%f', m.updated_at / 1000.0, 'unixepoch') AS updated_at,
    CASE typeof(m.reply_to) WHEN 'blob' THEN
        substr(lower(hex(m.reply_to)), 1, 8) || '-' || substr(lower(hex(m.reply_to)), 9, 4) || '-'
        || substr(lower(hex(m.reply_to)), 13, 4) || '-' || substr(lower(hex(m.reply_to)), 17, 4) || '-'
        || substr(lower(hex(m.reply_to)), 21)
    ELSE m.reply_to END AS reply_to
FROM (SELECT 0 AS archived, * FROM messages_template) AS m
LEFT JOIN conversations AS c ON c.conversation = m.conversation
LEFT JOIN senders AS s ON s.sender = m.sender
WHERE m.conversation NOT IN (SELECT conversation FROM pending_removals)"#,
    },
    Object {
        kind: "view",
        name: "messages",
        table: "messages",
        sql: r#"CREATE VIEW messages AS
SELECT message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, deleted_at,
    created_at, updated_at, reply_to
FROM message_rows WHERE archived = 0"#,
    },
    Object {
        kind: "view",
        name: "messages_archive",
        table: "messages_archive",
        sql: r#"CREATE VIEW messages_archive AS
SELECT message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, deleted_at,
    created_at, updated_at, reply_to
FROM message_rows WHERE archived = 1"#,
    },
    Object {
        kind: "table",
        name: "messages_template",
        table: "messages_template",
        sql: r#"CREATE TABLE messages_template (
    row_key INTEGER NOT NULL PRIMARY KEY,
    conversation BIGINT NOT NULL GENERATED ALWAYS AS (row_key >> 43) VIRTUAL,
    message_id BLOB NOT NULL,
    sender BIGINT,
    content BLOB NOT NULL,
    is_outgoing BOOLEAN NOT NULL,
    is_encrypted BOOLEAN NOT NULL DEFAULT TRUE,
    is_read BOOLEAN NOT NULL,
    is_deleted BOOLEAN NOT NULL DEFAULT FALSE,
    timestamp BIGINT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT, reply_to BLOB,
    CONSTRAINT check_message_size CHECK (length(content) <= 1052672),
    CONSTRAINT check_timestamp_order CHECK (edited_at >= timestamp)
)"#,
    },
    Object {
        kind: "table",
        name: "partitions",
        table: "partitions",
        sql: r#"CREATE TABLE partitions (
    partition INTEGER NOT NULL PRIMARY KEY CHECK (
        partition IN (0, 999999) OR (partition BETWEEN 200001 AND 999912 AND partition % 100 BETWEEN 1 AND 12)
    ),
    table_name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('live', 'archived', 'sealed')),
    key_id TEXT NOT NULL REFERENCES key_store (key_id), -- the month's table key
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
)"#,
    },
    Object {
        kind: "table",
        name: "pending_removals",
        table: "pending_removals",
        sql: r#"CREATE TABLE pending_removals (
    conversation INTEGER NOT NULL PRIMARY KEY REFERENCES conversations (conversation) ON DELETE CASCADE,
    requested_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (requested_at GLOB '????-??-?? ??:??:??.???')
)"#,
    },
    Object {
        kind: "table",
        name: "performance_metrics",
        table: "performance_metrics",
        sql: r#"CREATE TABLE performance_metrics (
    metric_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (timestamp GLOB '????-??-?? ??:??:??.???'),
    metric_name TEXT NOT NULL,
    metric_value DOUBLE,
    unit TEXT,
    category TEXT,
    metadata TEXT -- JSON
)"#,
    },
    Object {
        kind: "table",
        name: "retention_policies",
        table: "retention_policies",
        sql: r#"CREATE TABLE retention_policies (
    table_name TEXT NOT NULL PRIMARY KEY,
    retention_days INTEGER NOT NULL,
    archive_table TEXT,
    cleanup_enabled BOOLEAN DEFAULT TRUE,
    last_cleanup TIMESTAMP CHECK (last_cleanup GLOB '????-??-?? ??:??:??.???')
)"#,
    },
    Object {
        kind: "table",
        name: "schema_migrations",
        table: "schema_migrations",
        sql: r#"CREATE TABLE schema_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    applied_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (applied_at GLOB '????-??-?? ??:??:??.???'),
    description TEXT,
    checksum TEXT,
    success BOOLEAN DEFAULT TRUE,
    name TEXT, -- the step's folder
    tool_version TEXT,
    irreversible TEXT, -- why there is no way back; NULL when there is one
    down_sql TEXT, -- run by `migrate down`, also by a build that does not know the step
    partition_down_sql TEXT, -- the same for each month's table, whose name stands as {table}
    down_rows TEXT, -- JSON: row counts that a step back may change
    mac BLOB -- keyed BLAKE2b over all of these
)"#,
    },
    Object {
        kind: "table",
        name: "security_events",
        table: "security_events",
        sql: r#"CREATE TABLE security_events (
    event_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (timestamp GLOB '????-??-?? ??:??:??.???'),
    event_type TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    source_ip TEXT,
    user_id TEXT,
    description TEXT,
    raw_data BLOB, -- sealed
    resolved BOOLEAN DEFAULT FALSE,
    resolved_at TIMESTAMP CHECK (resolved_at GLOB '????-??-?? ??:??:??.???'),
    resolution TEXT
)"#,
    },
    Object {
        kind: "table",
        name: "senders",
        table: "senders",
        sql: r#"CREATE TABLE senders (
    sender INTEGER NOT NULL PRIMARY KEY,
    contact_id TEXT UNIQUE REFERENCES contacts (contact_id) ON DELETE SET NULL,
    group_id TEXT REFERENCES groups (group_id) ON DELETE SET NULL,
    anonymous_id TEXT,
    name TEXT,
    source_id BLOB UNIQUE CHECK (source_id IS NULL OR (typeof(source_id) = 'blob' AND length(source_id) = 16)),
    UNIQUE (group_id, anonymous_id)
)"#,
    },
    Object {
        kind: "table",
        name: "settings",
        table: "settings",
        sql: r#"CREATE TABLE settings (
    scope TEXT NOT NULL DEFAULT '',
    key TEXT NOT NULL,
    value BLOB NOT NULL, -- sealed
    updated_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???'),
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (scope, key)
)"#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex___diesel_schema_migrations_1",
        table: "__diesel_schema_migrations",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_access_control_1",
        table: "access_control",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_archives_1",
        table: "archives",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_archives_2",
        table: "archives",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_backup_metadata_1",
        table: "backup_metadata",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_cache_entries_1",
        table: "cache_entries",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_contacts_1",
        table: "contacts",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_conversations_1",
        table: "conversations",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_conversations_2",
        table: "conversations",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_conversations_3",
        table: "conversations",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_file_transfers_1",
        table: "file_transfers",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_group_members_1",
        table: "group_members",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_groups_1",
        table: "groups",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_key_store_1",
        table: "key_store",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_key_store_2",
        table: "key_store",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_message_content_1",
        table: "message_content",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_message_locator_1",
        table: "message_locator",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_partitions_1",
        table: "partitions",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_retention_policies_1",
        table: "retention_policies",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_senders_1",
        table: "senders",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_senders_2",
        table: "senders",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_senders_3",
        table: "senders",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_settings_1",
        table: "settings",
        sql: r#""#,
    },
    Object {
        kind: "index",
        name: "sqlite_autoindex_usage_statistics_1",
        table: "usage_statistics",
        sql: r#""#,
    },
    Object {
        kind: "table",
        name: "sqlite_sequence",
        table: "sqlite_sequence",
        sql: r#"CREATE TABLE sqlite_sequence(name,seq)"#,
    },
    Object {
        kind: "table",
        name: "usage_statistics",
        table: "usage_statistics",
        sql: r#"CREATE TABLE usage_statistics (
    stat_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    date DATE NOT NULL,
    metric TEXT NOT NULL,
    value BIGINT DEFAULT 0,
    UNIQUE (date, metric)
)"#,
    },
    Object {
        kind: "table",
        name: "vault_state",
        table: "vault_state",
        sql: r#"CREATE TABLE vault_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    vault_id BLOB NOT NULL CHECK (typeof(vault_id) = 'blob' AND length(vault_id) = 16),
    highest_generation BIGINT NOT NULL, -- of the key ring: an older one is a restored copy
    next_key_number BIGINT NOT NULL, -- never goes back
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
, audit_removed BIGINT, audit_removed_mac BLOB
    CHECK (audit_removed_mac IS NULL OR typeof(audit_removed_mac) = 'blob' AND length(audit_removed_mac) = 32), audit_removed_at TIMESTAMP
    CHECK (audit_removed_at GLOB '????-??-?? ??:??:??.???'), audit_checkpoint BLOB
    CHECK (audit_checkpoint IS NULL OR typeof(audit_checkpoint) = 'blob' AND length(audit_checkpoint) = 36), settled_version BIGINT NOT NULL DEFAULT 0)"#,
    },
];
