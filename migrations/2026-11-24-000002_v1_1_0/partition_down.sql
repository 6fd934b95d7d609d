-- After down.sql: a view that reads the column would not let it go.
ALTER TABLE {table} DROP COLUMN reply_to;
