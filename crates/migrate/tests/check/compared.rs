//! Faults of samples and names that would make the other checks cover less.

use privatus_migrate::check::{Case, Excused, verify};

use crate::planted::{Planted, found, with};
use crate::{set, world};

pub(crate) const PLANTED: &[Planted] = &[
    found(
        "an up that gives other values each time",
        "after up, down and up, something differs from before: 3 of the 3 rows of people differ",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "CREATE INDEX",
                "UPDATE people SET nick = hex(randomblob(8)); CREATE INDEX",
            );
        },
    ),
    found(
        "a sample that changes the schema",
        "its way back with rows leaves another schema: index idx_notes_text is not expected",
        |cases| {
            cases[1].sample = with(
                set::V2_SAMPLE,
                "UPDATE",
                "CREATE INDEX idx_notes_text ON notes (text); UPDATE",
            );
        },
    ),
    found(
        "a sample that changes the schema behind a step without a way back",
        "an upgraded database differs from a fresh one: index idx_notes_text is not expected",
        |cases| {
            cases[1].step.down = "-- nothing";
            cases[1].step.irreversible = Some("a test");
            cases[1].sample = with(
                set::V2_SAMPLE,
                "UPDATE",
                "CREATE INDEX idx_notes_text ON notes (text); UPDATE",
            );
        },
    ),
    found(
        "an index that no month gets",
        "index idx_m_sender exists only on m_template",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "CREATE INDEX idx_m_sender ON m_template (sender); DROP VIEW",
            );
            cases[1].step.down = with(set::V2_DOWN, "DROP VIEW", "DROP INDEX idx_m_sender; DROP VIEW");
        },
    ),
    found(
        "a trigger that no month gets",
        "trigger on_m_template is on m_template",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "CREATE TRIGGER on_m_template AFTER INSERT ON m_template BEGIN SELECT 1; END; DROP VIEW",
            );
            cases[1].step.down = with(set::V2_DOWN, "DROP VIEW", "DROP TRIGGER on_m_template; DROP VIEW");
        },
    ),
    found(
        "a sample that keeps the newest row of a table with AUTOINCREMENT",
        "the row with the highest number in notes",
        |cases| {
            cases[0].sample = with(set::V1_SAMPLE, "DELETE FROM notes", "DELETE FROM months");
            cases[0].sample = with(cases[0].sample, "WHERE text = 'kept'", "");
        },
    ),
    found(
        "an up that rebuilds such a table",
        "notes would assign the numbers from 2 to 3 twice",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "CREATE TABLE new (note INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, \
                 person TEXT REFERENCES people (id), text TEXT NOT NULL); INSERT INTO new SELECT * FROM notes; \
                 DROP TABLE notes; ALTER TABLE new RENAME TO notes; \
                 CREATE INDEX idx_notes_person ON notes (person); DROP VIEW",
            );
        },
    ),
    found(
        "a sample without spaces at the ends of a text",
        "its sample lacks: a text with spaces at its ends occurs nowhere",
        |cases| {
            cases[0].sample = with(set::V1_SAMPLE, "lines '", "lines'");
        },
    ),
    found(
        "a sample without upper case",
        "its sample lacks: a text of upper and lower case occurs nowhere",
        |cases| {
            cases[0].sample = with(set::V1_SAMPLE, "Two", "two");
        },
    ),
    found(
        "a sample of whole numbers",
        "its sample lacks: a number with a fraction occurs nowhere",
        |cases| {
            cases[0].partition_sample = Some(with(set::V1_MONTH, "0.5", "5.0"));
        },
    ),
    found(
        "a sample of small numbers",
        "its sample lacks: a number past 32 bits occurs nowhere",
        |cases| {
            cases[0].sample = with(set::V1_SAMPLE, "4294967297", "4294967295");
        },
    ),
];

#[test]
fn an_index_may_stand_on_the_template_alone_for_a_reason() {
    let mut cases: Vec<Case<'static>> = set::cases();
    let excused = Excused {
        template_only: &[("idx_m_sender", "a test")],
        ..Excused::default()
    };
    let idle = verify(&cases, &mut world::Months, &excused)
        .unwrap_err()
        .to_string();
    assert!(
        idle.contains("idx_m_sender has an exception for existing"),
        "{idle}"
    );
    let step = &mut cases[0].step;
    step.up = with(
        set::V1_UP,
        "CREATE VIEW",
        "CREATE INDEX idx_m_sender ON m_template (sender); CREATE VIEW",
    );
    verify(&cases, &mut world::Months, &excused).unwrap();
}
