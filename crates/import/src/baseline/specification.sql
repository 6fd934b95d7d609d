-- The specification's tables and indexes, version 1.0.0, unchanged, except that `groups` has `created_at` only once.
-- Left out because SQLite refuses or misreads them: ADD CONSTRAINT, LIKE tables, AS SELECT from a missing table.

CREATE TABLE contacts (
    contact_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    is_verified BOOLEAN DEFAULT FALSE,
    is_online BOOLEAN DEFAULT FALSE,
    added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_seen TIMESTAMP,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE messages (
    message_id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    content BLOB NOT NULL,
    is_outgoing BOOLEAN NOT NULL,
    is_encrypted BOOLEAN DEFAULT TRUE,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    edited_at TIMESTAMP,
    is_deleted BOOLEAN DEFAULT FALSE,
    deleted_at TIMESTAMP,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (contact_id) REFERENCES contacts (contact_id) ON DELETE CASCADE
);

CREATE TABLE groups (
    group_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    group_type TEXT NOT NULL CHECK (group_type IN ('public', 'private', 'secret')),
    created_by TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    max_members INTEGER DEFAULT 100,
    is_anonymous BOOLEAN DEFAULT TRUE,
    settings TEXT, -- JSON encrypted
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE group_members (
    group_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_active TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    is_online BOOLEAN DEFAULT FALSE,
    anonymous_id TEXT, -- For anonymous group participation
    permissions TEXT, -- JSON encrypted permissions
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (group_id, contact_id),
    FOREIGN KEY (group_id) REFERENCES groups (group_id) ON DELETE CASCADE
);

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE audit_log (
    log_id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    event_type TEXT NOT NULL,
    user_id TEXT,
    resource_type TEXT,
    resource_id TEXT,
    action TEXT NOT NULL,
    details TEXT, -- JSON encrypted details
    ip_address TEXT,
    user_agent TEXT,
    success BOOLEAN DEFAULT TRUE,
    error_message TEXT
);

CREATE TABLE key_store (
    key_id TEXT PRIMARY KEY,
    key_type TEXT NOT NULL,
    encrypted_key BLOB NOT NULL,
    algorithm TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMP,
    last_used TIMESTAMP,
    usage_count INTEGER DEFAULT 0
);

CREATE TABLE file_transfers (
    transfer_id TEXT PRIMARY KEY,
    file_name TEXT NOT NULL,
    file_size INTEGER NOT NULL,
    file_hash TEXT NOT NULL,
    contact_id TEXT,
    group_id TEXT,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'paused', 'completed', 'failed', 'cancelled')),
    progress INTEGER DEFAULT 0,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    completed_at TIMESTAMP,
    error_message TEXT,
    FOREIGN KEY (contact_id) REFERENCES contacts (contact_id) ON DELETE SET NULL,
    FOREIGN KEY (group_id) REFERENCES groups (group_id) ON DELETE SET NULL
);

CREATE INDEX idx_messages_contact_timestamp ON messages(contact_id, timestamp);
CREATE INDEX idx_messages_timestamp ON messages(timestamp);
CREATE INDEX idx_messages_outgoing ON messages(is_outgoing, timestamp);
CREATE INDEX idx_contacts_display_name ON contacts(display_name);
CREATE INDEX idx_contacts_online ON contacts(is_online, last_seen);
CREATE INDEX idx_groups_type ON groups(group_type);
CREATE INDEX idx_group_members_group_role ON group_members(group_id, role);
CREATE INDEX idx_audit_timestamp_type ON audit_log(timestamp, event_type);
CREATE INDEX idx_audit_user_events ON audit_log(user_id, timestamp);
CREATE INDEX idx_transfers_status ON file_transfers(status, created_at);
CREATE INDEX idx_transfers_contact ON file_transfers(contact_id, created_at);
CREATE INDEX idx_audit_failed_auth ON audit_log(event_type, success, timestamp)
WHERE event_type = 'authentication' AND success = FALSE;
CREATE INDEX idx_audit_suspicious ON audit_log(timestamp, ip_address, success)
WHERE success = FALSE;
CREATE INDEX idx_keys_last_used ON key_store(last_used, usage_count);
CREATE INDEX idx_keys_expiring ON key_store(expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE message_content (
    message_id TEXT PRIMARY KEY REFERENCES messages(message_id),
    content BLOB NOT NULL,
    compression_algorithm TEXT,
    compressed_size INTEGER,
    original_size INTEGER
);

CREATE TABLE backup_metadata (
    backup_id TEXT PRIMARY KEY,
    backup_type TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    completed_at TIMESTAMP,
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    total_size INTEGER,
    file_count INTEGER,
    encryption_info TEXT, -- JSON with encryption details
    integrity_hash TEXT,
    retention_until TIMESTAMP
);

CREATE TABLE backup_contents (
    backup_id TEXT NOT NULL,
    table_name TEXT NOT NULL,
    record_count INTEGER,
    data_size INTEGER,
    checksum TEXT,
    FOREIGN KEY (backup_id) REFERENCES backup_metadata(backup_id) ON DELETE CASCADE
);

CREATE TABLE schema_migrations (
    version INTEGER PRIMARY KEY,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    description TEXT,
    checksum TEXT,
    success BOOLEAN DEFAULT TRUE
);

CREATE TABLE performance_metrics (
    metric_id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    metric_name TEXT NOT NULL,
    metric_value REAL,
    unit TEXT,
    category TEXT,
    metadata TEXT -- JSON additional context
);

CREATE TABLE usage_statistics (
    stat_id INTEGER PRIMARY KEY AUTOINCREMENT,
    date DATE NOT NULL,
    metric TEXT NOT NULL,
    value INTEGER DEFAULT 0,
    UNIQUE(date, metric)
);

CREATE TABLE access_control (
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    user_id TEXT,
    permissions TEXT NOT NULL, -- JSON permissions
    granted_by TEXT,
    granted_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at TIMESTAMP,
    PRIMARY KEY (resource_type, resource_id, user_id)
);

CREATE TABLE security_events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    event_type TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    source_ip TEXT,
    user_id TEXT,
    description TEXT,
    raw_data TEXT, -- Encrypted raw event data
    resolved BOOLEAN DEFAULT FALSE,
    resolved_at TIMESTAMP,
    resolution TEXT
);

CREATE TABLE retention_policies (
    table_name TEXT PRIMARY KEY,
    retention_days INTEGER NOT NULL,
    archive_table TEXT,
    cleanup_enabled BOOLEAN DEFAULT TRUE,
    last_cleanup TIMESTAMP
);
