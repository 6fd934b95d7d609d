-- A message belongs to a conversation, with a contact or a group, and has a sender.

-- Kept in the same transaction as the messages: the chat list is one indexed read.
CREATE TABLE conversations (
    conversation INTEGER NOT NULL PRIMARY KEY CHECK (conversation BETWEEN 1 AND 1048575), -- 20 bits of a row key
    conversation_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('direct', 'group')),
    contact_id TEXT UNIQUE REFERENCES contacts (contact_id) ON DELETE SET NULL,
    group_id TEXT UNIQUE REFERENCES groups (group_id) ON DELETE SET NULL,
    -- The last message, and its time in milliseconds since 1970; NULL when there is none.
    last_partition BIGINT,
    last_row_key BIGINT,
    last_at BIGINT,
    message_count BIGINT NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    unread_count BIGINT NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    next_expiry BIGINT,
    is_pinned BOOLEAN NOT NULL DEFAULT FALSE CHECK (is_pinned IN (0, 1)),
    muted_until TIMESTAMP CHECK (muted_until GLOB '????-??-?? ??:??:??.???'),
    disappearing_seconds BIGINT CHECK (disappearing_seconds > 0),
    is_hidden BOOLEAN NOT NULL DEFAULT FALSE CHECK (is_hidden IN (0, 1)),
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???'),
    updated_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (updated_at GLOB '????-??-?? ??:??:??.???'),
    CHECK (contact_id IS NULL OR group_id IS NULL)
);

CREATE INDEX idx_conversations_newest ON conversations (last_at DESC, conversation DESC) WHERE is_hidden = 0;

-- Who wrote an incoming message: a contact, an anonymous member of a group, or a name out of an imported
-- history. All of it NULL is "unknown": the contact was removed.
CREATE TABLE senders (
    sender INTEGER NOT NULL PRIMARY KEY,
    contact_id TEXT UNIQUE REFERENCES contacts (contact_id) ON DELETE SET NULL,
    group_id TEXT REFERENCES groups (group_id) ON DELETE SET NULL,
    anonymous_id TEXT,
    name TEXT,
    source_id BLOB UNIQUE CHECK (source_id IS NULL OR (typeof(source_id) = 'blob' AND length(source_id) = 16)),
    UNIQUE (group_id, anonymous_id)
);
