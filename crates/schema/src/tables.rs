//! The tables after all migrations. Written by `cargo xtask codegen`; do not edit.

// @generated automatically by Diesel CLI.

diesel::table! {
    use crate::sql_types::*;

    access_control (resource_type, resource_id, user_id) {
        resource_type -> Text,
        resource_id -> Text,
        user_id -> Text,
        permissions -> Text,
        granted_by -> Nullable<Text>,
        granted_at -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    archives (partition, generation) {
        partition -> BigInt,
        generation -> BigInt,
        file_name -> Text,
        content_hash -> Binary,
        message_count -> BigInt,
        file_size -> BigInt,
        key_id -> Text,
        sealed_at -> Timestamp,
    }
}

diesel::table! {
    use crate::sql_types::*;

    audit_log (log_id) {
        log_id -> BigInt,
        timestamp -> Nullable<Timestamp>,
        event_type -> Text,
        user_id -> Nullable<Text>,
        resource_type -> Nullable<Text>,
        resource_id -> Nullable<Text>,
        action -> Text,
        details -> Nullable<Binary>,
        ip_address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        success -> Nullable<Bool>,
        error_message -> Nullable<Text>,
        mac -> Nullable<Binary>,
        key_number -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    backup_contents (rowid) {
        rowid -> BigInt,
        backup_id -> Text,
        table_name -> Text,
        record_count -> Nullable<BigInt>,
        data_size -> Nullable<BigInt>,
        checksum -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    backup_metadata (backup_id) {
        backup_id -> Text,
        backup_type -> Text,
        created_at -> Nullable<Timestamp>,
        completed_at -> Nullable<Timestamp>,
        status -> Text,
        total_size -> Nullable<BigInt>,
        file_count -> Nullable<BigInt>,
        encryption_info -> Nullable<Text>,
        integrity_hash -> Nullable<Text>,
        retention_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    cache_entries (cache_key) {
        cache_key -> Text,
        value -> Binary,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use crate::sql_types::*;

    contacts (contact_id) {
        contact_id -> Text,
        display_name -> Text,
        public_key -> Binary,
        is_verified -> Nullable<Bool>,
        is_online -> Nullable<Bool>,
        added_at -> Nullable<Timestamp>,
        last_seen -> Nullable<Timestamp>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
        profile_picture -> Nullable<Text>,
        folded_name -> Nullable<Text>,
        blocked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    conversation_months (conversation, partition) {
        conversation -> BigInt,
        partition -> BigInt,
    }
}

diesel::table! {
    use crate::sql_types::*;

    conversations (conversation) {
        conversation -> BigInt,
        conversation_id -> Text,
        kind -> Text,
        contact_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        last_partition -> Nullable<BigInt>,
        last_row_key -> Nullable<BigInt>,
        last_at -> Nullable<BigInt>,
        message_count -> BigInt,
        unread_count -> BigInt,
        next_expiry -> Nullable<BigInt>,
        is_pinned -> Bool,
        muted_until -> Nullable<Timestamp>,
        disappearing_seconds -> Nullable<BigInt>,
        is_hidden -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    use crate::sql_types::*;

    file_transfers (transfer_id) {
        transfer_id -> Text,
        file_name -> Binary,
        file_size -> BigInt,
        file_hash -> Binary,
        contact_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        direction -> Text,
        status -> Text,
        progress -> Nullable<Integer>,
        created_at -> Nullable<Timestamp>,
        completed_at -> Nullable<Timestamp>,
        error_message -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    group_bans (group_id, contact_id) {
        group_id -> Text,
        contact_id -> Text,
        banned_by -> Text,
        banned_at -> Timestamp,
    }
}

diesel::table! {
    use crate::sql_types::*;

    group_members (group_id, contact_id) {
        group_id -> Text,
        contact_id -> Text,
        display_name -> Text,
        role -> Text,
        joined_at -> Nullable<Timestamp>,
        last_active -> Nullable<Timestamp>,
        is_online -> Nullable<Bool>,
        anonymous_id -> Nullable<Text>,
        permissions -> Nullable<Binary>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    groups (group_id) {
        group_id -> Text,
        name -> Text,
        description -> Nullable<Text>,
        group_type -> Text,
        created_by -> Nullable<Text>,
        max_members -> Nullable<Integer>,
        is_anonymous -> Nullable<Bool>,
        settings -> Nullable<Binary>,
        key_id -> Nullable<Text>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    key_store (key_id) {
        key_id -> Text,
        key_number -> BigInt,
        key_type -> Text,
        scope -> Text,
        encrypted_key -> Binary,
        algorithm -> Text,
        created_at -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
        last_used -> Nullable<Timestamp>,
        usage_count -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    message_content (message_id) {
        message_id -> Text,
        content -> Binary,
        compression_algorithm -> Nullable<Text>,
        compressed_size -> Nullable<Integer>,
        original_size -> Nullable<Integer>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    message_locator (locator) {
        locator -> BigInt,
        message_id -> Binary,
        partition -> Nullable<BigInt>,
        row_key -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    messages_template (row_key) {
        row_key -> BigInt,
        conversation -> BigInt,
        message_id -> Binary,
        sender -> Nullable<BigInt>,
        content -> Binary,
        is_outgoing -> Bool,
        is_encrypted -> Bool,
        is_read -> Bool,
        is_deleted -> Bool,
        timestamp -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> Nullable<BigInt>,
        reply_to -> Nullable<Binary>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    partitions (partition) {
        partition -> BigInt,
        table_name -> Text,
        state -> Text,
        key_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use crate::sql_types::*;

    pending_removals (conversation) {
        conversation -> BigInt,
        requested_at -> Timestamp,
    }
}

diesel::table! {
    use crate::sql_types::*;

    performance_metrics (metric_id) {
        metric_id -> BigInt,
        timestamp -> Nullable<Timestamp>,
        metric_name -> Text,
        metric_value -> Nullable<Double>,
        unit -> Nullable<Text>,
        category -> Nullable<Text>,
        metadata -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    retention_policies (table_name) {
        table_name -> Text,
        retention_days -> Integer,
        archive_table -> Nullable<Text>,
        cleanup_enabled -> Nullable<Bool>,
        last_cleanup -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    schema_migrations (version) {
        version -> BigInt,
        applied_at -> Nullable<Timestamp>,
        description -> Nullable<Text>,
        checksum -> Nullable<Text>,
        success -> Nullable<Bool>,
        name -> Nullable<Text>,
        tool_version -> Nullable<Text>,
        irreversible -> Nullable<Text>,
        down_sql -> Nullable<Text>,
        partition_down_sql -> Nullable<Text>,
        down_rows -> Nullable<Text>,
        mac -> Nullable<Binary>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    security_events (event_id) {
        event_id -> BigInt,
        timestamp -> Nullable<Timestamp>,
        event_type -> Text,
        severity -> Text,
        source_ip -> Nullable<Text>,
        user_id -> Nullable<Text>,
        description -> Nullable<Text>,
        raw_data -> Nullable<Binary>,
        resolved -> Nullable<Bool>,
        resolved_at -> Nullable<Timestamp>,
        resolution -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    senders (sender) {
        sender -> BigInt,
        contact_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        anonymous_id -> Nullable<Text>,
        name -> Nullable<Text>,
        source_id -> Nullable<Binary>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    settings (scope, key) {
        scope -> Text,
        key -> Text,
        value -> Binary,
        updated_at -> Nullable<Timestamp>,
        created_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    usage_statistics (stat_id) {
        stat_id -> BigInt,
        date -> Date,
        metric -> Text,
        value -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::sql_types::*;

    vault_state (id) {
        id -> BigInt,
        vault_id -> Binary,
        highest_generation -> BigInt,
        next_key_number -> BigInt,
        created_at -> Timestamp,
        audit_removed -> Nullable<BigInt>,
        audit_removed_mac -> Nullable<Binary>,
        audit_removed_at -> Nullable<Timestamp>,
        audit_checkpoint -> Nullable<Binary>,
        settled_version -> BigInt,
    }
}

diesel::joinable!(archives -> key_store (key_id));
diesel::joinable!(archives -> partitions (partition));
diesel::joinable!(backup_contents -> backup_metadata (backup_id));
diesel::joinable!(conversation_months -> conversations (conversation));
diesel::joinable!(conversation_months -> partitions (partition));
diesel::joinable!(conversations -> contacts (contact_id));
diesel::joinable!(conversations -> groups (group_id));
diesel::joinable!(file_transfers -> contacts (contact_id));
diesel::joinable!(file_transfers -> groups (group_id));
diesel::joinable!(group_bans -> groups (group_id));
diesel::joinable!(group_members -> groups (group_id));
diesel::joinable!(groups -> key_store (key_id));
diesel::joinable!(partitions -> key_store (key_id));
diesel::joinable!(pending_removals -> conversations (conversation));
diesel::joinable!(senders -> contacts (contact_id));
diesel::joinable!(senders -> groups (group_id));

diesel::allow_tables_to_appear_in_same_query!(
    access_control,
    archives,
    audit_log,
    backup_contents,
    backup_metadata,
    cache_entries,
    contacts,
    conversation_months,
    conversations,
    file_transfers,
    group_bans,
    group_members,
    groups,
    key_store,
    message_content,
    message_locator,
    messages_template,
    partitions,
    pending_removals,
    performance_metrics,
    retention_policies,
    schema_migrations,
    security_events,
    senders,
    settings,
    usage_statistics,
    vault_state,
);
