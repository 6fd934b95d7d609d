//! The tables of `privatus-schema` through diesel's query builder, over the migrations: what it can say, that a value
//! of another type than its column's is an error, and which statements stay prepared.

mod cached;
mod joins;
mod rows;
mod strict;
mod written;

use privatus_sqlite::{Connection, OpenMode, OpenOptions};

/// A database in memory with all migrations applied.
fn database() -> Connection {
    let mut database = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create)).unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let steps = std::fs::read_dir(folder)
        .unwrap()
        .map(|step| step.unwrap().path());
    let mut steps: Vec<_> = steps.filter(|step| step.is_dir()).collect();
    steps.sort();
    assert!(steps.len() >= 3);
    for step in steps {
        let sql = std::fs::read_to_string(step.join("up.sql")).unwrap();
        database.execute_batch(&sql).unwrap();
    }
    database
}

/// A database in memory with two contacts, a group of one of them, and a conversation with each.
fn filled() -> Connection {
    let mut database = database();
    database
        .execute_batch(
            "INSERT INTO contacts (contact_id, display_name, public_key, last_seen) VALUES
                 ('bob', 'Bob', x'02', NULL), ('alice', 'Alice', x'01', '2025-06-01 00:00:00.000');
             INSERT INTO groups (group_id, name, group_type, max_members) VALUES ('team', 'Team', 'private', 5);
             INSERT INTO group_members (group_id, contact_id, display_name, role) VALUES
                 ('team', 'alice', 'Al', 'owner');
             INSERT INTO conversations (conversation, conversation_id, kind, contact_id, group_id, message_count,
                 last_at) VALUES (1, 'c1', 'direct', 'alice', NULL, 3, 30), (2, 'c2', 'group', NULL, 'team', 4, 40);",
        )
        .unwrap();
    database
}
