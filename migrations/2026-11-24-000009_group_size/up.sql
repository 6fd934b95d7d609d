-- The second line behind the store's own check: SQLite allows no subquery in a CHECK.
CREATE TRIGGER check_group_size BEFORE INSERT ON group_members
WHEN NOT EXISTS (
        SELECT 1 FROM group_members WHERE group_id = NEW.group_id AND contact_id = NEW.contact_id
    )
    AND (SELECT count(*) FROM group_members WHERE group_id = NEW.group_id)
        >= (SELECT max_members FROM groups WHERE group_id = NEW.group_id)
BEGIN
    SELECT RAISE(ABORT, 'check_group_size: the group has max_members members');
END;

CREATE TRIGGER check_group_size_move BEFORE UPDATE OF group_id ON group_members
WHEN NEW.group_id <> OLD.group_id
    AND (SELECT count(*) FROM group_members WHERE group_id = NEW.group_id)
        >= (SELECT max_members FROM groups WHERE group_id = NEW.group_id)
BEGIN
    SELECT RAISE(ABORT, 'check_group_size: the group has max_members members');
END;
