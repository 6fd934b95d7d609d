//! The table of docs/DATA_MODEL.md that says what became of each statement.

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../../docs/DATA_MODEL.md");

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Treatment {
    /// It runs in a vault as it is.
    Runs,
    /// It is valid, and what it creates is in every vault already.
    Kept,
    /// Something else takes its place.
    Replaced,
}

/// Reads the rows of the section "The specification's statements".
pub(crate) fn treatments() -> BTreeMap<String, Treatment> {
    let section = PAGE
        .split("## The specification's statements\n")
        .nth(1)
        .expect("the section is there");
    let section = section.split("\n## ").next().unwrap();
    let mut rows = BTreeMap::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, treatment, remark] = cells[..] else {
            panic!("three cells in {line}")
        };
        let treatment = match treatment {
            "runs" => Treatment::Runs,
            "kept" => Treatment::Kept,
            "replaced" => Treatment::Replaced,
            other => panic!("{line}: {other} is not a treatment"),
        };
        if treatment == Treatment::Replaced {
            assert!(
                remark.trim_end_matches('|').len() > 20,
                "{line}: say what replaces it"
            );
        }
        assert!(
            rows.insert(name.trim_matches('`').to_owned(), treatment)
                .is_none(),
            "{line} is listed twice"
        );
    }
    rows
}
