//! Two correct steps, with their samples.

use privatus_migrate::Step;
use privatus_migrate::check::Case;

pub(crate) const V1_UP: &str = "
CREATE TABLE schema_migrations (
    version INTEGER NOT NULL PRIMARY KEY, applied_at TIMESTAMP, description TEXT, checksum TEXT,
    success BOOLEAN, name TEXT, tool_version TEXT, irreversible TEXT, down_sql TEXT, partition_down_sql TEXT,
    down_rows TEXT, mac BLOB
);
CREATE TABLE people (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, picture BLOB, age INTEGER);
CREATE TABLE notes (
    note INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    person TEXT REFERENCES people (id),
    text TEXT NOT NULL
);
CREATE INDEX idx_notes_person ON notes (person);
CREATE TABLE months (name TEXT NOT NULL PRIMARY KEY);
CREATE TABLE m_template (row INTEGER NOT NULL PRIMARY KEY, content BLOB NOT NULL, sender TEXT);
CREATE VIEW m_rows AS
SELECT m.row
FROM (SELECT 0 AS archived, * FROM m_template) AS m
WHERE m.row > 0;
";

pub(crate) const V1_DOWN: &str = "
DROP VIEW m_rows;
DROP TABLE m_template;
DROP TABLE months;
DROP TABLE notes;
DROP TABLE people;
DROP TABLE schema_migrations;
";

pub(crate) const V1_SAMPLE: &str = "
INSERT INTO people (id, name, picture, age) VALUES
    ('p1', 'it''s one', x'', -1), ('p2', ' Two
lines ', x'00ff', NULL), ('p3', '日本', NULL, 4294967297);
INSERT INTO notes (person, text) VALUES ('p1', ''), (NULL, 'gone'), ('p2', 'kept');
DELETE FROM notes WHERE text = 'kept';
INSERT INTO months (name) VALUES ('m_1'), ('m_2');
";

pub(crate) const V1_MONTH: &str =
    "INSERT INTO {table} (row, content, sender) VALUES (1, 0.5, 'p1'), (2, x'', NULL)";

pub(crate) const V2_UP: &str = "
DROP VIEW m_rows;
ALTER TABLE people ADD COLUMN nick TEXT;
CREATE INDEX idx_people_nick ON people (nick);
ALTER TABLE m_template ADD COLUMN reply BLOB;
CREATE VIEW m_rows AS
SELECT m.row, m.reply
FROM (SELECT 0 AS archived, * FROM m_template) AS m
WHERE m.row > 0;
";

pub(crate) const V2_DOWN: &str = "
DROP VIEW m_rows;
DROP INDEX idx_people_nick;
ALTER TABLE people DROP COLUMN nick;
ALTER TABLE m_template DROP COLUMN reply;
CREATE VIEW m_rows AS
SELECT m.row
FROM (SELECT 0 AS archived, * FROM m_template) AS m
WHERE m.row > 0;
";

/// A way back for the second step that drops an index of the first step instead of its own.
pub(crate) const V2_DOWN_INDEX: &str = "
DROP VIEW m_rows;
CREATE INDEX idx_notes_person ON notes (person);
ALTER TABLE people DROP COLUMN nick;
ALTER TABLE m_template DROP COLUMN reply;
CREATE VIEW m_rows AS
SELECT m.row
FROM (SELECT 0 AS archived, * FROM m_template) AS m
WHERE m.row > 0;
";

pub(crate) const V2_SAMPLE: &str = "
UPDATE people SET nick = 'n' WHERE id = 'p1';
INSERT INTO months (name) VALUES ('m_3');
";

/// The third month exists since this step, and has its own rows.
pub(crate) const V2_MONTH: &str = "INSERT INTO {table} (row, content, sender, reply) VALUES (3, x'03', 'p2', x'aa'), (4, x'04', NULL, NULL)";

pub(crate) const MONTH_UP: &str = "ALTER TABLE {table} ADD COLUMN reply BLOB";
pub(crate) const MONTH_DOWN: &str = "ALTER TABLE {table} DROP COLUMN reply";

pub(crate) fn cases() -> Vec<Case<'static>> {
    vec![
        Case {
            step: Step::new("1_first", "first", V1_UP, V1_DOWN).with_no_way_back("it is the first"),
            sample: V1_SAMPLE,
            partition_sample: Some(V1_MONTH),
        },
        Case {
            step: Step::new("2_second", "second", V2_UP, V2_DOWN).with_partition(MONTH_UP, MONTH_DOWN),
            sample: V2_SAMPLE,
            partition_sample: Some(V2_MONTH),
        },
    ]
}
