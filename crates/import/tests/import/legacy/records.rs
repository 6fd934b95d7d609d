//! The records, and the handling of rows that the application would not write.

use privatus_import::legacy::{MAX_TEXT_BYTES, Record, Source};

use crate::legacy::maker::{ALICE, Maker, blob, read, read_all, seal, search};

#[test]
fn texts_of_every_size_come_back_exact() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    let largest = "ж".repeat(MAX_TEXT_BYTES / 2);
    let texts = [
        "",
        "x",
        "exactly sixteen!",
        " trimmed? \r\n",
        "nul \0 inside",
        "e\u{301} is not \u{e9}",
        "\u{202e}right to left\u{1b}[31m",
        "日本語 🐕",
        &largest,
    ];
    for text in texts {
        maker.message(&key, text);
    }
    let read = read(&maker.path(), 2_000);
    assert!(read.texts() == texts, "a text differs");
    assert_eq!((read.summary.messages, read.problems.len()), (9, 0));
}

#[test]
fn a_text_over_the_limit_is_left_out_by_name() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    // One byte over, which a token's size does not show, and a block over, which it does.
    for more in [0, 1, 16, 100_000] {
        maker.message(&key, &"a".repeat(MAX_TEXT_BYTES + more));
    }
    let read = read(&maker.path(), 2_000);
    assert_eq!(read.texts().len(), 1);
    let shown = ["m1 (row 2)", "m2 (row 3)", "m3 (row 4)"];
    assert_eq!(
        read.shown(),
        shown.map(|row| format!("messages {row}: its text is over 1,048,576 bytes"))
    );
    assert_eq!((read.summary.rows_left_out, read.summary.unopened), (3, 0));
}

#[test]
fn large_rows_and_many_rows_come_in_the_order_they_were_written() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.sql("BEGIN");
    let mut texts = Vec::new();
    for number in 0..2_000 {
        // A page ends by its row count or its bytes.
        let text = format!(
            "{number}{}",
            "y".repeat(if number % 300 == 7 { 900_000 } else { 3 })
        );
        maker.message(&key, &text);
        texts.push(text);
    }
    // Rowids with gaps and at both ends of their range.
    maker.sql("COMMIT; DELETE FROM messages WHERE rowid BETWEEN 600 AND 1300");
    texts.drain(599..1_300);
    maker.sql("UPDATE messages SET rowid = -9223372036854775808 WHERE rowid = 1");
    maker.sql("UPDATE messages SET rowid = 9223372036854775807 WHERE rowid = 2000");
    let read = read(&maker.path(), 2_000);
    assert!(read.texts() == texts, "order or texts differ");
}

#[test]
fn fields_flags_and_rows_without_partners_are_kept() {
    let long = "i".repeat(2_000);
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    let content = blob(&seal(&key, b"hello"));
    maker.sql(
        "INSERT INTO contacts VALUES ('nobody wrote', '', '', NULL, 2, NULL, '2025-01-02 03:04:05.678901')",
    );
    maker.sql(&format!(
        "INSERT INTO messages VALUES ('{long}', 'of nobody', {content}, 1, 0, '2025-06-01 10:00:00')"
    ));
    maker.sql(&format!(
        "INSERT INTO messages VALUES ('m', '{ALICE}', {content}, 0, NULL, '2025-06-01T10:00:00.5')"
    ));
    maker.setting(
        &key,
        "numbers",
        "[9007199254740993, 0.10, 1e400, 100000000000000000000000]",
    );
    let read = read(&maker.path(), 2_000);
    assert_eq!(read.problems, []);
    let [
        Record::Contact(alice),
        Record::Contact(nobody),
        Record::Setting(setting),
        Record::Message(first),
        Record::Message(second),
    ] = &read.records[..]
    else {
        panic!("{:?}", read.records)
    };
    assert_eq!(
        (alice.contact_id.as_str(), alice.display_name.as_str()),
        (ALICE, "Alice")
    );
    assert_eq!((alice.is_verified, alice.is_online), (true, false));
    assert_eq!((alice.added_at, alice.last_seen), (Some(1_748_772_000_000), None));
    assert_eq!(
        (nobody.is_verified, nobody.is_online, nobody.added_at),
        (false, true, None)
    );
    assert_eq!(nobody.last_seen, Some(1_735_787_045_678));
    assert_eq!(
        setting.json,
        "[9007199254740993, 0.10, 1e400, 100000000000000000000000]"
    );
    assert_eq!(
        (first.message_id.as_str(), first.contact_id.as_str()),
        (long.as_str(), "of nobody")
    );
    assert_eq!(
        (first.is_outgoing, first.is_encrypted, first.timestamp),
        (true, false, 1_748_772_000_000)
    );
    assert_eq!(
        (second.is_outgoing, second.is_encrypted, second.timestamp),
        (false, true, 1_748_772_000_500)
    );
}

