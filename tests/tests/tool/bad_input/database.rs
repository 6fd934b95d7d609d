//! The database: missing, empty, cut, damaged, plain, another vault's.

use std::fs;

use privatus_sqlite::{Connection, OpenMode, OpenOptions};
use privatus_tests::{history, ok, run};

use super::{one_line, refuses, vault, word};

const PAGE: usize = 4_096;
const CHATS: [&str; 1] = ["chats"];

#[test]
fn missing_empty_or_no_file() {
    let (_dir, vault) = vault();
    let database = vault.join("privatus.db");
    fs::write(&database, "").unwrap();
    refuses(&vault, &CHATS, 16, "is empty");
    fs::remove_file(&database).unwrap();
    refuses(&vault, &CHATS, 15, "put privatus.db back");
    fs::create_dir(&database).unwrap();
    refuses(&vault, &CHATS, 17, "privatus.db is a folder");
}

#[test]
fn cut_at_and_off_a_page_border() {
    let (_dir, vault) = vault();
    ok(&vault, &["import", "telegram", word(&history())]);
    let database = vault.join("privatus.db");
    let whole = fs::read(&database).unwrap();
    let pages = whole.len() / PAGE;
    assert!(pages > 100 && whole.len() == pages * PAGE);
    for kept in [1, 2, pages / 2, pages - 1] {
        fs::write(&database, &whole[..kept * PAGE]).unwrap();
        refuses(&vault, &CHATS, 16, "restore a backup");
        for off in [1, PAGE / 2, PAGE - 1] {
            fs::write(&database, &whole[..kept * PAGE + off - PAGE]).unwrap();
            refuses(&vault, &CHATS, 16, "cut off");
        }
    }
    fs::write(&database, &whole).unwrap();
    ok(&vault, &["verify"]);
}

#[test]
fn a_damaged_first_page() {
    let (_dir, vault) = vault();
    let database = vault.join("privatus.db");
    let whole = fs::read(&database).unwrap();
    for at in [16, 17, 100, 2_000, PAGE - 65, PAGE - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&database, &damaged).unwrap();
        refuses(&vault, &CHATS, 16, "its first page does not open");
    }
    // The salt is in the key ring too: its loss costs nothing.
    let mut damaged = whole.clone();
    damaged[..16].fill(0);
    fs::write(&database, &damaged).unwrap();
    ok(&vault, &CHATS);
}

#[test]
fn a_damaged_page_further_on() {
    let (_dir, vault) = vault();
    ok(&vault, &["import", "telegram", word(&history())]);
    let database = vault.join("privatus.db");
    let whole = fs::read(&database).unwrap();
    for page in [whole.len() / PAGE / 2, whole.len() / PAGE - 2] {
        let mut damaged = whole.clone();
        damaged[page * PAGE + 50] ^= 1;
        fs::write(&database, &damaged).unwrap();
        let line = one_line(&run(&vault, &["verify"]), 16);
        let places = [format!("page {}", page + 1), "describes its tables".into()];
        assert!(
            places.iter().any(|place| line.contains(place)),
            "says where: {line}"
        );
    }
}

#[test]
fn plain_or_of_another_vault() {
    let (_dir, mine) = vault();
    let (other_dir, other) = vault();
    let database = mine.join("privatus.db");
    let path = other_dir.path().join("plain.db");
    let mut plain = Connection::open(&path, &OpenOptions::new(OpenMode::Create)).unwrap();
    plain
        .execute_batch("CREATE TABLE messages (a); INSERT INTO messages VALUES (1)")
        .unwrap();
    drop(plain);
    fs::copy(&path, &database).unwrap();
    refuses(&mine, &CHATS, 16, "plain SQLite file");
    fs::copy(other.join("privatus.db"), &database).unwrap();
    refuses(&mine, &CHATS, 16, "to different vaults");
    fs::write(&database, vec![0x5a; PAGE * 4]).unwrap();
    refuses(&mine, &CHATS, 16, "copy the folder before any repair");
}
