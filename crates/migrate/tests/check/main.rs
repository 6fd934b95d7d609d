//! Each check finds the fault that was planted for it, and nothing in a set without faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod compared;
mod indexes;
mod kept;
mod planted;
mod set;
mod world;

use privatus_migrate::check::{Case, Excused, Fault, Report, verify};

fn check(cases: &[Case<'_>]) -> Result<Report, Fault> {
    verify(cases, &mut world::Months, &Excused::default())
}

#[test]
fn a_set_without_faults_passes_with_counts() {
    let report = check(&set::cases()).unwrap();
    let filled = report.filled;
    assert_eq!(
        (report.steps, report.round_trips, filled.months, filled.tables),
        (2, 2, 3, 6)
    );
    assert_eq!((report.foreign_keys, report.indexes), (1, 2));
    assert!(filled.rows >= 10 && report.objects >= 9, "{report:?}");
    let told = report.to_string();
    assert!(
        told.contains("2 steps, 2 of them up, down and up again"),
        "{told}"
    );
}

#[test]
fn a_check_of_nothing_fails() {
    let fault = check(&[]).unwrap_err().to_string();
    assert_eq!(fault, "nothing was checked: no step");
    // All steps are treated as irreversible, so nothing is taken back.
    let mut cases = set::cases();
    for case in &mut cases {
        case.step.down = "-- nothing";
        case.step.irreversible = Some("so it is");
    }
    let fault = check(&cases).unwrap_err().to_string();
    assert_eq!(fault, "nothing was checked: no step with a way back");
}

#[test]
fn an_excuse_lets_pass_and_an_idle_one_does_not() {
    let mut cases = set::cases();
    let dropped = cases[1].step.up.replace(
        "CREATE INDEX idx_people_nick ON people (nick);",
        "DROP INDEX idx_notes_person;",
    );
    cases[1].step.up = Box::leak(dropped.into_boxed_str());
    cases[1].step.down = set::V2_DOWN_INDEX;
    let excused = Excused {
        unindexed: &[("notes", "person", "a test")],
        dropped_indexes: &[("idx_notes_person", "a test")],
        ..Excused::default()
    };
    // No index is left, so the check would cover nothing.
    let fault = verify(&cases, &mut world::Months, &excused).unwrap_err();
    assert_eq!(fault.to_string(), "nothing was checked: no index");

    for (idle, named) in [
        (
            Excused {
                unindexed: excused.unindexed,
                ..Excused::default()
            },
            "notes.person has an exception for having no index",
        ),
        (
            Excused {
                dropped_indexes: excused.dropped_indexes,
                ..Excused::default()
            },
            "index idx_notes_person has an exception for being dropped",
        ),
        (
            Excused {
                one_kind: &[("people", "age", "a test")],
                ..Excused::default()
            },
            "people.age has an exception for having one kind",
        ),
    ] {
        let fault = verify(&set::cases(), &mut world::Months, &idle).unwrap_err();
        assert!(fault.to_string().contains(named), "{fault}");
    }
}
