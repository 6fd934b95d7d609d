//! The hot statements: those that sending, receiving, paging, finding, listing and opening run.
//!
//! They run on the raw handle and are prepared once per connection: diesel never caches an UPDATE or an upsert, and has
//! a cost for each column of each row (docs/adr/0019). UPDATEs that run once per row of a batch are here too. `{table}`
//! is the table of a partition, which only [`PartitionTable`](crate::partition::table::PartitionTable) fills in.

/// Columns of a row, each after a prefix.
macro_rules! row_columns {
    ($of:literal) => {
        concat!(
            $of,
            "row_key, ",
            $of,
            "message_id, ",
            $of,
            "sender, ",
            $of,
            "content, ",
            $of,
            "is_outgoing, ",
            $of,
            "is_encrypted, ",
            $of,
            "is_read, ",
            $of,
            "is_deleted, ",
            $of,
            "timestamp, ",
            $of,
            "edited_at, ",
            $of,
            "deleted_at, ",
            $of,
            "reply_to, ",
            $of,
            "created_at"
        )
    };
}

/// Columns of a sender `s` with its contact `c`, in the order of `SenderRow`.
macro_rules! sender_columns {
    () => {
        "s.contact_id, c.display_name, s.name, s.source_id, s.group_id, s.anonymous_id"
    };
}

// A message's row in the table of its partition.

/// Columns of a row, in the order of `message::row::Row`.
pub(crate) const ROW_COLUMNS: &str = row_columns!("");
pub(crate) const ROW_INSERT: &str = "INSERT INTO {table} (row_key, message_id, sender, content, is_outgoing, is_encrypted, \
                                     is_read, is_deleted, timestamp, edited_at, deleted_at, reply_to, created_at) \
                                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (row_key) DO NOTHING";
pub(crate) const ROW_BY_KEY: &str = concat!("SELECT ", row_columns!(""), " FROM {table} WHERE row_key = ?");
/// Only id and time, to check that the row is still where a cursor was.
pub(crate) const ROW_PLACE: &str = "SELECT message_id, timestamp FROM {table} WHERE row_key = ?";
/// A row with its conversation's id and its sender, so that finding a message by its id takes one statement.
pub(crate) const ROW_WHOLE: &str = concat!(
    "SELECT ",
    row_columns!("m."),
    ", v.conversation_id, ",
    sender_columns!(),
    " FROM {table} m LEFT JOIN conversations v ON v.conversation = m.conversation AND v.is_hidden = 0 \
     LEFT JOIN senders s ON s.sender = m.sender \
     LEFT JOIN contacts c ON c.contact_id = s.contact_id WHERE m.row_key = ?"
);
pub(crate) const ROW_OF_CONVERSATION: &str = "SELECT row_key FROM {table} WHERE conversation = ? LIMIT 1";
pub(crate) const ROW_ID: &str = "SELECT message_id FROM {table} WHERE row_key = ?";
pub(crate) const ROW_LAST: &str = "SELECT max(row_key) FROM {table} WHERE row_key BETWEEN ? AND ?";
pub(crate) const ROW_IS_DELETED: &str = "SELECT is_deleted FROM {table} WHERE row_key = ?";

// The register of ids.

pub(crate) const LOCATOR_INSERT: &str = "INSERT INTO message_locator (message_id, partition, row_key) VALUES (?, ?, ?) \
                                         ON CONFLICT (message_id) DO NOTHING";
pub(crate) const LOCATOR_FIND: &str = "SELECT partition, row_key FROM message_locator WHERE message_id = ?";
pub(crate) const LOCATOR_ROW_KEY: &str = "UPDATE message_locator SET row_key = ? WHERE message_id = ?";
/// Runs once per message that moves to its month.
pub(crate) const LOCATOR_MOVE: &str =
    "UPDATE message_locator SET partition = ?, row_key = ? WHERE message_id = ?";
/// Runs once per removed message. Its mark stays, even if the register had lost the message.
pub(crate) const LOCATOR_REMOVE: &str = "INSERT INTO message_locator (message_id, partition, row_key) VALUES (?, NULL, NULL) \
                                         ON CONFLICT (message_id) DO UPDATE SET partition = NULL, row_key = NULL";

// Large content.

pub(crate) const CONTENT_INSERT: &str = "INSERT INTO message_content (message_id, content, compression_algorithm, \
                                         compressed_size, original_size) VALUES (?, ?, ?, ?, ?)";
pub(crate) const CONTENT_FIND: &str =
    "SELECT content, compression_algorithm FROM message_content WHERE message_id = ?";

// Conversations and their counters.

pub(crate) const CONVERSATIONS_NEWEST: &str = "SELECT v.conversation_id, v.kind, coalesce(c.display_name, g.name), v.message_count, v.unread_count, v.last_at, \
     v.last_partition, v.last_row_key, v.is_pinned, coalesce(v.contact_id, v.group_id), v.muted_until \
     FROM conversations v LEFT JOIN contacts c ON c.contact_id = v.contact_id \
     LEFT JOIN groups g ON g.group_id = v.group_id \
     WHERE v.is_hidden = 0 ORDER BY v.last_at DESC, v.conversation DESC LIMIT {limit}";
