//! The hot operations, each run once to warm up and once counted.

use privatus_domain::ConversationId;
use privatus_store::{PageStart, Store, StoreError, WorkDone};

use crate::history::{BUSY, PAGE, Vault, later};
use crate::table::Row;

/// Sends counted (few enough that no checkpoint restarts the write-ahead log), and messages of a batch.
const SENDS: usize = 50;
const BATCH: usize = 1_000;
/// A page of the write-ahead log with its header.
const FRAME: u64 = 4_096 + 24;
/// Chat lists and opens: each does the same work, so a few are enough.
const FEW: usize = 5;

/// Counts every operation, those that only read before those that write.
pub(crate) fn all(vault: &Vault) -> Vec<Row> {
    let mut rows = reads(vault, &vault.open());
    rows.push(open_with_page(vault));
    rows.extend(writes(vault));
    rows
}

fn reads(vault: &Vault, store: &Store) -> Vec<Row> {
    let newest: Vec<_> = vault.chats.iter().map(|chat| (chat, PageStart::Newest)).collect();
    let border = |chat| (chat, PageStart::Before(vault.past_the_border(chat)));
    let borders: Vec<_> = vault.chats.iter().map(border).collect();
    let pages = |starts: &[(&ConversationId, PageStart)]| {
        for (chat, start) in starts {
            page(store, chat, start);
        }
    };
    let ids = vault.some_ids();
    vec![
        counted(store, "newest_page", BUSY, PAGE, |_| pages(&newest)),
        counted(store, "page_over_border", BUSY, PAGE, |_| pages(&borders)),
        counted(store, "by_id", ids.len(), 1, |_| {
            for id in &ids {
                store.read(|tx| tx.message_by_id(id)).unwrap();
            }
        }),
        counted(store, "chat_list", FEW, PAGE, |_| {
            for _ in 0..FEW {
                let list = store.read(|tx| tx.conversations(PAGE)).unwrap();
                assert_eq!(list.len(), PAGE);
            }
        }),
    ]
}

fn page(store: &Store, chat: &ConversationId, start: &PageStart) {
    let page: Result<_, StoreError> = store.read(|tx| tx.messages_page(chat, start, PAGE));
    assert_eq!(page.unwrap().messages.len(), PAGE);
}

fn writes(vault: &Vault) -> Vec<Row> {
    let mut rows = Vec::new();
    let store = vault.open();
    let sends: Vec<_> = (0..2).map(|round| later(round, SENDS, true)).collect();
    rows.push(counted(&store, "send_one", SENDS, 1, |round| {
        for (chat, message) in &sends[round] {
            let is_new: Result<bool, StoreError> = store.write("send", |tx| tx.message_insert(chat, message));
            assert!(is_new.unwrap());
        }
    }));
    store.close().unwrap();

    let store = vault.open();
    let batches: Vec<_> = (2..4).map(|round| later(round, BATCH, false)).collect();
    rows.push(counted(&store, "receive_batch", 1, BATCH, |round| {
        let inserted: Result<_, StoreError> =
            store.write("receive", |tx| tx.messages_receive(&batches[round]));
        assert_eq!(inserted.unwrap().added, BATCH as u64);
    }));
    store.close().unwrap();

    let store = vault.open();
    // All busy conversations, in each of which the batch left as many unread.
    let mark = |unread: usize| {
        for chat in &vault.chats {
            let marked = store.write("read", |tx| tx.conversation_mark_read(chat, None));
            let marked: Result<u64, StoreError> = marked;
            assert_eq!(marked.unwrap(), unread as u64);
        }
    };
    let more = later(4, BATCH, false);
    rows.push(counted(&store, "mark_50_read", BUSY, 1, |round| {
        if round == 0 {
            mark(2 * BATCH / BUSY);
            let inserted: Result<_, StoreError> = store.write("receive", |tx| tx.messages_receive(&more));
            inserted.unwrap();
        } else {
            mark(BATCH / BUSY);
        }
    }));
    rows.push(counted(&store, "mark_none_read", BUSY, 1, |_| mark(0)));
    store.close().unwrap();
    rows
}

/// Opens with existing keys and reads the first page: everything from the opening of the connection.
fn open_with_page(vault: &Vault) -> Row {
    let mut done = WorkDone::default();
    let mut allocated = allocation_counter::AllocationInfo::default();
    for _ in 0..FEW {
        let mut opened = None;
        let heap = allocation_counter::measure(|| {
            let store = vault.open();
            page(&store, &vault.chats[0], &PageStart::Newest);
            opened = Some(store);
        });
        let store = opened.unwrap();
        done += store.work_done().unwrap();
        allocated += heap;
        assert_eq!(store.warnings(), Vec::<String>::new());
        store.close().unwrap();
    }
    Row::new("open_with_page", FEW, PAGE, done, 0, allocated)
}

/// Runs `work` for round 0, which warms up, and counts it for round 1: `times` an operation on `items` messages, or
/// conversations of a list.
fn counted(store: &Store, name: &'static str, times: usize, items: usize, work: impl Fn(usize)) -> Row {
    work(0);
    let (before, log) = (store.work_done().unwrap(), store.wal_size());
    let heap = allocation_counter::measure(|| work(1));
    let done = store.work_done().unwrap() - before;
    let logged = store.wal_size() - log;
    assert_eq!(logged, done.pages_written * FRAME, "a checkpoint came between");
    Row::new(name, times, items, done, logged, heap)
}
