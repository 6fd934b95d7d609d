-- Used by the specification's clean-up, never defined there.
CREATE TABLE cache_entries (
    cache_key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    expires_at TIMESTAMP CHECK (expires_at GLOB '????-??-?? ??:??:??.???'),
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
);

CREATE INDEX idx_cache_entries_expiring ON cache_entries (expires_at) WHERE expires_at IS NOT NULL;