pub(crate) const CONVERSATION_BY_ID: &str = "SELECT v.conversation_id, v.kind, coalesce(c.display_name, g.name), v.message_count, v.unread_count, v.last_at, \
     v.last_partition, v.last_row_key, v.is_pinned, coalesce(v.contact_id, v.group_id), v.muted_until \
     FROM conversations v LEFT JOIN contacts c ON c.contact_id = v.contact_id \
     LEFT JOIN groups g ON g.group_id = v.group_id \
     WHERE v.conversation_id = ? AND v.is_hidden = 0";
pub(crate) const CONVERSATION_FIND: &str =
    "SELECT conversation, last_partition FROM conversations WHERE conversation_id = ? AND is_hidden = 0";
/// Includes the time since when its contact is blocked.
pub(crate) const CONVERSATION_GATE: &str = "SELECT v.conversation, v.last_partition, c.blocked_at FROM conversations v \
                                            LEFT JOIN contacts c ON c.contact_id = v.contact_id \
                                            WHERE v.conversation_id = ? AND v.is_hidden = 0";
/// Includes the partitions where it has messages, newest first.
pub(crate) const CONVERSATION_REACH: &str = "SELECT v.conversation, m.partition FROM conversations v \
                                             LEFT JOIN conversation_months m ON m.conversation = v.conversation \
                                             WHERE v.conversation_id = ? AND v.is_hidden = 0 \
                                             ORDER BY m.partition DESC";
pub(crate) const CONVERSATION_IS_SHOWN: &str =
    "SELECT 1 FROM conversations WHERE conversation = ? AND is_hidden = 0";
pub(crate) const CONVERSATION_MONTH_NOTE: &str =
    "INSERT INTO conversation_months (conversation, partition) VALUES (?, ?) ON CONFLICT DO NOTHING";
/// A count that reaches the greatest integer stays there instead of becoming a float.
pub(crate) const CONVERSATION_COUNT: &str = "UPDATE conversations SET \
                                             message_count = CAST(min(message_count + ?, 9223372036854775807) AS INTEGER), \
                                             unread_count = CAST(min(unread_count + ?, 9223372036854775807) AS INTEGER), \
                                             (last_partition, last_row_key, last_at) = \
                                             (SELECT CASE WHEN n THEN p ELSE last_partition END, \
                                             CASE WHEN n THEN r ELSE last_row_key END, \
                                             CASE WHEN n THEN a ELSE last_at END \
                                             FROM (SELECT a, p, r, a IS NOT NULL AND (last_at IS NULL OR a >= last_at) AS n \
                                             FROM (SELECT ? AS a, ? AS p, ? AS r))) WHERE conversation = ?";
pub(crate) const CONVERSATION_UNREAD: &str = "SELECT unread_count FROM conversations WHERE conversation = ?";
pub(crate) const CONVERSATION_READ: &str =
    "UPDATE conversations SET unread_count = max(unread_count - ?, 0) WHERE conversation = ?";
/// Runs once per message that moves to its month.
pub(crate) const CONVERSATION_LAST_MOVE: &str = "UPDATE conversations SET last_partition = ?, last_row_key = ? \
                                                 WHERE conversation = ? AND last_partition = ? AND last_row_key = ?";

// Senders.

pub(crate) const SENDER_FIND: &str = concat!(
    "SELECT ",
    sender_columns!(),
    " FROM senders s LEFT JOIN contacts c ON c.contact_id = s.contact_id WHERE s.sender = ?"
);
pub(crate) const SENDER_OF_CONTACT: &str = "SELECT sender FROM senders WHERE contact_id = ?";
pub(crate) const SENDER_OF_CONTACT_ADD: &str =
    "INSERT INTO senders (contact_id) SELECT contact_id FROM contacts WHERE contact_id = ? RETURNING sender";
pub(crate) const SENDER_IMPORTED: &str = "SELECT sender FROM senders WHERE source_id = ?";
pub(crate) const SENDER_IMPORTED_ADD: &str =
    "INSERT INTO senders (source_id, name) VALUES (?, ?) RETURNING sender";
pub(crate) const SENDER_ANONYMOUS: &str = "SELECT s.sender FROM conversations AS v \
                                           JOIN senders AS s ON s.group_id = v.group_id \
                                           WHERE v.conversation = ? AND v.group_id = ? AND s.anonymous_id = ?";
pub(crate) const SENDER_ANONYMOUS_ADD: &str = "INSERT INTO senders (group_id, anonymous_id) \
                                               SELECT group_id, ? FROM conversations \
                                               WHERE conversation = ? AND group_id = ? RETURNING sender";
pub(crate) const GROUP_IS_ANONYMOUS: &str = "SELECT 1 FROM groups WHERE group_id = ? AND is_anonymous";

// Rows of a batch, one by one.

