//! `audit verify`: checks the chain from its first entry to its last, and a head that was kept elsewhere.

use std::sync::atomic::Ordering;

use privatus_store::{AuditCheck, StoreError};
use serde_json::json;

use super::head::{Anchor, head_json};
use crate::args::Arguments;
use crate::command::vault::closed_after;
use crate::failure::Failure;
use crate::text::counted;
use crate::vault::open;
use crate::{output, progress};

pub(super) fn run(arguments: &Arguments, head: Option<&str>) -> Result<u8, Failure> {
    let anchor = head.map(Anchor::read).transpose()?;
    let store = open(arguments)?;
    if let Some(anchor) = &anchor {
        anchor.check(&store)?;
    }
    let line = progress::line("audit verify");
    let stop = progress::interrupted();
    let check = store.audit_verify(anchor.as_ref().map(|anchor| &anchor.head), &mut |done| {
        line.set_message(format!("audit verify: {}", counted(done, "entry", "entries")));
        !stop.load(Ordering::SeqCst)
    });
    line.finish_and_clear();
    let check = check?;
    let printed = print(arguments, &check, anchor.as_ref());
    closed_after(store, check.broken.is_some());
    // A failed print must not hide what was found.
    if let Some((_, why)) = check.broken {
        return Err(StoreError::AuditBroken(why).into());
    }
    printed?;
    Ok(0)
}

fn print(arguments: &Arguments, check: &AuditCheck, anchor: Option<&Anchor>) -> Result<(), Failure> {
    if arguments.json {
        output::json(&json!({
            "ok": check.broken.is_none(), "entries": check.entries, "first": check.first, "removed": check.removed,
            "head": head_json(&check.head), "anchored": anchor.is_some() && check.broken.is_none(),
            "entry": check.broken.as_ref().map(|(entry, _)| entry),
            "problem": check.broken.as_ref().map(|(_, why)| why),
        }))?;
    } else {
        output::line(&told(check))?;
        if let (Some(anchor), None) = (anchor, &check.broken) {
            output::line(&format!(
                "The given head, entry {}, is in the log.",
                anchor.head.log_id
            ))?;
        }
    }
    Ok(())
}

/// Says what was checked, in a sentence.
fn told(check: &AuditCheck) -> String {
    let removed = check
        .removed
        .map(|removed| format!(", after entry {removed}, up to which retention removed entries"))
        .unwrap_or_default();
    let last = match check.entries {
        0 => String::new(),
        _ => format!(", the last is number {}", check.head.log_id),
    };
    let outcome = if check.broken.is_none() {
        "the chain is intact"
    } else {
        "the next entry is broken"
    };
    format!(
        "{} checked{last}{removed}: {outcome}",
        counted(check.entries, "entry", "entries")
    )
}
