DROP TRIGGER contacts_removal;
DROP TABLE pending_removals;
