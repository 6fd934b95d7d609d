-- Children before their parents; an index goes with its table.
DROP TABLE retention_policies;
DROP TABLE security_events;
DROP TABLE access_control;
DROP TABLE usage_statistics;
DROP TABLE performance_metrics;
DROP TABLE schema_migrations;
DROP TABLE backup_contents;
DROP TABLE backup_metadata;
DROP TABLE message_content;
DROP TABLE file_transfers;
DROP TABLE audit_log;
DROP TABLE settings;
DROP TABLE group_members;
DROP TABLE groups;
DROP TABLE messages_template;
DROP TABLE contacts;
DROP TABLE key_store;
