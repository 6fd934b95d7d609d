//! The process whose memory is searched: it opens a vault, works with it and closes it, one step for each command.
//!
//! Commands arrive on its standard input, which is read a byte at a time: a buffer of ours would hold the password
//! longer than the store does.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use privatus_domain::{Body, MessageId, NewMessage, Timestamp};
use privatus_store::{KdfCost, Migrator, PageStart, Password, RecoveryCode, Secret, Store, VaultOptions};
use zeroize::Zeroizing;

pub(crate) const ROLE: &str = "PRIVATUS_MEMORY_ROLE";
pub(crate) const VAULT: &str = "PRIVATUS_MEMORY_VAULT";

#[test]
#[ignore = "the process whose memory is searched: the tests of this program run it with a role"]
fn child() {
    // Without a role somebody runs all ignored tests: what the others prove, they assert themselves.
    let Ok(role) = std::env::var(ROLE) else { return };
    let path = PathBuf::from(std::env::var_os(VAULT).unwrap());
    let mut steps = Steps(std::io::stdin().as_fd().try_clone_to_owned().unwrap().into());
    // They end when this does.
    let mut threads = Vec::new();
    match role.as_str() {
        "create" => {
            let password = steps.password();
            let (store, code) = Store::create(&path, &password, &options()).unwrap();
            drop((password, code));
            privatus_tests::fill(&store).unwrap();
            steps.looked_at("open");
            store.close().unwrap();
        }
        "unlock" => {
            let wrong = Secret::Password(Password::new("this is not it").unwrap());
            assert!(Store::unlock(&path, &wrong, &options()).is_err());
            let store = Store::unlock(&path, &steps.secret(), &options()).unwrap();
            let store = Arc::new(store);
            threads = work_in_threads(&store);
            steps.looked_at("open");
            Arc::into_inner(store).unwrap().close().unwrap();
        }
        "recovery" => {
            let store = Store::unlock(&path, &steps.code(), &options()).unwrap();
            work(&store, "alone");
            steps.looked_at("open");
            store.close().unwrap();
        }
        "drop" => {
            let store = Store::unlock(&path, &steps.secret(), &options()).unwrap();
            work(&store, "alone");
            steps.looked_at("open");
            drop(store);
        }
        "passwd" => {
            let store = Store::unlock(&path, &steps.secret(), &options()).unwrap();
            work(&store, "alone");
            let (current, new) = (steps.secret(), steps.password());
            store
                .change_password(&current, &new, Some(KdfCost::minimum()))
                .unwrap();
            drop((current, new));
            steps.looked_at("open");
            store.close().unwrap();
        }
        "keys" => {
            let keys = Store::unlock_keys(&path, &steps.secret()).unwrap();
            let store = Store::open(&path, &keys, &options()).unwrap();
            work(&store, "alone");
            steps.looked_at("open");
            store.close().unwrap();
            drop(keys);
        }
        "migrator" => {
            let migrator = Migrator::unlock(&path, &steps.secret(), &options()).unwrap();
            steps.looked_at("open");
            drop(migrator);
        }
        other => panic!("no role {other}"),
    }
    steps.looked_at("closed");
    drop(threads);
}

/// At a time that suits what the vault is filled with.
pub(crate) fn options() -> VaultOptions {
    VaultOptions {
        clock: Some(|| Timestamp::parse("2025-06-15T12:10:00Z").unwrap()),
        ..VaultOptions::cheap_for_tests()
    }
}

/// Uses every kind of key: of ids, of a month, of columns, of the audit log.
fn work(store: &Store, name: &str) {
    store
        .write("verify", |tx| tx.contact_verify(&"alice".parse()?))
        .unwrap();
    let chat = store.read(|tx| tx.conversations(1)).unwrap().remove(0);
    let id: MessageId = format!("message of {name}").parse().unwrap();
    let new = |tx: &privatus_store::WriteTx<'_>| {
        NewMessage::sent(id.clone(), Body::text("text").unwrap(), tx.now())
    };
    store
        .write("send", |tx| {
            let new = new(tx);
            tx.message_insert(&chat.id, &new)
        })
        .unwrap();
    let page = store
        .read(|tx| tx.messages_page(&chat.id, &PageStart::Newest, 10))
        .unwrap();
    assert!(!page.messages.is_empty());
    assert_eq!(store.verify(&mut |_| ()).unwrap().problems, Vec::<String>::new());
}

/// Several threads work with a store; they are there still, with their stacks, when it is closed.
fn work_in_threads(store: &Arc<Store>) -> Vec<Sender<()>> {
    let (done, worked) = channel();
    let ends = (0..3).map(|number| {
        let (end, ended) = channel::<()>();
        let (store, done) = (Arc::clone(store), done.clone());
        std::thread::spawn(move || {
            work(&store, &format!("thread {number}"));
            drop(store);
            done.send(()).unwrap();
            let _ = ended.recv();
        });
        end
    });
    let ends: Vec<_> = ends.collect();
    ends.iter().for_each(|_| worked.recv().unwrap());
    ends
}

/// The commands of the other process, and the answers to it.
struct Steps(File);

impl Steps {
    fn line(&mut self) -> Zeroizing<String> {
        let mut line = Zeroizing::new(String::with_capacity(1024));
        let mut byte = [0];
        loop {
            self.0.read_exact(&mut byte).unwrap();
            match byte {
                [b'\n'] => return line,
                [byte] => line.push(char::from(byte)),
            }
        }
    }

    fn password(&mut self) -> Password {
        Password::new(&self.line()).unwrap()
    }

    fn secret(&mut self) -> Secret {
        Secret::Password(self.password())
    }

    fn code(&mut self) -> Secret {
        Secret::RecoveryCode(RecoveryCode::parse(&self.line()).unwrap())
    }

    /// Waits until its memory was searched.
    fn looked_at(&mut self, state: &str) {
        let mut out = std::io::stdout().lock();
        writeln!(out, "it is {state}").unwrap();
        out.flush().unwrap();
        drop(out);
        let _ = self.line();
    }
}
