//! The input of the checks: a step with its rows.

use crate::step::Step;

/// A step, and rows that are added after it so that the next step finds every table filled.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The step.
    pub step: Step,
    /// SQL that fills what the step added.
    pub sample: &'a str,
    /// SQL that does so for each month's table, whose name is written as `{table}`.
    pub partition_sample: Option<&'a str>,
}
