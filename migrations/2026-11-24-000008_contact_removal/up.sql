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
