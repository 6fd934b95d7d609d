-- The sealed files of months. A file is immutable: a rewrite is a higher generation.
CREATE TABLE archives (
    partition BIGINT NOT NULL REFERENCES partitions (partition),
    generation BIGINT NOT NULL CHECK (generation > 0),
    file_name TEXT NOT NULL UNIQUE,
    content_hash BLOB NOT NULL,
    message_count BIGINT NOT NULL CHECK (message_count >= 0),
    file_size BIGINT NOT NULL CHECK (file_size >= 0),
    key_id TEXT NOT NULL REFERENCES key_store (key_id),
    sealed_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (sealed_at GLOB '????-??-?? ??:??:??.???'),
    PRIMARY KEY (partition, generation)
);

CREATE INDEX idx_archives_key ON archives (key_id);
