//! Finding the keys.

use std::ops::ControlFlow;

use privatus_import::legacy::{
    FoundKeys, KeyOrigin, LegacyError, SearchEnd, SearchOptions, SearchProgress, Source,
};

use crate::legacy::maker::{
    self, Maker, PASSWORD, counts, damaged, first_generation_key, read_all, seal, search,
};

/// Counts the walks: the count drops when a new one begins.
fn walks(found: &mut Vec<SearchProgress>, source: &mut Source, bound: u64) -> (FoundKeys, usize) {
    let options = SearchOptions {
        password: Some(PASSWORD.as_bytes()),
        max_iterations: bound,
        ..SearchOptions::default()
    };
    let keys = source.find_keys(&options, &mut |progress| {
        found.push(*progress);
        ControlFlow::Continue(())
    });
    let begun = found
        .windows(2)
        .filter(|pair| pair[1].iterations <= pair[0].iterations)
        .count();
    (keys.unwrap(), begun + 1)
}

#[test]
fn one_key_is_found_and_opens_everything() {
    let mut maker = Maker::new();
    let key = maker.key(3_217);
    maker.messages(&key, 40);
    maker.setting(&key, "theme", "\"dark\"");
    let found = search(&maker.path(), PASSWORD, 20_000_000).unwrap();
    assert_eq!(counts(&found), [(3_217, 41)]);
    assert_eq!(
        (found.end, found.unopened, found.bound),
        (SearchEnd::AllOpen, 0, 20_000_000)
    );
    assert_eq!(found.keys[0].origin, KeyOrigin::SecondGeneration);
}

#[test]
fn the_bound_itself_and_one_iteration_are_tried() {
    for iterations in [1, 2, 5_000] {
        let mut maker = Maker::new();
        maker.message(&maker.key(iterations), "hello");
        assert_eq!(
            counts(&search(&maker.path(), PASSWORD, iterations).unwrap()),
            [(iterations, 1)]
        );
        if iterations > 1 {
            let error = search(&maker.path(), PASSWORD, iterations - 1).unwrap_err();
            assert!(matches!(error, LegacyError::NothingOpens { .. }), "{error}");
        }
    }
}

#[test]
fn a_wrong_password_and_a_low_bound_are_both_named() {
    let mut maker = Maker::new();
    maker.messages(&maker.key(2_000), 3);
    for (password, bound) in [("Wrong-Horse-7", 5_000), (PASSWORD, 1_999)] {
        let text = search(&maker.path(), password, bound).unwrap_err().to_string();
        for part in ["3 encrypted rows", &bound.to_string(), "password", "higher count"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(password), "{text}");
    }
}

#[test]
fn the_bytes_of_the_password_are_taken_as_they_are() {
    let (composed, decomposed) = ("Caf\u{e9}-Noir-2025 ", "Cafe\u{301}-Noir-2025 ");
    let mut maker = Maker::new();
    maker.message(&maker::derive(decomposed, &maker.salt, 1_500), "hello");
    assert_eq!(
        counts(&search(&maker.path(), decomposed, 2_000).unwrap()),
        [(1_500, 1)]
    );
    for other in [composed, decomposed.trim()] {
        assert!(search(&maker.path(), other, 2_000).is_err());
    }
}

#[test]
fn every_key_of_a_file_is_found_whatever_the_order() {
    for order in [
        [1_200, 2_600, 4_900],
        [4_900, 2_600, 1_200],
        [2_600, 4_900, 1_200],
    ] {
        let mut maker = Maker::new();
        for iterations in order {
            let key = maker.key(iterations);
            maker.messages(&key, 20);
            maker.setting(&key, &format!("s{iterations}"), "1");
        }
        let found = search(&maker.path(), PASSWORD, 10_000).unwrap();
        assert_eq!(counts(&found), [(1_200, 21), (2_600, 21), (4_900, 21)]);
        assert_eq!(found.end, SearchEnd::AllOpen);
    }
}

