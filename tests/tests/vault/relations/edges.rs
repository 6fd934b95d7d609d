//! What a delete does at each edge of the specification's diagram: once by the tool, once by plain SQL.

use crate::relations::world::{PUBLIC_KEY, World};

/// An edge, as docs/DATA_MODEL.md names it, and its two tests.
pub(crate) struct Edge {
    pub(crate) name: &'static str,
    pub(crate) by_tool: fn(&World),
    pub(crate) by_sql: fn(&World),
}

const DIRECT: &str = "SELECT count(*) FROM messages WHERE contact_id IS NOT NULL";
const LARGE: &str = "SELECT count(*) FROM message_content";
const IN_GROUP: &str = "SELECT count(*) FROM messages WHERE contact_id IS NULL";
const OF_ALICE: &str = "SELECT count(*) FROM group_members WHERE display_name = 'Alice'";
const OWNERS: &str = "SELECT count(*) FROM group_members WHERE role = 'owner'";
const MEMBERS: &str = "SELECT count(*) FROM group_members";
const TO_CONTACT: &str = "SELECT count(*) FROM file_transfers WHERE contact_id IS NOT NULL";
const TO_GROUP: &str = "SELECT count(*) FROM file_transfers WHERE group_id IS NOT NULL";
const TRANSFERS: &str = "SELECT count(*) FROM file_transfers";
/// Entries that outlive what they are about.
const OF_NO_CONTACT: &str = "SELECT count(*) FROM audit_log WHERE resource_type = 'contact' AND resource_id NOT IN \
                             (SELECT contact_id FROM contacts)";
const OF_NO_GROUP: &str = "SELECT count(*) FROM audit_log WHERE resource_type = 'group' AND resource_id NOT IN \
                           (SELECT group_id FROM groups)";
const PUBLIC_KEYS: &str =
    "SELECT count(*) FROM key_store WHERE scope = 'contacts.public_key' AND length(encrypted_key) > 0";
const MONTH_KEYS: &str =
    "SELECT count(*) FROM partitions JOIN key_store USING (key_id) WHERE length(encrypted_key) > 0";
const OF_ANN: &str = "SELECT count(*) FROM settings WHERE scope = 'ann'";
const OF_ALL: &str = "SELECT count(*) FROM settings WHERE scope = ''";
const GRANTED: &str = "SELECT count(*) FROM access_control WHERE user_id = 'ann'";
const DELETE_ALICE: &str = "DELETE FROM contacts WHERE display_name = 'Alice'";
const DELETE_TEAM: &str = "DELETE FROM groups WHERE name = 'Team'";

fn remove_alice(world: &World) {
    world.ok(&["contacts", "remove", "Alice", "--yes"]);
}

fn remove_team(world: &World) {
    world.ok(&["groups", "delete", "Team", "--yes"]);
}

fn remove_all(world: &World) {
    remove_alice(world);
    world.ok(&["contacts", "remove", "Bob", "--yes"]);
    remove_team(world);
}

