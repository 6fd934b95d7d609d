-- A group's messages go with it, as a contact's do: its conversation is hidden at once, and the store sweeps it.
CREATE TRIGGER groups_removal BEFORE DELETE ON groups
BEGIN
    INSERT OR IGNORE INTO pending_removals (conversation)
    SELECT conversation FROM conversations WHERE group_id = OLD.group_id;
    UPDATE conversations SET is_hidden = TRUE WHERE group_id = OLD.group_id;
    UPDATE senders SET anonymous_id = NULL WHERE group_id = OLD.group_id;
END;
