//! Reading: by key, lists, aggregates, expressions.

use diesel::dsl::{case_when, count, exists, max, min, not, select, sum};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use privatus_schema::functions::{coalesce, either, greater, instr, smaller};
use privatus_schema::sql_types::{BigInt, Nullable, Text};
use privatus_schema::{
    DbId, Flag, LimitLiteral, SqlBlob, SqlInt, SqlText, SqlTime, contacts, conversations, group_members,
    rowid,
};

use crate::schema::filled;

#[derive(Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = contacts, check_for_backend(Sqlite))]
struct Contact {
    contact_id: DbId,
    display_name: SqlText,
    public_key: SqlBlob,
    is_verified: Option<Flag>,
    last_seen: Option<SqlTime>,
}

fn text(text: &str) -> SqlText {
    SqlText(text.to_owned())
}

#[test]
fn by_key() {
    let mut database = filled();
    let find = |id: &'static str| contacts::table.find(SqlText(id)).select(Contact::as_select());
    let alice = find("alice").get_result(database.diesel()).unwrap();
    assert_eq!(
        alice,
        Contact {
            contact_id: DbId("alice".to_owned()),
            display_name: text("Alice"),
            public_key: SqlBlob(vec![1]),
            is_verified: Some(Flag(false)),
            last_seen: Some(SqlTime("2025-06-01 00:00:00.000".to_owned())),
        }
    );
    assert_eq!(find("carol").get_result(database.diesel()).optional(), Ok(None));
    // A key of two columns, and an id that is bound as one.
    let role = group_members::table
        .find((SqlText("team"), DbId("alice")))
        .select(group_members::role);
    assert_eq!(role.get_result(database.diesel()), Ok(text("owner")));
    let whole = conversations::table.find(SqlInt(1)).select((
        conversations::conversation,
        conversations::is_pinned,
        conversations::last_at,
    ));
    assert_eq!(
        whole.get_result(database.diesel()),
        Ok((SqlInt(1), Flag(false), Some(SqlInt(30))))
    );
}

#[test]
fn lists() {
    let mut database = filled();
    let ids = || contacts::table.select(contacts::contact_id);
    let load = |ids: QueryResult<Vec<DbId>>| ids.unwrap().into_iter().map(|id| id.0).collect::<Vec<_>>();
    let connection = database.diesel();
    assert_eq!(
        load(ids().order(contacts::display_name).load(connection)),
        ["alice", "bob"]
    );
    assert_eq!(
        load(ids().order(contacts::display_name.desc()).load(connection)),
        ["bob", "alice"]
    );
    assert_eq!(
        load(ids().order(rowid(contacts::table)).load(connection)),
        ["bob", "alice"]
    );
    assert_eq!(
        load(
            ids()
                .order(rowid(contacts::table).desc())
                .limit_literal(1)
                .load(connection)
        ),
        ["alice"]
    );
    let after = ids().filter(rowid(contacts::table).gt(SqlInt(1)));
    assert_eq!(load(after.load(connection)), ["alice"]);
    let both = contacts::table.select((rowid(contacts::table), contacts::contact_id));
    let both: Vec<(SqlInt, DbId)> = both.order(contacts::contact_id).load(connection).unwrap();
    assert_eq!(both.first().unwrap().0, SqlInt(2));

    let name = contacts::display_name;
    assert_eq!(
        load(ids().filter(name.eq(SqlText("Bob"))).load(connection)),
        ["bob"]
    );
    assert_eq!(
        load(ids().filter(name.ne(SqlText("Bob"))).load(connection)),
        ["alice"]
    );
    assert_eq!(
        load(
            ids()
                .filter(name.between(SqlText("B"), SqlText("C")))
                .load(connection)
        ),
        ["bob"]
    );
    assert_eq!(
        load(
            ids()
                .filter(name.eq_any([SqlText("Bob"), SqlText("Eve")]))
                .load(connection)
        ),
        ["bob"]
    );
    assert_eq!(
        load(ids().filter(not(name.eq(SqlText("Bob")))).load(connection)),
        ["alice"]
    );
    let seen = ids().filter(contacts::last_seen.gt(SqlTime("2025-01-01 00:00:00.000")));
    assert_eq!(load(seen.load(connection)), ["alice"]);
    let never = ids().filter(
        contacts::last_seen
            .is_null()
            .or(contacts::is_online.eq(Flag(true))),
    );
    assert_eq!(load(never.load(connection)), ["bob"]);
    let in_team = group_members::table.select(group_members::contact_id);
    assert_eq!(
        load(
            ids()
                .filter(contacts::contact_id.eq_any(in_team))
                .load(connection)
        ),
        ["alice"]
    );
    let boxed = ids().into_boxed().filter(name.eq(SqlText("Bob")));
    assert_eq!(load(boxed.load(connection)), ["bob"]);
    let flagged = conversations::table.filter(not(conversations::is_pinned)).count();
    assert_eq!(flagged.get_result::<i64>(connection), Ok(2));
}

