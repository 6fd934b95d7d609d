//! `security`: lists, shows and resolves security events.

use privatus_domain::{Resolution, SecurityEvent, SecurityFilter};
use privatus_import::steering::json_readable;
use privatus_store::StoreError;
use serde_json::json;

use crate::args::{Arguments, Security, SecurityList};
use crate::failure::Failure;
use crate::moment;
use crate::output;
use crate::table::{self, Column};
use crate::text::{harmless, one_line};
use crate::vault::open;

/// Shown in place of details that can no longer be opened.
const DETAILS_LOST: &str = "details lost";

pub(crate) fn run(arguments: &Arguments, command: &Security) -> Result<u8, Failure> {
    match command {
        Security::List(list) => events(arguments, list),
        Security::Show { event } => {
            let store = open(arguments)?;
            let event = store.read(|tx| tx.security_event_by_id(*event))?;
            crate::vault::close(store);
            show(arguments, &event)
        }
        Security::Resolve { event, resolution } => {
            let resolution = Resolution::new(resolution).map_err(StoreError::from)?;
            let store = open(arguments)?;
            store.write("security_resolve", |tx| tx.security_resolve(*event, &resolution))?;
            crate::vault::close(store);
            if arguments.json {
                output::json(&json!({ "event_id": event, "result": "resolved" }))?;
            } else {
                output::line(&format!("event {event} resolved"))?;
            }
            Ok(0)
        }
    }
}

fn events(arguments: &Arguments, list: &SecurityList) -> Result<u8, Failure> {
    let word = |text: &Option<String>| text.as_deref().map(str::to_owned);
    let filter = SecurityFilter {
        severity: word(&list.severity)
            .map(|text| text.parse())
            .transpose()
            .map_err(StoreError::from)?,
        kind: word(&list.kind)
            .map(|text| text.parse())
            .transpose()
            .map_err(StoreError::from)?,
        unresolved_only: list.unresolved,
        before: list.before,
    };
    let limit = usize::from(list.limit);
    let store = open(arguments)?;
    let mut events = store.read(|tx| tx.security_events(&filter, limit + 1))?;
    crate::vault::close(store);
    let has_more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| has_more).map(|last| last.event_id);
    if arguments.json {
        output::json(&json!({ "events": events, "next": next }))?;
    } else if events.is_empty() {
        output::line("No matching events.")?;
    } else {
        table(&events)?;
        if let Some(next) = next {
            output::line(&format!("Older events: --before {next}"))?;
        }
    }
    Ok(0)
}

fn table(events: &[SecurityEvent]) -> Result<(), Failure> {
    let row = |event: &SecurityEvent| {
        vec![
            event.event_id.to_string(),
            moment::shown(event.timestamp),
            event.severity.to_string(),
            event.event_type.clone(),
            if event.resolved { "yes" } else { "no" }.to_owned(),
            what(event),
        ]
    };
    let columns = [
        Column::number("id"),
        Column::text("time (UTC)", 19).dropped(3),
        Column::text("severity", 8).dropped(4),
        Column::text("type", 19).dropped(1),
        Column::text("resolved", 8).dropped(2),
        Column::name("what", 60),
    ];
    table::print(&columns, events.iter().map(row).collect())
}

/// Returns an event's description, and says if its details are lost.
fn what(event: &SecurityEvent) -> String {
    let said = event.description.clone().unwrap_or_default();
    match event.details_lost {
        true => format!("({DETAILS_LOST}) {said}"),
        false => said,
    }
}

fn show(arguments: &Arguments, event: &SecurityEvent) -> Result<u8, Failure> {
    if arguments.json {
        output::json(&json!(event))?;
        return Ok(0);
    }
    let raw = event.raw_data.as_ref();
    let raw = raw.map(|raw| json_readable(raw.as_str()).to_string());
    let raw = raw.or_else(|| event.details_lost.then(|| DETAILS_LOST.to_owned()));
    let lines = [
        ("event", Some(format!("{}, {}", event.event_id, event.event_type))),
        ("severity", Some(event.severity.to_string())),
        ("time (UTC)", Some(moment::shown(event.timestamp))),
        ("user", event.user_id.clone()),
        ("what", event.description.clone()),
        ("details", raw),
        (
            "resolved (UTC)",
            event.resolved.then(|| moment::shown(event.resolved_at)),
        ),
        ("resolution", event.resolution.clone()),
    ];
    for (name, value) in lines {
        if let Some(value) = value {
            output::line(&format!("{name:<15} {}", one_line(&harmless(&value), 4_096)))?;
        }
    }
    Ok(0)
}
