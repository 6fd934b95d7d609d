DROP TABLE message_locator;
DROP TABLE conversation_months;
DROP TABLE partitions;
