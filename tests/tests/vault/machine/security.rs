//! Security events: what a person should check, when failures are too many, and that somebody resolved them.

use privatus_domain::{
    Permission, Resolution, ResourceKind, SecurityEvent, SecurityFilter, SecurityKind, Severity,
};
use privatus_store::{Store, StoreError, WriteTx};
use proptest::prelude::*;

use crate::machine::access::Need;
use crate::machine::audit::Entry;
use crate::machine::bugs::Bug;
use crate::machine::model::Model;
use crate::machine::outcome::Outcome;
use crate::machine::step::some_of;
use crate::machine::world::USERS;

/// Failures within this time are many when they are five.
const WINDOW: i64 = 600_000;
const MANY: usize = 5;

/// An event, as far as the model knows it; its number is its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    at: i64,
    kind: SecurityKind,
    severity: Severity,
    user: Option<String>,
    resolved: Option<(i64, String)>,
}

#[derive(Debug, Clone)]
pub(crate) enum SecurityStep {
    Resolve(usize),
}

pub(crate) fn steps(model: &Model) -> BoxedStrategy<SecurityStep> {
    some_of(1..=model.events.len(), 0..20_usize)
        .prop_map(SecurityStep::Resolve)
        .boxed()
}

const FOUND: &str = "looked at";

impl SecurityStep {
    pub(crate) fn need(&self) -> Need {
        let Self::Resolve(number) = self;
        (ResourceKind::Security, number.to_string(), Permission::Write)
    }

    pub(crate) fn run(&self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let Self::Resolve(number) = self;
        tx.security_resolve(*number as i64, &Resolution::new(FOUND)?)
    }
}

impl Model {
    pub(crate) fn security(&mut self, step: &SecurityStep) -> Outcome {
        let (SecurityStep::Resolve(number), now) = (step, self.now);
        let event = number.checked_sub(1).and_then(|place| self.events.get_mut(place));
        let Some(event) = event else {
            return Outcome::NotFound;
        };
        if event.resolved.is_some() {
            return Outcome::Refused;
        }
        event.resolved = Some((now, FOUND.into()));
        self.note(
            ("security", "resolve"),
            ResourceKind::Security,
            &number.to_string(),
        );
        Outcome::Done
    }

    pub(crate) fn event(&mut self, kind: SecurityKind, severity: Severity, user: Option<usize>) {
        self.events.push(Event {
            at: self.now,
            kind,
            severity,
            user: user.map(|user| USERS[user].into()),
            resolved: None,
        });
    }

    /// A user was refused. After an event about many failures, no other is written for a while.
    pub(crate) fn refused(&mut self, user: usize, (kind, id, _): &Need) {
        let entry = Entry::done(self.now, ("access", "refuse"))
            .on(*kind, id)
            .by(Some(user));
        if !Bug::RefusalNotAudited.is_planted() {
            self.audit.push(entry.failed(1));
        }
        if !self.was_often(Some(user)) {
            self.event(SecurityKind::AccessRefused, Severity::Medium, Some(user));
            self.often(Some(user));
        }
    }

    /// Somebody tried to get in so many times, all at once.
    pub(crate) fn locked_out(&mut self, times: usize) {
        let entry = Entry::done(self.now, ("authentication", "unlock_failed"));
        self.audit.push(entry.on_vault().failed(times.min(MANY)));
        let severity = if times < 5 {
            Severity::Medium
        } else {
            Severity::High
        };
        let was_often = self.was_often(None);
        self.event(SecurityKind::Authentication, severity, None);
        if !was_often {
            self.often(None);
        }
    }

    fn was_often(&self, user: Option<usize>) -> bool {
        let user = user.map(|user| USERS[user].to_owned());
        self.events.iter().any(|event| {
            event.kind == SecurityKind::ManyFailures && event.user == user && event.at > self.now - WINDOW
        })
    }

    fn often(&mut self, user: Option<usize>) {
        let recent = self.audit.iter().filter(|entry| entry.at > self.now - WINDOW);
        if recent.map(|entry| entry.failures_of(user)).sum::<usize>() >= MANY {
            self.event(SecurityKind::ManyFailures, Severity::High, user);
        }
    }
}

/// The order of the domain, written out once more.
fn rank(severity: Severity) -> usize {
    match severity {
        Severity::Low => 0,
        Severity::Medium => 1,
        Severity::High => 2,
        Severity::Critical => 3,
    }
}

fn found(event: &SecurityEvent) -> Event {
    let resolution = event.resolved_at.zip(event.resolution.clone());
    assert_eq!(resolution.is_some(), event.resolved);
    Event {
        at: event.timestamp.unwrap().unix_ms(),
        kind: event.event_type.parse().unwrap(),
        severity: event.severity,
        user: event.user_id.clone(),
        resolved: resolution.map(|(at, text)| (at.unix_ms(), text)),
    }
}

pub(crate) fn compare(store: &Store, model: &Model) {
    let compare = |filter: &SecurityFilter, passes: &dyn Fn(&Event) -> bool| {
        let events = store.read(|tx| tx.security_events(filter, usize::MAX)).unwrap();
        let numbered = events.iter().map(|event| (event.event_id as usize, found(event)));
        let known = model.events.iter().enumerate().rev();
        let expected = known
            .filter(|(_, event)| passes(event))
            .map(|(place, event)| (place + 1, event.clone()));
        assert_eq!(
            numbered.collect::<Vec<_>>(),
            expected.collect::<Vec<_>>(),
            "{filter:?}"
        );
    };
    let filter = SecurityFilter::default;
    compare(&filter(), &|_| true);
    for severity in Severity::ALL {
        let wanted = SecurityFilter {
            severity: Some(severity),
            ..filter()
        };
        compare(&wanted, &|event| rank(event.severity) >= rank(severity));
    }
    for kind in SecurityKind::ALL {
        let wanted = SecurityFilter {
            kind: Some(kind),
            ..filter()
        };
        compare(&wanted, &|event| event.kind == kind);
    }
    let unresolved = SecurityFilter {
        unresolved_only: true,
        ..filter()
    };
    compare(&unresolved, &|event| event.resolved.is_none());
}