/// Runs once per folded name.
pub(crate) const CONTACT_FOLD: &str = "UPDATE contacts SET folded_name = ? WHERE rowid = ?";
/// Runs once per value sealed under a group's key: at a rotation, for each member with permissions.
pub(crate) const GROUP_KEY_NOTE: &str = "UPDATE groups SET key_id = ? WHERE group_id = ? AND key_id IS NOT ?";
pub(crate) const MEMBER_PERMISSIONS_SET: &str =
    "UPDATE group_members SET permissions = ? WHERE group_id = ? AND contact_id = ?";

// Keys.

pub(crate) const KEY_FIND: &str =
    "SELECT key_type, scope, CAST(encrypted_key AS BLOB) FROM key_store WHERE key_number = ?";
pub(crate) const KEY_NUMBER: &str =
    "SELECT key_number FROM key_store WHERE key_type = ? AND scope = ? AND length(encrypted_key) > 0";
/// Runs once per key that was used, at most once a minute.
pub(crate) const KEY_USE: &str = "UPDATE key_store SET usage_count = \
                                  CAST(min(max(coalesce(usage_count, 0), 0) + ?, 9223372036854775807) AS INTEGER), \
                                  last_used = max(coalesce(last_used, ''), ?) WHERE key_number = ?";

// Adding entries of the audit log to its chain.

/// Runs once per entry from before the chain.
pub(crate) const AUDIT_ENTRY_CHAIN: &str = "UPDATE audit_log SET mac = ?, key_number = ? WHERE log_id = ?";
/// Runs once per such entry whose details do not open.
pub(crate) const AUDIT_DETAILS_REMOVE: &str = "UPDATE audit_log SET details = NULL WHERE log_id = ?";

// Statistics, once a minute.

/// Runs once per day and metric; the value stops at the highest count.
pub(crate) const STATISTIC_ADD: &str = "INSERT INTO usage_statistics (date, metric, value) VALUES (?, ?, ?) \
                                        ON CONFLICT (date, metric) \
                                        DO UPDATE SET value = CAST(min(coalesce(value, 0) + excluded.value, 9007199254740992) AS INTEGER)";
/// Runs once per imported row.
pub(crate) const STATISTIC_RESTORE: &str = "INSERT INTO usage_statistics (date, metric, value) VALUES (?, ?, ?) \
                                            ON CONFLICT (date, metric) DO NOTHING";
/// Runs once per transaction name.
pub(crate) const METRIC_SET: &str =
    "UPDATE performance_metrics SET metric_value = ?, metadata = ? WHERE metric_id = ?";

/// Runs once per created key.
pub(crate) const KEY_NEXT: &str = "UPDATE vault_state SET next_key_number = next_key_number + 1 WHERE id = 1 \
                                   RETURNING next_key_number - 1";
/// Runs once per group whose key changes, when a contact of many groups is removed.
pub(crate) const KEY_DESTROY: &str = "UPDATE key_store SET encrypted_key = x'' WHERE key_number = ?";

// Import of an export: each runs once per row.

pub(crate) const CONTACT_RESTORE: &str =
    "UPDATE contacts SET is_online = ?, profile_picture = ?, blocked_at = ? WHERE contact_id = ?";
pub(crate) const CONVERSATION_MUTE: &str =
    "UPDATE conversations SET muted_until = ?, updated_at = ? WHERE contact_id = ?";
pub(crate) const GROUP_SETTINGS: &str = "UPDATE groups SET settings = ? WHERE group_id = ?";
pub(crate) const SETTING_WRITE: &str = "INSERT INTO settings (scope, key, value, updated_at, created_at) \
                                        VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, key) DO UPDATE \
                                        SET value = excluded.value, updated_at = excluded.updated_at";
pub(crate) const GRANT_WRITE: &str = "INSERT INTO access_control (resource_type, resource_id, user_id, permissions, \
                                      granted_by, granted_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) \
                                      ON CONFLICT (resource_type, resource_id, user_id) DO UPDATE \
                                      SET permissions = excluded.permissions, granted_by = excluded.granted_by, \
                                      granted_at = excluded.granted_at, expires_at = excluded.expires_at";

// Opening a vault, before its first page of messages.

/// Every row of the schema, with its first page and its rowid.
pub(crate) const OPEN_SCHEMA: &str =
    "SELECT type, name, tbl_name, sql, rootpage, rowid FROM main.sqlite_master";
pub(crate) const OPEN_VAULT: &str = "SELECT vault_id, highest_generation FROM vault_state WHERE id = 1";
pub(crate) const OPEN_ID_KEY: &str = "SELECT key_number, CAST(encrypted_key AS BLOB), \
                                      (SELECT settled_version FROM vault_state WHERE id = 1) \
                                      FROM key_store WHERE key_type = 'id' AND scope = 'ids'";
pub(crate) const OPEN_CATALOGUE: &str = "SELECT partition, table_name, key_id, state FROM partitions";
pub(crate) const OPEN_ACTIVE_TRANSFERS: &str =
    "SELECT EXISTS (SELECT 1 FROM file_transfers WHERE status = 'active')";
