//! `migrate status`: every step that the vault has or this build knows.

use privatus_domain::Timestamp;
use privatus_store::{Migrator, StepStatus};
use serde_json::{Value, json};

use super::say::say;
use super::unlock::unlock;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::output::{self, Column};
use crate::step;

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let steps = unlock(arguments)?.status()?;
    if arguments.json {
        let steps: Vec<Value> = steps.iter().map(step_json).collect();
        output::json(&json!({ "migrations": steps }))?;
        return Ok(0);
    }
    let columns = [
        Column::Text("version", 19),
        Column::Text("name", 10),
        Column::Text("state", 8),
        Column::Text("applied (UTC)", 16),
        Column::Text("way back", 8),
        Column::Text("description", 34),
    ];
    output::table(&columns, steps.iter().map(row).collect())?;
    let pending = steps.iter().filter(|step| step.pending).count();
    if pending > 0 {
        say(&format!(
            "{pending} pending: the next command that opens the vault runs them, as `privatus migrate up` does."
        ))?;
    }
    if steps.iter().any(|step| !step.known) {
        say(&format!(
            "A newer privatus was here: use it, or step back with `privatus migrate down --to {}`.",
            Migrator::newest()
        ))?;
    }
    Ok(0)
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
    // As every other time; a text that is none stays what it is.
    let at = step.applied_at.as_deref();
    let at = at.map(|at| Timestamp::parse(at).map_or_else(|_| at.to_owned(), Timestamp::to_rfc3339));
    json!({
        "version": step.version, "name": step.name, "description": step.description, "applied_at": at,
        "tool_version": step.tool_version, "success": step.success, "pending": step.pending,
        "reversible": step.reversible, "irreversible": step.irreversible, "known": step.known,
    })
}
