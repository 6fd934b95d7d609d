//! The people and things of the stories, and a clock that advances when a step says so.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use privatus_domain::{ContactId, GroupId, MessageId, Timestamp};

/// When every story begins: 2025-06-15T12:00:00Z.
pub(crate) const BEGIN: i64 = 1_749_988_800_000;

pub(crate) const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
pub(crate) const GROUPS: [&str; 2] = ["team", "choir"];
pub(crate) const USERS: [&str; 2] = ["ann", "ben"];

/// Months, their borders, both ends of time, and two times that share a millisecond's order with others.
pub(crate) const TIMES: [&str; 10] = [
    "0000-01-01T00:00:00Z",
    "1999-12-31T23:59:59.999Z",
    "2000-01-01T00:00:00Z",
    "2025-05-31T23:59:59.999Z",
    "2025-06-01T00:00:00Z",
    "2025-06-15T11:00:00Z",
    "2025-06-16T13:00:00Z",
    "2025-07-31T23:59:59.999Z",
    "2025-08-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
];

thread_local! {
    /// One story runs in a thread, and the store asks for the time in the thread that calls it.
    static NOW: Cell<i64> = const { Cell::new(BEGIN) };
}

pub(crate) fn clock() -> Timestamp {
    Timestamp::from_unix_ms(NOW.get()).unwrap()
}

pub(crate) fn set_clock(ms: i64) {
    NOW.set(ms);
}

thread_local! {
    /// Newest pages that were opened, by the time of it.
    static OPENED: RefCell<BTreeMap<i64, u64>> = const { RefCell::new(BTreeMap::new()) };
}

/// Another story begins.
pub(crate) fn begin() {
    set_clock(BEGIN);
    OPENED.take();
}

/// The newest page of a conversation is asked for.
pub(crate) fn page_opened() {
    let now = NOW.get();
    OPENED.with_borrow_mut(|opened| *opened.entry(now).or_default() += 1);
}

/// Pages that were opened before now.
pub(crate) fn pages_opened() -> BTreeMap<i64, u64> {
    let now = NOW.get();
    OPENED.with_borrow(|opened| opened.range(..now).map(|(at, pages)| (*at, *pages)).collect())
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn contact_id(who: usize) -> ContactId {
    PEOPLE[who].parse().unwrap()
}

pub(crate) fn group_id(group: usize) -> GroupId {
    GROUPS[group].parse().unwrap()
}

/// Some ids are texts, some UUIDs.
pub(crate) fn message_id(id: u8) -> MessageId {
    let text = if id.is_multiple_of(3) {
        format!("0190163d-8694-739b-aea5-0000000000{id:02x}")
    } else {
        format!("id {id}")
    };
    text.parse().unwrap()
}

/// A public key that differs for each number.
pub(crate) fn public_key(number: u8) -> privatus_domain::PublicKey {
    privatus_domain::PublicKey::new(vec![number; 32]).unwrap()
}