#[test]
fn one_row_under_a_lower_key_hides_behind_longer_neighbours_and_is_found() {
    let mut maker = Maker::new();
    let (most, one) = (maker.key(4_000), maker.key(1_100));
    maker.messages(&most, 300);
    // Longer than its neighbours, so the first choice of tokens skips it.
    maker.message(&one, &"the only one ".repeat(40));
    maker.messages(&most, 300);
    let mut progress = Vec::new();
    let (found, _) = walks(
        &mut progress,
        &mut Source::open(&maker.path()).unwrap(),
        1_000_000,
    );
    assert_eq!(counts(&found), [(1_100, 1), (4_000, 600)]);
    assert_eq!(found.end, SearchEnd::AllOpen);
    // It was found by catching up, not by continuing to the bound.
    assert!(
        progress
            .iter()
            .all(|progress| progress.catching_up || progress.iterations < 40_000)
    );
}

#[test]
fn sixty_sessions_with_a_key_each() {
    let mut maker = Maker::new();
    let mut wanted = Vec::new();
    // Counts jump up and down as they do when the machine is busy.
    for session in 0..60_u64 {
        let iterations = 1_000 + session * 37 % 60 * 50;
        let key = maker.key(iterations);
        maker.messages(&key, 4);
        wanted.push((iterations, 4));
    }
    wanted.sort_unstable();
    let found = search(&maker.path(), PASSWORD, 200_000).unwrap();
    assert_eq!((counts(&found), found.end), (wanted, SearchEnd::AllOpen));
}

#[test]
fn a_damaged_row_costs_one_walk_to_the_bound_and_is_counted() {
    let mut maker = Maker::new();
    let key = maker.key(2_000);
    maker.messages(&key, 50);
    maker.token(&damaged(seal(&key, b"lost")));
    maker.messages(&key, 50);
    let mut progress = Vec::new();
    let mut source = Source::open(&maker.path()).unwrap();
    let (found, walks) = walks(&mut progress, &mut source, 100_000);
    assert_eq!(counts(&found), [(2_000, 100)]);
    assert_eq!(
        (found.end, found.unopened, found.tried_to_the_bound),
        (SearchEnd::BoundMet, 1, 1)
    );
    assert!(walks <= 3, "{walks}");
    let read = read_all(&mut source, &found, "UTC");
    assert_eq!(
        read.shown(),
        ["messages m50 (row 51): no key that was found opens it"]
    );
    assert_eq!(
        (
            read.summary.messages,
            read.summary.unopened,
            read.summary.rows_left_out
        ),
        (100, 1, 1)
    );
}

#[test]
fn many_damaged_rows_do_not_hide_a_key_and_do_not_cost_a_walk_each() {
    let mut maker = Maker::new();
    let (high, low) = (maker.key(3_000), maker.key(1_000));
    for number in 0..400 {
        maker.message(&high, &format!("{number}"));
        maker.token(&damaged(seal(&high, format!("{number}").as_bytes())));
    }
    maker.messages(&low, 30);
    let mut progress = Vec::new();
    let (found, walks) = walks(&mut progress, &mut Source::open(&maker.path()).unwrap(), 50_000);
    assert_eq!(counts(&found), [(1_000, 30), (3_000, 400)]);
    assert_eq!((found.end, found.unopened), (SearchEnd::BoundMet, 400));
    assert!(walks <= 8, "{walks}");
}

#[test]
fn tokens_that_are_none_are_never_searched_for() {
    let mut maker = Maker::new();
    maker.token(b"not a token at all");
    maker.token(b"");
    let found = search(&maker.path(), PASSWORD, 1_000_000).unwrap();
    assert_eq!(
        (found.keys.len(), found.unopened, found.end),
        (0, 0, SearchEnd::AllOpen)
    );
}

