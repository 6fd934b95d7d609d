//! Security events of every kind and severity, resolved and not; a key that expires; an entry of every act in the log.

use privatus_domain::{
    Act, NewAuditEntry, NewSecurityEvent, Resolution, Resource, ResourceKind, SecurityKind, Severity,
};
use privatus_store::{Store, StoreError, WriteTx};
use serde_json::json;

use super::moments::minute;

pub(crate) fn fill(store: &Store) -> Result<(), StoreError> {
    store.write("filled", |tx| {
        events(tx)?;
        let entries = Act::ALL.iter().enumerate();
        for (number, act) in entries {
            let entry = NewAuditEntry::done(tx.now(), *act);
            tx.audit(&match number % 3 {
                0 => entry,
                1 => entry
                    .on(Resource::every(ResourceKind::Vault))
                    .with(json!({ "number": number })),
                _ => entry.failed("it was to fail"),
            })?;
        }
        tx.key_expiry_set(2, Some(minute(60 * 24 * 30)?))
    })
}

fn events(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let severities = Severity::ALL.into_iter().cycle();
    for (number, (kind, severity)) in SecurityKind::ALL.into_iter().zip(severities).enumerate() {
        let is_odd = number % 2 == 1;
        tx.security_event(&NewSecurityEvent {
            at: tx.now(),
            kind,
            severity,
            user: is_odd.then(|| "ann".parse()).transpose()?,
            description: format!("event {number}"),
            raw_data: is_odd.then(|| json!({ "number": number }).into()),
        })?;
    }
    tx.security_resolve(1, &Resolution::new("it was a test")?)
}
