//! What is checked: a step with its rows.

use crate::step::Step;

/// A step and the rows that are added behind it, so that the next step finds every table filled.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The step.
    pub step: Step,
    /// SQL that fills what the step added.
    pub sample: &'a str,
    /// The same for each month's table, whose name stands as `{table}`.
    pub partition_sample: Option<&'a str>,
}
