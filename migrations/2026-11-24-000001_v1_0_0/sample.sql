-- Rows for `cargo xtask migrations verify`: every table has some, every column that may be NULL is so once and has a
-- value once. Sealed values are any bytes here. Not a part of the migration: no vault ever has these rows.

INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm, created_at, expires_at, last_used, usage_count) VALUES
    ('1', 1, 'table', 'contacts.public_key', x'0102ff00', 'XChaCha20-Poly1305', '2025-01-01 00:00:00.000', NULL, '2025-06-15 12:00:00.001', 7),
    ('2', 2, 'table', 'messages/2025-01', x'00', 'XChaCha20-Poly1305', '2025-01-01 00:00:00.000', '2035-01-01 00:00:00.000', NULL, 0),
    ('3', 3, 'table', 'messages/2025-02', x'03', 'XChaCha20-Poly1305', NULL, NULL, NULL, NULL),
    ('4', 4, 'table', 'messages/early', x'04', 'XChaCha20-Poly1305', '2025-01-01 00:00:00.000', NULL, NULL, 4294967296),
    ('5', 5, 'group', 'g1', x'05', 'XChaCha20-Poly1305', '2025-01-01 00:00:00.000', NULL, NULL, 1),
    -- A destroyed key, and the highest number there can be.
    ('4294967295', 4294967295, 'group', 'g1', x'', 'XChaCha20-Poly1305', '2025-01-01 00:00:00.000', NULL, NULL, 1);

