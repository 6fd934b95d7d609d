//! What a step back would do and lose, told.

use privatus_store::{DownPlan, Loss, StepStatus};
use serde_json::{Value, json};

use crate::step;
use crate::text::grouped;

/// For a person, a line each.
pub(super) fn lines(plan: &DownPlan, steps: &[StepStatus]) -> Vec<String> {
    let title = |version| step::title_among(steps, version);
    let mut lines = vec![format!("from {} back to {}", title(plan.from), title(plan.to))];
    match plan.losses.as_slice() {
        [] => lines.push("nothing is lost".into()),
        losses => lines.extend(losses.iter().map(|loss| format!("loses {}", loss_text(loss)))),
    }
    lines
}

/// The losses in one line.
pub(super) fn loses(plan: &DownPlan) -> String {
    let all: Vec<String> = plan.losses.iter().map(loss_text).collect();
    match all.as_slice() {
        [] => "nothing is lost".into(),
        all => format!("it loses {}", all.join(", ")),
    }
}

fn loss_text(loss: &Loss) -> String {
    let (table, count) = (DownPlan::table_of(loss), grouped(loss.values));
    match (&loss.column, loss.values) {
        (Some(column), 1) => format!("{table}.{column}, 1 value"),
        (Some(column), _) => format!("{table}.{column}, {count} values"),
        (None, 1) => format!("{table}, 1 row"),
        (None, _) => format!("{table}, {count} rows"),
    }
}

/// For a program; the copy is null where nothing is changed.
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