#[test]
fn a_wrong_type_costs_the_field_and_its_row_only_where_it_is_the_id_or_the_text() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.messages(&key, 1);
    let content = blob(&seal(&key, b"hello"));
    let time = "'2025-06-01T10:00:00'";
    for values in [
        format!("'a', x'07', {content}, 1, 1, {time}"),
        format!("'b', 'c', 12, 1, 1, {time}"),
        format!("'d', 'c', {content}, 'yes', 1, {time}"),
        format!("'e', 'c', {content}, 1, x'01', {time}"),
        format!("'f', 'c', {content}, 1, 1, 1748772000"),
        format!("'g', 'c', {content}, 1, 1, NULL"),
        format!("'h', 'c', {content}, 1, 1, 'yesterday'"),
        format!("NULL, 'c', {content}, 1, 1, {time}"),
        format!("x'ff', 'c', {content}, 1, 1, {time}"),
        format!("cast(x'ff' AS TEXT), 'c', {content}, 1, 1, {time}"),
        format!("'l', 'c', {content}, 1, 1, '9999-12-31T23:59:59-08:00'"),
        format!("'i', 'c', 'gAAAAAAA', 1, 1, {time}"),
        format!("'j', 'c', zeroblob(3000000), 1, 1, {time}"),
        format!("'k', 'c', {}, 1, 1, {time}", blob(&seal(&key, b"\xff\xfe"))),
        format!("printf('%.*c', 70000, 'z'), 'c', {content}, 1, 1, {time}"),
    ] {
        // The application's own tables would accept all of these except NULL content: no type is strict.
        maker.sql(&format!("INSERT INTO messages VALUES ({values})"));
    }
    maker.messages(&key, 1);
    let read = read(&maker.path(), 2_000);
    assert_eq!(read.texts().len(), 8);
    let shown = [
        "messages a (row 2): contact_id is of type BLOB",
        "messages b (row 3): content is of type INTEGER",
        "messages d (row 4): is_outgoing is of type TEXT; it was imported as incoming",
        "messages e (row 5): is_encrypted is of type BLOB; it was imported without that",
        "messages f (row 6): timestamp is of type INTEGER; it was imported with the time of the message next to it",
        "messages g (row 7): timestamp is missing; it was imported with the time of the message next to it",
        "messages h (row 8): timestamp is not a time; it was imported with the time of the message next to it",
        "messages row 9: message_id is missing",
        "messages row 10: message_id is of type BLOB",
        "messages row 11: message_id is not UTF-8",
        "messages l (row 12): timestamp is outside the years 0 to 9999 (UTC); it was imported with the time of the message next to it",
        "messages i (row 13): content is too short for a token",
        "messages j (row 14): its text is over 1,048,576 bytes",
        "messages k (row 15): its text is not UTF-8",
        "messages row 16: message_id is over 65536 bytes",
    ];
    assert_eq!(read.shown(), shown);
    assert_eq!(
        (
            read.summary.rows_left_out,
            read.summary.fields_left_out,
            read.summary.unopened
        ),
        (9, 6, 0)
    );
}

