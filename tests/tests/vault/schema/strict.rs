//! Every newtype against every storage class but its own.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::SingleValue;
use diesel::sqlite::Sqlite;
use privatus_schema::sql_types::{BigInt, Binary, Bool, Date, Double, Integer, Nullable, Text, Timestamp};
use privatus_schema::{
    DbId, Flag, ID_CHARS, SqlBlob, SqlDate, SqlInt, SqlReal, SqlText, SqlTime, WrongType, contacts,
    usage_statistics,
};

use privatus_sqlite::{Connection, OpenMode, OpenOptions};

use crate::schema::filled;

/// One value of each storage class.
const CLASSES: [(&str, &str); 5] = [
    ("integer", "1"),
    ("real", "0.5"),
    ("text", "'1'"),
    ("blob", "x'31'"),
    ("null", "NULL"),
];

/// Reads a literal as a type, and as one that may be NULL.
fn read<ST, T>(literal: &str) -> (QueryResult<T>, QueryResult<Option<T>>)
where
    ST: SingleValue + diesel::query_builder::QueryId,
    ST: diesel::sql_types::SqlType<IsNull = diesel::sql_types::is_nullable::NotNull>,
    Sqlite: diesel::sql_types::HasSqlType<ST>,
    T: Queryable<ST, Sqlite> + diesel::deserialize::FromSql<ST, Sqlite> + 'static,
{
    let mut database = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create)).unwrap();
    let plain = diesel::select(sql::<ST>(literal)).get_result::<T>(database.diesel());
    let nullable = diesel::select(sql::<Nullable<ST>>(literal)).get_result::<Option<T>>(database.diesel());
    (plain, nullable)
}

fn is_wrong<T>(result: &QueryResult<T>) -> bool {
    result.as_ref().is_err_and(WrongType::is_in)
}

/// All classes but `own` are an error; NULL is nothing where it may be, and an error elsewhere.
fn only<ST, T>(own: &str)
where
    ST: SingleValue + diesel::query_builder::QueryId,
    ST: diesel::sql_types::SqlType<IsNull = diesel::sql_types::is_nullable::NotNull>,
    Sqlite: diesel::sql_types::HasSqlType<ST>,
    T: Queryable<ST, Sqlite> + diesel::deserialize::FromSql<ST, Sqlite> + 'static,
{
    let kind = std::any::type_name::<T>();
    for (class, literal) in CLASSES {
        let (plain, nullable) = read::<ST, T>(literal);
        match class {
            "null" => {
                let error = plain.err().unwrap();
                assert!(
                    matches!(&error, diesel::result::Error::DeserializationError(why)
                        if why.is::<diesel::result::UnexpectedNullError>()),
                    "{kind}: {error}"
                );
                assert!(matches!(nullable, Ok(None)), "{kind} from NULL");
            }
            class if class == own => {
                assert!(
                    plain.is_ok() && matches!(nullable, Ok(Some(_))),
                    "{kind} from {class}"
                );
            }
            class => assert!(is_wrong(&plain) && is_wrong(&nullable), "{kind} from {class}"),
        }
    }
}

#[test]
fn each_newtype_reads_its_own_storage_class_alone() {
    only::<BigInt, SqlInt>("integer");
    only::<Integer, SqlInt>("integer");
    only::<Bool, Flag>("integer");
    only::<Double, SqlReal>("real");
    only::<Text, SqlText>("text");
    only::<Text, SqlText<Box<str>>>("text");
    only::<Text, DbId>("text");
    only::<Binary, SqlBlob>("blob");
    only::<Binary, SqlBlob<[u8; 1]>>("blob");
    // '1' is of the class, but no time and no day.
    for (class, literal) in CLASSES {
        if class != "null" {
            assert!(is_wrong(&read::<Timestamp, SqlTime>(literal).0), "{class}");
            assert!(is_wrong(&read::<Date, SqlDate>(literal).0), "{class}");
        }
    }
    assert!(matches!(read::<Timestamp, SqlTime>("NULL"), (Err(_), Ok(None))));
    assert!(matches!(read::<Date, SqlDate>("NULL"), (Err(_), Ok(None))));
    // Of the form, in another class.
    assert!(is_wrong(
        &read::<Timestamp, SqlTime>("CAST('2025-06-01 00:00:00.000' AS BLOB)").0
    ));
    assert!(is_wrong(&read::<Date, SqlDate>("CAST('2025-06-01' AS BLOB)").0));
}

