-- Version 1.1.0: the specification's new columns. `reply_to` is an id without a foreign key: replies to what
-- was never exported, or arrives later, must survive. It is kept as `message_id` is.
ALTER TABLE contacts ADD COLUMN profile_picture TEXT;
ALTER TABLE messages_template ADD COLUMN reply_to BLOB;
