//! `migrate down`: goes back to an older schema, after saying what that loses.

use privatus_store::{DownPlan, Downgrade, Migrator, StepStatus};
use serde_json::Value;

use super::plan;
use super::say::say;
use super::unlock::unlock;
use crate::args::{Arguments, Down};
use crate::failure::Failure;
use crate::notice::note;
use crate::progress::{self, schema};
use crate::{confirm, output, snapshot, step};

pub(super) fn run(arguments: &Arguments, down: &Down) -> Result<u8, Failure> {
    let mut migrator = unlock(arguments)?;
    let steps = migrator.status()?;
    let to = step::find(&steps, &down.to)?;
    let title = step::title(to.version, to.name.as_deref());
    if to.pending {
        let text = format!("{title} is not applied yet; `privatus migrate up` applies it");
        return Err(Failure::NotFound(text));
    }
    if !steps
        .iter()
        .any(|step| !step.pending && step.version > to.version)
    {
        return nothing(arguments, to, &title);
    }
    // The plan runs the steps and rolls them back, so it takes as long as the real work.
    let line = progress::line("finding what would be lost …");
    let plan = migrator.plan_down(to.version);
    line.finish_and_clear();
    let plan = plan?;
    if down.dry_run {
        return dry_run(arguments, &plan, &steps);
    }
    if !down.yes {
        ask(arguments, &plan, &steps)?;
    } else if !arguments.json {
        // On standard error: a broken pipe must not stop the work.
        for line in plan::lines(&plan, &steps) {
            note(&line);
        }
    }
    let Some(done) = schema::watch(|_| migrator.down(&plan))? else {
        return nothing(arguments, to, &title);
    };
    if arguments.json {
        output::json(&plan::json(&plan, snapshot::json(&done.snapshot)))?;
    } else {
        for line in told(&done, &steps) {
            say(&line)?;
        }
    }
    Ok(0)
}

fn nothing(arguments: &Arguments, to: &StepStatus, title: &str) -> Result<u8, Failure> {
    crate::unchanged::nothing_changed();
    if arguments.json {
        let plan = DownPlan {
            from: to.version,
            to: to.version,
            steps: Vec::new(),
            losses: Vec::new(),
        };
        output::json(&plan::json(&plan, Value::Null))?;
    } else {
        say(&format!("Nothing to do: the vault is already at {title}."))?;
    }
    Ok(0)
}

fn dry_run(arguments: &Arguments, plan: &DownPlan, steps: &[StepStatus]) -> Result<u8, Failure> {
    if arguments.json {
        output::json(&plan::json(plan, Value::Null))?;
    } else {
        for line in plan::lines(plan, steps) {
            say(&line)?;
        }
        say("Nothing was changed.")?;
    }
    Ok(0)
}

/// Asks the person at the terminal. Where nobody can be asked, `--yes` is needed.
fn ask(arguments: &Arguments, plan: &DownPlan, steps: &[StepStatus]) -> Result<(), Failure> {
    if arguments.json {
        let text = format!("--yes is needed: {}; nothing was changed", plan::loses(plan));
        return Err(Failure::Usage(text));
    }
    // On standard error, where the question is asked too.
    for line in plan::lines(plan, steps) {
        note(&line);
    }
    confirm::ask()
}

fn told(done: &Downgrade, steps: &[StepStatus]) -> [String; 3] {
    let title = |version| step::title_among(steps, version);
    let next = match done.to.cmp(&Migrator::newest()) {
        std::cmp::Ordering::Less => {
            "This build upgrades the vault again when it opens it, so open it with the older build next."
        }
        std::cmp::Ordering::Equal => "This build can open it now; a newer build upgrades it again.",
        std::cmp::Ordering::Greater => "The schema is still newer than this build.",
    };
    [
        format!("Stepped back from {} to {}.", title(done.from), title(done.to)),
        format!(
            "Saved: {}. Copy it elsewhere to keep it.",
            snapshot::text(&done.snapshot)
        ),
        next.to_owned(),
    ]
}
