//! `audit prune`: removes the oldest entries; a checkpoint says where the log begins now.

use privatus_domain::{Timestamp, audit_kept_since};
use privatus_store::{ReadTx, StoreError};
use serde_json::json;

use crate::args::{Arguments, AuditPrune};
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::text::counted;
use crate::vault::open;
use crate::{moment, output};

pub(super) fn run(arguments: &Arguments, prune: &AuditPrune) -> Result<u8, Failure> {
    let given = prune.before.as_deref().map(moment::parse).transpose()?;
    let store = open(arguments)?;
    let now = store.now();
    let (before, old) = store.read(|tx| {
        let before = match given {
            Some(before) => before,
            None => audit_kept_since(now, days(tx, prune.keep_days)?).map_err(StoreError::from)?,
        };
        Ok::<_, Failure>((before, tx.audit_old(before)?))
    })?;
    if old > 0 && !prune.yes {
        let what = format!(
            "this permanently removes the oldest {}, from before {}",
            counted(old, "entry", "entries"),
            before.to_rfc3339()
        );
        confirm(arguments.json, &what)?;
    }
    let removed = match old {
        0 => 0,
        _ => store.write("audit_prune", |tx| tx.audit_prune(before))?,
    };
    crate::vault::close(store);
    tell(arguments, removed, before)?;
    Ok(0)
}

/// Returns the number of days to keep: as asked, else from the retention policy.
fn days(tx: &mut ReadTx<'_>, asked: Option<i64>) -> Result<i64, Failure> {
    if let Some(days) = asked {
        return Ok(days);
    }
    let no_policy = || {
        Failure::Refused(
            "no retention policy says how long entries of the audit log are kept; use --before or --keep-days"
                .into(),
        )
    };
    tx.audit_retention_days()?.ok_or_else(no_policy)
}

fn tell(arguments: &Arguments, removed: u64, before: Timestamp) -> Result<(), Failure> {
    if removed == 0 {
        crate::unchanged::nothing_changed();
    }
    if arguments.json {
        return output::json(&json!({ "removed": removed, "before": before }));
    }
    output::line(&match removed {
        0 => format!(
            "No entry is older than {}; nothing was removed.",
            before.to_rfc3339()
        ),
        removed => format!(
            "Removed {} from before {}. Heads of these entries can no longer be compared.",
            counted(removed, "entry", "entries"),
            before.to_rfc3339()
        ),
    })
}
