//! Exceptions to the checks of migrations, each with its reason. An exception that is not needed is an error.

use privatus_migrate::check::Excused;

const SPECIFIED: &str =
    "the specification names it for messages; a month's rows are in the order of its keys";

const ONE_ROW: &str = "the table has one row";

pub(super) const EXCUSED: Excused<'static> = Excused {
    // (table, column, reason): a foreign key's column without an index.
    unindexed: &[],
    // (index, reason): an index that a step drops.
    dropped_indexes: &[],
    // (index, reason): an index that the template has and no month has.
    template_only: &[
        ("idx_messages_contact_timestamp", SPECIFIED),
        ("idx_messages_timestamp", SPECIFIED),
        ("idx_messages_outgoing", SPECIFIED),
    ],
    // (table, column, reason): a nullable column that is never NULL, or has no value yet.
    one_kind: &[
        ("vault_state", "audit_removed", ONE_ROW),
        ("vault_state", "audit_removed_mac", ONE_ROW),
        ("vault_state", "audit_removed_at", ONE_ROW),
        ("vault_state", "audit_checkpoint", ONE_ROW),
    ],
    // (step, what, reason): `table` for rows that a step declares to be added or removed, `table.column` for values that
    // it changes; messages_template means all months.
    changed_up: &[],
    // (step, what, reason) for the step's way back, in a vault in use.
    changed_back: &[(
        "2026-11-25-000003_v1_2_0",
        "group_members",
        "the previous build does not know members that are not contacts",
    )],
};
