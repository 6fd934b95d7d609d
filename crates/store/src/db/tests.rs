//! Tests that queries of diesel's builder and raw statements share one transaction, their errors and the connection.

use diesel::prelude::*;
use privatus_schema::{DbId, SqlBlob, SqlDate, SqlInt, SqlText, cache_entries, contacts, usage_statistics};

use crate::db::connection::Connection;
use crate::db::statement::Sql;
use crate::testing::Vault;
use crate::{Missing, StoreError};

const COUNT: &str = "SELECT count(*) FROM usage_statistics WHERE metric LIKE 'test %'";

/// Inserts a row with the builder.
fn built(db: &mut Connection, metric: &str) -> Result<usize, StoreError> {
    let row = (
        usage_statistics::date.eq(SqlDate("2025-06-01")),
        usage_statistics::metric.eq(SqlText(metric)),
        usage_statistics::value.eq(SqlInt(1)),
    );
    db.ask("write a row", |db| {
        diesel::insert_into(usage_statistics::table)
            .values(row)
            .execute(db)
    })
}

/// Inserts a row with a raw statement.
fn raw(db: &mut Connection, metric: &str) -> Result<usize, StoreError> {
    let sql = Sql::new("INSERT INTO usage_statistics (date, metric, value) VALUES ('2025-06-01', ?, 1)");
    db.run(sql.bind(metric), "write a row")
}

fn count_raw(db: &mut Connection) -> i64 {
    db.row(Sql::new(COUNT), "count").unwrap().unwrap()
}

fn count_built(db: &mut Connection) -> i64 {
    let rows = usage_statistics::table
        .filter(usage_statistics::metric.between(SqlText("test "), SqlText("test z")))
        .count();
    db.ask("count", |db| rows.get_result(db)).unwrap()
}

#[test]
fn both_are_of_one_transaction() {
    let vault = Vault::new();
    let fail = vault.store.write("both", |tx| {
        raw(tx.db, "test raw")?;
        built(tx.db, "test built")?;
        // Each sees what the other wrote.
        assert_eq!((count_raw(tx.db), count_built(tx.db)), (2, 2));
        Err::<(), _>(StoreError::NotFound(Missing::File("planted".into())))
    });
    assert!(matches!(fail, Err(StoreError::NotFound(_))));
    let count = || {
        vault
            .store
            .read(|tx| Ok::<_, StoreError>((count_raw(tx.db), count_built(tx.db))))
    };
    assert_eq!(count().unwrap(), (0, 0));
    vault
        .store
        .write("both", |tx| {
            built(tx.db, "test built")?;
            raw(tx.db, "test raw")
        })
        .unwrap();
    assert_eq!(count().unwrap(), (2, 2));
}

/// After a full disk in the middle of a transaction, nothing of it is kept and the connection still works.
#[test]
fn a_full_disk_in_the_middle_leaves_the_connection_as_it_was() {
    let vault = Vault::new();
    let is_between = |is_same: bool| {
        vault
            .store
            .with_writer(|db| {
                assert!(db.raw().is_autocommit() && !db.is_spoiled());
                let mark = "SELECT count(*) FROM temp.sqlite_schema WHERE name = 'the_same'";
                let found: Option<i64> = db.row(Sql::new(mark), "look for the mark")?;
                assert_eq!(found, Some(i64::from(is_same)));
                Ok(())
            })
            .unwrap();
    };
    is_between(false);
    vault.sql("CREATE TEMP TABLE the_same (a)");
    let limit = |more: Option<i64>| {
        let pages = more.map_or(i64::from(u32::MAX - 1), |more| {
            let pages = vault
                .store
                .with_writer(|db| Ok(db.raw().pragma_i64("page_count")?));
            pages.unwrap().unwrap() + more
        });
        vault.sql(&format!("PRAGMA max_page_count = {pages}"));
    };
    limit(Some(20));
    let filled = vault.store.write("fill", |tx| {
        raw(tx.db, "test raw")?;
        built(tx.db, "test built")?;
        for key in ["test a", "test b", "test c"] {
            let row = (
                cache_entries::cache_key.eq(SqlText(key)),
                cache_entries::value.eq(SqlBlob(vec![1_u8; 40_000])),
            );
            tx.db.ask("fill the disk", |db| {
                diesel::insert_into(cache_entries::table).values(row).execute(db)
            })?;
        }
        Ok::<_, StoreError>(())
    });
    assert!(matches!(filled, Err(StoreError::DiskFull)), "{filled:?}");
    is_between(true);
    let left = vault.store.with_writer(|db| {
        let entries = db.ask("count", |db| cache_entries::table.count().get_result::<i64>(db))?;
        Ok((entries, count_raw(db), count_built(db)))
    });
    assert_eq!(left.unwrap(), (0, 0, 0));
    // The same connection writes again.
    limit(None);
    vault
        .store
        .write("both", |tx| {
            raw(tx.db, "test raw")?;
            built(tx.db, "test built")
        })
        .unwrap();
    is_between(true);
    assert_eq!(vault.store.with_writer(|db| Ok(count_built(db))).unwrap(), 2);
    assert_eq!(vault.verify().problems, Vec::<String>::new());
}

/// Errors follow SQLite's extended code, and diesel does not lose it.
#[test]
fn both_fail_alike() {
    let vault = Vault::new();
    let told = |result: Result<usize, StoreError>| result.unwrap_err().to_string();
    // A taken key: the store checks first, so somebody must have put a row there.
    let twice = vault.store.write("twice", |tx| {
        raw(tx.db, "test once")?;
        let failed = [raw(tx.db, "test once"), built(tx.db, "test once")].map(told);
        Ok::<_, StoreError>(failed)
    });
    let [by_raw, by_builder] = twice.unwrap();
    assert_eq!(by_raw, by_builder);
    assert_eq!(
        by_builder,
        "the database is damaged (write a row: a trigger, an index or a row in the database refuses what a vault's rules \
         allow); nothing was deleted; restore a backup, or copy the folder before any repair"
    );
    // A connection that only reads.
    let read_only = vault.store.read(|tx| {
        let failed = [raw(tx.db, "test read"), built(tx.db, "test read")].map(told);
        Ok::<_, StoreError>(failed)
    });
    let [by_raw, by_builder] = read_only.unwrap();
    assert_eq!(by_raw, by_builder);
    assert!(
        by_builder.starts_with("permission denied or read-only"),
        "{by_builder}"
    );
}

#[test]
fn both_call_a_value_of_another_kind_damage() {
    let vault = Vault::new();
    vault.sql("UPDATE contacts SET display_name = x'416c696365' WHERE contact_id = 'alice'");
    let told = vault
        .store
        .read(|tx| {
            let sql = Sql::new("SELECT display_name FROM contacts WHERE contact_id = 'alice'");
            let by_raw = tx.db.row::<String>(sql, "read a name").unwrap_err();
            let name = contacts::table.find(DbId("alice")).select(contacts::display_name);
            let by_builder = tx.db.ask("read a name", |db| name.get_result::<SqlText>(db));
            assert!(!tx.db.is_spoiled(), "the connection itself is whole");
            Ok::<_, StoreError>([by_raw.to_string(), by_builder.unwrap_err().to_string()])
        })
        .unwrap();
    let [by_raw, by_builder] = told;
    assert_eq!(by_raw, by_builder);
    assert!(
        by_builder.contains("a value of another kind (read a name)"),
        "{by_builder}"
    );
}
