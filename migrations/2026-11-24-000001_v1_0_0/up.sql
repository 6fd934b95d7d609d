-- Version 1.0.0: the specification's tables, columns, checks and indexes under their names, and the tables of our own
-- without which no vault works. What the specification adds in 1.1.0 is the next step's.
--
-- Departures, each explained in docs/DATA_MODEL.md:
--   * a timestamp is UTC text `YYYY-MM-DD HH:MM:SS.sss`, 23 characters, so that text order is time order;
--   * a sealed column is a BLOB even where the specification says TEXT;
--   * a primary key says NOT NULL, because SQLite's own meaning of PRIMARY KEY allows NULL;
--   * an INTEGER that may pass 2^31 is declared BIGINT, and a REAL is declared DOUBLE: the same to SQLite, 64 bits
--     to diesel.

CREATE TABLE contacts (
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
);

-- The physical template of a month; it holds no rows. The store makes `messages_YYYYMM` from the SQL of
-- this table as it stands in sqlite_schema. `messages` and `messages_archive` are views over the months.
--
-- `message_id` holds a UUID as 16 bytes and any other id as its text. A column without a declared type says
-- that best, but diesel can only infer a declared one: BLOB has no affinity, so text stays text.
--
-- No comment stands inside the statement: a month's copy has none. No CHECK but the specification's two, since each
-- copy is parsed at every open: the store's types keep the rest, and `verify` reads every row against them.
-- messages_template.row_key: the conversation's number (20 bits), milliseconds into the month (32), tie-break (11)
-- messages_template.sender: senders.sender; NULL when outgoing
-- messages_template.content: sealed; zero length once deleted
-- messages_template.timestamp: this and the times below: UTC, milliseconds since 1970
-- messages_template.created_at: arrival
-- check_message_size is the largest plaintext, 1,048,576 bytes, and room for the envelope around it.
CREATE TABLE messages_template (
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
    updated_at BIGINT,
    CONSTRAINT check_message_size CHECK (length(content) <= 1052672),
    CONSTRAINT check_timestamp_order CHECK (edited_at >= timestamp)
);

CREATE TABLE groups (
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
);

CREATE TABLE group_members (
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
);

-- Settings belong to the application (scope '') or to one user.
CREATE TABLE settings (
    scope TEXT NOT NULL DEFAULT '',
    key TEXT NOT NULL,
    value BLOB NOT NULL, -- sealed
    updated_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???'),
    created_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (scope, key)
);

CREATE TABLE audit_log (
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
);

-- A destroyed key leaves its row with an empty `encrypted_key`: key numbers are never used again.
CREATE TABLE key_store (
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
);

CREATE TABLE file_transfers (
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
);

-- Large content beside its message. No foreign key: one cannot point at a view. The id is text, as the view shows it.
CREATE TABLE message_content (
    message_id TEXT NOT NULL PRIMARY KEY CHECK (typeof(message_id) = 'text'),
    content BLOB NOT NULL, -- sealed, after compression
    compression_algorithm TEXT,
    compressed_size INTEGER,
    original_size INTEGER
);

CREATE TABLE backup_metadata (
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
);

CREATE TABLE backup_contents (
    backup_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    record_count BIGINT,
    data_size BIGINT,
    checksum TEXT,
    FOREIGN KEY (backup_id) REFERENCES backup_metadata (backup_id) ON DELETE CASCADE
);

-- Our ledger of migrations beside diesel's own.
CREATE TABLE schema_migrations (
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
);

CREATE TABLE performance_metrics (
    metric_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (timestamp GLOB '????-??-?? ??:??:??.???'),
    metric_name TEXT NOT NULL,
    metric_value DOUBLE,
    unit TEXT,
    category TEXT,
    metadata TEXT -- JSON
);

CREATE TABLE usage_statistics (
    stat_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    date DATE NOT NULL,
    metric TEXT NOT NULL,
    value BIGINT DEFAULT 0,
    UNIQUE (date, metric)
);