#[test]
fn a_value_of_the_class_is_read_whole() {
    assert_eq!(
        read::<BigInt, SqlInt>("-9223372036854775808").0,
        Ok(SqlInt(i64::MIN))
    );
    assert_eq!(read::<Integer, SqlInt>("4294967296").0, Ok(SqlInt(1 << 32)));
    assert_eq!(read::<Bool, Flag>("0").0, Ok(Flag(false)));
    assert_eq!(read::<Bool, Flag>("1").0, Ok(Flag(true)));
    assert_eq!(read::<Double, SqlReal>("0.5").0, Ok(SqlReal(0.5)));
    assert_eq!(read::<Text, SqlText>("''").0, Ok(SqlText(String::new())));
    assert_eq!(
        read::<Text, SqlText>("'a' || char(0) || 'ä'").0,
        Ok(SqlText("a\0ä".to_owned()))
    );
    assert_eq!(read::<Binary, SqlBlob>("x''").0, Ok(SqlBlob(Vec::new())));
    assert_eq!(read::<Binary, SqlBlob<[u8; 2]>>("x'0102'").0, Ok(SqlBlob([1, 2])));
    assert_eq!(read::<Binary, SqlBlob>("zeroblob(3)").0, Ok(SqlBlob(vec![0; 3])));
    let time = "2025-06-01 00:00:00.000";
    assert_eq!(
        read::<Timestamp, SqlTime>(&format!("'{time}'")).0,
        Ok(SqlTime(time.to_owned()))
    );
    assert_eq!(
        read::<Date, SqlDate>("'2025-06-01'").0,
        Ok(SqlDate("2025-06-01".to_owned()))
    );
}

#[test]
fn a_value_of_the_class_and_of_another_form_is_an_error() {
    for flag in ["2", "-1", "256", "4294967296"] {
        assert!(is_wrong(&read::<Bool, Flag>(flag).0), "{flag}");
    }
    for text in ["CAST(x'ff' AS TEXT)", "CAST(x'61c3' AS TEXT)"] {
        assert!(is_wrong(&read::<Text, SqlText>(text).0), "{text}");
        assert!(is_wrong(&read::<Text, DbId>(text).0), "{text}");
    }
    for length in [0, ID_CHARS + 1] {
        assert!(
            is_wrong(&read::<Text, DbId>(&format!("'{}'", "ä".repeat(length))).0),
            "{length}"
        );
    }
    for length in [1, ID_CHARS] {
        assert!(
            read::<Text, DbId>(&format!("'{}'", "ä".repeat(length))).0.is_ok(),
            "{length}"
        );
    }
    for bytes in ["x''", "x'010203'"] {
        assert!(is_wrong(&read::<Binary, SqlBlob<[u8; 2]>>(bytes).0), "{bytes}");
    }
    for time in [
        "2025-06-01 00:00:00",
        "2025-06-01 00:00:00.0000",
        "2025-06-01T00:00:00.000",
        "2025-06-01 00:00:00,000",
        "",
    ] {
        assert!(
            is_wrong(&read::<Timestamp, SqlTime>(&format!("'{time}'")).0),
            "{time}"
        );
    }
    for day in ["2025-06-1", "2025-06-011", "20250601", ""] {
        assert!(is_wrong(&read::<Date, SqlDate>(&format!("'{day}'")).0), "{day}");
    }
}

