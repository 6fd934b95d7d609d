//! The list of migration steps and the name of the months' template, for tests and xtask.

use privatus_migrate::Steps;

use super::steps;
use crate::partition::schema;

/// Every step that this build knows, in order.
pub static STEPS: &Steps = &steps::STEPS;

/// The template for the message tables.
pub const TEMPLATE: &str = schema::TEMPLATE;
