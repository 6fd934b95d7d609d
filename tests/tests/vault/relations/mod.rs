//! The specification's diagram, edge by edge: what holds it, and what a delete does.

mod edges;
mod world;

use crate::relations::edges::EDGES;
use crate::relations::world::World;

#[test]
fn by_the_tool() {
    for edge in &EDGES {
        println!("{}", edge.name);
        let world = World::new();
        (edge.by_tool)(&world);
        assert!(world.was_deleted_from(), "{} deletes nothing", edge.name);
        world.is_sound();
    }
}

#[test]
fn by_plain_sql() {
    for edge in &EDGES {
        println!("{}", edge.name);
        let world = World::new();
        (edge.by_sql)(&world);
        assert!(world.was_deleted_from(), "{} deletes nothing", edge.name);
    }
}

#[test]
fn the_document_names_every_edge() {
    let text = include_str!("../../../../docs/DATA_MODEL.md");
    let start = text.find("\n## Relations").unwrap();
    let section = text[start + 1..].split("\n## ").next().unwrap();
    let first_cell = |line: &str| line.strip_prefix("| ")?.split(" | ").next().map(str::to_owned);
    let named: Vec<String> = section
        .lines()
        .filter_map(first_cell)
        .filter(|cell| cell.contains('→'))
        .collect();
    let tested: Vec<&str> = EDGES.iter().map(|edge| edge.name).collect();
    assert_eq!(named[..tested.len()], tested);
}
