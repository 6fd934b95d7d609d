//! Faults of steps: the engine refuses some, also in a vault; the checks find the others.

use privatus_migrate::check::{Case, Fault};

use crate::{check, compared, kept, set};

/// A fault in a set that has no others.
pub(crate) struct Planted {
    what: &'static str,
    plant: fn(&mut Vec<Case<'static>>),
    named: &'static str,
    by_engine: bool,
}

/// Replaces one part of a set's text, which must be present.
pub(crate) fn with(text: &str, from: &str, to: &str) -> &'static str {
    assert!(text.contains(from), "{from} in {text}");
    Box::leak(text.replace(from, to).into_boxed_str())
}

pub(crate) const fn found(
    what: &'static str,
    named: &'static str,
    plant: fn(&mut Vec<Case<'static>>),
) -> Planted {
    Planted {
        what,
        plant,
        named,
        by_engine: false,
    }
}

const fn refused(what: &'static str, named: &'static str, plant: fn(&mut Vec<Case<'static>>)) -> Planted {
    Planted {
        what,
        plant,
        named,
        by_engine: true,
    }
}

const PLANTED: &[Planted] = &[
    found(
        "a down that forgets an index",
        "index idx_notes_text is not expected",
        |cases| {
            let up = with(
                set::V2_UP,
                "CREATE INDEX",
                "CREATE INDEX idx_notes_text ON notes (text); CREATE INDEX",
            );
            cases[1].step.up = up;
        },
    ),
    found(
        "an up that drops rows and says so",
        "it declares rows of people without an exception",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "DELETE FROM people WHERE id <> 'p1'; DELETE FROM notes; DROP VIEW",
            );
            cases[1].step.rows_up = &[("people", "SELECT 1"), ("notes", "SELECT 0")];
        },
    ),
    found(
        "an up that changes a value",
        "its way up changes existing data: 1 rows (picture) of people",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "UPDATE people SET picture = x'01' WHERE picture = x''; DROP VIEW",
            );
        },
    ),
    found(
        "an up that changes a value's type",
        "its way up changes existing data: 1 rows (picture) of people",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "UPDATE people SET picture = CAST(picture AS TEXT) WHERE picture = x''; DROP VIEW",
            );
        },
    ),
    found(
        "an up that changes a month's row",
        "its way up changes existing data: 1 rows (sender) of m_1; 1 rows (sender) of m_2",
        |cases| {
            let up =
                "ALTER TABLE {table} ADD COLUMN reply BLOB; UPDATE {table} SET sender = NULL WHERE row = 1";
            cases[1].step.partition_up = Some(up);
        },
    ),
    found(
        "a number that would be given twice after a way back",
        "sqlite_sequence has {\"notes\": 2}, but {\"notes\": 3} is expected",
        |cases| {
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP VIEW",
                "UPDATE sqlite_sequence SET seq = 2; DROP VIEW",
            );
        },
    ),
    found(
        "a down that changes a value",
        "after up and down, something differs from before: 1 of the 3 rows of people differ",
        |cases| {
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP VIEW",
                "UPDATE people SET picture = x'01' WHERE picture = x''; DROP VIEW",
            );
        },
    ),
    found(
        "a down that drops rows and says so",
        "after up and down, something differs from before: people has 2 rows, but 3 are expected",
        |cases| {
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP VIEW",
                "DELETE FROM people WHERE id = 'p3'; DROP VIEW",
            );
            cases[1].step.rows_down = &[("people", "SELECT count(*) - 1 FROM people")];
        },
    ),
    found("a down that renames", "table people differs", |cases| {
        cases[1].step.down = with(
            set::V2_DOWN,
            "DROP COLUMN nick;",
            "DROP COLUMN nick; ALTER TABLE people RENAME COLUMN age TO years;",
        );
    }),
    found(
        "a down that leaves another view",
        "view m_rows differs",
        |cases| {
            cases[1].step.down = with(set::V2_DOWN, "SELECT m.row\n", "SELECT m.row, m.sender\n");
        },
    ),
    refused(
        "a way back that rows of the new kind break",
        "migration 2_second",
        |cases| {
            cases[1].step.down = with(
                set::V2_DOWN,
                "ALTER TABLE people",
                "CREATE TABLE old (nick TEXT CHECK (nick IS NULL)); INSERT INTO old SELECT nick FROM people; \
                 DROP TABLE old; ALTER TABLE people",
            );
        },
    ),
    found(
        "an index whose name vanished",
        "index idx_notes_person of notes is gone",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "CREATE INDEX",
                "DROP INDEX idx_notes_person; CREATE INDEX idx_notes_by_person ON notes (person); CREATE INDEX",
            );
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP INDEX",
                "DROP INDEX idx_notes_by_person; CREATE INDEX idx_notes_person ON notes (person); DROP INDEX",
            );
        },
    ),
    found(
        "an index's name that became another's",
        "was on notes and is now on people",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "CREATE INDEX",
                "DROP INDEX idx_notes_person; CREATE INDEX idx_notes_person ON people (age); CREATE INDEX",
            );
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP INDEX",
                "DROP INDEX idx_notes_person; CREATE INDEX idx_notes_person ON notes (person); DROP INDEX",
            );
        },
    ),
    found(
        "a child's column without an index",
        "without an index on their columns: notes (person)",
        |cases| {
            cases[0].step.up = with(set::V1_UP, "ON notes (person)", "ON notes (text, person)");
        },
    ),
    found(
        "a child's column with an index of some rows",
        "without an index on their columns: notes (person)",
        |cases| {
            cases[0].step.up = with(
                set::V1_UP,
                "ON notes (person)",
                "ON notes (person) WHERE note > 1",
            );
        },
    ),
    found(
        "an up without a statement",
        "its up.sql has no statement",
        |cases| {
            cases[1].step.up = "-- to be written\n";
        },
    ),
    found(
        "a down without a statement",
        "its down.sql has no statement",
        |cases| {
            cases[1].step.down = " /* to be written */ ";
        },
    ),
    found(
        "SQL for the months without a statement",
        "its partition_down.sql has no statement",
        |cases| {
            cases[1].step.partition_down = Some("-- {table}\n");
        },
    ),
    found(
        "a number before the last one's",
        "not higher than that of the step before",
        |cases| {
            cases[1].step.name = "1_again";
        },
    ),
    found(
        "a sample that fills nothing",
        "tables without rows: m_1, m_2, notes, people",
        |cases| {
            cases[0].sample = "INSERT INTO months (name) VALUES ('m_1'), ('m_2')";
            cases[0].partition_sample = None;
        },
    ),
    found(
        "a sample of a month alone",
        "there are 1 months after its sample",
        |cases| {
            cases[0].sample = with(set::V1_SAMPLE, "('m_1'), ('m_2')", "('m_1')");
        },
    ),
    found(
        "a sample without a value for a new column",
        "people.nick has no value",
        |cases| {
            cases[1].sample = with(set::V2_SAMPLE, "UPDATE", "-- UPDATE");
        },
    ),
    found("a sample without NULL", "people.nick has no NULL", |cases| {
        cases[1].sample = with(set::V2_SAMPLE, "WHERE id = 'p1'", "");
    }),
    found(
        "a sample of plain values alone",
        "an empty BLOB occurs nowhere",
        |cases| {
            cases[0].sample = with(set::V1_SAMPLE, "x''", "x'11'");
            cases[0].partition_sample = Some(with(set::V1_MONTH, "x''", "x'11'"));
        },
    ),
    found(
        "a sample that does not run",
        "its sample.sql fails at `INSERT INTO nowhere",
        |cases| {
            cases[1].sample = "-- a comment\nINSERT INTO nowhere VALUES (1);";
        },
    ),
    refused(
        "an up that loses rows",
        "rows of people after the step: 2, expected: 3",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "DELETE FROM people WHERE id = 'p3'; DROP VIEW",
            );
        },
    ),
    refused(
        "a step that forgets the old months",
        "the step needs SQL for existing months",
        |cases| {
            cases[1].step.partition_up = None;
        },
    ),
    refused(
        "a way back that forgets the months",
        "the step needs SQL for existing months",
        |cases| {
            cases[1].step.partition_down = None;
        },
    ),
    refused(
        "SQL for the months that names none",
        "does not name {table}",
        |cases| {
            cases[1].step.partition_up = Some("ALTER TABLE m_1 ADD COLUMN reply BLOB");
        },
    ),
    refused(
        "an up that breaks a reference",
        "rows of notes without their people: 1",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "UPDATE notes SET person = 'x' WHERE note = 1; DROP VIEW",
            );
        },
    ),
    refused("an up that does not run", "migration 2_second", |cases| {
        cases[1].step.up = "CREATE TABL";
    }),
    refused("an up that ends its transaction", "contains COMMIT", |cases| {
        cases[1].step.up = "COMMIT";
    }),
];

#[test]
fn every_planted_fault_is_found() {
    for planted in PLANTED.iter().chain(kept::PLANTED).chain(compared::PLANTED) {
        let mut cases = set::cases();
        (planted.plant)(&mut cases);
        let fault = match check(&cases) {
            Ok(report) => panic!("{}: passed with {report:?}", planted.what),
            Err(fault) => fault,
        };
        let told = fault.to_string();
        assert!(told.contains(planted.named), "{}: {told}", planted.what);
        let by_engine = matches!(fault, Fault::Engine(_));
        assert_eq!(by_engine, planted.by_engine, "{}: {told}", planted.what);
    }
}
