//! `migrate up`, and what any command says that brought a vault up to date.

use privatus_store::Upgrade;
use serde_json::{Value, json};

use super::{say, snapshot, unlock, version};
use crate::args::Arguments;
use crate::failure::Failure;
use crate::notice::note;
use crate::output;
use crate::progress::schema;

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let mut migrator = unlock(arguments)?;
    let upgrade = schema::watch(|_| migrator.up())?;
    let Some(upgrade) = upgrade else {
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
        say(&format!("Schema {}.", brought_up(&upgrade)))?;
        say(&format!("Saved: {}.", snapshot::text(&upgrade.snapshot)))?;
    }
    Ok(0)
}

/// Says on standard error what opening a vault changed of it: no failure, and no part of a command's output.
pub(crate) fn tell_upgrade(upgrade: &Upgrade) {
    note(&format!("the vault's schema was {}", brought_up(upgrade)));
    note(&format!("saved: {}", snapshot::text(&upgrade.snapshot)));
}

fn brought_up(upgrade: &Upgrade) -> String {
    let title = version::known_title;
    format!("brought up from {} to {}", title(upgrade.from), title(upgrade.to))
}