#[test]
fn aggregates_and_whether_there_is_one() {
    let mut database = filled();
    let connection = database.diesel();
    assert_eq!(contacts::table.count().get_result::<i64>(connection), Ok(2));
    let seen = contacts::table.select(count(contacts::last_seen));
    assert_eq!(seen.get_result::<i64>(connection), Ok(1));
    let there = |id: &'static str| select(exists(contacts::table.find(SqlText(id))));
    assert_eq!(there("bob").get_result::<bool>(connection), Ok(true));
    assert_eq!(there("carol").get_result::<bool>(connection), Ok(false));
    let of_all = conversations::table.select((
        max(conversations::last_at),
        min(conversations::conversation),
        sum(conversations::message_count),
    ));
    assert_eq!(
        of_all.get_result(connection),
        Ok((Some(SqlInt(40)), Some(SqlInt(1)), Some(SqlInt(7))))
    );
    let none = conversations::table
        .filter(conversations::conversation.gt(SqlInt(9)))
        .select(sum(conversations::message_count));
    assert_eq!(none.get_result::<Option<SqlInt>>(connection), Ok(None));
    let latest = contacts::table.select(max(contacts::last_seen));
    let latest: Option<SqlTime> = latest.get_result(connection).unwrap();
    assert!(latest.is_some());
    let kinds = conversations::table
        .group_by(conversations::kind)
        .select((conversations::kind, diesel::dsl::count_star()))
        .order(conversations::kind);
    assert_eq!(
        kinds.load::<(SqlText, i64)>(connection),
        Ok(vec![(text("direct"), 1), (text("group"), 1)])
    );
}

#[test]
fn expressions() {
    let mut database = filled();
    let connection = database.diesel();
    let next = conversations::table.select(coalesce(max(conversations::conversation), SqlInt(0)) + SqlInt(1));
    assert_eq!(next.get_result(connection), Ok(SqlInt(3)));
    let whose = conversations::table
        .select(either(conversations::contact_id, conversations::group_id))
        .order(conversations::conversation);
    assert_eq!(
        whose.load(connection),
        Ok(vec![
            Some(DbId("alice".to_owned())),
            Some(DbId("team".to_owned()))
        ])
    );
    let parity = conversations::table
        .select(
            case_when(
                conversations::kind.eq(SqlText("group")),
                SqlText("many").into_sql::<Text>(),
            )
            .otherwise(SqlText("one")),
        )
        .order(conversations::conversation);
    assert_eq!(parity.load(connection), Ok(vec![text("one"), text("many")]));
    let bounds = conversations::table.find(SqlInt(1)).select((
        greater(conversations::message_count, SqlInt(5)),
        smaller(conversations::message_count, SqlInt(5)),
    ));
    assert_eq!(bounds.get_result(connection), Ok((SqlInt(5), SqlInt(3))));
    let holds = contacts::table
        .filter(instr(contacts::display_name, SqlText("lic")).gt(SqlInt(0)))
        .select(contacts::contact_id);
    assert_eq!(holds.load(connection), Ok(vec![DbId("alice".to_owned())]));
    let nullable = contacts::table
        .find(SqlText("bob"))
        .select(contacts::display_name.nullable());
    assert_eq!(nullable.get_result(connection), Ok(Some(text("Bob"))));
}

#[derive(Debug, PartialEq, QueryableByName)]
struct ByName {
    #[diesel(sql_type = Text)]
    contact_id: DbId,
    #[diesel(sql_type = Nullable<BigInt>)]
    at: Option<SqlInt>,
}

#[test]
fn sql_that_the_builder_cannot_say() {
    let mut database = filled();
    let query = || {
        diesel::sql_query(
            "SELECT contact_id, CASE WHEN ? = 'x' THEN 'x' ELSE NULL END AS at FROM contacts WHERE contact_id = ?",
        )
    };
    let row = query()
        .bind::<Text, _>(SqlText("y"))
        .bind::<Text, _>(DbId("bob"))
        .get_result::<ByName>(database.diesel())
        .unwrap();
    assert_eq!(
        row,
        ByName {
            contact_id: DbId("bob".to_owned()),
            at: None
        }
    );
    let wrong = query()
        .bind::<Text, _>(SqlText("x"))
        .bind::<Text, _>(DbId("bob"))
        .get_result::<ByName>(database.diesel());
    assert!(wrong.is_err_and(|error| privatus_schema::WrongType::is_in(&error)));
}
