-- Version 1.2.0: what the rules of the model need beside the specification's columns. It only adds: what the rules ask of
-- rows that are there (one owner for each group, folded names, the chain of the audit log) the store sees to afterwards,
-- row by row, and notes in `vault_state.settled_version` that it has.

-- The name as it is searched: NFKC, full case folding (privatus_domain::folded_name). NULL until the store folds it: SQLite
-- folds ASCII alone, so rows of an older build and of plain SQL wait for the store.
ALTER TABLE contacts ADD COLUMN folded_name TEXT;
ALTER TABLE contacts ADD COLUMN blocked_at TIMESTAMP CHECK (blocked_at GLOB '????-??-?? ??:??:??.???');
CREATE INDEX idx_contacts_folded_name ON contacts (folded_name);

-- Who may not come back. A ban outlives the membership, not the contact.
CREATE TABLE group_bans (
    group_id TEXT NOT NULL REFERENCES groups (group_id) ON DELETE CASCADE,
    contact_id TEXT NOT NULL,
    banned_by TEXT NOT NULL,
    banned_at TIMESTAMP NOT NULL CHECK (banned_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (group_id, contact_id)
) WITHOUT ROWID;
CREATE INDEX idx_group_bans_contact ON group_bans (contact_id);

-- As version 1.0.0 has it; a ban goes with its contact. A group whose owner goes passes to an admin, else to a member, who
-- was in it longest; where nobody else is left, its place is the vault's own user's, under the vault's id.
DROP TRIGGER contacts_removal;
CREATE TRIGGER contacts_removal BEFORE DELETE ON contacts
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
END;

-- A bound session reads the grants of its user and of everyone in each transaction that asks for one.
CREATE INDEX idx_access_control_user ON access_control (user_id);

-- The chain of the audit log: keyed BLAKE2b over the previous MAC and the entry's own columns, under the key of this
-- number. NULL in entries from before the chain, until it takes them in.
ALTER TABLE audit_log ADD COLUMN mac BLOB CHECK (mac IS NULL OR typeof(mac) = 'blob' AND length(mac) = 32);
ALTER TABLE audit_log ADD COLUMN key_number BIGINT;

-- Where the chain begins, once retention has removed its oldest entries: the last one removed, its MAC, and when; under
-- a MAC of its own.
ALTER TABLE vault_state ADD COLUMN audit_removed BIGINT;
ALTER TABLE vault_state ADD COLUMN audit_removed_mac BLOB
    CHECK (audit_removed_mac IS NULL OR typeof(audit_removed_mac) = 'blob' AND length(audit_removed_mac) = 32);
ALTER TABLE vault_state ADD COLUMN audit_removed_at TIMESTAMP
    CHECK (audit_removed_at GLOB '????-??-?? ??:??:??.???');
ALTER TABLE vault_state ADD COLUMN audit_checkpoint BLOB
    CHECK (audit_checkpoint IS NULL OR typeof(audit_checkpoint) = 'blob' AND length(audit_checkpoint) = 36);

-- The highest schema version for which the store has brought older rows under its rules.
ALTER TABLE vault_state ADD COLUMN settled_version BIGINT NOT NULL DEFAULT 0;