pub(crate) const EDGES: [Edge; 13] = [
    Edge {
        name: "contacts → messages",
        by_tool: |world| {
            world.all_are(2, &[DIRECT]);
            remove_alice(world);
            world.all_are(0, &[DIRECT, LARGE]);
        },
        by_sql: |world| {
            world.sql(DELETE_ALICE);
            world.all_are(0, &[DIRECT]);
            // Hidden at once; its messages are removed by the store's next sweep.
            world.all_are(1, &[LARGE, "SELECT count(*) FROM pending_removals"]);
            world.is_sound();
            world.all_are(0, &[LARGE, "SELECT count(*) FROM pending_removals"]);
        },
    },
    Edge {
        name: "contacts → file_transfers",
        by_tool: |world| {
            world.all_are(1, &[TO_CONTACT]);
            remove_alice(world);
            world.all_are(0, &[TO_CONTACT]);
            world.all_are(2, &[TRANSFERS]);
        },
        by_sql: |world| {
            world.sql(DELETE_ALICE);
            world.all_are(0, &[TO_CONTACT]);
            world.all_are(2, &[TRANSFERS]);
        },
    },
    Edge {
        name: "contacts → group_members",
        by_tool: |world| {
            world.all_are(1, &[OF_ALICE]);
            world.ok(&["groups", "transfer", "Team", "Alice"]);
            remove_alice(world);
            world.all_are(0, &[OF_ALICE]);
            world.all_are(2, &[MEMBERS]);
            world.all_are(1, &[OWNERS]);
        },
        by_sql: |world| {
            // Once with other members, once alone.
            world.ok(&["groups", "transfer", "Team", "Alice"]);
            world.ok(&["groups", "create", "Alone", "--type", "private"]);
            world.ok(&["groups", "add", "Alone", "Alice"]);
            world.ok(&["groups", "transfer", "Alone", "Alice"]);
            world.ok(&["groups", "leave", "Alone"]);
            world.sql(DELETE_ALICE);
            world.all_are(0, &[OF_ALICE]);
            world.all_are(2, &[OWNERS]);
            world.is_sound();
        },
    },
    Edge {
        name: "groups → group_members",
        by_tool: |world| {
            world.all_are(3, &[MEMBERS]);
            remove_team(world);
            world.all_are(0, &[MEMBERS]);
        },
        by_sql: |world| {
            world.sql(DELETE_TEAM);
            world.all_are(0, &[MEMBERS]);
        },
    },
    Edge {
        name: "groups → messages",
        by_tool: |world| {
            world.all_are(1, &[IN_GROUP]);
            remove_team(world);
            world.all_are(0, &[IN_GROUP]);
            world.all_are(2, &[DIRECT]);
        },
        by_sql: |world| {
            world.sql(DELETE_TEAM);
            world.all_are(0, &[IN_GROUP]);
            world.all_are(1, &["SELECT count(*) FROM pending_removals"]);
            world.is_sound();
            world.all_are(0, &["SELECT count(*) FROM pending_removals"]);
        },
    },
    Edge {
        name: "groups → file_transfers",
        by_tool: |world| {
            world.all_are(1, &[TO_GROUP]);
            remove_team(world);
            world.all_are(0, &[TO_GROUP]);
            world.all_are(2, &[TRANSFERS]);
        },
        by_sql: |world| {
            world.sql(DELETE_TEAM);
            world.all_are(0, &[TO_GROUP]);
            world.all_are(2, &[TRANSFERS]);
        },
    },
    Edge {
        name: "key_store → contacts",
        by_tool: |world| {
            // No command removes a key: the last value that it seals is removed, and it seals the next.
            world.all_are(1, &[PUBLIC_KEYS]);
            remove_all(world);
            world.all_are(1, &[PUBLIC_KEYS]);
            world.ok(&["contacts", "add", "Carol", "--public-key", PUBLIC_KEY]);
            world.all_are(1, &[PUBLIC_KEYS]);
        },
        by_sql: |world| {
            world.sql("DELETE FROM key_store WHERE scope = 'contacts.public_key'");
            world.fails(&["verify"], 16);
        },
    },
    Edge {
        name: "key_store → messages",
        by_tool: |world| {
            // The last message of a month is removed; the month and its key stay for the next.
            world.all_are(1, &[MONTH_KEYS]);
            remove_all(world);
            world.all_are(0, &["SELECT count(*) FROM messages", LARGE]);
            world.all_are(1, &[MONTH_KEYS]);
            world.ok(&["contacts", "add", "Carol"]);
            world.ok(&["send", "Carol", "the next"]);
            world.all_are(1, &[MONTH_KEYS]);
        },
        by_sql: |world| world.sql_is_refused("DELETE FROM key_store WHERE scope LIKE 'messages/%'"),
    },
    Edge {
        name: "key_store → groups",
        by_tool: |world| {
            const OLD: &str =
                "SELECT count(*) FROM key_store WHERE key_type = 'group' AND length(encrypted_key) = 0";
            world.all_are(1, &["SELECT count(*) FROM groups JOIN key_store USING (key_id)"]);
            world.all_are(0, &[OLD]);
            world.ok(&["groups", "remove", "Team", "Bob"]);
            // The row of the old key stays, emptied.
            world.all_are(
                1,
                &[OLD, "SELECT count(*) FROM groups JOIN key_store USING (key_id)"],
            );
        },
        by_sql: |world| world.sql_is_refused("DELETE FROM key_store WHERE key_type = 'group'"),
    },
    Edge {
        name: "settings → users",
        by_tool: |world| {
            world.all_are(1, &[OF_ANN, OF_ALL, GRANTED]);
            world.ok(&["settings", "unset", "theme", "--user", "ann"]);
            world.all_are(0, &[OF_ANN]);
            world.all_are(1, &[OF_ALL, GRANTED]);
            let left = world.ok(&["settings", "get", "theme", "--user", "ann"]);
            assert!(left.contains("light"), "the application's holds: {left}");
        },
        by_sql: |world| {
            world.sql("DELETE FROM settings WHERE scope = 'ann'");
            world.all_are(0, &[OF_ANN]);
            world.all_are(1, &[OF_ALL, GRANTED]);
            world.is_sound();
        },
    },
    Edge {
        name: "audit_log → contacts",
        by_tool: |world| {
            remove_alice(world);
            assert!(world.count(OF_NO_CONTACT) >= 2, "added and removed");
            world.ok(&["audit", "verify"]);
        },
        by_sql: |world| {
            world.all_are(0, &[OF_NO_CONTACT]);
            world.sql(DELETE_ALICE);
            assert!(world.count(OF_NO_CONTACT) >= 1, "added");
            world.ok(&["audit", "verify"]);
        },
    },
    Edge {
        name: "audit_log → groups",
        by_tool: |world| {
            remove_team(world);
            assert!(world.count(OF_NO_GROUP) >= 2, "made and removed");
            world.ok(&["audit", "verify"]);
        },
        by_sql: |world| {
            world.all_are(0, &[OF_NO_GROUP]);
            world.sql(DELETE_TEAM);
            assert!(world.count(OF_NO_GROUP) >= 1, "made");
            world.ok(&["audit", "verify"]);
        },
    },
    Edge {
        name: "audit_log → messages",
        by_tool: |world| {
            remove_alice(world);
            // Single messages are not audited; their removal is, as a number.
            let entries = world.ok(&["--json", "audit", "list", "--event", "contact"]);
            assert!(entries.contains("\"remove\""), "{entries}");
        },
        by_sql: |world| {
            world.sql(DELETE_ALICE);
            world.is_sound();
            world.ok(&["audit", "verify"]);
        },
    },
];
