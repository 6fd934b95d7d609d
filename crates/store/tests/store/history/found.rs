//! Messages found by an id or its beginning, around another one, and before all months.

use super::*;

#[test]
fn messages_are_found_by_the_beginning_of_their_ids() {
    let f = fixture();
    let other = contact(&f.store, "bob");
    let uuid = |at: usize| format!("0190163d-8694-739b-aea5-{at:012x}");
    let begun = |chat: &ConversationId, beginning: &str, limit: usize| {
        let found = f
            .store
            .read(|tx| tx.messages_beginning(chat, beginning, limit))
            .unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut batch: Vec<NewMessage> = (0..250)
        .map(|at| message(&uuid(at), "2025-01-01T00:00:00Z"))
        .collect();
    batch.push(message(
        "ffff0000-0000-4000-8000-000000000000",
        "1970-01-01T00:00:00Z",
    ));
    // The register has a hash of these, which may begin with anything.
    batch.extend((0..500).map(|at| message(&format!("0190163d text {at}"), "2025-02-01T00:00:00Z")));
    f.store
        .write("batch", |tx| {
            tx.messages_insert(&f.chat, &batch)?;
            let elsewhere = [message(
                "0190163d-8694-739b-aea5-ffffffffffff",
                "2025-01-01T00:00:00Z",
            )];
            tx.messages_insert(&other, &elsewhere)
        })
        .unwrap();
    let all: Vec<String> = (0..250).map(uuid).collect();
    for beginning in ["0190", "0190163d-8694-739b-aea5-", "0190163"] {
        assert_eq!(begun(&f.chat, beginning, 1_000), all, "{beginning}");
    }
    assert_eq!(begun(&f.chat, "0190", 101), all[..101]);
    assert_eq!(
        begun(&f.chat, "0190163d-8694-739b-aea5-0000000000f", 9),
        all[240..249]
    );
    assert_eq!(begun(&f.chat, &uuid(7), 9), all[7..8]);
    assert_eq!(
        begun(&other, "0190163d", 9),
        ["0190163d-8694-739b-aea5-ffffffffffff"]
    );
    assert_eq!(
        begun(&f.chat, "ffff", 9),
        ["ffff0000-0000-4000-8000-000000000000"]
    );
    let texts: usize = (0..=0xffff_u32)
        .step_by(257)
        .map(|at| begun(&f.chat, &format!("{at:04x}"), 1_000).len())
        .sum();
    assert!(
        [0, 1, 250, 251].contains(&texts),
        "no text is found by its hash: {texts}"
    );
    for wrong in ["", "019", "0190163D", "0190 163d", "m9"] {
        assert!(begun(&f.chat, wrong, 9).is_empty(), "{wrong}");
    }
}

#[test]
fn a_page_around_a_message_reports_what_is_before_and_after_it() {
    let f = fixture();
    let sent: Vec<_> = ["m1", "m2", "m3"]
        .iter()
        .zip(1..)
        .map(|(id, second)| message(id, &format!("2025-01-01T00:00:0{second}Z")))
        .collect();
    f.store
        .write("messages", |tx| tx.messages_insert(&f.chat, &sent))
        .unwrap();
    let around = |id: &str, limit| {
        let start = PageStart::Around(id.parse().unwrap());
        let page = f
            .store
            .read(|tx| tx.messages_page(&f.chat, &start, limit))
            .unwrap();
        (page.messages.len(), page.has_older, page.has_newer)
    };
    for limit in [1, 2] {
        let older = |id: &str| limit == 1 || id == "m3";
        assert_eq!(around("m3", limit), (limit, older("m3"), false));
        assert_eq!(around("m2", limit), (limit, older("m2"), true));
    }
    assert_eq!(around("m1", 1), (1, false, true));
    assert_eq!(around("m1", 2), (1, false, true));
    assert_eq!(around("m2", 3), (3, false, false));
}

#[test]
fn messages_from_before_all_months_are_read_in_the_order_of_time() {
    let f = fixture();
    for (id, at) in [
        ("second", "1990-01-02T00:00:00Z"),
        ("first", "1990-01-01T00:00:00Z"),
        ("third", "2025-01-01T00:00:00Z"),
        ("fourth", "2025-02-01T00:00:00Z"),
    ] {
        let message = message(id, at);
        f.store
            .write("message", |tx| tx.message_insert(&f.chat, &message))
            .unwrap();
    }
    for (id, marked) in [("first", 1), ("second", 1), ("first", 0), ("fourth", 2)] {
        let read = f
            .store
            .write("read", |tx| {
                tx.conversation_mark_read(&f.chat, Some(&id.parse().unwrap()))
            })
            .unwrap();
        assert_eq!(read, marked, "{id}");
    }
    assert_content(&f.store);
}