#[test]
fn progress_is_told_and_breaking_it_gives_what_was_found() {
    let mut maker = Maker::new();
    let key = maker.key(40_000);
    maker.messages(&key, 10);
    maker.token(&damaged(seal(&key, b"x")));
    let mut source = Source::open(&maker.path()).unwrap();
    let options = SearchOptions {
        password: Some(PASSWORD.as_bytes()),
        ..SearchOptions::default()
    };
    let mut calls = 0;
    let found = source
        .find_keys(&options, &mut |progress| {
            calls += 1;
            assert!(progress.iterations <= progress.bound && progress.rate > 0.0);
            assert!(progress.remaining.is_some());
            assert_eq!(progress.rows, 11);
            if progress.keys == 1 {
                assert_eq!(progress.rows_open, 10);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(calls >= 2);
    assert_eq!(
        (counts(&found), found.end, found.unopened),
        (vec![(40_000, 10)], SearchEnd::Cancelled, 1)
    );
}

#[test]
fn a_password_is_asked_for_only_when_something_is_sealed() {
    let mut maker = Maker::new();
    let find = |maker: &Maker| {
        let mut source = Source::open(&maker.path()).unwrap();
        assert!(source.needs_password());
        source.find_keys(&SearchOptions::default(), &mut |_| ControlFlow::Continue(()))
    };
    assert_eq!(find(&maker).unwrap().end, SearchEnd::AllOpen);
    maker.message(&maker.key(10), "hello");
    let error = find(&maker).unwrap_err();
    assert!(
        matches!(error, LegacyError::PasswordNeeded { rows: 1 }),
        "{error}"
    );
}

fn first_generation(maker: &Maker, original_path: Option<&str>) -> Result<FoundKeys, LegacyError> {
    let options = SearchOptions {
        original_path,
        ..SearchOptions::default()
    };
    Source::open(&maker.path())?.find_keys(&options, &mut |_| ControlFlow::Continue(()))
}

#[test]
fn the_first_generation_opens_by_its_original_path() {
    let path = "/home/zoë/.privatus-chat/privatus_chat.db";
    let mut maker = Maker::without_salt();
    maker.messages(&first_generation_key(path), 5);
    let found = first_generation(&maker, Some(path)).unwrap();
    assert_eq!(
        (counts(&found), found.end),
        (vec![(100_000, 5)], SearchEnd::AllOpen)
    );
    let origin = KeyOrigin::FirstGeneration {
        original_path: path.to_owned(),
        guessed: false,
    };
    assert_eq!(found.keys[0].origin, origin);

    let wrong = first_generation(&maker, Some("/home/zoe/.privatus-chat/privatus_chat.db")).unwrap_err();
    assert!(matches!(wrong, LegacyError::OriginalPathWrong { .. }), "{wrong}");
    assert!(wrong.to_string().contains("/home/zoe/"), "{wrong}");
    let missing = first_generation(&maker, None).unwrap_err();
    assert!(
        matches!(missing, LegacyError::OriginalPathNeeded { .. }),
        "{missing}"
    );
    for part in ["privatus_chat.salt", "path that the database had at that time"] {
        assert!(missing.to_string().contains(part), "{missing}");
    }
}

#[test]
fn a_first_generation_database_still_in_its_place_needs_no_path() {
    let mut maker = Maker::without_salt();
    let path = maker.path().to_str().unwrap().to_owned();
    maker.messages(&first_generation_key(&path), 2);
    let found = first_generation(&maker, None).unwrap();
    assert_eq!(
        found.keys[0].origin,
        KeyOrigin::FirstGeneration {
            original_path: path,
            guessed: true
        }
    );
}

#[test]
fn rows_of_both_generations_in_one_file() {
    let path = "/home/alice/.privatus-chat/privatus_chat.db";
    let mut maker = Maker::new();
    maker.messages(&first_generation_key(path), 30);
    maker.messages(&maker.key(2_500), 30);
    let options = SearchOptions {
        password: Some(PASSWORD.as_bytes()),
        original_path: Some(path),
        max_iterations: 10_000,
    };
    let mut source = Source::open(&maker.path()).unwrap();
    let found = source
        .find_keys(&options, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    assert_eq!(
        (counts(&found), found.end),
        (vec![(2_500, 30), (100_000, 30)], SearchEnd::AllOpen)
    );
    assert_eq!(read_all(&mut source, &found, "UTC").texts().len(), 60);
}

#[test]
fn nothing_shows_a_key_or_a_password() {
    let mut maker = Maker::new();
    maker.messages(&maker.key(1_000), 1);
    let found = search(&maker.path(), PASSWORD, 1_000).unwrap();
    let options = SearchOptions {
        password: Some(PASSWORD.as_bytes()),
        ..SearchOptions::default()
    };
    assert_eq!(
        format!("{options:?}"),
        "SearchOptions { max_iterations: 20000000, .. }"
    );
    assert!(format!("{found:?}").contains("FernetKey(redacted)"));
}