/// What SQLite's affinities let into a column.
#[test]
fn a_row_with_a_value_of_another_class_is_told_by_its_column_and_not_by_the_value() {
    let mut database = filled();
    database
        .execute_batch("UPDATE contacts SET display_name = x'536563726574', is_verified = 'Secret' WHERE contact_id = 'bob'")
        .unwrap();
    let names = contacts::table.select(contacts::display_name);
    let error = names.load::<SqlText>(database.diesel()).unwrap_err();
    assert!(WrongType::is_in(&error));
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        told.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    assert!(
        told.contains("display_name") && !told.contains("Secret"),
        "{told}"
    );
    let flags = contacts::table.select(contacts::is_verified);
    assert!(is_wrong(&flags.load::<Option<Flag>>(database.diesel())));
    // The other rows are what they were.
    let alice = contacts::table
        .find(SqlText("alice"))
        .select(contacts::display_name);
    assert_eq!(
        alice.get_result(database.diesel()),
        Ok(SqlText("Alice".to_owned()))
    );

    database
        .execute_batch(
            "INSERT INTO usage_statistics (date, metric, value) VALUES ('2025-06-01', 'm', 'many')",
        )
        .unwrap();
    let values = usage_statistics::table.select(usage_statistics::value);
    assert!(is_wrong(&values.load::<Option<SqlInt>>(database.diesel())));
    // And what SQLite computes of it.
    let sum = usage_statistics::table.select(diesel::dsl::sum(usage_statistics::value));
    assert!(is_wrong(&sum.get_result::<Option<SqlInt>>(database.diesel())));
}

/// `privatus-schema` does not depend on the domain, so it repeats the number.
#[test]
fn an_id_is_as_long_as_the_domain_lets_it_be() {
    assert_eq!(ID_CHARS, privatus_domain::limits::ID_CHARS);
}

#[test]
fn other_errors_are_not_taken_for_it() {
    assert!(!WrongType::is_in(&diesel::result::Error::NotFound));
    let none = contacts::table.select(contacts::last_seen).find(SqlText("bob"));
    let error = none
        .get_result::<Option<SqlTime>>(crate::schema::database().diesel())
        .unwrap_err();
    assert_eq!(error, diesel::result::Error::NotFound);
}

#[test]
fn what_may_be_secret_is_not_shown() {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        SqlText("secret"),
        DbId("secret"),
        SqlTime("secret"),
        SqlDate("secret"),
        SqlBlob(b"secret")
    );
    assert_eq!(shown, "SqlText(…) DbId(…) SqlTime(…) SqlDate(…) SqlBlob(…)");
    assert_eq!(
        format!("{:?} {:?}", SqlInt(7), Flag(true)),
        "SqlInt(7) Flag(true)"
    );
}

/// A compile error when a type implements a trait: the proof that plain types do not read our columns.
macro_rules! does_not_read {
    ($($plain:ty: $($sql_type:ty)+;)+) => {
        $($(
            const _: fn() = || {
                trait Ambiguous<Case> {
                    fn it() {}
                }
                impl<T> Ambiguous<()> for T {}
                struct Implemented;
                impl<T: diesel::deserialize::FromSql<$sql_type, Sqlite>> Ambiguous<Implemented> for T {}
                let _ = <$plain as Ambiguous<_>>::it;
            };
        )+)+
    };
}

does_not_read! {
    String: Text Timestamp Date Binary BigInt Integer Bool Double Nullable<Text>;
    Box<str>: Text;
    std::borrow::Cow<'static, str>: Text;
    Vec<u8>: Binary Text Timestamp BigInt;
    i64: BigInt Integer Bool Double Text Nullable<BigInt>;
    i32: BigInt Integer Bool;
    bool: Bool BigInt Integer;
    f64: Double BigInt;
    Option<String>: Nullable<Text> Nullable<Timestamp>;
    Option<i64>: Nullable<BigInt>;
    *const str: Text;
    *const [u8]: Binary;
    // Nor one of ours another's column.
    SqlText: Timestamp Date Binary BigInt;
    DbId: Binary;
    SqlTime: Text Date;
    SqlInt: Bool Text;
    Flag: BigInt Integer;
    SqlBlob: Text;
}
