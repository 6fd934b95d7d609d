//! Damaged input of every kind gives an error or fewer rows, never a panic or a wrong text.

use std::fs;
use std::ops::ControlFlow;

use privatus_import::legacy::{Item, Record, SearchOptions, Source, Zone, fuzz_field};
use proptest::prelude::*;

use crate::legacy::maker::{Maker, PASSWORD, seal};

const TEXT: &str = "the one text there is";

/// The result of reading a file: the number of messages, all with the right text.
fn attempt(folder: &std::path::Path) -> Option<usize> {
    let mut source = Source::open(folder).ok()?;
    let options = SearchOptions {
        password: Some(PASSWORD.as_bytes()),
        max_iterations: 20,
        ..SearchOptions::default()
    };
    let keys = source
        .find_keys(&options, &mut |_| ControlFlow::Continue(()))
        .ok()?;
    let zone = Zone::named("Europe/Berlin").unwrap();
    let mut messages = 0;
    for item in source.records(&keys, &zone) {
        match item {
            Ok(Item::Record(Record::Message(message))) => {
                assert_eq!(message.text, TEXT);
                messages += 1;
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Some(messages)
}

#[test]
fn a_database_with_any_byte_changed_gives_true_texts_or_an_error() {
    let mut maker = Maker::new();
    let key = maker.key(20);
    for _ in 0..30 {
        maker.message(&key, TEXT);
    }
    maker.setting(&key, "theme", "\"dark\"");
    let folder = maker.close();
    let path = folder.path().join("privatus_chat.db");
    let whole = fs::read(&path).unwrap();
    assert_eq!(attempt(folder.path()), Some(30));
    // Every byte of the first 100, then at a stride that hits every page.
    let places = (0..100).chain((100..whole.len()).step_by(241));
    let (mut refused, mut partial) = (0, 0);
    for (turn, place) in places.enumerate() {
        let mut bytes = whole.clone();
        bytes[place] ^= [0x01, 0x80, 0xff, 0x10][turn % 4];
        fs::write(&path, &bytes).unwrap();
        match attempt(folder.path()) {
            None => refused += 1,
            Some(30) => {}
            Some(_) => partial += 1,
        }
    }
    assert!(refused > 10 && partial > 5, "{refused} {partial}");
}

proptest! {
    #[test]
    fn any_bytes_as_a_field(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fuzz_field(&bytes);
    }

    #[test]
    fn any_change_of_a_token(text in ".{0,80}", place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut token = seal(&[0; 32], text.as_bytes());
        let place = place.index(token.len());
        token[place] = byte;
        fuzz_field(&token);
    }

    #[test]
    fn any_change_of_a_time(place in 0_usize..26, c in any::<char>()) {
        let mut text: Vec<char> = "2025-10-26T02:30:00.123456".chars().collect();
        text[place] = c;
        fuzz_field(text.into_iter().collect::<String>().as_bytes());
    }
}
