//! The audit log: who did what to what and when, in order and by every filter; old entries are removed; the chain is
//! valid.

use privatus_domain::{AuditEntry, AuditFilter, Permission, Resource, ResourceKind, Timestamp};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::vault::RING_NOTE;
use crate::machine::world::{GROUPS, PEOPLE, USERS, clock};

const HOUR: i64 = 3_600_000;

/// An event type and an action.
pub(crate) type What = (&'static str, &'static str);

/// An entry, as far as the model knows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    what: (String, String),
    user: Option<String>,
    /// Kind and id of what it was done to.
    on: Option<(String, String)>,
    success: bool,
    /// How many failures it represents, if it is one.
    times: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum AuditStep {
    /// Removes what is older than so many hours.
    Prune(i64),
}

pub(crate) fn steps() -> impl Strategy<Value = AuditStep> {
    prop::sample::select(vec![0, 1, 24, 24 * 30]).prop_map(AuditStep::Prune)
}

/// The id of the vault itself, which differs in every run.
const OWN: &str = "own";

/// Conversations of a contact that was created again have an id that the model does not know.
fn on(kind: &str, id: &str) -> (String, String) {
    let id = if kind == ResourceKind::Conversation.as_str() {
        ""
    } else {
        id
    };
    (kind.to_owned(), id.to_owned())
}

impl Entry {
    pub(crate) fn done(at: i64, what: What) -> Self {
        Self {
            at,
            what: (what.0.into(), what.1.into()),
            user: None,
            on: None,
            success: true,
            times: 1,
        }
    }

    pub(crate) fn on_vault(self) -> Self {
        self.on(ResourceKind::Vault, OWN)
    }

    pub(crate) fn on(self, kind: ResourceKind, id: &str) -> Self {
        Self {
            on: Some(on(kind.as_str(), id)),
            ..self
        }
    }

    pub(crate) fn failed(self, times: usize) -> Self {
        Self {
            success: false,
            times,
            ..self
        }
    }

    pub(crate) fn by(self, user: Option<usize>) -> Self {
        Self {
            user: user.map(|user| USERS[user].into()),
            ..self
        }
    }

    fn found(entry: &AuditEntry, own: &str) -> Self {
        let resource = entry.resource_type.as_deref().zip(entry.resource_id.as_deref());
        let details = entry.details.as_ref().map(|details| details.to_value());
        let times = details.and_then(|details| details.get("within_window")?.as_u64());
        Self {
            at: entry.timestamp.unwrap().unix_ms(),
            what: (entry.event_type.clone(), entry.action.clone()),
            user: entry.user_id.clone(),
            on: resource.map(|(kind, id)| on(kind, if id == own { OWN } else { id })),
            success: entry.success,
            times: times.map_or(1, |times| times as usize),
        }
    }

    /// Whether it is one of these.
    fn is(&self, what: What) -> bool {
        (self.what.0.as_str(), self.what.1.as_str()) == what
    }

    /// Whether a contact was removed.
    pub(crate) fn is_removal(&self) -> bool {
        (self.what.0.as_str(), self.what.1.as_str()) == ("contact", "remove")
    }

    /// How many failures of this user, or of somebody who tried to get in.
    pub(crate) fn failures_of(&self, user: Option<usize>) -> usize {
        let is_failure = matches!(self.what.0.as_str(), "authentication" | "access") && !self.success;
        let is_theirs = self.user.as_deref() == user.map(|user| USERS[user]);
        if is_failure && is_theirs { self.times } else { 0 }
    }
}

impl AuditStep {
    pub(crate) fn need(&self) -> Need {
        let Self::Prune(_) = self;
        (
            ResourceKind::Audit,
            Resource::EVERY.to_owned(),
            Permission::Delete,
        )
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let Self::Prune(hours) = self;
        let before = Timestamp::from_unix_ms(clock().unix_ms() - hours * HOUR)?;
        tx.audit_prune(before).map(drop)
    }
}

impl Model {
    /// Notes what the acting user did.
    pub(crate) fn note(&mut self, what: What, kind: ResourceKind, id: &str) {
        let entry = Entry::done(self.now, what).on(kind, id).by(self.acting);
        self.audit.push(entry);
    }

