DROP VIEW messages_archive;
DROP VIEW messages;
