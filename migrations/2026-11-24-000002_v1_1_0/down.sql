-- The views go first: SQLite drops no column that one reads.
DROP VIEW messages_archive;
DROP VIEW messages;
DROP VIEW message_rows;

ALTER TABLE messages_template DROP COLUMN reply_to;
ALTER TABLE contacts DROP COLUMN profile_picture;

-- Those of version 1.0.0, over the template alone; the store puts the months in again.
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