-- user_id '' means everyone: a NULL in a primary key would allow the same grant twice.
CREATE TABLE access_control (
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    user_id TEXT NOT NULL DEFAULT '',
    permissions TEXT NOT NULL, -- JSON
    granted_by TEXT,
    granted_at TIMESTAMP DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (granted_at GLOB '????-??-?? ??:??:??.???'),
    expires_at TIMESTAMP CHECK (expires_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (resource_type, resource_id, user_id)
);

CREATE TABLE security_events (
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
);

CREATE TABLE retention_policies (
    table_name TEXT NOT NULL PRIMARY KEY,
    retention_days INTEGER NOT NULL,
    archive_table TEXT,
    cleanup_enabled BOOLEAN DEFAULT TRUE,
    last_cleanup TIMESTAMP CHECK (last_cleanup GLOB '????-??-?? ??:??:??.???')
);

-- The specification's policies: audit 1 year, cache by its own expiry, messages archived after 6 months.
INSERT INTO retention_policies (table_name, retention_days, archive_table) VALUES
    ('audit_log', 365, NULL),
    ('cache_entries', 0, NULL),
    ('messages', 183, 'messages_archive');

-- Message retrieval. On the template only: a month gets the indexes that measurement justifies.
CREATE INDEX idx_messages_contact_timestamp ON messages_template (conversation, timestamp);
CREATE INDEX idx_messages_timestamp ON messages_template (timestamp);
CREATE INDEX idx_messages_outgoing ON messages_template (is_outgoing, timestamp);

-- Contact search
CREATE INDEX idx_contacts_display_name ON contacts (display_name);
CREATE INDEX idx_contacts_online ON contacts (is_online, last_seen);

-- Groups
CREATE INDEX idx_groups_type ON groups (group_type);
CREATE INDEX idx_group_members_group_role ON group_members (group_id, role);

-- Audit log analysis
CREATE INDEX idx_audit_timestamp_type ON audit_log (timestamp, event_type);
CREATE INDEX idx_audit_user_events ON audit_log (user_id, timestamp);

-- File transfers
CREATE INDEX idx_transfers_status ON file_transfers (status, created_at);
CREATE INDEX idx_transfers_contact ON file_transfers (contact_id, created_at);

-- Security
CREATE INDEX idx_audit_failed_auth ON audit_log (event_type, success, timestamp)
WHERE event_type = 'authentication' AND success = FALSE;
CREATE INDEX idx_audit_suspicious ON audit_log (timestamp, ip_address, success)
WHERE success = FALSE;
CREATE INDEX idx_keys_last_used ON key_store (last_used, usage_count);
CREATE INDEX idx_keys_expiring ON key_store (expires_at) WHERE expires_at IS NOT NULL;

-- Columns that the specification calls indexed without naming an index.
CREATE INDEX idx_groups_created_by ON groups (created_by);
CREATE INDEX idx_group_members_contact ON group_members (contact_id);
CREATE INDEX idx_group_members_online ON group_members (is_online);
CREATE INDEX idx_settings_updated ON settings (updated_at);
CREATE INDEX idx_audit_event_type ON audit_log (event_type);
CREATE INDEX idx_audit_resource ON audit_log (resource_type, resource_id);
CREATE INDEX idx_keys_type ON key_store (key_type);
CREATE INDEX idx_transfers_group ON file_transfers (group_id);

-- Columns of foreign keys, and one living key for each purpose.
CREATE INDEX idx_groups_key ON groups (key_id);
CREATE INDEX idx_backup_contents_backup ON backup_contents (backup_id);
CREATE UNIQUE INDEX idx_keys_scope ON key_store (key_type, scope) WHERE length(encrypted_key) > 0;

-- A message belongs to a conversation, with a contact or a group, and has a sender.

-- Kept in the same transaction as the messages: the chat list is one indexed read.
CREATE TABLE conversations (
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
);

CREATE INDEX idx_conversations_newest ON conversations (last_at DESC, conversation DESC) WHERE is_hidden = 0;

-- Who wrote an incoming message: a contact, an anonymous member of a group, or a name out of an imported
-- history. All of it NULL is "unknown": the contact was removed.
CREATE TABLE senders (
    sender INTEGER NOT NULL PRIMARY KEY,
    contact_id TEXT UNIQUE REFERENCES contacts (contact_id) ON DELETE SET NULL,
    group_id TEXT REFERENCES groups (group_id) ON DELETE SET NULL,
    anonymous_id TEXT,
    name TEXT,
    source_id BLOB UNIQUE CHECK (source_id IS NULL OR (typeof(source_id) = 'blob' AND length(source_id) = 16)),
    UNIQUE (group_id, anonymous_id)
);

-- Which months there are, and where a message is.

-- The catalogue of months: YYYYMM in UTC; 0 is before 2000-01, 999999 is after next month.
CREATE TABLE partitions (
    partition INTEGER NOT NULL PRIMARY KEY CHECK (
        partition IN (0, 999999) OR (partition BETWEEN 200001 AND 999912 AND partition % 100 BETWEEN 1 AND 12)
    ),
    table_name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('live', 'archived', 'sealed')),
    key_id TEXT NOT NULL REFERENCES key_store (key_id), -- the month's table key
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
);

CREATE INDEX idx_partitions_key ON partitions (key_id);

-- Where a conversation has, or had, messages: paging skips the other months.
CREATE TABLE conversation_months (
    conversation BIGINT NOT NULL REFERENCES conversations (conversation) ON DELETE CASCADE,
    partition BIGINT NOT NULL REFERENCES partitions (partition),
    PRIMARY KEY (conversation, partition)
) WITHOUT ROWID;

CREATE INDEX idx_conversation_months_partition ON conversation_months (partition);

