//! `migrate status`: lists the steps that the vault has or this build knows.

use privatus_domain::Timestamp;
use privatus_store::{Migrator, StepStatus, Version};
use serde_json::{Value, json};

use super::say::say;
use super::unlock::unlock;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::output;
use crate::step;
use crate::table::{self, Column};

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let mut migrator = unlock(arguments)?;
    let steps = migrator.status()?;
    if arguments.json {
        let steps: Vec<Value> = steps.iter().map(step_json).collect();
        output::json(&json!({ "migrations": steps }))?;
        return Ok(0);
    }
    let columns = [
        Column::text("version", 19),
        Column::text("name", 10).dropped(4),
        Column::text("state", 8),
        Column::text("applied (UTC)", 16).dropped(2),
        Column::text("reversible", 10).dropped(3),
        Column::name("description", 34).dropped(1),
    ];
    table::print(&columns, steps.iter().map(row).collect())?;
    if let Some(advice) = advice(&steps, Migrator::newest(), migrator.is_read_only()) {
        say(&advice)?;
    }
    Ok(0)
}

/// Says what the steps mean for the next command, in the order in which opening the vault checks them.
fn advice(steps: &[StepStatus], newest: Version, is_read_only: bool) -> Option<String> {
    let title = |step: &StepStatus| step::title(step.version, step.name.as_deref());
    let is_newer = |step: &&StepStatus| !step.pending && step.version > newest;
    if let Some(kept) = steps.iter().filter(is_newer).find(|step| !step.reversible) {
        let why = kept
            .irreversible
            .as_deref()
            .unwrap_or("the vault has no SQL for it");
        return Some(format!(
            "A newer privatus opened this vault: use that; {} cannot be undone: {why}. If the step's row was altered, no \
             build wrote it: restore a backup.",
            title(kept)
        ));
    }
    if steps.iter().any(|step| is_newer(&step)) {
        return Some(match is_read_only {
            true => "A newer privatus opened this vault: use that.".into(),
            false => format!(
                "A newer privatus opened this vault: use that, or step back with `privatus migrate down --to {newest}`."
            ),
        });
    }
    let backup = "this build cannot open the vault: use the build that created it, or restore a backup.";
    let applied = || steps.iter().filter(|step| !step.pending);
    if let Some(unknown) = applied().find(|step| !step.known) {
        return Some(format!(
            "{} is not a step of this build, which is newer: {backup}",
            title(unknown)
        ));
    }
    if let Some(failed) = applied().find(|step| step.success == Some(false)) {
        return Some(format!("{} failed: {backup}", title(failed)));
    }
    let last = applied().map(|step| step.version).max();
    let is_pending = |step: &&StepStatus| step.pending;
    if let Some(left_out) = steps
        .iter()
        .filter(is_pending)
        .find(|step| Some(step.version) < last)
    {
        return Some(format!(
            "{} was skipped, but a later step was applied: {backup}",
            title(left_out)
        ));
    }
    match (steps.iter().filter(is_pending).count(), is_read_only) {
        (0, _) => None,
        (pending, true) => Some(format!(
            "{pending} pending: copy the vault to a writable disk, where the next command runs them."
        )),
        (pending, false) => Some(format!(
            "{pending} pending: the next command that opens the vault runs them, as `privatus migrate up` does."
        )),
    }
}

fn row(step: &StepStatus) -> Vec<String> {
    let state = match step.success {
        None => "pending",
        Some(false) => "failed",
        Some(true) if !step.known => "unknown",
        Some(true) => "applied",
    };
    let at = step.applied_at.as_deref().unwrap_or_default();
    let way_back = if step.reversible { "yes" } else { "no" };
    vec![
        step.version.to_string(),
        step.name
            .as_deref()
            .map(step::short)
            .unwrap_or_default()
            .to_owned(),
        state.to_owned(),
        at.chars().take(16).collect(),
        way_back.to_owned(),
        step.description.clone().unwrap_or_default(),
    ]
}

fn step_json(step: &StepStatus) -> Value {
    // In the usual form; a text that is not a time is kept.
    let at = step.applied_at.as_deref();
    let at = at.map(|at| Timestamp::parse(at).map_or_else(|_| at.to_owned(), Timestamp::to_rfc3339));
    json!({
        "version": step.version, "name": step.name, "description": step.description, "applied_at": at,
        "tool_version": step.tool_version, "success": step.success, "pending": step.pending,
        "reversible": step.reversible, "irreversible": step.irreversible, "known": step.known,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: Version = 30;

    fn step(version: Version) -> StepStatus {
        StepStatus {
            version,
            name: None,
            description: None,
            applied_at: None,
            tool_version: None,
            success: Some(true),
            pending: false,
            reversible: true,
            irreversible: None,
            known: version <= NEWEST,
        }
    }

    fn pending(version: Version) -> StepStatus {
        StepStatus {
            success: None,
            pending: true,
            ..step(version)
        }
    }

    /// The advice never suggests something that opening the vault would refuse.
    #[test]
    fn the_advice_is_of_the_state_that_the_vault_is_in() {
        let kept = StepStatus {
            reversible: false,
            irreversible: Some("it merges columns".into()),
            ..step(40)
        };
        let unknown = StepStatus {
            known: false,
            ..step(15)
        };
        let failed = StepStatus {
            success: Some(false),
            ..step(20)
        };
        let told =
            |steps: &[StepStatus], is_read_only| advice(steps, NEWEST, is_read_only).unwrap_or_default();
        assert_eq!(told(&[step(10), step(30)], false), "");
        assert!(told(&[step(10), pending(30)], false).contains("1 pending: the next command"));
        assert!(told(&[step(10), pending(30)], true).contains("a writable disk"));
        assert!(told(&[step(10), pending(20), step(40)], false).contains("migrate down --to 30"));
        assert!(!told(&[step(10), step(40)], true).contains("migrate down"));
        let irreversible = told(&[step(10), kept], false);
        assert!(
            irreversible.contains("40 cannot be undone: it merges columns"),
            "{irreversible}"
        );
        for (steps, says) in [
            ([step(10), unknown], "15 is not a step of this build"),
            ([step(10), failed], "20 failed"),
            ([pending(10), step(20)], "10 was skipped"),
        ] {
            let told = told(&steps, false);
            assert!(told.contains(says) && !told.contains("migrate"), "{told}");
        }
    }
}
