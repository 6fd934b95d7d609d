//! Steps of the schema, named by a number, by the folder's name, or by the end of that name.

use privatus_store::{Migrator, StepStatus, Version};

use crate::failure::Failure;
use crate::text::one_line;

/// Returns the end of a folder's name: `v1_0_0` of `2026-11-24-000001_v1_0_0`.
pub(crate) fn short(name: &str) -> &str {
    name.split_once('_').map_or(name, |(_, end)| end)
}

/// Returns the number, with the end of the name if there is one.
pub(crate) fn title(version: Version, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{version} ({})", short(name)),
        None => version.to_string(),
    }
}

/// Returns the [`title`] of a step that this build knows.
pub(crate) fn known_title(version: Version) -> String {
    title(version, Migrator::name_of(version))
}

/// Returns the [`title`] of one of these steps.
pub(crate) fn title_among(steps: &[StepStatus], version: Version) -> String {
    let step = steps.iter().find(|step| step.version == version);
    title(version, step.and_then(|step| step.name.as_deref()))
}

/// Finds the step that `wanted` names.
pub(crate) fn find<'a>(steps: &'a [StepStatus], wanted: &str) -> Result<&'a StepStatus, Failure> {
    let dotted = wanted.strip_prefix('v').unwrap_or(wanted).replace('.', "_");
    let end = format!("v{dotted}");
    let is_named = |step: &&StepStatus, test: &dyn Fn(&str) -> bool| step.name.as_deref().is_some_and(test);
    let number = wanted.parse::<Version>().ok();
    // An exact match comes first: a newer build may have named a step like another step's number.
    let exact = |step: &&StepStatus| Some(step.version) == number || is_named(step, &|name| name == wanted);
    let by_end =
        |step: &&StepStatus| is_named(step, &|name| short(name) == wanted || short(name) == end.as_str());
    let mut found: Vec<&StepStatus> = steps.iter().filter(exact).collect();
    if found.is_empty() {
        found = steps.iter().filter(by_end).collect();
    }
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(unknown(steps, wanted, number)),
        _ => Err(Failure::NotFound(format!(
            "“{}” names more than one step; use the number: {}",
            one_line(wanted, 60),
            list(steps)
        ))),
    }
}

fn unknown(steps: &[StepStatus], wanted: &str, number: Option<Version>) -> Failure {
    let first = steps
        .first()
        .filter(|first| number.is_some_and(|number| number < first.version));
    let why = first.and_then(|first| first.irreversible.as_deref());
    let why = why.map_or_else(String::new, |why| {
        format!("; the first step cannot be undone: {why}")
    });
    Failure::NotFound(format!(
        "step “{}”; the steps are {}{why}",
        one_line(wanted, 60),
        list(steps)
    ))
}

fn list(steps: &[StepStatus]) -> String {
    let titles: Vec<String> = steps
        .iter()
        .map(|step| title(step.version, step.name.as_deref()))
        .collect();
    titles.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(version: Version, name: &str) -> StepStatus {
        StepStatus {
            version,
            name: (!name.is_empty()).then(|| name.to_owned()),
            description: None,
            applied_at: None,
            tool_version: None,
            success: Some(true),
            pending: false,
            reversible: false,
            irreversible: Some("it is the first".into()),
            known: true,
        }
    }

    fn steps() -> Vec<StepStatus> {
        vec![
            step(10, "2026-01-01-000001_v1_0_0"),
            step(20, "2026-02-01-000001_v1_1_0"),
            step(30, "2026-03-01-000001_v1_1_0"),
            step(40, "x_10"),
            step(50, ""),
        ]
    }

    #[test]
    fn a_step_has_four_names() {
        let steps = steps();
        for wanted in ["10", "2026-01-01-000001_v1_0_0", "v1_0_0", "1.0.0", "v1.0.0"] {
            assert_eq!(find(&steps, wanted).unwrap().version, 10, "{wanted}");
        }
        assert_eq!(find(&steps, "2026-03-01-000001_v1_1_0").unwrap().version, 30);
        assert_eq!(find(&steps, "50").unwrap().version, 50);
    }

    #[test]
    fn what_names_none_or_two_is_answered_with_all() {
        let steps = steps();
        let said = |wanted: &str| find(&steps, wanted).unwrap_err().to_string();
        let all = "10 (v1_0_0), 20 (v1_1_0), 30 (v1_1_0), 40 (10), 50";
        assert_eq!(
            said("2.0.0"),
            format!("not found: step “2.0.0”; the steps are {all}")
        );
        let first = format!(
            "not found: step “0”; the steps are {all}; the first step cannot be undone: it is the first"
        );
        assert_eq!(said("0"), first);
        for wanted in ["", "v", "1.0", "2026-01-01-000001"] {
            assert!(said(wanted).starts_with("not found: step "), "{wanted}");
        }
        let two = format!("not found: “1.1.0” names more than one step; use the number: {all}");
        assert_eq!(said("1.1.0"), two);
    }
}