INSERT INTO contacts (contact_id, display_name, public_key, is_verified, is_online, added_at, last_seen, created_at, updated_at) VALUES
    ('c1', 'Alice "A" O''Hara', x'deadbeef', TRUE, FALSE, '2025-01-01 00:00:00.000', '2025-06-15 12:00:00.001', '2025-01-01 00:00:00.000', '2025-01-02 00:00:00.000'),
    ('c2', '日本 👩‍👩‍👧
second line', x'', NULL, NULL, NULL, NULL, NULL, NULL),
    ('c3', '', x'00', FALSE, TRUE, '1999-12-31 23:59:59.999', NULL, '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000');

INSERT INTO groups (group_id, name, description, group_type, created_by, max_members, is_anonymous, settings, key_id, created_at, updated_at) VALUES
    ('g1', 'Tea party', 'No room!', 'private', 'c1', 3, TRUE, x'7b7d', '5', '2025-01-01 00:00:00.000', '2025-01-02 00:00:00.000'),
    ('g2', 'Ünïcode', NULL, 'secret', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('g3', 'public', '', 'public', 'c2', 100, FALSE, x'', NULL, '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000');

INSERT INTO group_members (group_id, contact_id, display_name, role, joined_at, last_active, is_online, anonymous_id, permissions, created_at, updated_at) VALUES
    ('g1', 'c1', 'Alice', 'owner', '2025-01-01 00:00:00.000', '2025-06-15 12:00:00.000', TRUE, 'anon-1', x'7b7d', '2025-01-01 00:00:00.000', '2025-01-02 00:00:00.000'),
    ('g1', 'c2', ' The Hatter ', 'member', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('g3', 'c1', 'A', 'admin', '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000', FALSE, '', x'', '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000');

INSERT INTO settings (scope, key, value, updated_at, created_at) VALUES
    ('', 'theme', x'22', '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000'),
    ('c1', 'theme', x'', NULL, NULL);

INSERT INTO audit_log (log_id, timestamp, event_type, user_id, resource_type, resource_id, action, details, ip_address, user_agent, success, error_message) VALUES
    (-5, '2025-01-01 00:00:00.000', 'authentication', 'c1', 'vault', 'v', 'unlock', x'7b7d', '::1', 'tool/1', FALSE, 'wrong; "password"'),
    (9, NULL, 'message', NULL, NULL, NULL, 'send', NULL, NULL, NULL, NULL, NULL);
-- The number of the last row is kept when the row goes; so in each table with AUTOINCREMENT.
INSERT INTO audit_log (event_type, action) VALUES ('none', 'none');
DELETE FROM audit_log WHERE event_type = 'none';

INSERT INTO file_transfers (transfer_id, file_name, file_size, file_hash, contact_id, group_id, direction, status, progress, created_at, completed_at, error_message) VALUES
    ('t1', x'6e', 9007199254740993, x'aa', 'c1', NULL, 'inbound', 'completed', 100, '2025-01-01 00:00:00.000', '2025-01-01 00:01:00.000', NULL),
    ('t2', x'', 0, x'', NULL, 'g1', 'outbound', 'failed', NULL, NULL, NULL, 'no
room');

INSERT INTO message_content (message_id, content, compression_algorithm, compressed_size, original_size) VALUES
    ('0190163d-8694-739b-aea5-966c26f8ad91', zeroblob(9000), 'zstd', 9000, 100000),
    ('foreign id', x'ff', NULL, NULL, NULL);

INSERT INTO backup_metadata (backup_id, backup_type, created_at, completed_at, status, total_size, file_count, encryption_info, integrity_hash, retention_until) VALUES
    ('b1', 'full', '2025-01-01 00:00:00.000', '2025-01-01 01:00:00.000', 'completed', 4294967297, 3, '{"a": "b"}', 'ab', '2026-01-01 00:00:00.000'),
    ('b2', 'full', NULL, NULL, 'running', NULL, NULL, NULL, NULL, NULL);

INSERT INTO backup_contents (backup_id, table_name, record_count, data_size, checksum) VALUES
    ('b1', 'messages', 10, 4294967297, 'cd'),
    ('b1', 'contacts', NULL, NULL, NULL);

INSERT INTO performance_metrics (metric_id, timestamp, metric_name, metric_value, unit, category, metadata) VALUES
    (1, '2025-01-01 00:00:00.000', 'page', 0.1, 'ms', 'read', '{}'),
    (2, NULL, 'page', NULL, NULL, NULL, NULL),
    (3, '2025-01-01 00:00:00.000', 'page', -1e300, 'ms', 'read', '{}'),
    (4, NULL, 'newest', NULL, NULL, NULL, NULL);
DELETE FROM performance_metrics WHERE metric_name = 'newest';

INSERT INTO usage_statistics (stat_id, date, metric, value) VALUES
    (1, '2025-01-01', 'messages', -1),
    (2, '2025-01-02', 'messages', NULL),
    (3, '2025-01-03', 'newest', NULL);
DELETE FROM usage_statistics WHERE metric = 'newest';

INSERT INTO access_control (resource_type, resource_id, user_id, permissions, granted_by, granted_at, expires_at) VALUES
    ('group', 'g1', 'c1', '["read"]', 'c2', '2025-01-01 00:00:00.000', '2026-01-01 00:00:00.000'),
    ('group', 'g1', '', '[]', NULL, NULL, NULL);

INSERT INTO security_events (event_id, timestamp, event_type, severity, source_ip, user_id, description, raw_data, resolved, resolved_at, resolution) VALUES
    (1, '2025-01-01 00:00:00.000', 'tampering', 'critical', '::1', 'c1', 'a row was moved', x'00ff', TRUE, '2025-01-02 00:00:00.000', 'restored'),
    (2, NULL, 'login', 'low', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, NULL, 'newest', 'low', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
DELETE FROM security_events WHERE event_type = 'newest';

-- Three rows are the migration's own.
INSERT INTO retention_policies (table_name, retention_days, archive_table, cleanup_enabled, last_cleanup) VALUES
    ('security_events', -1, 'security_archive', FALSE, '2025-01-01 00:00:00.000'),
    ('backup_metadata', 0, NULL, NULL, NULL);

INSERT INTO conversations (conversation, conversation_id, kind, contact_id, group_id, last_partition, last_row_key, last_at, message_count, unread_count, next_expiry, is_pinned, muted_until, disappearing_seconds, is_hidden, created_at, updated_at) VALUES
    (1, 'c1', 'direct', 'c1', NULL, 202502, 8796093022209, 1738368000000, 4, 1, 1760000000000, TRUE, '2030-01-01 00:00:00.000', 60, FALSE, '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000'),
    (2, 'g1', 'group', NULL, 'g1', NULL, NULL, NULL, 0, 0, NULL, FALSE, NULL, NULL, FALSE, '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000'),
    (1048575, 'removed', 'direct', NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, FALSE, NULL, NULL, TRUE, '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000');

INSERT INTO senders (sender, contact_id, group_id, anonymous_id, name, source_id) VALUES
    (1, 'c1', NULL, NULL, NULL, NULL),
    (2, NULL, 'g1', 'anon-2', NULL, NULL),
    (3, NULL, NULL, NULL, 'A name of an import', x'000102030405060708090a0b0c0d0e0f'),
    (4, NULL, NULL, NULL, NULL, NULL);

-- The tables of these months are made from the template, as a vault makes them.
INSERT INTO partitions (partition, table_name, state, key_id, created_at) VALUES
    (0, 'messages_early', 'live', '4', '2025-01-01 00:00:00.000'),
    (202501, 'messages_202501', 'archived', '2', '2025-01-01 00:00:00.000'),
    (202502, 'messages_202502', 'live', '3', '2025-02-01 00:00:00.000');

INSERT INTO conversation_months (conversation, partition) VALUES (1, 0), (1, 202501), (2, 202502);

INSERT INTO message_locator (locator, message_id, partition, row_key) VALUES
    (1, x'0190163d8694739baea5966c26f8ad91', 202501, 8796093022209),
    (2, x'0190163d8694739baea5966c26f8ad92', NULL, NULL);

INSERT INTO vault_state (id, vault_id, highest_generation, next_key_number, created_at) VALUES
    (1, x'000102030405060708090a0b0c0d0e0f', 3, 4294967295, '2025-01-01 00:00:00.000');

INSERT INTO cache_entries (cache_key, value, expires_at, created_at) VALUES
    ('k1', x'', '2025-01-01 00:00:00.000', '2025-01-01 00:00:00.000'),
    ('k2', x'01', NULL, '2025-01-01 00:00:00.000');

INSERT INTO archives (partition, generation, file_name, content_hash, message_count, file_size, key_id, sealed_at) VALUES
    (202501, 1, '202501-1.db', x'aa', 10, 4294967297, '2', '2025-03-01 00:00:00.000');

INSERT INTO pending_removals (conversation, requested_at) VALUES (1048575, '2025-01-01 00:00:00.000');
