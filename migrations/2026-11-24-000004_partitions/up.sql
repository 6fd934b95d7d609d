-- Which months there are, and where a message is.

-- The catalogue of months: YYYYMM in UTC; 0 is before 2000-01, 999999 is after next month.
CREATE TABLE partitions (
    partition INTEGER NOT NULL PRIMARY KEY CHECK (
        partition IN (0, 999999) OR (partition BETWEEN 200001 AND 999912 AND partition % 100 BETWEEN 1 AND 12)
    ),
    table_name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('live', 'archived', 'sealed')),
    key_id TEXT NOT NULL REFERENCES key_store (key_id), -- the month's table key
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
);

CREATE INDEX idx_partitions_key ON partitions (key_id);

-- Where a conversation has, or had, messages: paging skips the other months.
CREATE TABLE conversation_months (
    conversation BIGINT NOT NULL REFERENCES conversations (conversation) ON DELETE CASCADE,
    partition BIGINT NOT NULL REFERENCES partitions (partition),
    PRIMARY KEY (conversation, partition)
) WITHOUT ROWID;

CREATE INDEX idx_conversation_months_partition ON conversation_months (partition);

-- The only register of message ids. A removed message keeps its id and nothing else, so that a second import
-- does not raise it from the dead.
CREATE TABLE message_locator (
    locator INTEGER NOT NULL PRIMARY KEY,
    message_id BLOB NOT NULL UNIQUE CHECK (typeof(message_id) = 'blob' AND length(message_id) = 16),
    partition BIGINT,
    row_key BIGINT,
    CHECK ((partition IS NULL) = (row_key IS NULL))
);
