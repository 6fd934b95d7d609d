//! An indexed column of the months: both are added and removed by SQL that names only the template's index.

use privatus_migrate::Step;
use privatus_migrate::check::Case;

use crate::planted::with;
use crate::{check, set};

const INDEX: &str = "CREATE INDEX idx_m_template_reply ON m_template (reply); CREATE VIEW";
const NO_INDEX: &str = "DROP INDEX idx_m_template_reply; ALTER TABLE m_template";

/// The second step, with an index over the months' new column.
fn cases() -> Vec<Case<'static>> {
    let mut cases = set::cases();
    let step = &mut cases[1].step;
    step.up = with(set::V2_UP, "CREATE VIEW", INDEX);
    step.down = with(set::V2_DOWN, "ALTER TABLE m_template", NO_INDEX);
    cases
}

#[test]
fn a_column_of_the_months_goes_back_with_its_index() {
    let report = check(&cases()).unwrap();
    // The set's two, the template's, and those of the months that exist before the sample.
    assert_eq!(report.indexes, 5, "{report:?}");
}

#[test]
fn a_later_step_drops_the_column_with_its_index() {
    let mut cases = cases();
    let back = with(set::V2_DOWN, "ALTER TABLE m_template", NO_INDEX);
    let back = with(back, "DROP INDEX idx_people_nick;", "");
    let back = with(back, "ALTER TABLE people DROP COLUMN nick;", "");
    cases.push(Case {
        step: Step::new("3_third", "third", back, "")
            .with_partition(set::MONTH_DOWN, "SELECT 1 FROM {table}")
            .with_no_way_back("a test"),
        sample: "",
        partition_sample: None,
    });
    let told = check(&cases).unwrap_err().to_string();
    // The only fault: index names disappear without an exception.
    assert!(told.contains("index idx_m_1_reply of m_1 is gone"), "{told}");
}
