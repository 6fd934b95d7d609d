//! What the steps are made of, for tests and xtask: the list of them, and the name of the months' template.

use privatus_migrate::Steps;

use super::steps;
use crate::partition::schema;

/// Every step that this build knows, in order.
pub static STEPS: &Steps = &steps::STEPS;

/// The physical template of the partitions of messages.
pub const TEMPLATE: &str = schema::TEMPLATE;
