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
    strftime('%Y-%m-%d %H:%M:%f', m.updated_at / 1000.0, 'unixepoch') AS updated_at,
    CASE typeof(m.reply_to) WHEN 'blob' THEN
        substr(lower(hex(m.reply_to)), 1, 8) || '-' || substr(lower(hex(m.reply_to)), 9, 4) || '-'
        || substr(lower(hex(m.reply_to)), 13, 4) || '-' || substr(lower(hex(m.reply_to)), 17, 4) || '-'
        || substr(lower(hex(m.reply_to)), 21)
    ELSE m.reply_to END AS reply_to
FROM (SELECT 0 AS archived, * FROM messages_template) AS m
LEFT JOIN conversations AS c ON c.conversation = m.conversation
LEFT JOIN senders AS s ON s.sender = m.sender
WHERE m.conversation NOT IN (SELECT conversation FROM pending_removals);

CREATE VIEW messages AS
SELECT message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, deleted_at,
    created_at, updated_at, reply_to
FROM message_rows WHERE archived = 0;

CREATE VIEW messages_archive AS
SELECT message_id, contact_id, content, is_outgoing, is_encrypted, timestamp, edited_at, is_deleted, deleted_at,
    created_at, updated_at, reply_to
FROM message_rows WHERE archived = 1;
