DROP TRIGGER check_group_size_move;
DROP TRIGGER check_group_size;
