//! Faults that lose a value in a column that stays, on the way up and on the way back with rows.

use privatus_migrate::check::{Case, Excused, verify};

use crate::planted::{Planted, found, with};
use crate::{set, world};

pub(crate) const PLANTED: &[Planted] = &[
    found(
        "a way back that changes rows of the new kind",
        "its way back with rows changes existing data: 1 rows (name) of people",
        |cases| {
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP INDEX",
                "UPDATE people SET name = 'LOST' WHERE nick IS NOT NULL; DROP INDEX",
            );
        },
    ),
    found(
        "a way back that changes such rows of a month",
        "its way back with rows changes existing data: 1 rows (content) of m_1",
        |cases| {
            cases[1].step.partition_down = Some(
                "UPDATE {table} SET content = x'' WHERE reply IS NOT NULL; ALTER TABLE {table} DROP COLUMN reply",
            );
        },
    ),
    found(
        "a way back that gives a value to another row",
        "2 rows (values moved to other rows) of people",
        |cases| {
            // Each column still has its values; the rows do not.
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP INDEX",
                "UPDATE people SET name = CASE id WHEN 'p1' THEN '日本' ELSE 'it''s one' END \
                 WHERE id IN ('p1', 'p3') AND EXISTS (SELECT 1 FROM people WHERE nick = 'n'); DROP INDEX",
            );
        },
    ),
    found(
        "a way back that drops rows and says so",
        "it declares rows of people without an exception",
        |cases| {
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP INDEX",
                "DELETE FROM people WHERE nick = 'x'; DROP INDEX",
            );
            cases[1].step.rows_down = &[("people", "SELECT count(*) FROM people")];
        },
    ),
    found(
        "a way back that changes such rows in a column that had another name",
        "its way back with rows changes existing data before the step: 1 rows (text) of notes",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "ALTER TABLE notes RENAME COLUMN text TO words; DROP VIEW",
            );
            cases[1].step.down = with(
                set::V2_DOWN,
                "DROP INDEX",
                "UPDATE notes SET words = 'LOST' WHERE person IN (SELECT id FROM people WHERE nick = 'n'); \
                 ALTER TABLE notes RENAME COLUMN words TO text; DROP INDEX",
            );
        },
    ),
    found(
        "an up without a way back that changes a value",
        "its way up changes existing data: 3 rows (name) of people",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "UPDATE people SET name = 'LOST'; DROP VIEW",
            );
            one_way(cases);
        },
    ),
    found(
        "a number that an up without a way back would give twice",
        "notes would assign the numbers from 2 to 3 twice",
        |cases| {
            cases[1].step.up = with(
                set::V2_UP,
                "DROP VIEW",
                "UPDATE sqlite_sequence SET seq = 2; DROP VIEW",
            );
            one_way(cases);
        },
    ),
];

/// The second step without a way back.
fn one_way(cases: &mut [Case<'static>]) {
    cases[1].step.down = "-- nothing";
    cases[1].step.irreversible = Some("a test");
}

#[test]
fn rows_that_may_come_keep_the_values_of_the_others() {
    let mut cases = set::cases();
    cases[1].step.up = with(
        set::V2_UP,
        "DROP VIEW",
        "INSERT INTO notes (text) VALUES ('new'); UPDATE notes SET text = 'LOST' WHERE note = 1; DROP VIEW",
    );
    cases[1].step.rows_up = &[("notes", "SELECT count(*) + 1 FROM notes")];
    let excused = Excused {
        changed_up: &[("2_second", "notes", "a test")],
        ..Excused::default()
    };
    let fault = verify(&cases, &mut world::Months, &excused)
        .unwrap_err()
        .to_string();
    assert!(fault.contains("1 rows (note, person, text) of notes"), "{fault}");
}

#[test]
fn an_excuse_names_the_step_and_what_it_changes() {
    let mut cases = set::cases();
    cases[1].step.up = with(
        set::V2_UP,
        "DROP VIEW",
        "UPDATE people SET name = replace(name, 'one', 'two'); INSERT INTO notes (text) VALUES ('new'), ('newest'); DELETE FROM notes WHERE text = 'newest'; DROP VIEW",
    );
    cases[1].step.rows_up = &[("notes", "SELECT count(*) + 1 FROM notes")];
    one_way(&mut cases);
    let told = |changed_up: &[(&str, &str, &str)]| {
        let excused = Excused {
            changed_up,
            ..Excused::default()
        };
        verify(&cases, &mut world::Months, &excused).map_or_else(|fault| fault.to_string(), |_| String::new())
    };
    let (rows, values) = (
        ("2_second", "notes", "a test"),
        ("2_second", "people.name", "a test"),
    );
    assert_eq!(told(&[rows, values]), "");
    for (excused, named) in [
        (vec![values], "rows of notes without an exception"),
        (vec![rows], "(name) of people"),
        // An exception for another step or column does not apply.
        (
            vec![
                rows,
                ("1_first", "people.name", ""),
                ("2_second", "people.age", ""),
            ],
            "(name) of people",
        ),
        (
            vec![rows, values, ("2_second", "m_template.content", "")],
            "m_template.content has an exception",
        ),
    ] {
        let fault = told(&excused);
        assert!(fault.contains(named), "{excused:?}: {fault}");
    }
}
