//! `audit list`: prints entries of the audit log.

use privatus_domain::{AuditEntry, AuditFilter, Resource, ResourceKind, UserId};
use privatus_store::StoreError;
use serde_json::json;

use crate::args::{Arguments, AuditList};
use crate::failure::Failure;
use crate::output;
use crate::table::{self, Column};
use crate::vault::open;
use crate::{find, moment};

pub(super) fn run(arguments: &Arguments, list: &AuditList) -> Result<u8, Failure> {
    let mut filter = filter(list)?;
    let store = open(arguments)?;
    if let Some((kind, Some(id))) = &mut filter.on {
        *id = find::resource_or_word(&store, Resource::new(*kind, id).map_err(StoreError::from)?)?
            .id()
            .to_owned();
    }
    let limit = usize::from(list.limit);
    let mut entries = store.read(|tx| tx.audit_entries(&filter, limit + 1))?;
    crate::vault::close(store);
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| has_more).map(|last| last.log_id);
    if arguments.json {
        output::json(&json!({ "entries": entries, "next": next }))?;
    } else if entries.is_empty() {
        output::line("No matching entries.")?;
    } else {
        table(&entries)?;
        if let Some(next) = next {
            output::line(&format!("Older entries: --before {next}"))?;
        }
    }
    Ok(0)
}

/// Returns the filter, checked as far as that is possible without the vault.
fn filter(list: &AuditList) -> Result<AuditFilter, Failure> {
    let time = |text: Option<&String>| text.map(|text| moment::parse(text)).transpose();
    let on = match &list.resource {
        None => None,
        Some(text) if text.contains(':') => {
            let on: Resource = text.parse().map_err(StoreError::from)?;
            Some((on.kind, Some(on.id().to_owned())))
        }
        Some(kind) => Some((kind.parse::<ResourceKind>().map_err(StoreError::from)?, None)),
    };
    let user = list.user.as_deref().map(UserId::new).transpose();
    Ok(AuditFilter {
        since: time(list.since.as_ref())?,
        until: time(list.until.as_ref())?,
        event_type: list.event.clone(),
        user: user.map_err(StoreError::from)?,
        on,
        failed_only: list.failed,
        before: list.before,
    })
}

fn table(entries: &[AuditEntry]) -> Result<(), Failure> {
    let row = |entry: &AuditEntry| {
        let kind = entry.resource_type.as_deref();
        let on = kind.map(|kind| format!("{kind}:{}", entry.resource_id.as_deref().unwrap_or_default()));
        let outcome = match (&entry.error_message, entry.success) {
            (Some(why), _) => why.clone(),
            (None, true) => String::new(),
            (None, false) => "failed".to_owned(),
        };
        vec![
            entry.log_id.to_string(),
            moment::shown(entry.timestamp),
            format!("{} {}", entry.event_type, entry.action),
            entry.user_id.clone().unwrap_or_default(),
            on.unwrap_or_default(),
            outcome,
        ]
    };
    let columns = [
        Column::number("id"),
        Column::text("time (UTC)", 19).dropped(4),
        Column::name("event", 28),
        Column::text("user", 10).dropped(1),
        Column::resource("on").dropped(2),
        Column::name("why not", 20).dropped(3),
    ];
    table::print(&columns, entries.iter().map(row).collect())
}
