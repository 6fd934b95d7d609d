//! The audit log and the security events: every act that is written down, in its order, and the chain over all of them.

use privatus_domain::AuditFilter;
use privatus_store::Store;

use crate::model::Model;

/// Failures within this time are many when they are five.
const WINDOW: i64 = 600_000;

impl Model {
    /// A user was refused what it asked for. Once it was said that this is often, it is not said again for a while.
    pub(crate) fn refused(&mut self, user: usize) {
        let since = self.now - WINDOW;
        self.audit.push(("access", "refuse"));
        self.refusals.push((user, self.now));
        if self.often.get(&user).is_some_and(|at| *at > since) {
            return;
        }
        self.events.push("access_refused");
        let recent = self.refusals.iter().filter(|(of, at)| *of == user && *at > since);
        if recent.count() >= 5 {
            self.events.push("many_failures");
            self.often.insert(user, self.now);
        }
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let entries = store
        .read(|tx| tx.audit_entries(&AuditFilter::default(), usize::MAX))
        .unwrap();
    let found = entries
        .iter()
        .rev()
        .map(|entry| (entry.event_type.as_str(), entry.action.as_str()));
    let found: Vec<(&str, &str)> = found.collect();
    let expected = &model.audit;
    // What both have from the beginning is of no help to somebody who reads the failure.
    let same = found
        .iter()
        .zip(expected)
        .take_while(|(found, expected)| found == expected)
        .count();
    assert_eq!(
        found[same..],
        expected[same..],
        "the audit log behind {same} entries"
    );
    let check = store.read(|tx| tx.audit_verify(None, &mut |_| true)).unwrap();
    assert_eq!(check.broken, None, "the chain");
    assert_eq!(check.entries, expected.len() as u64);
    let filter = privatus_domain::SecurityFilter::default();
    let events = store.read(|tx| tx.security_events(&filter, usize::MAX)).unwrap();
    let found: Vec<&str> = events
        .iter()
        .rev()
        .map(|event| event.event_type.as_str())
        .collect();
    assert_eq!(found, model.events, "the security events");
}