#[test]
fn a_contact_or_setting_keeps_its_row_when_only_a_time_is_unreadable() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.sql("INSERT INTO contacts VALUES ('b', 'Bob', 'k', 0, 0, 'once', x'00')");
    maker.sql("INSERT INTO contacts VALUES ('c', x'0c', 'k', 0, 0, NULL, NULL)");
    // As long as a key can be, and one byte longer.
    maker.sql("INSERT INTO contacts VALUES ('d', 'Dora', printf('%.*c', 16384, 'z'), 0, 0, NULL, NULL)");
    maker.sql("INSERT INTO contacts VALUES ('e', 'Eve', printf('%.*c', 16385, 'z'), 0, 0, NULL, NULL)");
    maker.setting(&key, "s", "null");
    maker.sql("UPDATE settings SET updated_at = '2025-02-30 00:00:00'");
    maker.setting(&key, "t", "{not json");
    let read = read(&maker.path(), 2_000);
    assert_eq!((read.summary.contacts, read.summary.settings), (3, 1));
    assert_eq!((read.summary.fields_left_out, read.summary.rows_left_out), (3, 3));
    let shown = [
        "contacts b (row 2): added_at is not a time",
        "contacts b (row 2): last_seen is of type BLOB",
        "contacts c (row 3): display_name is of type BLOB",
        "contacts e (row 5): public_key is over 16384 bytes",
        "settings s (row 1): updated_at is not a time",
        "settings t (row 2): its value is not JSON",
    ];
    assert_eq!(read.shown(), shown);
}

#[test]
fn the_zone_moves_the_times_and_double_hours_are_counted() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    for time in [
        "2025-07-01T12:00:00",
        "2025-10-26 02:15:00",
        "2025-03-30 02:15:00",
        "2025-07-01T12:00:00+00:00",
    ] {
        maker.message(&key, time);
        maker.sql(&format!(
            "UPDATE messages SET timestamp = '{time}' WHERE rowid = last_insert_rowid()"
        ));
    }
    let keys = search(&maker.path(), crate::legacy::maker::PASSWORD, 2_000).unwrap();
    let times = |zone: &str| {
        let read = read_all(&mut Source::open(&maker.path()).unwrap(), &keys, zone);
        let at = |record: &Record| match record {
            Record::Message(message) => Some(message.timestamp),
            _ => None,
        };
        (
            read.records.iter().filter_map(at).collect::<Vec<_>>(),
            read.summary.ambiguous_times,
        )
    };
    let noon = 1_751_371_200_000;
    assert_eq!(
        times("UTC"),
        (vec![noon, 1_761_444_900_000, 1_743_300_900_000, noon], 0)
    );
    let hour = 3_600_000;
    assert_eq!(
        times("Europe/Berlin"),
        (
            vec![
                noon - 2 * hour,
                1_761_444_900_000 - 2 * hour,
                1_743_300_900_000 - hour,
                noon
            ],
            2
        )
    );
}

#[test]
fn nothing_shows_a_text_or_a_name() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    maker.message(&key, "a secret text");
    maker.setting(&key, "theme", "\"a secret text\"");
    maker.token(&seal(&[9; 32], b"a secret text"));
    let read = read(&maker.path(), 2_000);
    let shown = format!(
        "{:?} {:?} {}",
        read.records,
        read.problems,
        read.shown().join(" ")
    );
    for secret in ["secret", "Alice", "a2V5"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_message_without_a_time_takes_the_one_beside_it_and_keeps_its_place() {
    let mut maker = Maker::new();
    let key = maker.key(1_000);
    let times = [
        "NULL",
        "'junk'",
        "'2025-06-01T10:00:00'",
        "7",
        "x'00'",
        "'2025-06-01T11:00:00'",
        "NULL",
    ];
    for (number, time) in times.iter().enumerate() {
        let content = blob(&seal(&key, format!("text {number}").as_bytes()));
        maker.sql(&format!(
            "INSERT INTO messages VALUES ('m{number}', 'c', {content}, 1, 1, {time})"
        ));
    }
    let read = read(&maker.path(), 2_000);
    let times: Vec<i64> = read
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Message(message) => Some(message.timestamp),
            _ => None,
        })
        .collect();
    let (ten, eleven) = (1_748_772_000_000, 1_748_775_600_000);
    assert_eq!(times, [ten, ten, ten, ten, ten, eleven, eleven]);
    assert_eq!(
        read.texts(),
        [
            "text 0", "text 1", "text 2", "text 3", "text 4", "text 5", "text 6"
        ]
    );
    assert_eq!((read.problems.len(), read.summary.rows_left_out), (5, 0));
}
