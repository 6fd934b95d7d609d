//! Describes what a step back does and loses.

use privatus_store::{DownPlan, Loss, StepStatus};
use serde_json::{Value, json};

use crate::step;
use crate::text::counted;

/// Returns the plan for a person, as lines.
pub(super) fn lines(plan: &DownPlan, steps: &[StepStatus]) -> Vec<String> {
    let title = |version| step::title_among(steps, version);
    let mut lines = vec![format!("from {} back to {}", title(plan.from), title(plan.to))];
    match plan.losses.as_slice() {
        [] => lines.push("nothing is lost".into()),
        losses => lines.extend(losses.iter().map(|loss| format!("loses {}", loss_text(loss)))),
    }
    lines
}

/// Returns the losses on one line.
pub(super) fn loses(plan: &DownPlan) -> String {
    let all: Vec<String> = plan.losses.iter().map(loss_text).collect();
    match all.as_slice() {
        [] => "nothing is lost".into(),
        all => format!("it loses {}", all.join(", ")),
    }
}

fn loss_text(loss: &Loss) -> String {
    let table = DownPlan::table_of(loss);
    match &loss.column {
        Some(column) => format!("{table}.{column}, {}", counted(loss.values, "value", "values")),
        None => format!("{table}, {}", counted(loss.values, "row", "rows")),
    }
}

/// Returns the plan for a program; the copy is null if nothing is changed.
pub(super) fn json(plan: &DownPlan, snapshot: Value) -> Value {
    let losses: Vec<Value> = plan
        .losses
        .iter()
        .map(
            |loss| json!({ "table": DownPlan::table_of(loss), "column": loss.column, "values": loss.values }),
        )
        .collect();
    json!({
        "from": plan.from, "to": plan.to, "steps": plan.steps, "losses": losses, "snapshot": snapshot,
    })
}
