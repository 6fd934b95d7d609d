-- Replies of each form, and none; months of this version have rows from here alone.
INSERT INTO {table} (row_key, message_id, sender, content, is_outgoing, is_encrypted, is_read, is_deleted, timestamp, edited_at, deleted_at, expires_at, created_at, updated_at, reply_to) VALUES
    (8796093030000, x'0190163d8694739baea5966c26f8ad95', 1, x'02', FALSE, TRUE, TRUE, FALSE, 1735689600010, 1735689600011, 1735689600012, 1767225600000, 1735689600010, 1735689600012, x'0190163d8694739baea5966c26f8ad91'),
    (8796093030001, x'0190163d8694739baea5966c26f8ad96', NULL, x'03', TRUE, TRUE, TRUE, FALSE, 1735689600011, NULL, NULL, NULL, 1735689600011, NULL, 'an id ''of'' another
program, 日本'),
    (8796093030002, x'0190163d8694739baea5966c26f8ad97', NULL, x'04', TRUE, TRUE, TRUE, FALSE, 1735689600012, NULL, NULL, NULL, 1735689600012, NULL, NULL);
