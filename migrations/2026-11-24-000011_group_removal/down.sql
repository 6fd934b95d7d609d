DROP TRIGGER groups_removal;
