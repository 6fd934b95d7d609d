-- Rows of a month, whose table stands as {table}: see sample.sql. A row key is conversation << 43 and what lies below.
INSERT INTO {table} (row_key, message_id, sender, content, is_outgoing, is_encrypted, is_read, is_deleted, timestamp, edited_at, deleted_at, expires_at, created_at, updated_at) VALUES
    (8796093022209, x'0190163d8694739baea5966c26f8ad91', 1, x'00ff', FALSE, TRUE, FALSE, FALSE, 1735689600000, 1735689600001, NULL, 1767225600000, 1735689600000, 1735689600002),
    (8796093022210, 'an id ''of'' another
program, 日本', NULL, x'01', TRUE, FALSE, TRUE, FALSE, -1, NULL, NULL, NULL, 1735689600000, NULL),
    (17592186044417, x'0190163d8694739baea5966c26f8ad93', 3, x'', FALSE, TRUE, TRUE, TRUE, 0, NULL, 1735689600003, NULL, 1735689600000, NULL),
    -- The last place of the last conversation.
    (9223372036854775807, x'0190163d8694739baea5966c26f8ad94', 4, zeroblob(5000), FALSE, TRUE, FALSE, FALSE, 1735689600000, 1735689600000, NULL, NULL, 1735689600000, NULL);
