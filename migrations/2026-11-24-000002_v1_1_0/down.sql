ALTER TABLE messages_template DROP COLUMN reply_to;
ALTER TABLE contacts DROP COLUMN profile_picture;
