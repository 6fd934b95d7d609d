-- The same in each month: {table} is its table.
ALTER TABLE {table} ADD COLUMN reply_to BLOB;
