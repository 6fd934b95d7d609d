//! Databases that are cut off or have damaged pages.

use std::fs;

use privatus_import::legacy::LegacyError;

use crate::legacy::maker::{Maker, read};
use crate::legacy::source::refusal;

#[test]
fn a_cut_off_database_is_refused_wherever_it_is_cut() {
    let mut maker = Maker::new();
    maker.messages(&maker.key(1_000), 100);
    let folder = maker.close();
    let path = folder.path().join("privatus_chat.db");
    let whole = fs::read(&path).unwrap();
    for length in [
        16,
        50,
        99,
        100,
        1_000,
        4_096,
        whole.len() - 4_096,
        whole.len() - 1,
    ] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = refusal(&path);
        assert!(
            matches!(error, LegacyError::CutOff { size, .. } if size == length as u64),
            "{length}: {error}"
        );
    }
}

/// A file of 3,000 short messages, one of 20,000 bytes, a setting and 300 contacts.
fn many() -> (tempfile::TempDir, Vec<u8>) {
    let mut maker = Maker::new();
    let key = maker.key(20);
    maker.sql("BEGIN");
    maker.messages(&key, 1_500);
    maker.message(&key, &"long ".repeat(4_000));
    maker.messages(&key, 1_500);
    maker.setting(&key, "theme", "\"dark\"");
    for number in 0..300 {
        maker.sql(&format!(
            "INSERT INTO contacts VALUES ('c{number}', 'Contact {number}', '', 0, 0, NULL, NULL)"
        ));
    }
    maker.sql("COMMIT");
    let folder = maker.close();
    let bytes = fs::read(folder.path().join("privatus_chat.db")).unwrap();
    (folder, bytes)
}

/// Pages that begin with a type byte and contain a word.
fn pages(bytes: &[u8], kind: u8, word: &[u8]) -> Vec<usize> {
    let has = |page: &[u8]| page[0] == kind && page.windows(word.len()).any(|at| at == word);
    (1..bytes.len() / 4_096)
        .filter(|page| has(&bytes[page * 4_096..][..4_096]))
        .collect()
}

const TABLE_LEAF: u8 = 13;
const TABLE_INNER: u8 = 5;
const INDEX_LEAF: u8 = 10;

#[test]
fn a_damaged_page_takes_its_own_rows_and_no_other() {
    let (folder, whole) = many();
    let path = folder.path().join("privatus_chat.db");
    let leaves = pages(&whole, TABLE_LEAF, b"gAAA");
    let (settings, messages): (Vec<usize>, Vec<usize>) = leaves.into_iter().partition(|page| {
        whole[page * 4_096..][..4_096]
            .windows(5)
            .any(|word| word == b"theme")
    });
    let contacts = pages(&whole, TABLE_LEAF, b"Contact 1");
    let index = pages(&whole, INDEX_LEAF, b"2025-06-02T");
    let keys = pages(&whole, INDEX_LEAF, b"m100");
    // An overflow page begins with the number of the next one, and its text is that of a token.
    let overflow = (1..whole.len() / 4_096)
        .find(|page| {
            whole[page * 4_096] == 0
                && whole[page * 4_096 + 8..][..1_000]
                    .iter()
                    .all(u8::is_ascii_alphanumeric)
        })
        .or_else(|| {
            (1..whole.len() / 4_096).find(|page| {
                let body = &whole[page * 4_096..][..4_096];
                body[0] == 0 && body[4..].iter().all(|byte| byte.is_ascii_graphic())
            })
        })
        .unwrap();
    assert!(
        messages.len() > 100
            && settings.len() == 1
            && contacts.len() > 1
            && !index.is_empty()
            && !keys.is_empty()
    );
    let read = |pages: &[usize]| {
        let mut bytes = whole.clone();
        for page in pages {
            bytes[page * 4_096..][..4_096].fill(0xff);
        }
        fs::write(&path, bytes).unwrap();
        let all = read(folder.path(), 20);
        (all.summary, all.shown())
    };
    let (summary, lost) = read(&[]);
    assert_eq!(
        (summary.contacts, summary.settings, summary.messages),
        (301, 1, 3_001)
    );
    assert!(lost.is_empty());

    let middle = messages[messages.len() / 2];
    for page in [messages[0], middle, messages[messages.len() - 1]] {
        let (summary, lost) = read(&[page]);
        assert_eq!((summary.contacts, summary.settings), (301, 1));
        // Each row of the page is listed, by the name that the index still has.
        assert_eq!(summary.messages + lost.len() as u64, 3_001, "{lost:?}");
        assert!((2..100).contains(&lost.len()), "{lost:?}");
        assert!(
            lost.iter()
                .all(|line| line.starts_with("messages m") && line.contains("damaged")),
            "{lost:?}"
        );
    }
    // Every third page of the messages.
    let third: Vec<usize> = messages.iter().copied().step_by(3).collect();
    let (summary, lost) = read(&third);
    assert_eq!(summary.messages + lost.len() as u64, 3_001);
    assert!(summary.messages > 1_800, "{}", summary.messages);
    // With the index of the ids gone too, only the place can be reported.
    let both = [&keys[..], &[middle]].concat();
    let (summary, lost) = read(&both);
    assert!((2_900..3_001).contains(&summary.messages), "{}", summary.messages);
    assert!(
        matches!(&lost[..], [line] if line.contains("up to row")),
        "{lost:?}"
    );

    let (summary, lost) = read(&settings);
    assert_eq!(
        (summary.contacts, summary.settings, summary.messages),
        (301, 0, 3_001)
    );
    assert_eq!(lost.len(), 1, "{lost:?}");
    let (summary, lost) = read(&contacts[..1]);
    assert_eq!((summary.settings, summary.messages), (1, 3_001));
    assert_eq!(summary.contacts + lost.len() as u64, 301, "{lost:?}");
    for page in index {
        let (summary, lost) = read(&[page]);
        assert_eq!(
            (summary.contacts, summary.settings, summary.messages),
            (301, 1, 3_001),
            "{lost:?}"
        );
    }
    let (summary, lost) = read(&[overflow]);
    assert_eq!(
        (summary.contacts, summary.settings, summary.messages),
        (301, 1, 3_000)
    );
    assert!(
        matches!(&lost[..], [line] if line.starts_with("messages m1500 ")),
        "{lost:?}"
    );
}

#[test]
fn a_damaged_inner_page_takes_what_hangs_on_it() {
    let (folder, whole) = many();
    let path = folder.path().join("privatus_chat.db");
    for page in (1..whole.len() / 4_096).filter(|page| whole[page * 4_096] == TABLE_INNER) {
        let mut bytes = whole.clone();
        bytes[page * 4_096..][..4_096].fill(0xff);
        fs::write(&path, bytes).unwrap();
        let all = read(folder.path(), 20);
        let found = all.summary.contacts + all.summary.settings + all.summary.messages;
        assert_eq!(found + all.problems.len() as u64, 3_303, "page {page}");
    }
}
