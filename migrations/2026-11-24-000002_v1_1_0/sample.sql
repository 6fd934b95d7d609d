-- The new columns, and a month that was made with them. See 2026-11-24-000001_v1_0_0/sample.sql.
UPDATE contacts SET profile_picture = 'data:image/png;base64,iVBORw0KGgo=' WHERE contact_id = 'c1';
UPDATE contacts SET profile_picture = '' WHERE contact_id = 'c2';

INSERT INTO key_store (key_id, key_number, key_type, scope, encrypted_key, algorithm) VALUES
    ('6', 6, 'table', 'messages/2025-03', x'06', 'XChaCha20-Poly1305'),
    ('7', 7, 'table', 'messages/late', x'07', 'XChaCha20-Poly1305');
INSERT INTO partitions (partition, table_name, state, key_id, created_at) VALUES
    (202503, 'messages_202503', 'live', '6', '2025-03-01 00:00:00.000'),
    (999999, 'messages_late', 'live', '7', '2025-03-01 00:00:00.000');
