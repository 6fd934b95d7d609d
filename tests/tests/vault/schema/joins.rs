//! Joins, and rows of which a part may be missing.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_schema::{DbId, SqlInt, SqlText, WrongType, contacts, conversations, group_members, groups};

use crate::schema::filled;

#[derive(Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = conversations, check_for_backend(Sqlite))]
struct Conversation {
    conversation: SqlInt,
    kind: SqlText,
}

#[derive(Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = contacts, check_for_backend(Sqlite))]
struct Name {
    contact_id: DbId,
    display_name: SqlText,
}

fn text(text: &str) -> SqlText {
    SqlText(text.to_owned())
}

#[test]
fn an_inner_join_by_an_equality_of_columns() {
    let mut database = filled();
    let members = group_members::table
        .inner_join(contacts::table.on(group_members::contact_id.eq(contacts::contact_id)))
        .select((group_members::display_name, contacts::display_name));
    assert_eq!(
        members.load(database.diesel()),
        Ok(vec![(text("Al"), text("Alice"))])
    );
    // By the foreign key.
    let members = groups::table
        .inner_join(group_members::table)
        .select((groups::name, group_members::role));
    assert_eq!(
        members.load(database.diesel()),
        Ok(vec![(text("Team"), text("owner"))])
    );
}

#[test]
fn a_left_join_with_rows_and_columns_that_may_be_missing() {
    let mut database = filled();
    let of_all = || {
        conversations::table
            .left_join(contacts::table)
            .left_join(groups::table)
            .order(conversations::conversation)
    };
    let rows: Vec<(Conversation, Option<Name>, Option<SqlText>)> = of_all()
        .select((
            Conversation::as_select(),
            Option::<Name>::as_select(),
            groups::name.nullable(),
        ))
        .load(database.diesel())
        .unwrap();
    let alice = Name {
        contact_id: DbId("alice".to_owned()),
        display_name: text("Alice"),
    };
    assert_eq!(
        rows,
        [
            (
                Conversation {
                    conversation: SqlInt(1),
                    kind: text("direct")
                },
                Some(alice),
                None
            ),
            (
                Conversation {
                    conversation: SqlInt(2),
                    kind: text("group")
                },
                None,
                Some(text("Team"))
            ),
        ]
    );

    database
        .execute_batch("UPDATE contacts SET display_name = x'00' WHERE contact_id = 'alice'")
        .unwrap();
    let rows = of_all()
        .select(Option::<Name>::as_select())
        .load(database.diesel());
    assert!(
        rows.is_err_and(|error| WrongType::is_in(&error)),
        "not taken for a row that is missing"
    );
}

#[test]
fn a_table_with_itself() {
    let mut database = filled();
    let other = diesel::alias!(contacts as other);
    let pairs = contacts::table
        .inner_join(other.on(contacts::contact_id.lt(other.field(contacts::contact_id))))
        .select((contacts::contact_id, other.field(contacts::display_name)));
    assert_eq!(
        pairs.load(database.diesel()),
        Ok(vec![(DbId("alice".to_owned()), text("Bob"))])
    );
}
