//! The statements of this side: diesel's builder, with query fragments for what it cannot express. diesel keeps all
//! of them prepared, each under its type.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::LoadQuery;
use diesel::result::QueryResult;
use diesel::sql_types;
use diesel::sqlite::Sqlite;

use crate::bench::floor::LIST;
use crate::bench::sample::Sample;

diesel::table! {
    contacts (contact_id) {
        contact_id -> Text,
        display_name -> Text,
        public_key -> Text,
    }
}

diesel::table! {
    messages (message_id) {
        message_id -> Text,
        contact_id -> Text,
        content -> Binary,
        is_outgoing -> Bool,
        is_encrypted -> Nullable<Bool>,
        timestamp -> Nullable<Timestamp>,
        edited_at -> Nullable<Timestamp>,
        is_deleted -> Nullable<Bool>,
        deleted_at -> Nullable<Timestamp>,
        created_at -> Nullable<Timestamp>,
        updated_at -> Nullable<Timestamp>,
        reply_to -> Nullable<Text>,
    }
}

/// A row of `messages`.
#[derive(Queryable)]
#[allow(dead_code, reason = "a row is read whole, whatever of it a run looks at")]
pub(super) struct Message {
    message_id: String,
    contact_id: String,
    pub(super) content: Vec<u8>,
    is_outgoing: bool,
    is_encrypted: Option<bool>,
    pub(super) timestamp: Option<String>,
    edited_at: Option<String>,
    is_deleted: Option<bool>,
    deleted_at: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    reply_to: Option<String>,
}

/// A line of the chat list.
#[derive(Queryable)]
#[allow(dead_code, reason = "as a message")]
pub(super) struct Chat {
    contact_id: String,
    display_name: String,
    last_message: String,
    last_at: Option<String>,
}

/// A query that diesel runs on this side's connection, and keeps prepared.
pub(super) trait Asks<'a, T>:
    LoadQuery<'a, SqliteConnection, T> + RunQueryDsl<SqliteConnection> + QueryFragment<Sqlite> + QueryId
{
}

impl<'a, T, Q> Asks<'a, T> for Q where
    Q: LoadQuery<'a, SqliteConnection, T> + RunQueryDsl<SqliteConnection> + QueryFragment<Sqlite> + QueryId
{
}

pub(super) fn insert_contact(connection: &mut SqliteConnection, id: &str) -> QueryResult<usize> {
    use self::contacts::dsl;
    diesel::insert_into(dsl::contacts)
        .values((
            dsl::contact_id.eq(id),
            dsl::display_name.eq(id),
            dsl::public_key.eq(""),
        ))
        .execute(connection)
}

/// What is written of a message; the other columns have defaults.
#[derive(Insertable)]
#[diesel(table_name = messages)]
pub(super) struct NewMessage<'a> {
    message_id: &'a str,
    contact_id: &'a str,
    content: &'a [u8],
    is_outgoing: bool,
    timestamp: &'a str,
}

impl<'a> NewMessage<'a> {
    pub(super) fn new(sample: &'a Sample, contact: &'a str) -> Self {
        Self {
            message_id: &sample.ordered_text,
            contact_id: contact,
            content: sample.text.as_bytes(),
            is_outgoing: sample.is_outgoing,
            timestamp: &sample.at_text,
        }
    }
}

/// Writes messages, each with one run of one prepared statement.
pub(super) fn insert_messages(connection: &mut SqliteConnection, new: &[NewMessage<'_>]) -> QueryResult<()> {
    for message in new {
        diesel::insert_into(messages::table)
            .values(message)
            .execute(connection)?;
    }
    Ok(())
}

/// The newest 50 messages of a contact before a time.
pub(super) fn page<'a>(contact: &'a str, before: &'a str) -> impl Asks<'a, Message> {
    use self::messages::dsl;
    Limit50(
        dsl::messages
            .filter(dsl::contact_id.eq(contact))
            .filter(dsl::timestamp.lt(before))
            .order(dsl::timestamp.desc()),
    )
}

pub(super) fn by_id(id: &str) -> impl Asks<'_, Message> {
    messages::table.find(id)
}

/// The floor's statement: the builder cannot join a table by its rowid.
#[derive(Clone, Copy, QueryId)]
pub(super) struct ChatList;

impl Query for ChatList {
    type SqlType = (
        sql_types::Text,
        sql_types::Text,
        sql_types::Text,
        sql_types::Nullable<sql_types::Timestamp>,
    );
}

impl<C> RunQueryDsl<C> for ChatList {}

impl QueryFragment<Sqlite> for ChatList {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(LIST);
        Ok(())
    }
}

/// A query that ends with a literal `LIMIT 50`: diesel's `limit` binds the number, and SQLite prepares a statement with
/// a bound LIMIT again at each run.
#[derive(Clone, Copy, QueryId)]
struct Limit50<Q>(Q);

impl<Q: Query> Query for Limit50<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Limit50<Q> {}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Limit50<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT 50");
        Ok(())
    }
}
