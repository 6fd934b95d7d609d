//! `migrate up`: runs all pending steps.

use serde_json::{Value, json};

use super::say::say;
use super::unlock::unlock;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::progress::schema;
use crate::upgrade::upgraded;
use crate::{output, snapshot};

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let mut migrator = unlock(arguments)?;
    let upgrade = schema::watch(|_| migrator.up())?;
    let Some(upgrade) = upgrade else {
        crate::unchanged::nothing_changed();
        let at = migrator.status()?.last().map(|step| step.version);
        if arguments.json {
            let nothing: [&str; 0] = [];
            output::json(&json!({ "from": at, "to": at, "steps": nothing, "snapshot": Value::Null }))?;
        } else {
            say("Nothing to do: every step is applied.")?;
        }
        return Ok(0);
    };
    if arguments.json {
        output::json(&json!({
            "from": upgrade.from, "to": upgrade.to, "steps": upgrade.steps,
            "snapshot": snapshot::json(&upgrade.snapshot),
        }))?;
    } else {
        say(&format!("Schema {}.", upgraded(&upgrade)))?;
        say(&format!("Saved: {}.", snapshot::text(&upgrade.snapshot)))?;
    }
    Ok(0)
}
