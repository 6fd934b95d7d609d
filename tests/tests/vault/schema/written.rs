//! Writing: insert, upsert, update, delete, and what they return.

use diesel::dsl::{delete, insert_into, update};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel::upsert::excluded;
use privatus_schema::functions::coalesce;
use privatus_schema::{
    DbId, Flag, SqlBlob, SqlDate, SqlInt, SqlReal, SqlText, SqlTime, contacts, conversations,
    performance_metrics, settings, usage_statistics,
};

use crate::schema::{database, filled};

const TIME: &str = "2025-06-01 00:00:00.000";

#[derive(Insertable)]
#[diesel(table_name = contacts)]
struct NewContact<'a> {
    contact_id: DbId<&'a str>,
    display_name: SqlText<&'a str>,
    public_key: SqlBlob<&'a [u8]>,
    is_verified: Flag,
    last_seen: Option<SqlTime<&'a str>>,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = settings)]
struct Setting<'a> {
    scope: SqlText<&'a str>,
    key: SqlText<&'a str>,
    value: SqlBlob<&'a [u8]>,
}

#[derive(AsChangeset)]
#[diesel(table_name = contacts)]
struct Change<'a> {
    display_name: Option<SqlText<&'a str>>,
    last_seen: Option<Option<SqlTime<&'a str>>>,
}

#[derive(Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = contacts, check_for_backend(Sqlite))]
struct Seen {
    display_name: SqlText,
    is_verified: Option<Flag>,
    last_seen: Option<SqlTime>,
}

fn bob() -> NewContact<'static> {
    NewContact {
        contact_id: DbId("bob"),
        display_name: SqlText("Bob"),
        public_key: SqlBlob(&[1, 2]),
        is_verified: Flag(true),
        last_seen: None,
    }
}

fn seen(name: &str, last_seen: Option<&str>) -> Seen {
    Seen {
        display_name: SqlText(name.to_owned()),
        is_verified: Some(Flag(true)),
        last_seen: last_seen.map(|at| SqlTime(at.to_owned())),
    }
}

#[test]
fn a_row_is_inserted_changed_and_deleted() {
    let mut database = database();
    let connection = database.diesel();
    assert_eq!(
        insert_into(contacts::table).values(bob()).execute(connection),
        Ok(1)
    );
    assert_eq!(
        insert_into(contacts::table)
            .values(&bob())
            .on_conflict_do_nothing()
            .execute(connection),
        Ok(0)
    );
    let again = insert_into(contacts::table)
        .values(bob())
        .on_conflict(contacts::contact_id)
        .do_nothing();
    assert_eq!(again.execute(connection), Ok(0));
    let stored = || contacts::table.find(SqlText("bob")).select(Seen::as_select());
    assert_eq!(stored().get_result(connection), Ok(seen("Bob", None)));
    // What was bound has the storage class of its type.
    let classes = "SELECT typeof(contact_id) || typeof(public_key) || typeof(is_verified) || typeof(last_seen) AS it \
                   FROM contacts";
    #[derive(QueryableByName)]
    struct Classes {
        #[diesel(sql_type = privatus_schema::sql_types::Text)]
        it: SqlText,
    }
    let classes: Classes = diesel::sql_query(classes).get_result(connection).unwrap();
    assert_eq!(classes.it.0, "textblobintegernull");

    let change = Change {
        display_name: None,
        last_seen: Some(Some(SqlTime(TIME))),
    };
    let changed = update(contacts::table.find(SqlText("bob"))).set(change);
    assert_eq!(changed.execute(connection), Ok(1));
    assert_eq!(stored().get_result(connection), Ok(seen("Bob", Some(TIME))));
    let change = Change {
        display_name: Some(SqlText("Robert")),
        last_seen: Some(None),
    };
    assert_eq!(
        update(contacts::table.find(SqlText("bob")))
            .set(change)
            .execute(connection),
        Ok(1)
    );
    assert_eq!(stored().get_result(connection), Ok(seen("Robert", None)));

    let gone = delete(contacts::table.find(SqlText("bob"))).returning(contacts::public_key);
    assert_eq!(gone.get_result(connection), Ok(SqlBlob(vec![1, 2])));
    assert_eq!(
        delete(contacts::table.find(SqlText("bob"))).execute(connection),
        Ok(0)
    );
}

#[test]
fn an_upsert_takes_the_new_value() {
    let mut database = database();
    let connection = database.diesel();
    for value in [&[1_u8][..], &[2]] {
        let setting = Setting {
            scope: SqlText(""),
            key: SqlText("theme"),
            value: SqlBlob(value),
        };
        let upsert = insert_into(settings::table)
            .values(setting)
            .on_conflict((settings::scope, settings::key))
            .do_update()
            .set((
                settings::value.eq(excluded(settings::value)),
                settings::updated_at.eq(Some(SqlTime(TIME))),
            ));
        assert_eq!(upsert.execute(connection), Ok(1));
    }
    let stored = settings::table.select((settings::value, settings::updated_at));
    assert_eq!(
        stored.load::<(SqlBlob, Option<SqlTime>)>(connection),
        Ok(vec![(SqlBlob(vec![2]), Some(SqlTime(TIME.to_owned())))])
    );
}

#[test]
fn a_column_is_counted_up() {
    let mut database = filled();
    let connection = database.diesel();
    let counted = update(conversations::table.find(SqlInt(1)))
        .set((
            conversations::message_count.eq(conversations::message_count + SqlInt(1)),
            conversations::is_pinned.eq(Flag(true)),
        ))
        .returning(conversations::message_count);
    assert_eq!(counted.get_result(connection), Ok(SqlInt(4)));
    for _ in 0..2 {
        let added = insert_into(usage_statistics::table)
            .values((
                usage_statistics::date.eq(SqlDate("2025-06-01")),
                usage_statistics::metric.eq(SqlText("sent")),
                usage_statistics::value.eq(SqlInt(2)),
            ))
            .on_conflict((usage_statistics::date, usage_statistics::metric))
            .do_update()
            .set(
                usage_statistics::value.eq(coalesce(usage_statistics::value, SqlInt(0)).nullable()
                    + excluded(usage_statistics::value)),
            );
        assert_eq!(added.execute(connection), Ok(1));
    }
    let stored = usage_statistics::table.select((usage_statistics::date, usage_statistics::value));
    assert_eq!(
        stored.get_result(connection),
        Ok((SqlDate("2025-06-01".to_owned()), Some(SqlInt(4))))
    );
}

#[test]
fn a_number_of_its_own_is_returned() {
    let mut database = database();
    let connection = database.diesel();
    let metric = |name: &'static str| {
        insert_into(performance_metrics::table)
            .values((
                performance_metrics::metric_name.eq(SqlText(name)),
                performance_metrics::metric_value.eq(SqlReal(1.0)),
            ))
            .returning(performance_metrics::metric_id)
    };
    let first: SqlInt = metric("a").get_result(connection).unwrap();
    let second: SqlInt = metric("b").get_result(connection).unwrap();
    assert_eq!(second.0, first.0 + 1);
    let value = performance_metrics::table
        .find(first)
        .select(performance_metrics::metric_value);
    assert_eq!(value.get_result(connection), Ok(Some(SqlReal(1.0))));
}
