DROP TABLE senders;
DROP TABLE conversations;
