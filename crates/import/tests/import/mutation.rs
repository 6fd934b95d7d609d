//! The fuzz targets' functions on stable Rust: over the corpus, and over mutations of it.
#![allow(unreachable_pub, reason = "the fuzz workspace has the module as its own")]

#[path = "../../../../fuzz/src/import.rs"]
mod targets;

#[path = "../../../../fuzz/src/mutate.rs"]
mod mutate;

use std::ops::ControlFlow;
use std::path::Path;

use mutate::{RUNS, in_place, run};
use privatus_import::legacy::{Item, Record, SearchOptions, Source, Zone};

#[test]
fn telegram_export() {
    // What precedes the damage is kept: most mutations still contain a message.
    run("telegram_export", 3, targets::telegram_export, RUNS);
}

#[test]
fn privatus_export() {
    run("privatus_export", 2, targets::privatus_export, RUNS);
}

#[test]
fn legacy_field() {
    // A digit of a time can become another digit; a token has a MAC.
    run("legacy_field", 3, targets::legacy_field, RUNS / 2);
}

/// A legacy database with changed bytes, read to its end with the keys of the intact file: never a panic, never a text
/// that the intact file does not have, and usually most of it.
#[test]
fn legacy_database() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let whole = std::fs::read(data.join("legacy_gen1.db")).unwrap();
    let options = SearchOptions {
        original_path: Some("/home/robin/.privatus-chat/privatus_chat.db"),
        ..SearchOptions::default()
    };
    let mut source = Source::open(&data.join("legacy_gen1.db")).unwrap();
    let keys = source
        .find_keys(&options, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    let zone = Zone::named("UTC").unwrap();
    let read = |source: &mut Source| {
        let mut texts = Vec::new();
        for item in source.records(&keys, &zone) {
            match item {
                Ok(Item::Record(Record::Message(message))) => texts.push(message.text),
                Ok(_) => {}
                // Only a failure other than damage ends a reading.
                Err(error) => panic!("{error}"),
            }
        }
        texts
    };
    let texts = read(&mut source);
    assert!(texts.len() > 10, "{}", texts.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("privatus_chat.db");
    let (mut opened, mut kept) = (0, 0);
    in_place(&whole, LEGACY_RUNS, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        let Ok(mut source) = Source::open(&path) else {
            return;
        };
        let found = read(&mut source);
        assert!(
            found.iter().all(|text| texts.contains(text)),
            "a text that was never there"
        );
        opened += 1;
        kept += found.len();
    });
    assert!(opened > LEGACY_RUNS / 3, "{opened}");
    assert!(kept > opened * texts.len() / 2, "{kept} in {opened}");
}

/// Each one opens a file, so there are fewer than for the targets in memory.
const LEGACY_RUNS: usize = 3_000;
