DROP VIEW messages_archive;
DROP VIEW messages;
DROP VIEW message_rows;
