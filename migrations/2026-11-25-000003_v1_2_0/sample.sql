-- The new columns, a ban, and a group of the new build. See 2026-11-24-000001_v1_0_0/sample.sql.
UPDATE contacts SET folded_name = 'alice "a" o''hara', blocked_at = '2025-06-15 12:00:00.001' WHERE contact_id = 'c1';
INSERT INTO group_bans (group_id, contact_id, banned_by, banned_at) VALUES
    ('g1', 'c3', 'c1', '2025-06-15 12:00:00.001');
UPDATE audit_log SET mac = zeroblob(32), key_number = 4294967295 WHERE log_id = 9;
UPDATE vault_state SET audit_removed = 9007199254740993, audit_removed_mac = zeroblob(32),
    audit_removed_at = '2025-06-15 12:00:00.001', audit_checkpoint = zeroblob(36),
    settled_version = 20261125000003;
-- The vault's own user.
INSERT INTO group_members (group_id, contact_id, display_name, role) VALUES
    ('g2', (
    SELECT substr(lower(hex(vault_id)), 1, 8) || '-' || substr(lower(hex(vault_id)), 9, 4) || '-'
        || substr(lower(hex(vault_id)), 13, 4) || '-' || substr(lower(hex(vault_id)), 17, 4) || '-'
        || substr(lower(hex(vault_id)), 21)
    FROM vault_state
    ), 'Me', 'owner');
