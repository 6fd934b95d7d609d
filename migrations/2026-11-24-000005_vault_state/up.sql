-- What the database knows of its vault: one row, written when the vault is created.
CREATE TABLE vault_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    vault_id BLOB NOT NULL CHECK (typeof(vault_id) = 'blob' AND length(vault_id) = 16),
    highest_generation BIGINT NOT NULL, -- of the key ring: an older one is a restored copy
    next_key_number BIGINT NOT NULL, -- never goes back
    created_at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
        CHECK (created_at GLOB '????-??-?? ??:??:??.???')
);