-- The only register of message ids. A removed message keeps its id and nothing else, so that a second import
-- does not raise it from the dead.
CREATE TABLE message_locator (
    locator INTEGER NOT NULL PRIMARY KEY,
    message_id BLOB NOT NULL UNIQUE CHECK (typeof(message_id) = 'blob' AND length(message_id) = 16),
    partition BIGINT,
    row_key BIGINT,
    CHECK ((partition IS NULL) = (row_key IS NULL))
);

-- What the database knows of its vault: one row, written when the vault is created.
CREATE TABLE vault_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    vault_id BLOB NOT NULL CHECK (typeof(vault_id) = 'blob' AND length(vault_id) = 16),
    highest_generation BIGINT NOT NULL, -- of the key ring: an older one is a restored copy
    next_key_number BIGINT NOT NULL, -- never goes back
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
);

-- Used by the specification's clean-up, never defined there.
CREATE TABLE cache_entries (
    cache_key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    expires_at TIMESTAMP CHECK (expires_at GLOB '????-??-?? ??:??:??.???'),
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
);

CREATE INDEX idx_cache_entries_expiring ON cache_entries (expires_at) WHERE expires_at IS NOT NULL;

-- The sealed files of months. A file is immutable: a rewrite is a higher generation.
CREATE TABLE archives (
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
);

CREATE INDEX idx_archives_key ON archives (key_id);

-- Messages go with their contact. Months have no foreign key to contacts, so the conversation is hidden at
-- once and written down here; the store sweeps it in bounded batches. The trigger catches a plain SQL DELETE.
CREATE TABLE pending_removals (
    conversation INTEGER NOT NULL PRIMARY KEY REFERENCES conversations (conversation) ON DELETE CASCADE,
    requested_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (requested_at GLOB '????-??-?? ??:??:??.???')
);

CREATE TRIGGER contacts_removal BEFORE DELETE ON contacts
BEGIN
    INSERT OR IGNORE INTO pending_removals (conversation)
    SELECT conversation FROM conversations WHERE contact_id = OLD.contact_id;
    UPDATE conversations SET is_hidden = TRUE WHERE contact_id = OLD.contact_id;
    DELETE FROM group_members WHERE contact_id = OLD.contact_id;
    UPDATE senders SET contact_id = NULL, group_id = NULL, anonymous_id = NULL, name = NULL, source_id = NULL
    WHERE contact_id = OLD.contact_id;
END;

-- A group's messages go with it, as a contact's do: its conversation is hidden at once, and the store sweeps it.
CREATE TRIGGER groups_removal BEFORE DELETE ON groups
BEGIN
    INSERT OR IGNORE INTO pending_removals (conversation)
    SELECT conversation FROM conversations WHERE group_id = OLD.group_id;
    UPDATE conversations SET is_hidden = TRUE WHERE group_id = OLD.group_id;
    UPDATE senders SET anonymous_id = NULL WHERE group_id = OLD.group_id;
END;

-- The second line behind the store's own check: SQLite allows no subquery in a CHECK.
CREATE TRIGGER check_group_size BEFORE INSERT ON group_members
WHEN NOT EXISTS (
        SELECT 1 FROM group_members WHERE group_id = NEW.group_id AND contact_id = NEW.contact_id
    )
    AND (SELECT count(*) FROM group_members WHERE group_id = NEW.group_id)
        >= (SELECT max_members FROM groups WHERE group_id = NEW.group_id)
BEGIN
    SELECT RAISE(ABORT, 'check_group_size: the group has max_members members');
END;

CREATE TRIGGER check_group_size_move BEFORE UPDATE OF group_id ON group_members
WHEN NEW.group_id <> OLD.group_id
    AND (SELECT count(*) FROM group_members WHERE group_id = NEW.group_id)
        >= (SELECT max_members FROM groups WHERE group_id = NEW.group_id)
BEGIN
    SELECT RAISE(ABORT, 'check_group_size: the group has max_members members');
END;

-- The specification's two tables, read-only, over the months that are live and those in the archive. The store
-- makes `message_rows` anew in the transaction that makes or archives a month: what stands between FROM and `AS m`
-- becomes a UNION ALL of months, all else stays as it is here. A direct message has its conversation's contact, one
-- in a group its sender's.
CREATE VIEW message_rows AS
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
    strftime('%Y-%m-%d %H:%M:%f', m.updated_at / 1000.0, 'unixepoch') AS updated_at
FROM (SELECT 0 AS archived, * FROM messages_template) AS m
LEFT JOIN conversations AS c ON c.conversation = m.conversation
LEFT JOIN senders AS s ON s.sender = m.sender
WHERE m.conversation NOT IN (SELECT conversation FROM pending_removals);

CREATE VIEW messages AS
SELECT message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, deleted_at,
    created_at, updated_at
FROM message_rows WHERE archived = 0;

CREATE VIEW messages_archive AS
SELECT message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, deleted_at,
    created_at, updated_at
FROM message_rows WHERE archived = 1;
