//! `audit settle --accept-loss`: accepts lost entries and continues the log.

use privatus_store::{AuditLoss, AuditRanges, Secret, Store};
use serde_json::{Value, json};

use crate::args::{Arguments, AuditSettle};
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::output;
use crate::text::counted;
use crate::vault::open_with_secret;

/// The number of ranges that a sentence names.
const NAMED: usize = 5;

pub(super) fn run(arguments: &Arguments, settle: &AuditSettle) -> Result<u8, Failure> {
    let (store, secret) = open_with_secret(arguments)?;
    let repaired = repair(arguments, settle, &store, &secret)?;
    let Some(found) = store.read_long(|tx| tx.audit_losses())? else {
        crate::vault::close(store);
        return tell(arguments, &repaired, None);
    };
    if !settle.yes {
        confirm(arguments.json, &question(&found))?;
    }
    let accepted = store.audit_accept_loss(&secret, Some(&found))?;
    crate::vault::close(store);
    tell(arguments, &repaired, accepted.as_ref())
}

/// Repairs the schema, before which nothing else can be written; returns what was wrong, a line each.
fn repair(
    arguments: &Arguments,
    settle: &AuditSettle,
    store: &Store,
    secret: &Secret,
) -> Result<Vec<String>, Failure> {
    let Some(fault) = store.schema_fault() else {
        return Ok(Vec::new());
    };
    if fault.can_be_repaired() && !settle.yes {
        let question = format!("{fault}; this removes unknown objects and creates the others again");
        confirm(arguments.json, &question)?;
    }
    store.schema_repair(secret, &fault)?;
    output::is_altered(false);
    Ok(fault.lines())
}

fn tell(arguments: &Arguments, repaired: &[String], loss: Option<&AuditLoss>) -> Result<u8, Failure> {
    if repaired.is_empty() && loss.is_none() {
        crate::unchanged::nothing_changed();
    }
    if arguments.json {
        output::json(&json!({
            "schema_repaired": repaired,
            "settled": loss.is_some(), "why": loss.map(|loss| &loss.why), "up_to": loss.map(|loss| loss.up_to),
            "missing": loss.map(|loss| ranges_json(&loss.missing)),
            "unproven": loss.map(|loss| ranges_json(&loss.unproven)), "counters": loss.map(|loss| &loss.counters),
            "keys": loss.map(|loss| &loss.keys), "marks": loss.map(|loss| &loss.marks),
            "values_lost": loss.map(|loss| &loss.unread), "events_lost": loss.map(|loss| &loss.events),
            "noted_entry_lost": loss.and_then(|loss| loss.noted_lost),
        }))?;
        return Ok(0);
    }
    if !repaired.is_empty() {
        output::line(&format!(
            "The schema is as this build creates it again. Repaired: {}.",
            repaired.join("; ")
        ))?;
    }
    output::line(&match loss {
        None => "The audit log is intact; there is nothing to settle.".to_owned(),
        Some(loss) => format!(
            "Settled up to entry {}: {} missing, {} not proven{}{}. The log records this, and a security event stays open until \
             it is resolved. Keep a new head outside the vault (`privatus audit head`).",
            loss.up_to,
            shown(&loss.missing),
            shown(&loss.unproven),
            noted(loss),
            counters(loss)
        ),
    })?;
    Ok(0)
}

fn question(loss: &AuditLoss) -> String {
    format!(
        "{}; this permanently accepts that in the audit log up to entry {} these entries are missing: {}, \
         and these cannot be proven: {}{}{}",
        loss.why,
        loss.up_to,
        shown(&loss.missing),
        shown(&loss.unproven),
        noted(loss),
        counters(loss)
    )
}

/// Says, at the end of a sentence, what is repaired of counters, keys and marks.
fn counters(loss: &AuditLoss) -> String {
    let mut said = String::new();
    if !loss.counters.is_empty() {
        said += &format!(
            "; the numbers of {} continue after the newest valid row, and rows with an impossible number are removed",
            loss.counters.join(", ")
        );
    }
    for what in &loss.keys {
        said += &format!("; {what}, and is given up");
    }
    for what in &loss.marks {
        said += &format!("; {what}, and is repaired");
    }
    for what in loss.unread.iter().chain(&loss.events) {
        said += &format!("; {what}, and is removed");
    }
    said
}

/// Says, at the end of a sentence, that the entry noted in the key ring is lost.
fn noted(loss: &AuditLoss) -> String {
    loss.noted_lost.map_or_else(String::new, |entry| {
        format!(
            "; entry {entry}, which is noted in the key ring, is lost, and it is unknown how many entries came after it"
        )
    })
}

/// `17 entries (1 to 16, 20)`
fn shown(of: &AuditRanges) -> String {
    if of.count == 0 {
        return "none".into();
    }
    let range = |(first, last): &(i64, i64)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    };
    let mut named: Vec<String> = of.ranges.iter().take(NAMED).map(range).collect();
    if of.ranges.len() > NAMED {
        named.push("…".into());
    }
    format!("{} ({})", counted(of.count, "entry", "entries"), named.join(", "))
}

fn ranges_json(of: &AuditRanges) -> Value {
    json!({ "count": of.count, "ranges": of.ranges })
}