    /// Removes the oldest, up to the first that is new enough; the newest stays. Waiting entries are written only after
    /// that.
    pub(crate) fn audit_step(&mut self, step: &AuditStep) -> Outcome {
        let AuditStep::Prune(hours) = step;
        let before = self.now - hours * HOUR;
        let standing = &self.audit[..self.audit.len() - self.just_written];
        let young = standing.iter().position(|entry| entry.at >= before);
        let gone = young.unwrap_or(standing.len().saturating_sub(1));
        if gone > 0 {
            let notes = |audit: &[Entry]| audit.iter().any(|entry| entry.is(RING_NOTE));
            let had_note = notes(&self.audit);
            self.audit.drain(..gone);
            self.audit_removed += gone;
            self.note(("audit", "prune"), ResourceKind::Audit, Resource::EVERY);
            if had_note && !notes(&self.audit) {
                let entry = Entry::done(self.now, RING_NOTE).on_vault().by(self.acting);
                self.audit.push(entry);
            }
        }
        Outcome::Done
    }
}

/// A filter, and what it lets through.
type Filter = (AuditFilter, Box<dyn Fn(&Entry) -> bool>);

fn filters(now: i64) -> Vec<Filter> {
    let filter = AuditFilter::default;
    let mut filters: Vec<Filter> = vec![(filter(), Box::new(|_| true))];
    for event in [
        "authentication",
        "contact",
        "group",
        "membership",
        "access",
        "key",
        "security",
    ] {
        let wanted = AuditFilter {
            event_type: Some(event.into()),
            ..filter()
        };
        filters.push((wanted, Box::new(move |entry| entry.what.0 == event)));
    }
    for user in USERS {
        let wanted = AuditFilter {
            user: Some(user.parse().unwrap()),
            ..filter()
        };
        filters.push((wanted, Box::new(move |entry| entry.user.as_deref() == Some(user))));
    }
    let known = PEOPLE.map(|id| (ResourceKind::Contact, id));
    for (kind, id) in known
        .into_iter()
        .chain(GROUPS.map(|id| (ResourceKind::Group, id)))
    {
        let wanted = AuditFilter {
            on: Some((kind, Some(id.into()))),
            ..filter()
        };
        filters.push((
            wanted,
            Box::new(move |entry| entry.on == Some(on(kind.as_str(), id))),
        ));
    }
    let kind = ResourceKind::Contact;
    let of_kind = AuditFilter {
        on: Some((kind, None)),
        ..filter()
    };
    let is_of_kind = move |entry: &Entry| entry.on.as_ref().is_some_and(|(of, _)| of == kind.as_str());
    filters.push((of_kind, Box::new(is_of_kind)));
    let failed = AuditFilter {
        failed_only: true,
        ..filter()
    };
    filters.push((failed.clone(), Box::new(|entry| !entry.success)));
    let locked_out = AuditFilter {
        event_type: Some("authentication".into()),
        ..failed
    };
    filters.push((
        locked_out,
        Box::new(|entry| !entry.success && entry.what.0 == "authentication"),
    ));
    let hour = AuditFilter {
        since: Timestamp::from_unix_ms(now - HOUR).ok(),
        until: Timestamp::from_unix_ms(now).ok(),
        ..filter()
    };
    filters.push((hour, Box::new(move |entry| (now - HOUR..now).contains(&entry.at))));
    filters
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let (all, own) = store
        .read(|tx| {
            let all = tx.audit_entries(&AuditFilter::default(), usize::MAX)?;
            Ok::<_, StoreError>((all, tx.own_id().to_string()))
        })
        .unwrap();
    let found: Vec<Entry> = all.iter().rev().map(|entry| Entry::found(entry, &own)).collect();
    // What both have from the beginning is of no help to somebody who reads the failure.
    let same = found
        .iter()
        .zip(&model.audit)
        .take_while(|(found, known)| found == known);
    let same = same.count();
    assert_eq!(
        found[same..],
        model.audit[same..],
        "the audit log behind {same} entries"
    );
    for (filter, passes) in filters(model.now) {
        let found = store.read(|tx| tx.audit_entries(&filter, usize::MAX)).unwrap();
        let found: Vec<Entry> = found.iter().map(|entry| Entry::found(entry, &own)).collect();
        let expected: Vec<&Entry> = model.audit.iter().rev().filter(|entry| passes(entry)).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter:?}");
    }
    let first = model.audit_removed as i64;
    assert_eq!(
        all.last().map(|entry| entry.log_id),
        Some(first + 1),
        "the first entry"
    );
    let check = store.read(|tx| {
        let head = tx.audit_head()?;
        assert_eq!(head.log_id, first + found.len() as i64, "the head");
        tx.audit_verify(Some(&head), &mut |_| true)
    });
    let check = check.unwrap();
    assert_eq!(check.broken, None, "the chain");
    assert_eq!(check.entries, found.len() as u64);
}
