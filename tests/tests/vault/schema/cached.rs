//! Which statements diesel keeps prepared, by the connection's own count.

use diesel::dsl::{delete, exists, insert_into, select, update};
use diesel::prelude::*;
use privatus_schema::{
    DbId, LimitLiteral, SqlBlob, SqlInt, SqlText, SqlTime, contacts, conversations, group_bans, rowid,
    settings,
};
use privatus_sqlite::Connection;

use crate::schema::filled;

/// A row whose columns are all bound, NULL too.
#[derive(Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
struct Whole<'a> {
    contact_id: DbId<&'a str>,
    display_name: SqlText<&'a str>,
    public_key: SqlBlob<&'a [u8]>,
    folded_name: Option<SqlText<&'a str>>,
}

/// A row in which a column may stand as its default: another statement for each set of columns.
#[derive(Insertable)]
#[diesel(table_name = contacts)]
struct Defaulted<'a> {
    contact_id: DbId<&'a str>,
    display_name: SqlText<&'a str>,
    public_key: SqlBlob<&'a [u8]>,
    folded_name: Option<SqlText<&'a str>>,
}

/// Runs something five times, and gives how many statements that compiled.
fn prepared(database: &mut Connection, mut run: impl FnMut(&mut SqliteConnection, i64)) -> u64 {
    database.counters().unwrap();
    let before = database.counters().unwrap().statements_prepared;
    for time in 0..5 {
        run(database.diesel(), time);
    }
    database.counters().unwrap().statements_prepared - before
}

#[test]
fn what_is_kept() {
    let mut database = filled();
    let by_key = prepared(&mut database, |connection, _| {
        let name = contacts::table
            .find(SqlText("bob"))
            .select(contacts::display_name);
        name.get_result::<SqlText>(connection).unwrap();
    });
    let by_rowid = prepared(&mut database, |connection, time| {
        let after = contacts::table.filter(rowid(contacts::table).gt(SqlInt(time)));
        after
            .order(rowid(contacts::table))
            .select(contacts::contact_id)
            .load::<DbId>(connection)
            .unwrap();
    });
    let limited = prepared(&mut database, |connection, _| {
        let first = contacts::table
            .order(contacts::display_name)
            .select(contacts::contact_id);
        first.limit_literal(1).load::<DbId>(connection).unwrap();
    });
    let is_there = prepared(&mut database, |connection, _| {
        select(exists(contacts::table.find(SqlText("bob"))))
            .get_result::<bool>(connection)
            .unwrap();
    });
    let boxed = prepared(&mut database, |connection, _| {
        let boxed = contacts::table
            .filter(contacts::display_name.eq(SqlText("Bob")))
            .into_boxed();
        boxed
            .select(contacts::contact_id)
            .load::<DbId>(connection)
            .unwrap();
    });
    let inserted = prepared(&mut database, |connection, time| {
        let id = time.to_string();
        let row = (
            group_bans::group_id.eq(DbId("team")),
            group_bans::contact_id.eq(DbId(id.as_str())),
            group_bans::banned_by.eq(DbId("alice")),
            group_bans::banned_at.eq(SqlTime("2025-06-01 00:00:00.000")),
        );
        insert_into(group_bans::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(connection)
            .unwrap();
    });
    let deleted = prepared(&mut database, |connection, time| {
        let id = time.to_string();
        let ban = group_bans::table.find((DbId("team"), DbId(id.as_str())));
        assert_eq!(delete(ban).execute(connection), Ok(1));
    });
    let of_a_row = prepared(&mut database, |connection, time| {
        let id = time.to_string();
        let row = Whole {
            contact_id: DbId(&id),
            display_name: SqlText("W"),
            public_key: SqlBlob(&[1]),
            folded_name: None,
        };
        insert_into(contacts::table)
            .values(&row)
            .execute(connection)
            .unwrap();
    });
    let defaulted = prepared(&mut database, |connection, time| {
        let id = format!("d{time}");
        let row = Defaulted {
            contact_id: DbId(&id),
            display_name: SqlText("D"),
            public_key: SqlBlob(&[1]),
            folded_name: (time % 2 == 0).then_some(SqlText("d")),
        };
        insert_into(contacts::table)
            .values(&row)
            .execute(connection)
            .unwrap();
    });
    // One with the column, one without.
    assert_eq!(defaulted, 2);
    let kept = [
        by_key, by_rowid, limited, is_there, boxed, inserted, deleted, of_a_row,
    ];
    assert_eq!(kept, [1; 8]);
}

/// Not for hot paths, nor for loops over rows.
#[test]
fn what_is_compiled_at_each_run() {
    let mut database = filled();
    let bound_limit = prepared(&mut database, |connection, time| {
        let some = contacts::table
            .order(contacts::display_name)
            .select(contacts::contact_id);
        some.limit(time + 1).load::<DbId>(connection).unwrap();
    });
    let updated = prepared(&mut database, |connection, _| {
        let hidden = conversations::message_count.eq(conversations::message_count + SqlInt(1));
        update(conversations::table.find(SqlInt(1)))
            .set(hidden)
            .execute(connection)
            .unwrap();
    });
    let upserted = prepared(&mut database, |connection, _| {
        let row = (
            settings::scope.eq(SqlText("")),
            settings::key.eq(SqlText("theme")),
            settings::value.eq(SqlBlob([1])),
        );
        insert_into(settings::table)
            .values(row)
            .on_conflict((settings::scope, settings::key))
            .do_update()
            .set(settings::value.eq(diesel::upsert::excluded(settings::value)))
            .execute(connection)
            .unwrap();
    });
    let any_of = prepared(&mut database, |connection, _| {
        let ids = contacts::contact_id.eq_any([DbId("alice"), DbId("bob")]);
        contacts::table
            .filter(ids)
            .select(contacts::contact_id)
            .load::<DbId>(connection)
            .unwrap();
    });
    let queried = prepared(&mut database, |connection, _| {
        diesel::sql_query("DELETE FROM settings WHERE key = 'none'")
            .execute(connection)
            .unwrap();
    });
    assert_eq!([updated, upserted, any_of, queried], [5; 4]);
    // Once to begin with, and again for each number.
    assert!(bound_limit >= 5, "{bound_limit}");
}
