//! Every SQL statement of the specification: it runs as it is and does what it says, or what it creates is in every
//! vault already, or docs/DATA_MODEL.md names what replaces it. `tests/data/spec.sql` is the specification's SQL.

mod database;
mod kept;
mod open_cost;
mod page;
mod replaced;
mod runs;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use crate::spec_statements::page::Treatment;
use crate::split;

const SPECIFICATION: &str = include_str!("../../../data/spec.sql");

/// The statements by their names (see [`split::name`]).
fn specification() -> BTreeMap<String, String> {
    let statements = split::statements(SPECIFICATION);
    assert!(statements.len() > 60, "the copy of the specification is complete");
    statements
        .into_iter()
        .map(|statement| (split::name(&statement), statement))
        .collect()
}

fn listed() -> Vec<(&'static str, Treatment)> {
    let runs = runs::RUNS.iter().map(|(name, _)| (*name, Treatment::Runs));
    let kept = kept::KEPT.iter().map(|name| (*name, Treatment::Kept));
    let replaced = replaced::REPLACED
        .iter()
        .map(|(name, _)| (*name, Treatment::Replaced));
    runs.chain(kept).chain(replaced).collect()
}

#[test]
fn every_statement_is_in_exactly_one_list() {
    let listed = listed();
    let names: BTreeSet<_> = listed.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names.len(), listed.len(), "a statement is listed twice");
    assert_eq!(names, specification().into_keys().collect());
}

#[test]
fn the_page_says_of_every_statement_what_the_lists_say() {
    let expected: BTreeMap<_, _> = listed()
        .into_iter()
        .map(|(name, way)| (name.to_owned(), way))
        .collect();
    assert_eq!(page::treatments(), expected);
}
